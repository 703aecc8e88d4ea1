"""Pausing, stopping, starting over and taking a break: every way out, and every way back."""

import pytest

from assistant.conversation.table import Place
from tests.conversation.sitting import Table

RESUMED = ["[resumed Ann 300]", "*turn-opens*"]


@pytest.fixture
def table() -> Table:
    """Ann holds the floor for five minutes, 100 seconds of which have passed."""
    table = Table()
    table.begin("talk")
    table.wait(100)
    return table


# ---- pause ------------------------------------------------------------------------------------


def test_a_pause_stops_the_clock_until_somebody_goes_on(table: Table) -> None:
    assert table.calls("Pause") == ["[paused Ann 300]", "*paused*"]
    assert table.wait(200) == []
    assert table.says("Continue") == RESUMED
    assert table.wait(139.9) == []
    assert table.wait(0.1) == ["*minute-left*"]


def test_a_pause_is_reminded_of_at_five_minutes_and_closed_at_ten(table: Table) -> None:
    table.calls("Pause")
    assert table.wait(299.9) == []
    assert table.wait(0.1) == ["Still paused."]
    assert table.wait(299.9) == []
    assert table.wait(0.1) == ["[end Ann 300]", "I leave it here."]
    assert table.is_at(Place.IDLE)


def test_questions_in_a_pause_do_not_make_it_longer(table: Table) -> None:
    table.calls("Pause")
    table.wait(200)
    assert table.says("Help") == ["This is help with turns."]
    assert table.says("TimeLeft") == ["About three minutes left."]
    assert table.wait(100) == ["Still paused."]
    assert table.says("Continue") == RESUMED


def test_a_pause_after_the_bell_leaves_the_speaker_the_time_to_finish(table: Table) -> None:
    table.starts_to_speak()
    table.wait(200)
    table.calls("Pause")
    table.wait(60)
    assert table.says("Continue") == RESUMED
    assert table.wait(119) == []
    assert table.wait(1)[0] == "[end Ann 300]"


def test_a_question_may_be_paused_and_is_asked_anew() -> None:
    table = Table()
    table.says("StartRitual", ritual="talk")
    assert table.says("Pause") == ["*paused*"]
    assert table.says("TimeLeft") == ["*not-understood*"]
    assert table.says("Repeat") == ["Ann, the talk, twelve minutes?"]
    assert table.wait(100) == []
    assert table.says("Continue") == ["Ann, the talk, twelve minutes?"]
    assert table.says("Yes") == ["Bo, the talk, twelve minutes?"]


def test_quiet_and_free_talk_stand_still_as_well() -> None:
    table = Table()
    table.begin("mirror")
    table.wait(20)
    assert table.says("Pause") == ["*paused*"]
    table.wait(100)
    assert table.says("Continue") == []
    assert table.is_at(Place.QUIET)
    assert table.wait(39.9) == []
    assert table.wait(0.1)[0] == "*turn-ends*"


def test_an_aside_in_the_quiet_does_not_use_it_up() -> None:
    table = Table(slow_speech=True)
    table.says("StartRitual", ritual="mirror")
    table.finish()
    table.says("Yes")
    table.finish()
    table.says("Yes")
    table.finish()
    table.wait(20)
    assert table.says("TimeLeft") == ["About forty seconds left."]
    table.wait(15)
    table.finish()
    assert table.wait(39.9) == []
    assert table.wait(0.1)[0] == "*turn-ends*"


# ---- stop -------------------------------------------------------------------------------------


def test_a_bare_stop_on_the_floor_only_pauses_because_people_say_it_to_each_other(
    table: Table,
) -> None:
    assert table.says("Stop") == ["[paused Ann 300]", "*paused*"]
    assert table.says("Continue") == RESUMED


def test_a_stop_that_is_meant_ends_it_and_nothing_else_is_said(table: Table) -> None:
    assert table.calls("Stop") == ["[end Ann 300]", "Stopped."]
    assert table.is_at(Place.IDLE)
    assert table.wait(3600) == []


def test_a_second_bare_stop_is_meant(table: Table) -> None:
    table.says("Stop")
    assert table.says("Stop") == ["[end Ann 300]", "Stopped."]


def test_stop_ends_a_question_too() -> None:
    table = Table()
    table.says("StartRitual", ritual="talk")
    assert table.says("Stop") == ["Stopped."]


def test_stop_cuts_in_while_it_speaks() -> None:
    table = Table(slow_speech=True)
    table.says("StartRitual", ritual="talk")
    assert table.says("Stop") == ["(hush)", "Stopped."]
    assert table.finish() == []
    assert table.is_at(Place.IDLE)


def test_the_end_of_a_sentence_that_was_cut_off_means_nothing(table: Table) -> None:
    table.slow_speech = True
    table.calls("Help")
    cut_off = table.last_id
    table.calls("Stop")
    table.last_id, last = cut_off, table.last_id
    assert table.finish() == []
    assert table.is_at(Place.SPEAKING)
    table.last_id = last
    table.finish()
    assert table.is_at(Place.IDLE)


