"""The contract of the JSON lines, as shapes that know every key and refuse any other."""

from typing import Literal

import msgspec
from msgspec import Struct


class _Line(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    t: float


class Say(_Line, frozen=True, tag="say"):
    """The assistant says a sentence."""

    text: str


class Chimed(_Line, frozen=True, tag="chime"):
    """A chime."""

    name: str


class Turned(_Line, frozen=True, tag="turn"):
    """A turn began, stopped, went on, grew or ended."""

    event: Literal["start", "paused", "resumed", "extended", "end"]
    partner: int
    seconds: float


class HeardLine(_Line, frozen=True, tag="heard"):
    """A command was understood."""

    intent: str
    slots: dict[str, str | int]


class Ignored(_Line, frozen=True, tag="ignored"):
    """Somebody spoke, and it was no command."""


class State(_Line, frozen=True, tag="state"):
    """The state changed."""

    name: Literal["idle", "asked", "floor", "speaking", "paused", "asleep"]


class Spoken(_Line, frozen=True, tag="spoken"):
    """A synthetic partner says something."""

    partner: int
    text: str


Line = Say | Chimed | Turned | HeardLine | Ignored | State
RehearsedLine = Line | Spoken


class HeardInFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One command heard in a file."""

    intent: str
    slots: dict[str, str | int]
    start: float
    end: float
    acted: float


class FileLine(Struct, frozen=True, forbid_unknown_fields=True):
    """What was heard in one file."""

    file: str
    seconds: float
    utterances: int
    ignored: int
    heard: list[HeardInFile]


def typed_lines(text: str) -> list[Line]:
    """Lines of `turntable type --json`; anything else raises."""
    return [msgspec.json.decode(line, type=Line) for line in text.splitlines()]


def rehearsed_lines(text: str) -> list[RehearsedLine]:
    """Lines of `turntable rehearse --json`; anything else raises."""
    return [msgspec.json.decode(line, type=RehearsedLine) for line in text.splitlines()]
