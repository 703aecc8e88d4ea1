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


class TypedConversation:
    """Drives a conversation by lines of text."""

    def __init__(
        self,
        conversation: Conversation,
        phrases: Phrases,
        name: str,
        timeline: Timeline,
        *,
        numbers: Mapping[int, str],
        remember: Callable[[Command], None],
    ) -> None:
        """Begin at second 0.

        Args:
            conversation: not started yet.
            phrases: everything that can be said.
            name: the assistant's name, which may come before any phrase.
            timeline: shows what happens.
            numbers: numbers in words, so that digits can be typed for them.
            remember: takes every command; keeps those that are to be remembered.
        """
        self._conversation = conversation
        self._phrases = phrases
        self._name = name
        self._timeline = timeline
        self._numbers = numbers
        self._remember = remember
        self._matcher = Matcher(Hearing())
        self._moment: ListenFor | None = None
        self._now = 0.0

    def start(self) -> None:
        """Show the first state."""
        self._carry_out(self._conversation.start())

    def line(self, line: str) -> None:
        """Take one line.

        Raises:
            BadInput: a line about time that cannot be read; nothing has happened.
        """
        line = line.strip()
        if not line:
            return
        if line.startswith("@"):
            self._let_pass(line[1:].strip())
        else:
            self._say(self._normalized(line))

    def _normalized(self, text: str) -> str:
        """Typed text as it would be heard: small letters, no marks, numbers in words."""
        text = re.sub(r"[’`´]", "'", text.lower())
        text = re.sub(r"[^a-z0-9']+", " ", text)
        words = (
            self._numbers.get(int(word), word) if word.isdigit() and len(word) < 4 else word
            for word in text.split()
        )
        return " ".join(words)

    def _say(self, text: str) -> None:
        if self._moment is None or not text:
            return
        closed = self._phrases.closed_set(self._moment.intents, self._moment.bare, self._name)
        intent = self._matcher.match(text, closed)
        self._handle(NotUnderstood() if intent is None else Heard(intent))

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
