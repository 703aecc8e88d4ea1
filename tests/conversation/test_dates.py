"""Agreeing the next date, being invited to it, and reminders that were asked for."""

import pytest

from assistant.conversation.table import Place
from assistant.events import DateArrived, DatesChanged, When
from tests.conversation.sitting import Table


@pytest.fixture
def asked() -> Table:
    """The ritual is at its end and asks for the next date."""
    table = Table()
    table.begin("mirror")
    while not table.is_at(Place.DATE):
        table.wait(7)
    table.news()
    return table


@pytest.mark.parametrize(
    ("intent", "slots", "told"),
    [
        ("Yes", {}, "The same time next week"),
        ("AgreeSameTime", {}, "The same time next week"),
        ("AgreeSameTime", {"day": "sunday"}, "Sunday"),
        ("AgreeDate", {"day": "tomorrow", "time": "8:00"}, "Tomorrow at eight o'clock"),
        ("AgreeDate", {"day": "friday", "time": "7:30"}, "Friday at half past seven"),
        ("AgreeDate", {"day": "monday", "half": "morning"}, "Monday in the morning"),
        (
            "AgreeDate",
            {"day": "sunday", "time": "8:00", "half": "evening"},
            "Sunday at eight o'clock in the evening",
        ),
    ],
)
def test_a_date_is_agreed_in_words(
    asked: Table, intent: str, slots: dict[str, str], told: str
) -> None:
    remembered = f"(date {' '.join(['mirror', *slots.values()])})"
    assert asked.says(intent, **slots) == [remembered, f"{told}, then.", "The mirror is over."]


@pytest.mark.parametrize("intent", ["No", "NotNow", "Pass"])
def test_no_date_is_a_good_answer(asked: Table, intent: str) -> None:
    assert asked.says(intent) == ["No date.", "The mirror is over."]


def test_silence_leaves_the_date_open(asked: Table) -> None:
    table = asked
    table.wait(7)
    assert table.wait(7) == ["I take that as a no.", "No date.", "The mirror is over."]


@pytest.mark.parametrize(
    "slots",
    [
        {"day": "someday", "time": "8:00"},
        {"day": "{x}"},
        {"day": "monday", "time": "25:00"},
        {"day": "monday", "time": "noon"},
        {"day": "monday", "half": "night"},
        {"day": "monday", "half": "monday"},
        {"day": 7, "time": 8},
    ],
)
def test_a_date_that_no_calendar_knows_is_not_understood(
    asked: Table, slots: dict[str, str | int]
) -> None:
    assert asked.says("AgreeDate", **slots) == ["*not-understood*"]
    assert asked.says("No")[0] == "No date."


# ---- the invitation -----------------------------------------------------------------------------


def test_at_its_time_a_date_chimes_once_and_says_nothing() -> None:
    table = Table()
    assert table.happens(DateArrived(ritual="talk")) == ["*invite*"]
    assert table.wait(3600) == []
    assert table.is_at(Place.IDLE)


def test_answered_it_says_what_for_and_asks_both() -> None:
    table = Table()
    table.happens(DateArrived(ritual="talk"))
    table.wait(100)
    assert table.says("Yes") == ["It is time for the talk.", "Ann, the talk, twelve minutes?"]


@pytest.mark.parametrize("intent", ["No", "NotNow", "Pass", "Stop"])
def test_a_no_to_the_chime_is_only_heard(intent: str) -> None:
    table = Table()
    table.happens(DateArrived(ritual="talk"))
    assert table.says(intent) == ["*heard*"]
    assert table.is_at(Place.IDLE)


def test_whoever_does_not_want_it_simply_starts_something_else() -> None:
    table = Table()
    table.happens(DateArrived(ritual="talk"))
    assert table.says("StartRitual", ritual="sofa") == ["Ann, the sofa?"]
    table.says("No")
    table.happens(DateArrived(ritual="talk"))
    assert table.says("AnotherQuestion")[1].startswith("Apple")
    assert table.is_at(Place.IDLE)
    table.happens(DateArrived(ritual="talk"))
    assert table.says("Help") == ["This is help."]
    assert table.is_at(Place.INVITED)
    assert table.says("GoToSleep")[0] == "I close the microphone."


def test_table_talk_after_the_chime_is_no_answer() -> None:
    table = Table()
    table.happens(DateArrived(ritual="talk"))
    assert table.mumbles() == []
    assert table.mumbles() == []
    assert table.is_at(Place.INVITED)


def test_a_date_that_comes_in_the_middle_of_something_waits() -> None:
    table = Table()
    table.begin("talk")
    assert table.happens(DateArrived(ritual="sofa")) == []
    assert table.calls("Stop") == ["[end Ann 300]", "Stopped.", "*invite*"]
    assert table.says("Yes")[0] == "It is time for the sofa."


def test_a_date_that_had_to_wait_for_more_than_an_hour_has_passed() -> None:
    table = Table()
    table.says("GoToSleep")
    assert table.happens(DateArrived(ritual="sofa")) == []
    table.wait(3601)
    assert table.says("WakeUp") == ["(microphone open)", "I listen again."]


def test_two_dates_chime_one_after_the_other() -> None:
    table = Table()
    table.happens(DateArrived(ritual="talk"))
    assert table.happens(DateArrived(ritual="sofa")) == []
    assert table.wait(120) == ["*invite*"]
    assert table.says("Yes")[0] == "It is time for the sofa."


def test_a_date_for_a_ritual_that_is_no_longer_there_does_not_chime() -> None:
    table = Table()
    for date in (DateArrived(ritual="waltz"), DateArrived(reminder="waltz"), DateArrived()):
        assert table.happens(date) == []
    assert table.is_at(Place.IDLE)


@pytest.mark.parametrize(
    ("reminder", "said"), [("kind_word", "A kind word."), ("connecting_act", "A small act.")]
)
def test_a_reminder_is_one_chime_and_speaks_only_when_answered(reminder: str, said: str) -> None:
    table = Table()
    assert table.happens(DateArrived(reminder=reminder)) == ["*invite*"]
    assert table.says("Yes") == [said]
    assert table.is_at(Place.IDLE)


# ---- which dates there are ----------------------------------------------------------------------


def test_the_next_date_is_told() -> None:
    table = Table()
    assert table.says("NextDate") == ["No dates are set."]
    evening = When("sunday", "8:00", "evening")
    table.happens(DatesChanged((("waltz", evening), ("talk", evening), ("sofa", When("today")))))
    assert table.says("NextDate") == ["The talk: Sunday at eight o'clock in the evening."]


def test_dates_are_cleared_on_request() -> None:
    table = Table()
    table.happens(DatesChanged((("talk", When("today", "8:00")),)))
    assert table.says("CancelDate") == ["(no dates)", "Cleared."]
    assert table.says("NextDate") == ["No dates are set."]
