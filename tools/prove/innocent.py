"""What a session may do to the world outside, each with its reason. Anything else is a finding."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.prove.trace import Act, Kind, Trace


@dataclass(frozen=True, slots=True)
class Innocent:
    """Something that may be done.

    Attributes:
        kind: of what.
        pattern: matches all of it; names of folders stand for themselves, as in ``STATE/…``.
        reason: why it is harmless.
    """

    kind: Kind
    pattern: str
    reason: str


INNOCENT = (
    Innocent(
        Kind.FILE,
        r"STATE/memory\.sqlite3(-journal)?",
        "the memory: dates, questions used, who starts, settings",
    ),
    Innocent(Kind.FILE, r"OUTPUT", "what it prints; a service prints into its log"),
    Innocent(Kind.FILE, r"STATE", "the state folder itself, made if it is missing"),
    Innocent(Kind.FILE, r"RUN(/turntable(/control)?)?", "the socket for turntable status"),
    Innocent(Kind.FILE, r"/dev/(null|tty|snd/.*|dsp\d*)", "a device, no disk"),
    Innocent(
        Kind.FILE,
        r"memory shared by pulseaudio",
        "sound on its way to and from the sound server, in memory",
    ),
    Innocent(
        Kind.FILE,
        r"SOUND(/cookie)?|RUN/pulse|HOME/.config(/pulse(/cookie)?)?",
        "PulseAudio's own password for its server",
    ),
    Innocent(
        Kind.FILE,
        r"/dev/shm/jack.*",  # noqa: S108 - nothing is written there here
        "JACK's own list of clients: PortAudio asks for its server",
    ),
    Innocent(
        Kind.FILE,
        r".*/__pycache__(/[^/]*\.pyc(\.\d+)?)?",
        "Python's compiled form of the program, before the seal",
    ),
    Innocent(Kind.SOCKET, r"local SOUND/s", "the sound server"),
    Innocent(Kind.SOCKET, r"local RUN/turntable/control", "answers turntable status"),
    Innocent(Kind.SOCKET, r"local /dev/shm/jack.*", "PortAudio looks for a JACK server"),
    Innocent(Kind.PROGRAM, r"PYTHON", "the assistant"),
    Innocent(
        Kind.PROGRAM,
        r"(/usr)?/sbin/ldconfig",
        "Python looks for PortAudio's library, before the seal",
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: acts that are alike, how much there was of them, and their reason.

    Attributes:
        kind: of acts.
        what: with the names of folders in place of their paths.
        times: how often.
        bytes: written.
        reason: empty if there is none: a finding.
        refused: it was tried, and not let.
    """

    kind: Kind
    what: tuple[str, ...]
    times: int
    bytes: int
    reason: str
    refused: bool = False


def judge(trace: Trace, folders: Mapping[str, Path]) -> list[Row]:
    """Give each act its reason, if it has one; those with the same reason become one row."""
    groups: dict[tuple[Kind, str, bool], list[Act]] = {}
    for act in trace.acts:
        reason = _reason(act.kind, _shortened(act.what, folders))
        groups.setdefault((act.kind, reason, act.refused and not reason), []).append(act)
    rows = []
    for (kind, reason, refused), acts in groups.items():
        what = tuple(sorted({_shortened(act.what, folders) for act in acts}))
        times = sum(trace.acts[act] for act in acts)
        size = sum(trace.bytes[path] for path in {act.what for act in acts})
        rows.append(Row(kind, what, times, size, reason, refused))
    return sorted(rows, key=lambda row: (list(Kind).index(row.kind), row.what))


def _shortened(what: str, folders: Mapping[str, Path]) -> str:
    for name, folder in folders.items():
        what = re.sub(rf"(?<![\w/]){re.escape(str(folder))}(?![\w.-])", name, what)
    return what


def _reason(kind: Kind, what: str) -> str:
    for innocent in INNOCENT:
        if innocent.kind is kind and re.fullmatch(innocent.pattern, what):
            return innocent.reason
    return ""
