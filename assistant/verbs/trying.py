"""Trying the devices during set-up: a level meter, a chime, a sentence."""

import math
import threading

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from assistant.config import Settings
from assistant.errors import MicrophoneLost, VoiceFailed
from assistant.events import ChimeName
from assistant.hearing.microphone import PortAudioMicrophone
from assistant.hearing.recognizer import Sound
from assistant.speaking.chimes import chime
from assistant.speaking.loudspeaker import PortAudioLoudspeaker
from assistant.speaking.playback import Lost, Report
from assistant.speaking.pyttsx3_voice import Pyttsx3Voice
from assistant.speaking.speaker import CHIME_RATE

BLOCKS = 160
"""Blocks of 32 ms that the meter shows: five seconds."""
QUIETEST = -70.0
"""dBFS at the meter's left end; its right end is 0."""
PATIENCE = 15.0
"""Seconds a chime and a sentence may take before nothing more is waited for."""


def level(block: Sound) -> float:
    """The loudness of a block in dBFS, `QUIETEST` to 0."""
    power = float(np.mean(block.astype(np.float64) ** 2))
    return max(QUIETEST, 10 * math.log10(max(power, 1e-9) / 32768**2))


def show_level(device: str, console: Console) -> None:
    """Show for five seconds how loud the microphone hears; say so if it cannot be had."""
    console.print("Say something.")
    microphone = PortAudioMicrophone(device)
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=40))
    try:
        microphone.open()
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("level", total=-QUIETEST)
            for _ in range(BLOCKS):
                taken = microphone.take(0.5)
                if taken is not None:
                    progress.update(task, completed=level(taken[0]) - QUIETEST)
    except MicrophoneLost as error:
        console.print(str(error), style="red")
    finally:
        microphone.close()


def try_voice(settings: Settings, sentence: str, console: Console) -> None:
    """Play a chime, or say a sentence if one is given; say so if it cannot be had."""
    over = threading.Event()

    def report(what: Report) -> None:
        if isinstance(what, Lost):
            console.print(str(what.error), style="red")
        over.set()

    loudspeaker = PortAudioLoudspeaker(settings.loudspeaker, report)
    try:
        sound = chime(ChimeName.TURN_OPENS, CHIME_RATE, settings.voice.volume)
        if sentence:
            sound = Pyttsx3Voice(settings.voice, settings.language).synthesize(sentence)
        loudspeaker.play(sound, 1)
        over.wait(PATIENCE)
    except VoiceFailed as error:
        console.print(str(error), style="red")
    finally:
        loudspeaker.close()
