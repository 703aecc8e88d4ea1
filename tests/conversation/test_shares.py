"""Equal time: what one is given more, the others are granted or offered."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.conversation.script import UNEXTENDED, Floor, Speak
from assistant.conversation.shares import Shares

FIRST, SECOND, THIRD = (Floor(position, 60, group=1) for position in range(3))


def test_those_after_are_granted_and_those_before_are_owed() -> None:
    shares = Shares()
    assert shares.granted(FIRST) == 60
    assert shares.owed(FIRST) == []
    shares.grow(SECOND, 120)
    assert shares.owed(SECOND) == [0]
    assert shares.granted(THIRD) == 180
    assert shares.owed(THIRD) == []


def test_a_group_grows_once() -> None:
    shares = Shares()
    assert shares.may_grow(FIRST)
    shares.grow(FIRST, 120)
    assert not shares.may_grow(FIRST)
    assert not shares.may_grow(SECOND)
    assert shares.may_grow(Floor(0, 60, group=2))


def test_floors_that_balance_others_never_grow() -> None:
    floor = Floor(0, 60, UNEXTENDED)
    shares = Shares()
    assert not shares.may_grow(floor)
    assert shares.owed(floor) == []
    assert shares.granted(floor) == 60


def test_begun_again_everybody_is_given_the_same_and_nobody_is_owed() -> None:
    shares = Shares()
    shares.owed(FIRST)
    shares.grow(SECOND, 120)
    shares.begin_again([Speak("Another one."), FIRST, SECOND])
    assert (shares.granted(FIRST), shares.granted(SECOND)) == (180, 180)
    assert shares.owed(FIRST) == []
    assert shares.owed(SECOND) == []


@settings(derandomize=True, deadline=None)
@given(st.integers(2, 8), st.sets(st.integers(0, 40)), st.integers(1, 3))
def test_everybody_is_given_the_same_whoever_asks_for_more(
    people: int, asking: set[int], rounds: int
) -> None:
    shares = Shares()
    given_to: Counter[int] = Counter()
    number = 0
    for group in range(1, rounds + 1):
        for position in range(people):
            floor = Floor(position, 60, group)
            given_to[position] += int(shares.granted(floor))
            if number in asking and shares.may_grow(floor):
                shares.grow(floor, 120)
                given_to[position] += 120
            for owed in shares.owed(floor):
                given_to[owed] += int(shares.more(floor))
            number += 1
    assert len(set(given_to.values())) == 1
