"""How well the exported model understands: the real Vosk, behind the real voice detector.

A phrase is accepted when what comes out of a grammar of all phrases and ``[unk]``
means the same to the assistant's matcher; it is wrong when it means anything else.
The ear's further rules (edges, second look) are not part of this measure.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import vosk

from assistant.config import BLOCK, Hearing
from assistant.events import Intent
from assistant.hearing.gate import Change, Gate
from assistant.understanding.closed_set import ClosedSet
from assistant.understanding.matcher import Matcher
from tools.rehearsal_model import noise, texts
from tools.rehearsal_model.corpus import Array, Recording
from tools.rehearsal_model.features import RATE
from tools.rehearsal_model.graph import UNKNOWN_WORD
from tools.rehearsal_model.synthesis import as_int16
from tools.rehearsal_model.voices import (
    ESPEAK,
    FESTIVAL,
    FLITE,
    HELD_ESPEAK_ACCENT,
    HELD_ESPEAK_VARIANTS,
    HELD_FESTIVAL,
    HELD_FLITE,
)

Voice = tuple[str, str]

TRAINED_VOICES: tuple[Voice, ...] = (
    (FLITE, "slt"),
    (FLITE, "rms"),
    (FLITE, "kal16"),
    (FESTIVAL, "cmu_us_slt_arctic_hts"),
    (FESTIVAL, "kal_diphone"),
    *[(ESPEAK, name) for name in ("en-us", "en-gb", "en-us+f2", "en-gb+m3", "en-us+Annie")],
)
UNSEEN_VOICES: tuple[Voice, ...] = (
    *[(ESPEAK, f"en-us+{variant}") for variant in HELD_ESPEAK_VARIANTS],
    (ESPEAK, HELD_ESPEAK_ACCENT),
    (FLITE, HELD_FLITE),
    (FESTIVAL, HELD_FESTIVAL),
)
#: Phrases of every intent that are spoken; an intent with fewer has all of them spoken.
PHRASES_PER_INTENT = 2
NOISE_DB = 12.0
#: Quiet before and after a recording, so that the detector has something to wait for.
QUIET = np.zeros(RATE, np.int16)


@dataclass
class Tally:
    """What became of a voice's phrases."""

    accepted: int = 0
    wrong: int = 0
    spoken: int = 0
    misheard: list[tuple[str, list[str]]] = field(default_factory=list)

    def add(self, said: str, heard: list[str], ear: Ear) -> None:
        """Count one phrase."""
        self.spoken += 1
        meanings = [meaning for meaning in map(ear.meaning, heard) if meaning is not None]
        if meanings == [ear.meaning(said)]:
            self.accepted += 1
            return
        self.wrong += bool(meanings)
        self.misheard.append((said, heard))

    def shares(self) -> str:
        """Accepted and wrong, in percent."""
        accepted, wrong = (100 * count / self.spoken for count in (self.accepted, self.wrong))
        return f"{accepted:.1f} / {wrong:.1f}"


class Ear:
    """A model, a grammar, and the voice detector before them."""

    def __init__(self, model: Path, closed: ClosedSet) -> None:
        vosk.SetLogLevel(-1)
        self._closed = closed
        self._gate = Gate(Hearing())
        self._matcher = Matcher(Hearing())
        words = json.dumps([*closed.texts, UNKNOWN_WORD])
        self._recognizer: Any = vosk.KaldiRecognizer(vosk.Model(str(model)), RATE, words)

    def meaning(self, text: str) -> Intent | None:
        """What the assistant takes a text for, if for anything."""
        return self._matcher.match(text, self._closed)

    def hear(self, samples: Array) -> list[str]:
        """The text of every utterance in the recording."""
        heard = map(self._decode, self._utterances(samples))
        return [text for text in heard if text]

    def _utterances(self, samples: Array) -> Iterator[list[Array]]:
        """The blocks of every stretch of voice, those just before it included."""
        blocks: list[Array] = []
        self._gate.reset()
        for start in range(0, len(samples) - BLOCK + 1, BLOCK):
            block = samples[start : start + BLOCK]
            change = self._gate.accept(block)
            if change is Change.OPENED:
                blocks = self._gate.recent
            elif blocks:
                blocks.append(block)
            if change is Change.CLOSED:
                yield blocks
                blocks = []
        if blocks:
            yield blocks

    def _decode(self, blocks: list[Array]) -> str:
        """The gate decides where an utterance ends, not Vosk: its parts are joined."""
        results = [
            self._recognizer.Result()
            for block in blocks
            if self._recognizer.AcceptWaveform(block.tobytes())
        ]
        results.append(self._recognizer.FinalResult())
        return " ".join(filter(None, (json.loads(result)["text"] for result in results)))


def phrases_to_say(seed: int = 1) -> list[str]:
    """Some phrases of every intent; every fourth begins with the assistant's name."""
    draw = random.Random(seed)
    chosen = []
    for group in texts.phrases_by_intent().values():
        chosen += draw.sample(group, min(PHRASES_PER_INTENT, len(group)))
    return [f"{texts.NAME} {each}" if n % 4 == 0 else each for n, each in enumerate(chosen)]


def everything() -> ClosedSet:
    """All phrases, bare and after the name: larger than the set of any moment, so harder."""
    phrases = texts.load()
    return phrases.closed_set(phrases.intents, phrases.intents, texts.NAME)


def noisy(samples: Array, decibels: float, noises: Sequence[Array], seed: int) -> Array:
    """Speech and the quiet around it, with noise; without ``noises``, white noise.

    The noise lies ``decibels`` below the speech, both as root mean squares.
    """
    rng = np.random.default_rng(seed)
    padded = np.concatenate([QUIET, samples, QUIET])
    if noises:
        chosen = noises[int(rng.integers(len(noises)))].astype(np.float32)
        sound = noise.unit(np.resize(np.roll(chosen, rng.integers(len(chosen))), len(padded)))
    else:
        sound = rng.standard_normal(len(padded))
    loudness = np.sqrt(np.mean(np.square(samples.astype(np.float32))))
    return as_int16(padded + sound * loudness * 10 ** (-decibels / 20))


def tally(
    ear: Ear, recordings: Iterable[Recording], decibels: float | None, noises: Sequence[Array] = ()
) -> dict[str, Tally]:
    """What became of the phrases, by voice."""
    tallies: dict[str, Tally] = {}
    for each in recordings:
        if decibels is None:
            samples = np.concatenate([QUIET, each.samples, QUIET])
        else:
            samples = noisy(each.samples, decibels, noises, each.utterance.number)
        name = f"{each.utterance.engine} {each.utterance.voice}"
        heard = ear.hear(samples)
        tallies.setdefault(name, Tally()).add(each.utterance.text, heard, ear)
    return tallies


def false_actions(ear: Ear, recordings: Iterable[Array]) -> tuple[int, float]:
    """Phrases heard where none was said, and the hours listened to."""
    found, seconds = 0, 0.0
    for samples in recordings:
        found += sum(ear.meaning(text) is not None for text in ear.hear(samples))
        seconds += len(samples) / RATE
    return found, seconds / 3600
