"""The documents hold what they say: commands, targets, phrases, modules and links exist."""

import re
from pathlib import Path

import msgspec
import pytest

from assistant import cli, content
from assistant.config import Settings
from assistant.understanding.phrases import Phrases, load_phrases

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = ROOT / "no-household"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")


def section(document: str, title: str) -> str:
    """The text under a heading, up to the next one of the same level."""
    return document.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0]


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    """What the assistant hears."""
    return load_phrases(content.intent_files("en", NOWHERE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_the_commands_of_a_document_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"`+([^`]+)`+", text))
    targets = set(re.findall(r"\bmake ([a-z][a-z-]+)", code))
    verbs = set(re.findall(r"\bturntable ([a-z]+)\b", code)) - {"pause"}

    assert targets <= set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert verbs <= set(cli.main.commands)


def test_make_help_names_every_target() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    explained = set(re.findall(r"^([a-z-]+):.*## \w", MAKEFILE, re.MULTILINE))
    phony = set(MAKEFILE.split(".PHONY:")[1].split("\n\n")[0].replace("\\", " ").split())

    assert targets == explained == phony


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_the_links_of_a_document_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)]+)\)", text):
        name, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = document.parent / name if name else document
        assert target.exists(), f"{document.name} links to {link}"
        if anchor:
            titles = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {_anchor(title) for title in titles}, f"{document.name}: {link}"


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def test_the_readme_quotes_only_what_is_understood(phrases: Phrases) -> None:
    texts = {phrase.text for phrase in phrases}
    quoted = re.findall(r"“([^”…]+)”", section(README, "What you say"))
    started = re.findall(r"^\| “([^”]+)”", section(README, "The rituals"), re.MULTILINE)
    said = {quote.lower().removeprefix("turntable ") for quote in quoted}

    assert len(said) > 30
    assert said | {f"start {name}" for name in started} <= texts


def test_the_readme_lists_every_ritual_with_its_lengths(phrases: Phrases) -> None:
    rituals = content.load("en", NOWHERE).rituals
    meant = {
        phrase.text: "listening-turns" if phrase.intent == "StartTurns" else phrase.slots["ritual"]
        for phrase in phrases
        if phrase.intent in {"StartRitual", "StartTurns"} and set(phrase.slots) <= {"ritual"}
    }
    rows = re.findall(r"^\| “([^”]+)” \|.*\| ([\d, ]+) \|$", README, re.MULTILINE)
    listed = {
        meant[f"start {name}"]: sorted(map(int, minutes.split(", "))) for name, minutes in rows
    }

    assert listed == {name: sorted(ritual.lengths.values()) for name, ritual in rituals.items()}


def test_the_settings_of_the_readme_can_be_used() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)

    settings = msgspec.toml.decode(example, type=Settings)

    assert settings.partners == ("Robin", "Kim")


def test_the_architecture_names_every_module_and_no_other() -> None:
    tree = section(ARCHITECTURE, "The data path is the tree").split("```")[3]
    named = set(re.findall(r"\b\w+\.py\b", tree))
    folders = set(re.findall(r"\b(\w+)/", tree.split("\nintents/")[0])) - {
        "assistant",
        "intents",
        "model",
        "voices",
    }
    modules = [file.relative_to(ROOT) for file in (ROOT / "assistant").rglob("*.py")]

    there = {file.name for file in modules if file.parts[1] != "verbs"}

    assert named ^ there == set()
    assert folders ^ {file.parts[1] for file in modules if len(file.parts) == 3} == set()


def test_the_architecture_names_every_intent(phrases: Phrases) -> None:
    named = set(re.findall(r"`([A-Z]\w+)`", section(ARCHITECTURE, "Intents")))

    assert named == {phrase.intent for phrase in phrases}
