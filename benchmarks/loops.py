"""The loops that are compared, behind one face: blocks of sound in, actions out.

Ours is the ear of the assistant. The other two are what people usually build with the same engine:
(a) Vosk with the grammar of the moment and its own endpoints, its text taken as it comes;
(b) Vosk without a grammar, and rapidfuzz's `WRatio` of at least 80 against every phrase.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from rapidfuzz import fuzz, process

from assistant import content
from assistant.config import BLOCK, SAMPLE_RATE, Hearing, Settings
from assistant.events import Heard
from assistant.hearing.ear import Ear
from assistant.hearing.gate import BLOCK_SECONDS, Detector, Gate
from assistant.hearing.recognizer import Sound
from assistant.hearing.rules import Rules
from assistant.hearing.vosk_recognizer import VoskRecognizer, vosk
from assistant.understanding.closed_set import UNKNOWN, ClosedSet
from assistant.understanding.name import heard_name
from assistant.understanding.phrases import Phrases, load_phrases
from benchmarks.commands import MOMENTS, Meaning, closed_sets, meaning_of

ALIKE = 80.0
"""The score from which the usual hobby loop acts."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something a loop did.

    Attributes:
        meaning: the intent it acted on.
        heard: the end of the block with which it knew, in seconds of the sound.
        acted: the same, and the computing until then, as if the sound came from a microphone.
    """

    meaning: Meaning
    heard: float
    acted: float


class Loop(Protocol):
    """Hears the commands of one moment, in one stream of sound."""

    def accept(self, block: Sound, at: float) -> list[Meaning]:
        """Take 512 samples that end at a time in seconds; tell what it acts on."""
        ...


class Engine:
    """A Vosk model with the phrases and the closed sets of every state.

    Our ear and the other loops each load the model for themselves, when they are first used.
    """

    def __init__(self, folder: Path) -> None:
        """Take the folder of the model.

        Raises:
            BadModel, BadContent: it cannot be used with the phrases.
        """
        self._folder = folder
        vosk.SetLogLevel(-1)
        self._model = vosk.Model(model_path=str(folder))
        self.phrases: Phrases = load_phrases(content.intent_files("en"))
        self.phrases.check_vocabulary(self.knows)
        self.name = heard_name(Settings().name, self.knows)
        self.closed = closed_sets(self.phrases, self.name)
        self._plain: dict[str, Any] = {}

    def knows(self, word: str) -> bool:
        """Whether the model's vocabulary has a word."""
        return bool(self._model.vosk_model_find_word(word) >= 0)

    @cached_property
    def recognizer(self) -> VoskRecognizer:
        """The assistant's own recognizer."""
        return VoskRecognizer(self._folder)

    def ear(self, rules: Rules | None = None, detector: Detector | None = None) -> Ear:
        """A fresh ear; other rules and a recorded detector are for measuring."""
        gate = Gate(Hearing(), detector) if detector else None
        return Ear(self.recognizer, self.phrases, self.name, rules=rules, gate=gate)

    def plain(self, state: str | None) -> Any:
        """A Vosk recognizer with the grammar of a state, or without any, ready for a new sound."""
        key = state or ""
        if key not in self._plain:
            grammar = [json.dumps([*self.closed[state].texts, UNKNOWN])] if state else []
            self._plain[key] = vosk.KaldiRecognizer(self._model, SAMPLE_RATE, *grammar)
        self._plain[key].Reset()
        return self._plain[key]


@cache
def engine(model: Path) -> Engine:
    """The engine of a model: one a process."""
    return Engine(model)


class OurLoop:
    """The assistant's ear."""

    def __init__(self, ear: Ear, state: str) -> None:
        """Give a fresh ear the moment of a state."""
        self._ear = ear
        self._ear.listen_for(MOMENTS[state])

    def accept(self, block: Sound, at: float) -> list[Meaning]:
        """Take a block."""
        events = [report.event for report in self._ear.hear(block, at)]
        return [meaning_of(event.intent) for event in events if isinstance(event, Heard)]


class GrammarLoop:
    """(a) Vosk with the grammar of the moment; a text that is a phrase acts."""

    def __init__(self, loaded: Engine, state: str) -> None:
        """Take the recognizer with the state's grammar."""
        self._recognizer = loaded.plain(state)
        self._closed = loaded.closed[state]

    def accept(self, block: Sound, at: float) -> list[Meaning]:  # noqa: ARG002
        """Take a block."""
        if not self._recognizer.AcceptWaveform(block.tobytes()):
            return []
        intent = self._closed.intents.get(json.loads(self._recognizer.Result())["text"])
        return [meaning_of(intent)] if intent else []


class OpenLoop:
    """(b) Vosk without a grammar; the phrase that `WRatio` finds most alike acts."""

    def __init__(self, loaded: Engine, state: str) -> None:
        """Take the recognizer with the model's whole vocabulary."""
        self._recognizer = loaded.plain(None)
        self._closed = loaded.closed[state]

    def accept(self, block: Sound, at: float) -> list[Meaning]:  # noqa: ARG002
        """Take a block."""
        if not self._recognizer.AcceptWaveform(block.tobytes()):
            return []
        found = most_alike(json.loads(self._recognizer.Result())["text"], self._closed)
        return [found] if found else []


def most_alike(text: str, closed: ClosedSet) -> Meaning | None:
    """Give what the hobby loop makes of a text."""
    if not text:
        return None
    found = process.extractOne(text, closed.texts, scorer=fuzz.WRatio, score_cutoff=ALIKE)
    return meaning_of(closed.intents[found[0]]) if found else None


def open_texts(recognizer: Any, sound: Sound) -> Iterator[str]:
    """Give what Vosk makes of a sound between its own endpoints."""
    for block in blocks_of(sound):
        if recognizer.AcceptWaveform(block.tobytes()):
            yield json.loads(recognizer.Result())["text"]


def listen(loop: Loop, sound: Sound) -> list[Meaning]:
    """Let a loop hear a sound; gives what it acted on."""
    return [
        meaning
        for number, block in enumerate(blocks_of(sound), start=1)
        for meaning in loop.accept(block, number * BLOCK_SECONDS)
    ]


def listen_live(loop: Loop, sound: Sound) -> Iterator[Action]:
    """Let a loop hear a sound as from a microphone, and tell when it acts.

    When it acts is computed, not waited for: a block is there when its last sample is, its
    computing begins when the block before is done and takes the processor time that it takes here.
    """
    free = 0.0
    before = time.thread_time()
    for number, block in enumerate(blocks_of(sound), start=1):
        at = number * BLOCK_SECONDS
        meanings = loop.accept(block, at)
        after = time.thread_time()  # a slow call on some machines: once a block
        free = max(free, at) + after - before
        before = after
        yield from (Action(meaning, at, free) for meaning in meanings)


def blocks_of(sound: Sound) -> Iterator[Sound]:
    """Cut a sound into blocks; what is left at the end is filled up with silence."""
    yield from np.pad(sound, (0, -len(sound) % BLOCK)).reshape(-1, BLOCK)
