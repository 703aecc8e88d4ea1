"""The table of `docs/practices.md` against the content: nothing in it is missing or misnamed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from assistant.understanding.phrases import Phrase, load_phrases

ROOT = Path(__file__).parents[2]
VOICES = ROOT / "voices" / "en"
TABLE = ROOT / "docs" / "practices.md"
ARTICLES = {
    "000_e89bd6dc9240ad78.txt",
    "001_babb4cebe2589249.txt",
    "002_7598dd98d129ab22.txt",
    "003_30213ac9676fb54b.txt",
    "004_b6f8c8ea708fd2f9.txt",
}
HEAVY = ("reconnection-talk", "repair-talk", "broken-trust-talk", "hard-season")
"""Rituals for two who are calm, willing and alone."""
STARTED_BY = {
    "ritual": ("StartRitual", "ritual"),
    "deck": ("GiveQuestion", "deck"),
    "starter": ("GiveStarter", "starter"),
    "explainer": ("Explain", "explainer"),
}
"""The intent that starts each kind of carrier, and the slot that names it."""


@dataclass(frozen=True)
class Row:
    """One row of the table; `says` is empty for a rule that always holds."""

    article: str
    practice: str
    kind: str
    name: str
    says: str


@dataclass(frozen=True)
class Known:
    """What there is: the names of each kind of carrier, and every phrase by its text."""

    names: Mapping[str, frozenset[str]]
    phrases: Mapping[str, Phrase]


_ROW = re.compile(
    r"^\| `(?P<article>[^`]+)` \| (?P<practice>[^|]+) \| `(?P<kind>\w+): (?P<name>[^`]+)`"
    r" \| (?:“(?P<says>[^”]+)”(?: \([^)|]+\))?|always) \|$",
    re.MULTILINE,
)


def read_rows(text: str) -> list[Row]:
    """Read every row that names a carrier."""
    return [
        Row(m["article"], m["practice"], m["kind"], m["name"], m["says"] or "")
        for m in _ROW.finditer(text)
    ]


def problems_of(row: Row, known: Known) -> list[str]:
    """Say what is wrong with a row; an empty list if nothing is."""
    found = []
    if row.article not in ARTICLES:
        found.append(f"no article is called {row.article}")
    if row.kind == "rule":
        found += _problems_of_rule(row)
    elif row.name not in known.names.get(row.kind, frozenset()):
        found.append(f"no {row.kind} is called {row.name}")
    if row.says or row.kind != "rule":
        found += _problems_of_sentence(row, known.phrases.get(row.says))
    return found


def _problems_of_rule(row: Row) -> list[str]:
    file, _, test = row.name.partition("::")
    path = ROOT / file
    if not (path.is_file() and re.search(rf"^def {test}\(", path.read_text("utf-8"), re.MULTILINE)):
        return [f"no test is called {row.name}"]
    return []


def _problems_of_sentence(row: Row, phrase: Phrase | None) -> list[str]:
    if phrase is None:
        return [f"nobody can say “{row.says}”"]
    if row.kind == "rule":
        return []
    if row.kind == "reminder":
        return [] if phrase.intent == "Yes" else ["a reminder is answered by yes"]
    if row.name == "listening-turns":
        return [] if phrase.intent == "StartTurns" else ["turns are started by StartTurns"]
    intent, slot = STARTED_BY[row.kind]
    if (phrase.intent, phrase.slots.get(slot)) == (intent, row.name):
        return []
    return [f"“{row.says}” means {phrase.intent} {dict(phrase.slots)}, not {row.name}"]


def stems(folder: str) -> frozenset[str]:
    """The names of the files in a folder of the voice."""
    return frozenset(file.stem for file in (VOICES / folder).glob("*.yaml"))


@pytest.fixture(scope="module")
def known() -> Known:
    """What there is."""
    starters = yaml.safe_load((VOICES / "starters.yaml").read_text("utf-8"))
    names = {
        "ritual": stems("rituals"),
        "deck": stems("decks"),
        "starter": frozenset(starters["starters"]),
        "explainer": frozenset(starters["explainers"]),
        "reminder": frozenset(starters["reminders"]),
    }
    files = sorted((ROOT / "intents" / "en").glob("*.yaml"))
    return Known(names, {phrase.text: phrase for phrase in load_phrases(files)})


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """The rows of the table."""
    return read_rows(TABLE.read_text("utf-8"))


def ritual(name: str) -> str:
    """The text of one ritual's file."""
    return (VOICES / "rituals" / f"{name}.yaml").read_text("utf-8")


