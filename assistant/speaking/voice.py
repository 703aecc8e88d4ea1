"""What every voice can do, and the sound it gives back."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

QUIET = 64
"""Largest sample (of 32767) that still counts as silence: -54 dBFS, below any speech sound."""


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """Sound in memory.

    Attributes:
        samples: int16, shape (n,), one channel.
        rate: samples a second (Hz).
    """

    samples: NDArray[np.int16]
    rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate


class Voice(Protocol):
    """Turns sentences into sound in memory. May be called from any thread."""

    def synthesize(self, text: str) -> Speech:
        """Give the sound of a sentence, without silence after it; blocks while it is made.

        Raises:
            VoiceFailed: the engine is missing, died, hangs or gave no sound.
        """

    def adjust(self, volume: float, rate: int) -> None:
        """Change loudness (0 to 1) and speed (words a minute) of every sentence from now on."""

    def voices(self) -> tuple[str, ...]:
        """Names that can stand in the configuration as the voice's name, sorted.

        Raises:
            VoiceFailed: the engine is missing.
        """


def without_trailing_silence(sound: Speech, keep: float = 0.02) -> Speech:
    """Cut the silence after the last audible sample, but for `keep` seconds of fading out.

    A sound with nothing audible in it comes back empty. Synthesizers end each sentence with a
    pause (0.3 s in eSpeak NG) that a partner would wait through before the microphone opens.
    """
    audible = np.flatnonzero(np.abs(sound.samples.astype(np.int32)) > QUIET)
    end = int(audible[-1]) + 1 + round(keep * sound.rate) if audible.size else 0
    return Speech(sound.samples[:end], sound.rate)