def test_when_nothing_goes_on_stop_is_only_heard() -> None:
    table = Table()
    assert table.says("Stop") == ["*heard*"]


# ---- start over -------------------------------------------------------------------------------


def test_starting_over_asks_both_again_and_begins_with_the_same(table: Table) -> None:
    assert table.calls("StartOver") == ["[end Ann 300]", "Ann, the talk, twelve minutes?"]
    table.says("Yes")
    assert table.says("Yes")[1:] == ["(starts 2)", "[start Ann 300]", "*turn-opens*"]


def test_starting_over_keeps_the_length_and_gives_no_time_of_before() -> None:
    table = Table()
    table.begin("talk", length="short")
    table.calls("MoreTime")
    assert table.calls("StartOver") == ["[end Ann 240]", "Ann, the talk, six minutes?"]
    table.says("Yes")
    assert "[start Ann 120]" in table.says("Yes")


def test_starting_over_where_nothing_can_be_is_heard() -> None:
    table = Table()
    table.says("ForgetEverything")
    assert table.says("StartOver") == ["*heard*"]
    assert table.is_at(Place.IDLE)


# ---- a break ----------------------------------------------------------------------------------


def test_a_break_takes_twenty_minutes_and_then_it_goes_on(table: Table) -> None:
    assert table.calls("TakeBreak") == ["[paused Ann 300]", "A break of twenty minutes."]
    assert table.is_at(Place.BREAK)
    assert table.wait(1199) == []
    assert table.wait(1) == ["*turn-ends*", "Ready, or later?"]
    assert table.says("Yes") == ["Ann, still your turn, three minutes.", *RESUMED]
    assert table.wait(139.9) == []
    assert table.wait(0.1) == ["*minute-left*"]


def test_those_who_come_back_from_a_break_have_time_and_may_talk(table: Table) -> None:
    table.calls("TakeBreak")
    table.wait(1200)
    assert table.wait(119) == []
    assert [table.mumbles() for _ in range(4)] == [[]] * 4
    assert table.wait(1) == ["Ready, or later?"]
    assert table.wait(119) == []
    assert table.says("Yes")[1:] == RESUMED


def test_a_break_may_end_early_when_they_are_back(table: Table) -> None:
    table.calls("TakeBreak")
    table.wait(600)
    assert table.says("TimeLeft") == ["About ten minutes left."]
    assert table.says("Continue") == ["*turn-ends*", "Ready, or later?"]


def test_later_asks_for_a_time_within_a_day(table: Table) -> None:
    table.calls("TakeBreak")
    table.wait(1200)
    assert table.says("NotNow") == ["Later, then.", "When, today or tomorrow?"]
    assert table.says("AgreeDate", day="sunday", time="8:00") == [
        "Too far.",
        "When, today or tomorrow?",
    ]
    assert table.says("AgreeSameTime") == ["Too far.", "When, today or tomorrow?"]
    assert table.says("AgreeDate", day="tomorrow", time="8:00", half="evening") == [
        "(date talk tomorrow 8:00 evening)",
        "Tomorrow at eight o'clock in the evening, then.",
        "[end Ann 300]",
    ]
    assert table.is_at(Place.IDLE)


def test_after_a_break_silence_is_later_and_needs_no_date(table: Table) -> None:
    table.calls("TakeBreak")
    table.wait(1200)
    assert table.wait(240) == [
        "Ready, or later?",
        "I take that as a no.",
        "Later, then.",
        "When, today or tomorrow?",
    ]
    assert table.wait(14) == [
        "When, today or tomorrow?",
        "I take that as a no.",
        "No date.",
        "[end Ann 300]",
    ]


def test_a_break_can_be_stopped(table: Table) -> None:
    table.calls("TakeBreak")
    assert table.says("Stop") == ["[end Ann 300]", "Stopped."]


def test_help_is_there_also_during_a_break(table: Table) -> None:
    table.calls("TakeBreak")
    assert table.says("HelpPage") == ["This is the help page."]
    assert table.is_at(Place.BREAK)


def test_a_break_out_of_a_pause_goes_on_with_what_was_paused(table: Table) -> None:
    table.calls("Pause")
    assert table.says("TakeBreak") == ["A break of twenty minutes."]
    table.wait(1200)
    assert table.says("Yes")[1:] == RESUMED


def test_two_who_just_talk_can_take_a_break_and_come_back_to_listening_turns() -> None:
    table = Table()
    assert table.says("TakeBreak") == ["A break of twenty minutes."]
    table.wait(1200)
    table.says("NotNow")
    assert table.says("AgreeDate", day="tonight", time="9:00")[0] == (
        "(date listening-turns tonight 9:00)"
    )
    assert table.is_at(Place.IDLE)


def test_back_from_a_break_outside_a_ritual_nothing_goes_on() -> None:
    table = Table()
    table.says("TakeBreak")
    table.wait(1200)
    assert table.says("Yes") == []
    assert table.is_at(Place.IDLE)
