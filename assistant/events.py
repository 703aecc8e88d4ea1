"""What goes into a conversation, and what comes out of it.

Events and commands are frozen values without behaviour. No event carries recognized words: only
intents leave `understanding`. Times are seconds of one monotonic clock, given beside the event.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Intent:
    """What a partner meant: a name from `intents/`, its slots, and whether it was addressed to us.

    Attributes:
        name: for example ``StartTurns``.
        slots: for example ``{"minutes": 5}``.
        addressed: the assistant's name came first, or a button or key was used.
    """

    name: str
    slots: Mapping[str, str | int] = field(default_factory=dict)
    addressed: bool = False


class StateName(StrEnum):
    """The six states an observer can see."""

    IDLE = "idle"
    ASKED = "asked"
    FLOOR = "floor"
    SPEAKING = "speaking"
    PAUSED = "paused"
    ASLEEP = "asleep"


class ChimeName(StrEnum):
    """The sounds the assistant makes besides speech."""

    TURN_OPENS = "turn-opens"
    MINUTE_LEFT = "minute-left"
    TURN_ENDS = "turn-ends"
    HEARD = "heard"
    PAUSED = "paused"
    NOT_UNDERSTOOD = "not-understood"
    TICK = "tick"
    INVITE = "invite"


class Part(StrEnum):
    """Parts that can be lost and come back while the assistant runs."""

    MICROPHONE = "microphone"
    LOUDSPEAKER = "loudspeaker"
    VOICE = "voice"
    RECOGNIZER = "recognizer"
    MEMORY = "memory"


# ---- events: what goes in --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heard:
    """A partner said one whole phrase of the moment, or pressed a button."""

    intent: Intent


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Somebody spoke and it was no phrase of the moment."""


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """Somebody began to speak (voice activity only, no words)."""


@dataclass(frozen=True, slots=True)
class VoiceEnded:
    """Nobody speaks any more (voice activity only, no words)."""


@dataclass(frozen=True, slots=True)
class SpeechFinished:
    """The assistant's own utterance has been played to its end, or was stopped.

    `utterance_id` tells a late report of an old utterance from the one that is waited for.
    """

    utterance_id: int


@dataclass(frozen=True, slots=True)
class Tick:
    """The conversation's own deadline has come."""


@dataclass(frozen=True, slots=True)
class DateArrived:
    """An agreed date, or an opt-in reminder, has come.

    Attributes:
        ritual: the ritual to invite to; empty for a reminder.
        reminder: the line to say if the invitation is answered; empty for a ritual.
    """

    ritual: str = ""
    reminder: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """A date as it is spoken; the wall clock that resolves it is elsewhere.

    Attributes:
        day: ``today``, ``tomorrow``, a weekday, or empty for the same weekday a week on.
        time: ``H:MM`` as spoken (twelve hours), or empty for the same time.
        half: ``morning``, ``afternoon``, ``evening`` or empty.
    """

    day: str = ""
    time: str = ""
    half: str = ""


@dataclass(frozen=True, slots=True)
class DatesChanged:
    """The dates that are agreed now: (ritual, when), the next one first."""

    dates: tuple[tuple[str, When], ...]


@dataclass(frozen=True, slots=True)
class PartLost:
    """A part of the assistant stopped working and is being rebuilt."""

    part: Part


@dataclass(frozen=True, slots=True)
class PartBack:
    """A lost part works again."""

    part: Part


Event = (
    Heard
    | NotUnderstood
    | VoiceStarted
    | VoiceEnded
    | SpeechFinished
    | Tick
    | DateArrived
    | DatesChanged
    | PartLost
    | PartBack
)


# ---- commands: what comes out ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a sentence; a `SpeechFinished` with the same id is awaited."""

    utterance_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Prepare:
    """A sentence that will probably be said next: have its sound ready."""

    text: str


@dataclass(frozen=True, slots=True)
class Hush:
    """Stop the voice at once and drop what is queued."""


@dataclass(frozen=True, slots=True)
class Chime:
    """Play a short sound; nothing is awaited."""

    name: ChimeName


@dataclass(frozen=True, slots=True)
class ListenFor:
    """From now on these intents can be heard, and nothing else.

    Attributes:
        state: the state the conversation is in now.
        intents: names of the intents that mean something now; empty closes the ear.
        bare: those of them that act without the assistant's name before them.
    """

    state: StateName
    intents: frozenset[str]
    bare: frozenset[str]


class TurnChange(StrEnum):
    """What can happen to a turn."""

    START = "start"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    END = "end"


@dataclass(frozen=True, slots=True)
class TurnMark:
    """A turn began, stopped, went on, grew or ended.

    Attributes:
        change: which of these.
        partner: who holds the floor, counted from 1.
        seconds: the time granted to this turn in all.
    """

    change: TurnChange
    partner: int
    seconds: float


@dataclass(frozen=True, slots=True)
class SetVoice:
    """Change loudness (0 to 1) and speed (words a minute) of the voice, now and for later."""

    volume: float
    rate: int


@dataclass(frozen=True, slots=True)
class OpenMicrophone:
    """Open or really close the microphone (asleep)."""

    open: bool


@dataclass(frozen=True, slots=True)
class UseQuestion:
    """Remember that a question of a deck was asked.

    Attributes:
        deck: the deck's name.
        number: the question's place in it, from 0.
        forget: decks that were exhausted; their numbers are forgotten first.
    """

    deck: str
    number: int
    forget: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StartNextTimeWith:
    """Remember who starts next time, counted from 1."""

    partner: int


@dataclass(frozen=True, slots=True)
class Appoint:
    """Remember the next date for a ritual."""

    ritual: str
    when: When


@dataclass(frozen=True, slots=True)
class CancelAppointments:
    """Drop the dates for a ritual, or all of them when `ritual` is empty."""

    ritual: str = ""


@dataclass(frozen=True, slots=True)
class ForgetEverything:
    """Erase the memory for good."""


Command = (
    Say
    | Prepare
    | Hush
    | Chime
    | ListenFor
    | TurnMark
    | SetVoice
    | OpenMicrophone
    | UseQuestion
    | StartNextTimeWith
    | Appoint
    | CancelAppointments
    | ForgetEverything
)
