"""The loop of the live assistant, with parts that hang and a clock that a test moves."""

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest

from assistant import app
from assistant.config import Hearing, Timing, VoiceSettings
from assistant.conversation.household import Memories
from assistant.events import (
    Event,
    Heard,
    Intent,
    ListenFor,
    Part,
    PartBack,
    PartLost,
    StateName,
)
from assistant.hearing.ear import Ear
from assistant.hearing.fakes import FakeMicrophone, FakeRecognizer
from assistant.hearing.listener import Listener
from assistant.speaking.fakes import FakeLoudspeaker, FakeVoice
from assistant.speaking.speaker import Speaker
from assistant.timeline import Record, Timeline
from tests.reliability.table import household


class WatchedListener(Listener):
    """Remembers what it was told.

    Attributes:
        moments: what to listen for; None closes the ear.
        deaf_until: the times up to which to hear nothing.
    """

    moments: tuple[ListenFor | None, ...] = ()
    deaf_until: tuple[float, ...] = ()

    def listen_for(self, moment: ListenFor | None) -> None:
        self.moments += (moment,)
        super().listen_for(moment)

    def deafen(self, until: float) -> None:
        self.deaf_until += (until,)
        super().deafen(until)


class Table:
    """An assistant whose voice and devices are fakes; its loop goes round when told to."""

    def __init__(self, home: app.Home, *, echo_cancelled: bool = False) -> None:
        self.now = 1000.0
        self.records: list[Record] = []
        self.seen: list[Event] = []
        self.remembered: list[object] = []
        self.arrived = threading.Event()
        conversation = app.new_conversation(home, Memories(), home.settings.voice, random=Random(1))  # noqa: S311
        self.assistant = app.Assistant(
            conversation,
            Timeline(self.records.append),
            self.remembered.append,
            on_event=self.seen.append,
            echo_cancelled=echo_cancelled,
            clock=lambda: self.now,
        )
        self.voice = FakeVoice()
        self.loudspeakers: list[FakeLoudspeaker] = []
        self.speaker = Speaker(self.voice, self.make_loudspeaker, self.take, VoiceSettings())
        self.listener = WatchedListener(
            FakeMicrophone(), partial(fresh_ear, home), self.assistant.take_report
        )
        self.assistant.attach(self.listener, self.speaker)
        self.assistant.start()

    def make_loudspeaker(self, report: object) -> FakeLoudspeaker:
        self.loudspeakers.append(FakeLoudspeaker(report))  # type: ignore[arg-type]
        return self.loudspeakers[0]

    def take(self, event: Event) -> None:
        self.assistant.take(event)
        self.arrived.set()

    def go_on(self) -> None:
        """Go round until nothing is left to do."""
        while self.assistant.due:
            assert self.assistant.go_round()

    def mean(self, name: str, **slots: str | int) -> None:
        self.assistant.take(Heard(Intent(name, slots, addressed=True)))
        self.go_on()

    def finish_sentence(self) -> None:
        """Its sentence has been played."""
        self.loudspeakers[0].next_sound()
        self.arrived.clear()
        self.loudspeakers[0].finish()
        assert self.arrived.wait(10)
        self.go_on()

    def begin_turn(self) -> None:
        self.mean("StartRitual", ritual="two-turns")
        for _ in range(2):
            self.finish_sentence()
            self.mean("Yes")
        self.finish_sentence()
        assert self.assistant.state is StateName.FLOOR

    def turns(self) -> list[object]:
        return [record.fields["event"] for record in self.records if record.kind == "turn"]


def fresh_ear(home: app.Home) -> Ear:
    return Ear(FakeRecognizer(), home.phrases, home.settings.name)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> app.Home:
    return household(Path(tmp_path_factory.mktemp("own")))


@pytest.fixture
def table(home: app.Home) -> Iterator[Table]:
    table = Table(home)
    yield table
    table.voice.go_on()
    table.speaker.close()


def test_a_voice_that_hangs_does_not_hang_the_conversation(table: Table) -> None:
    table.voice.hang()
    table.mean("StartRitual", ritual="two-turns")
    table.voice.wait_until_it_hangs()
    table.now += Timing().speech_limit + 30.0
    table.go_on()
    assert table.assistant.state is StateName.ASKED


@pytest.mark.parametrize("asleep", [400.0, 3600.0, 30 * 86_400.0])
def test_after_a_suspension_the_turn_ends_with_one_bell(table: Table, asleep: float) -> None:
    """The machine slept, or stood still, and the clock has gone on without anybody."""
    table.begin_turn()
    table.now += asleep
    table.go_on()
    chimes = [record.fields["name"] for record in table.records if record.kind == "chime"]
    assert chimes.count("turn-ends") == 1
    assert table.turns() == ["start", "end"]
    assert table.assistant.state is StateName.SPEAKING


def test_a_suspension_within_a_turn_leaves_what_remains(table: Table) -> None:
    table.begin_turn()
    partner, left = table.assistant.turn_left
    table.now += 100.0
    table.go_on()
    assert table.assistant.turn_left == (partner, left - 100.0)
    assert table.turns() == ["start"]


def test_the_floor_is_kept_whatever_part_is_lost(table: Table) -> None:
    table.begin_turn()
    sentences = len(table.voice.synthesized)
    for part in Part:
        table.assistant.take(PartLost(part))
    table.go_on()
    assert table.assistant.lost == set(Part)
    for part in Part:
        table.assistant.take(PartBack(part))
    table.go_on()
    assert table.assistant.lost == set()
    assert table.assistant.state is StateName.FLOOR
    assert table.turns() == ["start"]
    assert len(table.voice.synthesized) == sentences


def test_a_round_ends_by_itself_and_a_stop_ends_the_loop(table: Table) -> None:
    table.assistant.stop()
    table.assistant.run()
    assert table.assistant.state is StateName.IDLE


def test_what_is_called_runs_between_events(table: Table) -> None:
    called: list[StateName] = []
    table.assistant.call(lambda: called.append(table.assistant.state))
    table.go_on()
    assert called == [StateName.IDLE]


def test_other_content_is_taken_without_losing_the_turn(table: Table, home: app.Home) -> None:
    table.begin_turn()
    table.assistant.renew(home, partial(fresh_ear, home))
    table.mean("Done")
    assert table.turns() == ["start", "end"]
    assert table.assistant.state is StateName.SPEAKING


def test_while_it_speaks_the_ear_is_closed_and_for_a_tail_afterwards(table: Table) -> None:
    table.mean("StartRitual", ritual="two-turns")
    assert table.listener.moments[-1] is None
    assert not table.listener.deaf_until

    table.finish_sentence()
    (asked,) = [moment for moment in table.listener.moments[-1:] if moment]
    assert asked.state is StateName.ASKED
    assert table.listener.deaf_until[-1] == table.now + Hearing().tail


def test_with_echo_cancelled_stop_skip_and_repeat_cut_in(home: app.Home) -> None:
    table = Table(home, echo_cancelled=True)
    table.mean("StartRitual", ritual="two-turns")
    (speaking,) = [moment for moment in table.listener.moments[-1:] if moment]
    assert speaking.state is StateName.SPEAKING
    assert {"Stop", "SkipQuestion", "Repeat"} <= speaking.bare

    table.mean("Stop")
    assert not table.listener.deaf_until
    said = [record.fields["text"] for record in table.records if record.kind == "say"]
    assert said[-1] == home.content.lines.stopped
    table.speaker.close()
