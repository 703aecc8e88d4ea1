"""What the voices say: every phrase of ``intents/`` and everyday English around them.

The decoding vocabulary is made from the same texts, so no phrase can hold a
word that the model does not know.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from pydoc_data.topics import topics

from assistant.understanding.phrases import Phrases, load_phrases
from tools.rehearsal_model.paths import GENERAL_WORDS, INTENTS, SENTENCES

NAME = "turntable"
#: The name, and its two halves: the decoder may hear it as two words.
NAME_WORDS = ("turntable", "turn", "table")
#: How often a training phrase is addressed to the assistant by name.
NAMED_SHARE = 0.25

_WORD = re.compile(r"[a-z][a-z']*")


def words_of(text: str) -> list[str]:
    """The words of a text as the decoder spells them: lower case, no punctuation."""
    return _WORD.findall(text.lower())


@cache
def load(folder: Path = INTENTS) -> Phrases:
    """The phrases as the assistant itself reads them."""
    return load_phrases(sorted(folder.glob("*.yaml")))


def phrases_by_intent(folder: Path = INTENTS) -> dict[str, tuple[str, ...]]:
    """Every phrase that the assistant can be told, by intent, in a stable order."""
    found: dict[str, list[str]] = {}
    for phrase in load(folder):
        found.setdefault(phrase.intent, []).append(phrase.text)
    return {intent: tuple(sorted(found[intent])) for intent in sorted(found)}


def phrases(folder: Path = INTENTS) -> list[str]:
    """All phrases of all intents."""
    return sorted({phrase for group in phrases_by_intent(folder).values() for phrase in group})


def general_words() -> list[str]:
    """The general word list: decoys and free speech need a wide vocabulary."""
    return GENERAL_WORDS.read_text(encoding="utf-8").split()


def sentences(part: str) -> list[str]:
    """Everyday sentences that are no commands.  ``part`` is "train", "tune" or "evaluate"."""
    lines = SENTENCES.read_text(encoding="utf-8").splitlines()
    return [line.partition("\t")[2] for line in lines if line.partition("\t")[0] == part]


def vocabulary(folder: Path = INTENTS) -> list[str]:
    """Every word that the model can hear."""
    spoken = {word for phrase in phrases(folder) for word in phrase.split()}
    return sorted(spoken | set(NAME_WORDS) | set(general_words()))


def running_words() -> list[str]:
    """The words of Python's own built-in help: running English that is on every machine."""
    return [word for key in sorted(topics) for word in words_of(topics[key]) if len(word) < 12]


class TrainingTexts:
    """An endless, repeatable supply of training texts whose every word is in the lexicon."""

    def __init__(self, known: set[str], seed: int) -> None:
        self._random = random.Random(seed)
        groups = phrases_by_intent()
        self._groups = list(groups.values())
        # An intent with a thousand dates must not drown "stop", nor be said as rarely.
        self._weights = [len(group) ** 0.5 for group in self._groups]
        self._sentences = sentences("train")
        self._running = [word for word in running_words() if word in known]
        self._rare = sorted(set(self._running))
        self._general = [word for word in general_words() if word in known]

    def phrase(self) -> str:
        """A phrase, sometimes addressed by name, sometimes twice as two people would say it."""
        group = self._random.choices(self._groups, self._weights)[0]
        phrase = self._random.choice(group)
        return f"{NAME} {phrase}" if self._random.random() < NAMED_SHARE else phrase

    def other(self) -> str:
        """A sentence, running text, or words in no order at all."""
        draw = self._random.random()
        if draw < 0.2:
            return self._random.choice(self._sentences)
        if draw < 0.5:
            start = self._random.randrange(len(self._running) - 12)
            return " ".join(self._running[start : start + self._random.randint(3, 9)])
        words = self._rare if draw < 0.7 else self._general
        return " ".join(self._random.choice(words) for _ in range(self._random.randint(1, 6)))

    def mixed(self, phrase_share: float) -> Iterator[str]:
        """Phrases and other texts in the given proportion, for ever."""
        while True:
            yield self.phrase() if self._random.random() < phrase_share else self.other()
