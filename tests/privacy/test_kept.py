"""What is kept, and what is said and written about it: one table for all."""

import re
from pathlib import Path

from assistant.content import load
from assistant.memory_file import COLUMNS, SCHEMA
from assistant.privacy import KEPT, Kept, Place, what_is_kept_sentence

DOCUMENT = Path(__file__).parents[2] / "docs" / "privacy.md"


def test_the_answer_names_everything_that_is_kept() -> None:
    sentence = what_is_kept_sentence()
    for kept in KEPT:
        assert kept.spoken in sentence


def test_the_answer_follows_the_table() -> None:
    more = (*KEPT, Kept("a secret", "it", Place.MEMORY, "never"))
    assert "my clock was right, and a secret. Say forget" in what_is_kept_sentence(more)
    assert "who starts" not in what_is_kept_sentence(k for k in KEPT if k.spoken != "who starts")


def test_the_answer_can_be_spoken() -> None:
    sentence = what_is_kept_sentence()
    assert re.fullmatch(r"[A-Za-z ,.]+", sentence)
    assert len(sentence.split()) <= 90  # some thirty seconds


def test_forgetting_announces_nothing_that_is_not_kept() -> None:
    announced = load("en").lines.forget_sure.split("erase")[1].split(".")[0]
    in_memory = {kept.spoken for kept in KEPT if kept.place is Place.MEMORY}
    assert set(re.split(r", and |, ", announced.strip())) <= in_memory


def test_the_memory_has_no_column_that_the_table_leaves_out() -> None:
    settings = re.search(r"name IN \(([^)]*)\)", SCHEMA)
    assert settings
    rows = (COLUMNS.keys() - {"settings"}) | set(re.findall(r"\w+", settings[1]))
    assert rows == frozenset().union(*(kept.rows for kept in KEPT))
    assert SCHEMA.count("CREATE TABLE") == len(COLUMNS)


def test_the_document_holds_the_table_line_by_line() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for kept in KEPT:
        assert f"| {kept.spoken} | {kept.exactly} | {kept.place} | {kept.erase} |" in text
