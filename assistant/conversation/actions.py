"""What each action of the table does on the stage. One small function an action."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from assistant.conversation import script as beats
from assistant.conversation.activities import (
    Activity,
    Asked,
    Holding,
    Idle,
    Invited,
    Paused,
    Resting,
    Speaking,
    later,
)
from assistant.conversation.decks import HIGHEST, LOWEST, Depth
from assistant.conversation.rituals import compile_ritual, pick_length
from assistant.conversation.script import Role, Script
from assistant.conversation.stage import Run, Stage
from assistant.conversation.table import Action
from assistant.conversation.wording import spoken_date
from assistant.events import (
    Appoint,
    CancelAppointments,
    ChimeName,
    ForgetEverything,
    Hush,
    Intent,
    OpenMicrophone,
    SetVoice,
    When,
)

LISTENING_TURNS = "listening-turns"
LOUDER, FASTER = 0.15, 20
"""Steps of loudness (0 to 1) and of speed (words a minute)."""
SOON = frozenset({"today", "tonight", "tomorrow"})

Act = Callable[[Stage, Intent, float], None]


# ---- rituals ----------------------------------------------------------------------------------


def _start_ritual(stage: Stage, intent: Intent, now: float) -> None:
    begin_ritual(stage, str(intent.slots.get("ritual", "")), intent, now)


def _start_turns(stage: Stage, intent: Intent, now: float) -> None:
    begin_ritual(stage, LISTENING_TURNS, intent, now)


def begin_ritual(stage: Stage, name: str, intent: Intent, now: float) -> None:
    """Begin a ritual by name, as long as the intent's slots say; unknown names mean nothing."""
    ritual = stage.content.rituals.get(name)
    if ritual is None:
        stage.chime(ChimeName.NOT_UNDERSTOOD)
        return
    everybody = stage.order
    people = {"one": 1, "two": 2, "all": len(everybody)}[ritual.people]
    if ritual.people == "two":
        everybody = [partner for partner in everybody if partner <= people]
    minutes = stage.minutes_asked(intent)
    turns = intent.name == "StartTurns"
    length = pick_length(ritual, str(intent.slots.get("length", "")), 0 if turns else minutes)
    stage.run = Run(name, intent, everybody[:people])
    script = compile_ritual(
        ritual,
        stage.content.lines,
        length=length,
        people=people,
        each_turn=minutes if turns else 0,
    )
    stage.frames.clear()
    stage.push(script)
    stage.advance(now)


def _start_over(stage: Stage, _: Intent, now: float) -> None:
    if stage.run is None:
        stage.leave((), now)
        return
    name, intent = stage.run.name, stage.run.started_by
    stage.end_open_turn()
    begin_ritual(stage, name, intent, now)


def _stop(stage: Stage, _: Intent, now: float) -> None:
    stage.leave((beats.Speak(stage.content.lines.stopped),), now)


def _stop_or_pause(stage: Stage, intent: Intent, now: float) -> None:
    if intent.addressed:
        _stop(stage, intent, now)
    else:
        _pause(stage, intent, now)


def _nothing_to_stop(stage: Stage, _: Intent, __: float) -> None:
    stage.topic = ()
    stage.chime(ChimeName.HEARD)


# ---- questions --------------------------------------------------------------------------------


def _question(stage: Stage, intent: Intent, now: float) -> None:
    deck = str(intent.slots.get("deck", ""))
    if deck and deck not in stage.content.decks:
        stage.chime(ChimeName.NOT_UNDERSTOOD)
        return
    names = (deck,) if deck else stage.content.family_decks()
    if names != stage.topic:
        stage.depth = Depth()
    _ask_from(stage, names, now)


def _ask_from(stage: Stage, names: tuple[str, ...], now: float, before: Script = ()) -> None:
    """Draw from these decks; questions for two who are alone ask that first, of each."""
    lines = stage.content.lines
    script: Script = (*before, beats.Draw(names))
    alone = any(stage.content.decks[name].audience == "alone" for name in names)
    if alone and names != stage.topic:
        no: Script = (beats.Speak(lines.another_time), beats.Leave())
        for position in (1, 0):
            script = (beats.Ask(lines.are_you_alone, yes=script, no=no, asked=position),)
    stage.push(script)
    stage.advance(now)


def _next_question(stage: Stage, intent: Intent, now: float) -> None:
    if "deck" in intent.slots or not stage.topic:
        _question(stage, intent, now)
        return
    stage.depth = stage.depth.answered()
    _redraw(stage, now)


def _pass_question(stage: Stage, _: Intent, now: float) -> None:
    if not stage.topic:
        stage.chime(ChimeName.HEARD)
        return
    stage.depth = stage.depth.lighter()
    _redraw(stage, now, (beats.Speak(stage.content.lines.passed),))


