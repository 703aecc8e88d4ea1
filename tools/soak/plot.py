"""The picture of the day."""

from pathlib import Path

import matplotlib as mpl

from tools.soak.day import Day
from tools.soak.verdict import FIRST, FLAT, hourly


def draw(day: Day, file: Path) -> None:
    """Draw resident memory over the hours, as PNG."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the backend is chosen

    medians = hourly(day)
    base = medians[FIRST]
    figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
    axes.axhspan(base, base * (1 + FLAT), color="tab:green", alpha=0.15, label="up to 5 % more")
    times = [one.hours for one in day.samples]
    axes.plot(times, [one.memory for one in day.samples], label="every ten minutes")
    middles = [hour + 0.5 for hour in medians]
    axes.plot(middles, list(medians.values()), "o", markersize=4, label="median of the hour")
    axes.set_ylim(0, max(one.memory for one in day.samples) * 1.15)
    axes.set_xlabel("simulated hours")
    axes.set_ylabel("resident memory (MiB)")
    axes.legend(loc="lower right", ncols=3)
    figure.savefig(file, dpi=110)
    plt.close(figure)
