"""The floor and its clock: ending, passing, stretching, pausing, and taking a break."""

import math
from dataclasses import replace

from assistant.conversation import script as beats
from assistant.conversation.activities import (
    Activity,
    Asked,
    Holding,
    Paused,
    Resting,
    later,
)
from assistant.conversation.script import Script
from assistant.conversation.stage import Stage
from assistant.events import ChimeName, Intent


def end_turn(stage: Stage, _: Intent, now: float) -> None:
    """The speaker has finished."""
    if isinstance(stage.doing, Holding):
        stage.close_floor(stage.doing, now)


def pass_turn(stage: Stage, _: Intent, now: float) -> None:
    """The speaker would rather not; nobody asks why."""
    if isinstance(stage.doing, Holding):
        passed: Script = (beats.Speak(stage.content.lines.passed),)
        stage.close_floor(stage.doing, now, first=passed)


def more_time(stage: Stage, _: Intent, __: float) -> None:
    """A turn grows once, and everybody's with it; free talk as often as they like."""
    doing = stage.doing
    if isinstance(doing, Holding) and stage.shares.may_grow(doing.beat):
        stage.extend(doing)
    elif isinstance(doing, Resting):
        stage.doing = replace(doing, until=doing.until + stage.timing.more_time)
        stage.chime(ChimeName.HEARD)
    else:
        stage.chime(ChimeName.NOT_UNDERSTOOD)


def time_left(stage: Stage, _: Intent, now: float) -> None:
    """On the floor one tick for each minute begun; elsewhere in words."""
    doing = stage.doing
    if isinstance(doing, Holding):
        for _tick in range(math.ceil(doing.turn.remaining(now) / 60)):
            stage.chime(ChimeName.TICK)
        if doing.turn.rung_at is not None:
            stage.chime(ChimeName.TURN_ENDS)
        return
    inner, since = (doing.inner, doing.since) if isinstance(doing, Paused) else (doing, now)
    match inner:
        case Holding(turn=turn):
            seconds = turn.remaining(now)
        case Resting(until=until):
            seconds = until - since
        case _:
            stage.chime(ChimeName.NOT_UNDERSTOOD)
            return
    text = stage.filled(stage.content.lines.time_left, seconds=_about(seconds))
    stage.aside((beats.Speak(text),), now)


def _about(seconds: float) -> float:
    """A time that is easy to hear: whole minutes, or tens of seconds at the end."""
    step = 60 if seconds >= 60 else 10
    return max(step, round(seconds / step) * step)


def end_rest(stage: Stage, _: Intent, now: float) -> None:
    """Quiet, free talk or a break ends early."""
    stage.chime(ChimeName.TURN_ENDS)
    stage.advance(now)


def pause(stage: Stage, _: Intent, now: float) -> None:
    """Everything stands still until somebody says continue."""
    doing = stage.doing
    if isinstance(doing, Holding):
        doing = stage.stand_still(doing, now)
    if isinstance(doing, Asked | Holding | Resting):
        stage.chime(ChimeName.PAUSED)
        stage.doing = Paused(doing, now)


def go_on(stage: Stage, _: Intent, now: float) -> None:
    """What was paused goes on."""
    if isinstance(stage.doing, Paused):
        stage.go_on(stage.doing.inner, stage.doing.since, now)


def business(stage: Stage, _: Intent, now: float) -> None:
    """A light tick, and one gentle sentence where nobody holds the floor."""
    ritual = stage.content.rituals.get(stage.run.name) if stage.run is not None else None
    if ritual is None or not ritual.set_aside_business:
        return
    stage.chime(ChimeName.TICK)
    if not isinstance(stage.doing, Holding):
        stage.aside((beats.Speak(stage.content.lines.business),), now)


def take_break(stage: Stage, _: Intent, now: float) -> None:
    """Apart for a while; then, ready or later? Later is within a day."""
    lines, seconds = stage.content.lines, stage.timing.take_break
    go_on: Script = ()
    if (turn := stage.open_turn) is not None:
        position = stage.order.index(turn.partner)
        left = _about(turn.remaining(now))
        go_on = (beats.Speak(stage.filled(lines.still_your_turn, position, left)),)
    leave_it: Script = (
        beats.Speak(lines.break_later),
        beats.AskDate(lines.break_return, within_a_day=True),
        beats.Leave(),
    )
    stage.aside(
        (
            beats.Speak(lines.break_begins, seconds=seconds),
            beats.Rest(seconds, beats.Rest.Kind.BREAK),
            beats.Ask(lines.ready_or_later, yes=go_on, no=leave_it, patient=True),
        ),
        now,
        _out_of_pause(stage, now),
    )


def _out_of_pause(stage: Stage, now: float) -> Activity | None:
    """A break taken out of a pause goes on with what was paused."""
    paused = stage.doing
    if not isinstance(paused, Paused):
        return None
    standing = isinstance(paused.inner, Holding)
    return paused.inner if standing else later(paused.inner, now, paused.since)
