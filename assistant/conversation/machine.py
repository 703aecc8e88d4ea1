"""The conversation, a pure state machine: `handle(event, now) -> commands`.

Rules (property-tested for every sequence of events, `tests/conversation/test_machine_properties`):

1. It never speaks while a partner holds the floor; it may only chime.
2. Everybody's time is equal: what one is given more, the others are given or offered.
3. Every state has a way out, and a stop that is meant for it ends everything with that one event.
4. After each event no deadline lies in the past.

`table` says what each intent does where, `actions` does it, on a `stage` that runs scripts of beats
compiled from a ritual's steps. What happens by itself, when time passes, is in this file.
"""

from random import Random

from assistant.config import Timing
from assistant.content import Content
from assistant.conversation import script as beats
from assistant.conversation.actions import ACTIONS
from assistant.conversation.activities import (
    Asked,
    Asleep,
    Holding,
    Idle,
    Invited,
    Paused,
    Resting,
    Speaking,
    deadline,
)
from assistant.conversation.answers import take_as_no
from assistant.conversation.household import Household, Memories
from assistant.conversation.stage import Stage
from assistant.conversation.table import Place, action_for
from assistant.conversation.turns import Turn
from assistant.events import (
    ChimeName,
    Command,
    DateArrived,
    DatesChanged,
    Event,
    Heard,
    NotUnderstood,
    Part,
    PartBack,
    PartLost,
    SpeechFinished,
    VoiceEnded,
    VoiceStarted,
)

MISSES_BEFORE_ASKING_AGAIN = 2
"""Not understood once is a chime; twice, and the question is asked once more."""


