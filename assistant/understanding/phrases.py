"""What a partner can say: the templates of `intents/<lang>/*.yaml` as whole phrases.

The template syntax is Home Assistant's, parsed by hassil: ``(a|b)`` alternatives, ``[a]`` optional,
``(a;b)`` in any order, ``{list}`` or ``{list:slot}``, ``<rule>``. Lists and rules are shared by all
files. A list or an intent that stands in two files has what both say, so a household can add to it.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from hassil import expression as hassil
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

from assistant.errors import BadContent
from assistant.events import Intent
from assistant.understanding.closed_set import ClosedSet
from assistant.understanding.intent_files import (
    IntentFile,
    ListValue,
    Slots,
    line_of,
    read_intent_file,
)

_MOST_PHRASES = 3_000
"""One template that expands into more is a mistake or an attack: a moment has hundreds."""
_MOST_STEPS = 10 * _MOST_PHRASES
"""Parts looked at to expand one template: rules within rules can be endless and say nothing."""
_PHRASE = re.compile(r"[a-z']+( [a-z']+)*")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing a partner can say.

    Attributes:
        text: lower-case words with single spaces.
        intent: the name of the intent.
        slots: what the values said in it mean.
        file: where its template stands.
    """

    text: str
    intent: str
    slots: Slots
    file: Path


class Phrases:
    """Everything that can be said in one language."""

    def __init__(self, phrases: Iterable[Phrase], decoys: Iterable[str] = ()) -> None:
        """Take the phrases; use `load_phrases` to have them from files.

        Args:
            phrases: everything that can be said.
            decoys: words of table talk; in a moment that has such a word it is no decoy.

        Raises:
            BadContent: one text would mean two things.
        """
        self._by_text: dict[str, Phrase] = {}
        self._decoys = tuple(dict.fromkeys(decoys))
        self._sets: dict[tuple[frozenset[str], frozenset[str], str], ClosedSet] = {}
        for phrase in phrases:
            known = self._by_text.setdefault(phrase.text, phrase)
            if (known.intent, known.slots) != (phrase.intent, phrase.slots):
                problem = f'"{phrase.text}" would mean both {known.intent} and {phrase.intent}'
                raise BadContent(problem, file=phrase.file, remedy=f"see also {known.file}")

    def __iter__(self) -> Iterator[Phrase]:
        """Go through all phrases, each text once."""
        return iter(self._by_text.values())

    def __len__(self) -> int:
        """How many phrases there are."""
        return len(self._by_text)

    @property
    def intents(self) -> frozenset[str]:
        """The names of all intents that can be said."""
        return frozenset(phrase.intent for phrase in self)

    def check_vocabulary(self, knows: Callable[[str], bool]) -> None:
        """Make sure that the speech model can hear every word of every phrase.

        Raises:
            BadContent: naming the file, the phrase and the first word that is missing.
        """
        known: dict[str, bool] = {}
        for phrase in self:
            for word in phrase.text.split():
                if not known.setdefault(word, knows(word)):
                    raise BadContent(
                        f'the speech model does not know "{word}" of the phrase "{phrase.text}"',
                        file=phrase.file,
                        line=line_of(phrase.file, word),
                        remedy="choose another word",
                    )

    def closed_set(self, intents: frozenset[str], bare: frozenset[str], name: str) -> ClosedSet:
        """Give the texts of a moment; the same arguments give the same object.

        Args:
            intents: the intents that can be heard now; all of them after the name.
            bare: those that can be heard without the name too.
            name: the assistant's name, as the recognizer spells it.
        """
        key = (intents, bare & intents, name)
        if key not in self._sets:
            intents_of = dict(self._texts(*key))
            words = {word for text in intents_of for word in text.split()}
            decoys = tuple(word for word in self._decoys if word not in words)
            self._sets[key] = ClosedSet(intents_of, name, decoys)
        return self._sets[key]

    def _texts(
        self, intents: frozenset[str], bare: frozenset[str], name: str
    ) -> Iterator[tuple[str, Intent]]:
        for phrase in self:
            if phrase.intent in bare:
                yield phrase.text, Intent(phrase.intent, phrase.slots)
            if phrase.intent in intents:
                yield f"{name} {phrase.text}", Intent(phrase.intent, phrase.slots, addressed=True)


