"""Holding the floor: its chimes, its end, passing it on, and the same time for everybody."""

import pytest

from assistant.conversation.table import Place
from assistant.events import Part, PartBack, PartLost
from tests.conversation.sitting import Table

OPENED = "*turn-opens*"
ENDED = "*turn-ends*"


@pytest.fixture
def table() -> Table:
    """Ann holds the floor for five minutes; Bo will."""
    table = Table()
    table.begin("talk")
    return table


# ---- the bell ---------------------------------------------------------------------------------


def test_a_faint_chime_a_minute_before_the_bell_and_two_notes_at_it(table: Table) -> None:
    assert table.wait(239.9) == []
    assert table.wait(0.1) == ["*minute-left*"]
    assert table.wait(59.9) == []
    assert table.wait(0.1) == [
        ENDED,
        "[end Ann 300]",
        "Bo, tell, five minutes.",
        "[start Bo 300]",
        OPENED,
    ]


def test_a_short_turn_has_no_chime_before_its_end() -> None:
    table = Table(["Ann", "Bo", "Cy"])
    table.begin("round", yes=3)
    assert table.wait(59.9) == []
    assert table.wait(0.1)[0] == ENDED


def test_after_the_last_turn_comes_the_close(table: Table) -> None:
    table.wait(300)
    table.wait(240)
    assert table.wait(60) == [ENDED, "[end Bo 300]", "The talk is over."]
    assert table.is_at(Place.IDLE)


def test_a_speaker_may_finish_past_the_bell(table: Table) -> None:
    table.starts_to_speak()
    assert table.wait(300) == ["*minute-left*", ENDED]
    assert table.wait(30) == []
    table.falls_silent()
    assert table.wait(1.9) == []
    assert table.wait(0.1)[0] == "[end Ann 300]"


def test_a_breath_past_the_bell_is_not_the_end(table: Table) -> None:
    table.starts_to_speak()
    table.wait(300)
    for _ in range(5):
        table.falls_silent()
        assert table.wait(1.5) == []
        table.starts_to_speak()
        assert table.wait(10) == []
    assert table.is_at(Place.FLOOR)


def test_a_pause_that_began_before_the_bell_counts(table: Table) -> None:
    table.starts_to_speak()
    table.wait(299)
    table.falls_silent()
    assert table.wait(1) == [ENDED]
    assert table.wait(1)[0] == "[end Ann 300]"


def test_even_past_the_bell_a_turn_ends_after_two_minutes(table: Table) -> None:
    table.starts_to_speak()
    table.wait(300)
    assert table.wait(119) == []
    assert table.wait(1)[0] == "[end Ann 300]"


def test_past_the_bell_done_ends_it_without_a_second_bell(table: Table) -> None:
    table.starts_to_speak()
    table.wait(300)
    table.wait(5)
    assert table.calls("Done") == [
        "[end Ann 300]",
        "Bo, tell, five minutes.",
        "[start Bo 300]",
        OPENED,
    ]


def test_silence_in_a_turn_is_never_prompted(table: Table) -> None:
    table.wait(1)
    table.falls_silent()
    assert table.wait(230) == []


# ---- done and pass ----------------------------------------------------------------------------


def test_done_gives_the_floor_to_the_other(table: Table) -> None:
    table.wait(60)
    assert table.calls("Done") == [
        ENDED,
        "[end Ann 300]",
        "Bo, tell, five minutes.",
        "[start Bo 300]",
        OPENED,
    ]


def test_a_pass_is_fine(table: Table) -> None:
    assert table.calls("Pass") == [
        ENDED,
        "[end Ann 300]",
        "Fine.",
        "Bo, tell, five minutes.",
        "[start Bo 300]",
        OPENED,
    ]
    assert table.calls("Pass") == [ENDED, "[end Bo 300]", "Fine.", "The talk is over."]


