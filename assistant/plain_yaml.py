"""Reading YAML files that people wrote: plain data, with limits, and the line of each mistake.

Content is data from people, and some of it may be hostile. Whatever is wrong with a file becomes
one line naming it and the place in it.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from assistant.errors import BadContent

LARGEST_FILE = 64_000
"""Bytes. The largest file of ours is a tenth of it; a bomb is refused before it is parsed."""
DEEPEST = 24
"""Levels of nesting. Steps within branches within rituals need less than half."""

Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True)
class Source:
    """The file something was read from, and its nodes."""

    file: Path
    node: yaml.Node | None

    def line(self, path: str) -> int:
        """The line of a place in it."""
        return line_of(self.node, path)


class _Loader(yaml.CSafeLoader):
    """Plain data only, and nothing surprising: `yes:` and `no:` are words here, as are dates.

    The parser is libyaml, which is in PyYAML's wheels: ten times as fast as the one in Python.
    """


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("int", r"-?(?:0|[1-9][0-9]{0,14})", "-0123456789"),
    ("float", r"-?[0-9]{1,15}\.[0-9]{1,15}", "-0123456789"),
    ("null", r"~|null|", ["~", "n", ""]),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first)
    )


def read_yaml(file: Path) -> tuple[Any, yaml.Node | None]:
    """Plain data of a YAML file, and its nodes, which know the lines.

    Raises:
        BadContent: unreadable, too large, too deep, not YAML, with tags or aliases, or with the
            same key twice.
    """
    text = read_text(file)
    try:
        _check_events(text, file)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None, None
            _check_keys(node, file)
            return loader.construct_document(node), node
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise BadContent(
            f"is not YAML: {error.problem}",
            file=file,
            line=mark.line + 1 if mark else 0,
            remedy="mend this line",
        ) from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        problem = "has a character that cannot be used"
        raise BadContent(problem, file=file, line=line, remedy="remove it") from error
    except (OverflowError, ValueError) as error:
        before = re.split(r"\\U(?!000|0010)", text, maxsplit=1)[0]
        problem = "has a character with a number that is too large"
        line = before.count("\n") + 1
        raise BadContent(problem, file=file, line=line, remedy="write the character") from error


def read_text(file: Path) -> str:
    """The text of a content file.

    Raises:
        BadContent: no plain file, unreadable, too large or not UTF-8.
    """
    try:
        if file.exists() and not file.is_file():
            raise BadContent("is not a file", file=file, remedy="remove it")
        with file.open("rb") as opened:
            raw = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise BadContent(problem, file=file, remedy="check that it is there") from error
    if len(raw) > LARGEST_FILE:
        raise BadContent("is too large", file=file, remedy=f"at most {LARGEST_FILE:,} bytes")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        remedy = "save it as UTF-8"
        raise BadContent("is not UTF-8 text", file=file, line=line, remedy=remedy) from error


def _check_events(text: str, file: Path) -> None:
    """Refuse what makes small files explode, before anything is built from them.

    Events come one by one, so a file that is nested too deeply is never read to its end.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise BadContent("is nested too deeply", file=file, line=line)
        if getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise BadContent(
                "uses a YAML tag, anchor or alias",
                file=file,
                line=line,
                remedy="write the text itself",
            )
        if isinstance(event, yaml.ScalarEvent) and not _can_be_said(event.value):
            problem = "has a character that cannot be used"
            raise BadContent(problem, file=file, line=line, remedy="remove it")


def _can_be_said(text: str) -> bool:
    """Control characters and half characters (surrogates) are no text, however they are written."""
    return re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", text) is None


def _check_keys(node: yaml.Node, file: Path) -> None:
    """Keys are words, and each stands once."""
    if isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _check_keys(value, file)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise BadContent("has a key that is not a word", file=file, line=line)
        if key.value in seen:
            raise BadContent(f"says {key.value!r} twice", file=file, line=line)
        seen.add(key.value)
        _check_keys(value, file)


def line_of(node: yaml.Node | None, path: str) -> int:
    """The line (from 1) of a place such as ``$.steps[2].minutes``; of its parent if unknown."""
    line = node.start_mark.line + 1 if node is not None else 1
    for name, index in re.findall(r"\.([\w-]+)|\[(\d+)\]", path):
        child = None
        if name and isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if name in pairs:
                line = pairs[name][0].start_mark.line + 1
                child = pairs[name][1]
        elif index and isinstance(node, yaml.SequenceNode) and int(index) < len(node.value):
            child = node.value[int(index)]
            line = child.start_mark.line + 1
        if child is None:
            return line
        node = child
    return line


def convert(data: object, node: yaml.Node | None, shape: type[Shape], file: Path) -> Shape:
    """Plain data as one of our shapes.

    Raises:
        BadContent: an unknown key, a missing one or a wrong type, with file and line.
    """
    try:
        return msgspec.convert(data, type=shape)
    except msgspec.ValidationError as error:
        problem, place = _told(error)
        place = _named(place, data, shape)
        unknown = re.search(r"unknown field `([^`]+)`", problem)
        line = line_of(node, f"{place}.{unknown[1]}" if unknown else place)
        about = f" in {place.removeprefix('$.')}" if place != "$" else ""
        remedy = "see docs/writing-content.md"
        raise BadContent(problem + about, file=file, line=line, remedy=remedy) from error


def _told(error: msgspec.ValidationError) -> tuple[str, str]:
    """What is wrong, and where, as ``$.steps[2].minutes``."""
    problem, _, place = str(error).partition(" - at ")
    return problem, place.removeprefix("key in ").strip("`") or "$"


def _named(place: str, data: object, shape: type) -> str:
    """The place with the key that msgspec leaves out, as in ``$.lengths[...]``.

    It is the key without whose fellows the same place is still wrong.
    """
    before, ellipsis, _ = place.partition("[...]")
    parts = before.removeprefix("$").split(".")[1:]
    if not ellipsis or not isinstance(data, dict) or len(parts) != 1:
        return before
    inner = data[parts[0]]
    for key in inner:
        try:
            msgspec.convert({**data, parts[0]: {key: inner[key]}}, type=shape)
        except msgspec.ValidationError as error:
            if _told(error)[1].startswith(before + "[...]"):
                return f"{before}.{key}"
    return before
