"""Answers to the assistant's own questions: yes, no, nothing, or a date."""

import re

from assistant.conversation import script as beats
from assistant.conversation.activities import Asked
from assistant.conversation.script import Script
from assistant.conversation.stage import Stage
from assistant.conversation.starting import LISTENING_TURNS
from assistant.conversation.wording import spoken_date
from assistant.events import Appoint, ChimeName, Intent, When

SOON = frozenset({"today", "tonight", "tomorrow"})
"""Days that lie within a day from now."""
HALVES = frozenset({"morning", "afternoon", "evening"})
TIME = re.compile(r"([1-9]|1[0-2]):[0-5][0-9]")


def say_yes(stage: Stage, _: Intent, now: float) -> None:
    """Yes."""
    _answer(stage, now, yes=True)


def say_no(stage: Stage, _: Intent, now: float) -> None:
    """No, which needs no reason."""
    _answer(stage, now, yes=False)


def take_as_no(stage: Stage, now: float) -> None:
    """Silence, or nothing that could be understood, twice: that is a no."""
    _answer(stage, now, yes=False, first=(beats.Speak(stage.content.lines.taken_as_no),))


def _answer(stage: Stage, now: float, *, yes: bool, first: Script = ()) -> None:
    asked = stage.doing
    if not isinstance(asked, Asked):
        return
    if isinstance(asked.beat, beats.AskDate):
        stage.push((beats.Speak(stage.content.lines.no_date),))
    else:
        stage.push(asked.beat.yes if yes else asked.beat.no)
    stage.push(first)
    stage.advance(now)


# ---- dates ------------------------------------------------------------------------------------


def same_date(stage: Stage, intent: Intent, now: float) -> None:
    """The same time, on the day that was named or a week on."""
    _agree(stage, str(intent.slots.get("day", "")), "", "", now)


def set_date(stage: Stage, intent: Intent, now: float) -> None:
    """A day, with a time, with a half of the day, or both."""
    day, time, half = (str(intent.slots.get(part, "")) for part in ("day", "time", "half"))
    _agree(stage, day, time, half, now)


def _agree(stage: Stage, day: str, time: str, half: str, now: float) -> None:
    asked, lines = stage.doing, stage.content.lines
    if not isinstance(asked, Asked) or not isinstance(asked.beat, beats.AskDate):
        return
    known = (not day or day in lines.days) and (not half or half in HALVES)
    if not known or (time and not TIME.fullmatch(time)):
        stage.chime(ChimeName.NOT_UNDERSTOOD)
        return
    if asked.beat.within_a_day and day not in SOON:
        stage.push((beats.Speak(lines.date_too_far), asked.beat))
    else:
        ritual = stage.run.name if stage.run is not None else LISTENING_TURNS
        when = When(day, time, half)
        sentence = lines.agreed.replace("{when}", spoken_date(when, lines))
        stage.push((beats.Do(Appoint(ritual, when)), beats.Speak(sentence)))
    stage.advance(now)
