"""Refusing content that cannot be used, before anybody sits at the table.

Refused are rituals that are unfair (the partners' time on the floor differs in some length or
branch), that name a deck, length or placeholder that is not there, that begin without consent or
can end without a close; decks without questions; and every sentence that cannot be filled in.
"""

import contextlib
from collections.abc import Iterator, Mapping

import msgspec

from assistant.content import Content
from assistant.conversation.wording import placeholders
from assistant.errors import BadContent
from assistant.schema import (
    AppointStep,
    AskStep,
    BreatheStep,
    CloseStep,
    ConsentStep,
    Counted,
    Deck,
    FirstStep,
    Lines,
    QuestionStep,
    Ritual,
    SayStep,
    Step,
    TalkStep,
    Timed,
    TurnStep,
)

ALWAYS = {"first", "second", "name", "everyone"}
"""Placeholders that every sentence may use."""


class Unusable(ValueError):
    """Something in a content file cannot be used.

    Attributes:
        path: where in the file, as ``$.steps[3].prompt``.
        problem: what is wrong, in a few words.
    """

    def __init__(self, path: str, problem: str) -> None:
        """Keep place and problem for whoever knows the file."""
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


def check_content(content: Content) -> None:
    """Refuse content that would fail people in the middle of something.

    Raises:
        BadContent: naming file and line.
    """
    for name, ritual in content.rituals.items():
        with _naming(content, f"rituals/{name}"):
            check_ritual(ritual, content.decks)
    for name, deck in content.decks.items():
        with _naming(content, f"decks/{name}"):
            check_deck(deck)
    with _naming(content, "lines"):
        check_lines(content.lines)
    with _naming(content, "starters"):
        for path, text in _texts(msgspec.to_builtins(content.starters), "$"):
            check_text(text, ALWAYS, path)


@contextlib.contextmanager
def _naming(content: Content, source: str) -> Iterator[None]:
    """Whatever is unusable in there is told with file and line."""
    try:
        yield
    except Unusable as error:
        place = content.sources[source]
        raise BadContent(
            error.problem,
            file=place.file,
            line=place.line(error.path),
            remedy="see docs/writing-content.md",
        ) from error


def check_text(text: str, allowed: set[str], path: str) -> None:
    """Refuse a sentence with a placeholder that nothing fills in.

    Raises:
        Unusable: it has one, or braces that do not match.
    """
    try:
        unknown = placeholders(text) - allowed
    except ValueError as error:
        raise Unusable(path, "has braces that do not match, or hold no plain name") from error
    if unknown:
        known = f"there are {', '.join(sorted(allowed))}" if allowed else "there are none here"
        raise Unusable(path, f"says {{{min(unknown)}}}, which is not there; {known}")


def _texts(data: object, path: str) -> Iterator[tuple[str, str]]:
    """Every text in plain data, with its place."""
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from _texts(value, f"{path}.{key}")
    elif isinstance(data, list | tuple):
        for at, value in enumerate(data):
            yield from _texts(value, f"{path}[{at}]")


# ---- rituals ----------------------------------------------------------------------------------


def check_ritual(ritual: Ritual, decks: Mapping[str, Deck]) -> None:
    """Refuse a ritual that cannot be held.

    Raises:
        Unusable: unfair, unreachable, or naming something that is not there.
    """
    if not ritual.lengths:
        raise Unusable("$.lengths", "names no length")
    check_text(ritual.title, set(), "$.title")
    _check_close(ritual.steps, "$.steps")
    _check_consent(ritual.steps)
    _check_steps(ritual, ritual.steps, decks, "$.steps")
    for length in ritual.lengths:
        _check_fair(ritual, ritual.steps, length, "$.steps")


def _check_close(steps: tuple[Step, ...], path: str) -> None:
    for at, step in enumerate(steps):
        if isinstance(step, CloseStep) and at < len(steps) - 1:
            raise Unusable(f"{path}[{at + 1}]", "can never be reached, it stands after close")
        if isinstance(step, AskStep):
            for name, branch in (("yes", step.yes), ("no", step.no)):
                if any(isinstance(inner, CloseStep) for inner in branch):
                    raise Unusable(f"{path}[{at}].{name}", "close may only be the last step")
                _check_close(branch, f"{path}[{at}].{name}")
    if path == "$.steps" and not (steps and isinstance(steps[-1], CloseStep)):
        raise Unusable(path, "does not end with a close step")


def _check_consent(steps: tuple[Step, ...]) -> None:
    """Something may be said first, such as what a talk wants; nothing else."""
    at, step = next((at, step) for at, step in enumerate(steps) if not isinstance(step, SayStep))
    if not isinstance(step, ConsentStep):
        raise Unusable(f"$.steps[{at}]", "asks nobody for consent before it begins")


def _check_steps(
    ritual: Ritual, steps: tuple[Step, ...], decks: Mapping[str, Deck], path: str
) -> None:
    for at, step in enumerate(steps):
        place = f"{path}[{at}]"
        _check_lengths(ritual, step, place)
        for name, allowed in _PLACEHOLDERS[type(step)].items():
            if (text := getattr(step, name)) is not None:
                check_text(text, allowed | ALWAYS, f"{place}.{name}")
        if isinstance(step, QuestionStep):
            _check_decks(ritual, step, decks, place)
        if isinstance(step, AskStep):
            _check_steps(ritual, step.yes, decks, f"{place}.yes")
            _check_steps(ritual, step.no, decks, f"{place}.no")


