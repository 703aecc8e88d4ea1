"""The real parts work in a sealed process: sound, voice and ear."""

from pathlib import Path

from tests.audio.virtual_audio import VirtualAudio
from tests.privacy.child import run_python

SOUND = """
import numpy as np
import sounddevice

seal(STATE)


def listen_and_play():
    with (
        sounddevice.RawInputStream(16000, 512, channels=1, dtype="int16") as microphone,
        sounddevice.RawOutputStream(16000, 512, channels=1, dtype="int16") as loudspeaker,
    ):
        loudspeaker.write(bytes(16000))
        block, _ = microphone.read(512)
        return len(block)


print(listen_and_play())
sounddevice._terminate()  # as after an unplugged microphone
sounddevice._initialize()
print(listen_and_play())
"""

VOICE_AND_EAR = """
import json
import soxr
import numpy as np
from assistant.config import VoiceSettings
from assistant.hearing.models import rehearsal_model
from assistant.speaking.pyttsx3_voice import Pyttsx3Voice
from vosk import KaldiRecognizer, Model, SetLogLevel

SetLogLevel(-1)
voice = Pyttsx3Voice(VoiceSettings())
ear = KaldiRecognizer(Model(str(rehearsal_model())), 16000, '["stop", "[unk]"]')
sealed = seal(STATE)
speech = voice.synthesize("stop")
sound = soxr.resample(speech.samples, speech.rate, 16000)
ear.AcceptWaveform(np.pad(sound, 8000).tobytes())
print(json.loads(ear.FinalResult())["text"])
print(sealed.breach or "whole")
"""


MEMORY = """
from datetime import datetime
from assistant.events import ForgetEverything, StartNextTimeWith, UseQuestion
from assistant.memory import Memory

memory = Memory.open(STATE / "state")
sealed = seal(STATE / "state")
memory.apply(UseQuestion("dreams", 3), 0.0)
memory.appoint("weekly-check-in", datetime(2030, 1, 1, 20, 0))
print(len(memory.appointments()), memory.memories().used)
memory.apply(ForgetEverything(), 0.0)
memory.apply(StartNextTimeWith(2), 0.0)
print(len(memory.appointments()), memory.memories().starts)
memory.close()
print(sealed.breach or "whole")
"""


def test_a_sealed_process_remembers_and_forgets(tmp_path: Path) -> None:
    done = run_python(MEMORY, tmp_path)
    assert done.stdout.splitlines() == ["1 {'dreams': {3}}", "0 2", "whole"], done.stderr


def test_a_sealed_process_hears_plays_and_finds_its_devices_again(
    virtual_audio: VirtualAudio, tmp_path: Path
) -> None:
    done = run_python(SOUND, tmp_path, environment=virtual_audio.environment)
    assert done.stdout.split() == ["1024", "1024"], done.stderr


def test_a_sealed_process_speaks_and_understands(tmp_path: Path) -> None:
    done = run_python(VOICE_AND_EAR, tmp_path)
    assert done.stdout.split() == ["stop", "whole"], done.stderr
