"""The rules of the ear: a command is short, whole, addressed and verified; the rest is talk."""

from collections.abc import Callable

import numpy as np
import pytest
import soxr

from assistant import app
from assistant.config import BLOCK, SAMPLE_RATE, Hearing, Settings, VoiceSettings
from assistant.conversation.table import Place, listening
from assistant.errors import RecognizerFailed
from assistant.events import Heard, ListenFor, NotUnderstood, StateName, VoiceEnded, VoiceStarted
from assistant.hearing.ear import Ear, EarReport
from assistant.hearing.fakes import FakeRecognizer
from assistant.hearing.gate import BLOCK_SECONDS, Change, Gate
from assistant.hearing.models import rehearsal_model
from assistant.hearing.recognizer import Sound
from assistant.hearing.rules import Rules
from assistant.speaking.pyttsx3_voice import Pyttsx3Voice

HOME = app.open_home(Settings())


@pytest.fixture(scope="module")
def fresh_ear() -> Callable[[], Ear]:
    """Ears with the real engine."""
    return app.ear_maker(HOME, rehearsal_model())


@pytest.fixture(scope="module")
def say() -> Callable[[str], Sound]:
    """A synthetic voice at 16 kHz."""
    voice = Pyttsx3Voice(VoiceSettings(name="en-us+f3"))

    def spoken(text: str) -> Sound:
        speech = voice.synthesize(text)
        sound: Sound = soxr.resample(speech.samples, speech.rate, SAMPLE_RATE)
        return sound

    return spoken


def room(seconds: float) -> Sound:
    """The faint noise of a quiet room."""
    noise = np.random.default_rng(3).normal(0, 10, round(seconds * SAMPLE_RATE))
    return noise.astype(np.int16)


def reports(ear: Ear, place: Place | ListenFor, *sounds: Sound) -> list[EarReport]:
    """What the ear reports of sounds one after the other in a quiet room."""
    ear.listen_for(place if isinstance(place, ListenFor) else listening(place))
    sound = np.concatenate([room(0.5), *sounds, room(1.2)])
    blocks = sound[: len(sound) // BLOCK * BLOCK].reshape(-1, BLOCK)
    found = []
    for number, block in enumerate(blocks, start=1):
        found += ear.hear(block, number * BLOCK_SECONDS)
    return found


def heard(ear: Ear, place: Place, *sounds: Sound) -> list[str]:
    """The intents that were heard."""
    events = [report.event for report in reports(ear, place, *sounds)]
    return [event.intent.name for event in events if isinstance(event, Heard)]


# ---- with the real engine ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "text", "intents"),
    [
        (Place.IDLE, "start our check in", ["StartRitual"]),
        (Place.IDLE, "turntable give us a question", ["GiveQuestion"]),
        (Place.IDLE, "another question", ["AnotherQuestion"]),
        (Place.IDLE, "another question about dreams", ["AnotherQuestion"]),
        (Place.ASKED, "yes", ["Yes"]),
        (Place.ASKED, "not now", ["NotNow"]),
        (Place.FLOOR, "turntable more time", ["MoreTime"]),
        (Place.FLOOR, "stop", ["Stop"]),
    ],
)
def test_a_whole_phrase_of_the_moment_is_heard(
    fresh_ear: Callable[[], Ear],
    say: Callable[[str], Sound],
    place: Place,
    text: str,
    intents: list[str],
) -> None:
    assert heard(fresh_ear(), place, say(text)) == intents


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place.FLOOR, "pass"),  # the name is missing
        (Place.FLOOR, "i'm done"),
        (Place.FLOOR, "give us a question"),
        (Place.ASKED, "start our check in"),  # not of this moment
        (Place.IDLE, "yes"),
        (Place.IDLE, "let us start dinner before our guests come in"),  # talk
        (Place.IDLE, "can you pass the salt please"),
        (Place.IDLE, "please stop that noise in the garden"),
    ],
)
def test_anything_else_is_conversation(
    fresh_ear: Callable[[], Ear], say: Callable[[str], Sound], place: Place, text: str
) -> None:
    found = reports(fresh_ear(), place, say(text))

    assert not [report for report in found if isinstance(report.event, Heard)]
    assert any(isinstance(report.event, NotUnderstood) for report in found)


