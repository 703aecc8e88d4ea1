"""Hostile content: whatever stands in a household's files is used, or refused in one line."""

import copy
import os
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import app
from assistant.config import Settings
from assistant.content import built_in
from assistant.errors import BadContent
from assistant.plain_yaml import LARGEST_FILE, read_yaml
from assistant.understanding.phrases import load_phrases
from tests.fuzz.one_line import refused_or

RITUAL = built_in() / "voices" / "en" / "rituals" / "appreciation-round.yaml"
QUICK = settings(max_examples=120, deadline=None)
IN_FOLDER = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A household's folder."""
    for folder in ("voices/en/rituals", "voices/en/decks", "intents/en"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def opened(own: Path) -> app.Home | None:
    """The home with this folder, or nothing if it was refused."""
    return refused_or(lambda: app.open_home(Settings(), own))


# ---- any bytes, any YAML -------------------------------------------------------------------------

MARKS = ["!!python/object:os.system", "&a [*a, *a]", "*a", "<<: {a: b}", "!!binary aGk=", "? [a]"]
YAML = st.text(
    st.sampled_from(" \n\t:-{}[],'\"#&*!|>%@`?~\\abc019.\x00\x1b\ufeff\u2028"), max_size=80
) | st.lists(
    st.sampled_from(["a: ", "- ", "  ", "\n", "[", "]", "{", "}", "1e999", "2026-99-99", *MARKS])
).map("".join)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "hostile.yaml"


@given(raw=st.binary(max_size=200))
@QUICK
def test_any_bytes_are_read_or_refused(file: Path, raw: bytes) -> None:
    file.write_bytes(raw)
    refused_or(lambda: read_yaml(file))


@given(text=YAML)
@QUICK
def test_anything_like_yaml_is_read_or_refused(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    found = refused_or(lambda: read_yaml(file))
    assert found is None or is_plain(found[0])


def is_plain(data: object) -> bool:
    """Only what JSON could hold: no objects, no dates, no bytes."""
    if isinstance(data, dict):
        return all(is_plain(key) and is_plain(value) for key, value in data.items())
    if isinstance(data, list):
        return all(map(is_plain, data))
    return data is None or isinstance(data, str | int | float | bool)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        *[(f"a: {mark}", "YAML|key") for mark in MARKS],
        ("[" * 2000, "deep"),
        ("{a: " * 2000, "deep"),
        ("- " * 2000, "deep"),
        ("a: " + "x" * LARGEST_FILE, "large"),
        ("a: 1\na: 2", "twice"),
        ("a: \ud800", "UTF-8"),
    ],
)
def test_bombs_and_tricks_are_refused(file: Path, text: str, problem: str) -> None:
    file.write_bytes(text.encode(errors="surrogatepass"))
    with pytest.raises(BadContent, match=problem) as refused:
        read_yaml(file)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/stdin", "/etc/passwd", "nowhere", "."])
@pytest.mark.parametrize("name", ["rituals/mine.yaml", "decks/mine.yaml", "lines.yaml"])
def test_a_link_out_of_the_folder_is_refused(own: Path, name: str, target: str) -> None:
    (own / "voices" / "en" / name).symlink_to(target)
    if target == "nowhere" and name == "lines.yaml":
        assert opened(own) is not None  # as if there were none
    else:
        assert opened(own) is None


@pytest.mark.parametrize("name", ["rituals/mine.yaml", "decks/mine.yaml", "lines.yaml"])
def test_a_pipe_does_not_hold_it_up(own: Path, name: str) -> None:
    os.mkfifo(own / "voices" / "en" / name)
    assert opened(own) is None


@pytest.mark.parametrize(
    "name", ["a b.yaml", "\x1b[2J.yaml", "A.yaml", "a\nb.yaml", "é.yaml", "-.yaml", "{x}.yaml"]
)
def test_a_name_that_plays_tricks_is_refused(own: Path, name: str) -> None:
    (own / "voices" / "en" / "rituals" / name).write_bytes(RITUAL.read_bytes())
    assert opened(own) is None


