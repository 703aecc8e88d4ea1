"""The stage: runs scripts beat by beat, and knows what goes on when one is interrupted.

It keeps a stack of frames, each a script and the beat it has come to. A ritual is the lowest
frame; the beats after an answer, and every aside (help, a repeated prompt, a break), are frames on
top of it. When a frame ends, what it interrupted goes on. Pure: time is an argument, what is to be
done is collected in `out`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from assistant.config import Timing
from assistant.content import Content
from assistant.conversation import script as beats
from assistant.conversation.activities import (
    Activity,
    Asked,
    Asleep,
    Holding,
    Idle,
    Invited,
    Paused,
    Resting,
    Speaking,
    later,
)
from assistant.conversation.decks import Depth, draw
from assistant.conversation.script import Beat, Role, Script
from assistant.conversation.table import listening
from assistant.conversation.turns import Turn
from assistant.conversation.wording import fill, spoken_names, spoken_time
from assistant.events import (
    Chime,
    ChimeName,
    Command,
    DateArrived,
    ForgetEverything,
    Hush,
    Intent,
    ListenFor,
    OpenMicrophone,
    Prepare,
    Say,
    StartNextTimeWith,
    TurnChange,
    TurnMark,
    UseQuestion,
    When,
)


@dataclass(slots=True)
class Memories:
    """What is remembered between conversations; see `memory`.

    Attributes:
        used: numbers of the questions asked, by deck.
        starts: who starts the next ritual, counted from 1.
    """

    used: dict[str, set[int]] = field(default_factory=dict)
    starts: int = 1


@dataclass(frozen=True, slots=True)
class Household:
    """Who is at the table, and how the assistant is called and sounds.

    Attributes:
        partners: two to eight names.
        name: the assistant's, as it is called.
        volume: loudness, 0 to 1, to begin with.
        rate: words a minute to begin with.
        record: the answer to "what do you record?".
    """

    partners: Sequence[str]
    name: str
    volume: float
    rate: int
    record: str


@dataclass(slots=True)
class Frame:
    """A script, the beat it has come to, and what goes on when it ends."""

    script: Script
    at: int = 0
    interrupted: Activity | None = None
    since: float = 0.0


@dataclass(slots=True)
class Run:
    """The ritual that is running.

    Attributes:
        name: of the ritual.
        started_by: the intent that started it.
        order: partners by position; the first starts.
        more: seconds added to every floor of a group.
        held: positions that have had the floor, by group.
        opened: somebody has had the floor already.
    """

    name: str
    started_by: Intent
    order: list[int]
    more: dict[int, float] = field(default_factory=dict)
    held: dict[int, list[int]] = field(default_factory=dict)
    opened: bool = False


class Stage:
    """Everything a conversation knows, and how its scripts run. The rules are in `table`."""

    def __init__(
        self,
        content: Content,
        household: Household,
        memories: Memories,
        timing: Timing,
        random: Random,
    ) -> None:
        """Begin idle, with nobody speaking."""
        self.content = content
        self.household = household
        self.memories = memories
        self.timing = timing
        self.random = random
        self.doing: Activity = Idle()
        self.frames: list[Frame] = []
        self.run: Run | None = None
        self.depth = Depth()
        self.topic: tuple[str, ...] = ()
        self.volume, self.rate = household.volume, household.rate
        self.quiet_since: float | None = -math.inf
        self.last_prompt = ""
        self.news: list[str] = []
        self.invitations: list[DateArrived] = []
        self.dates: tuple[tuple[str, When], ...] = ()
        self.steps = 0
        self.out: list[Command] = []
        self._utterances = 0
        self._listening: ListenFor | None = None

    # ---- commands -----------------------------------------------------------------------------

    def emit(self, *commands: Command) -> None:
        """Have these commands carried out."""
        self.out.extend(commands)

    def chime(self, name: ChimeName) -> None:
        """Sound a chime."""
        self.emit(Chime(name))

    def listen(self) -> None:
        """Tell what may be heard now, where that has changed.

        It is told before anything is said or opened, so that an observer never sees a sentence in
        a state in which nothing may be said.
        """
        heeding = listening(self.doing.place)
        if heeding != self._listening:
            self._listening = heeding
            self.emit(heeding)

    def mark(self, change: TurnChange, turn: Turn) -> None:
        """Tell what happens to a turn."""
        self.emit(TurnMark(change, turn.partner, turn.granted))

    # ---- frames -------------------------------------------------------------------------------

    def push(self, script: Script, interrupted: Activity | None = None, now: float = 0.0) -> None:
        """Put a script on top; it runs with the next `advance`."""
        self.frames.append(Frame(script, interrupted=interrupted, since=now))

    def aside(self, script: Script, now: float, underneath: Activity | None = None) -> None:
        """Do something in between; what is going on stands still, and goes on afterwards."""
        doing = underneath or self.doing
        if isinstance(doing, Holding) and doing.turn.since is not None:
            doing = self.stand_still(doing, now)
        self.push(script, doing, now)
        self.advance(now)

    def stand_still(self, holding: Holding, now: float) -> Holding:
        """The turn with its clock standing, and said so."""
        standing = Holding(holding.turn.paused(now), holding.beat)
        self.mark(TurnChange.PAUSED, standing.turn)
        return standing

    def leave(self, last_words: Script, now: float) -> None:
        """End everything at once, whatever it was; then say the last words, if there are any."""
        if isinstance(self.doing, Speaking):
            self.emit(Hush())
        self.end_open_turn()
        self.frames.clear()
        self.run = None
        self.topic = ()
        self.push(last_words)
        self.advance(now)

    def end_open_turn(self) -> None:
        """Tell the end of a turn that is held, paused, or stands under an aside."""
        for activity in (self.doing, *(frame.interrupted for frame in self.frames)):
            inner = activity.inner if isinstance(activity, Paused) else activity
            if isinstance(inner, Holding):
                self.mark(TurnChange.END, inner.turn)
                return

    def advance(self, now: float) -> None:
        """Run beats until one waits for something."""
        waiting = False
        while not waiting:
            if self.news:
                self.push((beats.Speak(self.news.pop(0)),))
            if not self.frames:
                self.become_idle(now)
                return
            frame = self.frames[-1]
            if frame.at < len(frame.script):
                frame.at += 1
                self.steps += 1
                waiting = self._perform(frame.script[frame.at - 1], now)
            else:
                self.frames.pop()
                waiting = frame.interrupted is not None
                if frame.interrupted is not None:
                    self.go_on(frame.interrupted, frame.since, now)

    def go_on(self, activity: Activity, since: float, now: float) -> None:
        """Go on with what stood still since `since`."""
        self.doing = later(activity, now, since)
        self.listen()
        if isinstance(self.doing, Holding):
            self.mark(TurnChange.RESUMED, self.doing.turn)
            self.chime(ChimeName.TURN_OPENS)
        elif isinstance(self.doing, Asked):
            self.ask(self.doing.beat, now)
        elif isinstance(self.doing, Idle):
            self.become_idle(now)

    def become_idle(self, now: float) -> None:
        """Nothing runs any more; a date that came meanwhile may chime now."""
        self.doing = Idle()
        self.run = None
        if self.invitations:
            date = self.invitations.pop(0)
            self.chime(ChimeName.INVITE)
            self.doing = Invited(date.ritual, date.reminder, now + self.timing.invitation)

    def _perform(self, beat: Beat, now: float) -> bool:
        """Begin a beat; true if it waits for something."""
        match beat:
            case beats.Speak():
                self.say(self.filled(beat.text, beat.speaker, beat.seconds), now)
            case beats.Ask() | beats.AskDate():
                self.ask(beat, now)
            case beats.Floor():
                self._open_floor(beat, now)
            case beats.Rest():
                self.doing = Resting(beat, now + beat.seconds)
                self._prepare_next()
            case beats.Draw():
                self.draw(beat.decks, beat.level, now)
            case beats.Leave():
                self.frames.clear()
                self.become_idle(now)
            case beats.Sleep():
                self.frames.clear()
                self.run = None
                self.doing = Asleep()
                self.emit(OpenMicrophone(open=False))
            case beats.SwapFirst():
                if self.run is not None:
                    self.run.order.append(self.run.order.pop(0))
                return False
            case beats.Do():
                self._do(beat.command)
                return False
        return True

    def _do(self, command: Command) -> None:
        self.emit(command)
        if isinstance(command, ForgetEverything):
            self.memories.used.clear()
            self.memories.starts = 1
            self.dates = ()

    def minutes_asked(self, intent: Intent) -> int:
        """The minutes somebody asked for; 0 if nobody did."""
        value = intent.slots.get("minutes", 0)
        return value if isinstance(value, int) else 0

    # ---- saying and asking --------------------------------------------------------------------

    @property
    def order(self) -> list[int]:
        """Partners by position: the ritual's order, or who would start one now."""
        if self.run is not None:
            return self.run.order
        people = len(self.household.partners)
        first = (self.memories.starts - 1) % people
        return [(first + position) % people + 1 for position in range(people)]

    def named(self, position: int) -> str:
        """The name of the partner at a position."""
        return self.household.partners[self.order[position % len(self.order)] - 1]

    def filled(self, text: str, position: int | None = None, seconds: float = 0.0) -> str:
        """A sentence with its names and times in words."""
        lines = self.content.lines
        names = [self.named(at) for at in range(len(self.order))]
        values = {
            "name": self.household.name,
            "everyone": spoken_names(names, lines),
            "first": names[0],
            "second": names[-1] if len(names) < 3 else names[1],
            "minutes": spoken_time(seconds, lines),
        }
        if position is not None:
            values["speaker"] = values["partner"] = self.named(position)
            values["listener"] = self.named(position + 1)
        return fill(text, values)

    def say(
        self,
        text: str,
        now: float,
        then: beats.Ask | beats.AskDate | None = None,
        *,
        again: bool = False,
    ) -> None:
        """Say a sentence; `then` is the question it asks, `again` that it was asked before."""
        self._utterances += 1
        if not any(frame.interrupted for frame in self.frames):
            self.last_prompt = text
        until = now + self.timing.speech_limit
        self.doing = Speaking(self._utterances, text, until, then, again)
        self.listen()
        self.emit(Say(self._utterances, text))
        self._prepare_next()

    def ask(self, beat: beats.Ask | beats.AskDate, now: float, *, again: bool = False) -> None:
        """Ask a question; the answer window opens when it has been said."""
        if isinstance(beat, beats.Ask):
            text = self.filled(beat.text, beat.asked, beat.seconds)
        else:
            text = self.filled(beat.text)
        self.say(text, now, beat, again=again)

    def speech_over(self, speaking: Speaking, now: float) -> None:
        """What we said has been heard: open the answer window, or go on."""
        if speaking.then is None:
            self.advance(now)
            return
        until = now + self.timing.answer_window
        limit = now + self.timing.overtime
        self.doing = Asked(speaking.then, until, limit, again=speaking.again)

    def _prepare_next(self) -> None:
        """Have the next sentence ready, where it is known already."""
        if not self.frames or self.frames[-1].at >= len(self.frames[-1].script):
            return
        match self.frames[-1].script[self.frames[-1].at]:
            case beats.Speak(text=text, speaker=position, seconds=seconds):
                self.emit(Prepare(self.filled(text, position, seconds)))
            case beats.Ask(text=text, asked=position, seconds=seconds):
                self.emit(Prepare(self.filled(text, position, seconds)))
            case beats.AskDate(text=text):
                self.emit(Prepare(self.filled(text)))

    # ---- questions ----------------------------------------------------------------------------

    def draw(self, decks: tuple[str, ...], level: int | None, now: float) -> None:
        """Draw a question of these decks and say it."""
        if level is not None:
            self.depth = Depth(level)
        used = self.memories.used
        question = draw(self.content.decks, decks, self.depth.level, used, self.random)
        for name in question.exhausted:
            used.pop(name, None)
        used.setdefault(question.deck, set()).add(question.number)
        self.topic = decks
        self.emit(UseQuestion(question.deck, question.number, question.exhausted))
        self.say(question.text, now)

    # ---- the floor ----------------------------------------------------------------------------

    def _open_floor(self, beat: beats.Floor, now: float) -> None:
        more = 0.0
        if self.run is not None:
            more = self.run.more.get(beat.group, 0.0)
            self._remember_starter(self.run)
        partner = self.order[beat.position % len(self.order)]
        grown = more > 0 or beat.group == beats.UNEXTENDED
        turn = Turn(partner, beat.seconds + more, now, extended=grown)
        self.doing = Holding(turn, beat)
        self.listen()
        self.mark(TurnChange.START, turn)
        self.chime(ChimeName.TURN_OPENS)
        self._prepare_next()

    def _remember_starter(self, run: Run) -> None:
        """The next ritual starts with the next partner, once this one has really begun."""
        if run.opened:
            return
        run.opened = True
        self.memories.starts = run.order[0] % len(self.household.partners) + 1
        self.emit(StartNextTimeWith(self.memories.starts))

    def close_floor(self, holding: Holding, now: float, *, first: Script = ()) -> None:
        """The turn is over: tell it, offer others what was added to it, and go on.

        Args:
            holding: the turn.
            now: seconds.
            first: what is said before anything else.
        """
        if holding.turn.rung_at is None:
            self.chime(ChimeName.TURN_ENDS)
        self.mark(TurnChange.END, holding.turn)
        if holding.beat.role is Role.ANSWER and not first:
            self.depth = self.depth.answered()
        self._offer_equal_time(holding.beat)
        if first:
            self.push(first)
        self.advance(now)

    def forget_floors(self, frame: Frame) -> None:
        """The floors ahead are given anew, to everybody."""
        if self.run is None:
            return
        for beat in frame.script[frame.at :]:
            if isinstance(beat, beats.Floor):
                self.run.held.pop(beat.group, None)

    def extend(self, holding: Holding) -> None:
        """Give this turn more time, and every later floor of its group the same."""
        seconds = self.timing.more_time
        longer = holding.turn.longer(seconds)
        self.doing = Holding(longer, holding.beat)
        if self.run is not None:
            self.run.more[holding.beat.group] = seconds
        self.mark(TurnChange.EXTENDED, longer)
        self.chime(ChimeName.HEARD)

    def _offer_equal_time(self, beat: beats.Floor) -> None:
        """Those who had the floor before it grew are offered the same, each once."""
        if self.run is None or beat.group == beats.UNEXTENDED:
            return
        earlier = self.run.held.setdefault(beat.group, [])
        more = self.run.more.get(beat.group, 0.0)
        if more and self.run.more.get(-beat.group) is None:
            self.run.more[-beat.group] = more  # the offer is made once, by whoever asked first
            for position in reversed(earlier):
                self.push((self._offer(position, more),))
        earlier.append(beat.position)

    def _offer(self, position: int, seconds: float) -> beats.Ask:
        floor = beats.Floor(position, seconds, beats.UNEXTENDED)
        text = self.content.lines.equal_time
        return beats.Ask(text, yes=(floor,), asked=position, seconds=seconds)
