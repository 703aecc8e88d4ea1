"""One whole phrase or nothing."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant import content
from assistant.config import Hearing
from assistant.events import Intent
from assistant.understanding.closed_set import ClosedSet
from assistant.understanding.matcher import Matcher, likeness, longest_within, same_meaning
from assistant.understanding.phrases import load_phrases

PHRASES = load_phrases(content.intent_files("en"))
EVERYTHING = PHRASES.closed_set(PHRASES.intents, PHRASES.intents, "turn table")
MATCHER = Matcher(Hearing())
A_PHRASE = st.sampled_from(EVERYTHING.texts)
A_WORD = st.sampled_from(sorted(EVERYTHING.words))


@given(A_PHRASE)
def test_every_phrase_is_itself(phrase: str) -> None:
    assert MATCHER.match(phrase, EVERYTHING) == EVERYTHING.intents[phrase]


@given(st.lists(A_WORD, min_size=1, max_size=8).map(" ".join))
def test_a_mixture_of_phrases_is_none_of_them(text: str) -> None:
    assume(text not in EVERYTHING.intents)
    assert MATCHER.match(text, EVERYTHING) is None


@given(A_PHRASE, st.integers(0, 8))
def test_a_phrase_with_something_unknown_in_it_is_refused(phrase: str, place: int) -> None:
    words = phrase.split()
    words.insert(place, "[unk]")
    assert MATCHER.match(" ".join(words), EVERYTHING) is None


@given(A_PHRASE, st.text(alphabet="abcdefghijklmnopqrstuvwxyz' ", max_size=40))
def test_only_what_is_nearly_the_phrase_is_taken_for_it(phrase: str, other: str) -> None:
    intent = MATCHER.match(other, EVERYTHING)
    if intent is not None and same_meaning(intent, EVERYTHING.intents[phrase]):
        assert any(
            likeness(other, text) >= Hearing().whole_phrase
            for text, meant in EVERYTHING.intents.items()
            if same_meaning(meant, intent)
        )


@pytest.mark.parametrize(
    "sentence",
    [
        "can you pass the salt please",
        "let's start dinner",
        "stop the car",
        "i need a break from your mother",
        "what do you remember about the summer",
        "turn it up this is a good song",
        "yes but not on sunday",
        "help yourself to the bread",
        "two minutes",
        "",
    ],
)
def test_conversation_is_no_phrase(sentence: str) -> None:
    assert MATCHER.match(sentence, EVERYTHING) is None


@pytest.mark.parametrize(
    ("typed", "intent"),
    [
        ("loudder please", "Louder"),
        ("repaet that", "Repeat"),
        ("go to sleeep", "GoToSleep"),
        ("turn table what can we sya", "Help"),
    ],
)
def test_a_slip_of_the_fingers_is_forgiven(typed: str, intent: str) -> None:
    found = MATCHER.match(typed, EVERYTHING)
    assert found is not None
    assert found.name == intent


def test_a_slip_in_a_phrase_that_carries_a_number_is_not() -> None:
    assert MATCHER.match("start seven minute turns", EVERYTHING)
    assert MATCHER.match("start sevn minute turns", EVERYTHING) is None


def test_a_slip_that_may_be_two_phrases_is_not() -> None:
    """Louder please, or slower please?"""
    assert MATCHER.match("lowder please", EVERYTHING) is None


def test_a_near_tie_between_two_meanings_is_refused() -> None:
    closed = ClosedSet({"speak up now": Intent("Louder"), "speed up now": Intent("Faster")})
    assert MATCHER.match("spe up now", closed) is None
    alone = ClosedSet({"speak up now": Intent("Louder")})
    assert MATCHER.match("spea up now", alone) == Intent("Louder")


def test_a_tie_within_one_meaning_is_none() -> None:
    closed = ClosedSet({"speak up now": Intent("Louder"), "speed up now": Intent("Louder")})
    assert MATCHER.match("speek up now", closed) == Intent("Louder")


def test_without_the_rule_the_longest_phrase_within_a_text_counts() -> None:
    closed = ClosedSet({"stop": Intent("Stop"), "stop listening": Intent("GoToSleep")})
    assert longest_within("please stop listening to me", closed) == Intent("GoToSleep")
    assert longest_within("nonstop", closed) is None


def test_likeness_goes_by_sound_where_letters_differ() -> None:
    assert likeness("their", "there") == 100
    assert likeness("chicken", "check in") > 80
    assert likeness("the weather is nice", "check in") < 50
    assert likeness("stop", "stop") == 100
