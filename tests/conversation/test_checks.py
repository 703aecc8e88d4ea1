"""Content that would fail people in the middle of something is refused before, with its place."""

import dataclasses
from pathlib import Path
from typing import Any

import msgspec
import pytest

from assistant.content import load
from assistant.conversation.checks import Unusable, check_content, check_deck, check_ritual
from assistant.errors import BadContent
from assistant.schema import Deck
from tests.conversation.kitchen import kitchen, ours
from tests.conversation.test_rituals import CLOSE, CONSENT, ritual

DECKS = kitchen().decks
SAY = {"step": "say", "text": "Hello."}
LENGTHS = {"usual": 10, "long": 20}


def turn(minutes: Any = 1, **other: Any) -> dict[str, Any]:
    """A turn step."""
    return {"step": "turn", "prompt": "Tell.", "minutes": minutes} | other


def ask(*yes: dict[str, Any], no: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """A question with what follows it."""
    return {"step": "ask", "text": "More?", "yes": yes, "no": no}


def question(*decks: str, **other: Any) -> dict[str, Any]:
    """A question step."""
    return {"step": "question", "decks": decks, "minutes": 1} | other


FIRST = {"step": "first", "ask": "{first}?"}


def test_our_own_content_is_refused_nowhere() -> None:
    check_content(ours())
    check_content(kitchen())


@pytest.mark.parametrize(
    "steps",
    [
        [turn()],
        [turn(who="first"), turn(who="second")],
        [turn(5, who="first"), turn(2, who="second"), turn(3, who="second")],
        [turn(4, who="second", reflect=1), turn(2, who="first"), turn(1, who="first")],
        [ask(turn(who="first"), turn(who="second"))],
        [turn(), FIRST, turn(who="first"), turn(who="second")],
        [ask(FIRST), turn(who="first"), turn(who="second")],
        [turn(0.1, who="first", rounds=3), turn(0.3, who="second")],
    ],
)
def test_what_is_fair_is_not_refused(steps: list[dict[str, Any]]) -> None:
    check_ritual(ritual(*steps), DECKS)


@pytest.mark.parametrize(
    ("steps", "path", "problem"),
    [
        ([turn(2, who="first")], "$.steps", "the first has the floor for 2 minutes, the second"),
        ([turn(who="second")], "$.steps", "0 minutes, the second for 1"),
        ([turn(who="first", reflect=2), turn(who="second")], "$.steps", "the second for 3"),
        ([ask(turn(who="first"))], "$.steps[1].yes", "is unfair"),
        ([ask(no=(turn(who="first"),)), turn(who="second")], "$.steps[1].no", "is unfair"),
        ([ask(ask(turn(who="second")))], "$.steps[1].yes[0].yes", "is unfair"),
        ([turn(who="first"), FIRST, turn(who="second")], "$.steps[2]", "before both had the same"),
        (
            [turn(who="first"), ask(FIRST), turn(who="second")],
            "$.steps[2].yes[0]",
            "before both had the same",
        ),
        ([ask(turn(who="first"), FIRST)], "$.steps[1].yes[1]", "before both had the same"),
    ],
)  # fmt: skip
def test_unfair(steps: list[dict[str, Any]], path: str, problem: str) -> None:
    with pytest.raises(Unusable) as refused:
        check_ritual(ritual(*steps), DECKS)
    assert refused.value.path == path
    assert problem in refused.value.problem


def test_unfair_in_one_length_only() -> None:
    steps = [turn({"usual": 1, "long": 2}, who="first"), turn(who="second")]
    with pytest.raises(Unusable, match=r"first .* 2 minutes, .* second for 1 \(length long\)"):
        check_ritual(ritual(*steps, lengths=LENGTHS), DECKS)


@pytest.mark.parametrize("people", ["all", "one"])
def test_turns_of_one_partner_are_for_two(people: str) -> None:
    steps = [turn(who="first"), turn(who="second")]
    with pytest.raises(Unusable, match="is for rituals of two people") as refused:
        check_ritual(ritual(*steps, people=people), DECKS)
    assert refused.value.path == "$.steps[1].who"


@pytest.mark.parametrize(
    ("step", "path", "problem"),
    [
        (question("plums"), "$.steps[1].decks", "names the deck plums, which is not there"),
        (question(), "$.steps[1].decks", "names no deck"),
        (question("figs"), "$.steps[1].decks", "the deck figs is for two who are alone"),
        (turn({"usual": 1}), "$.steps[1].minutes", "must give each of the lengths usual, long"),
        (turn({"usual": 1, "long": 2, "short": 1}), "$.steps[1].minutes", "each of the lengths"),
        (turn(rounds={"long": 2}), "$.steps[1].rounds", "each of the lengths"),
        (turn(reflect={"long": 2}), "$.steps[1].reflect", "each of the lengths"),
        (question("apples", count={"long": 2}), "$.steps[1].count", "each of the lengths"),
        (SAY | {"text": "{minutes}."}, "$.steps[1].text", "says {minutes}, which is not there"),
        (
            SAY | {"text": "{speaker}."},
            "$.steps[1].text",
            "there are everyone, first",
        ),
        (SAY | {"text": "{first.x}."}, "$.steps[1].text", "hold no plain name"),
        (SAY | {"text": "{first."}, "$.steps[1].text", "do not match"),
        (SAY | {"text": "Hello}."}, "$.steps[1].text", "do not match"),
        (turn(prompt="{partner}."), "$.steps[1].prompt", "says {partner}"),
        (turn(later_prompt="{partner}."), "$.steps[1].later_prompt", "says {partner}"),
        (turn(reflect_prompt="{partner}."), "$.steps[1].reflect_prompt", "says {partner}"),
        (ask(SAY, SAY | {"text": "{x}."}), "$.steps[1].yes[1].text", "says {x}"),
        (ask(no=(question("plums"),)), "$.steps[1].no[0].decks", "names the deck plums"),
        (ask(CLOSE), "$.steps[1].yes", "close may only be the last step"),
        (CLOSE, "$.steps[2]", "can never be reached, it stands after close"),
    ],
)
def test_what_is_not_there_or_never_reached(step: dict[str, Any], path: str, problem: str) -> None:
    with pytest.raises(Unusable) as refused:
        check_ritual(ritual(step, lengths=LENGTHS), DECKS)
    assert refused.value.path == path
    assert problem in refused.value.problem


def test_a_family_table_hears_family_decks_only() -> None:
    with pytest.raises(Unusable, match="the deck pears is not for a family table"):
        check_ritual(ritual(question("apples", "pears"), audience="family"), DECKS)
    check_ritual(ritual(question("apples"), audience="family"), DECKS)
    check_ritual(ritual(question("figs"), audience="alone"), DECKS)


@pytest.mark.parametrize(
    ("steps", "path", "problem"),
    [
        ([CONSENT], "$.steps", "does not end with a close"),
        ([CONSENT, SAY], "$.steps", "does not end with a close"),
        ([], "$.steps", "does not end with a close"),
        ([CLOSE], "$.steps[0]", "asks nobody for consent"),
        ([SAY, turn(), CONSENT, CLOSE], "$.steps[1]", "asks nobody for consent"),
        ([ask(CONSENT), CLOSE], "$.steps[0]", "asks nobody for consent"),
    ],
)
def test_consent_comes_first_and_a_close_last(
    steps: list[dict[str, Any]], path: str, problem: str
) -> None:
    with pytest.raises(Unusable) as refused:
        check_ritual(ritual(steps=steps), DECKS)
    assert refused.value.path == path
    assert problem in refused.value.problem


def test_something_may_be_said_before_consent() -> None:
    check_ritual(ritual(steps=[SAY, SAY, SAY, CONSENT, CLOSE]), DECKS)


def test_a_ritual_has_a_length_and_a_plain_title() -> None:
    with pytest.raises(Unusable, match="names no length"):
        check_ritual(ritual(lengths={}), DECKS)
    with pytest.raises(Unusable, match=r"says \{when\}, which is not there; there are none here"):
        check_ritual(ritual(title="the {when}"), DECKS)


def test_a_deck_has_questions_and_nothing_to_fill_in() -> None:
    deck = {"title": "it", "audience": "family", "easy": [], "personal": [], "tender": []}
    with pytest.raises(Unusable, match="has no questions"):
        check_deck(msgspec.convert(deck, Deck))
    with pytest.raises(Unusable, match=r"says \{first\}") as refused:
        check_deck(msgspec.convert(deck | {"personal": ["Why?", "Why, {first}?"]}, Deck))
    assert refused.value.path == "$.personal[1]"


# ---- with file and line -------------------------------------------------------------------------


DECK = """\
# mine
title: it
audience: family
easy: [a, b]
personal:
  - c
  - '{d}'
tender: []
"""
EMPTY = """\
# mine
title: it
audience: family
easy: []
personal: []
tender: []
"""
UNFAIR = """\
title: it
lengths: {usual: 5}
steps:
  - step: consent
    ask: '{partner}?'
  - step: turn
    who: first
    prompt: Tell.
    minutes: 2
  - step: close
    text: Over.
"""
UNFILLED = """\
title: it
lengths: {usual: 5}
steps:
  - step: consent
    ask: '{partner}?'
  - step: ask
    text: More?
    yes:
      - step: say
        text: Hello {you}.
  - step: close
    text: Over.
"""


@pytest.mark.parametrize(
    ("name", "text", "line", "problem"),
    [
        ("lines.yaml", "stopped: Stopped.\n\npassed: Fine, {partner}.\n", 3, "says {partner}"),
        ("lines.yaml", "stopped: Stopped.\nsome_minutes: '{first}'\n", 2, "says {first}"),
        ("lines.yaml", "days:\n  today: Today\n  sunday: 'Sunday {'\n", 3, "do not match"),
        ("lines.yaml", "numbers:\n  1: one\n  2: '{number}'\n", 3, "says {number}"),
        ("starters.yaml", "starters:\n  mine: '{listener}.'\n", 2, "says {listener}"),
        ("starters.yaml", "reminders:\n  kind_word:\n    - Yes.\n    - '{x}'\n", 4, "says {x}"),
        ("decks/mine.yaml", DECK, 7, "says {d}"),
        ("decks/mine.yaml", EMPTY, 2, "has no questions"),
        ("rituals/mine.yaml", UNFAIR, 3, "is unfair"),
        ("rituals/mine.yaml", UNFILLED, 10, "says {you}"),
    ],
)
def test_a_household_is_told_where(
    tmp_path: Path, name: str, text: str, line: int, problem: str
) -> None:
    file = tmp_path / "voices" / "en" / name
    file.parent.mkdir(parents=True)
    file.write_text(text, "utf-8")
    with pytest.raises(BadContent) as refused:
        check_content(load("en", tmp_path))
    assert (refused.value.file, refused.value.line) == (str(file), line)
    assert problem in refused.value.problem
    assert "\n" not in str(refused.value)


def test_services_of_a_language_pack_are_never_filled_in() -> None:
    content = dataclasses.replace(ours(), services="Call {five}.")
    assert "{five}" in content.help_page()
