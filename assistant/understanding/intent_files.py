"""The shape of `intents/<lang>/*.yaml`: Home Assistant's custom-sentence schema, strictly read."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from assistant.plain_yaml import convert, read_yaml

_LONGEST_TEMPLATE = 400
"""Characters; a phrase is short, and deep nesting never reaches the parser."""

Template = Annotated[str, Meta(min_length=1, max_length=_LONGEST_TEMPLATE)]
Word = Annotated[str, Meta(pattern=r"^[a-z']{1,30}\Z")]
Slots = dict[str, str | int]


class ListValue(Struct, frozen=True, forbid_unknown_fields=True, rename={"said": "in"}):
    """One value of a list: what is said, and what it means."""

    said: Template
    out: str | int


class SlotList(Struct, frozen=True, forbid_unknown_fields=True):
    """What may stand for ``{name}`` in a template; a plain text means itself."""

    values: tuple[Template | ListValue, ...]


class Sentences(Struct, frozen=True, forbid_unknown_fields=True):
    """Templates of an intent, and slots that are the same for all of them."""

    sentences: tuple[Template, ...]
    slots: Slots = {}


class IntentData(Struct, frozen=True, forbid_unknown_fields=True):
    """All templates of one intent."""

    data: tuple[Sentences, ...]


class IntentFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One file; `decoys` are words of table talk that stand in no phrase."""

    language: str
    intents: dict[str, IntentData] = {}
    lists: dict[str, SlotList] = {}
    expansion_rules: dict[str, Template] = {}
    decoys: tuple[Word, ...] = ()


def read_intent_file(file: Path) -> IntentFile:
    """Read one file.

    Raises:
        BadContent: unreadable, too large, not YAML, an unknown key or a wrong type; one line.
    """
    data, node = read_yaml(file)
    return convert(data, node, IntentFile, file)


def line_of(file: Path, text: str) -> int:
    """Find the first line of a file that holds a text; 0 if none does."""
    lines = enumerate(file.read_text("utf-8").splitlines(), start=1)
    return next((number for number, line in lines if text in line), 0)
