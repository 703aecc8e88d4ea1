"""Voice for faults: does on demand what the real one does only on a bad day."""

import threading

import numpy as np

from assistant.errors import VoiceFailed
from assistant.speaking.voice import Speech


class FakeVoice:
    """Speaks a hum of 50 ms for each word; fails and hangs when told to.

    Attributes:
        synthesized: every text it was asked for, in order.
        volume: the loudness set last.
        rate: the speed set last, words a minute.
    """

    def __init__(self, sample_rate: int = 22_050) -> None:
        """Speak at `sample_rate` Hz."""
        self.synthesized: list[str] = []
        self.volume = 1.0
        self.rate = 150
        self._sample_rate = sample_rate
        self._failures: list[VoiceFailed] = []
        self._may_go_on = threading.Event()
        self._may_go_on.set()

    def synthesize(self, text: str) -> Speech:
        """Give a hum as long as the text.

        Raises:
            VoiceFailed: when told to by `fail_next`.
        """
        self.synthesized.append(text)
        self._may_go_on.wait()
        if self._failures:
            raise self._failures.pop(0)
        time = np.arange(round(0.05 * self._sample_rate) * len(text.split())) / self._sample_rate
        hum = 10_000 * self.volume * np.sin(2 * np.pi * 200 * time)
        return Speech(hum.astype(np.int16), self._sample_rate)

    def adjust(self, volume: float, rate: int) -> None:
        """Remember loudness and speed."""
        self.volume, self.rate = volume, rate

    def voices(self) -> tuple[str, ...]:
        """One voice."""
        return ("en-gb",)

    # ---- what a test does with it --------------------------------------------------------------

    def fail_next(self, problem: str = "the voice engine died") -> None:
        """Fail once, at the next sentence or after those that fail already."""
        self._failures.append(VoiceFailed(problem))

    def hang(self) -> None:
        """Block in every synthesis until `go_on`."""
        self._may_go_on.clear()

    def go_on(self) -> None:
        """Let all go on that hang."""
        self._may_go_on.set()
