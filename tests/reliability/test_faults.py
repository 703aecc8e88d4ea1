"""Each fault a household can have, on real devices: noticed, outlived, and told in one sentence."""

import threading
import time

import pytest

from assistant import app
from assistant.errors import RecognizerFailed
from assistant.events import StateName
from assistant.hearing.models import rehearsal_model
from assistant.hearing.recognizer import Sound
from assistant.hearing.vosk_recognizer import VoskRecognizer
from assistant.speaking import loudspeaker as loudspeaker_module
from assistant.speaking.fakes import FakeVoice
from tests.reliability.conftest import Seat
from tests.reliability.table import Table

LOST, BACK = "STATUS={} lost", "STATUS={} is back"


def sentences(table: Table) -> list[object]:
    """All that was said so far."""
    table.kinds()
    return [record.fields["text"] for record in table.records if record.kind == "say"]


class TestMicrophone:
    """Unplugged and back: a turn keeps its clock, and the couple hears one sentence."""

    def test_a_turn_keeps_its_clock_while_it_is_away(self, table: Table) -> None:
        table.begin_turn()
        earliest, left, latest = time.monotonic(), table.turn_left(), time.monotonic()
        table.audio.unplug_microphone()
        table.manager.wait_for(LOST.format("microphone"))
        assert table.microphone() == "lost"
        table.manager.wait_for("WATCHDOG=1")
        table.audio.plug_in_microphone()
        table.manager.wait_for(BACK.format("microphone"))
        assert table.microphone() == "open"
        before, passed, after = time.monotonic(), left - table.turn_left(), time.monotonic()
        assert before - latest <= passed <= after - earliest
        assert table.state is StateName.FLOOR
        turns = [record.fields["event"] for record in table.records if record.kind == "turn"]
        assert turns == ["start"]

    def test_it_hears_again_and_says_so_when_nobody_holds_the_floor(
        self, table: Table, home: app.Home
    ) -> None:
        told = home.content.lines.microphone_back
        table.begin_turn()
        table.audio.unplug_microphone()
        table.manager.wait_for(LOST.format("microphone"))
        table.audio.plug_in_microphone()
        table.manager.wait_for(BACK.format("microphone"))
        assert told not in sentences(table)
        table.be_understood("turntable I'm done", "Done")
        table.next("turn", event="start", partner=2)
        assert sentences(table).count(told) == 1

    def test_in_quiet_times_it_says_so_at_once(self, table: Table, home: app.Home) -> None:
        table.audio.unplug_microphone()
        table.manager.wait_for(LOST.format("microphone"))
        table.audio.plug_in_microphone()
        table.next("say", text=home.content.lines.microphone_back)
        table.next("state", name="idle")

    def test_one_that_hangs_is_left_alone_until_it_answers(self, table: Table) -> None:
        """A sound server that stalls holds every call: one thread may wait there, not more."""
        table.audio.stall()
        table.manager.wait_for(LOST.format("microphone"))
        assert threads("microphone") == 1
        table.audio.resume()
        table.manager.wait_for(BACK.format("microphone"))
        assert threads("microphone") == 1


class TestSoundServer:
    """Killed and started again: both devices come back by themselves."""

    def test_it_hears_and_speaks_again(self, table: Table) -> None:
        table.begin_turn()
        table.audio.kill()
        table.manager.wait_for(LOST.format("microphone"))
        assert table.state is StateName.FLOOR
        table.audio.start()
        table.manager.wait_for(BACK.format("microphone"))
        with table.audio.record_speaker() as recording:
            table.be_understood("turntable stop", "Stop")
            table.next("say")
            assert recording.read_until_quiet().any()


