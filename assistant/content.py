"""Where content lies and how it is read: the only file that knows `intents/` and `voices/`.

A household's own folder, laid out like the built-in one, overrides it file by file and may add to
it. Content is data from people: it is read with limits, and whatever is wrong with it becomes one
line naming file and line.
"""

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from assistant.errors import BadContent
from assistant.schema import Deck, Lines, Ritual, Sound, Starters

LARGEST_FILE = 256_000
"""Bytes. The largest file of ours is a tenth of it; a bomb is refused before it is parsed."""
DEEPEST = 24
"""Levels of nesting. Steps within branches within rituals need less than half."""

Shape = TypeVar("Shape")


class _Loader(yaml.SafeLoader):
    """Plain data only, and only true and false are booleans: `yes:` and `no:` are words here."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def read_yaml(file: Path) -> tuple[Any, yaml.Node | None]:
    """Plain data of a YAML file, and its nodes, which know the lines.

    Raises:
        BadContent: unreadable, too large, too deep, not YAML, with tags or aliases, or with the
            same key twice.
    """
    try:
        with file.open("rb") as opened:
            raw = opened.read(LARGEST_FILE + 1)
        if len(raw) > LARGEST_FILE:
            raise BadContent("is too large", file=file, remedy=f"at most {LARGEST_FILE:,} bytes")
        loader = _Loader(raw.decode("utf-8"))
        try:
            _refuse_aliases(raw.decode("utf-8"), file)
            node = loader.get_single_node()
            if node is None:
                return None, None
            _check_nodes(node, file, DEEPEST)
            return loader.construct_document(node), node
        finally:
            loader.dispose()
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise BadContent(problem, file=file, remedy="check that it is there") from error
    except UnicodeDecodeError as error:
        raise BadContent("is not UTF-8 text", file=file, remedy="save it as UTF-8") from error
    except RecursionError as error:
        raise BadContent("is nested too deeply", file=file) from error
    except (yaml.YAMLError, ValueError) as error:
        raise _yaml_problem(error, file) from error


def _refuse_aliases(text: str, file: Path) -> None:
    """Anchors and aliases make small files explode; no content needs them."""
    for token in yaml.scan(text, Loader=_Loader):
        if isinstance(token, yaml.AliasToken | yaml.AnchorToken | yaml.TagToken):
            line = token.start_mark.line + 1
            raise BadContent(
                "uses a YAML tag, anchor or alias",
                file=file,
                line=line,
                remedy="write the text itself",
            )


def _check_nodes(node: yaml.Node, file: Path, depth: int) -> None:
    line = node.start_mark.line + 1
    if depth == 0:
        raise BadContent("is nested too deeply", file=file, line=line)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise BadContent("has a key that is not a word", file=file, line=line)
            if key.value in seen:
                at = key.start_mark.line + 1
                raise BadContent(f"says {key.value!r} twice", file=file, line=at)
            seen.add(key.value)
            _check_nodes(value, file, depth - 1)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _check_nodes(value, file, depth - 1)


def _yaml_problem(error: Exception, file: Path) -> BadContent:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    line = mark.line + 1 if mark is not None else 0
    return BadContent(f"is not YAML: {problem}", file=file, line=line, remedy="mend this line")


def line_of(node: yaml.Node | None, path: str) -> int:
    """The line (from 1) of a place such as ``$.steps[2].minutes``; of its parent if unknown."""
    line = node.start_mark.line + 1 if node is not None else 0
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
        text = str(error)
        problem, _, path = text.partition(" - at ")
        unknown = re.search(r"unknown field `([^`]+)`", problem)
        place = path.strip("`") + (f".{unknown[1]}" if unknown else "")
        line = line_of(node, place)
        remedy = "see docs/writing-content.md"
        where = re.sub(r"^.*\$\.?", "", path).strip("`")
        about = f" in {where}" if where else ""
        raise BadContent(problem + about, file=file, line=line, remedy=remedy) from error


@dataclass(frozen=True, slots=True)
class Source:
    """The file something was read from, and its nodes."""

    file: Path
    node: yaml.Node | None

    def line(self, path: str) -> int:
        """The line of a place in it."""
        return line_of(self.node, path)


@dataclass(frozen=True, slots=True)
class Content:
    """Everything the assistant says in one language.

    Attributes:
        sound: which voice speaks it.
        lines, starters: single sentences.
        rituals, decks: by name.
        sources: where each ritual was read from, by name.
        services: what a language pack adds to the help page; none are invented.
    """

    sound: Sound
    lines: Lines
    starters: Starters
    rituals: dict[str, Ritual]
    decks: dict[str, Deck]
    sources: dict[str, Source]
    services: str = ""

    def family_decks(self) -> tuple[str, ...]:
        """Decks for a table where children may listen."""
        return tuple(name for name, deck in self.decks.items() if deck.audience == "family")

    def small_acts(self, reminder: str) -> tuple[str, ...]:
        """The sentences of an opt-in reminder; one of them is said."""
        acts = self.starters.reminders
        return {"kind_word": acts.kind_word, "connecting_act": acts.connecting_act}[reminder]

    def help_page(self) -> str:
        """The help page, with local services where a language pack names some."""
        return f"{self.lines.help_page} {self.services}".strip()


def built_in() -> Path:
    """The folder that holds `intents/` and `voices/`: beside the package, or inside a wheel."""
    package = Path(__file__).resolve().parent
    packed = package / "_content"
    return packed if packed.is_dir() else package.parent


def roots(own: Path | None) -> list[Path]:
    """Content folders, the household's own last: later ones override."""
    return [built_in(), *([own] if own is not None else [])]


