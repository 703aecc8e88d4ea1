"""Voice and loudspeaker for faults: they do on demand what real ones do only on a bad day."""

import queue
import threading
from collections import deque
from collections.abc import Callable

import numpy as np

from assistant.errors import LoudspeakerLost, VoiceFailed
from assistant.speaking.playback import Back, Lost, Played, Report
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
        self._asked = threading.Event()
        self._may_go_on = threading.Event()
        self._may_go_on.set()

    def synthesize(self, text: str) -> Speech:
        """Give a hum as long as the text.

        Raises:
            VoiceFailed: when told to by `fail_next`.
        """
        self.synthesized.append(text)
        self._asked.set()
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
        self._asked.clear()
        self._may_go_on.clear()

    def wait_until_it_hangs(self) -> None:
        """Wait until a synthesis has begun since `hang`."""
        self._asked.wait(10)

    def go_on(self) -> None:
        """Let all go on that hang."""
        self._may_go_on.set()


class FakeLoudspeaker:
    """Keeps every sound until a test says that it has been played.

    Attributes:
        sounds: all that was to be played, in order, stopped or not.
        stops: how often it was told to fall silent.
        closed: it was closed.
    """

    def __init__(self, on_report: Callable[[Report], None]) -> None:
        """Report to `on_report`, from whatever thread calls."""
        self.sounds: list[Speech] = []
        self.stops = 0
        self.closed = False
        self._on_report = on_report
        self._queue: deque[int | None] = deque()
        self._arrivals: queue.SimpleQueue[Speech] = queue.SimpleQueue()
        self._lost = False
        self._hangs = False

    def play(self, sound: Speech, utterance_id: int | None = None) -> None:
        """Keep it; while lost it is over at once."""
        self.sounds.append(sound)
        self._queue.append(utterance_id)
        self._arrivals.put(sound)
        if self._lost:
            self._drop_all()

    def stop(self) -> None:
        """Drop all that is kept."""
        self.stops += 1
        self._drop_all()

    def check(self) -> None:
        """Notice that it hangs, as `hang` said."""
        if self._hangs:
            self._hangs = False
            self.lose("the loudspeaker takes no sound any more")

    def unless_playing(self, work: Callable[[], None]) -> bool:
        """Do it if nothing is kept."""
        if self._queue:
            return False
        work()
        return True

    def is_alive(self) -> bool:
        """Whether it was not closed."""
        return not self.closed

    def close(self) -> None:
        """Drop all that is kept and take nothing more."""
        self.closed = True
        self._drop_all()

    def _drop_all(self) -> None:
        while self._queue:
            self.finish()

    # ---- what a test does with it --------------------------------------------------------------

    def next_sound(self) -> Speech:
        """Wait for the next sound that is to be played, in order.

        Raises:
            LoudspeakerLost: none came in 10 seconds.
        """
        try:
            return self._arrivals.get(timeout=10)
        except queue.Empty:
            raise LoudspeakerLost("nothing was to be played") from None

    def finish(self) -> None:
        """The first sound in the queue has been played."""
        utterance_id = self._queue.popleft()
        if utterance_id is not None:
            self._on_report(Played(utterance_id))

    def lose(self, problem: str = "the loudspeaker is lost") -> None:
        """Be unplugged."""
        self._lost = True
        self._on_report(Lost(LoudspeakerLost(problem)))
        self._drop_all()

    def come_back(self) -> None:
        """Be plugged in again."""
        self._lost = False
        self._on_report(Back())

    def hang(self) -> None:
        """Be found hanging at the next `check`."""
        self._hangs = True
