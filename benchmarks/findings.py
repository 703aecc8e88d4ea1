"""Everything that was found, and sums of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.jobs import CommandResult, TalkResult
from benchmarks.rule_sets import SWITCHED_OFF
from benchmarks.scores import Acceptance, count, percentile, poisson
from benchmarks.voices import Voice

UNSEEN_ESPEAK = "espeak-ng, held out"
UNSEEN_OTHERS = ("flite, held out", "festival, held out")

Chosen = Callable[[CommandResult], bool]


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something happened that never should.

    Attributes:
        found: times.
        hours: listened.
    """

    found: int
    hours: float

    @property
    def per_hour(self) -> float:
        """Times an hour."""
        return self.found / self.hours if self.hours else 0.0

    def interval(self) -> tuple[float, float]:
        """Between which values the true rate lies."""
        low, high = poisson(self.found)
        return (low / self.hours, high / self.hours) if self.hours else (0.0, 0.0)


@dataclass(slots=True)
class Findings:
    """Results of all jobs, and the costs.

    Attributes:
        commands, talk: as the workers told; `kind` of a talk may be "noise".
        costs: processor seconds a minute, by loop and sound.
        footprints: start-up and memory by loop, see `costs.footprint`.
        detectors: see `detectors.measure`; empty if they could not be compared.
        no_detectors: why not.
    """

    commands: Sequence[CommandResult]
    talk: Sequence[TalkResult]
    costs: dict[str, dict[str, float]] = field(default_factory=dict)
    footprints: dict[str, dict[str, float]] = field(default_factory=dict)
    detectors: dict[str, dict[str, float]] = field(default_factory=dict)
    no_detectors: str = ""

    def acceptance(self, loop: str, chosen: Chosen) -> Acceptance:
        """Sum up what a loop, or our ear without a rule, made of some commands."""
        return count(
            result.outcomes[loop]
            for result in self.commands
            if loop in result.outcomes and chosen(result)
        )

    def waits(self, loop: str, chosen: Chosen) -> list[float]:
        """Give the seconds from the end of speech to the action at some commands."""
        return [
            result.waits[loop]
            for result in self.commands
            if loop in result.waits and chosen(result)
        ]

    def wait(self, loop: str, chosen: Chosen, part: float) -> float:
        """Give a percentile of the waits, in seconds."""
        return percentile(self.waits(loop, chosen), part)

    def false(self, loop: str, state: str, kinds: Iterable[str]) -> Rate:
        """Sum up false actions of a loop in some kinds of talk."""
        listed = [talk for talk in self._of(kinds) if state in talk.false[loop]]
        return _rate(listed, [talk.false[loop][state] for talk in listed])

    def without(self, rule: str, state: str, kinds: Iterable[str]) -> Rate:
        """Sum up false actions of our ear without a rule; `ours` has all, on the same talk."""
        listed = [talk for talk in self._of(kinds) if talk.rules]
        found = [(talk.false if rule == "ours" else talk.rules)[rule][state] for talk in listed]
        return _rate(listed, found)

    def forced(self, rules: str, state: str, kinds: Iterable[str]) -> Rate:
        """Sum up false actions of a set of rules behind a decoder that cannot reject."""
        listed = [talk for talk in self._of(kinds) if talk.forced]
        return _rate(listed, [talk.forced[rules][state] for talk in listed])

    @property
    def voices(self) -> list[Voice]:
        """Who spoke commands; the voices that are held out come first."""
        spoke = {each.spoken.voice for each in self.commands}
        return sorted(spoke, key=lambda voice: (not voice.held, voice.group, voice.name))

    @property
    def talk_kinds(self) -> list[str]:
        """The kinds of talk there were, without noise."""
        return [kind for kind in dict.fromkeys(talk.kind for talk in self.talk) if kind != "noise"]

    def hours(self, kinds: Iterable[str]) -> float:
        """Tell how long some kinds were listened to."""
        return sum(talk.seconds for talk in self._of(kinds)) / 3600

    def _of(self, kinds: Iterable[str]) -> list[TalkResult]:
        wanted = set(kinds)
        return [talk for talk in self.talk if talk.kind in wanted]


def held_out(result: CommandResult) -> bool:
    """Choose the commands of all voices that the model never heard."""
    return result.spoken.voice.held


def spoken_by(group: str) -> Chosen:
    """Choose the commands of a group of voices."""
    return lambda result: result.spoken.voice.group == group


def with_rules(result: CommandResult) -> bool:
    """Choose the commands that were also heard with each rule switched off."""
    return not SWITCHED_OFF.keys().isdisjoint(result.outcomes)


def at(chosen: Chosen, snr: float | None) -> Chosen:
    """Choose of these the commands at a signal-to-noise ratio."""
    return lambda result: chosen(result) and result.spoken.snr == snr


def of_voice(voice: Voice) -> Chosen:
    """Choose the commands of a voice."""
    return lambda result: result.spoken.voice == voice


def both(one: Chosen, other: Chosen) -> Chosen:
    """Choose what two choices have in common."""
    return lambda result: one(result) and other(result)


def _rate(listed: Sequence[TalkResult], found: Sequence[int]) -> Rate:
    return Rate(sum(found), sum(talk.seconds for talk in listed) / 3600)
