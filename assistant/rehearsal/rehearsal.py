"""Running a rehearsal: the loop of the live assistant with sound in memory and a fast clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from assistant.config import BLOCK, SAMPLE_RATE, Hearing
from assistant.conversation.machine import Conversation
from assistant.conversation.table import Place
from assistant.conversation.turns import Turn
from assistant.errors import RehearsalFailed
from assistant.events import (
    Chime,
    ChimeName,
    Command,
    Event,
    Heard,
    ListenFor,
    Say,
    SetVoice,
    SpeechFinished,
    Tick,
    TurnChange,
    TurnMark,
)
from assistant.hearing.ear import Ear
from assistant.rehearsal.partners import Line, Partners
from assistant.speaking.chimes import chime
from assistant.speaking.voice import Speech, Voice
from assistant.timeline import Timeline

BLOCK_SECONDS = BLOCK / SAMPLE_RATE
ROOM = 12.0
"""Standard deviation (of 32767) of the room's own noise: a quiet kitchen, about -69 dBFS."""
SPEECH_LEVEL = 2_500.0
"""Root mean square a partner's voice has at the microphone: about -22 dBFS."""
AFTERWARDS = 0.8
"""Seconds of room after a line, enough for every endpoint of the ear."""
LONGEST = 4 * 3600.0
"""Seconds of the fast clock; no ritual is nearly as long."""


class Observer(Protocol):
    """Watches the turn's clock between records."""

    def let_pass(self, t: float) -> None:
        """Time has passed to `t` seconds."""


@dataclass(slots=True)
class Outcome:
    """What a rehearsal counted.

    Attributes:
        seconds: how long it took on the fast clock.
        spoken: lines the partners said.
        understood: commands that were understood.
        ignored: lines of talk that were ignored, as they must be.
        sentences: sentences the assistant really synthesized.
    """

    seconds: float = 0.0
    spoken: int = 0
    understood: int = 0
    ignored: int = 0
    sentences: int = 0


