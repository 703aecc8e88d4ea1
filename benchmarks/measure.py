"""The run itself: corpora are made, the jobs go to one worker process a core, costs come last."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from multiprocessing import get_context
from pathlib import Path
from random import Random

import soundfile

from benchmarks import costs, detectors
from benchmarks.commands import Command, choose
from benchmarks.corpus import (
    Noise,
    SpokenCommand,
    Talk,
    dinner,
    in_noise,
    recorded_talk,
    recordings,
)
from benchmarks.findings import UNSEEN_ESPEAK, Findings
from benchmarks.jobs import (
    LOOPS,
    CommandJob,
    CommandResult,
    Job,
    Result,
    TalkJob,
    TalkResult,
    work,
)
from benchmarks.loops import Engine, engine
from benchmarks.noise import HOUSEHOLD
from benchmarks.plan import SEED, SNRS, STATES, Plan
from benchmarks.sentences import compose
from benchmarks.speech import Spoken, speak
from benchmarks.voices import Voice, held_out, trained

WORKERS = len(os.sched_getaffinity(0))
"""One process a core."""

_RULE_SNRS = (None, 12.0)
"""Where every rule is switched off at commands, at every other one."""
_PIECE = 5.0
"""Minutes of talk in one job."""

Progress = Callable[[str, int], Callable[[int], None]]
"""Begin a stage with a number of steps; gives what is told of each step done."""


@dataclass(frozen=True, slots=True)
class Corpora:
    """Everything that is heard."""

    commands: Sequence[SpokenCommand]
    talk: Sequence[Talk]
    noises: Sequence[Noise]

    def spoken(self) -> Iterator[Spoken]:
        """Every sentence a synthesizer must say."""
        yield from ((each.voice, each.command.text) for each in self.commands)
        yield from (spoken for talk in self.talk for spoken in talk.said)


def measure(model: Path, corpus: Path | None, plan: Plan, progress: Progress) -> Findings:
    """Measure everything.

    Args:
        model: folder of a Vosk model.
        corpus: folder of recordings, laid out as in README.md.
        plan: how much.
        progress: is told how far it is.

    Raises:
        TurntableError: the model or the recordings cannot be used.
        NotSpoken: a synthesizer failed.
    """
    corpora = _gather(engine(model), corpus, plan)
    wanted = list(dict.fromkeys(corpora.spoken()))
    speak(wanted, WORKERS, progress("speech is synthesized", len(wanted)))
    jobs = list(_jobs(corpora, plan))
    results = list(_results(model, jobs, progress("the loops listen", len(jobs))))
    findings = Findings(
        commands=[each for each in results if isinstance(each, CommandResult)],
        talk=[each for each in results if isinstance(each, TalkResult)],
    )
    _add_costs(findings, model, corpora, plan, progress("costs are measured", len(LOOPS) + 2))
    return findings


def _gather(loaded: Engine, corpus: Path | None, plan: Plan) -> Corpora:
    files = recordings(corpus, plan.most_recorded_minutes)
    noises = [str(file) for file in files.get("noise", ())]
    behind = _noises_behind(noises)
    recorded = recorded_talk(files)
    minutes = max(plan.talk_minutes - _minutes(recorded), plan.least_dinner_minutes)
    everybody = [*held_out(), *trained(plan)]
    commands = frozenset(text for closed in loaded.closed.values() for text in closed.texts)
    said = dinner(compose(SEED, commands), everybody, round(minutes / _PIECE) or 1, behind, SEED)
    made = [Noise(name, plan.noise_minutes * 60, SEED) for name in HOUSEHOLD]
    return Corpora(
        commands=in_noise(_commands(loaded, plan), SNRS, behind, SEED),
        talk=[*recorded, *said],
        noises=[*made, *(Noise(name, 0, SEED) for name in noises)],
    )


def _commands(loaded: Engine, plan: Plan) -> Iterator[tuple[Voice, Command]]:
    """Who says which command; every voice says others."""
    for number, voice in enumerate([*held_out(), *trained(plan)]):
        how_many = plan.trained_commands
        if voice.held:
            is_espeak = voice.group == UNSEEN_ESPEAK
            how_many = plan.espeak_commands if is_espeak else plan.unseen_commands
        for command in choose(loaded.phrases, loaded.name, how_many, SEED + number):
            yield voice, command


def _noises_behind(recorded: Sequence[str]) -> list[str]:
    """The noises behind commands and sentences: formulas, and as many recordings if there are."""
    some = Random(SEED).sample(list(recorded), min(len(recorded), len(HOUSEHOLD)))
    return [*HOUSEHOLD, *some]


def _jobs(corpora: Corpora, plan: Plan) -> Iterator[Job]:
    """Long jobs first, so that no worker is left with one; then commands, state by state."""
    broad = set(_spread(corpora.talk, plan.broad_minutes))
    with_rules = set(_spread(corpora.talk, plan.rule_minutes))
    forced = set(_spread(corpora.talk, plan.forced_minutes))
    for talk in corpora.talk:
        yield TalkJob(talk, talk in broad, rules=talk in with_rules, forced=talk in forced)
    yield from (TalkJob(noise, broad=True) for noise in corpora.noises)
    for state in STATES:
        for spoken in corpora.commands:
            if spoken.command.state == state:
                half = spoken.voice.group == UNSEEN_ESPEAK and spoken.seed % 2 == 0
                yield CommandJob(spoken, rules=half and spoken.snr in _RULE_SNRS)


def _spread(talk: Sequence[Talk], minutes: float) -> Iterator[Talk]:
    """Choose some minutes of talk: pieces of every kind in turn."""
    names = dict.fromkeys(each.kind for each in talk)
    kinds = [[each for each in talk if each.kind == kind] for kind in names]
    left = minutes
    for each in (each for turn in zip_longest(*kinds) for each in turn if each):
        if left > 0:
            left -= _minutes([each]) if each.files else _PIECE
            yield each


def _results(model: Path, jobs: Sequence[Job], done: Callable[[int], None]) -> Iterator[Result]:
    context = get_context("spawn")
    with ProcessPoolExecutor(WORKERS, mp_context=context) as pool:
        long = [job for job in jobs if isinstance(job, TalkJob)]
        short = [job for job in jobs if isinstance(job, CommandJob)]
        hear = partial(work, model)
        for results in (pool.map(hear, long), pool.map(hear, short, chunksize=16)):
            for result in results:
                done(1)
                yield result


def _add_costs(
    findings: Findings, model: Path, corpora: Corpora, plan: Plan, done: Callable[[int], None]
) -> None:
    """Measure processor time, memory and start-up, one thing at a time."""
    talk = next(each for each in corpora.talk if each.said)
    clean = [each for each in corpora.commands if each.snr is None and each.voice.held]
    some = clean[:: max(1, len(clean) // 12)]
    sounds = costs.materials(talk, some, plan.cost_seconds)
    findings.costs = costs.processor_time(model, sounds)
    done(1)
    for loop in LOOPS:
        findings.footprints[loop] = costs.footprint(loop, model)
        done(1)
    try:
        findings.detectors = detectors.measure(sounds["talk"])
    except detectors.NoDetector as error:
        findings.no_detectors = str(error)
    done(1)


def _minutes(talk: Sequence[Talk]) -> float:
    seconds = [soundfile.info(file).duration for each in talk for file in each.files]
    return float(sum(seconds)) / 60
