"""The speaker answers every sentence, keeps the order, and outlives its parts' bad days."""

import queue
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config import VoiceSettings
from assistant.events import ChimeName, Part, PartBack, PartLost, SpeechFinished
from assistant.speaking.chimes import chime
from assistant.speaking.fakes import FakeLoudspeaker, FakeVoice
from assistant.speaking.playback import Report
from assistant.speaking.speaker import CHIME_RATE, PREPARED, Speaker
from assistant.speaking.voice import Speech

Event = SpeechFinished | PartLost | PartBack


class Stage:
    """A speaker between a fake voice and a fake loudspeaker, and the events it reports."""

    loudspeaker: FakeLoudspeaker

    def __init__(self) -> None:
        self.voice = FakeVoice()
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.speaker = Speaker(self.voice, self._build, self._events.put, VoiceSettings(volume=0.5))

    def _build(self, report: Callable[[Report], None]) -> FakeLoudspeaker:
        self.loudspeaker = FakeLoudspeaker(report)
        return self.loudspeaker

    def event(self) -> Event:
        """The next one, waited for."""
        return self._events.get(timeout=10)

    def no_event(self) -> bool:
        return self._events.empty()

    def settle(self) -> None:
        """Let the thread do all it was asked for: a chime comes last."""
        self.speaker.chime(ChimeName.TICK)
        while not same(self.loudspeaker.next_sound(), chime(ChimeName.TICK, CHIME_RATE, 0.5)):
            pass

    def close(self) -> None:
        self.voice.go_on()
        self.speaker.close()


def same(one: Speech, other: Speech) -> bool:
    return one.rate == other.rate and np.array_equal(one.samples, other.samples)


def hum(text: str) -> Speech:
    return FakeVoice().synthesize(text)


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.close()


def test_a_sentence_is_finished_when_it_has_been_played(stage: Stage) -> None:
    stage.speaker.say(7, "one two three")
    assert same(stage.loudspeaker.next_sound(), hum("one two three"))
    assert stage.no_event()
    stage.loudspeaker.finish()
    assert stage.event() == SpeechFinished(7)


def test_sentences_and_chimes_come_in_the_order_asked_for(stage: Stage) -> None:
    stage.speaker.chime(ChimeName.HEARD)
    stage.speaker.say(1, "one")
    stage.speaker.chime(ChimeName.TURN_OPENS)
    expected = [
        chime(ChimeName.HEARD, CHIME_RATE, 0.5),
        hum("one"),
        chime(ChimeName.TURN_OPENS, CHIME_RATE, 0.5),
    ]
    assert all(same(stage.loudspeaker.next_sound(), sound) for sound in expected)


def test_a_prepared_sentence_is_synthesized_once(stage: Stage) -> None:
    stage.speaker.prepare("one two")
    stage.settle()
    stage.speaker.say(1, "one two")
    stage.speaker.say(2, "one two")
    stage.settle()
    assert stage.voice.synthesized == ["one two"]


def test_few_sentences_are_kept(stage: Stage) -> None:
    for number in range(PREPARED + 1):
        stage.speaker.prepare(str(number))
    stage.speaker.say(1, "1")
    stage.speaker.say(2, "0")
    stage.settle()
    assert stage.voice.synthesized == [*map(str, range(PREPARED + 1)), "0"]


def test_louder_and_slower_from_then_on(stage: Stage) -> None:
    stage.speaker.prepare("one")
    stage.speaker.adjust(1.0, 120)
    stage.speaker.say(1, "one")
    stage.speaker.chime(ChimeName.HEARD)
    stage.loudspeaker.next_sound()
    assert same(stage.loudspeaker.next_sound(), chime(ChimeName.HEARD, CHIME_RATE, 1.0))
    assert (stage.voice.volume, stage.voice.rate) == (1.0, 120)
    assert stage.voice.synthesized == ["one", "one"]  # what was ready sounded as before


class TestHush:
    """Silence at once, and every sentence is answered all the same."""

    def test_stops_what_plays(self, stage: Stage) -> None:
        stage.speaker.say(1, "one")
        stage.loudspeaker.next_sound()
        stage.speaker.hush()
        assert stage.event() == SpeechFinished(1)
        assert stage.loudspeaker.stops == 1

    def test_drops_what_is_being_synthesized_and_what_waits(self, stage: Stage) -> None:
        stage.voice.hang()
        stage.speaker.say(1, "one")
        stage.voice.wait_until_it_hangs()
        stage.speaker.say(2, "two")
        stage.speaker.chime(ChimeName.HEARD)
        stage.speaker.hush()
        stage.voice.go_on()
        assert [stage.event(), stage.event()] == [SpeechFinished(1), SpeechFinished(2)]
        stage.settle()
        assert len(stage.loudspeaker.sounds) == 1  # the chime of `settle`

    def test_what_is_asked_for_afterwards_is_played(self, stage: Stage) -> None:
        stage.speaker.hush()
        stage.speaker.say(1, "one")
        assert same(stage.loudspeaker.next_sound(), hum("one"))

    def test_does_not_wait_for_a_voice_that_hangs(self, stage: Stage) -> None:
        stage.voice.hang()
        stage.speaker.say(1, "one")
        stage.voice.wait_until_it_hangs()
        stage.speaker.hush()
        assert stage.loudspeaker.stops == 1