def _another_for_floor(stage: Stage, intent: Intent, now: float) -> None:
    """On the floor of an answer: another question, from the beginning, for everybody."""
    if intent.name == "SkipQuestion":
        stage.depth = stage.depth.lighter()
    _redraw(stage, now)


def _lighter(stage: Stage, _: Intent, now: float) -> None:
    lowest = stage.depth.level == LOWEST
    stage.depth = stage.depth.lighter()
    _redraw(stage, now, (beats.Speak(stage.content.lines.no_lighter),) if lowest else ())


def _deeper(stage: Stage, _: Intent, now: float) -> None:
    highest = stage.depth.level == HIGHEST
    stage.depth = stage.depth.deeper()
    _redraw(stage, now, (beats.Speak(stage.content.lines.no_deeper),) if highest else ())


def _redraw(stage: Stage, now: float, before: Script = ()) -> None:
    """Draw anew at the present depth: in a ritual the question step begins again from there."""
    if stage.run is None:
        _ask_from(stage, stage.topic or stage.content.family_decks(), now, before)
        return
    frame = stage.frames[-1]
    doing = stage.doing
    answering = isinstance(doing, Resting) or (
        isinstance(doing, Holding) and doing.beat.role is Role.ANSWER
    )
    drawn = [at for at in range(frame.at) if isinstance(frame.script[at], beats.Draw)]
    if not answering or not drawn:
        stage.chime(ChimeName.NOT_UNDERSTOOD)
        return
    stage.end_open_turn()
    frame.at = drawn[-1] + 1
    stage.forget_floors(frame)
    stage.push((*before, beats.Draw(stage.topic)))
    stage.advance(now)


# ---- answers ----------------------------------------------------------------------------------


def _answer(stage: Stage, now: float, *, yes: bool, first: Script = ()) -> None:
    asked = stage.doing
    if not isinstance(asked, Asked):
        return
    if isinstance(asked.beat, beats.AskDate):
        stage.push((beats.Speak(stage.content.lines.no_date),))
    else:
        stage.push(asked.beat.yes if yes else asked.beat.no)
    if first:
        stage.push(first)
    stage.advance(now)


def _yes(stage: Stage, _: Intent, now: float) -> None:
    _answer(stage, now, yes=True)


def _no(stage: Stage, _: Intent, now: float) -> None:
    _answer(stage, now, yes=False)


def take_as_no(stage: Stage, now: float) -> None:
    """Silence, or nothing that could be understood, twice: that is a no."""
    _answer(stage, now, yes=False, first=(beats.Speak(stage.content.lines.taken_as_no),))


def _same_date(stage: Stage, intent: Intent, now: float) -> None:
    _agree(stage, When(day=str(intent.slots.get("day", ""))), now)


def _set_date(stage: Stage, intent: Intent, now: float) -> None:
    slots = {key: str(value) for key, value in intent.slots.items()}
    _agree(stage, When(slots.get("day", ""), slots.get("time", ""), slots.get("half", "")), now)


def _agree(stage: Stage, when: When, now: float) -> None:
    asked = stage.doing
    if not isinstance(asked, Asked) or not isinstance(asked.beat, beats.AskDate):
        return
    lines = stage.content.lines
    if asked.beat.within_a_day and when.day not in SOON:
        stage.push((beats.Speak(lines.date_too_far), asked.beat))
    else:
        ritual = stage.run.name if stage.run is not None else ""
        sentence = lines.agreed.replace("{when}", spoken_date(when, lines))
        stage.push((beats.Do(Appoint(ritual, when)), beats.Speak(sentence)))
    stage.advance(now)


def _accept(stage: Stage, _: Intent, now: float) -> None:
    invited = stage.doing
    if not isinstance(invited, Invited):
        return
    lines, ritual = stage.content.lines, stage.content.rituals.get(invited.ritual)
    if ritual is None:
        act = stage.random.choice(stage.content.small_acts(invited.reminder))
        stage.aside((beats.Speak(act),), now, Idle())
        return
    stage.news.append(lines.invitation.replace("{ritual}", ritual.title))
    begin_ritual(stage, invited.ritual, Intent("StartRitual", {"ritual": invited.ritual}), now)


def _decline(stage: Stage, _: Intent, now: float) -> None:
    stage.chime(ChimeName.HEARD)
    stage.become_idle(now)


# ---- the floor and time -------------------------------------------------------------------------


def _end_turn(stage: Stage, _: Intent, now: float) -> None:
    if isinstance(stage.doing, Holding):
        stage.close_floor(stage.doing, now)


