import pytest

from benchmarks.commands import Command
from benchmarks.corpus import SpokenCommand
from benchmarks.findings import UNSEEN_ESPEAK, Findings, Rate, at, spoken_by
from benchmarks.jobs import GRAMMAR, LOOPS, OPEN, OURS, CommandResult, TalkResult
from benchmarks.plan import STATES
from benchmarks.scores import Outcome
from benchmarks.tables import rate_cell
from benchmarks.targets import targets
from benchmarks.voices import Voice

UNSEEN = Voice("espeak-ng", "en-us+f4", held=True)


def heard(snr: float | None, ours: Outcome, wait: float = 0.2) -> CommandResult:
    spoken = SpokenCommand(Command("stop", "idle", ("Stop", ())), UNSEEN, snr, "", 0)
    outcomes = {OURS: ours, GRAMMAR: Outcome.RIGHT, OPEN: Outcome.WRONG}
    waits = {GRAMMAR: 0.9, **({OURS: wait} if ours is Outcome.RIGHT else {})}
    return CommandResult(spoken, outcomes, waits)


def talked(kind: str, seconds: float, ours: int = 0, hobby: int = 200) -> TalkResult:
    false = {OURS: ours, GRAMMAR: 1, OPEN: hobby}
    forced = {rules: {"idle": 0, "floor": 0} for rules in ("all", "all, and acting early")}
    return TalkResult(
        kind,
        seconds,
        {loop: dict.fromkeys(STATES, false[loop]) for loop in LOOPS},
        forced=forced,
        intents=[("idle", "Pass")] * ours,
    )


def findings(*talk: TalkResult, commands: tuple[CommandResult, ...] = ()) -> Findings:
    costs = {OURS: {"silence": 0.01}, GRAMMAR: {"silence": 0.5}, OPEN: {"silence": 0.5}}
    return Findings(
        commands or (heard(None, Outcome.RIGHT), heard(12.0, Outcome.RIGHT)), talk, costs
    )


def test_commands_are_chosen_by_voice_and_ratio() -> None:
    found = findings(commands=(heard(None, Outcome.RIGHT), heard(12.0, Outcome.NONE)))
    unseen = spoken_by(UNSEEN_ESPEAK)

    assert found.acceptance(OURS, at(unseen, None)).share == 1
    assert found.acceptance(OURS, at(unseen, 12.0)).share == 0
    assert found.acceptance(OURS, spoken_by("flite, held out")).spoken == 0
    assert found.waits(OURS, unseen) == [0.2]


def test_noise_is_no_talk() -> None:
    found = findings(talked("read", 1800, ours=1), talked("noise", 3600, ours=5))

    assert found.talk_kinds == ["read"]
    assert found.false(OURS, "idle", found.talk_kinds) == Rate(1, 0.5)
    assert found.false(OURS, "idle", ["noise"]).per_hour == 5


def test_a_rate_counts_only_the_talk_that_a_loop_heard_in_a_state() -> None:
    part = TalkResult("read", 3600, {OURS: {"idle": 1}, GRAMMAR: {"idle": 3}, OPEN: {}})
    found = findings(talked("read", 1800, ours=1), part)

    assert found.false(OURS, "idle", ["read"]) == Rate(2, 1.5)
    assert found.false(OURS, "asked", ["read"]) == Rate(1, 0.5)
    assert found.false(OPEN, "idle", ["read"]) == Rate(200, 0.5)


def test_rare_actions_are_shown_with_how_sure_they_are() -> None:
    assert rate_cell(Rate(0, 2.0)) == "0.00 (0; 0.00 to 1.84)"
    assert rate_cell(Rate(400, 2.0)) == "200"


def test_a_good_run_reaches_everything_that_was_measured() -> None:
    judged = targets(findings(talked("read", 4000), talked("conversation", 4000)))

    missed = [each for each in judged if not each.reached]
    assert all("not measured" in each.found for each in missed)
    assert len(judged) - len(missed) > 10


@pytest.mark.parametrize(
    ("found", "what"),
    [
        (findings(talked("read", 9000, ours=2)), "false actions an hour of talk, idle"),
        (findings(talked("read", 9000, ours=3)), "… never more than (a), idle"),
        (findings(talked("read", 9000, ours=3)), "… fewer than (b), while"),
        (findings(talked("read", 100)), "hours of talk"),
        (
            findings(talked("read", 9000), commands=(heard(None, Outcome.NONE),) * 3),
            "commands accepted, unseen espeak-ng voices, clean",
        ),
        (
            findings(talked("read", 9000), commands=(heard(None, Outcome.RIGHT, wait=0.5),) * 3),
            "end of speech → action, median",
        ),
    ],
)
def test_a_shortfall_is_told_with_its_reason(found: Findings, what: str) -> None:
    (missed,) = [each for each in targets(found) if each.what.startswith(what) and not each.reached]

    assert missed.why
