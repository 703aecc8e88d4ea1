"""The commands that are spoken: phrases of the moments in which they can be said."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle
from random import Random

from assistant.conversation.table import Place, listening
from assistant.events import Intent, ListenFor
from assistant.understanding.closed_set import ClosedSet
from assistant.understanding.phrases import Phrases

MOMENTS: dict[str, ListenFor] = {
    "idle": listening(Place.IDLE),
    "asked": listening(Place.ASKED),
    "floor": listening(Place.FLOOR),
}
_ROTATION = ("idle", "floor", "asked", "idle", "floor", "idle named", "floor", "asked")
"""Which moment a command is said in, in turn: while a partner holds the floor always by name, and
now and then by name when it need not be."""

Meaning = tuple[str, tuple[tuple[str, str | int], ...]]
"""An intent's name and its slots, sorted: what two ways of saying the same have in common."""


@dataclass(frozen=True, slots=True)
class Command:
    """A phrase, the moment it is said in, and what it means."""

    text: str
    state: str
    meaning: Meaning


def meaning_of(intent: Intent) -> Meaning:
    """Give what is compared of an intent."""
    return intent.name, tuple(sorted(intent.slots.items()))


def closed_sets(phrases: Phrases, name: str) -> dict[str, ClosedSet]:
    """The texts of every state, with their meanings."""
    return {
        state: phrases.closed_set(moment.intents, moment.bare, name)
        for state, moment in MOMENTS.items()
    }


def choose(phrases: Phrases, name: str, number: int, seed: int) -> list[Command]:
    """Draw commands: every intent as often as any other, whatever its number of phrases.

    Args:
        phrases: everything that can be said.
        name: the assistant's, as it is called.
        number: how many.
        seed: of the draw.
    """
    draw = Random(seed)
    supply = {state: _supply(phrases, state, draw) for state in MOMENTS}
    offset = draw.randrange(len(_ROTATION))
    chosen = []
    for _, kind in zip(range(offset + number), cycle(_ROTATION), strict=False):
        state, named = kind.split()[0], kind in {"floor", "idle named"}
        text, meaning = next(supply[state])
        chosen.append(Command(f"{name} {text}" if named else text, state, meaning))
    return chosen[offset:]


def _supply(phrases: Phrases, state: str, draw: Random) -> Iterator[tuple[str, Meaning]]:
    """Phrases of a state without end, going round its intents in an order drawn anew each time."""
    groups: dict[str, list[tuple[str, Meaning]]] = {}
    for phrase in phrases:
        if phrase.intent in MOMENTS[state].intents:
            meaning = meaning_of(Intent(phrase.intent, phrase.slots))
            groups.setdefault(phrase.intent, []).append((phrase.text, meaning))
    names = sorted(groups)
    for _ in count():
        for intent in draw.sample(names, len(names)):
            yield draw.choice(groups[intent])
