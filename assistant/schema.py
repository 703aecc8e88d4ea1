"""The shapes of content: rituals, decks and the lines of the voice, as they stand in `voices/`.

A ritual is data. Its steps are the general ones below; a new ritual needs no code.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1, max_length=600)]
Minutes = Annotated[float, Meta(gt=0, le=120)]
Timed = Minutes | dict[str, Minutes]
"""Minutes, or minutes by the ritual's lengths: ``5`` or ``{short: 5, long: 10}``."""
Count = Annotated[int, Meta(ge=1, le=12)]
Counted = Count | dict[str, Count]
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=60)]
Audience = Literal["family", "couple", "alone"]


class _Step(Struct, frozen=True, forbid_unknown_fields=True, tag_field="step"):
    """Base of all steps: ``step: NAME`` chooses the kind."""


class SayStep(_Step, frozen=True, tag="say"):
    """Says one sentence or a few."""

    text: Text


class ConsentStep(_Step, frozen=True, tag="consent"):
    """Asks each partner apart; the ritual ends here, without a reason, unless all say yes."""

    ask: Text
    """Said once for each, with ``{partner}``."""
    no: Text | None = None
    """Said when somebody does not want to; else the line ``another_time``."""


class BreatheStep(_Step, frozen=True, tag="breathe"):
    """Quiet together; a soft chime ends it."""

    text: Text
    minutes: Timed


class TurnStep(_Step, frozen=True, tag="turn"):
    """Each in turn holds the floor for the same time, the starter first.

    With `rounds` the turns go back and forth that many times. With `reflect` the listener has the
    floor after each turn, to say back what was heard.
    """

    prompt: Text
    """Said before each turn, with ``{speaker}``, ``{listener}`` and ``{minutes}``."""
    minutes: Timed
    second_prompt: Text | None = None
    """Said instead to everybody after the starter."""
    rounds: Counted = 1
    later_prompt: Text | None = None
    """Said instead before every turn from the second round on."""
    reflect: Timed | None = None
    reflect_prompt: Text | None = None
    """Said before each reflecting; else the line ``reflect``. ``{speaker}`` reflects."""
    who: Literal["each", "first", "second"] = "each"
    """One partner alone, where a later step gives the other the same time."""


class QuestionStep(_Step, frozen=True, tag="question"):
    """Asks questions of decks; each answers before the next one."""

    decks: tuple[Slug, ...]
    minutes: Timed
    count: Counted = 1
    level: Annotated[int, Meta(ge=1, le=3)] = 1
    """The level of the first question: 1 easy, 2 personal, 3 tender."""
    together: bool = False
    """Talk about it together for these minutes, nobody holding the floor, instead of turns."""


class TalkStep(_Step, frozen=True, tag="talk"):
    """Free talk for a time; nobody holds the floor. A chime ends it."""

    text: Text
    minutes: Timed


class AskStep(_Step, frozen=True, tag="ask"):
    """A question of yes or no that chooses what comes next. Silence and pass mean no."""

    text: Text
    yes: tuple["Step", ...] = ()
    no: tuple["Step", ...] = ()
    each: bool = False
    """Ask each partner apart (``{partner}``); yes only when all say yes."""


class FirstStep(_Step, frozen=True, tag="first"):
    """Settles who is first from here on, by asking one after the other; without a yes it ends."""

    ask: Text


class AppointStep(_Step, frozen=True, tag="appoint"):
    """Agrees the next date by voice: "same time Sunday", "tomorrow at eight", or no."""

    ask: Text


class CloseStep(_Step, frozen=True, tag="close"):
    """The last words. Every ritual ends with one."""

    text: Text


Step = (
    SayStep
    | ConsentStep
    | BreatheStep
    | TurnStep
    | QuestionStep
    | TalkStep
    | AskStep
    | FirstStep
    | AppointStep
    | CloseStep
)


class Ritual(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of `voices/<lang>/rituals/`; its name is the file's name."""

    title: Text
    """As it is spoken in a sentence: "the weekly check-in"."""
    lengths: dict[Slug, Annotated[int, Meta(ge=1, le=180)]]
    """The names of its lengths, about how many minutes each takes; the first one is usual."""
    steps: tuple[Step, ...]
    audience: Audience = "couple"
    """``alone`` asks of both first whether they are alone (line ``are_you_alone``)."""
    people: Literal["one", "two", "all"] = "two"
    set_aside_business: bool = False
    """"Business" is answered with a light tick and one gentle sentence (line ``business``)."""


class Deck(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of `voices/<lang>/decks/`; its name is the file's name."""

    title: Text
    audience: Audience
    easy: tuple[Text, ...]
    personal: tuple[Text, ...]
    tender: tuple[Text, ...]

    def questions(self) -> list[tuple[int, str]]:
        """All questions as (level, text), in their lasting order: the index is their number."""
        levels = enumerate((self.easy, self.personal, self.tender), start=1)
        return [(level, text) for level, texts in levels for text in texts]


class Sound(Struct, frozen=True, forbid_unknown_fields=True):
    """`voice.yaml`: which voice speaks a language when the household has not chosen."""

    voice: str
    """The engine's name for it."""


class KeptThings(Struct, frozen=True, forbid_unknown_fields=True):
    """How each thing that is kept is called; the table of them is `privacy.KEPT`."""

    dates: Text
    questions: Text
    starter: Text
    voice: Text
    reminder: Text
    clock: Text
    names: Text
    faults: Text


class Lines(Struct, frozen=True, forbid_unknown_fields=True):
    """`lines.yaml`: every sentence that belongs to no single ritual."""

    another_time: Text
    are_you_alone: Text
    taken_as_no: Text
    answer_first: Text
    answer_next: Text
    reflect: Text
    passed: Text
    time_left: Text
    time_given: Text
    still_your_turn: Text
    equal_time: Text
    like_this: Text
    stopped: Text
    still_paused: Text
    closed_after_pause: Text
    break_begins: Text
    ready_or_later: Text
    break_later: Text
    break_return: Text
    help: Text
    help_in_ritual: Text
    help_page: Text
    asleep: Text
    awake: Text
    business: Text
    no_lighter: Text
    no_deeper: Text
    agreed: Text
    no_date: Text
    date_too_far: Text
    date_same: Text
    date_at: Text
    oclock: Text
    half_past: Text
    hour_and_minute: Text
    invitation: Text
    next_date: Text
    no_dates: Text
    dates_cancelled: Text
    forget_sure: Text
    forgotten: Text
    not_forgotten: Text
    record_nothing: Text
    record_memory: Text
    record_settings: Text
    record_log: Text
    kept: KeptThings
    microphone_back: Text
    voice_back: Text
    one_minute: Text
    some_minutes: Text
    minutes_and_a_half: Text
    some_seconds: Text
    and_word: Text
    days: dict[str, Text]
    """How days and halves of days are spoken."""
    numbers: dict[int, Text]


class SmallActs(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said when the chime of a reminder is answered: one of these, drawn at random."""

    kind_word: Annotated[tuple[Text, ...], Meta(min_length=1)]
    connecting_act: Annotated[tuple[Text, ...], Meta(min_length=1)]


class Starters(Struct, frozen=True, forbid_unknown_fields=True):
    """`starters.yaml`: sentence starters and short explanations, said on request."""

    starters: dict[Slug, Text]
    explainers: dict[Slug, Text]
    reminders: SmallActs
