"""The plots of the report."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt

from benchmarks.findings import UNSEEN_ESPEAK, UNSEEN_OTHERS, Findings, at, held_out, spoken_by
from benchmarks.jobs import GRAMMAR, LOOPS, OPEN, OURS
from benchmarks.plan import SNRS, STATES

NAMES = {
    OURS: "Turntable's ear",
    GRAMMAR: "(a) Vosk with grammar",
    OPEN: "(b) Vosk open + WRatio ≥ 80",
}
STATE_NAMES = {"idle": "idle", "asked": "after a question", "floor": "a partner\nholds the floor"}
_COLOURS = {OURS: "#1b6f6a", GRAMMAR: "#c98a2b", OPEN: "#a65353"}
_GREY = "#8a8a8a"
_STYLE: Any = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "legend.frameon": False,
    "figure.dpi": 110,
    "svg.hashsalt": "turntable",
}


def draw_all(findings: Findings, folder: Path) -> list[str]:
    """Draw every plot into a folder; gives the names of the files."""
    mpl.use("Agg")
    drawings = {
        "acceptance.png": _acceptance,
        "false-actions.png": _false_actions,
        "waits.png": _waits,
        "rules.png": _rules,
        "processor-time.png": _processor_time,
    }
    with mpl.rc_context(_STYLE):
        for name, draw in drawings.items():
            figure = draw(findings)
            figure.savefig(folder / name, bbox_inches="tight", metadata={"Software": None})
            plt.close(figure)
    return list(drawings)


def _acceptance(findings: Findings) -> Any:
    figure, axes = plt.subplots(1, 3, figsize=(10, 3.4), sharey=True)
    labels = ["clean" if snr is None else f"{snr:.0f} dB" for snr in SNRS]
    for axis, group in zip(axes, (UNSEEN_ESPEAK, *UNSEEN_OTHERS), strict=True):
        for loop in LOOPS:
            found = [findings.acceptance(loop, at(spoken_by(group), snr)) for snr in SNRS]
            if not found[0].spoken:
                continue
            shares = np.array([100 * each.share for each in found])
            low, high = (100 * np.array(side) for side in zip(*(each.interval() for each in found),
                                                              strict=True))  # fmt: skip
            axis.plot(labels, shares, "o-", color=_COLOURS[loop], label=NAMES[loop])
            axis.fill_between(labels, low, high, color=_COLOURS[loop], alpha=0.12, linewidth=0)
        axis.set_title(group.replace(", held out", ", voices never heard"))
        axis.set_ylim(0, 102)
    axes[0].set_ylabel("commands accepted, %")
    axes[0].legend(loc="lower left", fontsize=8.5)
    return figure


def _false_actions(findings: Findings) -> Any:
    figure, axis = plt.subplots(figsize=(7, 3.6))
    width = 0.26
    for place, loop in enumerate(LOOPS):
        rates = [findings.false(loop, state, findings.talk_kinds) for state in STATES]
        shown = [max(rate.per_hour, 0.05) for rate in rates]
        where = np.arange(len(STATES)) + (place - 1) * width
        axis.bar(where, shown, width * 0.92, color=_COLOURS[loop], label=NAMES[loop])
        for x, rate, height in zip(where, rates, shown, strict=True):
            low, high = rate.interval()
            axis.plot([x, x], [max(low, 0.05), high], color="#333333", linewidth=0.8)
            told = f"{rate.per_hour:.2g}" if rate.per_hour < 10 else f"{rate.per_hour:.0f}"
            axis.annotate(told, (x, max(high, height)), ha="center", va="bottom", fontsize=9,
                          xytext=(0, 2), textcoords="offset points")  # fmt: skip
    axis.set_yscale("log")
    axis.set_ylim(0.05, 4000)
    axis.set_xticks(range(len(STATES)), [STATE_NAMES[state] for state in STATES])
    axis.grid(visible=False, axis="x")
    axis.set_ylabel("false actions an hour of talk")
    hours = findings.hours(findings.talk_kinds)
    axis.set_title(f"Talk taken for commands, {hours:.1f} hours (lines: 95 % intervals)")
    axis.legend(loc="upper center", ncols=3, fontsize=8.5, bbox_to_anchor=(0.5, -0.16))
    return figure


def _waits(findings: Findings) -> Any:
    figure, axis = plt.subplots(figsize=(7, 3.2))
    for loop in LOOPS:
        waits = np.sort(findings.waits(loop, held_out)) * 1000
        if not len(waits):
            continue
        shares = np.arange(1, len(waits) + 1) / len(waits) * 100
        middle = float(np.median(waits))
        axis.plot(waits, shares, color=_COLOURS[loop], linewidth=2,
                  label=f"{NAMES[loop]}: median {middle:.0f} ms")  # fmt: skip
    axis.axhline(50, color=_GREY, linewidth=0.8, linestyle=":")
    axis.axhline(95, color=_GREY, linewidth=0.8, linestyle=":")
    axis.set_xlim(0, 1600)
    axis.set_ylim(0, 101)
    axis.set_xlabel("end of speech → action, ms")
    axis.set_ylabel("of accepted commands, %")
    axis.set_title("How long a partner waits")
    axis.legend(loc="upper center", ncols=3, fontsize=8.5, bbox_to_anchor=(0.5, -0.18))
    return figure


def _rules(findings: Findings) -> Any:
    figure, axis = plt.subplots(figsize=(7, 3.8))
    names = _rows(findings)
    place = np.arange(len(names))[::-1]
    for shift, state, colour in ((0.2, "idle", "#6f8fae"), (-0.2, "floor", "#1b6f6a")):
        rates = [findings.forced(name, state, findings.talk_kinds).per_hour for name in names]
        label = STATE_NAMES[state].replace("\n", " ")
        axis.barh(place + shift, [max(rate, 0.2) for rate in rates], 0.38, color=colour,
                  label=label)  # fmt: skip
        for y, rate in zip(place + shift, rates, strict=True):
            axis.annotate(f"{rate:.3g}", (max(rate, 0.2), y), va="center", xytext=(3, 0),
                          textcoords="offset points", fontsize=8.5)  # fmt: skip
    axis.set_xscale("log")
    axis.set_xlim(0.2, 2500)
    axis.set_yticks(place, [name.replace("_", " ") for name in names])
    axis.grid(visible=False, axis="y")
    axis.set_xlabel("false actions an hour of talk")
    axis.set_title("Behind a decoder that cannot reject: what each rule leaves")
    axis.legend(loc="lower right", fontsize=8.5)
    return figure


def _rows(findings: Findings) -> Sequence[str]:
    measured = next((talk.forced for talk in findings.talk if talk.forced), {})
    return [name for name in measured if not name.startswith("all but")]


def _processor_time(findings: Findings) -> Any:
    figure, axis = plt.subplots(figsize=(7, 3.2))
    sounds = list(findings.costs[OURS])
    for place, loop in enumerate(LOOPS):
        where = np.arange(len(sounds)) + (place - 1) * 0.26
        spent = [findings.costs[loop][sound] for sound in sounds]
        axis.bar(where, spent, 0.24, color=_COLOURS[loop], label=NAMES[loop])
        for x, seconds in zip(where, spent, strict=True):
            axis.annotate(f"{seconds:.2g}", (x, seconds), ha="center", va="bottom", fontsize=8.5)
    axis.set_yscale("log")
    axis.set_xticks(range(len(sounds)), sounds)
    axis.grid(visible=False, axis="x")
    axis.set_ylabel("processor seconds a minute")
    axis.set_title("What listening costs")
    axis.legend(loc="upper center", ncols=3, fontsize=8.5, bbox_to_anchor=(0.5, -0.1))
    return figure
