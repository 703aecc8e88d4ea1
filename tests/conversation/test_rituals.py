"""Compiling rituals: steps become beats, in the length that was asked for."""

from typing import Any

import msgspec
import pytest

from assistant.conversation import script as beats
from assistant.conversation.rituals import compile_ritual, pick_length
from assistant.conversation.script import Beat, Floor, Role, Script
from assistant.schema import Ritual
from tests.conversation.kitchen import kitchen

LINES = kitchen().lines
CONSENT = {"step": "consent", "ask": "{partner}?"}
CLOSE = {"step": "close", "text": "Over."}


def ritual(*steps: dict[str, Any], **other: Any) -> Ritual:
    """A ritual of these steps between consent and close."""
    data = {"title": "it", "lengths": {"usual": 10}, "steps": [CONSENT, *steps, CLOSE]}
    return msgspec.convert(data | other, Ritual)


def compiled(it: Ritual, *, length: str = "usual", people: int = 2, each_turn: int = 0) -> Script:
    """What comes after everybody has said yes."""
    script = compile_ritual(it, LINES, length=length, people=people, each_turn=each_turn)
    return script[1:]


def floors(script: Script) -> list[tuple[int, float, Role]]:
    """Who gets the floor, for how long, and what for."""
    return [(beat.position, beat.seconds, beat.role) for beat in script if isinstance(beat, Floor)]


def spoken(script: Script) -> list[str]:
    """The sentences, unfilled."""
    return [beat.text for beat in script if isinstance(beat, beats.Speak)]


# ---- lengths ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "minutes", "length"),
    [
        ("", 0, "usual"),
        ("usual", 0, "usual"),
        ("short", 0, "short"),
        ("long", 0, "long"),
        ("longest", 0, "marathon"),
        ("waltz", 0, "usual"),
        ("", 1, "short"),
        ("", 14, "usual"),
        ("", 38, "long"),
        ("", 500, "marathon"),
        ("short", 90, "marathon"),
    ],
)
def test_a_length_is_picked_by_name_or_minutes(name: str, minutes: int, length: str) -> None:
    it = ritual(lengths={"usual": 15, "short": 5, "marathon": 90, "long": 45})
    assert pick_length(it, name, minutes) == length


def test_lengths_that_have_no_such_name_are_picked_by_size() -> None:
    it = ritual(lengths={"middle": 20, "small": 10, "big": 30})
    assert pick_length(it, "short") == "small"
    assert pick_length(it, "long") == "big"
    assert pick_length(it, "longest") == "big"


def test_where_there_is_one_length_every_wish_is_that_one() -> None:
    for name in ("short", "long", "longest"):
        assert pick_length(ritual(), name) == "usual"


# ---- steps --------------------------------------------------------------------------------------


def test_everybody_is_asked_one_after_the_other_and_a_no_leaves() -> None:
    (ask, *_) = compile_ritual(ritual(), LINES, length="usual", people=3)
    for position in range(3):
        assert isinstance(ask, beats.Ask)
        assert (ask.asked, ask.seconds) == (position, 600)
        assert ask.no == (beats.Speak(LINES.another_time), beats.Leave())
        ask = ask.yes[0] if ask.yes else beats.Leave()
    assert ask == beats.Leave()


def test_turns_go_round_and_each_has_its_prompt() -> None:
    step = {
        "step": "turn",
        "prompt": "First.",
        "second_prompt": "Others.",
        "later_prompt": "Again.",
        "minutes": 2,
        "rounds": 2,
    }
    script = compiled(ritual(step, people="all"), people=3)
    assert spoken(script) == ["First.", "Others.", "Others.", "Again.", "Again.", "Again.", "Over."]
    assert floors(script) == [(at, 120, Role.TURN) for at in (0, 1, 2, 0, 1, 2)]


def test_the_listener_reflects_after_each_turn() -> None:
    step = {"step": "turn", "prompt": "Tell.", "minutes": 2, "reflect": 0.5}
    script = compiled(ritual(step))
    assert floors(script) == [
        (0, 120, Role.TURN),
        (1, 30, Role.REFLECT),
        (1, 120, Role.TURN),
        (0, 30, Role.REFLECT),
    ]
    assert spoken(script)[1] == LINES.reflect


def test_floors_of_one_round_are_one_group_and_those_of_one_partner_grow_never() -> None:
    each = {"step": "turn", "prompt": "Tell.", "minutes": 2, "reflect": 1, "rounds": 2}
    first = {"step": "turn", "prompt": "Tell.", "minutes": 2, "who": "first"}
    script = compiled(ritual(each, first))
    groups = [beat.group for beat in script if isinstance(beat, Floor)]
    assert groups == [1, 2, 1, 2, 3, 4, 3, 4, beats.UNEXTENDED]