def _check_lengths(ritual: Ritual, step: Step, place: str) -> None:
    for field_name in ("minutes", "reflect", "rounds", "count"):
        value = getattr(step, field_name, None)
        if isinstance(value, dict) and set(value) != set(ritual.lengths):
            names = ", ".join(ritual.lengths)
            raise Unusable(f"{place}.{field_name}", f"must give each of the lengths {names}")


_TURN = {"speaker", "listener", "minutes"}
_PLACEHOLDERS: Mapping[type, Mapping[str, set[str]]] = {
    SayStep: {"text": set()},
    CloseStep: {"text": set()},
    ConsentStep: {"ask": {"partner", "minutes"}, "no": set()},
    BreatheStep: {"text": {"minutes"}},
    TalkStep: {"text": {"minutes"}},
    TurnStep: {
        "prompt": _TURN,
        "second_prompt": _TURN,
        "later_prompt": _TURN,
        "reflect_prompt": _TURN,
    },
    AskStep: {"text": {"partner"}},
    FirstStep: {"ask": {"partner"}},
    AppointStep: {"ask": set()},
    QuestionStep: {},
}
"""What each sentence of a step may say in braces, besides `ALWAYS`."""


def _check_decks(ritual: Ritual, step: QuestionStep, decks: Mapping[str, Deck], place: str) -> None:
    if not step.decks:
        raise Unusable(f"{place}.decks", "names no deck")
    for name in step.decks:
        if name not in decks:
            raise Unusable(f"{place}.decks", f"names the deck {name}, which is not there")
        audience = decks[name].audience
        if ritual.audience == "family" and audience != "family":
            raise Unusable(f"{place}.decks", f"the deck {name} is not for a family table")
        if ritual.audience != "alone" and audience == "alone":
            raise Unusable(f"{place}.decks", f"the deck {name} is for two who are alone")


# ---- equal time -------------------------------------------------------------------------------


def _check_fair(
    ritual: Ritual, steps: tuple[Step, ...], length: str, path: str, ahead: float = 0.0
) -> None:
    """Everybody's time on the floor is the same after each list of steps, and before roles change.

    `ahead` is by how many minutes the first is ahead of the second when these steps begin.
    """
    first = second = 0.0
    for at, step in enumerate(steps):
        so_far = ahead + first - second
        if isinstance(step, AskStep):
            _check_fair(ritual, step.yes, length, f"{path}[{at}].yes", so_far)
            _check_fair(ritual, step.no, length, f"{path}[{at}].no", so_far)
        if isinstance(step, FirstStep) and abs(so_far) > ROUNDING:
            raise Unusable(f"{path}[{at}]", "roles change before both had the same time")
        if isinstance(step, TurnStep):
            if step.who != "each" and ritual.people != "two":
                raise Unusable(f"{path}[{at}].who", "is for rituals of two people")
            more_first, more_second = _floor_minutes(step, length)
            first, second = first + more_first, second + more_second
    if abs(first - second) > ROUNDING:
        problem = (
            f"is unfair: the first has the floor for {first:g} minutes, the second for"
            f" {second:g} (length {length})"
        )
        raise Unusable(path, problem)


ROUNDING = 1e-9
"""Minutes that are no difference."""


def _floor_minutes(step: TurnStep, length: str) -> tuple[float, float]:
    def of(value: Timed | Counted | None) -> float:
        return float(value[length] if isinstance(value, dict) else value or 0)

    turn, back = of(step.minutes), of(step.reflect)
    rounds = of(step.rounds)
    first = turn * (step.who != "second") + back * (step.who != "first")
    second = turn * (step.who != "first") + back * (step.who != "second")
    return first * rounds, second * rounds


# ---- decks and lines --------------------------------------------------------------------------


def check_deck(deck: Deck) -> None:
    """Refuse a deck with nothing to ask, or with a question to be filled in.

    Raises:
        Unusable: it is one of these.
    """
    if not deck.questions():
        raise Unusable("$", "has no questions")
    for path, text in _texts(msgspec.to_builtins(deck), "$"):
        check_text(text, set(), path)


_LINE: Mapping[str, set[str]] = {
    "are_you_alone": {"partner"} | ALWAYS,
    "answer_first": _TURN | ALWAYS,
    "answer_next": _TURN | ALWAYS,
    "reflect": _TURN | ALWAYS,
    "time_given": {"minutes"} | ALWAYS,
    "still_your_turn": _TURN | ALWAYS,
    "time_left": {"minutes"} | ALWAYS,
    "equal_time": {"partner", "minutes"} | ALWAYS,
    "break_begins": {"minutes"} | ALWAYS,
    "agreed": {"when"} | ALWAYS,
    "invitation": {"ritual"} | ALWAYS,
    "next_date": {"ritual", "when"} | ALWAYS,
    "some_minutes": {"number"},
    "some_seconds": {"number"},
    "date_at": {"day", "time"},
    "minutes_and_a_half": {"number"},
    "oclock": {"number"},
    "hour_and_minute": {"number", "minute"},
    "half_past": {"number"},
    "record_memory": {"things"},
    "record_settings": {"things"},
    "record_log": {"things"},
}
_PIECES = {"one_minute", "and_word", "date_same", "days", "numbers", "record_nothing", "kept"}
"""Lines that are pieces of other sentences."""


def check_lines(lines: Lines) -> None:
    """Refuse lines that cannot be filled in.

    Raises:
        Unusable: one of them is such a line.
    """
    for name, value in msgspec.to_builtins(lines).items():
        allowed = set() if name in _PIECES else _LINE.get(name, ALWAYS)
        for path, text in _texts(value, f"$.{name}"):
            check_text(text, allowed, path)
