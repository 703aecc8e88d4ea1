"""What must hold at the end of the day."""

from tools.soak.check_ins import unexplained
from tools.soak.day import HOUR, Day, Sample

FLAT = 0.05
"""How far any sample after the first hour may lie from the one at its end, as a part of that."""
FIRST = 1.0
"""Hours after which memory is compared."""


def settled(day: Day) -> list[Sample]:
    """The samples from the end of the first hour on."""
    return [one for one in day.samples if one.hours >= FIRST]


def swing(day: Day) -> tuple[float, float]:
    """How far memory fell and rose from the end of the first hour on, as parts of what it was."""
    memory = [one.memory for one in settled(day)]
    return min(memory) / memory[0] - 1.0, max(memory) / memory[0] - 1.0


def judge(day: Day) -> list[str]:
    """What is not as it must be; empty if all is well."""
    problems = []
    fell, rose = swing(day)
    if rose > FLAT:
        problems.append(f"resident memory rose by {100 * rose:.1f} %")
    if -fell > FLAT:
        problems.append(
            f"resident memory fell by {-100 * fell:.1f} %: the first hour proves little"
        )
    after = settled(day)
    for what, counts in (
        ("threads", [one.threads for one in after]),
        ("open files", [one.files for one in after]),
        ("processes", [one.children for one in after]),
    ):
        if counts[-1] > min(counts):
            problems.append(f"{what} left over: {min(counts)} became {counts[-1]}")
    problems += [
        f"the check-in of hour {one.asked_at / HOUR:.1f} did not close, and nothing had failed"
        for one in unexplained(day.check_ins, day.faults)
    ]
    if not any(one.closed for one in day.check_ins):
        problems.append("no check-in came to its close")
    return problems
