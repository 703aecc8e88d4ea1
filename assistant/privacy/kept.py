"""What is kept: one table, from which the spoken answer, the documents and the tests come."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from msgspec.structs import asdict

from assistant.schema import Lines


class Place(StrEnum):
    """Where something is kept; the value is how it is called in the documents."""

    MEMORY = "the memory in the state folder"
    SETTINGS = "the settings file"
    LOG = "the log of the system"


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that outlives the moment.

    Attributes:
        name: its key in ``kept`` of `lines.yaml`, where the words for it are.
        exactly: what is written, for the documents.
        place: where.
        erase: how it is erased.
        rows: the tables of the memory it lies in, and the names of settings there.
    """

    name: str
    exactly: str
    place: Place
    erase: str
    rows: frozenset[str] = frozenset()


_FORGET = 'say "forget everything", or run `turntable forget`'

KEPT = (
    Kept(
        "dates",
        "ritual and time of the next one of each",
        Place.MEMORY,
        _FORGET,
        frozenset({"appointments"}),
    ),
    Kept(
        "questions",
        "deck and number; neither the answer nor the order",
        Place.MEMORY,
        _FORGET,
        frozenset({"questions"}),
    ),
    Kept(
        "starter",
        "the number of the partner who starts next time",
        Place.MEMORY,
        _FORGET,
        frozenset({"starts"}),
    ),
    Kept(
        "voice",
        "loudness and speed",
        Place.MEMORY,
        _FORGET,
        frozenset({"volume", "rate"}),
    ),
    Kept(
        "reminder",
        "its kind and its day",
        Place.MEMORY,
        _FORGET,
        frozenset({"reminders"}),
    ),
    Kept(
        "clock",
        "one time to the hour, to notice a wrong clock after a power cut",
        Place.MEMORY,
        _FORGET,
        frozenset({"last_good"}),
    ),
    Kept(
        "names",
        "what was answered to `turntable setup`",
        Place.SETTINGS,
        "run `turntable setup` again, or delete the file",
    ),
    Kept(
        "faults",
        "starts, stops and faults with their times; no words, no rituals",
        Place.LOG,
        "run `journalctl --rotate --vacuum-time=1s`",
    ),
)
"""Everything. What is not here is not kept; the tests compare this with the disk."""


def what_is_kept_sentence(lines: Lines, kept: Iterable[Kept] = KEPT) -> str:
    """The exact answer to "what do you record?", in the language of the lines."""
    table, words = tuple(kept), asdict(lines.kept)
    templates = {
        Place.MEMORY: lines.record_memory,
        Place.SETTINGS: lines.record_settings,
        Place.LOG: lines.record_log,
    }
    sentences = [lines.record_nothing]
    for place, template in templates.items():
        things = [words[entry.name] for entry in table if entry.place is place]
        if things:
            sentences.append(template.format(things=_listed(things, lines.and_word)))
    return " ".join(sentences)


def _listed(things: list[str], and_word: str) -> str:
    """Things in a row, as they are spoken."""
    return f"{', '.join(things[:-1])}, {and_word} {things[-1]}" if things[1:] else things[0]