def intent_files(language: str, own: Path | None = None) -> list[Path]:
    """The intent files of a language; a file of the household's replaces the one of its name."""
    return list(_files(own, Path("intents") / language).values())


def _files(own: Path | None, folder: Path) -> dict[str, Path]:
    """YAML files of a folder by stem, the household's own overriding."""
    found: dict[str, Path] = {}
    for root in roots(own):
        for file in sorted((root / folder).glob("*.yaml")):
            _check_name(file)
            found[file.stem] = file
    return found


def _check_name(file: Path) -> None:
    if not re.fullmatch(r"_?[a-z0-9]+(-[a-z0-9]+)*", file.stem):
        raise BadContent(
            "has a name that cannot be used",
            file=file,
            remedy="small letters, digits and hyphens, such as my-ritual.yaml",
        )
    if file.is_symlink() and not file.resolve().is_relative_to(file.parent.resolve()):
        raise BadContent(
            "is a link out of its folder", file=file, remedy="put the file itself there"
        )


def _read(shape: type[Shape], file: Path) -> tuple[Shape, Source]:
    data, node = read_yaml(file)
    return convert(data, node, shape, file), Source(file, node)


def _folder(
    shape: type[Shape], language: str, kind: str, own: Path | None
) -> Iterator[tuple[str, Shape, Source]]:
    for name, file in _files(own, Path("voices") / language / kind).items():
        value, source = _read(shape, file)
        yield name, value, source


def _single(shape: type[Shape], language: str, name: str, own: Path | None) -> Shape:
    """One file of `voices/<language>/`; keys of the household's own file override."""
    merged: dict[Hashable, Any] = {}
    last: tuple[yaml.Node | None, Path] | None = None
    for root in roots(own):
        file = root / "voices" / language / name
        if root == built_in() or file.exists():
            data, node = read_yaml(file)
            if not isinstance(data, dict):
                raise BadContent("is not a list of names and texts", file=file, line=1)
            merged |= {
                key: {**merged[key], **value} if isinstance(merged.get(key), dict) else value
                for key, value in data.items()
            }
            last = node, file
    node, file = last or (None, built_in())
    return convert(merged, node, shape, file)


def languages() -> list[str]:
    """Languages there is content for."""
    return sorted(folder.name for folder in (built_in() / "voices").iterdir() if folder.is_dir())


def load(language: str, own: Path | None = None) -> Content:
    """Everything the assistant says in a language.

    Args:
        language: two letters.
        own: the household's folder with `voices/` and `intents/`, if there is one.

    Raises:
        BadContent: anything that cannot be used, in one line.
    """
    if language not in languages():
        known = ", ".join(languages())
        raise BadContent(
            f"there is no content for the language {language!r}",
            file=built_in() / "voices",
            remedy=f"there is {known}",
        )
    rituals = list(_folder(Ritual, language, "rituals", own))
    decks = {name: deck for name, deck, _ in _folder(Deck, language, "decks", own)}
    return Content(
        sound=_single(Sound, language, "voice.yaml", own),
        lines=_single(Lines, language, "lines.yaml", own),
        starters=_single(Starters, language, "starters.yaml", own),
        rituals={name: ritual for name, ritual, _ in rituals},
        decks=decks,
        sources={name: source for name, _, source in rituals},
        services=_services(language, own),
    )


def _services(language: str, own: Path | None) -> str:
    """`services.txt` of a language pack or household: local help, said after the help page."""
    for root in reversed(roots(own)):
        file = root / "voices" / language / "services.txt"
        if file.exists():
            text = file.read_text(encoding="utf-8")[:2000]
            return " ".join(text.replace("{", "").replace("}", "").split())
    return ""
