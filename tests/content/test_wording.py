"""How the assistant speaks: its own words, plain and calm, never praise, scores or verdicts."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.article_runs import hash_of, hashes_of, read_hashes, runs, write_hashes

ROOT = Path(__file__).parents[2]
VOICES = ROOT / "voices"
RUNS = Path(__file__).parent / "article_runs.bin"
UNSPOKEN = {"step", "decks", "audience", "people", "who", "voice"}
"""Keys whose texts are names, never said."""
LONGEST_SENTENCE = 24
"""Words: what is heard once is remembered to its end."""
LONGEST_PROMPT = 40
"""Words: a prompt is a sentence or a few."""

NOT_SPEAKABLE = re.compile(r"[0-9()\[\]<>/\\&%#*_@|;]|\b(e\.g|i\.e|etc|mr|mrs|vs)\b", re.IGNORECASE)
SCORES = re.compile(
    r"\b(scores?|points|streaks?|badges?|trophy|winner|level up|ranking|rated?|percent)\b",
    re.IGNORECASE,
)
PRAISE = re.compile(
    r"\b(good (job|work|one|answer|going)|great|well done|nicely|excellent|amazing|awesome"
    r"|fantastic|brilliant|perfect(ly)?|proud of you|congratulations|bravo|impressive)\b",
    re.IGNORECASE,
)
VERDICTS = re.compile(
    r"\b(wrong of you|your fault|toxic|disorder|diagnos\w*|cure\w*|guarantee\w*|i promise"
    r"|spoke (longer|more)|talked (longer|more)|talks too)\b",
    re.IGNORECASE,
)
ADVICE = re.compile(r"\b(should|shouldn't|ought|must)\b", re.IGNORECASE)
NOT_FOR_EVERYONE = re.compile(
    r"\b(husbands?|wife|wives|marriages?|married|spouses?|boyfriends?|girlfriends?"
    r"|he|she|him|his|hers?)\b",
    re.IGNORECASE,
)


def texts_in(value: Any, key: str = "") -> Iterator[str]:
    """Give every text of a file's content that is said aloud."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from texts_in(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner, key)
    elif isinstance(value, str) and key not in UNSPOKEN:
        yield value


def spoken(pattern: str) -> list[tuple[str, str]]:
    """Every spoken text of the files of a pattern, with the file's name."""
    files = sorted(VOICES.glob(pattern))
    assert files, pattern
    return [
        (file.name, " ".join(text.split()))
        for file in files
        for text in texts_in(yaml.safe_load(file.read_text("utf-8")))
    ]


def own_words() -> list[tuple[str, str]]:
    """What the assistant says of its own; in the decks one partner asks the other."""
    return spoken("*/*.yaml") + spoken("*/rituals/*.yaml")


def sentences(text: str) -> list[str]:
    """Split a text where the voice pauses long: at full stops, question marks and colons."""
    return [part for part in re.split(r"[.?!:]+(?:\s|$)", text) if part]


def found(pattern: re.Pattern[str], texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The texts in which a pattern occurs; names in braces are not words."""
    return [(file, text) for file, text in texts if pattern.search(re.sub(r"\{\w+\}", "X", text))]


# ---- its own words ---------------------------------------------------------------------------


def copied(text: str, articles: frozenset[bytes]) -> list[str]:
    """The runs of eight words that a text shares with the articles."""
    return [run for run in runs(text) if hash_of(run) in articles]


def test_no_eight_words_in_a_row_are_from_the_articles() -> None:
    articles = read_hashes(RUNS)
    texts = spoken("**/*.yaml")
    texts += [(f.name, f.read_text("utf-8")) for f in (ROOT / "intents").glob("**/*.yaml")]
    texts += [(f.name, f.read_text("utf-8")) for f in (ROOT / "docs").glob("*.md")]
    assert [(file, run) for file, text in texts for run in copied(text, articles)] == []


def test_the_hashes_are_those_of_whole_articles() -> None:
    assert RUNS.stat().st_size % len(hash_of("")) == 0
    assert len(read_hashes(RUNS)) > 7_000


def test_a_copied_sentence_is_found(tmp_path: Path) -> None:
    article = "An invented article. It says that two people who sit on a wall can't see the sea."
    write_hashes(hashes_of([article]), tmp_path / "runs.bin")
    articles = read_hashes(tmp_path / "runs.bin")
    assert copied("Remember: “Two people, who sit on a wall”, cant", articles)
    assert not copied("two people who sit on a wall", articles), "seven words are anybody's"
    assert not copied("two people who sit on a fence can't see the sea", articles)


# ---- plain, calm, for everyone ---------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["**/rituals/*.yaml", "**/decks/*.yaml", "*/*.yaml"])
def test_everything_can_be_spoken(pattern: str) -> None:
    assert found(NOT_SPEAKABLE, spoken(pattern)) == []


def test_nobody_is_scored_or_praised() -> None:
    assert found(SCORES, spoken("**/*.yaml")) == []
    assert found(PRAISE, own_words()) == []


def test_nobody_is_judged_or_told_what_to_do() -> None:
    assert found(VERDICTS, spoken("**/*.yaml")) == []
    assert found(ADVICE, own_words()) == []


def test_nothing_presumes_gender_or_marriage() -> None:
    assert found(NOT_FOR_EVERYONE, spoken("**/*.yaml")) == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (NOT_SPEAKABLE, "Take 5 minutes (about)."),
        (NOT_SPEAKABLE, "Talk about the children, etc."),
        (SCORES, "That is your third streak."),
        (PRAISE, "Well done, both of you."),
        (ADVICE, "You should listen more."),
        (VERDICTS, "{speaker}, you spoke longer."),
        (NOT_FOR_EVERYONE, "Tell your wife."),
        (NOT_FOR_EVERYONE, "What does she need?"),
    ],
)
def test_a_breach_of_each_rule_is_found(rule: re.Pattern[str], text: str) -> None:
    assert found(rule, [("planted", text)])
    assert not found(rule, [("planted", "{speaker}, what stayed with you today?")])


def test_sentences_are_short() -> None:
    long = [
        (file, sentence)
        for file, text in spoken("**/*.yaml")
        for sentence in sentences(text)
        if len(sentence.split()) > LONGEST_SENTENCE
    ]
    assert long == []


def test_prompts_are_a_sentence_or_a_few() -> None:
    long = [
        (file, text)
        for file, text in spoken("**/rituals/*.yaml")
        if len(text.split()) > LONGEST_PROMPT
    ]
    assert long == []


def test_starters_and_explanations_are_heard_in_one_go() -> None:
    content = yaml.safe_load((VOICES / "en" / "starters.yaml").read_text("utf-8"))
    said = content["starters"] | content["explainers"]
    assert [name for name, text in said.items() if len(text.split()) > 45] == []