def load_phrases(files: Sequence[Path]) -> Phrases:
    """Read the files and expand every template in them.

    Raises:
        BadContent: a file cannot be read, a template or a name in it is wrong, or one text would
            mean two things; names the file and, where it can, the line.
    """
    read = [(file, read_intent_file(file)) for file in files]
    templates = _Templates([content for _, content in read])
    return Phrases(
        (phrase for file, content in read for phrase in _phrases_of(file, content, templates)),
        (word for _, content in read for word in content.decoys),
    )


def _phrases_of(file: Path, content: IntentFile, templates: "_Templates") -> Iterator[Phrase]:
    for intent, data in content.intents.items():
        for sentences in data.data:
            for template in sentences.sentences:
                try:
                    expanded = templates.expand(template)
                except _BadTemplate as error:
                    problem = f'{intent}: "{template[:60]}" {error}'
                    line = line_of(file, template)
                    raise BadContent(problem, file=file, line=line) from error
                for text, slots in expanded:
                    yield Phrase(text, intent, {**sentences.slots, **slots}, file)


class _BadTemplate(Exception):
    """A template cannot be expanded; the text goes on after the template itself."""


_Expanded = tuple[str, Slots]
_T = TypeVar("_T")


class _Templates:
    """Expands templates with the lists and rules of all files."""

    def __init__(self, contents: Iterable[IntentFile]) -> None:
        self._lists: dict[str, list[str | ListValue]] = {}
        self._rules: dict[str, str] = {}
        self._steps = 0
        for content in contents:
            self._rules |= content.expansion_rules
            for name, values in content.lists.items():
                self._lists.setdefault(name, []).extend(values.values)

    def expand(self, template: str) -> list[_Expanded]:
        """Give every text of a template with its slots.

        Raises:
            _BadTemplate: it is malformed, names a list or rule that is not there, refers to itself,
                expands into too much, or says something that is no words.
        """
        self._steps = 0
        try:
            found = itertools.islice(self._expand(_parse(template)), _MOST_PHRASES + 1)
            expanded = [(_tidy(text), slots) for text, slots in found]
        except RecursionError:
            raise _BadTemplate("is nested too deeply or refers to itself") from None
        if len(expanded) > _MOST_PHRASES:
            raise _BadTemplate(f"expands into more than {_MOST_PHRASES:,} phrases")
        for text, _ in expanded:
            if not _PHRASE.fullmatch(text):
                raise _BadTemplate(f'says "{text}": only words of a to z, written out')
        return expanded

    def _expand(self, node: hassil.Expression) -> Iterator[_Expanded]:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise _BadTemplate("takes too long to expand")
        match node:
            case hassil.TextChunk():
                yield node.original_text, {}
            case hassil.Alternative():
                for item in node.items:
                    yield from self._expand(item)
            case hassil.Permutation():
                for order in itertools.permutations(node.items):
                    yield from self._expand_in_order(order)
            case hassil.Sequence():
                yield from self._expand_in_order(node.items)
            case hassil.ListReference():
                yield from self._expand_list(node)
            case hassil.RuleReference():
                yield from self._expand(_parse(_named(self._rules, node.rule_name, "rule")))
            case _:
                raise _BadTemplate("uses something unknown")

    def _expand_in_order(self, items: Sequence[hassil.Expression]) -> Iterator[_Expanded]:
        if not items:
            yield "", {}
            return
        for text, slots in self._expand(items[0]):
            for rest, more in self._expand_in_order(items[1:]):
                yield text + rest, slots | more

    def _expand_list(self, node: hassil.ListReference) -> Iterator[_Expanded]:
        for value in _named(self._lists, node.list_name, "list"):
            said, out = (value, value) if isinstance(value, str) else (value.said, value.out)
            for text, slots in self._expand(_parse(said)):
                yield text, slots | {node.slot_name: out}


def _named(things: Mapping[str, _T], name: str, kind: str) -> _T:
    if name not in things:
        raise _BadTemplate(f'uses the {kind} "{name}", which is nowhere')
    return things[name]


def _parse(template: str) -> hassil.Expression:
    try:
        return parse_sentence(template).expression
    except (ParseError, AssertionError, ValueError, IndexError) as error:
        # hassil checks delimiters by assertions
        raise _BadTemplate("is not a well-formed template") from error


def _tidy(text: str) -> str:
    return " ".join(text.lower().split())