def test_every_row_names_something_that_is_there_and_a_sentence_that_starts_it(
    rows: list[Row], known: Known
) -> None:
    wrong = {row: found for row in rows if (found := problems_of(row, known))}
    assert not wrong


def test_every_line_of_the_table_is_read_as_a_row(rows: list[Row]) -> None:
    table = TABLE.read_text("utf-8").partition("## Left out")[0]
    assert len(rows) == sum(line.startswith("| `") for line in table.splitlines())


def test_every_article_has_its_practices_each_named_once(rows: list[Row]) -> None:
    assert {row.article for row in rows} == ARTICLES
    named = [(row.article, row.practice) for row in rows]
    assert len(named) == len(set(named))


@pytest.mark.parametrize("kind", ["ritual", "deck", "starter", "explainer", "reminder"])
def test_everything_there_is_carries_a_practice(kind: str, rows: list[Row], known: Known) -> None:
    assert {row.name for row in rows if row.kind == kind} == known.names[kind]


def test_everything_that_can_be_started_is_there(known: Known) -> None:
    for intent, slot in STARTED_BY.values():
        asked_for = {
            p.slots[slot] for p in known.phrases.values() if p.intent == intent and slot in p.slots
        }
        assert asked_for <= known.names[slot]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("| `009.txt` | A | `deck: dreams` | “give us a question about dreams” |", "no article"),
        (
            "| `000_e89bd6dc9240ad78.txt` | A | `deck: cats` | “give us a question about dreams” |",
            "no deck",
        ),
        (
            "| `000_e89bd6dc9240ad78.txt` | A | `ritual: couch-date` | “start the sofa” |",
            "nobody can say",
        ),
        (
            "| `000_e89bd6dc9240ad78.txt` | A | `ritual: couch-date` | “start the family dinner” |",
            "not couch-date",
        ),
        ("| `000_e89bd6dc9240ad78.txt` | A | `reminder: kind_word` | “no” |", "answered by yes"),
        ("| `000_e89bd6dc9240ad78.txt` | A | `rule: tests/x.py::test_x` | always |", "no test"),
        ("| `000_e89bd6dc9240ad78.txt` | A | `ritual: couch-date` | always |", "nobody can say"),
    ],
)
def test_a_wrong_row_is_found(line: str, complaint: str, known: Known) -> None:
    (row,) = read_rows(line)
    assert complaint in " ".join(problems_of(row, known))


# ---- rules that the table names --------------------------------------------------------------


def test_every_ritual_first_asks_everyone() -> None:
    for name in stems("rituals"):
        steps = yaml.safe_load(ritual(name))["steps"]
        first = next(step for step in steps if step["step"] != "say")
        assert first["step"] == "consent", name


@pytest.mark.parametrize(
    "name", ["weekly-check-in", "couch-date", "long-distance-call", "ritual-builder"]
)
def test_the_regular_rituals_agree_the_next_date(name: str) -> None:
    steps = [step["step"] for step in yaml.safe_load(ritual(name))["steps"]]
    assert steps[-2:] == ["appoint", "close"]


def test_the_couch_date_sets_business_aside(known: Known) -> None:
    assert yaml.safe_load(ritual("couch-date"))["set_aside_business"] is True
    assert known.phrases["that's business"].intent == "BusinessTalk"


@pytest.mark.parametrize("name", HEAVY)
def test_heavy_talks_state_their_conditions_before_consent(name: str) -> None:
    content = yaml.safe_load(ritual(name))
    assert content["audience"] == "alone"
    assert [step["step"] for step in content["steps"][:2]] == ["say", "consent"]
    assert "calm" in content["steps"][0]["text"]


@pytest.mark.parametrize("name", ["repair-talk", "broken-trust-talk", "hard-season"])
def test_talks_that_can_flood_name_the_break(name: str, known: Known) -> None:
    assert "we need a break" in ritual(name)
    assert known.phrases["we need a break"].intent == "TakeBreak"


@pytest.mark.parametrize("name", ["intimacy", "repair", "parenthood", "recovery", "hard-season"])
def test_tender_decks_are_for_two_who_are_alone(name: str) -> None:
    deck = yaml.safe_load((VOICES / "decks" / f"{name}.yaml").read_text("utf-8"))
    assert deck["audience"] == "alone"
