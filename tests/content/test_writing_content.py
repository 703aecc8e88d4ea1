"""The examples of `docs/writing-content.md` work, and there is one for every kind of step."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from assistant.content import intent_files, load
from assistant.conversation.checks import check_ritual
from assistant.plain_yaml import read_yaml
from assistant.schema import Step
from assistant.understanding.phrases import load_phrases

PAGE = Path(__file__).parents[2] / "docs" / "writing-content.md"
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
FILES = {block.split("\n", 1)[0].removeprefix("# "): block for block in BLOCKS if block[0] == "#"}
FRAGMENTS = [block for block in BLOCKS if block.startswith("- step: ")]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A household's folder with the files of the page."""
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return tmp_path


def test_the_page_shows_a_ritual_a_deck_and_their_phrases() -> None:
    folders = {str(Path(name).parent) for name in FILES}
    assert folders == {"voices/en/rituals", "voices/en/decks", "intents/en"}
    assert len(FILES) + len(FRAGMENTS) == len(BLOCKS)


def test_the_example_ritual_is_added_and_can_be_held(own: Path) -> None:
    content = load("en", own)
    check_ritual(content.rituals["sunday-walk"], content.decks)
    assert "weekly-check-in" in content.rituals


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ("start the sunday walk", {"ritual": "sunday-walk"}),
        ("start a long sunday walk", {"ritual": "sunday-walk", "length": "long"}),
        ("give us a question from our garden", {"deck": "our-garden"}),
        ("start our check in", {"ritual": "weekly-check-in"}),
    ],
)
def test_the_example_phrases_start_it(own: Path, said: str, slots: dict[str, str]) -> None:
    phrases = {phrase.text: phrase.slots for phrase in load_phrases(intent_files("en", own))}
    assert phrases[said] == slots


def test_every_kind_of_step_has_an_example(tmp_path: Path) -> None:
    shown = set()
    for number, fragment in enumerate(FRAGMENTS):
        file = tmp_path / f"{number}.yaml"
        file.write_text(fragment, "utf-8")
        shown |= {type(step) for step in msgspec.convert(read_yaml(file)[0], tuple[Step, ...])}
    assert shown == set(get_args(Step))
