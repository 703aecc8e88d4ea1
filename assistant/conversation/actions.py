"""What each action of the table does on the stage; the larger families have files of their own."""

from collections.abc import Callable, Mapping

from assistant.conversation import answers, floor, questions, starting
from assistant.conversation import script as beats
from assistant.conversation.activities import Asked, Holding, Paused, Speaking
from assistant.conversation.script import Script
from assistant.conversation.stage import Stage
from assistant.conversation.table import Action
from assistant.conversation.wording import spoken_date
from assistant.events import (
    CancelAppointments,
    ChimeName,
    ForgetEverything,
    Hush,
    Intent,
    OpenMicrophone,
    SetVoice,
)

LOUDER, FASTER = 0.15, 20
"""Steps of loudness (0 to 1) and of speed (words a minute)."""

Act = Callable[[Stage, Intent, float], None]


# ---- stopping -----------------------------------------------------------------------------------


def _stop(stage: Stage, _: Intent, now: float) -> None:
    stage.leave((beats.Speak(stage.content.lines.stopped),), now)


def _stop_or_pause(stage: Stage, intent: Intent, now: float) -> None:
    if intent.addressed:
        _stop(stage, intent, now)
    else:
        floor.pause(stage, intent, now)


def _nothing_to_stop(stage: Stage, _: Intent, __: float) -> None:
    stage.topic = ()
    stage.chime(ChimeName.HEARD)


# ---- the voice ----------------------------------------------------------------------------------


def _repeat(stage: Stage, _: Intent, now: float) -> None:
    doing = stage.doing
    if isinstance(doing, Asked):
        stage.ask(doing.beat, now)
    elif isinstance(doing, Paused) and isinstance(doing.inner, Asked):
        stage.aside((beats.Speak(stage.sentence(doing.inner.beat)),), now)
    elif stage.last_prompt:
        stage.aside((beats.Speak(stage.last_prompt),), now)
    else:
        stage.chime(ChimeName.NOT_UNDERSTOOD)


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
    lines, rituals = stage.content.lines, stage.content.rituals
    dates = [(rituals[name].title, when) for name, when in stage.dates if name in rituals]
    text = lines.no_dates
    if dates:
        title, when = dates[0]
        text = lines.next_date.replace("{ritual}", title)
        text = text.replace("{when}", spoken_date(when, lines))
    stage.aside((beats.Speak(text),), now)


def _cancel_date(stage: Stage, _: Intent, now: float) -> None:
    stage.emit(CancelAppointments())
    stage.dates = ()
    stage.aside((beats.Speak(stage.content.lines.dates_cancelled),), now)


def _forget(stage: Stage, _: Intent, now: float) -> None:
    lines = stage.content.lines
    yes: Script = (beats.Do(ForgetEverything()), beats.Speak(lines.forgotten))
    stage.push((beats.Ask(lines.forget_sure, yes, no=(beats.Speak(lines.not_forgotten),)),))
    stage.advance(now)


ACTIONS: Mapping[Action, Act] = {
    Action.START_RITUAL: starting.start_ritual,
    Action.START_TURNS: starting.start_turns,
    Action.START_OVER: starting.start_over,
    Action.ACCEPT: starting.accept,
    Action.DECLINE: starting.decline,
    Action.QUESTION: questions.question,
    Action.NEXT_QUESTION: questions.next_question,
    Action.OTHER_QUESTION: questions.other_question,
    Action.PASS_QUESTION: questions.pass_question,
    Action.LIGHTER: questions.lighter_question,
    Action.DEEPER: questions.deeper_question,
    Action.SAY_YES: answers.say_yes,
    Action.SAY_NO: answers.say_no,
    Action.SAME_DATE: answers.same_date,
    Action.SET_DATE: answers.set_date,
    Action.END_TURN: floor.end_turn,
    Action.PASS_TURN: floor.pass_turn,
    Action.MORE_TIME: floor.more_time,
    Action.TIME_LEFT: floor.time_left,
    Action.END_REST: floor.end_rest,
    Action.PAUSE: floor.pause,
    Action.CONTINUE: floor.go_on,
    Action.BUSINESS: floor.business,
    Action.BREAK: floor.take_break,
    Action.STOP: _stop,
    Action.STOP_OR_PAUSE: _stop_or_pause,
    Action.NOTHING_TO_STOP: _nothing_to_stop,
    Action.REPEAT: _repeat,
    Action.CUT_IN: _cut_in,
    Action.SAY_AGAIN: _say_again,
    Action.LOUDER: _adjust(volume=LOUDER),
    Action.QUIETER: _adjust(volume=-LOUDER),
    Action.SLOWER: _adjust(rate=-FASTER),
    Action.FASTER: _adjust(rate=FASTER),
    Action.HELP: _help,
    Action.RECORD: _record,
    Action.HELP_PAGE: _help_page,
    Action.STARTER: _starter,
    Action.EXPLAIN: _explain,
    Action.SLEEP: _sleep,
    Action.WAKE: _wake,
    Action.FORGET: _forget,
    Action.NEXT_DATE: _next_date,
    Action.CANCEL_DATE: _cancel_date,
}
