"""The keeper: hands to the memory what is to be remembered, and looks at the wall clock.

A memory that cannot be written just now does not stop a ritual: it is told once that it is lost,
and once when it works again.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from msgspec.structs import replace

from assistant.calendar import dates_changed
from assistant.config import Reminders, VoiceSettings, state_folder
from assistant.errors import BadContent, MemoryLost
from assistant.events import (
    Appoint,
    CancelAppointments,
    Command,
    DateArrived,
    DatesChanged,
    ForgetEverything,
    ListenFor,
    Part,
    PartBack,
    PartLost,
    StateName,
)
from assistant.memory import Memory, Remembering
from assistant.wall_clock import Look, Watch, next_wakeup

_log = logging.getLogger(__name__)

Told = DateArrived | DatesChanged | PartLost | PartBack


@contextmanager
def opened_memory() -> Iterator[Memory]:
    """Open the household's memory; say so if a damaged one had to be put aside.

    Raises:
        BadState: the state folder cannot be used.
    """
    with closing(Memory.open(state_folder())) as memory:
        if memory.started_fresh:
            _log.warning(
                "the memory was damaged and lies aside in %s; a new one was begun", state_folder()
            )
        yield memory


def adjusted_voice(memory: Memory, voice: VoiceSettings) -> VoiceSettings:
    """The voice's settings, as they were last changed by voice."""
    last = memory.voice()
    return voice if last is None else replace(voice, volume=last.volume, rate=last.rate)


class Keeper:
    """Stands between a conversation and its memory. Used by one thread."""

    def __init__(
        self,
        memory: Memory,
        reminders: Reminders,
        tell: Callable[[Told], None],
        *,
        wall: Callable[[], float] = time.time,
        running: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep the parts; `look` is to be called now and then.

        Args:
            memory: opened.
            reminders: what the household opted in to.
            tell: takes what the conversation should know.
            wall: the wall clock, seconds since 1970.
            running: the monotonic clock, seconds.
        """
        self._memory = memory
        self._reminders = reminders
        self._tell = tell
        self._wall = wall
        self._running = running
        self._watch = Watch(memory.last_good())
        self._began: float | None = None
        self._next_look = 0.0
        self._lost = False

    def keep(self, command: Command) -> None:
        """Remember what a command asks to remember; other commands mean nothing here."""
        now = self._wall()
        if isinstance(command, ListenFor):
            self._note_beginning(command, now)
        if not isinstance(command, Remembering):
            return
        try:
            self._memory.apply(command, now, began=self._began)
            self._note(lost=False)
            if isinstance(command, Appoint | CancelAppointments | ForgetEverything):
                self._next_look = 0.0
                self._tell(dates_changed(self._memory.appointments(), now))
        except MemoryLost:
            self._note(lost=True)
        except BadContent as error:  # a day or time of the household's own that no calendar has
            _log.warning("no date was kept: %s", error)
        if isinstance(command, ForgetEverything):
            self._watch = Watch(0.0)

    def _note_beginning(self, moment: ListenFor, now: float) -> None:
        """The "same time" is when the ritual began: when the conversation ceased to be idle."""
        if moment.state is StateName.IDLE:
            self._began = None
        elif self._began is None:
            self._began = now

    def remind(self, reminders: Reminders) -> None:
        """Take other reminders from now on."""
        self._reminders = reminders
        self._next_look = 0.0

    def tell_dates(self) -> None:
        """Tell the conversation which dates are agreed."""
        self._tell(dates_changed(self._memory.appointments(), self._wall()))

    def look(self) -> None:
        """Look at the wall clock, if it is time to, and tell of dates that have come."""
        running = self._running()
        if running < self._next_look:
            return
        memory, now = self._memory, self._wall()
        try:
            dates = memory.appointments()
            self._next_look = running + next_wakeup(dates, self._reminders, now)
            look = self._watch.look(dates, self._reminders, memory.reminded(), now, running)
        except MemoryLost:
            self._note(lost=True)
            return
        self._settle(look)
        for event in look.events:
            self._tell(event)

    def _settle(self, look: Look) -> None:
        """Write it down; what has come is told even if that fails, since it comes only once."""
        try:
            self._memory.settle(look)
            self._note(lost=False)
        except MemoryLost:
            self._note(lost=True)

    def _note(self, *, lost: bool) -> None:
        if lost != self._lost:
            self._lost = lost
            self._tell(PartLost(Part.MEMORY) if lost else PartBack(Part.MEMORY))
