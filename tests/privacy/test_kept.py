"""What is kept, and what is said and written about it: one table for all."""

import re
from pathlib import Path

import pytest
from msgspec.structs import asdict

from assistant.content import languages, load
from assistant.memory_file import COLUMNS, SCHEMA
from assistant.privacy import KEPT, Kept, Place, what_is_kept_sentence
from assistant.schema import Lines

DOCUMENT = Path(__file__).parents[2] / "docs" / "privacy.md"


@pytest.fixture(scope="module", params=languages())
def lines(request: pytest.FixtureRequest) -> Lines:
    return load(request.param).lines


@pytest.fixture(scope="module")
def english() -> Lines:
    return load("en").lines


def test_there_are_words_for_everything_that_is_kept_and_for_nothing_else(lines: Lines) -> None:
    words = asdict(lines.kept)
    assert list(words) == [kept.name for kept in KEPT]
    assert len(set(words.values())) == len(KEPT)


def test_the_answer_names_everything_that_is_kept(lines: Lines) -> None:
    sentence = what_is_kept_sentence(lines)
    for words in asdict(lines.kept).values():
        assert words in sentence
    assert not set("{}") & set(sentence)


def test_the_answer_follows_the_table(english: Lines) -> None:
    more = (*KEPT, Kept("names", "a copy of them", Place.MEMORY, "never"))
    added = "my clock was right, and your names and choices. Say forget"
    assert added in what_is_kept_sentence(english, more)
    fewer = [kept for kept in KEPT if kept.name != "starter" and kept.place is not Place.LOG]
    assert "who starts" not in what_is_kept_sentence(english, fewer)
    assert "log" not in what_is_kept_sentence(english, fewer)


def test_the_answer_can_be_spoken(english: Lines) -> None:
    sentence = what_is_kept_sentence(english)
    assert re.fullmatch(r"[A-Za-z ,.]+", sentence)
    assert len(sentence.split()) <= 90  # some thirty seconds


def test_forgetting_announces_nothing_that_is_not_kept(english: Lines) -> None:
    announced = english.forget_sure.split("erase")[1].split(".")[0]
    words = asdict(english.kept)
    in_memory = {words[kept.name] for kept in KEPT if kept.place is Place.MEMORY}
    assert set(re.split(r", and |, ", announced.strip())) <= in_memory


def test_the_memory_has_no_column_that_the_table_leaves_out() -> None:
    settings = re.search(r"name IN \(([^)]*)\)", SCHEMA)
    assert settings
    rows = (COLUMNS.keys() - {"settings"}) | set(re.findall(r"\w+", settings[1]))
    assert rows == frozenset().union(*(kept.rows for kept in KEPT))
    assert SCHEMA.count("CREATE TABLE") == len(COLUMNS)


def test_the_document_holds_the_table_line_by_line(english: Lines) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    words = asdict(english.kept)
    for kept in KEPT:
        line = f"| {words[kept.name]} | {kept.exactly} | {kept.place} | {kept.erase} |"
        assert line in text
