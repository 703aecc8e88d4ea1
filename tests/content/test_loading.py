"""Reading content that people wrote, some of it hostile: content, or one line with its place."""

import dataclasses
import functools
import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.content import (
    LONGEST_SERVICES,
    built_in,
    intent_files,
    languages,
    load,
    roots,
)
from assistant.conversation.checks import check_content
from assistant.errors import BadContent
from assistant.plain_yaml import (
    DEEPEST,
    LARGEST_FILE,
    Source,
    convert,
    line_of,
    read_text,
    read_yaml,
)
from assistant.schema import Deck, Lines, Ritual, Starters

load_ours = functools.cache(functools.partial(load, "en"))

RITUAL = """\
title: the walk
lengths: {usual: 20, short: 10}
steps:
  - step: consent
    ask: "{partner}, the walk, {minutes}?"
  - step: turn
    prompt: "{speaker}, tell. You have {minutes}."
    minutes: {usual: 8, short: 4}
  - step: close
    text: "That was the walk."
"""
DECK = """\
title: our garden
audience: family
easy:
  - Which flower first?
personal: []
tender: []
"""


def own_file(folder: Path, name: str, text: str | bytes) -> Path:
    """A file of a household's own content folder."""
    file = folder / "voices" / "en" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def refused(folder: Path) -> BadContent:
    """The error with which a household's folder is refused; it is one line."""
    with pytest.raises(BadContent) as caught:
        load("en", folder)
    assert "\n" not in str(caught.value)
    return caught.value


# ---- our own ------------------------------------------------------------------------------------


def test_our_own_content_is_there() -> None:
    content = load("en")
    assert {"weekly-check-in", "dinner-questions", "listening-turns"} <= set(content.rituals)
    assert {"light", "wonder"} <= set(content.family_decks())
    assert languages() == ["en"]
    assert content.help_page() == content.lines.help_page


def test_every_ritual_deck_and_list_of_lines_knows_where_it_was_read() -> None:
    content = load("en")
    rituals = {f"rituals/{name}" for name in content.rituals}
    decks = {f"decks/{name}" for name in content.decks}
    assert set(content.sources) == rituals | decks | {"lines", "starters"}
    for name, source in content.sources.items():
        assert source.file == built_in() / "voices" / "en" / f"{name}.yaml"


def test_a_language_that_is_not_there() -> None:
    with pytest.raises(BadContent, match=r"no content for the language 'xx' \(there is en\)"):
        load("xx")


def test_small_acts_of_an_unknown_reminder_are_none() -> None:
    content = load("en")
    assert len(content.small_acts("kind_word")) > 1
    assert content.small_acts("waltz") == ()


# ---- a household's own --------------------------------------------------------------------------


def test_a_folder_that_is_not_there_or_empty_changes_nothing(tmp_path: Path) -> None:
    assert load("en", tmp_path / "nowhere").rituals == load("en").rituals
    assert load("en", tmp_path).decks == load("en").decks


def test_own_rituals_and_decks_are_added(tmp_path: Path) -> None:
    own_file(tmp_path, "rituals/walk.yaml", RITUAL)
    own_file(tmp_path, "decks/garden.yaml", DECK)
    content = load("en", tmp_path)
    check_content(content)
    assert content.rituals["walk"].title == "the walk"
    assert content.decks["garden"].questions() == [(1, "Which flower first?")]
    assert "garden" in content.family_decks()
    assert set(load("en").rituals) < set(content.rituals)


def test_an_own_ritual_takes_the_place_of_the_one_of_its_name(tmp_path: Path) -> None:
    file = own_file(tmp_path, "rituals/weekly-check-in.yaml", RITUAL)
    content = load("en", tmp_path)
    assert content.rituals["weekly-check-in"].title == "the walk"
    assert content.sources["rituals/weekly-check-in"].file == file


