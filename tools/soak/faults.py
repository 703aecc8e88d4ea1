"""Faults at random, each undone after a while."""

import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tools.soak.parts import (
    Clock,
    FailingRecognizer,
    FailingVoice,
    SimulatedLoudspeaker,
    SimulatedMicrophone,
)

YEAR = 365 * 86_400.0
LASTS = 120.0
"""Seconds a fault lasts at most."""


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault that came: when, in simulated seconds, and of which kind."""

    at: float
    kind: str


class Faults:
    """Injects one fault after the other.

    Attributes:
        injected: those that came.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - it breaks one part after the other
        self,
        clock: Clock,
        random: Random,
        microphone: SimulatedMicrophone,
        loudspeaker: SimulatedLoudspeaker,
        recognizer: FailingRecognizer,
        voice: FailingVoice,
        reload: Callable[[], None],
    ) -> None:
        """Nothing fails yet.

        Args:
            clock, microphone, loudspeaker, recognizer, voice: what fails.
            random: decides what and when.
            reload: reads settings and content again, as a signal makes it.
        """
        self._clock = clock
        self._random = random
        self._microphone = microphone
        self._loudspeaker = loudspeaker
        self._recognizer = recognizer
        self._voice = voice
        self._reload = reload
        self._undo: list[tuple[float, Callable[[], None]]] = []
        self.injected: list[Injected] = []
        self.kinds: dict[str, Callable[[], Callable[[], None] | None]] = {
            "microphone unplugged": self._unplug_microphone,
            "loudspeaker unplugged": self._unplug_loudspeaker,
            "recognizer throws": self._break_recognizer,
            "voice dies": self._break_voice,
            "disk full": self._fill_disk,
            "wall clock jumps": self._jump,
            "half a minute lost": self._stand_still,
            "settings read again": self._read_again,
        }

    def inject(self, kind: str = "") -> None:
        """Have one of these happen now, for five seconds to two minutes."""
        kind = kind or self._random.choice(sorted(self.kinds))
        self.injected.append(Injected(self._clock.now, kind))
        undo = self.kinds[kind]()
        if undo is not None:
            self._undo.append((self._clock.now + self._random.uniform(5.0, LASTS), undo))

    @property
    def counted(self) -> Counter[str]:
        """How often each kind came."""
        return Counter(fault.kind for fault in self.injected)

    def let_pass(self) -> None:
        """Undo what has lasted long enough."""
        due = [undo for until, undo in self._undo if self._clock.now >= until]
        self._undo = [(until, undo) for until, undo in self._undo if self._clock.now < until]
        for undo in due:
            undo()

    def end(self) -> None:
        """Undo all."""
        for _, undo in self._undo:
            undo()
        self._undo.clear()

    def _unplug_microphone(self) -> Callable[[], None]:
        self._microphone.away = True
        return lambda: setattr(self._microphone, "away", False)

    def _unplug_loudspeaker(self) -> Callable[[], None]:
        self._loudspeaker.lose()
        return self._loudspeaker.come_back

    def _break_recognizer(self) -> None:
        self._recognizer.failures = self._random.randint(1, 3)

    def _break_voice(self) -> None:
        self._voice.failures = self._random.randint(1, 4)

    def _fill_disk(self) -> Callable[[], None]:
        """No file of this process grows any more."""
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (before[1], before[1]))

    def _jump(self) -> Callable[[], None]:
        self._clock.wrong_by = self._random.uniform(-30 * YEAR, 30 * YEAR)
        return lambda: setattr(self._clock, "wrong_by", 0.0)

    def _stand_still(self) -> None:
        """As after a suspension: the clock has gone on, and nothing was heard."""
        self._clock.now += 30.0

    def _read_again(self) -> None:
        self._reload()
