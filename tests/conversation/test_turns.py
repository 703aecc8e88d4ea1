"""The turn engine: time on the floor, exact to the last rounding."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config import Timing
from assistant.conversation.turns import Turn

T = Timing()
QUIET = -math.inf
CLOCKS = st.floats(0, 1e6)
LENGTHS = st.floats(1, 3600)
REPEATABLE = settings(derandomize=True, deadline=None)


def test_time_runs_and_stands() -> None:
    turn = Turn(1, 300, since=10)
    assert (turn.used(110), turn.remaining(110)) == (100, 200)
    standing = turn.paused(110)
    assert (standing.used(1000), standing.remaining(1000)) == (100, 200)
    running = standing.resumed(1000)
    assert (running.used(1050), running.remaining(1050)) == (150, 150)


def test_past_the_bell_nothing_remains_and_used_goes_on() -> None:
    turn = Turn(1, 300, since=0)
    assert (turn.remaining(310), turn.used(310)) == (0, 310)


def test_the_warning_comes_a_minute_before_the_bell_and_once() -> None:
    turn = Turn(1, 300, since=0)
    assert turn.deadline(T, QUIET) == 240
    assert turn.warned_now().deadline(T, QUIET) == 300


def test_short_turns_are_not_warned_of() -> None:
    assert Turn(1, 118, since=0).deadline(T, QUIET) == 118
    assert Turn(1, 120, since=0).deadline(T, QUIET) == 60


def test_resumed_within_the_last_minute_there_is_no_warning_any_more() -> None:
    turn = Turn(1, 300, since=None, spent=250).resumed(1000)
    assert turn.deadline(T, QUIET) == 1050


def test_a_standing_turn_has_no_deadline() -> None:
    with pytest.raises(ValueError, match="no deadline"):
        Turn(1, 300, since=None).deadline(T, QUIET)
    assert Turn(1, 300, since=None).bell == math.inf


def test_after_the_bell_quiet_ends_it_or_the_limit() -> None:
    turn = Turn(1, 300, since=0).rung(300)
    assert turn.deadline(T, None) == 420
    assert turn.deadline(T, 350) == 352
    assert turn.deadline(T, 419) == 420
    assert not turn.over(300, T, None)
    assert not turn.over(351, T, 350)
    assert turn.over(352, T, 350)
    assert turn.over(420, T, None)


def test_before_the_bell_quiet_ends_nothing() -> None:
    assert not Turn(1, 300, since=0).over(299, T, 0)


def test_a_longer_turn_rings_and_warns_again() -> None:
    turn = Turn(1, 300, since=0).warned_now().rung(300).longer(120)
    assert (turn.granted, turn.rung_at) == (420, None)
    assert turn.deadline(T, QUIET) == 360


def test_a_warning_far_too_late_is_known() -> None:
    turn = Turn(1, 300, since=0)
    assert not turn.nearly_over(240, T)
    assert turn.nearly_over(290, T)


def test_a_bell_that_has_rung_waits_anew_after_a_pause() -> None:
    turn = Turn(1, 300, since=0).rung(300).paused(310).resumed(1000)
    assert turn.rung_at == 1000
    assert turn.deadline(T, None) == 1120


@REPEATABLE
@given(LENGTHS, CLOCKS, st.lists(st.tuples(st.floats(0, 100), st.floats(0, 1000)), max_size=6))
def test_pauses_take_no_time_from_a_turn(
    granted: float, start: float, pauses: list[tuple[float, float]]
) -> None:
    turn, now, spoken = Turn(1, granted, since=start), start, 0.0
    for speaking, pausing in pauses:
        now += speaking
        spoken += speaking
        turn = turn.paused(now)
        now += pausing
        turn = turn.resumed(now)
    assert turn.used(now) == pytest.approx(spoken, abs=1e-3)
    assert turn.bell == pytest.approx(now + granted - spoken, abs=1e-3)


@REPEATABLE
@given(LENGTHS, CLOCKS, st.floats(0, 100), CLOCKS)
def test_at_its_deadline_a_turn_always_gets_further(
    granted: float, start: float, spent: float, later: float
) -> None:
    """Whatever the roundings: a tick at the deadline warns, rings or ends, and never spins."""
    turn = Turn(1, granted, since=start, spent=min(spent, granted))
    turn = turn.paused(start).resumed(start + later)
    for _ in range(3):
        now = turn.deadline(T, QUIET)
        if turn.rung_at is not None:
            assert turn.over(max(now, turn.rung_at), T, QUIET)
            return
        turn = turn.warned_now() if now < turn.bell else turn.rung(now)
    pytest.fail("it neither rang nor ended")


@REPEATABLE
@given(CLOCKS, CLOCKS)
def test_quiet_or_the_limit_ends_a_turn_exactly_at_its_deadline(rung: float, quiet: float) -> None:
    turn = Turn(1, 60, since=rung).rung(rung)
    assert turn.over(turn.deadline(T, quiet), T, quiet)
    assert turn.over(turn.deadline(T, None), T, None)
