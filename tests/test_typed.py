"""Typed conversation: lines are understood as by voice, and time passes as it is let."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.content import intent_files
from assistant.conversation.table import Place, listening
from assistant.errors import BadInput
from assistant.events import Heard, NotUnderstood
from assistant.typed import Keyboard, parse_time
from assistant.understanding.phrases import load_phrases

KEYBOARD = Keyboard(load_phrases(intent_files("en")), "turntable", {5: "five", 12: "twelve"})


def understood(line: str, place: Place) -> tuple[str, dict[str, str | int], bool] | None:
    """Intent, slots and whether it was addressed; None if it was not understood."""
    event = KEYBOARD.understand(line, listening(place))
    if not isinstance(event, Heard):
        return None
    return event.intent.name, dict(event.intent.slots), event.intent.addressed


@pytest.mark.parametrize(
    ("line", "intent", "slots", "addressed"),
    [
        ("start our check-in", "StartRitual", {"ritual": "weekly-check-in"}, False),
        ("Turntable, start our check in!", "StartRitual", {"ritual": "weekly-check-in"}, True),
        ("start turns, five minutes each", "StartTurns", {"minutes": 5}, False),
        ("Start turns, 5 minutes each.", "StartTurns", {"minutes": 5}, False),
        ("give us a question about dreams", "GiveQuestion", {"deck": "dreams"}, False),
        ("What do you record?", "WhatDoYouRecord", {}, False),
    ],
)
def test_phrases_are_understood_as_they_are_written(
    line: str, intent: str, slots: dict[str, str | int], addressed: bool
) -> None:
    assert understood(line, Place.IDLE) == (intent, slots, addressed)


@pytest.mark.parametrize("apostrophe", ["'", "\u2019", "`"])
def test_every_apostrophe_is_one(apostrophe: str) -> None:
    line = f"turntable I{apostrophe}m done"
    assert understood(line, Place.FLOOR) == ("Done", {}, True)


def test_on_the_floor_only_what_is_addressed_means_something() -> None:
    assert understood("I'm done", Place.FLOOR) is None
    assert understood("pass", Place.FLOOR) is None
    assert understood("stop", Place.FLOOR) == ("Stop", {}, False)


@given(st.text(max_size=60))
def test_any_line_is_understood_or_not(line: str) -> None:
    for place in Place:
        event = KEYBOARD.understand(line, listening(place))
        assert isinstance(event, Heard | NotUnderstood)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2m30s", 150), ("45s", 45), ("1h", 3600), ("1h 2m 3s", 3723), ("10 min", 600), ("0.5s", 0.5)],
)
def test_times(text: str, seconds: float) -> None:
    assert parse_time(text) == seconds


@given(st.integers(0, 99), st.integers(0, 999), st.integers(0, 9999))
def test_every_time_that_can_be_written_is_read(hours: int, minutes: int, seconds: int) -> None:
    assert parse_time(f"{hours}h{minutes}m{seconds}s") == hours * 3600 + minutes * 60 + seconds


@given(st.text(alphabet="0123456789hms .-x", max_size=12))
@example(" 0s ")
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    time = r"(\d{1,3}\s*h)?\s*(\d{1,4}\s*m)?\s*(\d{1,5}(\.\d+)?\s*s)?"
    if text.strip() and re.fullmatch(time, text.strip()):
        assert parse_time(text) >= 0
    else:
        with pytest.raises(BadInput, match=r"^'.*' is not a time \(.*\)$"):
            parse_time(text)
