"""The picture of the day."""

from pathlib import Path

import matplotlib as mpl

from tools.soak.day import HOUR, Day
from tools.soak.verdict import FLAT, settled


def draw(day: Day, file: Path) -> None:
    """Draw resident memory over the hours, and when something failed, as PNG."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the backend is chosen

    base = settled(day)[0]
    figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
    axes.fill_between(
        [base.hours, day.samples[-1].hours],
        base.memory * (1 - FLAT),
        base.memory * (1 + FLAT),
        color="tab:green",
        alpha=0.15,
        label="within 5 % of the end of the first hour",
    )
    times = [one.hours for one in day.samples]
    axes.plot(times, [one.memory for one in day.samples], linewidth=1.0, label="every minute")
    axes.plot([base.hours], [base.memory], "o", label=f"end of the first hour: {base.memory:.1f}")
    failed = [fault.at / HOUR for fault in day.faults]
    axes.plot(failed, [0.0] * len(failed), "|", color="tab:red", markersize=9, label="a fault")
    axes.set_ylim(0, max(one.memory for one in day.samples) * 1.15)
    axes.set_xlim(0, times[-1])
    axes.set_xticks(range(0, round(times[-1]) + 1, 2))
    axes.set_title("A day of the soak, with the rehearsal model")
    axes.set_xlabel("simulated hours")
    axes.set_ylabel("resident memory (MiB)")
    axes.legend(loc="center right", ncols=2)
    figure.savefig(file, dpi=110)
    plt.close(figure)