def _pass_turn(stage: Stage, _: Intent, now: float) -> None:
    if isinstance(stage.doing, Holding):
        if stage.doing.beat.role is Role.ANSWER:
            stage.depth = stage.depth.lighter()
        passed: Script = (beats.Speak(stage.content.lines.passed),)
        stage.close_floor(stage.doing, now, first=passed)


def _extend(stage: Stage, _: Intent, __: float) -> None:
    doing = stage.doing
    if isinstance(doing, Holding) and not doing.turn.extended:
        stage.extend(doing)
    elif isinstance(doing, Resting):
        stage.doing = replace(doing, until=doing.until + stage.timing.more_time)
        stage.chime(ChimeName.HEARD)
    else:
        stage.chime(ChimeName.NOT_UNDERSTOOD)


def _time_left(stage: Stage, _: Intent, now: float) -> None:
    """On the floor one tick for each minute begun; elsewhere in words."""
    doing = stage.doing
    if isinstance(doing, Holding):
        for _tick in range(max(1, math.ceil(doing.turn.remaining(now) / 60))):
            stage.chime(ChimeName.TICK)
        return
    inner = doing.inner if isinstance(doing, Paused) else doing
    since = doing.since if isinstance(doing, Paused) else now
    seconds = 0.0
    if isinstance(inner, Holding):
        seconds = inner.turn.remaining(now)
    elif isinstance(inner, Resting):
        seconds = inner.until - since
    text = stage.filled(stage.content.lines.time_left, seconds=seconds)
    stage.aside((beats.Speak(text),), now)


def _end_rest(stage: Stage, _: Intent, now: float) -> None:
    stage.chime(ChimeName.TURN_ENDS)
    stage.advance(now)


def _pause(stage: Stage, _: Intent, now: float) -> None:
    doing = stage.doing
    if isinstance(doing, Holding):
        doing = stage.stand_still(doing, now)
    if isinstance(doing, Asked | Holding | Resting):
        stage.chime(ChimeName.PAUSED)
        stage.doing = Paused(doing, now)


def _continue(stage: Stage, _: Intent, now: float) -> None:
    if isinstance(stage.doing, Paused):
        stage.go_on(stage.doing.inner, stage.doing.since, now)


def _business(stage: Stage, _: Intent, now: float) -> None:
    ritual = stage.content.rituals.get(stage.run.name) if stage.run is not None else None
    if ritual is None or not ritual.set_aside_business:
        return
    stage.chime(ChimeName.TICK)
    if not isinstance(stage.doing, Holding):
        stage.aside((beats.Speak(stage.content.lines.business),), now)


def _break(stage: Stage, _: Intent, now: float) -> None:
    lines, seconds = stage.content.lines, stage.timing.take_break
    later: Script = (
        beats.Speak(lines.break_later),
        beats.AskDate(lines.break_return, within_a_day=True),
        beats.Leave(),
    )
    stage.aside(
        (
            beats.Speak(lines.break_begins, seconds=seconds),
            beats.Rest(seconds, beats.Rest.Kind.BREAK),
            beats.Ask(lines.ready_or_later, no=later),
        ),
        now,
        _without_reminder(stage, now),
    )


def _without_reminder(stage: Stage, now: float) -> Activity | None:
    """A break taken out of a pause goes on with what was paused."""
    paused = stage.doing
    if not isinstance(paused, Paused):
        return None
    standing = isinstance(paused.inner, Holding)
    return paused.inner if standing else later(paused.inner, now, paused.since)


# ---- the voice ----------------------------------------------------------------------------------


def _repeat(stage: Stage, _: Intent, now: float) -> None:
    if isinstance(stage.doing, Asked):
        stage.ask(stage.doing.beat, now)
    elif stage.last_prompt:
        stage.aside((beats.Speak(stage.last_prompt),), now)
    else:
        stage.chime(ChimeName.HEARD)


def _cut_in(stage: Stage, _: Intent, now: float) -> None:
    if isinstance(stage.doing, Speaking):
        stage.emit(Hush())
        stage.speech_over(stage.doing, now)


def _say_again(stage: Stage, _: Intent, now: float) -> None:
    if isinstance(stage.doing, Speaking):
        stage.emit(Hush())
        stage.say(stage.doing.text, now, stage.doing.then, again=stage.doing.again)


def _adjust(volume: float = 0.0, rate: int = 0) -> Act:
    def act(stage: Stage, _: Intent, now: float) -> None:
        stage.volume = min(1.0, max(0.1, stage.volume + volume))
        stage.rate = min(300, max(80, stage.rate + rate))
        stage.emit(SetVoice(round(stage.volume, 2), stage.rate))
        if isinstance(stage.doing, Holding):
            stage.chime(ChimeName.HEARD)
        else:
            stage.aside((beats.Speak(stage.content.lines.like_this),), now)

    return act


