"""Every ritual of ours, in every length, with partners of every temper, on a fast clock."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from assistant.conversation.household import Memories
from assistant.conversation.table import Place
from assistant.schema import CloseStep
from tests.conversation.kitchen import ours
from tests.conversation.sitting import COUPLE, Table

SPEECH = 2.5
"""Words a second at 150 words a minute."""
WITHIN = 0.15
"""Of the time that is told before everybody says yes."""
FAMILY = ("Ann", "Bo", "Cy", "Di")
"""The minutes of a family's rituals are those of four."""

RITUALS = ours().rituals
EVERY = [(name, length) for name in sorted(RITUALS) for length in RITUALS[name].lengths]


@dataclass
class Course:
    """How a ritual went."""

    said: list[str] = field(default_factory=list)
    given: Counter[str] = field(default_factory=Counter)
    """Seconds on the floor, by partner."""
    quiet: float = 0.0
    """Seconds in which the assistant said nothing."""

    @property
    def seconds(self) -> float:
        """How long it took, with the sentences spoken."""
        return self.quiet + sum(len(text.split()) for text in self.said) / SPEECH

    def note(self, news: list[str]) -> None:
        """Note what came out."""
        for line in news:
            if turn := re.fullmatch(r"\[start (\w+) ([\d.]+)\]", line):
                self.given[turn[1]] += round(float(turn[2]))
            elif line[0] not in "[(*":
                self.said.append(line)


Temper = Callable[[Table], list[str]]
"""What a partner does who is asked something; gives what comes of it."""


def yes(table: Table) -> list[str]:
    """Agrees to everything, and to a date."""
    if table.is_at(Place.DATE):
        return table.says("AgreeDate", day="sunday", time="8:00", half="evening")
    return table.says("Yes")


def no(table: Table) -> list[str]:
    """Wants nothing."""
    return table.says("No")


def silent(table: Table) -> list[str]:
    """Says nothing at all."""
    return table.wait(table.timing.answer_window)


def after_the_beginning(temper: Temper) -> Temper:
    """Says yes until the first time runs, and is of that temper afterwards."""
    return lambda table: (temper if table.now > 0 else yes)(table)


def hold_ritual(name: str, length: str, temper: Temper, starts: int = 1) -> Course:
    """Hold a ritual to its end, whatever that is."""
    people = FAMILY if RITUALS[name].people == "all" else COUPLE
    table = Table(people, content=ours(), memories=Memories(starts=starts))
    course = Course()
    course.note(table.says("StartRitual", ritual=name, length=length))
    for _ in range(500):
        if table.is_at(Place.IDLE):
            course.quiet = table.now
            return course
        if table.is_at(Place.ASKED) or table.is_at(Place.DATE):
            course.note(temper(table))
        else:
            due = table.conversation.deadline
            course.note(table.wait((due or table.now) - table.now))
    pytest.fail(f"{name} does not come to its end")


def takes_about(course: Course, minutes: float) -> bool:
    """Whether it took as long as was told before everybody said yes."""
    return course.seconds / 60 == pytest.approx(minutes, rel=WITHIN)


def last_words(name: str) -> str:
    """What is said at a ritual's close."""
    close = RITUALS[name].steps[-1]
    return close.text if isinstance(close, CloseStep) else ""


@pytest.mark.parametrize(("name", "length"), EVERY)
@pytest.mark.parametrize("starts", [1, 2])
def test_held_by_two_who_want_it_it_is_fair_and_takes_as_long_as_was_said(
    name: str, length: str, starts: int
) -> None:
    course = hold_ritual(name, length, yes, starts)
    assert course.said[-1] == last_words(name)
    assert len(set(course.given.values())) <= 1
    assert len(course.given) in {0, len(FAMILY if RITUALS[name].people == "all" else COUPLE)}
    assert takes_about(course, RITUALS[name].lengths[length])


def test_a_ritual_that_took_longer_or_shorter_would_be_noticed() -> None:
    course = hold_ritual("weekly-check-in", "usual", yes)
    assert [takes_about(course, minutes) for minutes in (20, 30, 45)] == [False, True, False]


@pytest.mark.parametrize(("name", "length"), EVERY)
@pytest.mark.parametrize("temper", [no, silent])
def test_those_who_want_nothing_on_the_way_come_to_the_same_close(
    name: str, length: str, temper: Temper
) -> None:
    course = hold_ritual(name, length, after_the_beginning(temper))
    assert course.said[-1] == last_words(name)
    assert len(set(course.given.values())) <= 1


@pytest.mark.parametrize("name", sorted(RITUALS))
@pytest.mark.parametrize("temper", [no, silent])
def test_nothing_begins_with_somebody_who_does_not_want_it(name: str, temper: Temper) -> None:
    course = hold_ritual(name, next(iter(RITUALS[name].lengths)), temper)
    assert course.given == Counter()
    assert course.quiet <= 2 * 7.0 + 1e-6
    assert last_words(name) not in course.said


@pytest.mark.parametrize("name", sorted(RITUALS))
def test_everything_that_is_said_is_in_words(name: str) -> None:
    for text in hold_ritual(name, next(iter(RITUALS[name].lengths)), yes).said:
        assert not re.search(r"[\d{}()\[\]]", text)


@pytest.mark.parametrize("minutes", [1, 2, 3, 5, 8, 10, 15, 20])
def test_turns_take_about_as_long_as_was_said(minutes: int) -> None:
    table = Table(content=ours())
    asked = table.says("StartTurns", minutes=minutes)[0]
    told = re.search(r"about ([\w-]+) minutes?", asked)
    assert told is not None
    words = {word: number for number, word in ours().lines.numbers.items()}
    course = Course()
    for _ in range(2):
        course.note(table.says("Yes"))
    while not table.is_at(Place.IDLE):
        course.note(table.wait((table.conversation.deadline or 0) - table.now))
    course.quiet = table.now
    assert course.seconds / 60 == pytest.approx(words[told[1]], abs=1.6)
    assert len(set(course.given.values())) == 1
