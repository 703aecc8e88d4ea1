"""Agreeing to begin: both are asked apart, and nobody has to say why not."""

from assistant.conversation.table import Place
from assistant.events import VoiceEnded, VoiceStarted
from tests.conversation.sitting import Table


def test_both_are_asked_and_the_first_opens_the_floor() -> None:
    table = Table()
    assert table.says("StartRitual", ritual="talk") == ["Ann, the talk, twelve minutes?"]
    assert table.says("Yes") == ["Bo, the talk, twelve minutes?"]
    assert table.says("Yes") == [
        "Ann, tell, five minutes.",
        "(starts 2)",
        "[start Ann 300]",
        "*turn-opens*",
    ]


def test_a_no_of_the_first_ends_it_and_the_second_is_not_asked() -> None:
    table = Table()
    table.says("StartRitual", ritual="talk")
    assert table.says("No") == ["Another time, then."]
    assert table.is_at(Place.IDLE)


def test_a_no_of_the_second_ends_it_just_the_same() -> None:
    table = Table()
    table.begin("talk", yes=1)
    assert table.says("NotNow") == ["Another time, then."]
    assert table.is_at(Place.IDLE)


def test_a_pass_is_a_no() -> None:
    table = Table()
    table.says("StartRitual", ritual="talk")
    assert table.says("Pass") == ["Another time, then."]


def test_a_ritual_may_have_its_own_words_for_a_no() -> None:
    table = Table()
    assert table.begin("amends", yes=2) == ["Be calm.", "Ann, amends?"]
    assert table.says("No") == ["Not now, then."]


def test_silence_is_asked_once_more_after_seven_seconds_and_then_taken_as_no() -> None:
    table = Table()
    table.says("StartRitual", ritual="talk")
    assert table.wait(6.9) == []
    assert table.wait(0.1) == ["Ann, the talk, twelve minutes?"]
    assert table.wait(6.9) == []
    assert table.wait(0.1) == ["I take that as a no.", "Another time, then."]
    assert table.wait(3600) == []
    assert table.is_at(Place.IDLE)


def test_not_understood_twice_is_asked_once_more_and_then_taken_as_no() -> None:
    table = Table()
    table.says("StartRitual", ritual="talk")
    assert table.mumbles() == ["*not-understood*"]
    assert table.mumbles() == ["Ann, the talk, twelve minutes?"]
    assert table.mumbles() == ["*not-understood*"]
    assert table.mumbles() == ["I take that as a no.", "Another time, then."]
    assert table.mumbles() == []


def test_whoever_was_not_understood_has_seven_seconds_again() -> None:
    table = Table()
    table.says("StartRitual", ritual="talk")
    table.wait(6)
    table.mumbles()
    assert table.wait(6.9) == []
    assert table.says("Yes") == ["Bo, the talk, twelve minutes?"]


def test_whoever_is_still_speaking_is_not_interrupted_by_the_question() -> None:
    table = Table()
    table.says("StartRitual", ritual="talk")
    table.wait(5)
    table.happens(VoiceStarted())
    assert table.wait(20) == []
    table.happens(VoiceEnded())
    assert table.wait(7) == ["Ann, the talk, twelve minutes?"]


def test_a_voice_that_never_ends_does_not_hold_the_question_for_ever() -> None:
    table = Table()
    table.happens(VoiceStarted())
    table.says("StartRitual", ritual="talk")
    assert table.wait(119) == []
    assert table.wait(2) == ["Ann, the talk, twelve minutes?"]
    table.wait(120)
    assert table.is_at(Place.IDLE)


def test_the_answer_window_opens_when_the_question_has_been_spoken() -> None:
    table = Table(slow_speech=True)
    table.says("StartRitual", ritual="talk")
    assert table.wait(20) == []
    table.finish()
    assert table.is_at(Place.ASKED)
    assert table.wait(7) == ["Ann, the talk, twelve minutes?"]


def test_help_in_between_does_not_use_up_the_question() -> None:
    table = Table()
    table.says("StartRitual", ritual="talk")
    assert table.says("Help") == ["This is help with turns.", "Ann, the talk, twelve minutes?"]
    assert table.wait(7) == ["Ann, the talk, twelve minutes?"]


def test_the_question_is_repeated_on_request_as_often_as_wanted() -> None:
    table = Table()
    table.says("StartRitual", ritual="talk")
    for _ in range(3):
        assert table.says("Repeat") == ["Ann, the talk, twelve minutes?"]
    assert table.says("Yes") == ["Bo, the talk, twelve minutes?"]


def test_an_unknown_ritual_is_not_understood() -> None:
    table = Table()
    assert table.says("StartRitual", ritual="waltz") == ["*not-understood*"]
    assert table.says("StartRitual") == ["*not-understood*"]
    assert table.is_at(Place.IDLE)