def test_times_are_those_of_the_length() -> None:
    minutes = {"usual": 2, "long": 4}
    step = {
        "step": "turn",
        "prompt": "Tell.",
        "minutes": minutes,
        "rounds": {"usual": 1, "long": 2},
    }
    it = ritual(step, lengths={"usual": 10, "long": 20})
    assert floors(compiled(it)) == [(0, 120, Role.TURN), (1, 120, Role.TURN)]
    assert len(floors(compiled(it, length="long"))) == 4
    assert floors(compiled(it, length="long"))[0][1] == 240


def test_turns_of_a_time_that_was_asked_for_change_the_main_turns_only() -> None:
    main = {"step": "turn", "prompt": "Tell.", "minutes": 5}
    side = {"step": "turn", "prompt": "To end.", "minutes": 0.5}
    it = ritual(main, side)
    assert [seconds for _, seconds, _ in floors(compiled(it, each_turn=8))] == [480, 480, 30, 30]
    (ask, *_) = compile_ritual(it, LINES, length="usual", people=2, each_turn=8)
    assert isinstance(ask, beats.Ask)
    assert ask.seconds == 17 * 60


def test_turns_of_one_partner_keep_their_time_so_that_it_stays_fair() -> None:
    first = {"step": "turn", "prompt": "Tell.", "minutes": 5, "who": "first"}
    second = {"step": "turn", "prompt": "Own it.", "minutes": 2.5, "who": "second", "rounds": 2}
    script = compiled(ritual(first, second), each_turn=8)
    assert [seconds for _, seconds, _ in floors(script)] == [300, 150, 150]


def test_a_ritual_may_have_turns_after_an_answer_only() -> None:
    turn = {"step": "turn", "prompt": "Tell.", "minutes": 5}
    script = compiled(ritual({"step": "ask", "text": "More?", "yes": [turn]}), each_turn=3)
    ask = script[0]
    assert isinstance(ask, beats.Ask)
    assert (floors(ask.yes)[0], floors(ask.no)) == ((0, 180, Role.TURN), [])


def test_asking_each_takes_the_yes_of_all() -> None:
    step = {"step": "ask", "text": "{partner}, more?", "each": True, "yes": [CLOSE], "no": []}
    ask = compiled(ritual(step))[0]
    assert isinstance(ask, beats.Ask)
    inner = ask.yes[0]
    assert isinstance(inner, beats.Ask)
    assert (ask.asked, inner.asked, spoken(inner.yes)) == (0, 1, ["Over."])


def test_questions_are_drawn_and_answered_by_all() -> None:
    step = {"step": "question", "decks": ["apples"], "minutes": 1, "count": 2, "level": 2}
    script = compiled(ritual(step))
    assert [beat for beat in script if isinstance(beat, beats.Draw)] == [
        beats.Draw(("apples",), 2),
        beats.Draw(("apples",), None),
    ]
    assert floors(script) == [(at, 60, Role.ANSWER) for at in (0, 1, 0, 1)]


def test_questions_may_be_talked_about_together() -> None:
    step = {"step": "question", "decks": ["apples"], "minutes": 3, "together": True}
    script = compiled(ritual(step))
    assert script[:2] == (beats.Draw(("apples",), 1), beats.Rest(180, beats.Rest.Kind.TALK))


def test_who_is_first_is_asked_of_one_after_the_other() -> None:
    ask = compiled(ritual({"step": "first", "ask": "{first}?"}))[0]
    swaps = 0
    while isinstance(ask, beats.Ask):
        assert (ask.asked, ask.yes) == (0, ())
        swap, ask = ask.no[:2]
        assert swap == beats.SwapFirst()
        swaps += 1
    assert swaps == 2
    assert ask == beats.Speak(LINES.another_time)


def test_what_people_are_asked_to_do_is_what_repeat_says_again() -> None:
    def prompts(script: Script) -> list[Beat]:
        return [beat for beat in script if isinstance(beat, beats.Speak) and beat.prompt]

    turn = {"step": "turn", "prompt": "Tell.", "minutes": 1}
    question = {"step": "question", "decks": ["apples"], "minutes": 1}
    quiet = {"step": "breathe", "text": "Breathe.", "minutes": 1}
    assert len(prompts(compiled(ritual(turn)))) == 3
    assert len(prompts(compiled(ritual(question)))) == 1
    assert len(prompts(compiled(ritual(quiet)))) == 2


def test_two_who_must_be_alone_are_asked_that_first_and_one_person_is_not() -> None:
    (ask, *_) = compile_ritual(ritual(audience="alone"), LINES, length="usual", people=2)
    assert isinstance(ask, beats.Ask)
    assert ask.text == LINES.are_you_alone
    alone = ritual(audience="alone", people="one")
    (ask, *_) = compile_ritual(alone, LINES, length="usual", people=1)
    assert isinstance(ask, beats.Ask)
    assert ask.text == "{partner}?"
