"""A whole assistant at a virtual table: real ear, real devices, faults on demand."""

import queue
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import soxr

from assistant import app
from assistant.config import SAMPLE_RATE, Settings, VoiceSettings
from assistant.events import Heard, Intent, StateName
from assistant.hearing.microphone import PortAudioMicrophone
from assistant.hearing.recognizer import Recognizer
from assistant.live import Devices, LiveAssistant
from assistant.memory import Memory
from assistant.service import ServiceManager
from assistant.speaking.fakes import FakeVoice
from assistant.speaking.loudspeaker import PortAudioLoudspeaker
from assistant.speaking.pyttsx3_voice import Pyttsx3Voice
from assistant.speaking.voice import Voice
from assistant.timeline import Record
from tests.audio.clips import Playing
from tests.audio.virtual_audio import VirtualAudio

PATIENCE = 30.0
"""Seconds anything may take on a machine that is busy with everything else."""
TRIES = 4

RITUAL = """\
title: two turns
lengths: {usual: 11}
steps:
  - step: consent
    ask: "{partner}, now?"
  - step: turn
    prompt: "{speaker}, you have {minutes}."
    minutes: {usual: 5}
  - step: close
    text: "That was it."
"""


class Manager:
    """The end of systemd: what the service tells it, taken as it comes."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)
        self._messages: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._take, name="manager", daemon=True)
        self._thread.start()

    def _take(self) -> None:
        while message := self._socket.recv(4096).decode():
            self._messages.put(message)

    def wait_for(self, message: str) -> None:
        """Wait until it is told this; what comes before is passed over."""
        limit = time.monotonic() + PATIENCE
        while self._messages.get(timeout=max(0.01, limit - time.monotonic())) != message:
            pass

    def told(self, message: str) -> bool:
        """Whether it has been told this by now."""
        while not self._messages.empty():
            if self._messages.get() == message:
                return True
        return False

    def forget(self) -> None:
        """Pass over all that it was told so far."""
        while not self._messages.empty():
            self._messages.get()

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.address)
        self._thread.join()
        self._socket.close()


class Table:
    """A running assistant, and what a test does to it."""

    def __init__(
        self,
        audio: VirtualAudio,
        live: LiveAssistant,
        manager: Manager,
        arriving: "queue.SimpleQueue[Record]",
    ) -> None:
        self.audio = audio
        self.live = live
        self.manager = manager
        self.records: list[Record] = []
        self._arriving = arriving

    def next(self, kind: str, *, patience: float = PATIENCE, **fields: object) -> Record:
        """Wait for a record of this kind with these fields; those before it are kept too."""
        limit = time.monotonic() + patience
        while True:
            try:
                record = self._arriving.get(timeout=max(0.01, limit - time.monotonic()))
            except queue.Empty:
                seen = [(one.kind, one.fields) for one in self.records]
                raise AssertionError(f"no {kind} {fields} came after {seen}") from None
            self.records.append(record)
            if record.kind == kind and fields.items() <= record.fields.items():
                return record

    def kinds(self) -> list[str]:
        """The kinds of all records so far."""
        while not self._arriving.empty():
            self.records.append(self._arriving.get())
        return [record.kind for record in self.records]

    def press(self, intent: str, **slots: str | int) -> None:
        """Mean something without a word, as by a button."""
        self.live.assistant.take(Heard(Intent(intent, slots, addressed=True)))

    def begin_turn(self) -> None:
        """Come to the first partner's turn of five minutes."""
        self.press("StartRitual", ritual="two-turns")
        for _ in range(2):
            self.next("state", name="asked")
            self.press("Yes")
        self.next("turn", event="start")
        self.wait_until(lambda: self.state is StateName.FLOOR)

    def say(self, text: str) -> Playing:
        """Say something into the microphone, in a voice that the rehearsal model knows."""
        return self.audio.say_into_mic(sound_of(text))

    def be_understood(self, text: str, intent: str) -> None:
        """Say something until it is understood: a busy machine tears the sound it plays."""
        for _ in range(TRIES):
            self.say(text).wait()
            try:
                self.next("heard", patience=5.0, intent=intent)
            except AssertionError:
                continue
            return
        raise AssertionError(f"{text!r} was not understood")

    def turn_left(self) -> float:
        """Seconds left of the turn."""
        return self.live.assistant.turn_left[1]

    @property
    def state(self) -> StateName:
        """The conversation's state."""
        return self.live.assistant.state

    def microphone(self) -> str:
        """How `turntable status` calls the microphone."""
        return self.live.vitals.report().microphone

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Ask the sound server again and again (each question takes about 10 ms)."""
        limit = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < limit

    def streams(self, kind: str) -> int:
        """How many streams the sound server has: ``source-outputs`` or ``sink-inputs``."""
        return len(self.audio._control("list", "short", kind).stdout.splitlines())


def sound_of(text: str) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    """A voice that says this, with quiet around it, at the microphone's rate."""
    speech = Pyttsx3Voice(VoiceSettings(name="en-us+f3")).synthesize(text)
    sound = soxr.resample(speech.samples, speech.rate, SAMPLE_RATE)
    return np.concatenate([np.zeros(4_000, np.int16), sound, np.zeros(12_000, np.int16)])


@contextmanager
def seated(
    audio: VirtualAudio, home: app.Home, recognizer: Recognizer, voice: Voice | None = None
) -> Iterator[Table]:
    """A running assistant on the virtual devices; it must end cleanly, with all its threads."""
    before = set(threading.enumerate())
    with tempfile.TemporaryDirectory(prefix="table-") as folder:
        manager = Manager(Path(folder))
        with running(audio, home, recognizer, voice or FakeVoice(), manager, folder) as table:
            manager.wait_for("READY=1")
            table.next("state", name="idle")
            yield table
        manager.close()
    left = {thread.name for thread in set(threading.enumerate()) - before}
    assert not left & {"listener", "microphone", "speaker", "loudspeaker", "assistant"}


@contextmanager
def running(
    audio: VirtualAudio,
    home: app.Home,
    recognizer: Recognizer,
    voice: Voice,
    manager: Manager,
    folder: str,
) -> Iterator[Table]:
    """Run it on a thread, and end it."""
    built: queue.SimpleQueue[Table] = queue.SimpleQueue()
    outcome: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def live() -> None:
        service = ServiceManager({"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "200000"})
        devices = Devices(PortAudioMicrophone(), voice, partial(PortAudioLoudspeaker, ""))
        arriving: queue.SimpleQueue[Record] = queue.SimpleQueue()
        with closing(Memory.open(Path(folder) / "state")) as memory, closing(service):
            assistant = LiveAssistant(
                home,
                recognizer,
                devices,
                memory,
                show=arriving.put,
                manager=service,
            )
            built.put(Table(audio, assistant, manager, arriving))
            outcome.put(assistant.run())

    thread = threading.Thread(target=live, name="assistant", daemon=True)
    thread.start()
    table = built.get(timeout=PATIENCE)
    try:
        yield table
    finally:
        audio.mend()
        table.live.stop()
        thread.join(PATIENCE)
    assert outcome.get(timeout=PATIENCE), "a part did not let go of its device"


def household(own: Path) -> app.Home:
    """Robin and Kim's, with a ritual of their own that comes to its first turn at once."""
    folder = own / "voices" / "en" / "rituals"
    folder.mkdir(parents=True)
    (folder / "two-turns.yaml").write_text(RITUAL)
    return app.open_home(Settings(partners=("Robin", "Kim")), own)
