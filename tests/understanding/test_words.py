"""Recognized words never show themselves by accident."""

import copy
import json
import pickle
import traceback

import pytest

from assistant.understanding.words import Span, Words

CANARY = "walrus"


@pytest.fixture
def words() -> Words:
    return Words(f"start our {CANARY}", (Span(0.1, 0.4), Span(0.4, 0.6), Span(0.6, 1.0)), -12.5)


def test_words_are_revealed_only_on_purpose(words: Words) -> None:
    assert words.reveal() == f"start our {CANARY}"


@pytest.mark.parametrize("show", [repr, str, ascii, "{}".format, "{!r:>40}".format, "%s".__mod__])
def test_no_way_of_showing_shows_them(words: Words, show: object) -> None:
    assert callable(show)
    assert CANARY not in show(words)
    assert CANARY not in show([words])
    assert CANARY not in show({"heard": words})


def test_an_error_that_carries_them_does_not_show_them(words: Words) -> None:
    with pytest.raises(ValueError, match="redacted") as error:
        raise ValueError(words)
    assert CANARY not in "".join(traceback.format_exception(error.value))


@pytest.mark.parametrize("store", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps])
def test_they_cannot_be_stored(words: Words, store: object) -> None:
    assert callable(store)
    with pytest.raises(TypeError) as error:
        store(words)
    assert CANARY not in str(error.value)


def test_they_have_no_dictionary_to_look_into(words: Words) -> None:
    with pytest.raises(TypeError):
        vars(words)


def test_nothing_heard_is_false(words: Words) -> None:
    assert words
    assert not Words()