class TestFaults:
    """A part's loss is told once, and its return too."""

    def test_one_failure_is_tried_again_and_goes_unnoticed(self, stage: Stage) -> None:
        stage.voice.fail_next()
        stage.speaker.say(1, "one")
        assert same(stage.loudspeaker.next_sound(), hum("one"))
        assert stage.no_event()

    def test_a_voice_that_keeps_failing_is_lost_and_the_sentence_answered(
        self, stage: Stage
    ) -> None:
        for _ in range(4):
            stage.voice.fail_next()
        stage.speaker.say(1, "one")
        stage.speaker.say(2, "two")
        lost = PartLost(Part.VOICE)
        assert [stage.event() for _ in range(3)] == [lost, SpeechFinished(1), SpeechFinished(2)]
        assert stage.event() == PartBack(Part.VOICE)  # found by trying, without a sentence to say
        assert not stage.loudspeaker.sounds

    def test_a_lost_loudspeaker_is_told_and_its_sentences_answered(self, stage: Stage) -> None:
        stage.speaker.say(1, "one")
        stage.loudspeaker.next_sound()
        stage.loudspeaker.lose()
        assert [stage.event(), stage.event()] == [PartLost(Part.LOUDSPEAKER), SpeechFinished(1)]
        stage.loudspeaker.come_back()
        assert stage.event() == PartBack(Part.LOUDSPEAKER)

    def test_a_loudspeaker_that_hangs_is_noticed(self, stage: Stage) -> None:
        stage.loudspeaker.hang()
        assert stage.event() == PartLost(Part.LOUDSPEAKER)

    def test_faults_are_logged_without_words(
        self, stage: Stage, caplog: pytest.LogCaptureFixture
    ) -> None:
        stage.voice.fail_next("the voice engine hangs")
        stage.speaker.say(1, "canary")
        stage.loudspeaker.next_sound()
        assert "the voice engine hangs" in caplog.text
        assert "canary" not in caplog.text


def test_devices_are_looked_for_only_while_nothing_plays(stage: Stage) -> None:
    done: list[str] = []
    stage.speaker.say(1, "one")
    stage.loudspeaker.next_sound()
    assert not stage.speaker.unless_playing(lambda: done.append("playing"))
    stage.loudspeaker.finish()
    assert stage.speaker.unless_playing(lambda: done.append("silent"))
    assert done == ["silent"]


def test_it_lives_as_long_as_its_thread_and_the_loudspeakers(stage: Stage) -> None:
    assert stage.speaker.is_alive()
    stage.loudspeaker.close()
    assert not stage.speaker.is_alive()


class TestClosing:
    """Nothing is left over, even when a part hangs."""

    def test_ends_its_thread_and_the_loudspeaker(self, stage: Stage) -> None:
        stage.speaker.close()
        assert not stage.speaker.is_alive()
        assert stage.loudspeaker.closed

    def test_leaves_a_voice_behind_that_hangs(self, stage: Stage) -> None:
        stage.voice.hang()
        stage.speaker.say(1, "one")
        stage.voice.wait_until_it_hangs()
        stage.speaker.close()
        assert stage.loudspeaker.closed


orders = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.integers(1, 1000)),
        st.sampled_from([("hush", 0), ("prepare", 0), ("chime", 0), ("fail", 0)]),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(orders)
def test_every_sentence_is_answered_once_whatever_happens(made: list[tuple[str, int]]) -> None:
    stage = Stage()
    for order, number in made:
        match order:
            case "say":
                stage.speaker.say(number, "one")
            case "hush":
                stage.speaker.hush()
            case "prepare":
                stage.speaker.prepare("one")
            case "chime":
                stage.speaker.chime(ChimeName.HEARD)
            case "fail":
                stage.voice.fail_next()
    stage.settle()
    stage.close()
    asked = sorted(number for order, number in made if order == "say")
    events = []
    while not stage.no_event():
        events.append(stage.event())
    answered = [event.utterance_id for event in events if isinstance(event, SpeechFinished)]
    assert sorted(answered) == asked
