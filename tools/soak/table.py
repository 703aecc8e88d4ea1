"""Two simulated partners: what they say in a ritual, and what else is heard in their kitchen."""

from collections.abc import Iterator
from random import Random

import numpy as np
import soxr
from numpy.typing import NDArray

from assistant.config import BLOCK, SAMPLE_RATE, VoiceSettings
from assistant.conversation.machine import Conversation
from assistant.conversation.table import Place
from assistant.rehearsal.partners import TALK, VOICES
from assistant.speaking.pyttsx3_voice import Pyttsx3Voice
from tools.soak.parts import Clock, SimulatedMicrophone

LEVEL = 2_500.0
"""Root mean square of a voice at the microphone: about -22 dBFS."""
ANSWERS = ("yes", "yes please", "okay", "sure")
SUNDAY = "sunday at eight in the evening"
OPENING = "start our check in"
ASKS = 8
AGAIN = 20.0
"""Nothing happened: seconds until the check-in is asked for again, and how often it is."""
COMMANDS = ("turntable how much time is left", "turntable more time", "turntable I'm done")


class Sounds:
    """Everything that is ever heard, made once: what is kept does not grow during the day."""

    def __init__(self, random: Random) -> None:
        """Synthesize."""
        self._voices = [
            Pyttsx3Voice(VoiceSettings(name=name), pitch=pitch) for name, pitch in VOICES[:2]
        ]
        self._random = random
        texts = (*ANSWERS, SUNDAY, OPENING, "continue", *COMMANDS, *TALK)
        self._made = {(text, who): self._say(text, who) for text in texts for who in (0, 1)}
        self._noises = [self._noise(cutoff) for cutoff in (200, 1_000, 4_000)]

    def said(self, text: str, who: int) -> NDArray[np.int16]:
        """One of the two says this, with quiet around it."""
        return self._made[text, who % 2]

    def noise(self) -> NDArray[np.int16]:
        """Some seconds of a tap, a pan or a fan."""
        return self._noises[self._random.randrange(len(self._noises))]

    def _say(self, text: str, who: int) -> NDArray[np.int16]:
        speech = self._voices[who].synthesize(text)
        sound = soxr.resample(speech.samples.astype(np.float64), speech.rate, SAMPLE_RATE)
        sound *= LEVEL / np.sqrt(np.mean(sound**2))
        quiet = np.zeros(round(0.9 * SAMPLE_RATE))
        whole = np.concatenate([quiet, sound, quiet])
        clipped: NDArray[np.int16] = np.clip(whole, -32768, 32767).astype(np.int16)
        return clipped

    def _noise(self, cutoff: int) -> NDArray[np.int16]:
        """Ten seconds of noise below a frequency (Hz), swelling and fading."""
        size = 10 * SAMPLE_RATE // BLOCK * BLOCK
        source = np.random.default_rng(self._random.randrange(2**32))
        spectrum = np.fft.rfft(source.normal(0.0, 1.0, size))
        spectrum[np.fft.rfftfreq(size, 1 / SAMPLE_RATE) > cutoff] = 0
        sound = np.fft.irfft(spectrum, size)
        sound *= 1_500 / np.sqrt(np.mean(sound**2)) * np.sin(np.linspace(0, np.pi, size))
        noise: NDArray[np.int16] = sound.astype(np.int16)
        return noise


class Partners:
    """Decide what is said next, a while after the last thing that happened."""

    def __init__(
        self,
        conversation: Conversation,
        microphone: SimulatedMicrophone,
        sounds: Sounds,
        clock: Clock,
        random: Random,
    ) -> None:
        """Sit down."""
        self._conversation = conversation
        self._microphone = microphone
        self._sounds = sounds
        self._clock = clock
        self._random = random
        self._next = 0.0
        self._place: Place | None = None
        self._lines: Iterator[str] = iter(())
        self._answered = 0
        self._asks_left = 0
        self.asked = 0
        """How often a check-in was asked for, repetitions and all."""

    def open_ritual(self) -> None:
        """Ask for the check-in, and again until it begins: a fault may take the first words."""
        self._asks_left = ASKS

    def talk(self, seconds: float) -> None:
        """Talk with each other, close by."""
        length = 0
        while length < seconds * SAMPLE_RATE:
            line = self._sounds.said(self._random.choice(TALK), self._random.randrange(2))
            self._microphone.play(line)
            length += len(line)

    def cook(self, seconds: float) -> None:
        """Make noise."""
        for _ in range(round(seconds / 10)):
            self._microphone.play(self._sounds.noise())

    def live(self) -> None:
        """Called after every block: say something, if it is time to."""
        place = self._conversation.place
        if place is not self._place:
            self._place = place
            self._next = self._clock.now + (20.0 if place is Place.PAUSED else 1.0)
            if place is Place.FLOOR:
                self._lines = self._turn()
        if self._clock.now < self._next or not self._microphone.quiet:
            return
        match place:
            case Place.IDLE if self._asks_left:
                self._asks_left -= 1
                self.asked += 1
                self._say(OPENING)
                self._next = self._clock.now + AGAIN
            case Place.ASKED | Place.INVITED:
                self._asks_left = 0
                self._answered += 1
                self._say(ANSWERS[self._answered % len(ANSWERS)])
            case Place.DATE:
                self._say(SUNDAY)
            case Place.PAUSED | Place.BREAK:
                self._say("continue")
            case Place.FLOOR:
                self._say(next(self._lines, ""))

    def _turn(self) -> Iterator[str]:
        """Two lines of talk, now and then a command, and silence to the bell."""
        yield self._random.choice(TALK)
        yield self._random.choice(TALK)
        if self._random.random() < 0.15:
            yield self._random.choice(COMMANDS)

    def _say(self, text: str) -> None:
        if text:
            self._microphone.play(self._sounds.said(text, self._random.randrange(2)))
        self._next = self._clock.now + 4.0
