"""Content for these tests: our lines in words that do not change, and small rituals."""

from functools import cache
from pathlib import Path

import msgspec

from assistant.content import Content, load
from assistant.conversation.checks import check_content
from assistant.plain_yaml import Source, read_yaml
from assistant.schema import Deck, Ritual, SmallActs

HERE = Path(__file__).parent
WORDS = {
    "another_time": "Another time, then.",
    "are_you_alone": "{partner}, are you two alone?",
    "taken_as_no": "I take that as a no.",
    "answer_first": "{speaker} first, {minutes}.",
    "answer_next": "And {speaker}, {minutes}.",
    "reflect": "{speaker}, say it back, {minutes}.",
    "passed": "Fine.",
    "time_left": "About {minutes} left.",
    "time_given": "You have {minutes}.",
    "still_your_turn": "{speaker}, still your turn, {minutes}.",
    "equal_time": "{partner}, {minutes} more?",
    "like_this": "Like this.",
    "stopped": "Stopped.",
    "still_paused": "Still paused.",
    "closed_after_pause": "I leave it here.",
    "break_begins": "A break of {minutes}.",
    "ready_or_later": "Ready, or later?",
    "break_later": "Later, then.",
    "break_return": "When, today or tomorrow?",
    "help": "This is help.",
    "help_in_ritual": "This is help with turns.",
    "help_page": "This is the help page.",
    "asleep": "I close the microphone.",
    "awake": "I listen again.",
    "business": "That can wait.",
    "no_lighter": "The lightest.",
    "no_deeper": "The deepest.",
    "agreed": "{when}, then.",
    "no_date": "No date.",
    "date_too_far": "Too far.",
    "invitation": "It is time for {ritual}.",
    "next_date": "{ritual}: {when}.",
    "no_dates": "No dates are set.",
    "dates_cancelled": "Cleared.",
    "forget_sure": "Erase it all?",
    "forgotten": "Erased.",
    "not_forgotten": "Kept.",
    "microphone_back": "I hear you again.",
    "voice_back": "My voice is back.",
}


@cache
def ours() -> Content:
    """The built-in content."""
    return load("en")


@cache
def kitchen() -> Content:
    """Small content for tests; it passes the same checks as ours."""
    rituals = msgspec.convert(read_yaml(HERE / "kitchen_rituals.yaml")[0], dict[str, Ritual])
    decks = msgspec.convert(read_yaml(HERE / "kitchen_decks.yaml")[0], dict[str, Deck])
    nowhere = Source(ours().sources["lines"].file, None)
    starters = msgspec.structs.replace(
        ours().starters,
        starters={"longing": "I miss."},
        explainers={"drift": "It drifts."},
        reminders=SmallActs(kind_word=("A kind word.",), connecting_act=("A small act.",)),
    )
    content = Content(
        sound=ours().sound,
        lines=msgspec.structs.replace(ours().lines, **WORDS),
        starters=starters,
        rituals=rituals,
        decks=decks,
        sources=dict.fromkeys(
            [
                *(f"rituals/{name}" for name in rituals),
                *(f"decks/{name}" for name in decks),
                "lines",
                "starters",
            ],
            nowhere,
        ),
    )
    check_content(content)
    return content
