"""The day itself: the real assistant between simulated devices, block by block."""

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from assistant import app
from assistant.config import Reminders, Settings
from assistant.conversation.table import Place
from assistant.errors import TurntableError
from assistant.events import Event, StateName
from assistant.footprint import Housekeeping, be_thrifty, give_back
from assistant.hearing.listener import Listener
from assistant.hearing.models import rehearsal_model
from assistant.keeper import Keeper
from assistant.memory import Memory
from assistant.speaking.pyttsx3_voice import Pyttsx3Voice
from assistant.speaking.speaker import Speaker
from assistant.timeline import Record, Timeline
from tools.soak.check_ins import CheckIn
from tools.soak.faults import Faults, Injected
from tools.soak.parts import (
    Clock,
    FailingRecognizer,
    FailingVoice,
    SimulatedLoudspeaker,
    SimulatedMicrophone,
)
from tools.soak.table import Partners, Sounds

BEGAN = 1_790_000_000.0
"""A day of 2026, in seconds since 1970."""
HOUR = 3600.0
PATIENCE = 30.0
"""Real seconds a synthesis may take."""
SETTINGS = Settings(
    partners=("Robin", "Kim"), reminders=Reminders(kind_word="08:00", connecting_act="18:00")
)


class SoakFailed(TurntableError):
    """Something hung, or was left over."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process holds at a moment.

    Attributes:
        hours: simulated, since the beginning.
        memory: resident, MiB.
        threads: of the process, native ones too.
        files: open descriptors.
        children: processes.
    """

    hours: float
    memory: float
    threads: int
    files: int
    children: int


@dataclass(slots=True)
class Day:
    """What came of it.

    Attributes:
        samples: one a minute.
        records: how many of each kind of the timeline.
        check_ins: those that were asked for.
        asked: how often, with repetitions.
        faults: those that came.
    """

    samples: list[Sample] = field(default_factory=list)
    records: dict[str, int] = field(default_factory=dict)
    check_ins: list[CheckIn] = field(default_factory=list)
    asked: int = 0
    faults: Sequence[Injected] = ()


def sample(now: float) -> Sample:
    """Look at this process."""
    process = Path("/proc/self")
    pages = int((process / "statm").read_text().split()[1])
    tasks = list((process / "task").iterdir())
    children = sum(_children_of(task) for task in tasks)
    files = len(list((process / "fd").iterdir())) - 1
    memory = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return Sample(now / HOUR, memory, len(tasks), files, children)


def _children_of(task: Path) -> int:
    try:
        return len((task / "children").read_text().split())
    except (FileNotFoundError, ProcessLookupError):  # a thread that has just ended
        return 0


