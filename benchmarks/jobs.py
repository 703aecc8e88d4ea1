"""What one worker process does with one sound, and what it tells: small values, no sound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.config import SAMPLE_RATE
from assistant.hearing.recognizer import Sound
from assistant.hearing.rules import Rules
from benchmarks.commands import Meaning
from benchmarks.corpus import Noise, SpokenCommand, Talk
from benchmarks.detector import Recording, Replaying
from benchmarks.loops import (
    Engine,
    GrammarLoop,
    Loop,
    OpenLoop,
    OurLoop,
    engine,
    listen,
    listen_live,
    most_alike,
    open_texts,
)
from benchmarks.plan import STATES
from benchmarks.rule_sets import SWITCHED_OFF, unable_to_reject
from benchmarks.scores import Outcome, outcome

OURS, GRAMMAR, OPEN = "ours", "a", "b"
LOOPS = (OURS, GRAMMAR, OPEN)
RULE_STATES = ("idle", "floor")
"""Where rules are switched off."""


@dataclass(frozen=True, slots=True)
class CommandJob:
    """Let the loops hear one command; `rules`: also with each rule switched off."""

    spoken: SpokenCommand
    rules: bool = False


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What became of a command.

    Attributes:
        spoken: the command.
        outcomes: by loop; our ear without a rule stands under the rule's name.
        waits: seconds from the end of speech to the action, where it was right.
    """

    spoken: SpokenCommand
    outcomes: Mapping[str, Outcome]
    waits: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TalkJob:
    """Let the loops hear talk or noise, in which every action is false.

    `broad`: after a question too, and by loop (b), which acts so often that a part shows it.
    """

    talk: Talk | Noise
    broad: bool = False
    rules: bool = False
    forced: bool = False


@dataclass(frozen=True, slots=True)
class TalkResult:
    """How often talk was taken for commands.

    Attributes:
        kind: of talk, or "noise".
        seconds: how long it was.
        false: actions by loop and state, as far as it was listened to.
        rules: actions of our ear by the rule that was off and state.
        forced: actions behind a decoder that cannot reject, by set of rules and state.
        intents: what our ear acted on: state and intent.
    """

    kind: str
    seconds: float
    false: Mapping[str, Mapping[str, int]]
    rules: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    forced: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    intents: Sequence[tuple[str, str]] = ()


Job = CommandJob | TalkJob
Result = CommandResult | TalkResult


def work(model: Path, job: Job) -> Result:
    """Do one job with the model in a folder."""
    if isinstance(job, CommandJob):
        return _hear_command(engine(model), job)
    return _hear_talk(engine(model), job)


def loop_of(name: str, loaded: Engine, state: str) -> Loop:
    """Make a fresh loop of a kind."""
    if name == OURS:
        return OurLoop(loaded.ear(), state)
    return GrammarLoop(loaded, state) if name == GRAMMAR else OpenLoop(loaded, state)


def _hear_command(loaded: Engine, job: CommandJob) -> CommandResult:
    scene = job.spoken.scene()
    state, meant = job.spoken.command.state, job.spoken.command.meaning
    recording = Recording()
    loops: dict[str, Loop] = {
        OURS: _at_home(loaded, state, Rules(), recording, scene.room),
        GRAMMAR: GrammarLoop(loaded, state),
        OPEN: OpenLoop(loaded, state),
    }
    acted = {name: list(listen_live(loop, scene.sound)) for name, loop in loops.items()}
    for rule, rules in SWITCHED_OFF.items() if job.rules else ():
        loop = _at_home(loaded, state, rules, Replaying(recording.answers), scene.room)
        acted[rule] = list(listen_live(loop, scene.sound))
    outcomes = {
        name: outcome([action.meaning for action in actions], meant)
        for name, actions in acted.items()
    }
    waits = {
        name: actions[0].acted - scene.end
        for name, actions in acted.items()
        if outcomes[name] is Outcome.RIGHT
    }
    return CommandResult(job.spoken, outcomes, waits)


def _at_home(
    loaded: Engine, state: str, rules: Rules, detector: Recording | Replaying, room: Sound
) -> OurLoop:
    """Give a fresh ear that knows the noise of the room; the detector slept meanwhile."""
    loop = OurLoop(loaded.ear(rules, detector), state)
    detector.asleep = True
    listen(loop, room)
    detector.asleep = False
    return loop


def _hear_talk(loaded: Engine, job: TalkJob) -> TalkResult:
    sound = job.talk.sound()
    recording = Recording()
    ours: dict[str, list[Meaning]] = {}
    states = STATES if job.broad else RULE_STATES
    for state in states:
        detector = Replaying(recording.answers) if ours else recording
        ours[state] = listen(OurLoop(loaded.ear(detector=detector), state), sound)
    false = {
        OURS: {state: len(actions) for state, actions in ours.items()},
        GRAMMAR: {state: _count(GrammarLoop(loaded, state), sound) for state in states},
        OPEN: _count_open(loaded, sound) if job.broad else {},
    }
    rules = {
        rule: {state: _without(rules, loaded, state, sound, recording) for state in RULE_STATES}
        for rule, rules in (SWITCHED_OFF.items() if job.rules else ())
    }
    forced = {}
    if job.forced:
        forced = unable_to_reject(loaded, sound, Replaying(recording.answers), RULE_STATES)
        early = Rules(unknown=False)
        forced["all, and acting early"] = {
            state: _without(early, loaded, state, sound, recording) for state in RULE_STATES
        }
    return TalkResult(
        kind=job.talk.kind if isinstance(job.talk, Talk) else "noise",
        seconds=len(sound) / SAMPLE_RATE,
        false=false,
        rules=rules,
        forced=forced,
        intents=[(state, meaning[0]) for state in states for meaning in ours[state]],
    )


def _without(rules: Rules, loaded: Engine, state: str, sound: Sound, known: Recording) -> int:
    return _count(OurLoop(loaded.ear(rules, Replaying(known.answers)), state), sound)


def _count(loop: Loop, sound: Sound) -> int:
    return len(listen(loop, sound))


def _count_open(loaded: Engine, sound: Sound) -> dict[str, int]:
    """Count what loop (b) does in every state; without a grammar it hears the same in all."""
    texts = list(open_texts(loaded.plain(None), sound))
    return {
        state: sum(most_alike(text, closed) is not None for text in texts)
        for state, closed in loaded.closed.items()
    }
