"""The decks of questions: how many, how they are worded, and that no two are alike."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
import yaml
from rapidfuzz import fuzz, process

from assistant.schema import Deck

ROOT = Path(__file__).parents[2]
FAMILY = {"light", "family-dinner", "wonder", "when-we-were-little"}
ALONE = {"intimacy", "repair", "parenthood", "recovery", "hard-season"}
COUPLE = {
    "memories",
    "dreams",
    "appreciation",
    "inner-world",
    "stress",
    "distance",
    "rituals-and-play",
}
NAMES = sorted(FAMILY | ALONE | COUPLE)

LONGEST = 18
"""Words in a question that is heard once and understood."""
ALIKE = 88.0
"""Two questions are alike from this `token_sort_ratio` on."""

OPENERS = "what which when how where who whose why tell"
"""Words that open a question nobody can answer by yes or no."""
LEADING = "at in on for from with to"
"""Words that may stand before an opener: "at what moment"."""
CLOSED = """
do does did is are am was were be have has had would can could should shall will may might must
don't doesn't didn't isn't aren't wasn't weren't haven't hasn't wouldn't can't couldn't won't
"""
"""Words that open a question of yes or no, also in its second half: "if it rains, would you"."""
NUMBERS = ("how many ", "how often ", "how old ", "how long ", "how much ")
"""Open in form, but answered by one number."""

GENDER_AND_MARRIAGE = """
husband wife wives spouse marriage married marry wedding honeymoon anniversary divorce fiance
boyfriend girlfriend he she him her his hers himself herself man woman men women boy girl
mother father mom dad mum sister brother
"""
FIRST_PERSON = "i me my mine myself we us our ours ourselves let's"
CHILDREN = "child children kid kids baby babies toddler teenager son daughter sitter"
COUPLE_TALK = "partner partner's couple couples lover lovers romance romantic kiss sex"
DIAGNOSIS_OR_PAST_USE = """
addict addicted addiction relapse sober clean drunk drink drinking alcohol drug drugs wine beer
substance craving cravings trigger triggers trauma disorder depressed toxic narcissist
"""
BLAME = ("why did", "why do", "why does", "why don't", "your fault", "their fault")
ADVICE = ("you should", "you must", "you ought", "have to try", "try to", "remember to")


def clauses(question: str) -> list[list[str]]:
    """The question in lower-case words, cut where a voice pauses."""
    parts = re.split(r"[,.?!]\s*", question.lower())
    return [words for part in parts if (words := part.split())]


def words_of(question: str) -> set[str]:
    return {word for clause in clauses(question) for word in clause}


def opens(clause: list[str]) -> bool:
    first = clause[1:] if clause[0] in LEADING.split() else clause
    return bool(first) and first[0] in OPENERS.split()


def closed(question: str) -> bool:
    """Whether the question can be answered by yes, by no or by one number."""
    parts = clauses(question)
    lowered = question.lower()
    return (
        any(clause[0] in CLOSED.split() for clause in parts)
        or not any(opens(clause) for clause in parts)
        or lowered.startswith(NUMBERS)
        or lowered.endswith("or not?")
    )


def pairs_alike(questions: list[str]) -> list[tuple[str, str]]:
    """Pairs that are nearly the same, whatever the order of their words."""
    scores = process.cdist(
        questions, questions, scorer=fuzz.token_sort_ratio, processor=str.lower, score_cutoff=ALIKE
    )
    first, second = np.nonzero(np.triu(scores, k=1))
    return [(questions[i], questions[j]) for i, j in zip(first, second, strict=True)]


@cache
def deck(name: str) -> Deck:
    text = (ROOT / "voices/en/decks" / f"{name}.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Deck)


def texts(name: str) -> list[str]:
    return [text for _, text in deck(name).questions()]


def everything() -> list[str]:
    return [text for name in NAMES for text in texts(name)]


def test_the_decks_are_those_that_can_be_asked_for() -> None:
    common = yaml.safe_load((ROOT / "intents/en/_common.yaml").read_text(encoding="utf-8"))
    spoken = {value["out"] for value in common["lists"]["deck"]["values"]}
    files = {path.stem for path in (ROOT / "voices/en/decks").iterdir()}
    assert files == spoken == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_deck_has_forty_questions_on_three_levels(name: str) -> None:
    counts = [len(level) for level in (deck(name).easy, deck(name).personal, deck(name).tender)]
    assert sum(counts) == 40
    assert min(counts) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_a_deck_says_for_whom_it_is(name: str) -> None:
    expected = "family" if name in FAMILY else "alone" if name in ALONE else "couple"
    assert deck(name).audience == expected


def test_a_family_finds_at_least_160_questions() -> None:
    assert sum(len(texts(name)) for name in NAMES if deck(name).audience == "family") >= 160


@pytest.mark.parametrize("name", NAMES)
def test_a_title_fits_into_a_sentence(name: str) -> None:
    assert re.fullmatch(r"[a-z]+( [a-z]+)*", deck(name).title)


@pytest.mark.parametrize("name", NAMES)
def test_no_question_can_be_answered_by_yes_or_no(name: str) -> None:
    assert [text for text in texts(name) if closed(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Do you like dancing?",
        "Would you move to another town?",
        "If it rains, would you still go?",
        "When you are tired, do you go quiet?",
        "What a lovely day, isn't it?",
        "Your best day was a Tuesday?",
        "How often do the two of you laugh?",
        "Tell your partner whether you are glad or not?",
    ],
)
def test_a_question_of_yes_or_no_would_be_noticed(text: str) -> None:
    assert closed(text)


@pytest.mark.parametrize("name", NAMES)
def test_questions_are_heard_once_and_understood(name: str) -> None:
    assert [text for text in texts(name) if len(text.split()) > LONGEST] == []
    # Nothing that a speech engine stumbles over: digits, quotes, brackets, colons, abbreviations.
    assert [t for t in texts(name) if not re.fullmatch(r"[A-Z][A-Za-z' ,-]*[?.]", t)] == []
    assert [t for t in texts(name) if t.endswith(".") != t.startswith("Tell ")] == []


def test_no_two_questions_are_alike() -> None:
    assert pairs_alike(everything()) == []


def test_two_questions_alike_would_be_noticed() -> None:
    twin = "At this very moment, which part of you needs more room?"
    original = "Which part of you needs more room at this moment?"
    assert pairs_alike([*texts("light"), original, twin]) == [(original, twin)]


@pytest.mark.parametrize("name", NAMES)
def test_openings_vary_within_a_deck(name: str) -> None:
    openings = [tuple(text.split()[:3]) for text in texts(name)]
    first_words = [opening[0] for opening in openings]
    assert max(map(first_words.count, first_words)) <= 20
    assert max(map(openings.count, openings)) <= 6
    runs = [
        text for (a, b), text in zip(pairwise(openings), texts(name)[1:], strict=True) if a == b
    ]
    assert runs == []


def unfit(name: str, audience: str, text: str) -> set[str]:
    """The words and turns of phrase that have no place in this question."""
    lists = [GENDER_AND_MARRIAGE, FIRST_PERSON, DIAGNOSIS_OR_PAST_USE]
    if audience == "family":
        lists.append(COUPLE_TALK)
    elif name != "parenthood":
        lists.append(CHILDREN)
    forbidden = {word for words in lists for word in words.split()}
    phrases = BLAME + ADVICE + (("the two of you",) if audience == "family" else ())
    return (words_of(text) & forbidden) | {p for p in phrases if p in text.lower()}


@pytest.mark.parametrize("name", NAMES)
def test_questions_assume_blame_and_advise_nothing(name: str) -> None:
    found = {text: unfit(name, deck(name).audience, text) for text in texts(name)}
    assert {text: bad for text, bad in found.items() if bad} == {}


@pytest.mark.parametrize(
    ("name", "audience", "text"),
    [
        ("memories", "couple", "What did your wife wear?"),
        ("memories", "couple", "What do we remember?"),
        ("dreams", "couple", "Where should the children grow up?"),
        ("light", "family", "What do you love about your partner?"),
        ("wonder", "family", "What would the two of you see?"),
        ("recovery", "alone", "When did you last drink?"),
        ("repair", "alone", "Why did you say that?"),
        ("stress", "couple", "What do you think you should do?"),
    ],
)
def test_an_unfit_question_would_be_noticed(name: str, audience: str, text: str) -> None:
    assert unfit(name, audience, text)
