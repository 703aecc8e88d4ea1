"""When the watchdog is fed and when not; the clock is the test's."""

from typing import cast

import pytest

from assistant.app import Assistant
from assistant.errors import LoudspeakerLost, MicrophoneLost, SealBroken
from assistant.events import Part, PartBack, PartLost, StateName
from assistant.hearing.listener import Listener
from assistant.privacy import Seal
from assistant.service import ServiceManager
from assistant.speaking.fakes import FakeLoudspeaker
from assistant.speaking.speaker import Speaker
from assistant.vitals import GRACE, Vitals


class Manager(ServiceManager):
    """Counts what it is told."""

    def __init__(self) -> None:
        super().__init__({})
        self.feed_every = 1.0
        self.meals = 0
        self.lines: list[str] = []

    def alive(self) -> None:
        self.meals += 1

    def status(self, line: str) -> None:
        self.lines.append(line)


class Parts:
    """What vitals ask of assistant and listener."""

    def __init__(self) -> None:
        self.state = StateName.IDLE
        self.lost: set[Part] = set()
        self.turn_left = (0, 0.0)
        self.dropped = 0
        self.living = True

    def is_alive(self) -> bool:
        return self.living


class Patient:
    """Vitals at a clock that only a test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("assistant.vitals.time.monotonic", lambda: self.now)
        self.manager = Manager()
        self.vitals = Vitals(self.manager)
        self.parts = Parts()
        self.loudspeaker = FakeLoudspeaker(lambda _: None)
        self.vitals.attach(
            cast("Assistant", self.parts),
            cast("Listener", self.parts),
            cast("Speaker", self.loudspeaker),
        )

    def live(self, seconds: float, *, hears: bool = False, tries: bool = False) -> None:
        """Go round for some seconds."""
        for _ in range(round(seconds * 2)):
            self.now += 0.5
            if hears:
                self.vitals.block_heard()
            if tries:
                self.vitals.tried()
            self.vitals.each_round(self.now)

    @property
    def is_fed(self) -> bool:
        """Whether the watchdog is fed in the next two seconds, without further signs of life."""
        before = self.manager.meals
        self.live(2.0)
        return self.manager.meals > before


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> Patient:
    return Patient(monkeypatch)


def test_fed_while_blocks_arrive(patient: Patient) -> None:
    patient.live(60.0, hears=True)
    assert 50 <= patient.manager.meals <= 60


def test_hungry_when_no_block_arrives_and_nobody_looks_for_the_microphone(
    patient: Patient,
) -> None:
    patient.live(10.0, hears=True)
    patient.live(6.0)
    assert not patient.is_fed


def test_a_lost_microphone_is_looked_for_in_peace_for_a_while(patient: Patient) -> None:
    patient.live(GRACE - 10.0, tries=True)
    assert patient.is_fed
    patient.live(20.0, tries=True)
    assert not patient.is_fed


def test_and_for_as_long_as_a_ritual_runs(patient: Patient) -> None:
    patient.parts.state = StateName.FLOOR
    patient.live(3 * GRACE, tries=True)
    assert patient.is_fed
    patient.parts.state = StateName.IDLE
    patient.live(10.0, tries=True)
    assert not patient.is_fed


def test_each_loss_has_its_own_grace(patient: Patient) -> None:
    for _ in range(3):
        patient.live(GRACE - 10.0, tries=True)
        patient.live(10.0, hears=True)
    patient.live(10.0, tries=True)
    assert patient.is_fed


def test_asleep_nothing_is_expected_and_awake_it_is_again(patient: Patient) -> None:
    patient.parts.state = StateName.ASLEEP
    patient.live(3600.0)
    assert patient.is_fed
    patient.parts.state = StateName.IDLE
    patient.live(1.0)
    assert patient.is_fed
    patient.live(6.0)
    assert not patient.is_fed


def test_a_listener_that_died_ends_the_assistant(patient: Patient) -> None:
    patient.parts.living = False
    with pytest.raises(MicrophoneLost):
        patient.live(1.0, hears=True)


def test_a_speaker_that_died_ends_the_assistant(patient: Patient) -> None:
    """No sentence would be answered any more: the conversation would wait for ever."""
    patient.loudspeaker.close()
    with pytest.raises(LoudspeakerLost):
        patient.live(1.0, hears=True)


def test_a_broken_seal_ends_the_assistant(patient: Patient) -> None:
    class Broken:
        breach = "something opened a file"
        layers = ()

    patient.vitals.seal = cast("Seal", Broken())
    with pytest.raises(SealBroken):
        patient.live(1.0, hears=True)


def test_the_status_tells_of_the_last_fault(patient: Patient) -> None:
    patient.vitals.noted(PartLost(Part.VOICE))
    patient.vitals.noted(PartBack(Part.VOICE))
    patient.now += 5.0
    patient.parts.lost.add(Part.MICROPHONE)
    report = patient.vitals.report()
    assert (report.last_fault, report.fault_age) == ("voice lost", 5.0)
    assert report.microphone == "lost"
    assert patient.manager.lines == ["voice lost", "voice is back"]