class Rehearsal:
    """One ritual from its opening to its close, heard and spoken in memory."""

    def __init__(
        self,
        conversation: Conversation,
        ear: Ear,
        voice: Voice,
        partners: Partners,
        voices: Sequence[Voice],
        timeline: Timeline,
    ) -> None:
        """Put the parts together; nothing is heard or said yet.

        Args:
            conversation: not started yet.
            ear: with the rehearsal model.
            voice: the assistant's.
            partners: who decide what is said.
            voices: the partners', one for each.
            timeline: shows what happens.
        """
        self._conversation = conversation
        self._ear = ear
        self._voice = voice
        self._partners = partners
        self._voices = voices
        self._timeline = timeline
        self._now = 0.0
        self._noise = np.random.default_rng(1)
        self._heard: list[str] = []
        self._pending: list[Event] = []
        self._cut_short: str | None = None
        self._ended_early = False
        self._turn: tuple[TurnMark, float, float] | None = None
        self.outcome = Outcome()

    # ---- the course of it ---------------------------------------------------------------------

    def run(self, observer: Observer) -> Outcome:
        """Rehearse to the close.

        Raises:
            RehearsalFailed: a partner was not understood, talk was taken for a command, or a turn
                was cut short.
        """
        self._carry_out(self._conversation.start())
        opening = self._partners.opening()
        if opening is not None:
            self._speak(opening)
        while self._conversation.place is not Place.IDLE and self._now < LONGEST:
            self._step()
            observer.let_pass(self._now)
        if self._now >= LONGEST:
            raise RehearsalFailed("the ritual does not come to its close")
        self.outcome.seconds = self._now
        return self.outcome

    def _step(self) -> None:
        match self._conversation.place:
            case Place.ASKED | Place.DATE:
                self._speak(self._partners.answer(self._conversation.place))
            case Place.PAUSED:
                self._speak(self._partners.after_pause(self._conversation.turn))
            case Place.FLOOR:
                self._hold_floor()
            case _:
                self._wait_for_deadline()

    def _hold_floor(self) -> None:
        line = self._partners.next_on_floor()
        turn = self._conversation.turn
        if line is not None:
            self._speak(line)
        elif turn is not None and (last := self._partners.past_the_bell(turn)) is not None:
            self._speak_past_the_bell(turn, last)
        else:
            self._wait_for_deadline()

    def _wait_for_deadline(self) -> None:
        deadline = self._conversation.deadline
        if deadline is None:
            raise RehearsalFailed(f"nothing goes on in the state {self._conversation.place.state}")
        self._now = max(self._now, deadline)
        self._handle(Tick())

    def _speak_past_the_bell(self, turn: Turn, line: Line) -> None:
        """Begin a second before the bell, and end after it."""
        begin = self._now + turn.remaining(self._now) - 1.0
        while (due := self._conversation.deadline) is not None and due <= begin:
            self._now = due
            self._handle(Tick())
        self._now = max(self._now, begin)
        self._speak(line)

    # ---- partners to ear ----------------------------------------------------------------------

    def _speak(self, line: Line) -> None:
        """A partner speaks into the ear, block by block; it must be understood, or ignored."""
        self._listen(np.zeros(round(min(line.after, 1.0) * SAMPLE_RATE)))
        self._now += max(0.0, line.after - 1.0)
        self._timeline.spoken(self._now, line.partner, line.text)
        self.outcome.spoken += 1
        self._heard.clear()
        self._listen(self._microphone_sound(self._voices[line.partner - 1].synthesize(line.text)))
        expected = [line.intent] if line.intent else []
        if self._heard != expected:
            wanted = line.intent or "nothing"
            got = ", ".join(self._heard) or "nothing"
            raise RehearsalFailed(
                f"partner {line.partner} was not understood at {self._now:.1f} s:"
                f" expected {wanted}, heard {got}"
            )
        self.outcome.understood += bool(line.intent)
        self.outcome.ignored += not line.intent

    def _microphone_sound(self, speech: Speech) -> NDArray[np.float64]:
        samples = soxr.resample(speech.samples.astype(np.float64), speech.rate, SAMPLE_RATE)
        loudness = float(np.sqrt(np.mean(samples**2))) or 1.0
        sound: NDArray[np.float64] = samples * (SPEECH_LEVEL / loudness)
        return np.concatenate([sound, np.zeros(round(AFTERWARDS * SAMPLE_RATE))])

    def _listen(self, sound: NDArray[np.float64]) -> None:
        """The ear hears this sound in the room, while the clock goes on and deadlines come."""
        blocks = -(-len(sound) // BLOCK)
        room = self._noise.normal(0.0, ROOM, blocks * BLOCK)
        room[: len(sound)] += sound
        samples = np.clip(np.rint(room), -32768, 32767).astype(np.int16)
        for block in samples.reshape(blocks, BLOCK):
            self._now += BLOCK_SECONDS
            for report in self._ear.hear(block, self._now):
                if isinstance(report.event, Heard):
                    self._heard.append(report.event.intent.name)
                self._handle(report.event)
            deadline = self._conversation.deadline
            if deadline is not None and deadline <= self._now:
                self._handle(Tick())

    # ---- the assistant ------------------------------------------------------------------------

    def _handle(self, event: Event) -> None:
        self._timeline.event(self._now, event)
        if isinstance(event, Heard) and event.intent.name in {"Done", "Pass", "Stop"}:
            self._ended_early = True
        self._carry_out(self._conversation.handle(event, self._now))

    def _carry_out(self, commands: Iterable[Command]) -> None:
        waiting = list(commands)
        while waiting:
            command = waiting.pop(0)
            self._timeline.commands(self._now, [command])
            match command:
                case Say(utterance_id=number, text=text):
                    self._say(text)
                    waiting += self._conversation.handle(SpeechFinished(number), self._now)
                case Chime(name=name):
                    self._chime(name)
                case ListenFor():
                    self._ear.listen_for(command)
                case SetVoice(volume=volume, rate=rate):
                    self._voice.adjust(volume, rate)
                case TurnMark():
                    self.watch_turn(command)

    def _say(self, text: str) -> None:
        """Really synthesized; only its time passes at once."""
        speech = self._voice.synthesize(text)
        self.outcome.sentences += 1
        self._now += speech.seconds
        self._ear.deafen(self._now + Hearing().tail)

    def _chime(self, name: ChimeName) -> None:
        seconds = chime(name, SAMPLE_RATE, 1.0).seconds
        self._ear.deafen(self._now + seconds)

    def watch_turn(self, mark: TurnMark) -> None:
        """A turn that ends by itself must have had all the time it was granted.

        Raises:
            RehearsalFailed: it was cut short.
        """
        match mark.change:
            case TurnChange.START:
                self._turn = (mark, self._now, 0.0)
                self._ended_early = False
                turn = self._conversation.turn
                if turn is not None:
                    self._partners.begin_turn(turn)
            case TurnChange.PAUSED if self._turn is not None:
                self._turn = (mark, 0.0, self._used())
            case TurnChange.RESUMED if self._turn is not None:
                self._turn = (mark, self._now, self._turn[2])
            case TurnChange.END if self._turn is not None:
                used = self._used()
                if not self._ended_early and used < mark.seconds - BLOCK_SECONDS:
                    raise RehearsalFailed(
                        f"a turn of partner {mark.partner} was cut short: {used:.1f} s of"
                        f" {mark.seconds:.0f} s"
                    )
                self._turn = None

    def _used(self) -> float:
        if self._turn is None:
            return 0.0
        mark, since, before = self._turn
        running = mark.change is not TurnChange.PAUSED
        return before + (self._now - since if running else 0.0)