# ---- who is asked, and who begins -----------------------------------------------------------


def test_partners_take_turns_in_beginning_once_a_ritual_has_really_begun() -> None:
    table = Table()
    table.begin("talk")
    table.calls("Stop")
    assert table.says("StartRitual", ritual="talk") == ["Bo, the talk, twelve minutes?"]
    table.says("Yes")
    assert table.says("Yes")[:3] == ["Bo, tell, five minutes.", "(starts 1)", "[start Bo 300]"]


def test_a_ritual_that_was_refused_or_stopped_before_the_floor_changes_nobodys_turn() -> None:
    table = Table()
    table.begin("talk", yes=1)
    table.says("No")
    table.begin("mirror")
    assert table.is_at(Place.QUIET)
    assert table.says("Stop") == ["Stopped."]
    assert table.memories.starts == 1


def test_who_begins_is_remembered_over_a_restart() -> None:
    table = Table()
    table.begin("talk")
    later = Table(memories=table.memories)
    assert later.says("StartRitual", ritual="talk") == ["Bo, the talk, twelve minutes?"]


def test_a_ritual_about_one_of_them_asks_who_is_first() -> None:
    table = Table()
    assert table.begin("amends", yes=4) == ["Ann, are you the one who was hurt?"]
    assert table.says("No") == ["Bo, are you the one who was hurt?"]
    assert table.says("Yes") == [
        "Bo, what hurt, three minutes.",
        "(starts 1)",
        "[start Bo 180]",
        "*turn-opens*",
    ]
    assert table.calls("Done")[2:4] == ["Ann, own it, three minutes.", "[start Ann 180]"]


def test_without_anybody_who_is_first_the_ritual_ends() -> None:
    table = Table()
    table.begin("amends", yes=4)
    table.wait(7)
    assert table.wait(7) == ["I take that as a no.", "Bo, are you the one who was hurt?"]
    assert table.says("No") == ["Another time, then."]
    assert table.is_at(Place.IDLE)


def test_a_ritual_for_two_who_are_alone_asks_that_of_both_first() -> None:
    table = Table()
    assert table.says("StartRitual", ritual="amends") == ["Ann, are you two alone?"]
    assert table.says("Yes") == ["Bo, are you two alone?"]
    assert table.says("No") == ["Another time, then."]
    assert table.begin("amends", yes=2) == ["Be calm.", "Ann, amends?"]


def test_a_family_is_asked_one_by_one_and_a_ritual_of_two_asks_the_first_two() -> None:
    family = Table(["Ann", "Bo", "Cy"])
    assert family.says("StartRitual", ritual="round") == ["Ann, a round?"]
    assert family.says("Yes") == ["Bo, a round?"]
    assert family.says("Yes") == ["Cy, a round?"]
    assert family.says("Yes")[0] == "Ann, your day, one minute."
    family.calls("Stop")
    assert family.says("StartRitual", ritual="talk") == ["Bo, the talk, twelve minutes?"]
    assert family.says("Yes") == ["Ann, the talk, twelve minutes?"]


def test_one_person_is_asked_once() -> None:
    table = Table()
    assert table.says("StartRitual", ritual="alone") == ["A pause for yourself?"]
    assert table.says("Yes") == ["Breathe."]
    assert table.wait(120) == ["*turn-ends*", "The pause is over."]
    assert table.is_at(Place.IDLE)


# ---- how long -------------------------------------------------------------------------------


def test_a_length_may_be_named_or_given_in_minutes() -> None:
    table = Table()
    short = "Ann, the talk, six minutes?"
    assert table.says("StartRitual", ritual="talk", length="short") == [short]
    table.says("No")
    assert table.says("StartRitual", ritual="talk", minutes=7) == [short]
    table.says("No")
    assert table.says("StartRitual", ritual="talk", minutes=60) == [
        "Ann, the talk, twenty-four minutes?"
    ]


def test_turns_may_be_as_long_as_they_like() -> None:
    table = Table()
    assert table.says("StartTurns", minutes=2) == ["Ann, turns, five minutes?"]
    table.says("Yes")
    assert table.says("Yes")[:3] == ["Ann, a turn of two minutes.", "(starts 2)", "[start Ann 120]"]
    table.calls("Done")
    assert table.calls("Done")[3] == "[start Ann 30]"


def test_a_wish_that_makes_no_sense_is_the_usual_length() -> None:
    for minutes in (0, -5, 61, 10**9, "many"):
        table = Table()
        table.says("StartTurns", minutes=minutes)
        table.says("Yes")
        assert "[start Ann 300]" in table.says("Yes")


def test_an_hour_each_is_not_too_long() -> None:
    table = Table()
    table.says("StartTurns", minutes=60)
    table.says("Yes")
    assert "[start Ann 3600]" in table.says("Yes")
