"""Choosing questions: the level rises after two answers and falls after a pass; no repeats.

A question comes back only when its deck is exhausted, across restarts: which ones were asked is
kept as numbers, never what was said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from assistant.schema import Deck

ANSWERS_TO_RISE = 2
LOWEST, HIGHEST = 1, 3


@dataclass(frozen=True, slots=True)
class Depth:
    """How deep the questions go just now.

    Attributes:
        level: 1 easy, 2 personal, 3 tender.
        answers: answers given since the level last changed.
    """

    level: int = LOWEST
    answers: int = 0

    def answered(self) -> "Depth":
        """One more answer; every second one leads a level deeper."""
        if self.answers + 1 < ANSWERS_TO_RISE:
            return replace(self, answers=self.answers + 1)
        return self.deeper()

    def deeper(self) -> "Depth":
        """A level deeper, if there is one."""
        return Depth(min(HIGHEST, self.level + 1))

    def lighter(self) -> "Depth":
        """A level lighter, if there is one: asked for, or after a pass."""
        return Depth(max(LOWEST, self.level - 1))


@dataclass(frozen=True, slots=True)
class Question:
    """One question, with what must be remembered when it is asked.

    Attributes:
        deck: the deck's name.
        number: its place in the deck, from 0.
        text: what is said.
        exhausted: decks that had no unused question left; their numbers are forgotten first.
    """

    deck: str
    number: int
    text: str
    exhausted: tuple[str, ...] = ()


def draw(
    decks: Mapping[str, Deck],
    names: Sequence[str],
    level: int,
    used: Mapping[str, set[int]],
    random: Random,
) -> Question:
    """An unused question of the decks `names`, of `level` or as near to it as there is.

    Lighter questions are preferred to deeper ones. When all are used, the decks start afresh.
    """
    everything = [
        Question(name, number, text)
        for name in names
        for number, (_, text) in enumerate(decks[name].questions())
    ]
    fresh = [
        question for question in everything if question.number not in used.get(question.deck, ())
    ]
    exhausted = () if fresh else tuple(names)

    def distance(question: Question) -> float:
        at = decks[question.deck].questions()[question.number][0]
        return abs(at - level) + (0.5 if at > level else 0.0)

    pool = fresh or everything
    nearest = min(map(distance, pool))
    chosen = random.choice([question for question in pool if distance(question) == nearest])
    return replace(chosen, exhausted=exhausted)