def test_own_lines_and_starters_override_one_by_one(tmp_path: Path) -> None:
    own_file(tmp_path, "lines.yaml", "stopped: All right.\ndays:\n  sunday: On Sunday\n")
    own_file(tmp_path, "starters.yaml", "starters:\n  longing: I long.\n  mine: My own.\n")
    content, ours = load("en", tmp_path), load("en")
    assert content.lines.stopped == "All right."
    assert content.lines.passed == ours.lines.passed
    assert content.lines.days == ours.lines.days | {"sunday": "On Sunday"}
    assert content.starters.starters == ours.starters.starters | {
        "longing": "I long.",
        "mine": "My own.",
    }
    assert content.starters.explainers == ours.starters.explainers


def test_own_intents_come_beside_ours_or_in_their_place(tmp_path: Path) -> None:
    folder = tmp_path / "intents" / "en"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("language: en\n")
    (folder / "turns.yaml").write_text("language: en\n")
    files = {file.name: file for file in intent_files("en", tmp_path)}
    assert files["mine.yaml"].parent == folder
    assert files["turns.yaml"].parent == folder
    assert files["answers.yaml"].parent == built_in() / "intents" / "en"


def test_files_of_other_kinds_are_left_alone(tmp_path: Path) -> None:
    own_file(tmp_path, "rituals/notes.txt", "Buy milk.")
    own_file(tmp_path, "rituals/README.md", "# Ours")
    (tmp_path / "config.toml").write_text("name = 'rosie'")
    assert load("en", tmp_path).rituals == load("en").rituals


def test_own_local_help_is_said_after_the_help_page(tmp_path: Path) -> None:
    own_file(tmp_path, "services.txt", "Call {five}\n  five five.\n")
    content = load("en", tmp_path)
    assert content.services == "Call five five five."
    assert content.help_page().endswith("Call five five five.")


def test_local_help_is_not_endless(tmp_path: Path) -> None:
    own_file(tmp_path, "services.txt", "word " * 2000)
    assert len(load("en", tmp_path).services) <= LONGEST_SERVICES


def test_the_household_comes_last(tmp_path: Path) -> None:
    assert roots(tmp_path) == [built_in(), tmp_path]
    assert roots(None) == [built_in()]


# ---- mistakes, with their line ------------------------------------------------------------------