class Conversation:
    """One conversation with the people at one table. All times are seconds of one clock."""

    def __init__(
        self,
        content: Content,
        household: Household,
        memories: Memories,
        *,
        random: Random,
        timing: Timing | None = None,
    ) -> None:
        """Begin idle; `start` gives the first commands."""
        self._stage = Stage(content, household, memories, timing or Timing(), random)

    @property
    def place(self) -> Place:
        """Where the conversation is."""
        return self._stage.doing.place

    @property
    def deadline(self) -> float | None:
        """When it next wants a `Tick`; None if only an event can change it."""
        return deadline(self._stage.doing, self._stage.timing, self._stage.quiet_since)

    @property
    def turn(self) -> Turn | None:
        """The turn that is held, or stands while something else goes on: for clocks outside."""
        return self._stage.open_turn

    @property
    def steps(self) -> int:
        """Grows with every beat that is reached: shows that a turn or a question has run out."""
        return self._stage.steps

    def start(self) -> list[Command]:
        """The first commands: what to listen for."""
        return self._flush()

    def renew(self, content: Content, household: Household) -> None:
        """Take new content and names; what goes on just now ends with the old ones."""
        self._stage.renewal = (content, household)
        self._stage.take_renewal()

    def handle(self, event: Event, now: float) -> list[Command]:
        """Take one event at `now`, which never goes back; a `Tick` is taken at `deadline`."""
        stage = self._stage
        match event:
            case Heard(intent=intent):
                if (action := action_for(intent.name, self.place)) is not None:
                    ACTIONS[action](stage, intent, now)
            case NotUnderstood():
                self._not_understood(now)
            case VoiceStarted():
                stage.quiet_since = None
            case VoiceEnded():
                stage.quiet_since = now
            case SpeechFinished(utterance_id=number):
                self._speech_finished(number, now)
            case DateArrived():
                stage.invitations.append((event, now))
                if isinstance(stage.doing, Idle):
                    stage.become_idle(now)
            case DatesChanged(dates=dates):
                stage.dates = dates
            case PartLost(part=part) | PartBack(part=part):
                self._part_changed(part, now, back=isinstance(event, PartBack))
        while (due := self.deadline) is not None and due <= now:
            self._tick(now)
        return self._flush()

    def _flush(self) -> list[Command]:
        self._stage.listen()
        out, self._stage.out = self._stage.out, []
        return out

    # ---- what time does -------------------------------------------------------------------------

    def _tick(self, now: float) -> None:
        stage = self._stage
        lines = stage.content.lines
        match stage.doing:
            case Holding() as holding:
                self._floor_tick(holding, now)
            case Speaking() as speaking:  # never reported as finished: nothing hangs
                stage.speech_over(speaking, now)
            case Asked() as asked:
                self._silence(asked, now)
            case Invited():
                stage.become_idle(now)
            case Resting():
                stage.chime(ChimeName.TURN_ENDS)
                stage.advance(now)
            case Paused(reminded=False, inner=inner, since=since):
                reminded = Paused(inner, since, reminded=True)
                stage.aside((beats.Speak(lines.still_paused),), now, reminded)
            case Paused():
                stage.leave((beats.Speak(lines.closed_after_pause),), now)

    def _floor_tick(self, holding: Holding, now: float) -> None:
        """The last minute, the bell, or the quiet after it."""
        stage, turn = self._stage, holding.turn
        if turn.rung_at is None and now < turn.bell:
            if not turn.nearly_over(now, stage.timing):
                stage.chime(ChimeName.MINUTE_LEFT)
            stage.doing = Holding(turn.warned_now(), holding.beat)
            return
        if turn.rung_at is None:
            stage.chime(ChimeName.TURN_ENDS)
            turn = turn.rung(now)
            stage.doing = holding = Holding(turn, holding.beat)
        if turn.over(now, stage.timing, stage.quiet_since):
            stage.close_floor(holding, now)

    def _silence(self, asked: Asked, now: float) -> None:
        """The answer window has run out; whoever is still speaking is not interrupted."""
        if self._stage.quiet_since is None and now < asked.limit:
            until = min(asked.limit, now + self._stage.timing.answer_window)
            self._stage.doing = Asked(
                asked.beat, until, asked.limit, misses=asked.misses, again=asked.again
            )
        else:
            self._ask_again_or_no(asked, now)

    def _not_understood(self, now: float) -> None:
        asked = self._stage.doing
        if not isinstance(asked, Asked) or (
            isinstance(asked.beat, beats.Ask) and asked.beat.patient
        ):
            return
        if asked.misses + 1 >= MISSES_BEFORE_ASKING_AGAIN:
            self._ask_again_or_no(asked, now)
            return
        self._stage.chime(ChimeName.NOT_UNDERSTOOD)
        until = min(asked.limit, now + self._stage.timing.answer_window)
        self._stage.doing = Asked(
            asked.beat, until, asked.limit, misses=asked.misses + 1, again=asked.again
        )

    def _ask_again_or_no(self, asked: Asked, now: float) -> None:
        if asked.again:
            take_as_no(self._stage, now)
        else:
            self._stage.ask(asked.beat, now, again=True)

    def _speech_finished(self, utterance_id: int, now: float) -> None:
        doing = self._stage.doing
        if isinstance(doing, Speaking) and doing.utterance_id == utterance_id:
            self._stage.speech_over(doing, now)

    def _part_changed(self, part: Part, now: float, *, back: bool) -> None:
        """One calm sentence when it is back, as soon as nobody holds the floor.

        While the microphone is lost somebody may be speaking, for all we know. Of the memory nobody
        need know.
        """
        if part is Part.MICROPHONE:
            self._stage.quiet_since = now if back else None
        lines = self._stage.content.lines
        sentence = {
            Part.MICROPHONE: lines.microphone_back,
            Part.RECOGNIZER: lines.microphone_back,
            Part.LOUDSPEAKER: lines.voice_back,
            Part.VOICE: lines.voice_back,
        }.get(part)
        stage = self._stage
        if (
            not back
            or sentence is None
            or sentence in stage.news
            or isinstance(stage.doing, Asleep)
        ):
            return
        stage.news.append(sentence)
        if isinstance(stage.doing, Idle | Invited | Asked):
            stage.aside((), now)
