"""The whole `turntable run` in a process of its own: spoken to, heard, asked, reloaded, ended."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from assistant.config import SAMPLE_RATE
from assistant.events import StateName
from assistant.hearing.models import rehearsal_model
from assistant.hearing.recognizer import Sound
from assistant.hearing.vosk_recognizer import vosk
from assistant.service import StatusReport, ask_status
from tests.audio.clips import Playing
from tests.audio.virtual_audio import VirtualAudio
from tests.command import ROOT
from tests.reliability.table import PATIENCE, Manager, sound_of

TRIES = 4
SETTINGS = 'partners = ["Robin", "Kim"]\n'
HELP = "You can say: start our check in. Give us a question. What do you record."
"""Said instead of the usual, longer help; each sentence of it is a command."""


class Box:
    """A running `turntable run` on a terminal, and the folders it lives in."""

    def __init__(self, audio: VirtualAudio, folder: Path) -> None:
        self.audio = audio
        self.folder = folder
        self.settings = folder / "config.toml"
        self.settings.write_text(SETTINGS)
        own = folder / "voices" / "en"
        own.mkdir(parents=True)
        (own / "lines.yaml").write_text(f'help: "{HELP}"\n')
        self.manager = Manager(folder)
        self.environment = (
            dict(os.environ)
            | audio.environment
            | {
                "CONFIGURATION_DIRECTORY": str(folder),
                "STATE_DIRECTORY": str(folder / "state"),
                "RUNTIME_DIRECTORY": str(folder / "run"),
                "NOTIFY_SOCKET": self.manager.address,
                "WATCHDOG_USEC": "1000000",
                "TERM": "dumb",
                "COLUMNS": "200",
            }
        )
        self._terminal, inside = pty.openpty()
        self.process = self.start(inside)
        os.close(inside)
        self._shown = bytearray()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def start(self, terminal: int) -> "subprocess.Popen[bytes]":
        """Start it, or another one beside it."""
        command = (sys.executable, "-m", "assistant.cli", "run", "--model", str(rehearsal_model()))
        return subprocess.Popen(
            command,
            env=self.environment,
            cwd=ROOT,
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
        )

    def say(self, text: str) -> Playing:
        """Say something into its microphone."""
        return self.audio.say_into_mic(sound_of(text))

    def be_understood(self, text: str, intent: str) -> None:
        """Say something until it is understood: a busy machine tears the sound it plays."""
        for _ in range(TRIES):
            saying = self.say(text)
            saying.wait()
            with suppress(TimeoutError):
                self.wait_until(lambda: intent in self.understood(), patience=5.0)
                return
        pytest.fail(f"{text!r} was not understood: {self.shown()}")

    def type(self, line: str) -> None:
        """Type at its terminal."""
        os.write(self._terminal, f"{line}\n".encode())

    def status(self) -> StatusReport:
        """What `turntable status` is told."""
        return ask_status(self.folder / "run" / "control")

    def wait_until(self, holds: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Look again and again, as long as it lives."""
        limit = time.monotonic() + patience
        while time.monotonic() < limit:
            if holds():
                return
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.05)
                pytest.fail(f"it ended: {self.shown()}")
        raise TimeoutError(f"it does not come to that: {self.shown()}")

    def wait_for(self, state: StateName) -> None:
        """Wait until the conversation is in this state."""
        self.wait_until(lambda: self.status().state is state)

    def end(self) -> str:
        """End it as a service manager does, and give what stood on its terminal."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        self._reading.join(PATIENCE)
        return self.shown()

    def kill(self) -> None:
        """End it in any case."""
        self.process.kill()
        self.process.wait()
        self._reading.join()
        os.close(self._terminal)
        self.manager.close()

    def shown(self) -> str:
        """What stands on its terminal so far."""
        return self._shown.decode(errors="replace")

    def understood(self) -> list[str]:
        """The intents that were understood so far."""
        return re.findall(r"understood +(\w+)", self.shown())

    def _read(self) -> None:
        with suppress(OSError):  # the terminal's other end is closed
            while part := os.read(self._terminal, 4096):
                self._shown += part


@pytest.fixture
def box(virtual_audio: VirtualAudio) -> Iterator[Box]:
    with TemporaryDirectory(prefix="box-") as folder:  # pytest's are too long for a socket
        box = Box(virtual_audio, Path(folder))
        try:
            box.wait_until(lambda: box.manager.told("READY=1"))
            yield box
        finally:
            box.kill()


def transcribe(sound: Sound) -> str:
    """What the small model hears, free to choose any of its words."""
    vosk.SetLogLevel(-1)
    recognizer = vosk.KaldiRecognizer(vosk.Model(model_path=str(rehearsal_model())), SAMPLE_RATE)
    recognizer.AcceptWaveform(sound.tobytes())
    return str(json.loads(recognizer.FinalResult())["text"])


def test_a_voice_starts_a_check_in_and_the_assistant_really_asks(box: Box) -> None:
    with box.audio.record_speaker() as recording:
        box.be_understood("start our check in", "StartRitual")
        heard = recording.read_until_quiet()
    assert "would you like the weekly" in transcribe(heard)
    box.wait_for(StateName.ASKED)
    box.end()
    assert box.process.returncode == 0
    assert box.understood() == ["StartRitual"]


def test_it_does_not_hear_itself(box: Box) -> None:
    """Its loudspeaker stands beside its microphone; "what can I say" makes it say commands."""
    box.audio.load("module-loopback source=spk.monitor sink=mic latency_msec=60 adjust_time=0")
    with box.audio.record_speaker() as recording:
        box.type("what can I say")
        spoken = recording.read_until_quiet(quiet=1.5)
    assert "give us a question" in transcribe(spoken)
    box.wait_for(StateName.IDLE)
    box.be_understood("what do you record", "WhatDoYouRecord")
    assert box.understood() == ["Help", "WhatDoYouRecord"]
    box.audio.kill()  # with the loopback in it


def test_asleep_it_holds_no_microphone_and_a_key_wakes_it(box: Box) -> None:
    box.type("go to sleep")
    box.wait_for(StateName.ASLEEP)
    assert box.status().microphone == "closed"
    box.wait_until(lambda: not box.audio._control("list", "short", "source-outputs").stdout)
    box.say("wake up").wait()
    assert box.status().state is StateName.ASLEEP
    box.type("")
    box.wait_for(StateName.IDLE)
    box.wait_until(lambda: bool(box.audio._control("list", "short", "source-outputs").stdout))
    box.be_understood("what do you record", "WhatDoYouRecord")


def test_a_reload_takes_a_new_name_and_keeps_a_running_ritual(box: Box) -> None:
    box.type("start our check in")
    box.wait_for(StateName.ASKED)
    box.settings.write_text(SETTINGS + 'name = "my table"\n')
    box.process.send_signal(signal.SIGHUP)
    box.manager.wait_for("READY=1")
    assert box.status().state is not StateName.IDLE
    box.wait_for(StateName.ASKED)
    box.be_understood("my table stop", "Stop")
    box.wait_for(StateName.IDLE)
    assert box.understood() == ["StartRitual", "Stop"]


def test_settings_that_cannot_be_used_are_told_and_change_nothing(box: Box) -> None:
    box.settings.write_text("partners = 3\n")
    box.process.send_signal(signal.SIGHUP)
    box.manager.wait_for("READY=1")
    box.type("start our check in")
    box.wait_for(StateName.SPEAKING)
    assert re.search("not reloaded: .*config.toml.*partners", box.end())


def test_it_ends_in_the_middle_of_a_sentence(box: Box) -> None:
    """The service manager allows five seconds, the project two; it takes a third of one."""
    with box.audio.record_speaker() as recording:
        box.type("what can I say")
        while not recording.read(0.02).any():
            pass
        box.process.send_signal(signal.SIGTERM)
        assert box.process.wait(5) == 0
    box.manager.wait_for("STOPPING=1")


def test_it_ends_although_the_sound_server_holds_its_threads(box: Box) -> None:
    box.audio.stall()
    box.type("what can I say")
    box.wait_for(StateName.SPEAKING)
    box.process.send_signal(signal.SIGTERM)
    assert box.process.wait(5) == 0


BREACHING = """
import socket
from assistant.cli import main
from assistant.hearing.ear import Ear

def hear(ear, block, at):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

Ear.hear = hear
main()
"""


def test_a_broken_seal_ends_it_in_one_line(virtual_audio: VirtualAudio) -> None:
    """And not with an abort of ALSA's: the stream is still open when its thread has died."""
    with TemporaryDirectory(prefix="box-") as folder:
        environment = dict(os.environ) | virtual_audio.environment
        environment |= {f"{kind}_DIRECTORY": folder for kind in ("CONFIGURATION", "STATE")}
        done = subprocess.run(
            (sys.executable, "-c", BREACHING, "run", "--model", str(rehearsal_model())),
            env=environment | {"RUNTIME_DIRECTORY": folder},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("turntable: the seal refused a socket")


def test_a_second_copy_is_refused_in_one_line(box: Box) -> None:
    second = subprocess.run(
        (sys.executable, "-m", "assistant.cli", "run", "--model", str(rehearsal_model())),
        env=box.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 2
    last = second.stderr.splitlines()[-1]
    assert last.endswith("another copy is running (`turntable status` shows it)")
    assert box.status().state is StateName.IDLE
