"""The shape of `intents/<lang>/*.yaml`: Home Assistant's custom-sentence schema, strictly read."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml
from msgspec import Meta, Struct

from assistant.errors import BadContent

_LARGEST_FILE = 200_000
"""Bytes; ten times the largest file we ship."""
_LONGEST_TEMPLATE = 400
"""Characters; a phrase is short, and deep nesting never reaches the parser."""

Template = Annotated[str, Meta(min_length=1, max_length=_LONGEST_TEMPLATE)]
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
    """One file."""

    language: str
    intents: dict[str, IntentData] = {}
    lists: dict[str, SlotList] = {}
    expansion_rules: dict[str, Template] = {}


class _PlainLoader(yaml.SafeLoader):
    """YAML in which ``Yes`` and ``No`` are texts, keys stand once and nothing refers elsewhere."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own way
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not allowed", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for position, key in enumerate(keys):
            if key in keys[:position]:
                problem = f"the key {key!r} stands twice"
                mark = node.value[position][0].start_mark
                raise yaml.constructor.ConstructorError(None, None, problem, mark)
        return super().construct_mapping(node, deep)


def read_intent_file(file: Path) -> IntentFile:
    """Read one file.

    Raises:
        BadContent: unreadable, too large, not YAML, an unknown key or a wrong type; one line.
    """
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise BadContent(f"is larger than {_LARGEST_FILE:,} bytes", file=file)
        text = file.read_text("utf-8")
        data = yaml.load(text, _PlainLoader)  # noqa: S506 - a SafeLoader
        return msgspec.convert(data, IntentFile)
    except OSError as error:
        raise BadContent(f"cannot be read: {error.strerror}", file=file) from error
    except UnicodeDecodeError as error:
        raise BadContent("is not UTF-8 text", file=file) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise BadContent(f"is not valid YAML: {error.problem}", file=file, line=line) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise BadContent(f"is not valid YAML: {type(error).__name__}", file=file) from error
    except msgspec.ValidationError as error:
        raise BadContent(str(error), file=file) from error


def line_of(file: Path, text: str) -> int:
    """Find the first line of a file that holds a text; 0 if none does."""
    lines = enumerate(file.read_text("utf-8").splitlines(), start=1)
    return next((number for number, line in lines if text in line), 0)
