"""Choosing questions: how deep they go, and that none comes again too soon."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.conversation.decks import Depth, draw
from assistant.schema import Deck
from tests.conversation.kitchen import kitchen, ours

DECKS = kitchen().decks
LEVELS = [level for level, _ in DECKS["apples"].questions()]


def some_order(seed: int = 0) -> Random:
    """An order that is always the same."""
    return Random(seed)  # noqa: S311 - which question comes next is no secret


# ---- how deep -----------------------------------------------------------------------------------


def test_two_answers_lead_deeper_and_no_deeper_than_the_deepest() -> None:
    depth = Depth()
    levels = []
    for _ in range(8):
        levels.append(depth.level)
        depth = depth.answered()
    assert levels == [1, 1, 2, 2, 3, 3, 3, 3]


def test_a_pass_leads_lighter_and_no_lighter_than_the_lightest() -> None:
    assert Depth(3).lighter() == Depth(2)
    assert Depth(1).lighter() == Depth(1)


def test_after_any_change_it_takes_two_answers_again() -> None:
    assert Depth(1).answered().lighter().answered() == Depth(1, answers=1)
    assert Depth(1).answered().deeper().answered() == Depth(2, answers=1)


# ---- which one ----------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_question_has_the_level_that_is_wanted(level: int) -> None:
    for seed in range(10):
        question = draw(DECKS, ["apples"], level, {}, some_order(seed))
        assert LEVELS[question.number] == level


@pytest.mark.parametrize(
    ("level", "used", "nearest"),
    [
        (1, {0, 1, 2}, 2),
        (2, {3, 4, 5}, 1),
        (3, {6, 7, 8}, 2),
        (1, {0, 1, 2, 3, 4, 5}, 3),
        (2, {0, 1, 2, 3, 4, 5}, 3),
    ],
)
def test_where_a_level_is_used_up_the_nearest_is_asked_the_lighter_one_first(
    level: int, used: set[int], nearest: int
) -> None:
    question = draw(DECKS, ["apples"], level, {"apples": used}, some_order())
    assert LEVELS[question.number] == nearest
    assert question.exhausted == ()


def test_several_decks_are_one() -> None:
    drawn = {draw(DECKS, ["apples", "pears"], 1, {}, some_order(seed)).deck for seed in range(20)}
    assert drawn == {"apples", "pears"}


def test_decks_start_afresh_only_when_all_of_them_are_used() -> None:
    used = {"apples": set(range(9)), "pears": {0, 1}}
    assert draw(DECKS, ["apples", "pears"], 1, used, some_order()).deck == "pears"
    used["pears"] = set(range(6))
    question = draw(DECKS, ["apples", "pears"], 1, used, some_order())
    assert question.exhausted == ("apples", "pears")


def test_a_number_that_a_deck_no_longer_has_is_no_question_used() -> None:
    question = draw(DECKS, ["apples"], 1, {"apples": {77}}, some_order())
    assert question.exhausted == ()


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 3), min_size=40, max_size=40), st.integers(0, 99))
def test_forty_questions_come_once_each_before_one_comes_again(
    levels: list[int], seed: int
) -> None:
    decks, used = ours().decks, set[int]()
    for level in levels:
        question = draw(decks, ["light"], level, {"light": used}, some_order(seed))
        assert question.number not in used
        assert question.exhausted == ()
        used.add(question.number)
    assert used == set(range(40))
    assert draw(decks, ["light"], 1, {"light": used}, some_order(seed)).exhausted == ("light",)


def test_a_deck_may_have_questions_of_one_level_only() -> None:
    decks = {"one": Deck(title="one", audience="family", easy=(), personal=("Which?",), tender=())}
    for level in (1, 2, 3):
        assert draw(decks, ["one"], level, {}, some_order()).text == "Which?"
