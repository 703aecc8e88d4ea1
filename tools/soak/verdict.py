"""What must hold at the end of the day."""

from tools.soak.day import Day, Sample

FLAT = 0.05
"""How far resident memory may rise above that of the first hour, as a part of it."""


def settled(day: Day) -> list[Sample]:
    """The samples from the end of the first hour on."""
    return [one for one in day.samples if one.hours >= 1.0]


def base(day: Day) -> float:
    """The highest memory of the first hour, in which everything has happened once (MiB)."""
    return max(one.memory for one in day.samples if one.hours <= 1.01)


def growth(day: Day) -> float:
    """How far memory rose above that of the first hour, as a part of it."""
    return max(one.memory for one in settled(day)) / base(day) - 1.0


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