def test_turns_are_mirrored_where_the_ritual_says_so() -> None:
    table = Table()
    table.begin("mirror")
    marks = [line for line in table.wait(4000) if line[0] == "["]
    once = ["start Ann 120", "start Bo 60", "start Bo 120", "start Ann 60"]
    assert [line for line in marks if "start" in line] == [f"[{mark}]" for mark in once * 2]


def test_what_means_nothing_on_the_floor_is_not_heard(table: Table) -> None:
    for intent in ("Yes", "No", "StartRitual", "WakeUp", "ForgetEverything", "AgreeDate", "Waltz"):
        assert table.calls(intent, ritual="talk", day="sunday") == []
    assert table.mumbles() == []


# ---- more time, the same for everybody --------------------------------------------------------


def test_what_the_first_is_given_more_the_second_is_granted_and_told(table: Table) -> None:
    assert table.calls("MoreTime") == ["[extended Ann 420]", "*heard*"]
    assert table.calls("Done")[2:] == ["Bo, tell, seven minutes.", "[start Bo 420]", OPENED]


def test_whoever_is_granted_more_is_told_even_where_the_prompt_names_no_time() -> None:
    table = Table()
    table.begin("mirror")
    table.wait(60)
    table.calls("MoreTime")
    table.calls("Done")
    table.calls("Done")
    table.calls("Done")
    assert table.calls("Done")[2] == "Once more Ann."
    table.calls("MoreTime")
    table.calls("Done")
    assert table.calls("Done")[2] == "Once more Bo. You have four minutes."


def test_what_the_second_is_given_more_the_first_is_offered(table: Table) -> None:
    table.calls("Done")
    table.calls("MoreTime")
    assert table.calls("Done") == [ENDED, "[end Bo 420]", "Ann, two minutes more?"]
    assert table.says("Yes") == ["[start Ann 120]", OPENED]
    assert table.calls("Done") == [ENDED, "[end Ann 120]", "The talk is over."]


def test_what_is_offered_may_be_left(table: Table) -> None:
    table.calls("Done")
    table.calls("MoreTime")
    table.calls("Done")
    assert table.says("No") == ["The talk is over."]


def test_more_time_is_given_once(table: Table) -> None:
    table.calls("MoreTime")
    assert table.calls("MoreTime") == ["*not-understood*"]
    table.calls("Done")
    assert table.calls("MoreTime") == ["*not-understood*"]


def test_time_that_was_offered_does_not_grow_again(table: Table) -> None:
    table.calls("Done")
    table.calls("MoreTime")
    table.calls("Done")
    table.says("Yes")
    assert table.calls("MoreTime") == ["*not-understood*"]


def test_a_turn_that_balances_another_one_cannot_grow() -> None:
    table = Table()
    table.begin("amends", yes=5)
    assert table.calls("MoreTime") == ["*not-understood*"]


def test_a_turn_that_has_grown_warns_and_rings_anew(table: Table) -> None:
    assert table.wait(240) == ["*minute-left*"]
    table.calls("MoreTime")
    assert table.wait(119) == []
    assert table.wait(1) == ["*minute-left*"]
    assert table.wait(60)[0] == ENDED


def test_more_time_past_the_bell_counts_from_the_bell(table: Table) -> None:
    table.starts_to_speak()
    table.wait(310)
    assert table.calls("MoreTime") == ["[extended Ann 420]", "*heard*"]
    assert table.wait(50) == ["*minute-left*"]
    assert table.wait(60) == [ENDED]


def test_more_time_late_past_the_bell_brings_no_untrue_chime(table: Table) -> None:
    table.starts_to_speak()
    table.wait(410)
    table.calls("MoreTime")
    assert table.wait(10) == [ENDED]


