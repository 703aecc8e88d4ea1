"""What the ear makes of sound files: the very path of the microphone, with a file's own time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from assistant.config import BLOCK
from assistant.errors import BadSoundFile
from assistant.events import Heard, ListenFor, NotUnderstood, VoiceEnded
from assistant.hearing.blocks import Reblocked
from assistant.hearing.ear import Ear, EarReport
from assistant.hearing.gate import BLOCK_SECONDS
from assistant.hearing.recognizer import Sound

_LONGEST = 4 * 3600
"""Seconds. A file is read piece by piece, so this only stops what was meant to be another file."""
_UNKNOWN = 2**62
"""Frames: what libsndfile says of a file that was encoded as a stream, such as FLAC from a pipe."""
_SLOWEST, _FASTEST = 1_000, 1_000_000
"""Hz. A header with any other rate is damaged, and such numbers crash the resampler."""
_PIECE = 8_192
"""Frames read at a time, so that a header with a thousand channels costs no more than 32 MiB."""
_BEFORE = 12
"""Blocks of silence before a file, so that one that begins with a word is heard like a room."""
_AFTERWARDS = 1.0
"""Seconds of silence after a file, so that its last utterance comes to an end."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What was heard in one file; times are positions in it, in seconds.

    Attributes:
        file: its name as it was given.
        seconds: how long it is.
        utterances: how many times somebody spoke.
        ignored: how many of these were no command.
        heard: the commands, with `start`, `end` and `acted` of each.
    """

    file: str
    seconds: float
    utterances: int
    ignored: int
    heard: tuple[EarReport, ...]

    def as_json(self) -> dict[str, object]:
        """Give the object of `turntable hear --json`."""
        heard = [
            {
                "intent": report.event.intent.name,
                "slots": dict(report.event.intent.slots),
                "start": round(max(0.0, report.start), 3),  # an edge is a guess
                "end": round(report.end, 3),
                "acted": round(report.acted, 3),
            }
            for report in self.heard
            if isinstance(report.event, Heard)
        ]
        return {
            "file": self.file,
            "seconds": round(self.seconds, 3),
            "utterances": self.utterances,
            "ignored": self.ignored,
            "heard": heard,
        }


def hear_file(file: Path, ear: Ear, moment: ListenFor) -> FileReport:
    """Let a fresh ear hear a file.

    Args:
        file: WAV, FLAC or anything else libsndfile reads; 1 kHz to 1 MHz, any width and channels.
        ear: one that has heard nothing yet.
        moment: what can be heard.

    Raises:
        BadSoundFile: not a sound file, empty, too long, or of a rate that cannot be.
        RecognizerFailed: the engine failed.
    """
    ear.listen_for(moment)
    reports: list[EarReport] = []
    with _opened(file) as source:
        for number, block in enumerate(_blocks(source), start=1 - _BEFORE):
            reports += ear.hear(block, number * BLOCK_SECONDS)
        return FileReport(
            file=str(file),
            seconds=source.tell() / source.samplerate,
            utterances=_count(reports, VoiceEnded),
            ignored=_count(reports, NotUnderstood),
            heard=tuple(report for report in reports if isinstance(report.event, Heard)),
        )


@contextmanager
def _opened(file: Path) -> Iterator[soundfile.SoundFile]:
    remedy = "give a WAV or FLAC file"
    try:
        if not file.is_file():  # a pipe could hold us up for ever
            raise BadSoundFile("is no plain file", file=file, remedy=remedy)
        # By its number: of a name that ends in .raw or .vox libsndfile would believe anything.
        with soundfile.SoundFile(os.open(file, os.O_RDONLY)) as source:
            _check(source, file)
            yield source
    except (soundfile.SoundFileError, OSError) as error:
        raise BadSoundFile("cannot be read as sound", file=file, remedy=remedy) from error


def _check(source: soundfile.SoundFile, file: Path) -> None:
    if not source.frames:
        raise BadSoundFile("holds no sound", file=file)
    if not _SLOWEST <= source.samplerate <= _FASTEST:
        raise BadSoundFile(f"claims {source.samplerate} samples a second", file=file)
    if source.frames >= _UNKNOWN:
        remedy = "save it as a WAV file"
        raise BadSoundFile("does not say how long it is", file=file, remedy=remedy)
    if source.frames > _LONGEST * source.samplerate:
        raise BadSoundFile("is longer than four hours", file=file, remedy="cut it into pieces")


def _blocks(source: soundfile.SoundFile) -> Iterator[Sound]:
    """Read a file piece by piece as 16 kHz mono, with silence around it."""
    yield from np.zeros((_BEFORE, BLOCK), np.int16)
    blocks = Reblocked(source.samplerate)
    # Not `source.blocks`: where a file ends before its header says, that repeats the last piece.
    while len(piece := source.read(_PIECE, dtype="float32", always_2d=True)):
        yield from blocks.add(_one_channel(piece))
    silence = np.zeros(round(_AFTERWARDS * source.samplerate), np.int16)
    yield from blocks.add(silence, last=True)


def _one_channel(piece: NDArray[np.float32]) -> Sound:
    """Mix all channels; what is no number is silence, and what is too loud is as loud as can be."""
    mixed = np.nan_to_num(np.clip(piece, -1.0, 1.0)).mean(axis=1)
    samples: Sound = np.minimum(np.rint(mixed * np.float32(32768)), 32767).astype(np.int16)
    return samples


def _count(reports: list[EarReport], event: type[VoiceEnded | NotUnderstood]) -> int:
    return sum(isinstance(report.event, event) for report in reports)
