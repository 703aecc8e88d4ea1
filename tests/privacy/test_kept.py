"""What is kept, and what is said and written about it: one table for all."""

import re
from pathlib import Path

from assistant.content import load
from assistant.privacy import KEPT, Kept, Place, what_is_kept_sentence

DOCUMENT = Path(__file__).parents[2] / "docs" / "privacy.md"


def test_the_answer_names_everything_that_is_kept() -> None:
    sentence = what_is_kept_sentence()
    for kept in KEPT:
        assert kept.spoken in sentence


def test_the_answer_follows_the_table() -> None:
    more = (*KEPT, Kept("a secret", "it", Place.MEMORY, "never"))
    assert "the voice settings, and a secret. Say forget" in what_is_kept_sentence(more)
    assert "who starts" not in what_is_kept_sentence(k for k in KEPT if k.spoken != "who starts")


def test_the_answer_can_be_spoken() -> None:
    sentence = what_is_kept_sentence()
    assert re.fullmatch(r"[A-Za-z ,.]+", sentence)
    assert len(sentence.split()) <= 75  # half a minute


def test_forgetting_announces_exactly_what_the_memory_holds() -> None:
    asked = load("en").lines.forget_sure
    for kept in KEPT:
        assert (kept.spoken in asked) == (kept.place is Place.MEMORY)
    announced = asked.split("erase")[1].split(".")[0]
    assert announced.count(",") == sum(kept.place is Place.MEMORY for kept in KEPT) - 1


def test_the_document_holds_the_table_line_by_line() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for kept in KEPT:
        assert f"| {kept.spoken} | {kept.exactly} | {kept.place} | {kept.erase} |" in text
