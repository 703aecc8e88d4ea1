"""Where content lies and how it is read: the only file that knows `intents/` and `voices/`.

A household's own folder, laid out like the built-in one, overrides it file by file and may add to
it. Whatever is wrong with a file becomes one line naming file and line.
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from assistant.errors import BadContent
from assistant.plain_yaml import Source, convert, read_text, read_yaml
from assistant.schema import Deck, Lines, Ritual, Sound, Starters

LONGEST_SERVICES = 2_000
"""Characters of local help that are said; about two minutes."""

Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True)
class Content:
    """Everything the assistant says in one language.

    Attributes:
        sound: which voice speaks it.
        lines, starters: single sentences.
        rituals, decks: by name.
        sources: where each was read from: ``rituals/…``, ``decks/…``, ``lines`` and ``starters``.
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
        """The sentences of an opt-in reminder, of which one is said; none if it is not known."""
        acts = self.starters.reminders
        known = {"kind_word": acts.kind_word, "connecting_act": acts.connecting_act}
        return known.get(reminder, ())

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
            if not re.fullmatch(r"_?[a-z0-9]+(-[a-z0-9]+)*", file.stem):
                raise BadContent(
                    "has a name that cannot be used",
                    file=file,
                    remedy="small letters, digits and hyphens, such as my-ritual.yaml",
                )
            found[file.stem] = _within(root, file)
    return found


def _within(root: Path, file: Path) -> Path:
    """The file, if it really lies in this content folder.

    Raises:
        BadContent: a link leads out of it.
    """
    if not file.resolve().is_relative_to(root.resolve()):
        raise BadContent(
            "is a link out of its folder", file=file, remedy="put the file itself there"
        )
    return file


def _read(shape: type[Shape], file: Path) -> tuple[Shape, Source]:
    data, node = read_yaml(file)
    return convert(data, node, shape, file), Source(file, node)


def _folder(
    shape: type[Shape], language: str, kind: str, own: Path | None
) -> tuple[dict[str, Shape], dict[str, Source]]:
    """All files of a kind by name, and where each was read from."""
    values, sources = {}, {}
    for name, file in _files(own, Path("voices") / language / kind).items():
        values[name], sources[f"{kind}/{name}"] = _read(shape, file)
    return values, sources


def _single(shape: type[Shape], language: str, name: str, own: Path | None) -> tuple[Shape, Source]:
    """One file of `voices/<language>/`; keys of the household's own file override."""
    merged: dict[Hashable, Any] = {}
    source = Source(built_in(), None)
    for root in roots(own):
        file = root / "voices" / language / name
        if root == built_in() or file.exists():
            data, node = read_yaml(_within(root, file))
            if not isinstance(data, dict):
                raise BadContent("is not a list of names and texts", file=file, line=1)
            merged |= {key: _merge(merged.get(key), value) for key, value in data.items()}
            source = Source(file, node)
    return convert(merged, source.node, shape, source.file), source


def _merge(below: object, above: object) -> object:
    """Names and texts in a household's own file are added to ours, or override them."""
    return {**below, **above} if isinstance(below, dict) and isinstance(above, dict) else above


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
    rituals, ritual_sources = _folder(Ritual, language, "rituals", own)
    decks, deck_sources = _folder(Deck, language, "decks", own)
    lines, lines_source = _single(Lines, language, "lines.yaml", own)
    starters, starters_source = _single(Starters, language, "starters.yaml", own)
    singles = {"lines": lines_source, "starters": starters_source}
    return Content(
        sound=_single(Sound, language, "voice.yaml", own)[0],
        lines=lines,
        starters=starters,
        rituals=rituals,
        decks=decks,
        sources=ritual_sources | deck_sources | singles,
        services=_services(language, own),
    )


def _services(language: str, own: Path | None) -> str:
    """`services.txt` of a language pack or household: local help, said after the help page."""
    for root in reversed(roots(own)):
        file = root / "voices" / language / "services.txt"
        if file.exists():
            text = read_text(_within(root, file))
            return " ".join(re.sub(r"[{}]", "", text).split())[:LONGEST_SERVICES]
    return ""