def test_a_command_is_reported_with_its_place_in_the_sound(
    fresh_ear: Callable[[], Ear], say: Callable[[str], Sound]
) -> None:
    sound = say("start our check in")
    ends = 0.5 + len(sound) / SAMPLE_RATE

    (report,) = [
        one for one in reports(fresh_ear(), Place.IDLE, sound) if isinstance(one.event, Heard)
    ]

    assert 0.4 < report.start < 0.8
    assert report.end == pytest.approx(ends, abs=0.12)
    assert report.end < report.acted < ends + 0.5


def test_it_does_not_hear_while_it_is_deaf(
    fresh_ear: Callable[[], Ear], say: Callable[[str], Sound]
) -> None:
    ear = fresh_ear()
    ear.deafen(60.0)

    assert reports(ear, Place.IDLE, say("start our check in")) == []


def test_a_closed_ear_hears_nothing(
    fresh_ear: Callable[[], Ear], say: Callable[[str], Sound]
) -> None:
    closed = ListenFor(StateName.SPEAKING, frozenset(), frozenset())

    assert reports(fresh_ear(), closed, say("start our check in")) == []


# ---- each rule, with a recognizer that says what a test wants -----------------------------------


def fake(rules: Rules | None = None) -> tuple[FakeRecognizer, Ear]:
    """An ear whose recognizer hears what it is told to."""
    recognizer = FakeRecognizer()
    return recognizer, Ear(recognizer, HOME.phrases, "turntable", rules=rules)


def test_silence_and_noise_are_never_decoded(say: Callable[[str], Sound]) -> None:
    recognizer, ear = fake()
    hum = 3000 * np.sin(np.arange(3 * SAMPLE_RATE) * 2 * np.pi * 100 / SAMPLE_RATE)

    assert reports(ear, Place.IDLE, room(5.0), hum.astype(np.int16)) == []
    assert recognizer.started == []
    reports(ear, Place.IDLE, say("start our check in"))
    assert recognizer.started  # a voice is


def test_what_is_longer_than_any_command_is_not_decoded_to_its_end(
    say: Callable[[str], Sound],
) -> None:
    talk = say("and then we walked along the river and talked about the house and the garden")
    assert len(talk) > 4.2 * SAMPLE_RATE
    recognizer, ear = fake()
    reports(ear, Place.IDLE, talk)
    patient, long_ear = fake(Rules(short=False))
    reports(long_ear, Place.IDLE, talk)

    assert recognizer.samples < 4.6 * SAMPLE_RATE
    assert patient.samples >= len(talk) - BLOCK


@pytest.mark.parametrize(
    "text", ["start our question", "give us our check in", "pass the turn this", "check in"]
)
def test_hybrids_and_pieces_of_phrases_are_refused(say: Callable[[str], Sound], text: str) -> None:
    recognizer, ear = fake()
    recognizer.will_hear(text)

    assert heard(ear, Place.IDLE, say("start our check in")) == []


def test_without_the_whole_phrase_rule_a_piece_would_do(say: Callable[[str], Sound]) -> None:
    recognizer, ear = fake(Rules(whole=False))
    recognizer.will_hear("start our check in please")

    assert heard(ear, Place.IDLE, say("start our check in please")) == ["StartRitual"]


def test_the_second_look_must_agree(say: Callable[[str], Sound]) -> None:
    sound = say("start our check in")
    for rules, intents in ((Rules(), []), (Rules(second_look=False), ["StartRitual"])):
        recognizer, ear = fake(rules)
        recognizer.will_hear("start our check in", openly="the weather was lovely")
        assert heard(ear, Place.IDLE, sound) == intents


