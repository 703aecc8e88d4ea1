"""The voice, what is said on request, sleep, forgetting, parts that come back, new content."""

import dataclasses

import msgspec
import pytest

from assistant.conversation.household import Household, Memories
from assistant.conversation.table import Place
from assistant.events import DateArrived, DatesChanged, Part, PartBack, PartLost, When
from tests.conversation.kitchen import kitchen
from tests.conversation.sitting import Table

# ---- the voice ---------------------------------------------------------------------------------


def test_the_voice_is_adjusted_step_by_step_and_heard() -> None:
    table = Table()
    assert table.says("Louder") == ["(voice 0.95 150)", "Like this."]
    assert table.says("Slower") == ["(voice 0.95 130)", "Like this."]


@pytest.mark.parametrize(
    ("intent", "end"),
    [
        ("Louder", "(voice 1 150)"),
        ("Quieter", "(voice 0.1 150)"),
        ("Slower", "(voice 0.8 80)"),
        ("Faster", "(voice 0.8 300)"),
    ],
)
def test_the_voice_stays_within_what_can_be_understood(intent: str, end: str) -> None:
    table = Table()
    for _ in range(12):
        news = table.says(intent)
    assert news[0] == end


def test_after_adjusting_the_voice_a_question_is_asked_again() -> None:
    table = Table()
    table.says("StartRitual", ritual="talk")
    assert table.says("Slower")[1:] == ["Like this.", "Ann, the talk, twelve minutes?"]


def test_while_it_speaks_repeat_and_skip_cut_in() -> None:
    table = Table(slow_speech=True)
    table.says("Help")
    assert table.says("Repeat") == ["(hush)", "This is help."]
    assert table.says("SkipQuestion") == ["(hush)"]
    assert table.is_at(Place.IDLE)


def test_a_question_that_was_cut_short_can_be_answered() -> None:
    table = Table(slow_speech=True)
    table.says("StartRitual", ritual="talk")
    table.says("SkipQuestion")
    assert table.is_at(Place.ASKED)


def test_a_sentence_that_is_never_reported_as_spoken_holds_nothing_up() -> None:
    table = Table(slow_speech=True)
    table.says("StartRitual", ritual="talk")
    table.wait(31.9)
    assert table.is_at(Place.SPEAKING)
    table.wait(1)
    assert table.is_at(Place.ASKED)


def test_a_long_sentence_slowly_spoken_is_not_taken_for_a_silent_voice() -> None:
    lines = msgspec.structs.replace(kitchen().lines, help_page="word " * 110)
    table = Table(content=dataclasses.replace(kitchen(), lines=lines), slow_speech=True)
    for _ in range(5):
        table.says("Slower")
        table.finish()
    table.says("HelpPage")
    table.wait(110 * 60 / 80 + 29)
    assert table.is_at(Place.SPEAKING)


# ---- on request --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("intent", "slots", "sentence"),
    [
        ("Help", {}, "This is help."),
        ("HelpPage", {}, "This is the help page."),
        ("WhatDoYouRecord", {}, "I keep nothing you say."),
        ("GiveStarter", {"starter": "longing"}, "I miss."),
        ("Explain", {"explainer": "drift"}, "It drifts."),
    ],
)
def test_what_is_said_on_request(intent: str, slots: dict[str, str], sentence: str) -> None:
    table = Table()
    assert table.says(intent, **slots) == [sentence]
    assert table.is_at(Place.IDLE)


def test_local_services_belong_to_the_help_page() -> None:
    table = Table(content=dataclasses.replace(kitchen(), services="Call five five five."))
    assert table.says("HelpPage") == ["This is the help page. Call five five five."]


# ---- sleep -------------------------------------------------------------------------------------


def test_asleep_the_microphone_is_really_closed_after_it_was_said() -> None:
    table = Table(slow_speech=True)
    assert table.says("GoToSleep") == ["I close the microphone."]
    assert table.finish() == ["(microphone closed)"]
    assert table.is_at(Place.ASLEEP)
    assert table.wait(86_400) == []
    assert table.calls("WakeUp") == ["(microphone open)", "I listen again."]
    table.finish()
    assert table.is_at(Place.IDLE)


def test_asleep_nothing_else_means_anything() -> None:
    table = Table()
    table.says("GoToSleep")
    for intent in ("Stop", "StartRitual", "Help", "Yes"):
        assert table.calls(intent, ritual="talk") == []


def test_a_paused_ritual_may_be_left_for_sleep() -> None:
    table = Table()
    table.begin("talk")
    table.calls("Pause")
    news = table.says("GoToSleep")
    assert news == ["[end Ann 300]", "I close the microphone.", "(microphone closed)"]


# ---- forgetting --------------------------------------------------------------------------------


def test_everything_is_forgotten_after_one_question() -> None:
    memories = Memories({"apples": {1, 2}}, starts=2)
    table = Table(memories=memories)
    table.happens(DatesChanged((("talk", When("today", "8:00")),)))
    assert table.says("ForgetEverything") == ["Erase it all?"]
    assert table.says("Yes") == ["(forget)", "Erased."]
    assert (memories.used, memories.starts) == ({}, 1)
    assert table.says("NextDate") == ["No dates are set."]


