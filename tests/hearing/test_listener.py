"""The listener, step by step: nothing waits, and a device that hangs is left alone."""

import numpy as np
import pytest

from assistant import app
from assistant.config import Hearing, Settings
from assistant.conversation.table import Place, listening
from assistant.errors import MicrophoneLost
from assistant.events import (
    Heard,
    NotUnderstood,
    Part,
    PartBack,
    PartLost,
    VoiceEnded,
    VoiceStarted,
)
from assistant.hearing.ear import Ear, EarReport
from assistant.hearing.fakes import FakeMicrophone, FakeRecognizer
from assistant.hearing.gate import Gate
from assistant.hearing.listener import RETRY, Listener, SignsOfLife
from assistant.understanding.phrases import Phrases

BLOCK = np.zeros(512, np.int16)
VOICE = np.full(512, 9_000, np.int16)


class Loudness:
    """Takes everything loud for voice."""

    def process_samples(self, samples: list[float]) -> float:
        return float(max(samples) > 0.1)

    def reset(self) -> None:
        pass


class Table:
    """A listener without its thread, and all it reports."""

    def __init__(self, phrases: Phrases) -> None:
        self.microphone = FakeMicrophone()
        self.recognizer = FakeRecognizer()
        self.phrases = phrases
        self.reports: list[object] = []
        self.rests: list[float] = []
        self.looked = self.blocks = self.tries = 0
        self.opened: list[bool] = []
        self.now = 0.0
        self.listener = Listener(
            self.microphone,
            self.new_ear,
            self.take,
            alive=SignsOfLife(self.count_block, self.count_try, self.opened.append),
            look_again=self.count_look,
            rest=self.rests.append,
        )
        self.listener.listen_for(listening(Place.IDLE))

    def new_ear(self) -> Ear:
        gate = Gate(Hearing(), Loudness())
        return Ear(self.recognizer, self.phrases, "turntable", gate=gate)

    def take(self, report: EarReport | PartLost | PartBack) -> None:
        self.reports.append(report.event if isinstance(report, EarReport) else report)

    def count_block(self) -> None:
        self.blocks += 1

    def count_try(self) -> None:
        self.tries += 1

    def count_look(self) -> None:
        assert not self.microphone.is_open
        self.looked += 1

    def hear(self, *blocks: "np.ndarray[tuple[int], np.dtype[np.int16]]") -> None:
        for block in blocks:
            self.now += 0.032
            self.microphone.feed(block, self.now)
            self.listener.step()

    def speak(self) -> None:
        """Somebody says something of a second, with silence after it."""
        self.hear(*[VOICE] * 30, *[BLOCK] * 30)


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return app.open_home(Settings()).phrases


@pytest.fixture
def table(phrases: Phrases) -> Table:
    table = Table(phrases)
    table.listener.step()
    return table


class TestMicrophone:
    def test_lost_once_and_back_once(self, table: Table) -> None:
        table.hear(BLOCK)
        table.microphone.unplug()
        for _ in range(5):
            table.listener.step()
        assert table.reports == [PartLost(Part.MICROPHONE)]
        assert (table.tries, table.looked, table.rests) == (5, 5, [RETRY] * 5)
        table.microphone.plug_in()
        table.listener.step()
        table.hear(BLOCK)
        assert table.reports == [PartLost(Part.MICROPHONE), PartBack(Part.MICROPHONE)]
        assert table.opened == [True, False, True]

    def test_one_that_hangs_shows_no_life_and_no_device_is_looked_for(self, table: Table) -> None:
        """Looking would end its stream under the thread that is inside it."""
        table.hear(BLOCK)
        table.microphone.hangs = True
        table.microphone.unplug()
        for _ in range(5):
            table.listener.step()
        assert table.reports == [PartLost(Part.MICROPHONE)]
        assert (table.tries, table.looked) == (0, 0)
        assert table.opened == [True]
        table.microphone.hangs = False
        table.listener.step()
        assert (table.tries, table.looked) == (1, 1)

    def test_one_that_does_not_close_is_no_end(
        self, table: Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def hang() -> None:
            raise MicrophoneLost("the microphone does not close")

        monkeypatch.setattr(table.microphone, "close", hang)
        table.microphone.unplug()
        table.listener.step()
        assert (table.tries, table.looked) == (0, 0)

    def test_asleep_it_is_closed_and_not_tried(self, table: Table) -> None:
        table.hear(BLOCK)
        table.listener.open_microphone(wanted=False)
        for _ in range(3):
            table.listener.step()
        assert table.opened == [True, False]
        table.listener.open_microphone(wanted=True)
        table.listener.step()
        assert table.opened == [True, False, True]
        assert table.microphone.is_open
        assert table.reports == []

    def test_devices_are_looked_for_on_request_with_the_microphone_closed(
        self, table: Table
    ) -> None:
        table.hear(BLOCK)
        table.listener.look_for_devices()
        table.listener.step()
        assert table.looked == 1
        assert table.microphone.is_open
        assert table.reports == []


class TestRecognizer:
    def test_lost_once_and_back_when_it_has_judged_another_utterance(self, table: Table) -> None:
        for _ in range(3):
            table.recognizer.fail_next()
            table.speak()
        assert table.reports.count(PartLost(Part.RECOGNIZER)) == 1
        assert PartBack(Part.RECOGNIZER) not in table.reports
        table.reports.clear()
        table.recognizer.will_hear("start our check in")
        table.speak()
        heard = [report for report in table.reports if not isinstance(report, VoiceStarted)]
        assert isinstance(heard[0], Heard)
        assert heard[1:] == [PartBack(Part.RECOGNIZER), VoiceEnded()]

    def test_every_block_is_a_sign_of_life_also_while_it_fails(self, table: Table) -> None:
        table.recognizer.fail_next()
        table.speak()
        assert table.blocks == 60

    def test_talk_shows_that_it_works_as_well(self, table: Table) -> None:
        table.recognizer.fail_next()
        table.speak()
        table.recognizer.will_hear("the weather is fine")
        table.speak()
        assert table.reports[-3:] == [NotUnderstood(), VoiceEnded(), PartBack(Part.RECOGNIZER)]
