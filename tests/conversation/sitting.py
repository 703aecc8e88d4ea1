"""Sitting at the table: a conversation driven by what partners say and by time that is let pass."""

from collections.abc import Sequence
from random import Random

from assistant.config import Timing
from assistant.content import Content
from assistant.conversation.household import Household, Memories
from assistant.conversation.machine import Conversation
from assistant.conversation.table import Place
from assistant.events import (
    Appoint,
    CancelAppointments,
    Chime,
    Command,
    Event,
    ForgetEverything,
    Heard,
    Hush,
    Intent,
    NotUnderstood,
    OpenMicrophone,
    Say,
    SetVoice,
    SpeechFinished,
    StartNextTimeWith,
    Tick,
    TurnMark,
    UseQuestion,
    VoiceEnded,
    VoiceStarted,
)
from tests.conversation.kitchen import kitchen
from tests.conversation.rules import Ledger, Rules

COUPLE = ("Ann", "Bo")
RECORD = "I keep nothing you say."


class Table:
    """A table in the kitchen, with the assistant on it.

    `news()` gives what came out since it was last asked, one line a command: ``Stopped.`` is
    spoken, ``*turn-opens*`` a chime, ``[start Ann 300]`` a turn, ``(starts 2)`` is remembered. The
    house's rules are watched all the time.
    """

    def __init__(
        self,
        partners: Sequence[str] = COUPLE,
        *,
        content: Content | None = None,
        memories: Memories | None = None,
        slow_speech: bool = False,
        seed: int = 1,
    ) -> None:
        """Sit down.

        Args:
            partners: who.
            content: what the assistant says; by default the kitchen's.
            memories: what it remembers.
            slow_speech: sentences take until `finish` is called; else no time at all.
            seed: for the order of questions.
        """
        self.partners = partners
        self.memories = memories or Memories()
        self.timing = Timing()
        household = Household(partners, "turntable", 0.8, 150, RECORD)
        order = Random(seed)  # noqa: S311 - which question comes next is no secret
        content = content or kitchen()
        self.conversation = Conversation(content, household, self.memories, random=order)
        self.now = 0.0
        self.slow_speech = slow_speech
        self.last_id = 0
        self._rules = Rules(self.conversation)
        self._ledger = Ledger(partners)
        self._news: list[str] = []
        self._take(self.conversation.start())

    # ---- what happens -------------------------------------------------------------------------

    def says(self, intent: str, **slots: str | int) -> list[str]:
        """A partner says a phrase; gives what comes of it."""
        return self.happens(Heard(Intent(intent, slots)))

    def calls(self, intent: str, **slots: str | int) -> list[str]:
        """A partner says "Turntable", and then a phrase."""
        return self.happens(Heard(Intent(intent, slots, addressed=True)))

    def mumbles(self) -> list[str]:
        """Somebody says something that is no phrase of this moment."""
        return self.happens(NotUnderstood())

    def wait(self, seconds: float) -> list[str]:
        """Nobody says anything for so long; the assistant does what it does by itself."""
        until = self.now + seconds
        while (due := self.conversation.deadline) is not None and due <= until:
            self.now = max(self.now, due)
            self._feed(Tick())
        self.now = until
        return self.news()

    def starts_to_speak(self) -> list[str]:
        """Somebody's voice is heard."""
        return self.happens(VoiceStarted())

    def falls_silent(self) -> list[str]:
        """Nobody's voice is heard any more."""
        return self.happens(VoiceEnded())

    def finish(self) -> list[str]:
        """What the assistant was saying has been said."""
        return self.happens(SpeechFinished(self.last_id))

    def happens(self, event: Event) -> list[str]:
        """Any event; gives what comes of it."""
        self._feed(event)
        return self.news()

    def begin(self, ritual: str, yes: int = 2, **slots: str | int) -> list[str]:
        """A ritual is started, and so many say yes; gives what comes of the last yes."""
        news = self.says("StartRitual", ritual=ritual, **slots)
        for _ in range(yes):
            news = self.says("Yes")
        return news

    # ---- what came of it ----------------------------------------------------------------------

    def is_at(self, place: Place) -> bool:
        """Whether the conversation is there."""
        return self.conversation.place is place

    def news(self) -> list[str]:
        """What came out since this was last asked."""
        news, self._news = self._news, []
        return news

    def _feed(self, event: Event) -> None:
        self._take(self.conversation.handle(event, self.now))

    def _take(self, commands: list[Command]) -> None:
        self._rules.check(commands, self.now)
        self._ledger.check(commands)
        for command in commands:
            if (line := self._line(command)) is not None:
                self._news.append(line)
        for command in commands:
            if isinstance(command, Say):
                self.last_id = command.utterance_id
                if not self.slow_speech:
                    self._feed(SpeechFinished(command.utterance_id))

    def _line(self, command: Command) -> str | None:
        line = None
        match command:
            case Say(text=text):
                line = text
            case Chime(name=name):
                line = f"*{name}*"
            case Hush():
                line = "(hush)"
            case TurnMark(change=change, partner=partner, seconds=seconds):
                line = f"[{change} {self.partners[partner - 1]} {seconds:g}]"
            case StartNextTimeWith(partner=partner):
                line = f"(starts {partner})"
            case Appoint(ritual=ritual, when=when):
                parts = filter(None, (ritual, when.day, when.time, when.half))
                line = f"(date {' '.join(parts)})"
            case CancelAppointments():
                line = "(no dates)"
            case ForgetEverything():
                line = "(forget)"
            case OpenMicrophone(open=wanted):
                line = f"(microphone {'open' if wanted else 'closed'})"
            case SetVoice(volume=volume, rate=rate):
                line = f"(voice {volume:g} {rate})"
            case UseQuestion(deck=deck, number=number, forget=forget):
                again = f", {' '.join(forget)} anew" if forget else ""
                line = f"(used {deck} {number}{again})"
        return line
