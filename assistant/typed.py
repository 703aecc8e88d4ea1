"""Typed conversation: one line is one utterance, and time passes only when it is let.

The same conversation and the same matching of whole phrases as by voice, without sound. Lines that
begin with ``@`` are about time: ``@ 2m30s`` lets it pass, ``@ end`` lets the present turn or
question run out.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from assistant.config import Hearing
from assistant.conversation.machine import Conversation
from assistant.errors import BadInput
from assistant.events import (
    Command,
    Event,
    Heard,
    ListenFor,
    NotUnderstood,
    Say,
    SpeechFinished,
    Tick,
)
from assistant.timeline import Timeline
from assistant.understanding.matcher import Matcher
from assistant.understanding.phrases import Phrases

_TIME = re.compile(r"(?:(\d{1,3})\s*h)?\s*(?:(\d{1,4})\s*m(?:in)?)?\s*(?:(\d{1,5}(?:\.\d+)?)\s*s)?")
_MOST_STEPS = 10_000
"""More than a day of ticks; a conversation that needs more has lost its way."""


def parse_time(text: str) -> float:
    """Seconds of ``2m30s``, ``45s``, ``1h`` or ``10m``.

    Raises:
        BadInput: it is no such time.
    """
    match = _TIME.fullmatch(text.strip().lower())
    if match is None or not any(match.groups()):
        raise BadInput(f"{text.strip()[:40]!r} is not a time", remedy="such as @ 2m30s, or @ end")
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


class Keyboard:
    """Understands typed lines as the ear understands spoken ones: whole phrases or nothing."""

    def __init__(self, phrases: Phrases, name: str, numbers: Mapping[int, str]) -> None:
        """Take what can be said.

        Args:
            phrases: everything that can be said.
            name: the assistant's name, which may come before any phrase.
            numbers: numbers in words, so that digits can be typed for them.
        """
        self._phrases = phrases
        self._name = name
        self._numbers = numbers
        self._matcher = Matcher(Hearing())

    def understand(self, line: str, moment: ListenFor) -> Heard | NotUnderstood:
        """What a typed line means in this moment."""
        closed = self._phrases.closed_set(moment.intents, moment.bare, self._name)
        intent = self._matcher.match(self._as_heard(line), closed)
        return NotUnderstood() if intent is None else Heard(intent)

    def _as_heard(self, line: str) -> str:
        """Typed text as it would be heard: small letters, no marks, numbers in words."""
        text = re.sub("[\u2019\u00b4`]", "'", line.lower())
        words = re.sub(r"[^a-z0-9']+", " ", text).split()
        return " ".join(self._in_words(word) for word in words)

    def _in_words(self, word: str) -> str:
        return self._numbers.get(int(word), word) if re.fullmatch(r"[0-9]{1,3}", word) else word


class TypedConversation:
    """Drives a conversation by lines of text."""

    def __init__(
        self,
        conversation: Conversation,
        keyboard: Keyboard,
        timeline: Timeline,
        remember: Callable[[Command], None],
    ) -> None:
        """Begin at second 0.

        Args:
            conversation: not started yet.
            keyboard: understands the lines.
            timeline: shows what happens.
            remember: takes every command; keeps those that are to be remembered.
        """
        self._conversation = conversation
        self._keyboard = keyboard
        self._timeline = timeline
        self._remember = remember
        self._moment: ListenFor | None = None
        self._now = 0.0
        self._told: list[Event] = []

    def start(self, told: list[Event]) -> None:
        """Show the first state.

        Args:
            told: what the keeper of the memory tells; taken before each line.
        """
        self._told = told
        self._carry_out(self._conversation.start())

    def line(self, line: str) -> None:
        """Take one line.

        Raises:
            BadInput: a line about time that cannot be read; nothing has happened.
        """
        while self._told:
            self._handle(self._told.pop(0))
        line = line.strip()
        if not line:
            return
        if line.startswith("@"):
            self._let_pass(line[1:].strip())
        elif self._moment is not None:
            self._handle(self._keyboard.understand(line, self._moment))

    def _let_pass(self, wish: str) -> None:
        if wish == "end":
            self._run_out()
            return
        until = self._now + parse_time(wish)
        while (due := self._conversation.deadline) is not None and due <= until:
            self._now = max(self._now, due)
            self._handle(Tick())
        self._now = until

    def _run_out(self) -> None:
        """Let time pass until the present turn or question is over."""
        steps = self._conversation.steps
        for _ in range(_MOST_STEPS):
            due = self._conversation.deadline
            if due is None or self._conversation.steps != steps:
                return
            self._now = max(self._now, due)
            self._handle(Tick())

    def _handle(self, event: Event) -> None:
        self._timeline.event(self._now, event)
        self._carry_out(self._conversation.handle(event, self._now))

    def _carry_out(self, commands: Iterable[Command]) -> None:
        """Speaking takes no time here: every sentence is finished as soon as it is said."""
        waiting = list(commands)
        while waiting:
            command = waiting.pop(0)
            self._timeline.commands(self._now, [command])
            self._remember(command)
            if isinstance(command, ListenFor):
                self._moment = command
            elif isinstance(command, Say):
                finished = SpeechFinished(command.utterance_id)
                waiting += self._conversation.handle(finished, self._now)