def test_without_a_yes_everything_is_kept() -> None:
    memories = Memories({"apples": {1, 2}}, starts=2)
    table = Table(memories=memories)
    table.says("ForgetEverything")
    assert table.says("No") == ["Kept."]
    table.says("ForgetEverything")
    table.wait(7)
    assert table.wait(7) == ["I take that as a no.", "Kept."]
    assert (memories.used, memories.starts) == ({"apples": {1, 2}}, 2)


def test_a_date_that_was_waiting_is_forgotten_too() -> None:
    table = Table()
    table.says("ForgetEverything")
    table.happens(DateArrived(ritual="talk"))
    assert table.says("Yes") == ["(forget)", "Erased."]


# ---- parts that come back ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "sentences"),
    [
        (Part.MICROPHONE, ["I hear you again."]),
        (Part.RECOGNIZER, ["I hear you again."]),
        (Part.LOUDSPEAKER, ["My voice is back."]),
        (Part.VOICE, ["My voice is back."]),
        (Part.MEMORY, []),
    ],
)
def test_a_part_that_is_back_is_told_in_one_sentence(part: Part, sentences: list[str]) -> None:
    table = Table()
    assert table.happens(PartLost(part)) == []
    assert table.happens(PartBack(part)) == sentences
    assert table.is_at(Place.IDLE)


def test_an_invitation_outlives_the_news() -> None:
    table = Table()
    table.happens(DateArrived(ritual="talk"))
    assert table.happens(PartBack(Part.MICROPHONE)) == ["I hear you again."]
    assert table.is_at(Place.INVITED)


def test_a_question_waits_for_a_lost_microphone_and_is_asked_again() -> None:
    table = Table()
    table.says("StartRitual", ritual="talk")
    table.happens(PartLost(Part.MICROPHONE))
    assert table.wait(60) == []
    assert table.happens(PartBack(Part.MICROPHONE)) == [
        "I hear you again.",
        "Ann, the talk, twelve minutes?",
    ]
    assert table.wait(7) == ["Ann, the talk, twelve minutes?"]


def test_a_microphone_that_stays_lost_holds_nothing_for_ever() -> None:
    table = Table()
    table.says("StartRitual", ritual="talk")
    table.happens(PartLost(Part.MICROPHONE))
    assert table.wait(240)[-1] == "Another time, then."


def test_past_the_bell_a_lost_microphone_cuts_nobody_off() -> None:
    table = Table()
    table.begin("talk")
    table.happens(PartLost(Part.MICROPHONE))
    assert table.wait(301) == ["*minute-left*", "*turn-ends*"]
    table.happens(PartBack(Part.MICROPHONE))
    assert table.wait(2)[:2] == ["[end Ann 300]", "I hear you again."]


def test_news_are_not_what_is_repeated() -> None:
    table = Table()
    question = table.says("GiveQuestion")[1]
    table.happens(PartBack(Part.VOICE))
    assert table.says("Repeat") == [question]


def test_a_stop_is_answered_by_one_word_only() -> None:
    table = Table()
    table.begin("talk")
    table.happens(PartBack(Part.VOICE))
    assert table.calls("Stop") == ["[end Ann 300]", "Stopped."]


def test_asleep_nothing_is_told_and_nothing_saved_up() -> None:
    table = Table()
    table.says("GoToSleep")
    assert table.happens(PartBack(Part.MICROPHONE)) == []
    assert table.says("WakeUp") == ["(microphone open)", "I listen again."]


# ---- new content -------------------------------------------------------------------------------


def renewed() -> tuple[Table, Household]:
    """A table in the middle of a quiz, to which new content without it comes."""
    table = Table(["Ann", "Bo", "Cy"])
    table.begin("quiz")
    rituals = {name: it for name, it in kitchen().rituals.items() if name != "quiz"}
    decks = {name: it for name, it in kitchen().decks.items() if name != "apples"}
    content = dataclasses.replace(kitchen(), rituals=rituals, decks=decks)
    household = Household(("Di", "Ed"), "rosie", 0.8, 150, "I keep nothing.")
    table.conversation.renew(content, household)
    return table, household


def test_what_runs_ends_with_the_old_names_and_questions() -> None:
    table, household = renewed()
    assert "And Bo, one minute." in table.calls("Done")
    for _ in range(5):
        table.calls("Done")
    assert table.is_at(Place.TALK)
    assert table.says("Done")[-1] == "The quiz is over."
    table.partners = household.partners
    assert table.says("StartRitual", ritual="quiz") == ["*not-understood*"]
    assert table.says("StartRitual", ritual="talk") == ["Ed, the talk, twelve minutes?"]


def test_new_content_comes_at_once_where_nothing_runs() -> None:
    table = Table()
    lines = msgspec.structs.replace(kitchen().lines, help="New help.")
    content = dataclasses.replace(kitchen(), lines=lines)
    table.conversation.renew(content, Household(("Di", "Ed"), "rosie", 0.8, 150, ""))
    assert table.says("Help") == ["New help."]
    assert table.says("StartRitual", ritual="talk") == ["Di, the talk, twelve minutes?"]


def test_a_date_for_a_ritual_that_the_new_content_lacks_does_not_chime() -> None:
    table, _ = renewed()
    table.happens(DateArrived(ritual="quiz"))
    assert table.calls("Stop") == ["[end Ann 60]", "Stopped."]
    assert table.is_at(Place.IDLE)
