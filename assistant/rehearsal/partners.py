"""Synthetic partners: what they say when, in voices unlike the assistant's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from assistant.conversation.table import Place
from assistant.conversation.turns import Turn

NAMES = ("Robin", "Kim", "Noor", "Luca", "Mika", "Sasha", "Toni", "Jules")

VOICES = (
    ("en-us+f3", 50),
    ("en-gb-x-rp+m3", 45),
    ("en-us+f2", 60),
    ("en-us+m7", 40),
    ("en-gb-x-rp+f5", 65),
    ("en-us+m1", 55),
    ("en-gb-x-rp+f1", 70),
    ("en-us+m2", 35),
)
"""eSpeak NG voices and pitches (0 to 100), one for each chair; none is the assistant's."""

TALK = (
    "I keep thinking about the weekend and how quiet it was",
    "we should really paint the kitchen before the winter comes",
    "my sister called and she could not stop laughing about it",
    "and then I had to wait for the bus for half an hour",
    "I was tired all week and I did not know how to say it",
    "it helped me a lot that you took the children on Tuesday",
    "sometimes I miss the evenings when we just sat outside",
    "I would like to go for a walk with you more often",
    "when the phone rings at dinner I feel a little alone",
    "yesterday I found the old photographs in the cupboard",
    "there was so much to do that the days just ran together",
    "I am not angry about it I only wanted you to know",
)
"""What they talk about while they hold the floor: near commands here and there, but none."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a partner says.

    Attributes:
        partner: who, counted from 1.
        text: the words.
        intent: what must be understood; empty for talk that must be ignored.
        after: seconds of quiet before it.
    """

    partner: int
    text: str
    intent: str = ""
    after: float = 0.8


class Partners:
    """Decides who says what next. They hold the whole ritual, and try the usual commands once."""

    def __init__(self, people: int, opening: Line, name: str, talk: int = 2) -> None:
        """Sit down.

        Args:
            people: how many are at the table.
            opening: the line that starts the ritual.
            name: how the assistant is called.
            talk: sentences said on each floor; a short floor has one at most.
        """
        self._people = people
        self._opening: Line | None = opening
        self._name = name
        self._random = Random(7)  # noqa: S311 - which sentence comes next is no secret
        self._talk = talk
        self._asked = 0
        self._turns = 0
        self._finished = 0
        self._lines: list[Line] = []

    def opening(self) -> Line | None:
        """The line that starts the ritual, once."""
        opening, self._opening = self._opening, None
        return opening

    def answer(self, place: Place) -> Line:
        """An answer to the assistant's question; partners answer in turn."""
        self._asked += 1
        partner = (self._asked - 1) % self._people + 1
        if place is Place.DATE:
            return Line(partner, "sunday at eight in the evening", "AgreeDate")
        answers = ("yes", "yes please", "okay", "sure")
        return Line(partner, answers[self._asked % len(answers)], "Yes")

    def begin_turn(self, turn: Turn) -> None:
        """Think of what to say on the floor."""
        self._turns += 1
        self._lines = list(self._turn_lines(turn))

    def _turn_lines(self, turn: Turn) -> Iterator[Line]:
        partner = turn.partner
        for _ in range(min(self._talk, 1) if turn.granted < 60 else self._talk):
            yield Line(partner, self._random.choice(TALK), after=2.0)
        if turn.granted < 120:
            return
        trial = {
            2: ("how much time is left", "TimeLeft"),
            3: ("more time", "MoreTime"),
            5: ("pause", "Pause"),
        }.get(self._turns % 6)
        if trial is not None:
            phrase, intent = trial
            yield Line(partner, f"{self._name} {phrase}", intent, after=3.0)

    def next_on_floor(self) -> Line | None:
        """The next thing said on the floor; nothing when only silence is left."""
        return self._lines.pop(0) if self._lines else None

    def after_pause(self, turn: Turn | None) -> Line:
        """Somebody says that it goes on."""
        return Line(turn.partner if turn else 1, "continue", "Continue", after=20.0)

    def past_the_bell(self, turn: Turn) -> Line | None:
        """Now and then somebody finishes a sentence past the bell."""
        if self._turns % 4 != 1 or turn.granted < 60 or self._finished == self._turns:
            return None
        self._finished = self._turns
        return Line(turn.partner, self._random.choice(TALK), after=0.0)
