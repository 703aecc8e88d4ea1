"""Some simulated minutes of the soak, with every fault once; and a verdict that can be bad."""

import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.events import StateName
from assistant.memory import Memory
from tools.soak.day import Day, Sample, Soak, sample
from tools.soak.verdict import judge


@pytest.mark.parametrize("seed", [6])
def test_some_minutes_with_every_fault(tmp_path: Path, seed: int) -> None:
    before = {thread.name for thread in threading.enumerate()}
    with closing(Memory.open(tmp_path)) as memory:
        soak = Soak(tmp_path, seed, memory)
        try:
            soak.partners.open_ritual()
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


@pytest.mark.parametrize(
    ("last", "problem"),
    [
        (replace(WELL, memory=106.0), "resident memory grew by 6.0 %"),
        (replace(WELL, threads=5), "threads left over: 4 became 5"),
        (replace(WELL, files=10), "open files left over: 9 became 10"),
        (replace(WELL, children=1), "processes left over: 0 became 1"),
    ],
)
def test_what_grows_is_found(last: Sample, problem: str) -> None:
    day = Day(samples=[replace(WELL, hours=0.0, memory=50.0), WELL], rituals=1)
    assert judge(day) == []
    day.samples.append(replace(last, hours=2.0))
    assert judge(day) == [problem]


def test_a_day_without_a_ritual_proves_nothing() -> None:
    assert judge(Day(samples=[WELL])) == ["no check-in came to its close"]
