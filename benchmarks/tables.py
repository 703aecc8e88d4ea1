"""Findings as Markdown tables."""

import math
from collections.abc import Iterable, Sequence

from benchmarks.findings import (
    UNSEEN_ESPEAK,
    Chosen,
    Findings,
    Rate,
    at,
    both,
    held_out,
    of_voice,
    spoken_by,
    with_rules,
)
from benchmarks.jobs import GRAMMAR, LOOPS, OPEN, OURS, RULE_STATES, CommandResult
from benchmarks.noise import HOUSEHOLD
from benchmarks.plan import SNRS, STATES
from benchmarks.rule_sets import SWITCHED_OFF
from benchmarks.targets import Target, percent

COLUMNS = {
    OURS: "ours",
    GRAMMAR: "(a) Vosk with grammar",
    OPEN: "(b) Vosk open, WRatio ≥ 80",
}
_RULE_NAMES = {
    "short": "length: longer than any command is talk",
    "unknown": "`[unk]` and decoy words in the grammar",
    "whole": "whole phrase",
    "edges": "first and last word at the edges",
    "second_look": "second look at the same sound",
    "addressed": "by name while a partner holds the floor",
    "early": "acting early",
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def target_table(listed: Sequence[Target]) -> str:
    """What was to be reached."""
    rows = [
        [each.what, each.wanted, each.found, "reached" if each.reached else "**falls short**"]
        for each in listed
    ]
    return table(["figure", "to reach", "found", ""], rows)


def acceptance_table(findings: Findings) -> str:
    """Acceptance by group of voices, ratio and loop."""
    rows = []
    for group in dict.fromkeys(voice.group for voice in findings.voices):
        for snr in SNRS:
            chosen = at(spoken_by(group), snr)
            cells = [_accepted(findings, loop, chosen) for loop in LOOPS]
            rows.append([group, _snr(snr), str(_spoken(findings, chosen)), *cells])
    return table(["voices", "noise", "commands", *COLUMNS.values()], rows)


def voice_table(findings: Findings) -> str:
    """Our acceptance by voice and ratio."""
    rows = []
    for voice in findings.voices:
        chosen = of_voice(voice)
        cells = [percent(findings.acceptance(OURS, at(chosen, snr)).share) for snr in SNRS]
        spoken = str(_spoken(findings, at(chosen, None)))
        rows.append([str(voice), "held out" if voice.held else "trained", spoken, *cells])
    return table(["voice", "", "commands", *(_snr(snr) for snr in SNRS)], rows)


def noise_table(findings: Findings) -> str:
    """Our acceptance at 12 and 6 dB by what made the noise, voices never heard."""
    rows = []
    for name in [*HOUSEHOLD, "recorded"]:
        chosen = [at(_in_noise(name), snr) for snr in (12.0, 6.0)]
        if _spoken(findings, chosen[0]):
            cells = [_accepted(findings, OURS, each) for each in chosen]
            rows.append([name, str(_spoken(findings, chosen[0])), *cells])
    return table(["noise", "commands", "12 dB", "6 dB"], rows)


def false_table(findings: Findings) -> str:
    """False actions an hour by kind of talk, state and loop."""
    rows = []
    kinds = findings.talk_kinds
    for kind, listed in [*((kind, [kind]) for kind in kinds), ("**all talk**", kinds),
                         ("household noise", ["noise"])]:  # fmt: skip
        for state in STATES:
            rates = [findings.false(loop, state, listed) for loop in LOOPS]
            rows.append([kind, f"{rates[0].hours:.2f}", state, *map(rate_cell, rates)])
    return table(["talk", "hours", "state", *COLUMNS.values()], rows)


def wait_table(findings: Findings) -> str:
    """End of speech to action, in ms, by ratio and loop: median / 95th percentile."""
    rows = []
    for name, chosen in [
        *((_snr(snr), at(held_out, snr)) for snr in SNRS),
        ("**all**", held_out),
    ]:
        cells = [
            f"{_ms(findings.wait(loop, chosen, 0.5))} / {_ms(findings.wait(loop, chosen, 0.95))}"
            for loop in LOOPS
        ]
        rows.append([name, *cells])
    return table(["noise", *COLUMNS.values()], rows)


def cost_table(findings: Findings) -> str:
    """Processor seconds a minute, start-up and memory by loop."""
    sounds = list(findings.costs[OURS])
    rows = [
        [f"a minute of {sound}", *(f"{findings.costs[loop][sound]:.3f} s" for loop in LOOPS)]
        for sound in sounds
    ]
    prints = findings.footprints
    rows += [
        ["start-up, processor time", *(f"{prints[loop]['seconds']:.2f} s" for loop in LOOPS)],
        ["memory when it listens", *(f"{prints[loop]['ready']:.0f} MB" for loop in LOOPS)],
        ["memory after two minutes of sound", *(f"{prints[loop]['after']:.0f} MB"
                                                for loop in LOOPS)],
    ]  # fmt: skip
    return table(["", *COLUMNS.values()], rows)


def detector_table(findings: Findings) -> str:
    """Silero's detector in two forms."""
    rows = [
        [kind, f"{each['seconds']:.2f} s", f"{each['load']:.2f} s", f"{each['megabytes']:.0f} MB"]
        for kind, each in findings.detectors.items()
    ]
    return table(["", "a minute of talk", "to load", "memory it adds"], rows)


def rule_table(findings: Findings) -> str:
    """Our ear without each rule: acceptance, waiting, and false actions an hour."""
    rows = []
    unseen = both(spoken_by(UNSEEN_ESPEAK), with_rules)
    for rule in (OURS, *SWITCHED_OFF):
        name = "**all rules**" if rule == OURS else f"without {_RULE_NAMES[rule]}"
        accepted = [_accepted(findings, rule, at(unseen, snr)) for snr in (None, 12.0)]
        wait = _ms(findings.wait(rule, at(unseen, None), 0.5))
        rates = [rate_cell(findings.without(rule, state, findings.talk_kinds))
                 for state in RULE_STATES]  # fmt: skip
        rows.append([name, *accepted, wait, *rates])
    return table(["", "clean", "12 dB", "wait, ms", "false/h idle", "false/h floor"], rows)


def forced_table(findings: Findings) -> str:
    """What each rule leaves behind a decoder that cannot reject, alone and taken from all."""
    rows = []
    for name in next((talk.forced for talk in findings.talk if talk.forced), {}):
        rule = name.removeprefix("all but ")
        told = name.replace(rule, _RULE_NAMES.get(rule, rule))
        rates = [rate_cell(findings.forced(name, state, findings.talk_kinds))
                 for state in RULE_STATES]  # fmt: skip
        rows.append([f"**{told}**" if name == "all" else told, *rates])
    return table(["rules", "false/h idle", "false/h floor"], rows)


def rate_cell(rate: Rate) -> str:
    """Write a rate, with its interval where it was seen rarely."""
    if rate.found > 20:
        return f"{rate.per_hour:.0f}"
    low, high = rate.interval()
    return f"{rate.per_hour:.2f} ({rate.found}; {low:.2f} to {high:.2f})"


def _accepted(findings: Findings, loop: str, chosen: Chosen) -> str:
    found = findings.acceptance(loop, chosen)
    low, high = found.interval()
    wrong = f", wrong {100 * found.wrong / found.spoken:.1f}" if found.wrong else ""
    return f"{percent(found.share)} ({100 * low:.0f} to {100 * high:.0f}{wrong})"


def _spoken(findings: Findings, chosen: Chosen) -> int:
    return sum(map(chosen, findings.commands))


def _in_noise(name: str) -> Chosen:
    def chosen(result: CommandResult) -> bool:
        spoken = result.spoken
        made = spoken.noise if spoken.noise in HOUSEHOLD else "recorded"
        return spoken.voice.held and bool(spoken.noise) and made == name

    return chosen


def _snr(snr: float | None) -> str:
    return "clean" if snr is None else f"{snr:.0f} dB"


def _ms(seconds: float) -> str:
    return "-" if math.isnan(seconds) else f"{1000 * seconds:.0f}"
