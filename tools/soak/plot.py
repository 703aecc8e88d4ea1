"""The picture of the day."""

from pathlib import Path

import matplotlib as mpl

from tools.soak.day import Day
from tools.soak.verdict import FLAT, base


def draw(day: Day, file: Path) -> None:
    """Draw memory, threads and open files over the hours, as PNG."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the backend is chosen

    hours = [one.hours for one in day.samples]
    figure, (above, below) = plt.subplots(
        2, 1, sharex=True, figsize=(8, 5), height_ratios=(2, 1), layout="constrained"
    )
    above.plot(hours, [one.memory for one in day.samples], color="tab:blue")
    above.axhspan(base(day), base(day) * (1 + FLAT), color="tab:green", alpha=0.15)
    above.set_ylim(0, max(one.memory for one in day.samples) * 1.15)
    above.set_ylabel("resident memory (MiB)")
    above.set_title("24 simulated hours; the green band is 5 % above the first hour")
    below.plot(hours, [one.threads for one in day.samples], label="threads")
    below.plot(hours, [one.files for one in day.samples], label="open files")
    below.plot(hours, [one.children for one in day.samples], label="child processes")
    below.set_ylim(0, None)
    below.set_xlabel("hours")
    below.legend(loc="upper right", ncols=3)
    figure.savefig(file, dpi=110)
    plt.close(figure)