def test_the_name_is_needed_on_the_floor(say: Callable[[str], Sound]) -> None:
    sound = say("i am done")
    for rules, intents in ((Rules(), []), (Rules(addressed=False), ["Done"])):
        recognizer, ear = fake(rules)
        recognizer.will_hear("i am done")
        assert heard(ear, Place.FLOOR, sound) == intents


def acted_after(text: str, sound: Sound) -> float:
    """Seconds from the end of speech to the action."""
    recognizer, ear = fake()
    recognizer.will_hear(text)
    (report,) = [one for one in reports(ear, Place.IDLE, sound) if isinstance(one.event, Heard)]
    return report.acted - report.end


def test_a_phrase_that_may_go_on_waits_longer(say: Callable[[str], Sound]) -> None:
    sound = say("another question")

    may_go_on, may_not = (
        acted_after("another question", sound),
        acted_after("something deeper", sound),
    )

    assert may_go_on >= may_not + Hearing().may_continue - Hearing().early - 2 * BLOCK_SECONDS
    assert may_go_on > may_not


def test_a_pause_and_the_end_are_judged_by_the_same_length(
    fresh_ear: Callable[[], Ear], say: Callable[[str], Sound], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a phrase is refused in its pause and taken at its end, and partners wait for nothing."""
    lengths: list[float] = []
    ear = fresh_ear()
    monkeypatch.setattr(ear._judge, "decide", lambda *given: lengths.append(given[-1]))
    assert not heard(ear, Place.IDLE, say("start our check in"))
    assert len(lengths) == 2
    assert lengths[0] == pytest.approx(lengths[1], abs=BLOCK_SECONDS)


def test_voice_starts_and_ends_are_told(say: Callable[[str], Sound]) -> None:
    _, ear = fake()
    found = [type(report.event) for report in reports(ear, Place.FLOOR, say("what a day"))]

    assert found[0] is VoiceStarted
    assert set(found[1:]) == {NotUnderstood, VoiceEnded}


def test_after_its_engine_failed_the_ear_hears_again(say: Callable[[str], Sound]) -> None:
    recognizer, ear = fake()
    recognizer.will_hear("start our check in")
    recognizer.fail_next()

    with pytest.raises(RecognizerFailed):
        reports(ear, Place.IDLE, say("start our check in"))
    assert heard(ear, Place.IDLE, room(1.0), say("start our check in")) == ["StartRitual"]


# ---- the gate ---------------------------------------------------------------------------------


class CountingDetector:
    """Calls nothing voice, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def process_samples(self, samples: list[float]) -> float:
        assert len(samples) == BLOCK
        self.asked += 1
        return 0.0

    def reset(self) -> None:
        """Nothing is remembered."""


def test_in_silence_the_detector_sleeps() -> None:
    detector = CountingDetector()
    gate = Gate(Hearing(), detector)
    for block in room(10.0)[: 300 * BLOCK].reshape(-1, BLOCK):
        assert gate.accept(block) is Change.NOTHING
    asleep = detector.asked
    for block in (room(1.0) * 200)[: 30 * BLOCK].reshape(-1, BLOCK):
        gate.accept(block)

    assert asleep <= 4
    assert detector.asked >= 30


def test_the_gate_keeps_what_came_just_before(say: Callable[[str], Sound]) -> None:
    gate = Gate(Hearing())
    sound = np.concatenate([room(1.0), say("start our check in"), room(1.5)])
    changes = [
        gate.accept(block) for block in sound[: len(sound) // BLOCK * BLOCK].reshape(-1, BLOCK)
    ]

    assert changes.count(Change.OPENED) == changes.count(Change.CLOSED) == 1
    assert len(gate.recent) == round(Hearing().pre_roll / BLOCK_SECONDS) + 1
