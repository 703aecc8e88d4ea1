"""What is simulated: clock, microphone and loudspeaker; and parts that fail when told to."""

import threading
from collections import deque
from collections.abc import Callable
from random import Random

import numpy as np
from numpy.typing import NDArray

from assistant.config import BLOCK, SAMPLE_RATE
from assistant.errors import LoudspeakerLost, MicrophoneLost, RecognizerFailed, VoiceFailed
from assistant.hearing.recognizer import Sound
from assistant.hearing.vosk_recognizer import VoskRecognizer
from assistant.speaking.playback import Back, Lost, Played, Report
from assistant.speaking.voice import Speech, Voice

ROOM = 12.0
"""Standard deviation (of 32767) of the room's own noise: a quiet kitchen, about -69 dBFS."""
BLOCK_SECONDS = BLOCK / SAMPLE_RATE


class Clock:
    """Seconds that pass only when they are let; and a wall clock that can be wrong."""

    def __init__(self, began: float) -> None:
        """Start at 0, on a day in seconds since 1970."""
        self.now = 0.0
        self._began = began
        self.wrong_by = 0.0

    def running(self) -> float:
        """The monotonic clock."""
        return self.now

    def wall(self) -> float:
        """The wall clock."""
        return self._began + self.now + self.wrong_by


class SimulatedMicrophone:
    """A `Microphone` that hears a room, and what is played into it; each block lets time pass."""

    def __init__(self, clock: Clock, random: Random) -> None:
        """Closed, in a quiet room."""
        self.dropped = 0
        self.is_open = False
        self.hangs = False
        self.away = False
        self._clock = clock
        room = np.random.default_rng(random.randrange(2**32)).normal(0.0, ROOM, 60 * SAMPLE_RATE)
        self._room = room[: len(room) // BLOCK * BLOCK].astype(np.int16).reshape(-1, BLOCK)
        self._place = 0
        self._coming: deque[Sound] = deque()

    @property
    def quiet(self) -> bool:
        """Whether nobody is speaking into it."""
        return not self._coming

    def play(self, sound: NDArray[np.int16]) -> None:
        """Have it hear this next; whole blocks are not copied, to take no memory of the soak's."""
        rest = -len(sound) % BLOCK
        whole = np.pad(sound, (0, rest)) if rest else sound
        self._coming.extend(whole.reshape(-1, BLOCK))

    def open(self) -> None:
        """Open, unless it is away."""
        if self.away:
            raise MicrophoneLost("the microphone is away")
        self.is_open = True

    def take(self, timeout: float) -> tuple[Sound, float] | None:  # noqa: ARG002 (its protocol)
        """Give the next block of sound, and let its time pass."""
        if self.away:
            raise MicrophoneLost("the microphone was pulled out")
        self._clock.now += BLOCK_SECONDS
        self._place = (self._place + 1) % len(self._room)
        block = self._room[self._place]
        if self._coming:
            block = block + self._coming.popleft()
        return block, self._clock.now

    def close(self) -> None:
        """Close."""
        self.is_open = False

    def rest(self, seconds: float) -> None:
        """While it is closed, time passes like this; who speaks then is not heard."""
        self._clock.now += seconds
        for _ in range(min(len(self._coming), round(seconds / BLOCK_SECONDS))):
            self._coming.popleft()


class SimulatedLoudspeaker:
    """A `Loudspeaker` whose sounds take their time on the simulated clock."""

    def __init__(
        self, clock: Clock, arrived: threading.Event, on_report: Callable[[Report], None]
    ) -> None:
        """Silent."""
        self._clock = clock
        self._arrived = arrived
        self._on_report = on_report
        self._queue: deque[tuple[float, int | None]] = deque()
        self._lock = threading.RLock()
        self._lost = False
        self._over_at = 0.0

    @property
    def busy(self) -> bool:
        """Whether something is being played."""
        return bool(self._queue)

    def play(self, sound: Speech, utterance_id: int | None = None) -> None:
        """Queue it."""
        with self._lock:
            if not self._queue:
                self._over_at = self._clock.now + sound.seconds
            self._queue.append((sound.seconds, utterance_id))
            if self._lost:
                self._drop_all()
        self._arrived.set()

    def stop(self) -> None:
        """Drop all."""
        with self._lock:
            self._drop_all()

    def check(self) -> None:
        """It never hangs."""

    def unless_playing(self, work: Callable[[], None]) -> bool:
        """Do it if nothing is played."""
        if self._queue:
            return False
        work()
        return True

    def is_alive(self) -> bool:
        """It has no thread that could die."""
        return True

    def close(self) -> None:
        """Drop all."""
        self.stop()

    def let_pass(self) -> None:
        """Report what is over by now."""
        with self._lock:
            while self._queue and self._clock.now >= self._over_at:
                self._finish()
                if self._queue:
                    self._over_at += self._queue[0][0]

    def lose(self) -> None:
        """Be pulled out."""
        with self._lock:
            self._lost = True
            self._on_report(Lost(LoudspeakerLost("the loudspeaker was pulled out")))
            self._drop_all()

    def come_back(self) -> None:
        """Be plugged in again."""
        self._lost = False
        self._on_report(Back())

    def _drop_all(self) -> None:
        while self._queue:
            self._finish()

    def _finish(self) -> None:
        _, utterance_id = self._queue.popleft()
        if utterance_id is not None:
            self._on_report(Played(utterance_id))


class FailingRecognizer(VoskRecognizer):
    """The real recognizer, which throws as often as it is told to."""

    failures = 0

    def accept(self, sound: Sound) -> None:
        """Throw, or decode."""
        if self.failures:
            self.failures -= 1
            raise RecognizerFailed("the engine threw")
        super().accept(sound)


class FailingVoice:
    """A voice that fails as often as it is told to."""

    def __init__(self, real: Voice) -> None:
        """Work."""
        self._real = real
        self.failures = 0
        self.sentences = 0

    def synthesize(self, text: str) -> Speech:
        """Fail, or ask the real one."""
        if self.failures:
            self.failures -= 1
            raise VoiceFailed("the engine died")
        self.sentences += 1
        return self._real.synthesize(text)

    def adjust(self, volume: float, rate: int) -> None:
        """Ask the real one."""
        self._real.adjust(volume, rate)

    def voices(self) -> tuple[str, ...]:
        """Ask the real one."""
        return self._real.voices()
