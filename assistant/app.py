"""The composition root: builds the parts and owns the one event loop of the live assistant.

Everything else is told what it needs; here is the one place that knows all of it.
"""

import queue
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random, SystemRandom

from assistant import content as content_files
from assistant.config import Hearing, Settings, VoiceSettings, config_file, load_settings
from assistant.content import Content
from assistant.conversation.checks import check_content
from assistant.conversation.household import Household, Memories
from assistant.conversation.machine import Conversation
from assistant.events import (
    Chime,
    Command,
    Event,
    Heard,
    Hush,
    Intent,
    ListenFor,
    OpenMicrophone,
    Part,
    PartBack,
    PartLost,
    Prepare,
    Say,
    SetVoice,
    StateName,
    Tick,
)
from assistant.hearing.ear import Ear, EarReport
from assistant.hearing.listener import Listener
from assistant.hearing.recognizer import Recognizer
from assistant.privacy import what_is_kept_sentence
from assistant.speaking.chimes import chime
from assistant.speaking.speaker import CHIME_RATE, Speaker
from assistant.timeline import Timeline
from assistant.typed import Keyboard
from assistant.understanding.name import heard_name
from assistant.understanding.phrases import Phrases, load_phrases

LONGEST_WAIT = 0.5
"""Seconds the loop waits at most, so that it shows a sign of life that often."""


@dataclass(frozen=True, slots=True)
class Home:
    """A household's settings, and the content they choose.

    Attributes:
        settings: from `config.toml`.
        content: what the assistant says.
        phrases: what it hears.
    """

    settings: Settings
    content: Content
    phrases: Phrases


def open_home(settings: Settings | None = None, own: Path | None = None) -> Home:
    """Read settings and content, and check all of it.

    Args:
        settings: other than those of `config.toml`.
        own: the household's content folder; by default the one of `config.toml`.

    Raises:
        BadConfiguration, BadContent: in one line naming file, place and remedy.
    """
    file = config_file()
    settings = settings or load_settings(file)
    own = own or file.parent
    content = content_files.load(settings.language, own)
    check_content(content)
    phrases = load_phrases(content_files.intent_files(settings.language, own))
    return Home(settings, content, phrases)


def new_conversation(
    home: Home,
    memories: Memories,
    voice: VoiceSettings,
    *,
    partners: tuple[str, ...] | None = None,
    random: Random | None = None,
) -> Conversation:
    """A conversation of this household, or of other partners, that begins idle."""
    household = household_of(home, voice, partners)
    return Conversation(home.content, household, memories, random=random or SystemRandom())


def household_of(
    home: Home, voice: VoiceSettings, partners: tuple[str, ...] | None = None
) -> Household:
    """Who is at the table, and what the assistant is called and keeps."""
    return Household(
        partners or home.settings.partners,
        home.settings.name,
        voice.volume,
        voice.rate,
        what_is_kept_sentence(home.content.lines),
    )


def load_recognizer(model: Path) -> Recognizer:
    """Load the speech model of a checked folder: seconds, and most of the memory used.

    Raises:
        BadModel: the model cannot be loaded.
    """
    from assistant.hearing.vosk_recognizer import VoskRecognizer  # noqa: PLC0415 - slow to load

    return VoskRecognizer(model)


def ear_maker(home: Home, model: Path) -> Callable[[], Ear]:
    """Load the speech model of a checked folder; each call then gives a fresh ear with it.

    Raises:
        BadModel: the model cannot be loaded.
        BadContent, BadConfiguration: as `ears_with`.
    """
    return ears_with(home, load_recognizer(model))


def ears_with(home: Home, recognizer: Recognizer) -> Callable[[], Ear]:
    """Each call gives a fresh ear with this recognizer, for this household's phrases and name.

    Raises:
        BadContent: it does not know a word of the phrases.
        BadConfiguration: nor the assistant's name.
    """
    home.phrases.check_vocabulary(recognizer.knows)
    name = heard_name(home.settings.name, recognizer.knows)
    return lambda: Ear(recognizer, home.phrases, name)


