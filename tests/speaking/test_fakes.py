"""The fake loudspeaker does what it is told."""

import numpy as np
import pytest

from assistant.speaking.fakes import FakeLoudspeaker
from assistant.speaking.playback import Back, Lost, Played, Report
from assistant.speaking.voice import Speech

SOUND = Speech(np.ones(100, np.int16), 22_050)


@pytest.fixture
def reports() -> list[Report]:
    return []


@pytest.fixture
def loudspeaker(reports: list[Report]) -> FakeLoudspeaker:
    return FakeLoudspeaker(reports.append)


def test_plays_in_order_when_told(loudspeaker: FakeLoudspeaker, reports: list[Report]) -> None:
    for utterance_id in (1, None, 2):
        loudspeaker.play(SOUND, utterance_id)
    assert not reports
    for _ in range(3):
        loudspeaker.finish()
    assert reports == [Played(1), Played(2)]
    assert loudspeaker.sounds == [SOUND] * 3


def test_a_stop_drops_all(loudspeaker: FakeLoudspeaker, reports: list[Report]) -> None:
    loudspeaker.play(SOUND, 1)
    loudspeaker.play(SOUND, 2)
    loudspeaker.stop()
    assert reports == [Played(1), Played(2)]
    assert loudspeaker.stops == 1


def test_lost_and_back(loudspeaker: FakeLoudspeaker, reports: list[Report]) -> None:
    loudspeaker.play(SOUND, 1)
    loudspeaker.lose()
    loudspeaker.play(SOUND, 2)
    loudspeaker.come_back()
    loudspeaker.play(SOUND, 3)
    assert isinstance(reports.pop(0), Lost)
    assert reports == [Played(1), Played(2), Back()]


def test_hanging_is_found_at_the_next_check(
    loudspeaker: FakeLoudspeaker, reports: list[Report]
) -> None:
    loudspeaker.play(SOUND, 1)
    loudspeaker.check()
    loudspeaker.hang()
    assert not reports
    loudspeaker.check()
    assert [type(report) for report in reports] == [Lost, Played]


def test_closing_drops_all(loudspeaker: FakeLoudspeaker, reports: list[Report]) -> None:
    loudspeaker.play(SOUND, 1)
    assert loudspeaker.is_alive()
    loudspeaker.close()
    assert loudspeaker.closed
    assert not loudspeaker.is_alive()
    assert reports == [Played(1)]


def test_work_is_done_only_while_nothing_plays(loudspeaker: FakeLoudspeaker) -> None:
    done: list[str] = []
    assert loudspeaker.unless_playing(lambda: done.append("silent"))
    loudspeaker.play(SOUND, 1)
    assert not loudspeaker.unless_playing(lambda: done.append("playing"))
    assert done == ["silent"]
