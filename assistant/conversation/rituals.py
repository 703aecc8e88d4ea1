"""Compiling a ritual's steps into a script, and refusing rituals that cannot be held.

Refused are rituals that are unfair (the partners' time on the floor differs in some length or
branch), that name a deck, length or placeholder that is not there, or that can end without a close.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assistant.content import Content
from assistant.conversation import script as beats
from assistant.conversation.script import Beat, Role, Script
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


class UnusableRitual(ValueError):
    """A ritual that cannot be held.

    Attributes:
        path: where in the file, as ``$.steps[3].prompt``.
        problem: what is wrong, in a few words.
    """

    def __init__(self, path: str, problem: str) -> None:
        """Keep place and problem for whoever knows the file."""
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


def pick_length(ritual: Ritual, name: str = "", minutes: int = 0) -> str:
    """The length that was asked for: by name, or the one nearest to `minutes`; else the usual."""
    names = list(ritual.lengths)
    by_size = sorted(names, key=lambda n: ritual.lengths[n])
    if minutes:
        return min(names, key=lambda n: abs(ritual.lengths[n] - minutes))
    if name in ritual.lengths:
        return name
    if name == "short":
        return by_size[0]
    if name == "longest":
        return by_size[-1]
    if name == "long":
        usual = by_size.index(names[0])
        return by_size[min(usual + 1, len(by_size) - 1)]
    return names[0]


@dataclass(slots=True)
class _Compiler:
    """What compiling one ritual needs to know."""

    ritual: Ritual
    lines: Lines
    length: str
    people: int
    each_turn: float
    """Minutes of every turn when they were asked for by voice; 0 for the ritual's own."""
    groups: int = field(default=0)

    def seconds(self, timed: Timed) -> float:
        minutes = timed[self.length] if isinstance(timed, dict) else timed
        return minutes * 60.0

    def count(self, counted: Counted) -> int:
        return counted[self.length] if isinstance(counted, dict) else counted

    def group(self) -> int:
        self.groups += 1
        return self.groups

    def total_seconds(self) -> float:
        """How long the ritual takes, for the sentence that asks for consent."""
        if not self.each_turn:
            return self.ritual.lengths[self.length] * 60.0
        return self.each_turn * 60.0 * self.people + 60.0

    def compile(self, steps: tuple[Step, ...]) -> Script:
        done: list[Beat] = []
        for step in steps:
            done.extend(_COMPILE[type(step)](self, step))
        return tuple(done)

    def ask_each(self, text: str, yes: Script, no: Script) -> Script:
        """Ask one after the other; only when all say yes does `yes` follow."""
        result = yes
        for position in reversed(range(self.people)):
            asked = beats.Ask(text, result, no, asked=position, seconds=self.total_seconds())
            result = (asked,)
        return result

    # ---- one function a step --------------------------------------------------------------

    def say(self, step: SayStep) -> Script:
        return (beats.Speak(step.text),)

    def close(self, step: CloseStep) -> Script:
        return (beats.Speak(step.text),)

    def consent(self, step: ConsentStep) -> Script:
        refused = (beats.Speak(step.no or self.lines.another_time), beats.Leave())
        return self.ask_each(step.ask, (), refused)

    def breathe(self, step: BreatheStep) -> Script:
        rest = beats.Rest(self.seconds(step.minutes), beats.Rest.Kind.QUIET)
        return (beats.Speak(step.text, seconds=rest.seconds), rest)

    def talk(self, step: TalkStep) -> Script:
        rest = beats.Rest(self.seconds(step.minutes), beats.Rest.Kind.TALK)
        return (beats.Speak(step.text, seconds=rest.seconds), rest)

    def ask(self, step: AskStep) -> Script:
        yes, no = self.compile(step.yes), self.compile(step.no)
        return self.ask_each(step.text, yes, no) if step.each else (beats.Ask(step.text, yes, no),)

    def first(self, step: FirstStep) -> Script:
        return (beats.Ask(step.ask, no=(beats.SwapFirst(),), asked=0),)

    def appoint(self, step: AppointStep) -> Script:
        return (beats.AskDate(step.ask),)

    def turn(self, step: TurnStep) -> Script:
        done: list[Beat] = []
        for number in range(self.count(step.rounds)):
            done.extend(self._one_round(step, later=number > 0))
        return tuple(done)

    def _one_round(self, step: TurnStep, *, later: bool) -> list[Beat]:
        if step.who == "each":
            turns, reflects = self.group(), self.group()
        else:  # what balances it is another step: more time here would be more for one
            turns = reflects = beats.UNEXTENDED
        positions = {"each": range(self.people), "first": (0,), "second": (1,)}[step.who]
        done: list[Beat] = []
        for position in positions:
            prompt = step.prompt if position == 0 else step.second_prompt or step.prompt
            if later and step.later_prompt:
                prompt = step.later_prompt
            done += self._floor(prompt, beats.Floor(position, self._turn_seconds(step), turns))
            if step.reflect is not None:
                listener = (position + 1) % self.people
                prompt = step.reflect_prompt or self.lines.reflect
                seconds = self.seconds(step.reflect)
                done += self._floor(prompt, beats.Floor(listener, seconds, reflects, Role.REFLECT))
        return done

    def _turn_seconds(self, step: TurnStep) -> float:
        """A time asked for by voice is that of the main turns, not of short rounds around them."""
        own = self.seconds(step.minutes)
        turns = [other for other in self.ritual.steps if isinstance(other, TurnStep)]
        is_main = own == max(self.seconds(other.minutes) for other in turns)
        return self.each_turn * 60.0 if self.each_turn and is_main else own

    def _floor(self, prompt: str, floor: beats.Floor) -> list[Beat]:
        return [beats.Speak(prompt, speaker=floor.position, seconds=floor.seconds), floor]

    def question(self, step: QuestionStep) -> Script:
        done: list[Beat] = []
        for number in range(self.count(step.count)):
            done.append(beats.Draw(step.decks, step.level if number == 0 else None))
            seconds = self.seconds(step.minutes)
            if step.together:
                done.append(beats.Rest(seconds, beats.Rest.Kind.TALK))
                continue
            group = self.group()
            for position in range(self.people):
                text = self.lines.answer_first if position == 0 else self.lines.answer_next
                done += self._floor(text, beats.Floor(position, seconds, group, Role.ANSWER))
        return tuple(done)