class TestLoudspeaker:
    """Gone: the conversation goes on without it, and it comes back by itself."""

    @pytest.fixture(autouse=True)
    def _try_again_soon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(loudspeaker_module, "RETRY", 0.2)

    def test_the_turn_begins_and_ends_without_it(self, table: Table, home: app.Home) -> None:
        table.audio.unplug_loudspeaker()
        table.begin_turn()
        assert "loudspeaker" in table.live.assistant.lost
        assert table.state is StateName.FLOOR
        table.audio.plug_in_loudspeaker()
        table.manager.wait_for(BACK.format("loudspeaker"))
        table.press("Done")
        table.next("say", text=home.content.lines.voice_back)

    def test_unplugged_in_the_middle_of_a_sentence(self, table: Table) -> None:
        with table.audio.record_speaker() as recording:
            table.press("StartRitual", ritual="two-turns")
            while not recording.read(0.02).any():
                pass
            table.audio.unplug_loudspeaker()
            table.manager.wait_for(LOST.format("loudspeaker"))
        table.next("state", name="asked")

    def test_devices_are_not_looked_for_while_a_sentence_is_spoken(self, table: Table) -> None:
        """That would end the loudspeaker's stream under it: the sentence is heard to its end."""
        with table.audio.record_speaker() as recording:
            table.audio.unplug_microphone()
            table.manager.wait_for(LOST.format("microphone"))
            table.press("Help")
            table.next("state", name="idle")
            heard = recording.read_until_quiet()
        assert "loudspeaker" not in table.live.assistant.lost
        words = len(str(sentences(table)[-1]).split())
        assert (heard != 0).sum() / table.audio.rate > 0.9 * 0.05 * words


class TestVoice:
    """The engine dies, hangs or gives no sound: the conversation goes on in chimes."""

    def test_a_dead_engine_does_not_hold_up_the_turn(self, sit_down: Seat, home: app.Home) -> None:
        voice = FakeVoice()
        table = sit_down(voice=voice)
        for _ in range(8):
            voice.fail_next("the voice gave no sound")
        table.press("StartRitual", ritual="two-turns")
        table.manager.wait_for(LOST.format("voice"))
        table.next("state", name="asked")
        table.manager.wait_for(BACK.format("voice"))
        table.press("Yes")
        table.next("say", text=home.content.lines.voice_back)

    def test_an_engine_that_hangs_is_left_behind_at_the_end(self, sit_down: Seat) -> None:
        voice = FakeVoice()
        table = sit_down(voice=voice)
        voice.hang()
        table.press("Help")
        voice.wait_until_it_hangs()
        table.live.stop()
        table.manager.wait_for("STOPPING=1")
        voice.go_on()


class FailingRecognizer(VoskRecognizer):
    """The real one, that throws when it is told to."""

    fails = False

    def accept(self, sound: Sound) -> None:
        """Throw, or decode."""
        if self.fails:
            raise RecognizerFailed("the engine threw")
        super().accept(sound)


class TestRecognizer:
    """It throws: the ear is built anew, and is back when it has understood something."""

    def test_the_next_command_is_heard(self, sit_down: Seat, home: app.Home) -> None:
        engine = FailingRecognizer(rehearsal_model())
        table = sit_down(ear=engine)
        engine.fails = True
        table.say("start our check in").wait()
        table.manager.wait_for(LOST.format("recognizer"))
        assert table.state is StateName.IDLE
        engine.fails = False
        table.be_understood("start our check in", "StartRitual")
        table.manager.wait_for(BACK.format("recognizer"))
        table.next("state", name="asked")
        table.press("No")
        table.next("state", name="idle")
        assert sentences(table).count(home.content.lines.microphone_back) == 1


class TestSleep:
    """Asleep the microphone is really closed."""

    def test_the_device_is_free_and_the_watchdog_is_fed(self, table: Table) -> None:
        table.wait_until(lambda: table.streams("source-outputs") == 1)
        table.press("GoToSleep")
        table.next("state", name="asleep")
        table.wait_until(lambda: table.streams("source-outputs") == 0)
        assert table.microphone() == "closed"
        table.manager.forget()
        table.manager.wait_for("WATCHDOG=1")
        table.press("WakeUp")
        table.next("state", name="idle")
        table.wait_until(lambda: table.streams("source-outputs") == 1)
        table.be_understood("what do you record", "WhatDoYouRecord")


def threads(name: str) -> int:
    """How many threads have this name."""
    return sum(thread.name == name for thread in threading.enumerate())
