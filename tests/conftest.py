"""Fixtures for every test: real PortAudio devices without a sound card."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import settings

from assistant.config import VoiceSettings
from assistant.portaudio import refresh_devices
from assistant.speaking.pyttsx3_voice import Pyttsx3Voice
from tests.audio.virtual_audio import AudioUnavailable, VirtualAudio

settings.register_profile("rules", deadline=None)  # tests hold rules; a loaded machine is no fault
settings.load_profile("rules")

MORE_TRIES = 2
"""What runs in real time on a shared machine may be torn by its load: such a test may try again."""

NEVER_AGAIN = ["PytestUnhandledThreadExceptionWarning"]
"""A thread that dies is a fault of ours, however busy the machine: no second try may hide it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with real sound devices may try again; all others must hold the first time."""
    for item in items:
        if "audio_server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.flaky(reruns=MORE_TRIES, rerun_except=NEVER_AGAIN))


@pytest.fixture(scope="session")
def audio_server() -> Iterator[VirtualAudio]:
    """The sound server of this session, with PortAudio started anew to see its devices."""
    before = dict(os.environ)
    audio = VirtualAudio()
    try:
        audio.start()
    except AudioUnavailable as error:
        pytest.fail(str(error), pytrace=False)
    os.environ.update(audio.environment)
    refresh_devices()
    yield audio
    for key in audio.environment:
        os.environ.pop(key)
    os.environ.update(before)
    refresh_devices()
    audio.close()


@pytest.fixture
def virtual_audio(audio_server: VirtualAudio) -> Iterator[VirtualAudio]:
    """A virtual microphone and loudspeaker, whole before each test and after it."""
    audio_server.mend()
    yield audio_server
    audio_server.mend()


@pytest.fixture
def spoken_command(tmp_path: Path) -> Path:
    """A sound file in which a synthetic voice says "start five minute turns"."""
    speech = Pyttsx3Voice(VoiceSettings(name="en-us+f3")).synthesize("start five minute turns")
    quiet = np.zeros(speech.rate // 2, np.int16)
    file = tmp_path / "command.wav"
    soundfile.write(file, np.concatenate([quiet, speech.samples, quiet]), speech.rate)
    return file