_COMPILE: Mapping[type, Callable[..., Script]] = {
    SayStep: _Compiler.say,
    ConsentStep: _Compiler.consent,
    BreatheStep: _Compiler.breathe,
    TurnStep: _Compiler.turn,
    QuestionStep: _Compiler.question,
    TalkStep: _Compiler.talk,
    AskStep: _Compiler.ask,
    FirstStep: _Compiler.first,
    AppointStep: _Compiler.appoint,
    CloseStep: _Compiler.close,
}


def compile_ritual(
    ritual: Ritual, lines: Lines, *, length: str, people: int, each_turn: float = 0.0
) -> Script:
    """The script of a ritual in one of its lengths.

    Args:
        ritual: as loaded and checked.
        lines: for the sentences a step leaves to the house.
        length: one of `ritual.lengths`.
        people: how many hold the floor in turn.
        each_turn: minutes of every turn, where they were asked for by voice; 0 for its own.
    """
    compiler = _Compiler(ritual, lines, length, people, each_turn)
    compiled = compiler.compile(ritual.steps)
    if ritual.audience == "alone" and ritual.people != "one":
        refused = (beats.Speak(lines.another_time), beats.Leave())
        return compiler.ask_each(lines.are_you_alone, (), refused) + compiled
    return compiled


# ---- checks ---------------------------------------------------------------------------------


def check_ritual(ritual: Ritual, decks: Mapping[str, Deck]) -> None:
    """Refuse a ritual that cannot be held.

    Raises:
        UnusableRitual: unfair, unreachable, or naming something that is not there.
    """
    if not ritual.lengths:
        raise UnusableRitual("$.lengths", "names no length")
    _check_close(ritual.steps, "$.steps")
    if not any(isinstance(step, ConsentStep) for step in ritual.steps[:3]):
        raise UnusableRitual("$.steps", "asks nobody for consent before it begins")
    _check_steps(ritual, ritual.steps, decks, "$.steps")
    for length in ritual.lengths:
        _check_fair(ritual, ritual.steps, length, "$.steps")


def _check_close(steps: tuple[Step, ...], path: str) -> None:
    for at, step in enumerate(steps):
        if isinstance(step, CloseStep) and at < len(steps) - 1:
            raise UnusableRitual(f"{path}[{at + 1}]", "can never be reached, it stands after close")
        if isinstance(step, AskStep):
            for name, branch in (("yes", step.yes), ("no", step.no)):
                if any(isinstance(inner, CloseStep) for inner in branch):
                    raise UnusableRitual(f"{path}[{at}].{name}", "close may only be the last step")
                _check_close(branch, f"{path}[{at}].{name}")
    if path == "$.steps" and not (steps and isinstance(steps[-1], CloseStep)):
        raise UnusableRitual(path, "does not end with a close step")


