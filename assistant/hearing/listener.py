"""The listener: a thread that carries blocks from the microphone to the ear, and notices faults.

It owns microphone and ear; everything that others want of them is a wish in a queue. A lost
microphone is reported once and opened again. A recognizer that fails makes its engine anew by
itself, and has lost one utterance; it is back when it has judged another.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from assistant.errors import MicrophoneLost, RecognizerFailed
from assistant.events import (
    Event,
    Heard,
    ListenFor,
    NotUnderstood,
    Part,
    PartBack,
    PartLost,
    VoiceEnded,
)
from assistant.hearing.ear import Ear, EarReport
from assistant.hearing.microphone import Microphone

RETRY = 1.0
"""Seconds between two tries to open a lost microphone."""
STEP = 0.1
"""Seconds that waiting for a block takes at most, so that wishes are heeded soon."""
PATIENCE = 1.0
"""Seconds that stopping waits for the thread: the whole assistant ends in less than two."""


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


@dataclass(frozen=True, slots=True)
class _LookForDevices:
    pass


_Wish = _ListenFor | _Deafen | _Open | _Renew | _LookForDevices


@dataclass(frozen=True, slots=True)
class SignsOfLife:
    """What the listener calls, on its thread, while it works.

    Attributes:
        block: the ear has taken a block from the microphone.
        tried: a lost microphone was looked for, and the devices answered that it is not there.
        opened: the microphone was opened, or really closed; one that hangs counts as open.
    """

    block: Callable[[], None] = lambda: None
    tried: Callable[[], None] = lambda: None
    opened: Callable[[bool], None] = lambda _: None


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
        alive: SignsOfLife | None = None,
        look_again: Callable[[], None] = lambda: None,
        rest: Callable[[float], object] | None = None,
    ) -> None:
        """Keep the parts; `start` opens the microphone.

        Args:
            microphone: not opened yet.
            make_ear: builds an ear.
            on_report: takes what was heard, and what was lost or is back.
            alive: takes signs of life.
            look_again: lets the system look for devices; called only while the microphone is
                closed, and no call into its device hangs.
            rest: waits some seconds, other than real ones on a simulated clock.
        """
        super().__init__(name="listener", daemon=True)
        self._microphone = microphone
        self._ear = make_ear()
        self._on_report = on_report
        self._alive = alive or SignsOfLife()
        self._look_again = look_again
        self._wishes: queue.SimpleQueue[_Wish] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._rest = rest or self._stopping.wait
        self._wanted = True
        self._moment: ListenFor | None = None
        self._microphone_lost = False
        self._recognizer_lost = False
        self._spoiled = False
        self._shown_open = False

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

    def look_for_devices(self) -> None:
        """Close the microphone for a moment, so that the system can look for devices again."""
        self._wishes.put(_LookForDevices())

    def renew(self, make_ear: Callable[[], Ear]) -> None:
        """Go on with an ear that hears other phrases."""
        self._wishes.put(_Renew(make_ear))

    def let_go(self) -> None:
        """Begin to stop; `stop` waits for it."""
        self._stopping.set()

    def stop(self) -> bool:
        """Close the microphone and end the thread.

        Returns:
            Whether it ended; one that hangs in the device is left behind.
        """
        self._stopping.set()
        self.join(PATIENCE)
        return not self.is_alive()

    # ---- the thread ---------------------------------------------------------------------------

    def run(self) -> None:
        """Hear until stopped."""
        while not self._stopping.is_set():
            self.step()
        self._close()

    def step(self) -> None:
        """Heed what others want, and hear one block."""
        self._heed_wishes()
        if not self._wanted:
            self._rest(STEP)
            return
        try:
            self._hear_next()
        except MicrophoneLost:
            self._report_lost()

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
                    self._ear = make_ear()
                    self._ear.listen_for(self._moment)
                case _LookForDevices():
                    if self._close():
                        self._look_again()

    def _hear_next(self) -> None:
        if not self._microphone.is_open:
            self._microphone.open()
            self._show_open(now_open=True)
        taken = self._microphone.take(STEP)
        if taken is None:
            return
        if self._microphone_lost:
            self._microphone_lost = False
            self._on_report(PartBack(Part.MICROPHONE))
        try:
            reports = self._ear.hear(*taken)
        except RecognizerFailed:
            self._report_failed()
        else:
            for report in reports:
                self._on_report(report)
            self._look_for_recovery([report.event for report in reports])
        self._alive.block()

    def _report_failed(self) -> None:
        self._spoiled = True
        if not self._recognizer_lost:
            self._recognizer_lost = True
            self._on_report(PartLost(Part.RECOGNIZER))

    def _look_for_recovery(self, events: list[Event]) -> None:
        """The end of the utterance in which it failed says nothing; a verdict on another does."""
        judged = any(isinstance(event, Heard | NotUnderstood) for event in events)
        if self._recognizer_lost and judged and not self._spoiled:
            self._recognizer_lost = False
            self._on_report(PartBack(Part.RECOGNIZER))
        if any(isinstance(event, VoiceEnded) for event in events):
            self._spoiled = False

    def _report_lost(self) -> None:
        if not self._microphone_lost:
            self._microphone_lost = True
            self._on_report(PartLost(Part.MICROPHONE))
        if self._close():
            self._alive.tried()
            self._rest(RETRY)
            self._look_again()
        else:
            self._rest(RETRY)

    def _close(self) -> bool:
        """Close the microphone; whether its device answered, so that it can be asked again."""
        try:
            self._microphone.close()
        except MicrophoneLost:
            return False
        if self._microphone.hangs:
            return False
        self._show_open(now_open=False)
        return True

    def _show_open(self, *, now_open: bool) -> None:
        if now_open != self._shown_open:
            self._shown_open = now_open
            self._alive.opened(now_open)
