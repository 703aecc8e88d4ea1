"""The sound of one utterance, in bounded memory that is overwritten after use."""

import numpy as np

from assistant.config import SAMPLE_RATE
from assistant.hearing.recognizer import Sound

_FRAME = SAMPLE_RATE // 100
"""Samples; edges are found to 10 ms."""
_ABOVE_FLOOR = 4.0
"""A frame of speech has this many times the power of the room's quiet (6 dB)."""
_BELOW_PEAK = 3e-4
"""And at least this part of the loudest frame's power (-35 dB): the rest is breath and echo."""


class Utterance:
    """Holds up to `seconds` of sound; what comes later is not kept."""

    def __init__(self, seconds: float) -> None:
        """Take the memory once."""
        self._memory = np.zeros(round(seconds * SAMPLE_RATE), np.int16)
        self._length = 0

    @property
    def sound(self) -> Sound:
        """What was kept so far: a view, valid until the next change."""
        return self._memory[: self._length]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self._length / SAMPLE_RATE

    def add(self, block: Sound) -> None:
        """Keep a block, or as much of it as there is room for."""
        kept = block[: len(self._memory) - self._length]
        self._memory[self._length : self._length + len(kept)] = kept
        self._length += len(kept)

    def erase(self) -> None:
        """Overwrite the sound."""
        self._memory[: self._length] = 0
        self._length = 0

    def edges(self, floor: float) -> tuple[float, float]:
        """Find where the speech begins and ends, in seconds from the first sample.

        Args:
            floor: the power of the room's quiet.
        """
        frames = self.sound[: self._length - self._length % _FRAME].reshape(-1, _FRAME)
        power = np.square(frames, dtype=np.float32).mean(axis=1)
        if not len(power):
            return 0.0, 0.0
        speech = np.flatnonzero(power > max(_ABOVE_FLOOR * floor, _BELOW_PEAK * float(power.max())))
        if not len(speech):
            return 0.0, self.seconds
        return float(speech[0]) * 0.01, float(speech[-1] + 1) * 0.01