def _check_steps(
    ritual: Ritual, steps: tuple[Step, ...], decks: Mapping[str, Deck], path: str
) -> None:
    for at, step in enumerate(steps):
        place = f"{path}[{at}]"
        _check_lengths(ritual, step, place)
        _check_wording(step, place)
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
            raise UnusableRitual(f"{place}.{field_name}", f"must give each of the lengths {names}")


_ALLOWED: Mapping[type, Mapping[str, set[str]]] = {
    SayStep: {"text": set()},
    CloseStep: {"text": set()},
    ConsentStep: {"ask": {"partner", "minutes"}, "no": set()},
    BreatheStep: {"text": {"minutes"}},
    TalkStep: {"text": {"minutes"}},
    TurnStep: {
        "prompt": {"speaker", "listener", "minutes"},
        "second_prompt": {"speaker", "listener", "minutes"},
        "later_prompt": {"speaker", "listener", "minutes"},
        "reflect_prompt": {"speaker", "listener", "minutes"},
    },
    AskStep: {"text": {"partner"}},
    FirstStep: {"ask": {"partner"}},
    AppointStep: {"ask": set()},
    QuestionStep: {},
}


def _check_wording(step: Step, place: str) -> None:
    for field_name, allowed in _ALLOWED[type(step)].items():
        text = getattr(step, field_name)
        if text is None:
            continue
        try:
            unknown = placeholders(text) - allowed - ALWAYS
        except ValueError as error:
            raise UnusableRitual(f"{place}.{field_name}", str(error)) from error
        if unknown:
            known = ", ".join(sorted(allowed | ALWAYS))
            problem = f"says {{{min(unknown)}}}, which is not there; there are {known}"
            raise UnusableRitual(f"{place}.{field_name}", problem)


def _check_decks(ritual: Ritual, step: QuestionStep, decks: Mapping[str, Deck], place: str) -> None:
    for name in step.decks:
        if name not in decks:
            raise UnusableRitual(f"{place}.decks", f"names the deck {name}, which is not there")
        audience = decks[name].audience
        if ritual.audience == "family" and audience != "family":
            raise UnusableRitual(f"{place}.decks", f"the deck {name} is not for a family table")
        if ritual.audience != "alone" and audience == "alone":
            raise UnusableRitual(f"{place}.decks", f"the deck {name} is for two who are alone")


def _check_fair(ritual: Ritual, steps: tuple[Step, ...], length: str, path: str) -> None:
    """Everybody's time on the floor is the same, in each branch and before roles can change."""
    if ritual.people == "one":
        return
    first = second = 0.0
    for at, step in enumerate(steps):
        if isinstance(step, AskStep):
            _check_fair(ritual, step.yes, length, f"{path}[{at}].yes")
            _check_fair(ritual, step.no, length, f"{path}[{at}].no")
        if isinstance(step, FirstStep) and first != second:
            raise UnusableRitual(f"{path}[{at}]", "roles change before both had the same time")
        if isinstance(step, TurnStep):
            more_first, more_second = _floor_minutes(step, length)
            first, second = first + more_first, second + more_second
    if abs(first - second) > 1e-9:
        problem = (
            f"is unfair: the first has the floor for {first:g} minutes, the second for"
            f" {second:g} (length {length})"
        )
        raise UnusableRitual(path, problem)


def _floor_minutes(step: TurnStep, length: str) -> tuple[float, float]:
    def of(value: Timed | Counted | None) -> float:
        return float(value[length] if isinstance(value, dict) else value or 0)

    turn, back = of(step.minutes), of(step.reflect)
    rounds = of(step.rounds)
    first = turn * (step.who != "second") + back * (step.who != "first")
    second = turn * (step.who != "first") + back * (step.who != "second")
    return first * rounds, second * rounds


def check_content(content: Content) -> None:
    """Refuse content with a ritual that cannot be held or a sentence that cannot be filled.

    Raises:
        BadContent: naming file and line.
    """
    for name, ritual in content.rituals.items():
        try:
            check_ritual(ritual, content.decks)
        except UnusableRitual as error:
            source = content.sources[name]
            line = source.line(error.path)
            remedy = "see docs/writing-content.md"
            raise BadContent(error.problem, file=source.file, line=line, remedy=remedy) from error