# ---- our own files, changed in one place ---------------------------------------------------------

HOSTILE = ["{partner}", "{partner.__class__}", "{0}", "{", "{x!r}", "\x1b[2J", "a" * 999]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["{partner}", "{partner.__class__}", "{0}", "{", "{x!r}", "\x1b[2J", "a" * 999]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=4,
)
FILES = [
    RITUAL,
    *(built_in() / "voices" / "en" / name for name in ("lines.yaml", "starters.yaml")),
    *(built_in() / "voices" / "en" / "decks" / name for name in ("light.yaml",)),
    *(built_in() / "intents" / "en" / name for name in ("control.yaml", "_common.yaml")),
]


def with_change(data: Any, value: object, chance: random.Random) -> Any:
    """A copy with one value, key or item somewhere in it replaced."""
    if not isinstance(data, dict | list) or not data or chance.random() < 0.15:
        return value
    changed: Any = copy.copy(data)
    place = chance.choice(list(data) if isinstance(data, dict) else range(len(data)))
    if isinstance(data, dict) and chance.random() < 0.15:
        changed[str(value)[:20]] = changed.pop(place)
    else:
        changed[place] = with_change(data[place], value, chance)
    return changed


@given(file=st.sampled_from(FILES), value=ANYTHING, chance=st.randoms(use_true_random=False))
@IN_FOLDER
def test_our_files_with_one_change_are_used_or_refused(
    own: Path, file: Path, value: object, chance: random.Random
) -> None:
    data = with_change(yaml.safe_load(file.read_text("utf-8")), value, chance)
    mine = own / file.relative_to(built_in())
    mine.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    try:
        opened(own)
    finally:
        mine.unlink()


# ---- templates -----------------------------------------------------------------------------------

TEMPLATES = st.text(st.sampled_from("abc '()[]<>{}|;:\\\n\"1é"), max_size=60) | st.lists(
    st.sampled_from(
        ["[a]", "(a|b)", "(a;b;c;d;e;f;g)", "{l}", "<r>", "()", "[]", "a", " ", "{l:s}"]
    )
).map("".join)


def phrases_of(file: Path, templates: list[str], rules: dict[str, str]) -> int | None:
    """How many phrases they are, or nothing if they are refused."""
    content = {
        "language": "en",
        "intents": {"Stop": {"data": [{"sentences": templates}]}},
        "lists": {"l": {"values": ["one", {"in": "two", "out": 2}]}, "none": {"values": []}},
        "expansion_rules": rules,
    }
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return refused_or(lambda: len(load_phrases([file])))


@given(template=TEMPLATES, rule=TEMPLATES)
@QUICK
def test_any_template_is_expanded_or_refused(file: Path, template: str, rule: str) -> None:
    phrases_of(file, [template], {"r": rule})


DOUBLING = {f"r{level}": f"<r{level + 1}><r{level + 1}>" for level in range(40)}


@pytest.mark.parametrize(
    ("template", "rules"),
    [
        ("[a]" * 100, {}),
        ("[a]" * 100 + "{none}", {}),
        ("(" + ";".join("abcdefghijklmnop") + "){none}", {}),
        ("(" + ";".join("abcdefghijklmnop") + ")", {}),
        ("<r>", {"r": "a <r>"}),
        ("<r>", {"r": "<r>"}),
        ("<r0>", {**DOUBLING, "r40": "a"}),
        ("<r0>", {**DOUBLING, "r40": "[a]"}),
        ("<r0>{none}", {**DOUBLING, "r40": "()"}),
        ("(" * 199 + ")" * 199, {}),
    ],
)
def test_a_template_that_explodes_is_refused(
    file: Path, template: str, rules: dict[str, str]
) -> None:
    assert phrases_of(file, [template], rules) is None
