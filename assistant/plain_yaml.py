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
        unclosed = "end of stream" in (error.problem or "")
        mark = (error.context_mark if unclosed else None) or error.problem_mark
        raise BadContent(
            f"is not YAML: {error.problem}",
            file=file,
            line=mark.line + 1 if mark else 0,
            remedy="mend this line",
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        problem = "has a character that cannot be used"
        raise BadContent(problem, file=file, line=line, remedy="remove it") from error


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
    for key in _keys(path):
        child = None
        if isinstance(node, yaml.MappingNode):
            pairs = {name.value: (name, value) for name, value in node.value}
            if key in pairs:
                line = pairs[key][0].start_mark.line + 1
                child = pairs[key][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            child = node.value[key]
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
        problem, place = _told(error, data, shape)
        unknown = re.search(r"unknown field `([^`]+)`", problem)
        line = line_of(node, f"{place}.{unknown[1]}" if unknown else place)
        about = f" in {place.removeprefix('$.')}" if place != "$" else ""
        remedy = "see docs/writing-content.md"
        raise BadContent(problem + about, file=file, line=line, remedy=remedy) from error


def _told(error: msgspec.ValidationError, data: object, shape: type) -> tuple[str, str]:
    """What is wrong, and where, as ``$.steps[2].minutes``.

    Where msgspec leaves out the key, as in ``$.lengths[...]``, it is the one that makes the same
    mistake when it stands there alone.
    """
    text = str(error)
    problem, _, place = text.partition(" - at ")
    above, dots, below = place.removeprefix("`key` in ").strip("`").partition("[...]")
    if not dots and "`key`" not in place:
        return problem, above or "$"
    keys = _keys(above)
    for key, value in _inside(data, keys).items():
        try:
            msgspec.convert(_with(data, keys, {key: value}), type=shape)
        except msgspec.ValidationError as alone:
            if str(alone) == text:
                return problem, f"{above}.{key}{below}"
    return problem, above


def _keys(place: str) -> list[str | int]:
    """The keys that lead to a place: ``$.steps[2].minutes`` is steps, 2, minutes."""
    found = re.findall(r"\.([^.\[]+)|\[(\d+)\]", place)
    return [name or int(index) for name, index in found]


def _inside(data: Any, keys: list[str | int]) -> dict[Any, Any]:
    for key in keys:
        data = data[key]
    return data if isinstance(data, dict) else {}


def _with(data: Any, keys: list[str | int], value: object) -> object:
    """The data with another value at a place; the data itself stays as it is."""
    if not keys:
        return value
    changed: Any = dict(data) if isinstance(data, dict) else list(data)
    changed[keys[0]] = _with(data[keys[0]], keys[1:], value)
    return changed
