import math

import pytest

from benchmarks.scores import Acceptance, Outcome, count, outcome, percentile, poisson, wilson


def test_a_command_is_right_only_if_nothing_else_was_done() -> None:
    assert outcome(["done"], "done") is Outcome.RIGHT
    assert outcome(["done", "done"], "done") is Outcome.RIGHT
    assert outcome(["done", "stop"], "done") is Outcome.WRONG
    assert outcome(["stop"], "done") is Outcome.WRONG
    assert outcome([], "done") is Outcome.NONE


def test_outcomes_are_summed_up() -> None:
    found = count([Outcome.RIGHT, Outcome.NONE, Outcome.WRONG, Outcome.RIGHT])

    assert found == Acceptance(right=2, wrong=1, spoken=4)
    assert found.share == 0.5


def test_no_commands_have_no_share() -> None:
    assert math.isnan(count([]).share)
    assert count([]).interval() == (0.0, 1.0)


@pytest.mark.parametrize(
    ("found", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (95, 100, 0.8882, 0.9785), (10, 10, 0.7225, 1)],
)
def test_wilson_agrees_with_the_tables(found: int, of: int, low: float, high: float) -> None:
    assert wilson(found, of) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(
    ("found", "low", "high"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (10, 4.7954, 18.3904), (100, 81.3640, 121.6266)],
)
def test_poisson_agrees_with_the_tables(found: int, low: float, high: float) -> None:
    assert poisson(found) == pytest.approx((low, high), abs=1e-3)


def test_percentiles_lie_between_neighbours() -> None:
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile([0, 10], 0.95) == pytest.approx(9.5)
    assert percentile([7], 0.95) == 7
    assert math.isnan(percentile([], 0.5))
