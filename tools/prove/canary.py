"""A sentence that nobody would say, and the search for it: its words, and its sound."""

import contextlib
import mmap
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import soxr
from numpy.typing import NDArray

from assistant.config import SAMPLE_RATE, VoiceSettings
from assistant.rehearsal.partners import VOICES
from assistant.rehearsal.rehearsal import SPEECH_LEVEL
from assistant.speaking.pyttsx3_voice import Pyttsx3Voice

_WORDS = (
    *("umbrella", "strawberries", "dishwasher", "mushroom", "university", "mattress", "passport"),
    *("suitcase", "newspaper", "potatoes", "toothbrush", "chocolate", "hospital", "headache"),
)
"""The small speech model understands them, so that a transcript would hold them."""
_SPOKEN = 6
_TELLING = 3
"""So many different words of the sentence close together are the sentence."""
_CLOSE = 200
"""Bytes."""
_PIECE = 48
"""Samples (3 ms) of the sound that are looked for; no two recordings share them by chance."""
_PIECES = 12
_LOUD = 500
"""Samples below this are too much alike everywhere."""

Sound = NDArray[np.int16]


class Canary:
    """What was said, and how it would look if it had been kept.

    Attributes:
        words: of the sentence.
        sound: of the sentence, 16 kHz, shape (n,), exactly as it is played.
    """

    def __init__(self, words: Sequence[str], sound: Sound) -> None:
        """Prepare the search."""
        self.words = tuple(words)
        self.sound = sound
        self._texts = [
            re.compile(b"|".join(re.escape(word.encode(coding)) for word in words), re.IGNORECASE)
            for coding in ("utf-8", "utf-16-le")
        ]
        self._pieces = [form for piece in _loud_pieces(sound) for form in _forms(piece)]

    def text_in(self, data: bytes | mmap.mmap) -> bool:
        """Whether a part of the sentence stands in there, as text of one or two bytes a letter."""
        for texts in self._texts:
            last: dict[bytes, int] = {}
            for match in texts.finditer(data):
                last[match[0].lower()] = match.start()
                if sum(match.start() - at <= _CLOSE for at in last.values()) >= _TELLING:
                    return True
        return False

    def sound_in(self, data: bytes | mmap.mmap) -> bool:
        """Whether a piece of the sound is in there, as whole or as floating-point samples."""
        return any(data.find(piece) >= 0 for piece in self._pieces)


def _loud_pieces(sound: Sound) -> Iterator[Sound]:
    """Pieces from all over the sentence, each around the loudest sample there."""
    for stretch in np.array_split(sound, _PIECES):
        loudest = int(np.argmax(np.abs(stretch)))
        if abs(int(stretch[loudest])) >= _LOUD:
            begin = min(loudest, len(stretch) - _PIECE)
            yield stretch[begin : begin + _PIECE]


def _forms(piece: Sound) -> Iterator[bytes]:
    """As programs keep sound: whole numbers in both orders, and fractions."""
    yield piece.astype("<i2").tobytes()
    yield piece.astype(">i2").tobytes()
    yield piece.astype("<f4").tobytes()
    yield (piece / np.float32(32768)).astype("<f4").tobytes()


class Speaker:
    """A synthetic partner's voice."""

    def __init__(self) -> None:
        """Take the first partner's."""
        name, pitch = VOICES[0]
        self._voice = Pyttsx3Voice(VoiceSettings(name=name), pitch=pitch)

    def sound(self, text: str) -> Sound:
        """A sentence at 16 kHz with a little silence around it."""
        speech = self._voice.synthesize(text)
        samples = soxr.resample(speech.samples.astype(np.float64), speech.rate, SAMPLE_RATE)
        samples *= SPEECH_LEVEL / float(np.sqrt(np.mean(samples**2)))
        whole = np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
        return np.pad(whole, (SAMPLE_RATE // 4, SAMPLE_RATE))

    def canary(self, random: Random) -> Canary:
        """A new sentence of random words."""
        words = tuple(random.sample(_WORDS, _SPOKEN))
        return Canary(words, self.sound(" ".join(words)))


@dataclass(frozen=True, slots=True)
class Search:
    """Where it was looked for, and what was found.

    Attributes:
        place: for people.
        files: how many were looked through.
        bytes: in all of them.
        found: what was found, in words for people; empty is good.
    """

    place: str
    files: int
    bytes: int
    found: tuple[str, ...]


def search_text(place: str, text: str, canary: Canary, commands: Sequence[str] = ()) -> Search:
    """Look for the sentence, and for whole commands, in something that was written."""
    data = text.encode(errors="replace")
    found = ["the sentence spoken"] if canary.text_in(data) else []
    found += [f"the command {said!r}" for said in commands if said.lower() in text.lower()]
    return Search(place, 1, len(data), tuple(found))


def search_files(
    place: str,
    folders: Iterable[Path],
    canary: Canary,
    *,
    since: float = 0.0,
    but_not: Path | None = None,
) -> Search:
    """Look for text and sound in all files below some folders.

    Args:
        place: for people.
        folders: those that are missing are empty.
        canary: what to look for.
        since: only files that were changed after this time, seconds since 1970.
        but_not: a folder to pass over.
    """
    files = size = 0
    found = []
    for file in (file for folder in folders for file in _changed_files(folder, since)):
        if but_not is not None and file.is_relative_to(but_not):
            continue
        with (
            contextlib.suppress(OSError, ValueError),  # gone again, or empty
            file.open("rb") as opened,
            mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            files, size = files + 1, size + len(data)
            if canary.text_in(data):
                found.append(f"the sentence in {file.name}")
            if canary.sound_in(data):
                found.append(f"its sound in {file.name}")
    return Search(place, files, size, tuple(found))


def _changed_files(folder: Path, since: float) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        for name in names:
            file = Path(place) / name
            with contextlib.suppress(OSError):  # gone again
                if stat.S_ISREG((found := file.lstat()).st_mode) and found.st_ctime >= since:
                    yield file
