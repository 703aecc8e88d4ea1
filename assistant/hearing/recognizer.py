"""What the ear asks of a speech recognizer."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.understanding.closed_set import ClosedSet
from assistant.understanding.words import Words

Sound = NDArray[np.int16]
"""Mono samples at 16 kHz, shape (n,)."""


class Recognizer(Protocol):
    """Decodes one utterance at a time with the phrases of a moment.

    Every method but `knows` raises `RecognizerFailed` when the engine fails.
    """

    def knows(self, word: str) -> bool:
        """Whether the model's vocabulary has a word."""
        ...

    def start(self, closed: ClosedSet, *, unknown: bool = True) -> None:
        """Begin an utterance, forgetting what there was of another.

        Args:
            closed: the only phrases to listen for.
            unknown: let the engine answer that it was none of them; the assistant always does.
        """
        ...

    def accept(self, sound: Sound) -> None:
        """Take more of the utterance, any number of samples."""
        ...

    def partial(self) -> Words:
        """Give what was understood so far, without times."""
        ...

    def finish(self) -> Sequence[Words]:
        """End the utterance and give what it may have been, the likeliest first, never empty."""
        ...

    def listen_openly(self, sound: Sound) -> Words:
        """Decode a whole sound with the model's full vocabulary: the second look."""
        ...
