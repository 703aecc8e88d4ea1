"""The listener: a thread that carries blocks from the microphone to the ear, and notices faults.

It owns microphone and ear; everything that others want of them is a wish in a queue. A lost
microphone is reported once and opened again; an ear whose engine fails is built anew.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from assistant.errors import MicrophoneLost, RecognizerFailed
from assistant.events import ListenFor, Part, PartBack, PartLost
from assistant.hearing.ear import Ear, EarReport
from assistant.hearing.microphone import Microphone

RETRY = 1.0
"""Seconds between two tries to open a lost microphone."""
STEP = 0.1
"""Seconds that waiting for a block takes at most, so that wishes are heeded soon."""
PATIENCE = 2.0
"""Seconds that stopping waits for the thread."""


@dataclass(frozen=True, slots=True)
class _ListenFor:
    moment: ListenFor | None


@dataclass(frozen=True, slots=True)
class _Deafen:
    until: float


@dataclass(frozen=True, slots=True)
class _Open:
    open: bool


@dataclass(frozen=True, slots=True)
class _Renew:
    make_ear: Callable[[], Ear]


_Wish = _ListenFor | _Deafen | _Open | _Renew


class Listener(threading.Thread):
    """Hears until it is stopped. Reports are handed over on this thread and must be taken at once.

    Attributes:
        dropped: blocks that were lost since the start, because the ear was too slow.
    """

    def __init__(
        self,
        microphone: Microphone,
        make_ear: Callable[[], Ear],
        on_report: Callable[[EarReport | PartLost | PartBack], None],
        *,
        on_block: Callable[[], None] = lambda: None,
        look_again: Callable[[], None] = lambda: None,
    ) -> None:
        """Keep the parts; `start` opens the microphone.

        Args:
            microphone: not opened yet.
            make_ear: builds an ear, at the start and after its engine failed.
            on_report: takes what was heard, and what was lost or is back.
            on_block: called for each block that the ear has taken: a sign of life.
            look_again: lets the system look for devices before a lost one is tried again.
        """
        super().__init__(name="listener", daemon=True)
        self._microphone = microphone
        self._make_ear = make_ear
        self._ear = make_ear()
        self._on_report = on_report
        self._on_block = on_block
        self._look_again = look_again
        self._wishes: queue.SimpleQueue[_Wish] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._wanted = True
        self._moment: ListenFor | None = None
        self._lost = False

    @property
    def dropped(self) -> int:
        """Blocks lost since the start."""
        return self._microphone.dropped

    def listen_for(self, moment: ListenFor | None) -> None:
        """Choose what can be heard from now on; nothing closes the ear."""
        self._wishes.put(_ListenFor(moment))

    def deafen(self, until: float) -> None:
        """Hear nothing until a time on the microphone's clock, in seconds."""
        self._wishes.put(_Deafen(until))

    def open_microphone(self, *, wanted: bool) -> None:
        """Open the microphone, or really close it: others can use the device then."""
        self._wishes.put(_Open(wanted))

    def renew(self, make_ear: Callable[[], Ear]) -> None:
        """Go on with an ear that hears other phrases."""
        self._wishes.put(_Renew(make_ear))

    def stop(self) -> None:
        """Close the microphone and end the thread; one that hangs in the device is left behind."""
        self._stopping.set()
        self.join(PATIENCE)

    # ---- the thread ---------------------------------------------------------------------------

    def run(self) -> None:
        """Hear until stopped."""
        while not self._stopping.is_set():
            self._heed_wishes()
            if not self._wanted:
                self._stopping.wait(STEP)
                continue
            try:
                self._hear_next()
            except MicrophoneLost:
                self._report_lost()
        self._close()

    def _heed_wishes(self) -> None:
        while not self._wishes.empty():
            match self._wishes.get():
                case _ListenFor(moment):
                    self._moment = moment
                    self._ear.listen_for(moment)
                case _Deafen(until):
                    self._ear.deafen(until)
                case _Open(wanted):
                    self._wanted = wanted
                    if not wanted:
                        self._close()
                case _Renew(make_ear):
                    self._make_ear = make_ear
                    self._begin_with_new_ear()

    def _hear_next(self) -> None:
        if not self._microphone.is_open:
            self._microphone.open()
        taken = self._microphone.take(STEP)
        if taken is None:
            return
        if self._lost:
            self._lost = False
            self._on_report(PartBack(Part.MICROPHONE))
        try:
            for report in self._ear.hear(*taken):
                self._on_report(report)
        except RecognizerFailed:
            self._build_ear_anew()
        self._on_block()

    def _build_ear_anew(self) -> None:
        self._on_report(PartLost(Part.RECOGNIZER))
        self._begin_with_new_ear()
        self._on_report(PartBack(Part.RECOGNIZER))

    def _begin_with_new_ear(self) -> None:
        self._ear = self._make_ear()
        self._ear.listen_for(self._moment)

    def _report_lost(self) -> None:
        if not self._lost:
            self._lost = True
            self._on_report(PartLost(Part.MICROPHONE))
        self._close()
        self._stopping.wait(RETRY)
        self._look_again()

    def _close(self) -> None:
        try:
            self._microphone.close()
        except MicrophoneLost:
            return  # it hangs in the device: only the end of the process frees it
