"""Beginning a ritual: by name, as turns, anew, or because its date has come."""

from assistant.conversation import script as beats
from assistant.conversation.activities import Idle, Invited
from assistant.conversation.frames import Run
from assistant.conversation.rituals import compile_ritual, pick_length
from assistant.conversation.script import Script
from assistant.conversation.shares import Shares
from assistant.conversation.stage import Stage
from assistant.events import ChimeName, Intent

LISTENING_TURNS = "listening-turns"
"""The ritual that "start turns" starts."""
LONGEST_WISH = 60
"""Minutes: more than this was misheard."""


def start_ritual(stage: Stage, intent: Intent, now: float) -> None:
    """Begin the ritual that was named."""
    begin_ritual(stage, str(intent.slots.get("ritual", "")), intent, now)


def start_turns(stage: Stage, intent: Intent, now: float) -> None:
    """Begin listening turns, of so many minutes each if somebody said how many."""
    begin_ritual(stage, LISTENING_TURNS, intent, now)


def begin_ritual(
    stage: Stage, name: str, intent: Intent, now: float, *, first: Script = ()
) -> None:
    """Begin a ritual by name, as long as the intent's slots say; unknown names mean nothing.

    Args:
        stage: where.
        name: of the ritual.
        intent: what started it; it can be started over by it.
        now: seconds.
        first: what is said before it.
    """
    ritual = stage.content.rituals.get(name)
    if ritual is None:
        stage.chime(ChimeName.NOT_UNDERSTOOD)
        return
    everybody = stage.order
    people = {"one": 1, "two": 2, "all": len(everybody)}[ritual.people]
    if ritual.people == "two":
        everybody = [partner for partner in everybody if partner <= people]
    minutes = minutes_asked(intent)
    turns = intent.name == "StartTurns"
    length = pick_length(ritual, str(intent.slots.get("length", "")), 0 if turns else minutes)
    stage.run, stage.shares, stage.topic = Run(name, intent, everybody[:people]), Shares(), ()
    script = compile_ritual(
        ritual,
        stage.content.lines,
        length=length,
        people=people,
        each_turn=minutes if turns else 0,
    )
    stage.frames.clear()
    stage.push(script)
    stage.push(first)
    stage.advance(now)


def minutes_asked(intent: Intent) -> int:
    """The minutes somebody asked for; 0 if nobody did."""
    value = intent.slots.get("minutes", 0)
    return value if isinstance(value, int) and 0 < value <= LONGEST_WISH else 0


def start_over(stage: Stage, _: Intent, now: float) -> None:
    """The ritual that runs begins again, with everybody's consent; anything else just ends."""
    if stage.run is None:
        stage.chime(ChimeName.HEARD)
        stage.leave((), now)
        return
    name, intent = stage.run.name, stage.run.started_by
    stage.end_open_turn()
    begin_ritual(stage, name, intent, now)


def accept(stage: Stage, _: Intent, now: float) -> None:
    """Somebody answers the chime of a date, or of a reminder."""
    invited = stage.doing
    if not isinstance(invited, Invited):
        return
    ritual = stage.content.rituals.get(invited.ritual)
    if ritual is not None:
        line = stage.content.lines.invitation.replace("{ritual}", ritual.title)
        intent = Intent("StartRitual", {"ritual": invited.ritual})
        begin_ritual(stage, invited.ritual, intent, now, first=(beats.Speak(line),))
    else:
        act = stage.random.choice(stage.content.small_acts(invited.reminder))
        stage.aside((beats.Speak(act),), now, Idle())


def decline(stage: Stage, _: Intent, now: float) -> None:
    """Somebody does not want what the chime invited to."""
    stage.chime(ChimeName.HEARD)
    stage.become_idle(now)
