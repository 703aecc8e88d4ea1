"""Sound of any rate, cut into the blocks that the ear takes."""

from collections.abc import Iterator

import numpy as np
import soxr

from assistant.config import BLOCK, SAMPLE_RATE
from assistant.hearing.recognizer import Sound


class Reblocked:
    """Turns sound of any rate, in pieces of any length, into blocks of 512 samples at 16 kHz."""

    def __init__(self, rate: int) -> None:
        """Take the rate of the sound that comes, in Hz."""
        self._resampler = (
            None if rate == SAMPLE_RATE else soxr.ResampleStream(rate, SAMPLE_RATE, 1, "float32")
        )
        self._rest = np.zeros(0, np.int16)

    def add(self, sound: Sound, *, last: bool = False) -> Iterator[Sound]:
        """Take the next piece and give every block that is complete with it.

        Args:
            sound: shape (n,).
            last: nothing comes after it: the rest is filled up with silence.
        """
        if self._resampler:
            # Not as integers: soxr dithers them, and no file would be heard the same way twice.
            resampled = self._resampler.resample_chunk(sound.astype(np.float32), last=last)
            sound = np.clip(np.rint(resampled), -32768, 32767).astype(np.int16)
        joined = np.concatenate([self._rest, sound])
        if last:
            joined = np.pad(joined, (0, -len(joined) % BLOCK))
        whole = len(joined) - len(joined) % BLOCK
        self._rest = joined[whole:]
        yield from joined[:whole].reshape(-1, BLOCK)