class Assistant:
    """The live assistant: one loop, fed by the threads of ear and speaker through one queue."""

    def __init__(
        self,
        conversation: Conversation,
        timeline: Timeline,
        remember: Callable[[Command], None],
        *,
        on_event: Callable[[Event], None] = lambda _: None,
        echo_cancelled: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep the parts; `attach` gives the ones that report back, `run` begins.

        Args:
            conversation: not started yet.
            timeline: shows what happens.
            remember: takes every command; keeps those that are to be remembered.
            on_event: sees every event before the conversation does.
            echo_cancelled: the microphone does not hear the loudspeaker: listen while speaking.
            clock: seconds; the microphone's clock too.
        """
        self._conversation = conversation
        self._timeline = timeline
        self._remember = remember
        self._on_event = on_event
        self._echo_cancelled = echo_cancelled
        self._clock = clock
        self._began = clock()
        self._events: queue.SimpleQueue[Event | Callable[[], None] | None] = queue.SimpleQueue()
        self._listener: Listener | None = None
        self._speaker: Speaker | None = None
        self._volume = 1.0
        self.moment: ListenFor | None = None
        """What can be heard now."""
        self.lost: set[Part] = set()
        """Parts that do not work at the moment."""

    @property
    def state(self) -> StateName:
        """The state the conversation is in."""
        return StateName.IDLE if self.moment is None else self.moment.state

    @property
    def turn_left(self) -> tuple[int, float]:
        """Who holds the floor, from 1, and seconds left of the turn; (0, 0) if nobody does."""
        turn = self._conversation.turn
        if turn is None:
            return 0, 0.0
        now = self._clock()
        return turn.partner, turn.granted - turn.used(now)

    def renew(self, home: Home, fresh_ear: Callable[[], Ear]) -> None:
        """Go on with other settings and content; a ritual that runs is not lost."""
        self._conversation.renew(home.content, household_of(home, home.settings.voice))
        if self._listener is not None:
            self._listener.renew(fresh_ear)

    def attach(self, listener: Listener, speaker: Speaker) -> None:
        """Take the parts that report to `take_report` and `take`."""
        self._listener, self._speaker = listener, speaker

    def take(self, event: Event) -> None:
        """Take an event from any thread."""
        self._events.put(event)

    def take_report(self, report: EarReport | PartLost | PartBack) -> None:
        """Take what the listener noticed, from its thread."""
        self.take(report.event if isinstance(report, EarReport) else report)

    def call(self, wish: Callable[[], None]) -> None:
        """Have something done on the loop's thread, from any thread or a signal handler."""
        self._events.put(wish)

    def wake(self) -> None:
        """Wake it if it sleeps, from any thread: a button, a key or a command was used."""
        if self.state is StateName.ASLEEP:
            self.take(Heard(Intent("WakeUp", addressed=True)))

    def stop(self) -> None:
        """End the loop, from any thread or a signal handler."""
        self._events.put(None)

    def run(self, each_round: Callable[[float], None] = lambda _: None) -> None:
        """Go round until stopped.

        Args:
            each_round: called in every round with the clock's time, at least twice a second.
        """
        self.start()
        while self.go_round():
            each_round(self._clock())

    def start(self) -> None:
        """Carry out what the conversation begins with; `run` does this first."""
        self._carry_out(self._conversation.start())

    @property
    def due(self) -> bool:
        """Whether a round would find something to do at once."""
        deadline = self._conversation.deadline
        return not self._events.empty() or (deadline is not None and deadline <= self._clock())

    def go_round(self) -> bool:
        """Wait for one event, or for the conversation's deadline, and see to it.

        Returns:
            False when it was told to stop.
        """
        deadline = self._conversation.deadline
        wait = LONGEST_WAIT if deadline is None else min(LONGEST_WAIT, deadline - self._clock())
        try:
            event = self._events.get(timeout=max(0.0, wait))
        except queue.Empty:
            event = Tick()
        if event is None:
            return False
        if callable(event):
            event()
        else:
            self._handle(event)
        return True

    def _handle(self, event: Event) -> None:
        now = self._clock()
        match event:
            case PartLost(part=part):
                self.lost.add(part)
            case PartBack(part=part):
                self.lost.discard(part)
        self._on_event(event)
        self._timeline.event(now - self._began, event)
        self._carry_out(self._conversation.handle(event, now))

    def _carry_out(self, commands: list[Command]) -> None:
        self._timeline.commands(self._clock() - self._began, commands)
        for command in commands:
            self._remember(command)
            self._perform(command)

    def _perform(self, command: Command) -> None:
        listener, speaker = self._listener, self._speaker
        if listener is None or speaker is None:
            return
        match command:
            case Say(utterance_id=number, text=text):
                speaker.say(number, text)
            case Prepare(text=text):
                speaker.prepare(text)
            case Hush():
                speaker.hush()
            case Chime(name=name):
                speaker.chime(name)
                seconds = chime(name, CHIME_RATE, self._volume).seconds
                self._deafen(listener, seconds)
            case SetVoice(volume=volume, rate=rate):
                self._volume = volume
                speaker.adjust(volume, rate)
            case OpenMicrophone(open=wanted):
                listener.open_microphone(wanted=wanted)
            case ListenFor():
                self._listen(listener, command)

    def _listen(self, listener: Listener, moment: ListenFor) -> None:
        """While it speaks the ear is closed, and for the tail of the echo afterwards."""
        if self.state is StateName.SPEAKING and moment.state is not StateName.SPEAKING:
            self._deafen(listener, 0.0)
        self.moment = moment
        closed = moment.state is StateName.SPEAKING and not self._echo_cancelled
        listener.listen_for(None if closed else moment)

    def _deafen(self, listener: Listener, seconds: float) -> None:
        if not self._echo_cancelled:
            listener.deafen(self._clock() + seconds + Hearing().tail)


def read_keys(assistant: Assistant, keyboard: Keyboard) -> None:
    """Lines typed at the terminal of a live assistant are heard too, and wake it when asleep."""

    def read() -> None:
        for line in sys.stdin:
            if assistant.state is StateName.ASLEEP:
                assistant.wake()
            elif line.strip() and assistant.moment is not None:
                assistant.take(keyboard.understand(line, assistant.moment))

    threading.Thread(target=read, name="keys", daemon=True).start()
