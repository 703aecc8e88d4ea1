"""`turntable rehearse`: synthetic partners, the real ear, the real voice, a fast clock."""

import sys
from random import Random

from rich.console import Console

from assistant import app
from assistant.config import Settings, VoiceSettings
from assistant.conversation.household import Memories
from assistant.conversation.rituals import pick_length
from assistant.errors import BadContent
from assistant.hearing.models import rehearsal_model
from assistant.rehearsal.partners import NAMES, VOICES, Line, Partners
from assistant.rehearsal.rehearsal import Outcome, Rehearsal
from assistant.speaking.pyttsx3_voice import Pyttsx3Voice
from assistant.timeline import JsonPrinter, ReadablePrinter, Timeline

EXPLAINED = (
    "A rehearsal: two synthetic voices talk with the real assistant, on a fast clock. The speech"
    " model is the small one of this project, which understands synthetic voices only."
)
FAMILY = 4
"""People at the table when a ritual is for a whole family."""


class _NoObserver:
    """Nobody watches the clock between records."""

    def let_pass(self, t: float) -> None:
        """Nothing to draw."""


def rehearse_ritual(
    name: str, length: str = "", *, as_json: bool = False, talk: int = 2
) -> Outcome:
    """Rehearse a ritual from its opening to its close, and show it.

    Args:
        name: of the ritual.
        length: one of its lengths; empty for the usual one.
        as_json: show JSON lines.
        talk: sentences the partners say on each floor.

    Raises:
        BadContent: there is no such ritual, or no such length of it.
        RehearsalFailed: a partner was not understood, or a turn was cut short.
    """
    home = app.open_home(Settings())
    ritual = home.content.rituals.get(name)
    if ritual is None:
        known = ", ".join(sorted(home.content.rituals))
        raise BadContent(f"there is no ritual {name!r}", remedy=f"there are {known}")
    if length and length not in ritual.lengths:
        known = ", ".join(ritual.lengths)
        raise BadContent(f"{name} has no length {length!r}", remedy=f"it has {known}")
    people = {"one": 2, "two": 2, "all": FAMILY}[ritual.people]
    answering = 1 if ritual.people == "one" else people
    partners = NAMES[:people]
    console = Console(highlight=False)
    if not as_json:
        console.print(EXPLAINED, style="dim")
        console.print()
    readable = ReadablePrinter(console, partners, home.settings.name)
    shown = JsonPrinter(sys.stdout) if as_json else readable
    chance = Random(3)  # noqa: S311 - the same questions each time
    conversation = app.new_conversation(
        home, Memories(), home.settings.voice, partners=partners, random=chance
    )
    rehearsal = Rehearsal(
        conversation,
        app.ear_maker(home, rehearsal_model())(),
        Pyttsx3Voice(home.settings.voice, home.content.sound.voice),
        Partners(answering, _opening(home, name, length), home.settings.name, talk),
        [Pyttsx3Voice(VoiceSettings(name=voice), pitch=pitch) for voice, pitch in VOICES[:people]],
        Timeline(shown.show),
    )
    try:
        outcome = rehearsal.run(_NoObserver() if as_json else readable)
    finally:
        shown.close()
    if not as_json:
        console.print()
        console.print(_summary(outcome), style="dim")
    return outcome


def _opening(home: app.Home, name: str, length: str) -> Line:
    """What a partner says to start the ritual: the shortest phrase that means it."""
    wanted = pick_length(home.content.rituals[name], length)
    found = [
        phrase
        for phrase in home.phrases
        if (phrase.intent == "StartTurns" and name == "listening-turns" and not phrase.slots)
        or (phrase.intent == "StartRitual" and phrase.slots == _slots(name, length))
    ]
    if not found:
        raise BadContent(
            f"no phrase of intents/ starts {name} in the length {wanted}",
            remedy="add one to the list `ritual`",
        )
    best = min(found, key=lambda phrase: (not phrase.text.startswith("start our"), phrase.text))
    return Line(1, best.text, best.intent)


def _slots(name: str, length: str) -> dict[str, str]:
    return {"ritual": name, "length": length} if length else {"ritual": name}


def _summary(outcome: Outcome) -> str:
    minutes = round(outcome.seconds / 60)
    return (
        f"The close was reached after {minutes} minutes: {outcome.understood} commands understood,"
        f" {outcome.ignored} lines of talk ignored, {outcome.sentences} sentences spoken."
    )
