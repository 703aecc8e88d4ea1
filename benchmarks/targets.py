"""What was to be reached, and whether it was."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from benchmarks.findings import (
    UNSEEN_ESPEAK,
    UNSEEN_OTHERS,
    Chosen,
    Findings,
    at,
    both,
    held_out,
    of_voice,
    spoken_by,
)
from benchmarks.jobs import GRAMMAR, OPEN, OURS
from benchmarks.rule_sets import SWITCHED_OFF


@dataclass(frozen=True, slots=True)
class Target:
    """One figure that was to be reached.

    Attributes:
        what: is measured.
        wanted: in words.
        found: in words, with how sure it is.
        reached: whether it is.
        why: where it falls short, what the figures say about the reason.
    """

    what: str
    wanted: str
    found: str
    reached: bool
    why: str = ""


def targets(findings: Findings) -> list[Target]:
    """Judge the findings."""
    return [
        *_acceptance(findings),
        *_false_actions(findings),
        *_forced(findings),
        *_waits(findings),
        _silence(findings),
    ]


def percent(share: float) -> str:
    """Write a share of 0 to 1."""
    return "-" if math.isnan(share) else f"{100 * share:.1f} %"


def _acceptance(findings: Findings) -> list[Target]:
    espeak = spoken_by(UNSEEN_ESPEAK)
    wanted = [("unseen espeak-ng voices", at(espeak, None), "clean", 0.95),
              ("unseen espeak-ng voices", at(espeak, 12.0), "12 dB", 0.90)]  # fmt: skip
    for group in UNSEEN_OTHERS:
        engine = group.partition(",")[0]
        wanted.append((f"unseen voice of {engine}", at(spoken_by(group), None), "clean", 0.85))
    return [_accepted(findings, *each) for each in wanted]


def _accepted(findings: Findings, who: str, chosen: Chosen, where: str, wanted: float) -> Target:
    found = findings.acceptance(OURS, chosen)
    low, high = found.interval()
    reached = found.share >= wanted
    return Target(
        f"commands accepted, {who}, {where}",
        f"≥ {100 * wanted:.0f} %",
        f"{percent(found.share)} ({found.right} of {found.spoken}; {percent(low)} to "
        f"{percent(high)})" if found.spoken else "not measured: the voice is not installed",
        reached,
        "" if reached or not found.spoken else _why_refused(findings, chosen),
    )  # fmt: skip


def _why_refused(findings: Findings, chosen: Chosen) -> str:
    """Name the voices that are refused most, and the rule whose refusals are dearest."""
    found = {
        str(voice): findings.acceptance(OURS, both(chosen, of_voice(voice)))
        for voice in findings.voices
    }
    shares = {name: each.share for name, each in found.items() if each.spoken}
    worst = sorted(shares, key=lambda name: shares[name])[:3]
    told = "worst: " + ", ".join(f"{name} {100 * shares[name]:.0f} %" for name in worst)
    without = {rule: findings.acceptance(rule, chosen) for rule in SWITCHED_OFF}
    measured = {rule: each.share for rule, each in without.items() if each.spoken}
    if measured:
        rule = max(measured, key=lambda each: measured[each])
        told += f"; without the rule “{rule}” it would be {100 * measured[rule]:.1f} %"
    heard = findings.acceptance(GRAMMAR, chosen).share
    return f"{told}; the decoder's own text, loop (a), gives {100 * heard:.1f} %"


def _false_actions(findings: Findings) -> list[Target]:
    kinds = findings.talk_kinds
    told = []
    for state, most in (("floor", 0.1), ("idle", 0.5)):
        ours = findings.false(OURS, state, kinds)
        low, high = ours.interval()
        where = "while a partner holds the floor" if state == "floor" else "idle"
        told.append(
            Target(
                f"false actions an hour of talk, {where}",
                f"≤ {most}",
                f"{ours.per_hour:.2f} ({ours.found} in {ours.hours:.2f} h; {low:.2f} to "
                f"{high:.2f})",
                ours.per_hour <= most,
                "" if ours.per_hour <= most else _which(findings, state),
            )
        )
        told += _compared(findings, state, kinds, where)
    hours = findings.hours(kinds)
    told.append(Target("hours of talk", "≥ 2", f"{hours:.2f}", hours >= 2,
                       "a quick run, or few recordings" if hours < 2 else ""))  # fmt: skip
    return told


def _compared(findings: Findings, state: str, kinds: Sequence[str], where: str) -> list[Target]:
    rate = findings.false(OURS, state, kinds)
    grammar = findings.false(GRAMMAR, state, kinds).found
    hobby = findings.false(OPEN, state, kinds)
    ours = rate.found
    fewer = hobby.found > 0 and hobby.per_hour >= 100 * rate.per_hour
    times = f"{hobby.per_hour / rate.per_hour:.0f} times" if ours else "none against some"
    found = f"{times} ({rate.per_hour:.2f} against {hobby.per_hour:.0f} an hour)"
    return [
        Target(f"… never more than (a), {where}", f"≤ {grammar}", str(ours), ours <= grammar,
               "" if ours <= grammar else _which(findings, state)),
        Target(f"… fewer than (b), {where}", "≥ 100 times", found, fewer,
               "" if fewer else _which(findings, state)),
    ]  # fmt: skip


def _which(findings: Findings, state: str) -> str:
    """Name what was taken for a command, and where."""
    named = [f"{intent} in {talk.kind}" for talk in findings.talk if talk.kind != "noise"
             for there, intent in talk.intents if there == state]  # fmt: skip
    counted = [f"{each} ({named.count(each)})" for each in dict.fromkeys(named)]
    return "taken for commands: " + ", ".join(counted)


def _forced(findings: Findings) -> list[Target]:
    told = []
    for state, rules in product(("idle", "floor"), ("all", "all, and acting early")):
        rate = findings.forced(rules, state, findings.talk_kinds)
        reached = rate.per_hour <= 1
        why = "" if reached else "the table of rules below shows what each of them leaves"
        found = f"{rate.per_hour:.2f} ({rate.found} in {rate.hours:.2f} h)"
        early = ", and acting early" if rules != "all" else ""
        what = f"false actions an hour, a decoder that cannot reject, all rules{early}, {state}"
        told.append(Target(what, "≤ 1", found, reached, why))
    return told


def _waits(findings: Findings) -> list[Target]:
    told = []
    for name, part, most in (("median", 0.5, 280), ("95th percentile", 0.95, 450)):
        ours = 1000 * findings.wait(OURS, held_out, part)
        told.append(
            Target(f"end of speech → action, {name}", f"≤ {most} ms", f"{ours:.0f} ms",
                   ours <= most, "" if ours <= most else _why_late(findings, most))
        )  # fmt: skip
    ours = findings.wait(OURS, held_out, 0.5)
    grammar = findings.wait(GRAMMAR, held_out, 0.5)
    told.append(Target("… median as part of (a)'s", "≤ 1/3", f"{ours / grammar:.2f}",
                       ours <= grammar / 3,
                       "" if ours <= grammar / 3 else "see the waits below"))  # fmt: skip
    return told


def _why_late(findings: Findings, most: float) -> str:
    late = [
        each for each in findings.commands if OURS in each.waits and 1000 * each.waits[OURS] > most
    ]
    noisy = sum(each.spoken.snr in {6.0, 12.0} for each in late)
    return (
        f"{len(late)} commands came later, {noisy} of them in noise of 12 or 6 dB: phrases that "
        "may go on wait longer, and noise delays the moment that counts as silence"
    )


def _silence(findings: Findings) -> Target:
    ours, grammar = (findings.costs[loop]["silence"] for loop in (OURS, GRAMMAR))
    spent = f"{1000 * ours:.0f} against {1000 * grammar:.0f} ms a minute"
    found = f"{grammar / ours:.0f} times less ({spent})"
    why = "" if grammar >= 20 * ours else "looking at energy alone costs this much in Python"
    return Target("processor time in silence, against (a)", "20 times less", found,
                  grammar >= 20 * ours, why)  # fmt: skip