# ---- saying things on request -------------------------------------------------------------------


def _help(stage: Stage, _: Intent, now: float) -> None:
    lines = stage.content.lines
    stage.aside((beats.Speak(lines.help if stage.run is None else lines.help_in_ritual),), now)


def _record(stage: Stage, _: Intent, now: float) -> None:
    stage.aside((beats.Speak(stage.household.record),), now)


def _help_page(stage: Stage, _: Intent, now: float) -> None:
    stage.aside((beats.Speak(stage.content.help_page()),), now)


def _starter(stage: Stage, intent: Intent, now: float) -> None:
    _say_known(stage, stage.content.starters.starters, intent.slots.get("starter", ""), now)


def _explain(stage: Stage, intent: Intent, now: float) -> None:
    _say_known(stage, stage.content.starters.explainers, intent.slots.get("explainer", ""), now)


def _say_known(stage: Stage, texts: Mapping[str, str], name: str | int, now: float) -> None:
    if str(name) in texts:
        stage.aside((beats.Speak(texts[str(name)]),), now)
    else:
        stage.chime(ChimeName.NOT_UNDERSTOOD)


# ---- sleep, dates, memory -----------------------------------------------------------------------


def _sleep(stage: Stage, _: Intent, now: float) -> None:
    stage.leave((beats.Speak(stage.content.lines.asleep), beats.Sleep()), now)


def _wake(stage: Stage, _: Intent, now: float) -> None:
    stage.emit(OpenMicrophone(open=True))
    stage.push((beats.Speak(stage.content.lines.awake),))
    stage.advance(now)


def _next_date(stage: Stage, _: Intent, now: float) -> None:
    lines = stage.content.lines
    if not stage.dates:
        stage.aside((beats.Speak(lines.no_dates),), now)
        return
    name, when = stage.dates[0]
    ritual = stage.content.rituals.get(name)
    title = ritual.title if ritual is not None else ""
    text = lines.next_date.replace("{ritual}", title).replace("{when}", spoken_date(when, lines))
    stage.aside((beats.Speak(text),), now)


def _cancel_date(stage: Stage, _: Intent, now: float) -> None:
    stage.emit(CancelAppointments())
    stage.aside((beats.Speak(stage.content.lines.dates_cancelled),), now)


def _forget(stage: Stage, _: Intent, now: float) -> None:
    lines = stage.content.lines
    yes: Script = (beats.Do(ForgetEverything()), beats.Speak(lines.forgotten))
    stage.push((beats.Ask(lines.forget_sure, yes, no=(beats.Speak(lines.not_forgotten),)),))
    stage.advance(now)


ACTIONS: Mapping[Action, Act] = {
    Action.START_RITUAL: _start_ritual,
    Action.START_TURNS: _start_turns,
    Action.QUESTION: _question,
    Action.NEXT_QUESTION: _next_question,
    Action.PASS_QUESTION: _pass_question,
    Action.LIGHTER: _lighter,
    Action.DEEPER: _deeper,
    Action.SAY_YES: _yes,
    Action.SAY_NO: _no,
    Action.ACCEPT: _accept,
    Action.DECLINE: _decline,
    Action.SAME_DATE: _same_date,
    Action.SET_DATE: _set_date,
    Action.END_TURN: _end_turn,
    Action.PASS_TURN: _pass_turn,
    Action.ANOTHER_FOR_FLOOR: _another_for_floor,
    Action.EXTEND: _extend,
    Action.TIME_LEFT: _time_left,
    Action.END_REST: _end_rest,
    Action.PAUSE: _pause,
    Action.STOP_OR_PAUSE: _stop_or_pause,
    Action.CONTINUE: _continue,
    Action.STOP: _stop,
    Action.NOTHING_TO_STOP: _nothing_to_stop,
    Action.START_OVER: _start_over,
    Action.REPEAT: _repeat,
    Action.CUT_IN: _cut_in,
    Action.SAY_AGAIN: _say_again,
    Action.LOUDER: _adjust(volume=LOUDER),
    Action.QUIETER: _adjust(volume=-LOUDER),
    Action.SLOWER: _adjust(rate=-FASTER),
    Action.FASTER: _adjust(rate=FASTER),
    Action.HELP: _help,
    Action.RECORD: _record,
    Action.SLEEP: _sleep,
    Action.WAKE: _wake,
    Action.BREAK: _break,
    Action.BUSINESS: _business,
    Action.HELP_PAGE: _help_page,
    Action.STARTER: _starter,
    Action.EXPLAIN: _explain,
    Action.FORGET: _forget,
    Action.NEXT_DATE: _next_date,
    Action.CANCEL_DATE: _cancel_date,
}
