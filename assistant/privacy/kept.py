"""What is kept: one table, from which the spoken answer, the documents and the tests come."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where something is kept; the value is how it is called in the documents."""

    MEMORY = "the memory in the state folder"
    SETTINGS = "the settings file"
    LOG = "the log of the system"


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that outlives the moment.

    Attributes:
        spoken: what it is, as the assistant says it after "I remember" or "The … holds".
        exactly: what is written, for the documents.
        place: where.
        erase: how it is erased.
        rows: the tables of the memory it lies in, and the names of settings there.
    """

    spoken: str
    exactly: str
    place: Place
    erase: str
    rows: frozenset[str] = frozenset()


_FORGET = 'say "forget everything", or run `turntable forget`'

KEPT = (
    Kept(
        "the dates",
        "ritual and time of the next one of each",
        Place.MEMORY,
        _FORGET,
        frozenset({"appointments"}),
    ),
    Kept(
        "the questions used",
        "deck and number; neither the answer nor the order",
        Place.MEMORY,
        _FORGET,
        frozenset({"questions"}),
    ),
    Kept(
        "who starts",
        "the number of the partner who starts next time",
        Place.MEMORY,
        _FORGET,
        frozenset({"starts"}),
    ),
    Kept(
        "the voice settings",
        "loudness and speed",
        Place.MEMORY,
        _FORGET,
        frozenset({"volume", "rate"}),
    ),
    Kept(
        "the day of the last reminder",
        "its kind and its day",
        Place.MEMORY,
        _FORGET,
        frozenset({"reminders"}),
    ),
    Kept(
        "the last hour my clock was right",
        "one time to the hour, to notice a wrong clock after a power cut",
        Place.MEMORY,
        _FORGET,
        frozenset({"last_good"}),
    ),
    Kept(
        "your names and choices",
        "what was answered to `turntable setup`",
        Place.SETTINGS,
        "run `turntable setup` again, or delete the file",
    ),
    Kept(
        "faults of the device",
        "starts, stops and faults with their times; no words, no rituals",
        Place.LOG,
        "run `journalctl --rotate --vacuum-time=1s`",
    ),
)
"""Everything. What is not here is not kept; the tests compare this with the disk."""


def what_is_kept_sentence(kept: Iterable[Kept] = KEPT) -> str:
    """The exact answer to "what do you record?", to be spoken."""
    table = tuple(kept)
    memory, settings, log = (
        _listed([entry.spoken for entry in table if entry.place is place]) for place in Place
    )
    return (
        "I record no sound and no words, and nothing leaves this device. "
        f"I remember {memory}. Say forget everything, and that is erased. "
        f"My settings hold {settings}. The log of the system notes {log}, without a word of yours."
    )


def _listed(things: list[str]) -> str:
    """Things in a row, as they are spoken."""
    return f"{', '.join(things[:-1])}, and {things[-1]}" if len(things) > 1 else "".join(things)
