"""Numbers, times, dates and names in words made to be heard."""

import re

import pytest

from assistant.conversation.wording import (
    address,
    placeholders,
    spoken_date,
    spoken_names,
    spoken_number,
    spoken_time,
)
from assistant.events import When
from tests.conversation.kitchen import ours

LINES = ours().lines


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (10, "ten seconds"),
        (30, "thirty seconds"),
        (45, "forty-five seconds"),
        (59.6, "one minute"),
        (60, "one minute"),
        (75, "seventy-five seconds"),
        (90, "ninety seconds"),
        (105, "two minutes"),
        (120, "two minutes"),
        (150, "two and a half minutes"),
        (160, "three minutes"),
        (300, "five minutes"),
        (2700, "forty-five minutes"),
        (5400, "ninety minutes"),
        (0, "one minute"),
    ],
)
def test_times(seconds: float, words: str) -> None:
    assert spoken_time(seconds, LINES) == words


def test_every_number_up_to_ninety_nine_has_a_word() -> None:
    words = [spoken_number(number, LINES) for number in range(1, 100)]
    assert len(set(words)) == 99
    assert not any(re.search(r"\d", word) for word in words)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (When(), "The same time next week"),
        (When("sunday"), "Sunday"),
        (When("tomorrow", "8:00"), "Tomorrow at eight o'clock"),
        (When("tonight", "9:30"), "Tonight at half past nine"),
        (When("friday", "6:15", "evening"), "Friday at six fifteen in the evening"),
        (When("monday", "", "morning"), "Monday in the morning"),
        (When("today", "12:00", "afternoon"), "Today at twelve o'clock in the afternoon"),
        (When("someday", "", "night"), "someday"),
    ],
)
def test_dates(when: When, words: str) -> None:
    assert spoken_date(when, LINES) == words


def test_names() -> None:
    assert spoken_names(["Ann"], LINES) == "Ann"
    assert spoken_names(["Ann", "Bo"], LINES) == "Ann and Bo"
    assert spoken_names(["Ann", "Bo", "Cy"], LINES) == "Ann, Bo and Cy"


def test_a_sentence_is_said_to_whom_it_concerns() -> None:
    text = "{name}: {speaker} to {listener}, {first} and {second}, {minutes}, all of {everyone}"
    assert address(text, LINES, "rosie", ["Ann", "Bo", "Cy"], 2, 60) == (
        "Rosie: Cy to Ann, Ann and Bo, one minute, all of Ann, Bo and Cy"
    )
    assert address("{first}, {second}, {partner}", LINES, "rosie", ["Ann"], 0) == "Ann, Ann, Ann"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{partner}, now?", "The first, now?"),
        ("Fine. {partner}, now? {first} then! yes", "Fine. The first, now? The first then! Yes"),
        ("Half past, {partner}", "Half past, the first"),
        ("42 {partner}.", "42 the first."),
    ],
)
def test_a_sentence_begins_with_a_capital_letter(text: str, said: str) -> None:
    """Whatever name it begins with: it is shown, too."""
    assert address(text, LINES, "rosie", ["the first", "the second"], 0) == said


def test_placeholders_are_plain_names() -> None:
    assert placeholders("{speaker}, {minutes}, {speaker}") == {"speaker", "minutes"}
    assert placeholders("Nothing.") == set()


@pytest.mark.parametrize(
    "text", ["{", "}", "{}", "{0}", "{a.b}", "{a[0]}", "{a!r}", "{a:>9}", "{a b}"]
)
def test_anything_else_in_braces_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\{|\}|expected"):
        placeholders(text)
