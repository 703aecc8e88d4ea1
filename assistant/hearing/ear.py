"""The ear: a command is short, whole, addressed and verified; anything else is conversation.

Blocks of sound go in, what was heard comes out. No thread, no clock, no device: the time of a block
is an argument, so that a sound file, a rehearsal and a microphone take the very same path.
"""

from dataclasses import dataclass

import numpy as np

from assistant.config import Hearing
from assistant.errors import RecognizerFailed
from assistant.events import Heard, ListenFor, NotUnderstood, VoiceEnded, VoiceStarted
from assistant.hearing.gate import BLOCK_SECONDS, Change, Gate
from assistant.hearing.recognizer import Recognizer, Sound
from assistant.hearing.rules import Rules
from assistant.hearing.utterance import Utterance
from assistant.hearing.verdict import Judge
from assistant.understanding.closed_set import ClosedSet
from assistant.understanding.phrases import Phrases

_LONGEST_SOUND = 8.0
"""Seconds kept of an utterance where the benchmark lifts the rule that commands are short."""


@dataclass(frozen=True, slots=True)
class EarReport:
    """What the ear noticed, with its times on the clock that was given with the blocks.

    Attributes:
        event: what goes into the conversation.
        start: when the voice began, in seconds.
        end: when it ended, as well as can be told; for `VoiceStarted` the same as `start`.
        acted: the end of the block with which the ear knew, when the assistant acts.
    """

    event: Heard | NotUnderstood | VoiceStarted | VoiceEnded
    start: float
    end: float
    acted: float


class Ear:
    """Hears the commands of a moment in a stream of blocks."""

    def __init__(
        self,
        recognizer: Recognizer,
        phrases: Phrases,
        name: str,
        *,
        thresholds: Hearing | None = None,
        rules: Rules | None = None,
        gate: Gate | None = None,
    ) -> None:
        """Put the parts together; the ear is closed until `listen_for`.

        Args:
            recognizer: the engine; it must know every word of the phrases and of the name.
            phrases: everything that can be said.
            name: the assistant's name as the recognizer spells it (`heard_name`).
            thresholds: other than the usual ones, for measuring.
            rules: fewer than all of them, for measuring.
            gate: another one, for tests.
        """
        self._thresholds = thresholds or Hearing()
        self._rules = rules or Rules()
        self._recognizer = recognizer
        self._phrases = phrases
        self._name = name
        self._gate = gate or Gate(self._thresholds)
        self._judge = Judge(recognizer, self._thresholds, self._rules)
        self._closed = ClosedSet()
        self._deaf_until = float("-inf")
        self._longest = self._thresholds.longest_command if self._rules.short else _LONGEST_SOUND
        room = self._thresholds.pre_roll + self._longest + self._thresholds.hang + 0.2
        self._utterance = Utterance(room)
        self._began = 0.0
        self._decoding = False
        self._tried = False
        self._acted = False

    def listen_for(self, moment: ListenFor | None) -> None:
        """Choose what can be heard from now on; nothing closes the ear."""
        closed = ClosedSet()
        if moment and moment.intents:
            bare = moment.bare if self._rules.addressed else moment.intents
            closed = self._phrases.closed_set(moment.intents, bare, self._name)
        if closed is not self._closed:
            self._closed = closed
            if self._decoding and closed:
                self._decode_again()

    def deafen(self, until: float) -> None:
        """Hear nothing until a time, such as the end of the assistant's own speech and its tail."""
        self._deaf_until = until

    def hear(self, block: Sound, at: float) -> list[EarReport]:
        """Take the next block.

        Args:
            block: 512 samples of 16 kHz mono sound, int16.
            at: the time of the block's end, in seconds.

        Raises:
            RecognizerFailed: the engine failed; the ear has forgotten the utterance and goes on.
        """
        if at <= self._deaf_until or not self._closed:
            return self._hear_nothing(at)
        change = self._gate.accept(block)
        try:
            if change is Change.OPENED:
                return self._open(at)
            if change is Change.CLOSED:
                return self._close(block, at)
            return self._go_on(block, at) if self._decoding else []
        except RecognizerFailed:
            self._forget()
            raise

    def _hear_nothing(self, at: float) -> list[EarReport]:
        was_open = self._gate.is_open
        self._gate.reset()
        self._forget()
        return [EarReport(VoiceEnded(), self._began, at, at)] if was_open else []

    def _open(self, at: float) -> list[EarReport]:
        self._forget()
        *before, opening = self._gate.recent
        for block in before:
            self._utterance.add(block, voice=False)
        self._utterance.add(opening, voice=True)
        self._began = at - self._utterance.seconds
        self._acted = self._tried = False
        self._decode_again()
        voice = at - BLOCK_SECONDS
        return [EarReport(VoiceStarted(), voice, voice, at)]

    def _go_on(self, block: Sound, at: float) -> list[EarReport]:
        self._take(block)
        if self._utterance.seconds - self._thresholds.pre_roll - self._gate.silence > self._longest:
            self._forget()
        elif self._is_complete():
            return self._act(at)
        return []

    def _close(self, block: Sound, at: float) -> list[EarReport]:
        ended = EarReport(VoiceEnded(), self._began, at - self._gate.silence, at)
        if self._decoding:
            self._take(block)
            heard = self._act(at)
            if heard:
                return [*heard, ended]
        unclear = EarReport(NotUnderstood(), self._began, at - self._gate.silence, at)
        self._forget()
        return [ended] if self._acted else [unclear, ended]

    def _is_complete(self) -> bool:
        """Whether this pause is long enough for what stands there: each is judged once.

        A whole phrase that nothing longer begins with is judged soon. Anything else a little later:
        a longer phrase may follow, or the phrase is not yet the likeliest text.
        """
        pause = self._gate.pause
        if pause < self._thresholds.early:
            self._tried = False
        if self._tried or not self._rules.early or pause < self._thresholds.early:
            return False
        if pause >= self._thresholds.may_continue:
            return True
        text = self._recognizer.partial().reveal()
        return text in self._closed.intents and not self._closed.may_continue(text)

    def _act(self, at: float) -> list[EarReport]:
        """Judge the utterance as it stands; listen on if it is no command yet."""
        hypotheses = self._recognizer.finish()
        speech = self._utterance.speech(self._gate.floor)
        sound, rest = self._utterance.sound, self._thresholds.hang - self._gate.silence
        seconds = self._utterance.seconds + rest
        intent = self._judge.decide(hypotheses, self._closed, sound, speech, seconds)
        if intent is None:
            self._tried = True
            self._decode_again()
            return []
        self._acted = True
        heard = EarReport(Heard(intent), self._began + speech.start, self._began + speech.end, at)
        self._forget()
        return [heard]

    def _take(self, block: Sound) -> None:
        """Keep and decode a block; what is long after the last voice is muted, being noise."""
        heard = block if self._gate.silence <= self._thresholds.after_roll else np.zeros_like(block)
        self._utterance.add(heard, voice=not self._gate.silence)
        self._recognizer.accept(heard)

    def _decode_again(self) -> None:
        """Decode the utterance from its first sample, with the phrases of this moment."""
        self._recognizer.start(self._closed, unknown=self._rules.unknown)
        self._recognizer.accept(self._utterance.sound)
        self._decoding = True

    def _forget(self) -> None:
        self._utterance.erase()
        self._decoding = False
