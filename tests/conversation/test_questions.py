"""Questions: one at a time between two who just talk, and within rituals."""

import re

import pytest

from assistant.conversation.household import Memories
from assistant.conversation.table import Place
from tests.conversation.sitting import Table

LEVELS = {"one": 1, "two": 1, "three": 1, "four": 2, "five": 2, "six": 2}


def level(news: list[str]) -> int:
    """How deep the last apple among the news is."""
    question = next(line for line in reversed(news) if line.startswith("Apple"))
    return LEVELS.get(question.removeprefix("Apple ").rstrip("."), 3)


def asked(news: list[str]) -> list[str]:
    """The questions among the news."""
    return [line for line in news if re.match(r"Apple|Pear|Fig", line)]


# ---- one at a time ----------------------------------------------------------------------------


def test_a_question_is_asked_and_remembered_by_its_number_only() -> None:
    table = Table()
    used, question = table.says("GiveQuestion")
    number = int(used.removeprefix("(used apples ").rstrip(")"))
    assert question == f"Apple {['one', 'two', 'three'][number]}."
    assert table.memories.used == {"apples": {number}}
    assert table.is_at(Place.IDLE)


def test_without_a_deck_children_may_hear_every_question() -> None:
    table = Table()
    for _ in range(30):
        assert all(line.startswith("Apple") for line in asked(table.says("AnotherQuestion")))


def test_a_deck_can_be_named_also_for_the_next_one() -> None:
    table = Table()
    assert asked(table.says("GiveQuestion", deck="pears"))[0].startswith("Pear")
    assert asked(table.says("AnotherQuestion"))[0].startswith("Pear")
    assert asked(table.says("AnotherQuestion", deck="apples"))[0].startswith("Apple")


def test_an_unknown_deck_is_not_understood() -> None:
    table = Table()
    assert table.says("GiveQuestion", deck="plums") == ["*not-understood*"]
    assert table.says("AnotherQuestion", deck="plums") == ["*not-understood*"]


def test_two_answers_lead_a_level_deeper() -> None:
    table = Table()
    levels = [level(table.says("GiveQuestion"))]
    levels += [level(table.says("AnotherQuestion")) for _ in range(5)]
    assert levels == [1, 1, 2, 2, 3, 3]


def test_a_pass_leads_a_level_lighter_and_is_fine() -> None:
    table = Table()
    for _ in range(5):
        news = table.says("AnotherQuestion")
    assert level(news) == 3
    news = table.says("Pass")
    assert news[0] == "Fine."
    assert level(news) == 2


def test_lighter_and_deeper_on_request_and_a_word_where_there_is_none() -> None:
    table = Table()
    table.says("GiveQuestion")
    assert table.says("LighterQuestion")[0] == "The lightest."
    assert level(table.says("DeeperQuestion")) == 2
    assert level(table.says("DeeperQuestion")) == 3
    news = table.says("DeeperQuestion")
    assert (news[0], level(news)) == ("The deepest.", 3)
    assert level(table.says("LighterQuestion")) == 2


def test_another_deck_begins_light_again() -> None:
    table = Table()
    for _ in range(5):
        table.says("AnotherQuestion", deck="pears")
    assert level(table.says("GiveQuestion")) == 1


def test_no_question_comes_again_until_all_are_used_also_over_a_restart() -> None:
    table = Table(seed=3)
    questions = asked(table.says("GiveQuestion"))
    for number in range(8):
        if number % 3 == 0:
            table = Table(memories=table.memories, seed=number)
        questions += asked(table.says("AnotherQuestion"))
    assert len(set(questions)) == len(questions) == 9
    again = table.says("AnotherQuestion")
    assert re.fullmatch(r"\(used apples \d, apples anew\)", again[0])
    assert len(table.memories.used["apples"]) == 1


def test_pass_and_skip_without_a_question_mean_nothing() -> None:
    table = Table()
    assert table.says("Pass") == ["*not-understood*"]
    assert table.says("SkipQuestion") == ["*not-understood*"]


def test_after_a_stop_another_question_begins_anew() -> None:
    table = Table()
    table.says("GiveQuestion", deck="pears")
    table.says("Stop")
    assert asked(table.says("AnotherQuestion"))[0].startswith("Apple")


def test_the_question_is_repeated_on_request() -> None:
    table = Table()
    question = table.says("GiveQuestion")[1]
    assert table.says("Repeat") == [question]


def test_before_anything_was_said_there_is_nothing_to_repeat() -> None:
    assert Table().says("Repeat") == ["*not-understood*"]


# ---- for two who are alone --------------------------------------------------------------------


def test_tender_decks_ask_both_whether_they_are_alone() -> None:
    table = Table()
    assert table.says("GiveQuestion", deck="figs") == ["Ann, are you two alone?"]
    assert table.says("Yes") == ["Bo, are you two alone?"]
    assert asked(table.says("Yes"))[0].startswith("Fig")
    assert asked(table.says("AnotherQuestion"))[0].startswith("Fig")


@pytest.mark.parametrize("yes", [0, 1])
def test_one_who_does_not_say_so_is_enough_not_to_ask(yes: int) -> None:
    table = Table()
    table.says("GiveQuestion", deck="figs")
    for _ in range(yes):
        table.says("Yes")
    assert table.wait(14)[1:] == ["I take that as a no.", "Another time, then."]
    assert "figs" not in table.memories.used


