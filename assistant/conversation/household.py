"""Who is at the table, and what is remembered about them between conversations."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Memories:
    """What is remembered between conversations; see `memory`.

    Attributes:
        used: numbers of the questions asked, by deck.
        starts: who starts the next ritual, counted from 1.
    """

    used: dict[str, set[int]] = field(default_factory=dict)
    starts: int = 1


@dataclass(frozen=True, slots=True)
class Household:
    """Who is at the table, and how the assistant is called and sounds.

    Attributes:
        partners: two to eight names.
        name: the assistant's, as it is called.
        volume: loudness, 0 to 1, to begin with.
        rate: words a minute to begin with.
        record: the answer to "what do you record?".
    """

    partners: Sequence[str]
    name: str
    volume: float
    rate: int
    record: str