def test_in_a_family_those_before_are_offered_and_those_after_are_granted() -> None:
    table = Table(["Ann", "Bo", "Cy", "Di"])
    table.begin("round", yes=4)
    table.calls("Done")
    table.calls("Done")
    table.calls("MoreTime")
    assert table.calls("Done") == [ENDED, "[end Cy 180]", "Ann, two minutes more?"]
    assert table.says("Yes") == ["[start Ann 120]", OPENED]
    assert table.calls("Done")[2:] == ["Bo, two minutes more?"]
    assert table.says("No") == ["Di, your day, three minutes.", "[start Di 180]", OPENED]
    assert table.calls("Done")[2:] == ["The round is over."]


def test_whoever_passes_has_still_been_given_the_same(table: Table) -> None:
    table.calls("Done")
    table.calls("MoreTime")
    assert table.calls("Pass")[2:] == ["Fine.", "Ann, two minutes more?"]


def test_free_talk_may_take_as_long_as_they_like() -> None:
    table = Table()
    table.begin("mirror")
    table.wait(790)
    while not table.is_at(Place.TALK):
        table.wait(7)
    assert table.says("MoreTime") == ["*heard*"]
    assert table.says("MoreTime") == ["*heard*"]
    assert table.wait(340) == []
    assert table.says("Done") == [ENDED, "When again?"]


# ---- asking on the floor ----------------------------------------------------------------------


def test_time_left_is_told_in_ticks_one_for_each_minute_begun(table: Table) -> None:
    assert table.calls("TimeLeft") == ["*tick*"] * 5
    table.wait(61)
    assert table.calls("TimeLeft") == ["*tick*"] * 4
    table.wait(238)
    assert table.calls("TimeLeft") == ["*tick*"]


def test_past_the_bell_the_bell_is_the_answer(table: Table) -> None:
    table.starts_to_speak()
    table.wait(301)
    assert table.calls("TimeLeft") == [ENDED]


@pytest.mark.parametrize(
    ("intent", "slots", "sentence"),
    [
        ("Repeat", {}, "Ann, tell, five minutes."),
        ("Help", {}, "This is help with turns."),
        ("HelpPage", {}, "This is the help page."),
        ("WhatDoYouRecord", {}, "I keep nothing you say."),
        ("GiveStarter", {"starter": "longing"}, "I miss."),
        ("Explain", {"explainer": "drift"}, "It drifts."),
    ],
)
def test_what_must_be_said_stops_the_clock_first(
    table: Table, intent: str, slots: dict[str, str], sentence: str
) -> None:
    table.slow_speech = True
    table.wait(100)
    assert table.calls(intent, **slots) == ["[paused Ann 300]", sentence]
    assert table.wait(10) == []
    assert table.finish() == ["[resumed Ann 300]", OPENED]
    assert table.wait(139.9) == []
    assert table.wait(0.1) == ["*minute-left*"]


def test_an_unknown_starter_is_not_understood(table: Table) -> None:
    assert table.calls("GiveStarter", starter="waltz") == ["*not-understood*"]
    assert table.calls("Explain") == ["*not-understood*"]


def test_the_voice_is_adjusted_without_a_word(table: Table) -> None:
    assert table.calls("Louder") == ["(voice 0.95 150)", "*heard*"]
    assert table.calls("Slower") == ["(voice 0.95 130)", "*heard*"]


def test_a_part_that_came_back_is_told_when_nobody_holds_the_floor(table: Table) -> None:
    table.happens(PartLost(Part.MICROPHONE))
    for part in (Part.MICROPHONE, Part.RECOGNIZER, Part.MICROPHONE):
        assert table.happens(PartBack(part)) == []
    assert table.calls("Done") == [
        ENDED,
        "[end Ann 300]",
        "I hear you again.",
        "Bo, tell, five minutes.",
        "[start Bo 300]",
        OPENED,
    ]
    assert table.calls("Repeat")[1] == "Bo, tell, five minutes."


def test_a_turn_is_told_to_clocks_outside_also_while_it_stands(table: Table) -> None:
    table.slow_speech = True
    table.wait(100)
    table.calls("Help")
    turn = table.conversation.turn
    assert turn is not None
    assert (turn.partner, turn.remaining(table.now + 50)) == (1, 200)
