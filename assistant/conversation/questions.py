"""Questions of the decks: one at a time between two who just talk, or within a ritual's step."""

from assistant.conversation import script as beats
from assistant.conversation.activities import Holding, Resting
from assistant.conversation.decks import HIGHEST, LOWEST, Depth
from assistant.conversation.script import Role, Script
from assistant.conversation.stage import Stage
from assistant.events import ChimeName, Intent


def question(stage: Stage, intent: Intent, now: float) -> None:
    """A question of the deck that was named, or of those that children may hear."""
    deck = str(intent.slots.get("deck", ""))
    if deck and deck not in stage.content.decks:
        stage.chime(ChimeName.NOT_UNDERSTOOD)
        return
    names = (deck,) if deck else stage.content.family_decks()
    if names != _topic(stage, now):
        stage.depth = Depth()
    _ask_from(stage, names, now)


def next_question(stage: Stage, intent: Intent, now: float) -> None:
    """The last one was answered: the next of the same decks, unless another deck is named."""
    if intent.slots.get("deck") or not _topic(stage, now):
        question(stage, intent, now)
    else:
        _redraw(stage, stage.depth.answered(), now)


def other_question(stage: Stage, _: Intent, now: float) -> None:
    """In a ritual: another one instead, from the beginning, for everybody."""
    _redraw(stage, stage.depth, now)


def pass_question(stage: Stage, _: Intent, now: float) -> None:
    """A lighter one instead, and no word about why."""
    if stage.run is not None or _topic(stage, now):
        _redraw(stage, stage.depth.lighter(), now, stage.content.lines.passed)
    else:
        stage.chime(ChimeName.NOT_UNDERSTOOD)


def lighter_question(stage: Stage, _: Intent, now: float) -> None:
    """A level lighter, or a word that there is none."""
    lowest = stage.depth.level == LOWEST
    _redraw(stage, stage.depth.lighter(), now, stage.content.lines.no_lighter if lowest else "")


def deeper_question(stage: Stage, _: Intent, now: float) -> None:
    """A level deeper, or a word that there is none."""
    highest = stage.depth.level == HIGHEST
    _redraw(stage, stage.depth.deeper(), now, stage.content.lines.no_deeper if highest else "")


def _topic(stage: Stage, now: float) -> tuple[str, ...]:
    """The decks of the last question, unless it was long ago."""
    return stage.topic if now < stage.topic_until else ()


def _ask_from(stage: Stage, names: tuple[str, ...], now: float, before: Script = ()) -> None:
    """Draw from these decks; questions for two who are alone ask that first, of each."""
    lines = stage.content.lines
    script: Script = (*before, beats.Draw(names))
    alone = any(stage.content.decks[name].audience == "alone" for name in names)
    if alone and names != _topic(stage, now):
        no: Script = (beats.Speak(lines.another_time), beats.Leave())
        for position in (1, 0):
            script = (beats.Ask(lines.are_you_alone, yes=script, no=no, asked=position),)
    stage.push(script)
    stage.advance(now)


def _redraw(stage: Stage, depth: Depth, now: float, remark: str = "") -> None:
    """Draw anew at this depth: in a ritual the question step begins again from there."""
    before: Script = (beats.Speak(remark),) if remark else ()
    if stage.run is None:
        stage.depth = depth
        _ask_from(stage, _topic(stage, now) or stage.content.family_decks(), now, before)
        return
    drawn = _question_underway(stage)
    if drawn is None:
        stage.chime(ChimeName.NOT_UNDERSTOOD)
        return
    stage.end_open_turn()
    stage.depth = depth
    frame = stage.frames[-1]
    frame.at = drawn + 1
    stage.shares.begin_again(frame.script[frame.at :])
    stage.push((*before, beats.Draw(stage.topic)))
    stage.advance(now)


def _question_underway(stage: Stage) -> int | None:
    """Where in the running script the question was drawn that is being answered just now."""
    frame, doing = stage.frames[-1], stage.doing
    if isinstance(doing, Holding) and doing.beat.role is Role.ANSWER:
        drawn = [at for at in range(frame.at) if isinstance(frame.script[at], beats.Draw)]
    elif isinstance(doing, Resting):
        drawn = [at for at in (frame.at - 2,) if isinstance(frame.script[at], beats.Draw)]
    else:
        drawn = []
    return drawn[-1] if drawn else None