def test_half_an_hour_later_others_may_sit_there_and_nothing_tender_is_asked() -> None:
    table = Table()
    table.says("GiveQuestion", deck="figs")
    table.says("Yes")
    table.says("Yes")
    table.wait(1800)
    assert asked(table.says("AnotherQuestion"))[0].startswith("Apple")
    table.says("GiveQuestion", deck="figs")
    table.says("Yes")
    table.says("Yes")
    table.wait(1800)
    assert table.says("GiveQuestion", deck="figs") == ["Ann, are you two alone?"]


# ---- in a ritual ------------------------------------------------------------------------------


def test_both_answer_before_the_next_question() -> None:
    table = Table()
    used, question, *rest = table.begin("quiz")
    assert used.startswith("(used apples")
    assert level([question]) == 1
    assert rest == ["Ann first, one minute.", "(starts 2)", "[start Ann 60]", "*turn-opens*"]
    assert table.wait(60)[2:] == ["And Bo, one minute.", "[start Bo 60]", "*turn-opens*"]


def test_two_answers_in_a_ritual_lead_deeper_and_a_pass_lighter() -> None:
    table = Table()
    assert level(table.begin("quiz")) == 1
    table.calls("Done")
    assert level(table.calls("Done")) == 2
    table.calls("Pass")
    assert level(table.calls("Done")) == 1


def test_on_the_floor_the_question_itself_is_repeated() -> None:
    table = Table()
    question = table.begin("quiz")[1]
    assert table.calls("Repeat")[1] == question
    table.calls("Done")
    assert table.calls("Repeat")[1] == question


def test_another_question_begins_again_for_everybody() -> None:
    table = Table()
    first = table.begin("quiz")[1]
    table.calls("Done")
    end, used, question, *rest = table.calls("AnotherQuestion")
    assert (end, used[:12]) == ("[end Bo 60]", "(used apples")
    assert question != first
    assert rest == ["Ann first, one minute.", "[start Ann 60]", "*turn-opens*"]
    assert level([question]) == 1


def test_skipping_a_question_is_a_pass() -> None:
    table = Table()
    table.begin("quiz")
    table.calls("DeeperQuestion")
    news = table.calls("SkipQuestion")
    assert news[:2] == ["[end Ann 60]", "Fine."]
    assert level(news) == 1


def test_deeper_on_the_floor() -> None:
    table = Table()
    table.begin("quiz")
    news = table.calls("DeeperQuestion")
    assert level(news) == 2
    assert news[-1] == "*turn-opens*"


def test_time_added_to_an_answer_is_added_to_all_answers_of_another_question() -> None:
    table = Table()
    table.begin("quiz")
    table.calls("Done")
    table.calls("MoreTime")
    assert table.calls("AnotherQuestion")[3:5] == ["Ann first, three minutes.", "[start Ann 180]"]
    table.calls("Done")
    assert "[end Bo 180]" in table.calls("Done")


def test_talking_together_another_question_or_a_lighter_one() -> None:
    table = Table()
    first = asked(table.begin("sofa"))
    assert table.is_at(Place.TALK)
    second = asked(table.says("AnotherQuestion"))
    passed = table.says("Pass")
    assert passed[0] == "Fine."
    assert len({*first, *second, *asked(passed)}) == 3
    assert table.wait(179) == []
    assert len(asked(table.wait(1))) == 1
    assert table.says("Done") == ["*turn-ends*", "The sofa is over."]


def test_free_talk_that_is_about_no_question_cannot_be_exchanged_for_one() -> None:
    table = Table()
    table.begin("quiz")
    for _ in range(6):
        table.calls("Done")
    assert table.is_at(Place.TALK)
    for intent in ("AnotherQuestion", "SkipQuestion", "LighterQuestion", "DeeperQuestion"):
        assert table.says(intent) == ["*not-understood*"]
    assert table.wait(60) == ["*turn-ends*", "The quiz is over."]


def test_a_turn_that_is_no_answer_cannot_be_exchanged_either() -> None:
    table = Table()
    table.says("GiveQuestion")
    table.begin("talk")
    assert table.calls("AnotherQuestion") == ["*not-understood*"]
    assert table.is_at(Place.FLOOR)


def test_after_a_ritual_its_questions_may_go_on() -> None:
    table = Table()
    table.begin("sofa")
    table.says("Done")
    table.says("Done")
    assert len(asked(table.says("AnotherQuestion"))) == 1


def test_a_bare_stop_in_free_talk_pauses_as_it_does_on_the_floor() -> None:
    table = Table()
    table.begin("sofa")
    assert table.says("Stop") == ["*paused*"]
    table.says("Continue")
    assert table.is_at(Place.TALK)
    assert table.calls("Stop") == ["Stopped."]


def test_business_is_answered_with_a_tick_and_one_sentence() -> None:
    table = Table()
    table.begin("sofa")
    table.wait(100)
    assert table.says("BusinessTalk") == ["*tick*", "That can wait."]
    assert table.wait(79) == []
    assert len(asked(table.wait(1))) == 1


def test_elsewhere_business_is_a_word_like_any_other() -> None:
    table = Table()
    table.begin("talk")
    assert table.calls("BusinessTalk") == []


def test_used_numbers_of_a_deck_that_has_become_shorter_do_no_harm() -> None:
    table = Table(memories=Memories(used={"apples": set(range(40)), "gone": {1}}))
    assert len(asked(table.says("GiveQuestion"))) == 1
