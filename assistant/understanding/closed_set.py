"""The closed set: every text that means something in this moment, and what it means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from assistant.events import Intent

UNKNOWN = "[unk]"
"""How a recognizer writes speech that is none of the phrases."""


@dataclass(frozen=True, eq=False)
class ClosedSet:
    """All texts of a moment. Two sets are the same only if they are the same object.

    Attributes:
        intents: what each whole text means; addressed texts begin with `name`.
        name: the assistant's name as the recognizer spells it.
        decoys: words of table talk, so that talk need not be taken for a phrase.
    """

    intents: Mapping[str, Intent] = field(default_factory=dict)
    name: str = ""
    decoys: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything can be heard at all."""
        return bool(self.intents)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The texts, in a fixed order."""
        return tuple(self.intents)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of every text."""
        return frozenset(word for text in self.intents for word in text.split())

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        return frozenset(
            " ".join(words[:count])
            for words in map(str.split, self.intents)
            for count in range(1, len(words))
        )

    def may_continue(self, text: str) -> bool:
        """Whether a longer text of this moment begins with this one."""
        return text in self._beginnings
