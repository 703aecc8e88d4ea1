"""An evening at a table where anything can happen, with the rules watched after every event."""

import copy
import dataclasses
from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any, Self

from assistant.conversation.checks import check_content
from assistant.conversation.household import Household, Memories
from assistant.conversation.machine import Conversation
from assistant.conversation.table import Place, listening
from assistant.events import (
    Command,
    Event,
    Heard,
    Intent,
    Say,
    SpeechFinished,
    Tick,
)
from tests.conversation.kitchen import kitchen
from tests.conversation.rules import Ledger, Rules, hold

NAMES = ("Ann", "Bo", "Cy", "Di")
PATIENCE = 200
"""Ticks within which every conversation that is left alone comes to rest."""

LESS = dataclasses.replace(
    kitchen(),
    rituals={name: it for name, it in kitchen().rituals.items() if name not in {"sofa", "amends"}},
    decks={"apples": kitchen().decks["apples"]},
)
"""The kitchen's content without some of it, for when content is renewed."""
check_content(LESS)

SENSE: Mapping[str, list[Any]] = {
    "ritual": sorted(kitchen().rituals),
    "deck": sorted(kitchen().decks),
    "length": ["short", "long", "longest", "usual"],
    "minutes": [1, 2, 20],
    "day": ["today", "tomorrow", "sunday", ""],
    "time": ["8:00", "7:30", "6:15"],
    "half": ["morning", "evening"],
    "starter": ["longing"],
    "explainer": ["drift"],
}
NONSENSE = ["", "{x}", "waltz", "99:99", -5, 0, 10**9]


def wishes(order: Random) -> dict[str, str | int]:
    """Slots as an intent may have them: some sense, some nonsense, some not at all."""
    slots = {}
    for name, sense in SENSE.items():
        choices = order.choice([sense, sense, NONSENSE, []])
        if choices:
            slots[name] = order.choice(choices)
    return slots


class _Order(Random):
    """Shared by copies, because copying it takes longer than everything else."""

    def __deepcopy__(self, memo: object) -> Self:
        return self


class Evening:
    """One conversation, whatever happens to it."""

    def __init__(
        self, people: int, starts: int, seed: int, reached: Counter[tuple[str, Place]] | None = None
    ) -> None:
        """Sit down.

        Args:
            people: how many.
            starts: who starts, counted from 1.
            seed: for the order of questions.
            reached: how often each intent was said at each place, also on other evenings.
        """
        self.partners = NAMES[:people]
        self.household = Household(self.partners, "turntable", 0.8, 150, "I keep nothing.")
        self.memories = Memories(starts=starts)
        self.conversation = Conversation(
            kitchen(), self.household, self.memories, random=_Order(seed)
        )
        self.now = 0.0
        self.spoken = 0
        self.slow = False
        self.reached = Counter() if reached is None else reached
        self._rules = Rules(self.conversation)
        self._ledger = Ledger(self.partners)
        self._watch(self.conversation.start())

    @property
    def place(self) -> Place:
        """Where the conversation is."""
        return self.conversation.place

    # ---- what can happen ------------------------------------------------------------------------

    def feed(self, event: Event) -> None:
        """Anything; sentences that it leads to take no time, unless they are slow."""
        if isinstance(event, Heard):
            self.reached[event.intent.name, self.place] += 1
        self._watch(self.conversation.handle(event, self.now))
        if not self.slow and self.place is Place.SPEAKING:
            self.feed(SpeechFinished(self.spoken))

    def hear(self, name: str, slots: dict[str, str | int], *, addressed: bool = True) -> None:
        """A partner says something."""
        self.feed(Heard(Intent(name, slots, addressed)))

    def hear_what_means_something(
        self, which: int, slots: dict[str, str | int], *, addressed: bool
    ) -> None:
        """A partner says what can be said just now, rather what was seldom said here."""
        names = sorted(listening(self.place).intents, key=self._how_often)
        self.hear(names[which % len(names)], slots, addressed=addressed)

    def _how_often(self, name: str) -> tuple[int, str]:
        return self.reached[name, self.place], name

    def go_on(self, times: int = 1) -> None:
        """The next thing that usually happens at such a place, so many times."""
        for _ in range(times):
            match self.place:
                case Place.SPEAKING:
                    self.feed(SpeechFinished(self.spoken))
                case Place.ASKED | Place.INVITED:
                    self.hear("Yes", {})
                case Place.FLOOR:
                    self.hear("Done", {})
                case Place.PAUSED:
                    self.hear("Continue", {})
                case Place.ASLEEP:
                    self.hear("WakeUp", {})
                case _:
                    self.tick_when_due()

    def begin(self, ritual: str, times: int) -> None:
        """A ritual is started, and gets so far."""
        self.hear("StartRitual", {"ritual": ritual})
        self.go_on(times)

    def let_pass(self, seconds: float) -> None:
        """Time passes, with a tick whenever one is due."""
        until = self.now + seconds
        while (due := self.conversation.deadline) is not None and due <= until:
            self.now = due
            self.feed(Tick())
        self.now = max(self.now, until)

    def tick_when_due(self) -> None:
        """Time passes to the next deadline, if there is one."""
        if (due := self.conversation.deadline) is not None:
            self.now = due
        self.feed(Tick())

    def be_suspended(self, seconds: float, event: Event) -> None:
        """Nothing ran for a while: whatever was due is long past when the next event comes."""
        self.now += seconds
        self.feed(event)

    def renew(self, *, less: bool) -> None:
        """Own content comes or goes; the names stay, so that the ledger can be kept."""
        self.conversation.renew(LESS if less else kitchen(), self.household)

    # ---- what must hold -------------------------------------------------------------------------

    def _watch(self, commands: list[Command]) -> None:
        for number, _ in _sentences(commands):
            self.spoken = number
        self._rules.check(commands, self.now)
        self._ledger.check(commands)

    def check_stop(self) -> None:
        """Wherever it means something, a stop that is meant ends everything with one event."""
        if "Stop" not in listening(self.place).intents:
            return
        other = self._copy()
        said = _sentences(other.handle(Heard(Intent("Stop", addressed=True)), self.now))
        nothing_runs = self.place in {Place.IDLE, Place.INVITED}
        hold([text for _, text in said] == ([] if nothing_runs else ["Stopped."]), f"stop: {said}")
        hold(other.turn is None, "a turn is open after stop")
        if not nothing_runs:
            afterwards = _sentences(other.handle(SpeechFinished(said[0][0]), self.now))
            hold(afterwards == [], f"after stop it goes on: {afterwards}")
        hold(other.place in {Place.IDLE, Place.INVITED}, f"after stop at {other.place}")

    def check_rest(self) -> None:
        """Left alone, even by its own voice, it comes to rest by itself."""
        other, now = self._copy(), self.now
        for _ in range(PATIENCE):
            due = other.deadline
            if due is None:
                break
            hold(due > now, f"the deadline {due} lies in the past of {now}")
            now = due
            other.handle(Tick(), now)
        hold(other.place in {Place.IDLE, Place.ASLEEP}, f"does not come to rest from {self.place}")

    def _copy(self) -> Conversation:
        """The conversation in another world; content is shared."""
        return copy.deepcopy(self.conversation, {id(one): one for one in (kitchen(), LESS)})


def _sentences(commands: list[Command]) -> list[tuple[int, str]]:
    """What is said, with its numbers."""
    return [(one.utterance_id, one.text) for one in commands if isinstance(one, Say)]