class Soak:
    """One assistant, and the day it goes through."""

    def __init__(self, folder: Path, seed: int, memory: Memory) -> None:
        """Put everything together.

        Args:
            folder: for the state.
            seed: decides everything that happens.
            memory: opened in that folder.
        """
        self.folder = folder
        self.day = Day()
        self.clock = Clock(BEGAN)
        self._housekeeping = Housekeeping(self.clock.now)
        self._random = Random(seed)
        home = app.open_home(SETTINGS)
        self._recognizer = FailingRecognizer(rehearsal_model())
        voice = FailingVoice(Pyttsx3Voice(SETTINGS.voice, home.content.sound.voice))
        sounds = Sounds(self._random)
        self._microphone = SimulatedMicrophone(self.clock, self._random)
        self._arrived = threading.Event()
        self._keeper = Keeper(
            memory,
            SETTINGS.reminders,
            self._take,
            wall=self.clock.wall,
            running=self.clock.running,
        )
        self._conversation = app.new_conversation(
            home, memory.memories(), SETTINGS.voice, random=Random(seed)
        )
        self.assistant = app.Assistant(
            self._conversation,
            Timeline(self._count),
            self._keeper.keep,
            clock=self.clock.running,
        )
        self._closing = str(getattr(home.content.rituals["weekly-check-in"].steps[-1], "text", ""))
        loudspeakers: list[SimulatedLoudspeaker] = []

        def make_loudspeaker(report: Callable[..., None]) -> SimulatedLoudspeaker:
            loudspeakers.append(SimulatedLoudspeaker(self.clock, self._arrived, report))
            return loudspeakers[0]

        self._speaker = Speaker(voice, make_loudspeaker, self._take, SETTINGS.voice)
        self._loudspeaker = loudspeakers[0]
        self._listener = Listener(
            self._microphone,
            app.ears_with(home, self._recognizer),
            self.assistant.take_report,
            rest=self._microphone.rest,
        )
        self.assistant.attach(self._listener, self._speaker)
        self.partners = Partners(
            self._conversation, self._microphone, sounds, self.clock, self._random
        )
        self.faults = Faults(
            self.clock,
            self._random,
            self._microphone,
            self._loudspeaker,
            self._recognizer,
            voice,
            self._reload,
        )
        self.assistant.start()
        self._keeper.tell_dates()

    # ---- living -------------------------------------------------------------------------------

    def live_until(self, when: float) -> None:
        """Let time pass, block by block."""
        while self.clock.now < when:
            self._listener.step()
            self._loudspeaker.let_pass()
            self._go_round()
            self.partners.live()
            self.faults.let_pass()
            self._housekeeping.look(self.clock.now, quiet=self.idle)
            if self.day.check_ins:
                self.day.check_ins[-1].look(self.clock.now, idle=self.idle)

    def _go_round(self) -> None:
        while True:
            while self.assistant.due:
                self.assistant.go_round()
            if not self._waits_for_a_sentence():
                break
            if not self._arrived.wait(PATIENCE):
                raise SoakFailed("a sentence was neither played nor given up")
            self._arrived.clear()
        self._keeper.look()

    def _waits_for_a_sentence(self) -> bool:
        """The voice works in real time: the simulated clock stands until it has."""
        speaking = self.assistant.state is StateName.SPEAKING
        return speaking and not self._loudspeaker.busy and not self.assistant.due

    def ask_for_a_check_in(self) -> None:
        """The partners want one."""
        self.day.check_ins.append(CheckIn(self.clock.now))
        self.partners.open_ritual()

    def look(self) -> None:
        """Take a sample."""
        self.day.samples.append(sample(self.clock.now))

    def close(self) -> None:
        """End it."""
        self.faults.end()
        self._speaker.close()
        self.day.faults = self.faults.injected
        self.day.asked = self.partners.asked

    @property
    def idle(self) -> bool:
        """Whether no ritual runs."""
        return self._conversation.place is Place.IDLE

    # ---- reports ------------------------------------------------------------------------------

    def _take(self, event: Event) -> None:
        self.assistant.take(event)
        self._arrived.set()

    def _count(self, record: Record) -> None:
        self.day.records[record.kind] = self.day.records.get(record.kind, 0) + 1
        if not self.day.check_ins:
            return
        if record.kind == "heard" and record.fields["intent"] == "StartRitual":
            self.day.check_ins[-1].begin(self.clock.now)
        if record.kind == "say" and record.fields["text"] == self._closing:
            self.day.check_ins[-1].closed = True

    def _reload(self) -> None:
        again = app.open_home(SETTINGS)
        self.assistant.renew(again, app.ears_with(again, self._recognizer))
        self._housekeeping.soon(self.clock.now)


def live_a_day(
    folder: Path,
    *,
    hours: int = 24,
    seed: int = 6,
    show: Callable[[Sample], None] = lambda _: None,
) -> Day:
    """Live through some hours: a check-in each hour, noise, talk, silence, four faults an hour.

    The first hour has every fault three times.

    Args:
        folder: for the state.
        hours: how many.
        seed: decides everything that happens.
        show: takes the last sample of each hour.

    Raises:
        SoakFailed: something hung.
    """
    be_thrifty()
    random = Random(seed)
    with closing(Memory.open(folder)) as memory:
        soak = Soak(folder, seed, memory)
        give_back()
        try:
            for hour in range(hours):
                _live_an_hour(soak, hour * HOUR, random)
                show(soak.day.samples[-1])
            soak.faults.end()
            soak.live_until(soak.clock.now + 60.0)
            soak.look()
        finally:
            soak.close()
    return soak.day


def _live_an_hour(soak: Soak, begins: float, random: Random) -> None:
    """One hour. The first is a hard one: every fault three times.

    So caches, and an allocator that fragments, have the size they will keep when memory begins to
    be compared; a leak grows all the same.
    """
    every = sorted(soak.faults.kinds)
    kinds = every * 3 if begins == 0.0 else random.choices(every, k=4)
    plan: list[tuple[float, Callable[[], None]]] = [
        (120.0, soak.ask_for_a_check_in),
        (3_000.0, lambda: soak.partners.cook(120.0)),
        (3_300.0, lambda: soak.partners.talk(60.0)),
        *((random.uniform(0.0, 3_500.0), partial(soak.faults.inject, kind)) for kind in kinds),
        *((minutes * 60.0, soak.look) for minutes in range(60)),
    ]
    for when, what in sorted(plan, key=lambda entry: entry[0]):
        soak.live_until(begins + when)
        what()
    soak.live_until(begins + HOUR)
