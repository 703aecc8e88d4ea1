"""What must hold at the end of the day."""

from statistics import median

from tools.soak.day import Day, Sample

FLAT = 0.05
"""How far the memory of any hour may rise above that of the first one compared, as a part of it."""
FIRST = 1
"""The hour that the others are compared with: the one after the first, which fills caches."""


def settled(day: Day) -> list[Sample]:
    """The samples from the end of the first hour on."""
    return [one for one in day.samples if one.hours >= FIRST]


def hourly(day: Day) -> dict[int, float]:
    """The median of resident memory in each hour (MiB).

    Within an hour memory swings with what is done: after a reload the old content is held beside
    the new one until the ritual is over, and housekeeping gives back what is free.
    """
    hours: dict[int, list[float]] = {}
    for one in day.samples:
        hours.setdefault(int(one.hours + 0.001), []).append(one.memory)
    return {hour: median(memory) for hour, memory in hours.items()}


def growth(day: Day) -> float:
    """How far memory rose above that of the hour after the first, as a part of it."""
    medians = hourly(day)
    return max(memory for hour, memory in medians.items() if hour >= FIRST) / medians[FIRST] - 1.0


def judge(day: Day) -> list[str]:
    """What is not as it must be; empty if all is well."""
    problems = []
    if growth(day) > FLAT:
        problems.append(f"resident memory grew by {100 * growth(day):.1f} %")
    first, last = settled(day)[0], day.samples[-1]
    for what, before, after in (
        ("threads", first.threads, last.threads),
        ("open files", first.files, last.files),
        ("processes", first.children, last.children),
    ):
        if after > before:
            problems.append(f"{what} left over: {before} became {after}")
    if not day.rituals:
        problems.append("no check-in came to its close")
    return problems
