"""The sound of one utterance, in bounded memory that is overwritten after use."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.config import SAMPLE_RATE
from assistant.hearing.recognizer import Sound

_FRAME = SAMPLE_RATE // 100
"""Samples; speech is found to 10 ms."""
_FRAME_SECONDS = _FRAME / SAMPLE_RATE
_ABOVE_FLOOR = 4.0
"""A frame of speech has this many times the power of the room's quiet (6 dB)."""
_BELOW_PEAK = 3e-4
"""And at least this part of the loudest frame's power (-35 dB): the rest is breath and echo."""


@dataclass(frozen=True, slots=True, eq=False)
class SpeechFrames:
    """Where there is speech in an utterance.

    Attributes:
        frames: for every 10 ms whether it is speech; shape (n,), bool.
    """

    frames: NDArray[np.bool_]

    @property
    def start(self) -> float:
        """When the first speech begins, in seconds; 0 without any."""
        return int(np.argmax(self.frames)) * _FRAME_SECONDS if self.frames.any() else 0.0

    @property
    def end(self) -> float:
        """When the last speech ends, in seconds; the end of everything without any."""
        last = int(np.argmax(self.frames[::-1])) if self.frames.any() else 0
        return (len(self.frames) - last) * _FRAME_SECONDS

    def before(self, time: float) -> float:
        """Seconds of speech before a time; the noise between does not count."""
        return int(self.frames[: max(0, round(time / _FRAME_SECONDS))].sum()) * _FRAME_SECONDS

    def after(self, time: float) -> float:
        """Seconds of speech after a time."""
        return int(self.frames[max(0, round(time / _FRAME_SECONDS)) :].sum()) * _FRAME_SECONDS


class Utterance:
    """Holds up to `seconds` of sound; what comes later is not kept."""

    def __init__(self, seconds: float) -> None:
        """Take the memory once."""
        self._memory = np.zeros(round(seconds * SAMPLE_RATE), np.int16)
        self._voice = np.zeros(-(-len(self._memory) // _FRAME), np.bool_)
        self._length = 0

    @property
    def sound(self) -> Sound:
        """What was kept so far: a view, valid until the next change."""
        return self._memory[: self._length]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self._length / SAMPLE_RATE

    def add(self, block: Sound, *, voice: bool) -> None:
        """Keep a block, or as much of it as there is room for.

        Args:
            block: its samples.
            voice: whether somebody speaks in it, as the gate says.
        """
        kept = block[: len(self._memory) - self._length]
        end = self._length + len(kept)
        self._memory[self._length : end] = kept
        self._voice[self._length // _FRAME : end // _FRAME] = voice
        self._length = end

    def erase(self) -> None:
        """Overwrite the sound."""
        self._memory[: self._length] = 0
        self._length = 0

    def speech(self, floor: float) -> SpeechFrames:
        """Find the speech in it: voice that stands out of the room's quiet.

        Args:
            floor: the power of the room's quiet.
        """
        frames = self.sound[: self._length - self._length % _FRAME].reshape(-1, _FRAME)
        power = np.square(frames, dtype=np.float32).mean(axis=1)
        least = max(_ABOVE_FLOOR * floor, _BELOW_PEAK * float(power.max(initial=0)))
        return SpeechFrames((power > least) & self._voice[: len(power)])