MISTAKES = [
    ("title: the walk", "titel: the walk", 1, "unknown field `titel`"),
    ("title: the walk", "title: 5", 1, "Expected `str`, got `int` in title"),
    ("title: the walk", "title:", 1, "Expected `str`, got `null` in title"),
    ("title: the walk", "# nothing", 2, "missing required field `title`"),
    ("short: 10}", "short: many}", 2, "got `str` in lengths.short"),
    ("short: 10}", "short: 500}", 2, "Expected `int` <= 180 in lengths.short"),
    ("short: 10}", "Short One: 10}", 2, "matching regex"),
    ("short: 10}", "short: 10", 3, "is not YAML"),
    ("  - step: turn", "  - step: tango", 6, "Invalid value 'tango' in steps[1].step"),
    ("  - step: turn", "  - stop: turn", 6, "missing required field `step` in steps[1]"),
    ('    prompt: "{speaker}, ', '    promt: "{speaker}, ', 7, "unknown field `promt`"),
    ("    minutes: {usual: 8,", "    minutes: {usual: -8,", 8, "in steps[1].minutes.usual"),
    ("    minutes: {usual: 8, short: 4}", "    minutes: 500", 8, "in steps[1].minutes"),
    ("    minutes: {usual: 8, short: 4}", "    minutes: [8]", 8, "`array` in steps[1].minutes"),
    ("    minutes: {usual: 8, short: 4}", "    rounds: 99\n    minutes: 5", 8, "steps[1].rounds"),
    ("    minutes: {usual: 8, short: 4}", "    who: nobody\n    minutes: 5", 8, "in steps[1].who"),
    ('    text: "That was the walk."', '    text: ""', 10, "length >= 1 in steps[2].text"),
    ('    text: "That was the walk."', f'    text: "{"word " * 130}"', 10, "length <= 600"),
    ('    text: "That was the walk."', "    text: 'That was", 10, "is not YAML"),
    ("  - step: close", "\t- step: close", 9, "is not YAML"),
    ("steps:", "title: twice\nsteps:", 3, "says 'title' twice"),
    ("    prompt:", "    prompt: once\n    prompt:", 8, "says 'prompt' twice"),
    ("steps:", "? [a, b]\n: c\nsteps:", 3, "has a key that is not a word"),
    ("title: the walk", "title: &t the walk", 1, "tag, anchor or alias"),
    ("title: the walk", "title: !!str the walk", 1, "tag, anchor or alias"),
    ("title: the walk", "title: !!python/object/apply:os.system [ls]", 1, "tag, anchor or alias"),
    ("lengths:", "lengths: *t\nx:", 2, "tag, anchor or alias"),
    ("steps:", "---\nsteps:", 3, "is not YAML"),
    ("steps:", "%YAML 9.9\nsteps:", 3, "is not YAML"),
    ("the walk\n", "the \x07 walk\n", 1, "character that cannot be used"),
    ('    text: "That', '    text: "\\0That', 10, "character that cannot be used"),
    ('    text: "That', '    text: "\\ud800That', 10, "is not YAML"),
    ('    text: "That', '    text: "\\U99999999That', 10, "is not YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "line", "problem"), MISTAKES)
def test_a_mistake_is_told_with_file_and_line(
    tmp_path: Path, right: str, wrong: str, line: int, problem: str
) -> None:
    assert RITUAL.count(right) == 1
    file = own_file(tmp_path, "rituals/walk.yaml", RITUAL.replace(right, wrong))
    error = refused(tmp_path)
    assert (error.file, error.line) == (str(file), line)
    assert problem in error.problem


@pytest.mark.parametrize(
    ("name", "text", "line", "problem"),
    [
        ("lines.yaml", "stopped: Stopped.\nstoped: Stopped.\n", 2, "unknown field `stoped`"),
        ("lines.yaml", "stopped: Stopped.\n\ndays: 5\n", 3, "got `int` in days"),
        ("lines.yaml", "numbers:\n  1: one\n  two: two\n", 3, "Expected `int`, got `str`"),
        ("lines.yaml", "days:\n  sunday: Sunday\n  monday: 1\n", 3, "in days.monday"),
        ("lines.yaml", "- stopped\n", 1, "is not a list of names and texts"),
        ("lines.yaml", "", 1, "is not a list of names and texts"),
        ("lines.yaml", "1: one\n", 1, "Expected `str`"),
        ("starters.yaml", "starters:\n  longing: ''\n", 2, "in starters.longing"),
        ("starters.yaml", "starters:\n  ok: Fine.\n  Not OK: Fine.\n", 3, "regex"),
        ("starters.yaml", "reminders:\n  kind_word:\n    - Fine.\n    - 7\n", 4, "kind_word[1]"),
        ("starters.yaml", "reminders:\n  kind_word: []\n", 2, "in reminders.kind_word"),
        ("voice.yaml", "voice: [en]\n", 1, "got `array` in voice"),
        ("decks/mine.yaml", DECK.replace("family", "adults"), 2, "Invalid enum value 'adults'"),
        ("decks/mine.yaml", DECK.replace("- Which", "- 7 # Which"), 4, "in easy[0]"),
        ("decks/mine.yaml", DECK.replace("tender: []\n", ""), 1, "missing required field `tender`"),
        ("decks/mine.yaml", "", 1, "got `null`"),
        ("decks/mine.yaml", "Questions", 1, "got `str`"),
        ("services.txt", b"Call\n\xff\n", 2, "is not UTF-8"),
        ("rituals/mine.yaml", b"title: it\nsteps: \xe4\n", 2, "is not UTF-8"),
    ],
)
def test_mistakes_in_other_files(
    tmp_path: Path, name: str, text: str | bytes, line: int, problem: str
) -> None:
    file = own_file(tmp_path, name, text)
    error = refused(tmp_path)
    assert (error.file, error.line) == (str(file), line)
    assert problem in error.problem


def test_words_that_other_dialects_of_yaml_take_for_something_else_are_words(
    tmp_path: Path,
) -> None:
    file = tmp_path / "it.yaml"
    words = [
        "yes",
        "no",
        "on",
        "Off",
        "6:30",
        "0123",
        "0x1F",
        "1_000",
        "2020-01-01",
        "1e5",
        ".inf",
        "=",
        "<<",
    ]
    file.write_text("".join(f"- {word}\n" for word in words))
    assert read_yaml(file)[0] == words
    file.write_text("[true, false, 5, -3, 0.5, ~, null]")
    assert read_yaml(file)[0] == [True, False, 5, -3, 0.5, None, None]


# ---- hostile files ------------------------------------------------------------------------------


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    own_file(tmp_path, "rituals/huge.yaml", b"title: " + b"a" * 10 * LARGEST_FILE)
    assert "is too large" in refused(tmp_path).problem
    exactly = own_file(tmp_path, "rituals/huge.yaml", "#" * LARGEST_FILE)
    assert len(read_text(exactly)) == LARGEST_FILE
    own_file(tmp_path, "rituals/huge.yaml", "#" * (LARGEST_FILE + 1))
    assert "is too large" in refused(tmp_path).problem


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{a: ["])
def test_deep_nesting_is_refused_before_it_costs_anything(tmp_path: Path, opening: str) -> None:
    own_file(tmp_path, "rituals/deep.yaml", opening * (LARGEST_FILE // len(opening)))
    began = time.process_time()
    assert "is nested too deeply" in refused(tmp_path).problem
    assert time.process_time() - began < 10, "reading it takes minutes where this guard is missing"


def test_what_is_nested_as_deeply_as_allowed_is_read(tmp_path: Path) -> None:
    file = tmp_path / "deep.yaml"
    file.write_text("[" * DEEPEST + "]" * DEEPEST)
    read_yaml(file)
    file.write_text("\n" + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))
    with pytest.raises(BadContent, match=r"deep\.yaml:2: is nested too deeply"):
        read_yaml(file)


def test_a_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 30)]
    own_file(tmp_path, "rituals/bomb.yaml", "\n".join(["l0: &l0 lol", *levels]))
    error = refused(tmp_path)
    assert (error.line, error.problem) == (1, "uses a YAML tag, anchor or alias")


def test_a_number_of_a_million_digits_is_no_number(tmp_path: Path) -> None:
    own_file(tmp_path, "rituals/long.yaml", f"title: it\nlengths:\n  usual: {'9' * 50_000}\n")
    assert refused(tmp_path).line == 3


@pytest.mark.parametrize(
    "name",
    ["My Ritual", "walk.tar", "-walk", "walk-", "wälk", "WALK", "a--b", "a b"],
)
def test_names_that_could_be_tricks_are_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / "voices" / "en" / "rituals" / f"{name}.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(RITUAL)
    assert "has a name that cannot be used" in refused(tmp_path).problem


@pytest.mark.parametrize(
    "place", ["rituals/walk.yaml", "decks/walk.yaml", "lines.yaml", "services.txt"]
)
def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, place: str) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("password: 1234")
    own = tmp_path / "own"
    link = own / "voices" / "en" / place
    link.parent.mkdir(parents=True)
    link.symlink_to(secret)
    error = refused(own)
    assert error.problem == "is a link out of its folder"
    assert "password" not in str(error)


def test_a_linked_folder_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "walk.yaml").write_text(RITUAL)
    own = tmp_path / "own" / "voices" / "en"
    own.mkdir(parents=True)
    (own / "rituals").symlink_to(elsewhere)
    assert refused(tmp_path / "own").problem == "is a link out of its folder"


def test_a_link_within_the_folder_and_a_folder_that_is_itself_a_link_are_fine(
    tmp_path: Path,
) -> None:
    file = own_file(tmp_path / "real", "rituals/walk.yaml", RITUAL)
    (file.parent / "stroll.yaml").symlink_to(file)
    (tmp_path / "linked").symlink_to(tmp_path / "real")
    assert {"walk", "stroll"} <= set(load("en", tmp_path / "linked").rituals)


@pytest.mark.parametrize("name", ["rituals/walk.yaml", "lines.yaml", "services.txt"])
def test_what_is_no_file_is_not_opened(tmp_path: Path, name: str) -> None:
    """Opening a pipe would wait for ever."""
    file = tmp_path / "voices" / "en" / name
    file.parent.mkdir(parents=True)
    os.mkfifo(file)
    assert refused(tmp_path).problem == "is not a file"
    file.unlink()
    file.mkdir()
    assert refused(tmp_path).problem == "is not a file"


def test_a_link_to_nothing(tmp_path: Path) -> None:
    link = tmp_path / "voices" / "en" / "rituals" / "walk.yaml"
    link.parent.mkdir(parents=True)
    link.symlink_to(link.parent / "gone.yaml")
    assert refused(tmp_path).problem == "cannot be read: No such file or directory"


# ---- whatever somebody writes -------------------------------------------------------------------

MARKS = """[ ] { } ' " | > # % @ ` --- ... << ~ &a *a !!str true null 1.5 0x1 1:30 é"""
PIECES = st.sampled_from(
    [
        *MARKS.split(),
        *[": ", "- ", "? ", "\n", "  ", "\t", "\0", "\\U99999999", "\\ud800", "\u2028", "9" * 40],
        *RITUAL.splitlines(keepends=True),
        *["title", "steps", "step"],
    ]
)
TEXTS = st.lists(PIECES, max_size=25).map("".join).map(str.encode)
THOROUGH = settings(
    max_examples=200,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@THOROUGH
@given(raw=st.binary(max_size=200) | TEXTS, shape=st.sampled_from([Ritual, Deck, Lines, Starters]))
def test_any_bytes_are_content_or_refused_in_one_line(
    tmp_path: Path, raw: bytes, shape: type
) -> None:
    file = tmp_path / "any.yaml"
    file.write_bytes(raw)
    try:
        data, node = read_yaml(file)
        convert(data, node, shape, file)
    except BadContent as error:
        is_one_line(error, file, raw.decode("utf-8", "replace"))


@THOROUGH
@given(
    cut=st.tuples(st.integers(0, len(RITUAL)), st.integers(0, len(RITUAL))).map(sorted),
    instead=st.lists(PIECES, max_size=3).map("".join),
)
def test_a_ritual_that_was_mistyped_anywhere_is_held_or_refused_with_its_line(
    tmp_path: Path, cut: list[int], instead: str
) -> None:
    text = RITUAL[: cut[0]] + instead + RITUAL[cut[1] :]
    file = tmp_path / "walk.yaml"
    file.write_text(text, "utf-8")
    ours = load_ours()
    try:
        data, node = read_yaml(file)
        walk = {"walk": convert(data, node, Ritual, file)}
        source = {"rituals/walk": Source(file, node)}
        check_content(dataclasses.replace(ours, rituals=walk, sources=ours.sources | source))
    except BadContent as error:
        is_one_line(error, file, text)


def is_one_line(error: BadContent, file: Path, text: str) -> None:
    """The error is one line, and names a line of the file."""
    assert str(error).startswith(f"{file}:{error.line}: ")
    assert len(str(error).splitlines()) == 1
    assert 1 <= error.line <= len(text.splitlines()) + 1


def test_the_line_of_a_place_is_that_of_its_key_or_of_the_nearest_one_above() -> None:
    content = load("en")
    node = content.sources["rituals/weekly-check-in"].node
    text = content.sources["rituals/weekly-check-in"].file.read_text().splitlines()
    assert text[line_of(node, "$.lengths") - 1].startswith("lengths:")
    assert text[line_of(node, "$.steps[1].minutes") - 1].strip().startswith("minutes:")
    assert line_of(node, "$.steps[99]") == line_of(node, "$.steps")
    assert line_of(node, "$.nothing.here") == line_of(node, "$")
    assert line_of(None, "$.anything") == 1
