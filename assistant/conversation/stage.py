"""The stage: runs scripts beat by beat, and knows what goes on when one is interrupted.

It keeps a stack of frames, each a script and the beat it has come to. A ritual is the lowest
frame; the beats after an answer, and every aside (help, a repeated prompt, a break), are frames on
top of it. When a frame ends, what it interrupted goes on. Pure: time is an argument, what is to be
done is collected in `out`.
"""

import math
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
from assistant.conversation.frames import Frame, Run
from assistant.conversation.household import Household, Memories
from assistant.conversation.script import Beat, Role, Script
from assistant.conversation.shares import Shares
from assistant.conversation.table import listening
from assistant.conversation.turns import Turn
from assistant.conversation.wording import address
from assistant.events import (
    Chime,
    ChimeName,
    Command,
    DateArrived,
    ForgetEverything,
    Hush,
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
        self.shares = Shares()
        self.depth = Depth()
        self.topic: tuple[str, ...] = ()
        self.topic_until = -math.inf
        self.volume, self.rate = household.volume, household.rate
        self.quiet_since: float | None = -math.inf
        self.last_prompt = ""
        self.news: list[str] = []
        self.invitations: list[tuple[DateArrived, float]] = []
        self.renewal: tuple[Content, Household] | None = None
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
        self._clear()
        self.topic = ()
        self.news.clear()
        self.push(last_words)
        self.advance(now)

    def _clear(self) -> None:
        self.end_open_turn()
        self.frames.clear()
        self.run = None

    @property
    def open_turn(self) -> Turn | None:
        """The turn that is held, paused, or stands under an aside."""
        for activity in (self.doing, *(frame.interrupted for frame in self.frames)):
            inner = activity.inner if isinstance(activity, Paused) else activity
            if isinstance(inner, Holding):
                return inner.turn
        return None

    def end_open_turn(self) -> None:
        """Tell the end of the turn that is open, if there is one."""
        if (turn := self.open_turn) is not None:
            self.mark(TurnChange.END, turn)

    def advance(self, now: float) -> None:
        """Run beats until one waits for something."""
        waiting = False
        while not waiting:
            if self.news:
                self.say(self.news.pop(0), now)
                return
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
        self.take_renewal()
        while self.invitations and isinstance(self.doing, Idle):
            date, came = self.invitations.pop(0)
            known = date.ritual in self.content.rituals or self.content.small_acts(date.reminder)
            if known and now <= came + self.timing.date_waits:
                self.chime(ChimeName.INVITE)
                self.doing = Invited(date.ritual, date.reminder, now + self.timing.invitation)

    def take_renewal(self) -> None:
        """Take new content and names, if there are any, where nothing depends on the old ones."""
        if self.renewal is not None and isinstance(self.doing, Idle | Asleep):
            (self.content, self.household), self.renewal = self.renewal, None
            self.topic = ()

    def _perform(self, beat: Beat, now: float) -> bool:
        """Begin a beat; true if it waits for something."""
        match beat:
            case beats.Speak():
                text = self.sentence(beat)
                self.last_prompt = text if beat.prompt else self.last_prompt
                self.say(text, now)
            case beats.Ask() | beats.AskDate():
                self.ask(beat, now)
            case beats.Floor():
                self._open_floor(beat, now)
            case beats.Rest():
                self.doing = Resting(beat, now + beat.seconds)
                self._prepare_next()
            case beats.Draw():
                self._draw(beat, now)
            case beats.Leave():
                self._clear()
                self.become_idle(now)
            case beats.Sleep():
                self._clear()
                self.doing = Asleep()
                self.take_renewal()
                self.emit(OpenMicrophone(open=False))
            case beats.SwapFirst():
                self._swap_first()
                return False
            case beats.Do():
                self._do(beat.command)
                return False
        return True

    def _swap_first(self) -> None:
        if self.run is not None:
            self.run.order.append(self.run.order.pop(0))

    def _do(self, command: Command) -> None:
        self.emit(command)
        if isinstance(command, ForgetEverything):
            self.memories.used.clear()
            self.memories.starts = 1
            self.dates = ()
            self.invitations.clear()

    # ---- saying and asking --------------------------------------------------------------------

    @property
    def order(self) -> list[int]:
        """Partners by position: the ritual's order, or who would start one now."""
        if self.run is not None:
            return self.run.order
        people = len(self.household.partners)
        first = (self.memories.starts - 1) % people
        return [(first + position) % people + 1 for position in range(people)]

    def filled(self, text: str, position: int | None = None, seconds: float = 0.0) -> str:
        """A sentence with its names and times in words."""
        names = [self.household.partners[partner - 1] for partner in self.order]
        name = self.household.name
        return address(text, self.content.lines, name, names, position, seconds)

    def sentence(self, beat: beats.Speak | beats.Ask | beats.AskDate) -> str:
        """What a beat says, as things stand now."""
        match beat:
            case beats.Speak(text=text, opens=beats.Floor() as floor):
                if self.shares.more(floor) and "{minutes}" not in text:
                    text = f"{text} {self.content.lines.time_given}"
                return self.filled(text, floor.position, self.shares.granted(floor))
            case beats.Ask(text=text, asked=position, seconds=seconds):
                return self.filled(text, position, seconds)
            case beats.Speak(text=text, seconds=seconds):
                return self.filled(text, seconds=seconds)
            case beats.AskDate(text=text):
                return self.filled(text)

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
        until = now + 60.0 * len(text.split()) / self.rate + self.timing.speech_limit
        self.doing = Speaking(self._utterances, text, until, then, again)
        self.listen()
        self.emit(Say(self._utterances, text))
        self._prepare_next()

    def ask(self, beat: beats.Ask | beats.AskDate, now: float, *, again: bool = False) -> None:
        """Ask a question; the answer window opens when it has been said."""
        self.say(self.sentence(beat), now, beat, again=again)

    def speech_over(self, speaking: Speaking, now: float) -> None:
        """What we said has been heard: open the answer window, or go on."""
        if speaking.then is None:
            self.advance(now)
            return
        patient = isinstance(speaking.then, beats.Ask) and speaking.then.patient
        until = now + (self.timing.invitation if patient else self.timing.answer_window)
        limit = max(until, now + self.timing.overtime)
        self.doing = Asked(speaking.then, until, limit, again=speaking.again)

    def _prepare_next(self) -> None:
        """Have the next sentence ready, where it is known already."""
        if not self.frames or self.frames[-1].at >= len(self.frames[-1].script):
            return
        beat = self.frames[-1].script[self.frames[-1].at]
        if isinstance(beat, beats.Speak | beats.Ask | beats.AskDate):
            self.emit(Prepare(self.sentence(beat)))

    # ---- questions ----------------------------------------------------------------------------

    def _draw(self, beat: beats.Draw, now: float) -> None:
        """Draw a question and say it."""
        if beat.level is not None:
            self.depth = Depth(beat.level)
        used = self.memories.used
        question = draw(self.content.decks, beat.decks, self.depth.level, used, self.random)
        for name in question.exhausted:
            used.pop(name, None)
        used.setdefault(question.deck, set()).add(question.number)
        self.topic, self.topic_until = beat.decks, now + self.timing.topic
        self.last_prompt = question.text
        self.emit(UseQuestion(question.deck, question.number, question.exhausted))
        self.say(question.text, now)

    # ---- the floor ----------------------------------------------------------------------------

    def _open_floor(self, beat: beats.Floor, now: float) -> None:
        if self.run is not None:
            self._remember_starter(self.run)
        partner = self.order[beat.position % len(self.order)]
        turn = Turn(partner, self.shares.granted(beat), now)
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
            first: what is said before anything else; the turn was passed.
        """
        if holding.turn.rung_at is None:
            self.chime(ChimeName.TURN_ENDS)
        self.mark(TurnChange.END, holding.turn)
        if holding.beat.role is Role.ANSWER:
            self.depth = self.depth.lighter() if first else self.depth.answered()
        for position in reversed(self.shares.owed(holding.beat)):
            self.push((self._offer(position, self.shares.more(holding.beat)),))
        self.push(first)
        self.advance(now)

    def extend(self, holding: Holding) -> None:
        """Give this turn more time, and every later floor of its group the same."""
        seconds = self.timing.more_time
        longer = holding.turn.longer(seconds)
        self.doing = Holding(longer, holding.beat)
        self.shares.grow(holding.beat, seconds)
        self.mark(TurnChange.EXTENDED, longer)
        self.chime(ChimeName.HEARD)
        self._prepare_next()  # the next prompt may name the time

    def _offer(self, position: int, seconds: float) -> beats.Ask:
        floor = beats.Floor(position, seconds, beats.UNEXTENDED)
        text = self.content.lines.equal_time
        return beats.Ask(text, yes=(floor,), asked=position, seconds=seconds)
