"""Some simulated minutes of the soak, with every fault once; and a verdict that can be bad."""

import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.events import StateName
from assistant.memory import Memory
from tools.soak.check_ins import CheckIn
from tools.soak.day import Day, Sample, Soak, sample
from tools.soak.faults import LASTS, Injected
from tools.soak.verdict import judge


@pytest.mark.parametrize("seed", [6])
def test_some_minutes_with_every_fault(tmp_path: Path, seed: int) -> None:
    before = {thread.name for thread in threading.enumerate()}
    with closing(Memory.open(tmp_path)) as memory:
        soak = Soak(tmp_path, seed, memory)
        try:
            soak.ask_for_a_check_in()
            soak.live_until(10.0)
            assert soak.assistant.state is not StateName.IDLE
            held = sample(0.0)
            for number, kind in enumerate(soak.faults.kinds, 1):
                soak.faults.inject(kind)
                soak.live_until(10.0 + 20.0 * number)
            soak.faults.end()
            soak.live_until(soak.clock.now + 20.0)
            assert soak.assistant.lost <= {"recognizer"}  # it is back at the next utterance
            assert soak.day.records["heard"] > 1
            now = sample(0.0)
        finally:
            soak.close()
    assert set(soak.faults.counted) == set(soak.faults.kinds)
    assert now.files <= held.files
    assert now.children == held.children
    assert {thread.name for thread in threading.enumerate()} - before <= {"voice"}


WELL = Sample(hours=1.0, memory=100.0, threads=4, files=9, children=0)
CLOSED = CheckIn(120.0, begun_at=125.0, over_at=1900.0, closed=True)


def a_day() -> Day:
    """One in which all is well: what is filled within the first hour is not growth."""
    return Day(samples=[replace(WELL, hours=0.0, memory=50.0), WELL], check_ins=[CLOSED])


@pytest.mark.parametrize(
    ("last", "problem"),
    [
        (replace(WELL, memory=105.1), "resident memory rose by 5.1 %"),
        (replace(WELL, memory=94.0), "resident memory fell by 6.0 %: the first hour proves little"),
        (replace(WELL, threads=5), "threads left over: 4 became 5"),
        (replace(WELL, files=10), "open files left over: 9 became 10"),
        (replace(WELL, children=1), "processes left over: 0 became 1"),
    ],
)
def test_what_grows_is_found(last: Sample, problem: str) -> None:
    day = a_day()
    assert judge(day) == []
    day.samples.append(replace(last, hours=2.0))
    assert judge(day) == [problem]


def test_one_sample_too_high_is_found_though_it_falls_again() -> None:
    day = a_day()
    day.samples += [replace(WELL, hours=2.0, memory=106.0), replace(WELL, hours=3.0)]
    assert judge(day) == ["resident memory rose by 6.0 %"]


def test_a_day_without_a_ritual_proves_nothing() -> None:
    assert judge(Day(samples=[WELL])) == ["no check-in came to its close"]


class TestCheckIns:
    """One that did not close needs a fault that was there meanwhile."""

    @pytest.mark.parametrize("at", [7_200.0 - LASTS, 7_200.0, 7_800.0])
    def test_a_fault_meanwhile_explains_it(self, at: float) -> None:
        day = a_day()
        day.check_ins.append(CheckIn(7_200.0, begun_at=7_205.0, over_at=7_800.0))
        day.faults = [Injected(at, "microphone unplugged")]
        assert judge(day) == []
        assert day.check_ins[-1].within(day.faults) == ["microphone unplugged"]

    @pytest.mark.parametrize("at", [7_199.0 - LASTS, 7_801.0])
    def test_one_before_or_after_does_not(self, at: float) -> None:
        day = a_day()
        day.check_ins.append(CheckIn(7_200.0, begun_at=7_205.0, over_at=7_800.0))
        day.faults = [Injected(at, "microphone unplugged")]
        assert judge(day) == ["the check-in of hour 2.0 did not close, and nothing had failed"]

    def test_it_is_over_when_nothing_runs_after_it_began(self) -> None:
        one = CheckIn(10.0)
        one.look(11.0, idle=True)
        one.begin(15.0)
        one.begin(500.0)
        one.look(16.0, idle=False)
        one.look(900.0, idle=True)
        one.look(901.0, idle=True)
        assert one == CheckIn(10.0, begun_at=15.0, over_at=900.0)


def test_partners_ask_again_when_a_fault_took_their_words(tmp_path: Path) -> None:
    with closing(Memory.open(tmp_path)) as memory:
        soak = Soak(tmp_path, 6, memory)
        try:
            soak.faults.inject("recognizer throws")
            soak.ask_for_a_check_in()
            soak.live_until(60.0)
            assert soak.partners.asked == 2
            assert soak.day.check_ins[0].begun_at is not None
        finally:
            soak.close()
