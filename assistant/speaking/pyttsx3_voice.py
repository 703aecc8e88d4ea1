"""The voice that pyttsx3 drives, taken as samples in memory.

pyttsx3's own playback on Linux is of no use here: it writes each sentence into a temporary WAV
file, runs `aplay` through a shell, cannot be stopped, and leaves the file behind when killed.
There are two ways around it:

* ``engine.save_to_file(text, io.BytesIO())``. It prints "Audio saved to …" on standard output,
  which carries our JSON; it assumes 22,050 Hz; it polls every 10 ms; its sound comes from a thread
  of the library, where an error is lost; and a sentence that reaches it without a file falls
  through to the temporary one.
* A driver of our own, which pyttsx3 loads like its other drivers. The library runs in synchronous
  mode, so the sound arrives in the calling thread, an error reaches the caller, the rate is the
  library's own, and a sentence can be cancelled within one block of 0.1 s.

The second has fewer hazards, and the code of pyttsx3 that opens files never runs. Its price: it
leans on ``pyttsx3.drivers._espeak``, pyttsx3's bindings of libespeak-ng.
"""

import ctypes
import importlib
import queue
import sys
import threading
import types
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
import pyttsx3

from assistant.config import VoiceSettings
from assistant.errors import VoiceFailed
from assistant.speaking.voice import Speech, without_trailing_silence

BLOCK_MS = 100
"""Milliseconds of sound the library hands over at a time: how soon a cancelled sentence ends."""

DO_NOT_EXIT = 0x8000
"""espeakINITIALIZE_DONT_EXIT of speak_lib.h: without it, missing voices end the whole process."""

LIMIT = 5.0
"""Seconds after which a synthesis counts as hanging. A sentence takes milliseconds; the rest is
room for a small board that is busy with everything else."""

REMEDY = "install them with `apt-get install espeak-ng`"

_DRIVER = "turntable"
_DRIVER_MODULE = f"pyttsx3.drivers.{_DRIVER}"


class _Driver:
    """A pyttsx3 driver that keeps the sound of one sentence in memory.

    pyttsx3 calls its methods by name; those with capitals are its interface, not our style.
    """

    def __init__(self) -> None:
        """Load and start libespeak-ng, which can be done once in a process.

        Raises:
            VoiceFailed: the library or its voices are missing.
        """
        try:
            self._espeak: Any = importlib.import_module("pyttsx3.drivers._espeak")
            self._properties: Any = importlib.import_module("pyttsx3.drivers.espeak").EspeakDriver
        except RuntimeError as error:
            raise VoiceFailed(f"libespeak-ng and its voices are missing: {REMEDY}") from error
        self.rate: int = self._espeak.Initialize(
            self._espeak.AUDIO_OUTPUT_SYNCHRONOUS, BLOCK_MS, None, DO_NOT_EXIT
        )
        if self.rate <= 0 or not self._espeak.ListVoices():
            raise VoiceFailed(f"the voices of libespeak-ng are missing: {REMEDY}")
        self.blocks: list[bytes] = []
        self.cancelled = threading.Event()
        self._proxy: Any = None
        self._espeak.SetSynthCallback(self._keep)

    def build(self, proxy: object) -> Self:
        """What pyttsx3 calls as the module's ``buildDriver``."""
        self._proxy = proxy
        return self

    def _keep(self, samples: Any, count: int, events: object) -> int:  # noqa: ARG002 (C signature)
        """Take one block from the library; 1 tells it to stop, 0 to go on."""
        if self.cancelled.is_set():
            return 1
        if samples and count > 0:
            self.blocks.append(ctypes.string_at(samples, count * ctypes.sizeof(ctypes.c_int16)))
        return 0

    def say(self, text: str) -> None:
        """Synthesize in the calling thread; `blocks` holds the sound afterwards."""
        self._proxy.notify("started-utterance")
        status = self._espeak.Synth(text.encode("utf-8"), flags=self._espeak.CHARS_UTF8)
        if status != self._espeak.EE_OK:
            raise VoiceFailed(f"libespeak-ng refused a sentence with status {status}")
        self._proxy.notify("finished-utterance", completed=not self.cancelled.is_set())

    def getProperty(self, name: str) -> Any:  # noqa: N802
        """Read what pyttsx3's own driver reads."""
        return self._properties.getProperty(name)

    def setProperty(self, name: str, value: object) -> None:  # noqa: N802
        """Set what pyttsx3's own driver sets."""
        self._properties.setProperty(name, value)

    def startLoop(self) -> None:  # noqa: N802
        """Let pyttsx3 work through its queue; all of it is done when this returns."""
        self._proxy.setBusy(False)

    def endLoop(self) -> None:  # noqa: N802
        """Nothing loops."""

    def stop(self) -> None:
        """Nothing is pending between two sentences; `cancelled` is what ends one."""

    def destroy(self) -> None:
        """The library lives as long as the process."""


class _Engine:
    """The one pyttsx3 engine of this process, and the lock that every use of it needs."""

    def __init__(self) -> None:
        """Start pyttsx3 with our driver.

        Raises:
            VoiceFailed: the library or its voices are missing.
        """
        self.lock = threading.Lock()
        self._driver = _Driver()
        module = types.ModuleType(_DRIVER_MODULE)
        module.__dict__["buildDriver"] = self._driver.build
        sys.modules[_DRIVER_MODULE] = module
        self._pyttsx3 = pyttsx3.init(_DRIVER)
        self._errors: list[Exception] = []
        self._pyttsx3.connect("error", self._note)
        self.identifiers = self._list_identifiers()
        """The library's identifier of each language tag: ``en-gb`` is ``gmw/en``."""
        module.__dict__["engine"] = self

    @classmethod
    def of_this_process(cls) -> "_Engine":
        """The engine that runs already, or a new one.

        libespeak-ng keeps its state in the process and pyttsx3 finds its drivers in `sys.modules`,
        so the engine is kept there, with its driver.
        """
        module: Any = sys.modules.get(_DRIVER_MODULE)
        engine: _Engine = cls() if module is None else module.engine
        return engine

    def _note(self, exception: Exception, name: str | None) -> None:  # noqa: ARG002 (pyttsx3's)
        self._errors.append(exception)

    @property
    def cancelled(self) -> bool:
        """The running synthesis was given up and has not come back."""
        return self._driver.cancelled.is_set()

    def cancel(self) -> None:
        """End the sentence that is being synthesized at its next block."""
        self._driver.cancelled.set()

    def _list_identifiers(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for voice in self._pyttsx3.getProperty("voices"):
            for tag in voice.languages:
                found.setdefault(tag, voice.id)
        return found

    def synthesize(self, text: str, properties: Mapping[str, str | int | float]) -> Speech:
        """Give the raw sound of a sentence; the caller holds `lock`."""
        self._driver.blocks.clear()
        self._driver.cancelled.clear()
        self._errors.clear()
        for name, value in properties.items():
            self._pyttsx3.setProperty(name, value)
        self._pyttsx3.say(text)
        self._pyttsx3.runAndWait()
        if self._errors:
            raise VoiceFailed(f"the voice engine failed: {self._errors[0]}") from self._errors[0]
        samples = np.frombuffer(b"".join(self._driver.blocks), np.int16)
        self._driver.blocks.clear()
        return Speech(samples, self._driver.rate)


@dataclass(frozen=True, slots=True)
class _Manner:
    """How to speak, by the names of pyttsx3's properties."""

    voice: str
    rate: int
    volume: float
    pitch: int


class Pyttsx3Voice:
    """A voice of eSpeak NG, driven by pyttsx3. Several may be built; they share the one engine.

    A name is a language tag (``en-gb``), an identifier of the engine (``gmw/en``) or a language
    (``en``), each with an optional variant (``en-us+m3``).
    """

    def __init__(
        self,
        settings: VoiceSettings,
        language: str = "en",
        *,
        pitch: int = 50,
        limit: float = LIMIT,
    ) -> None:
        """Choose a voice and try it.

        Args:
            settings: name, speed and loudness.
            language: spoken when `settings` names no voice.
            pitch: 0 to 100; 50 is the voice's own.
            limit: seconds after which a synthesis counts as hanging.

        Raises:
            VoiceFailed: the library or its voices are missing, or there is no such voice.
        """
        self._engine = _Engine.of_this_process()
        self._limit = limit
        name = settings.name or language
        base, plus, variant = name.partition("+")
        identifier = self._engine.identifiers.get(base, base)
        self._manner = _Manner(
            f"{identifier}{plus}{variant}", settings.rate, settings.volume, pitch
        )
        try:
            self.synthesize("a")
        except VoiceFailed as error:
            if isinstance(error.__cause__, ValueError):
                raise VoiceFailed(
                    f"no voice is named {name!r}: `espeak-ng --voices` lists them"
                ) from error
            raise

    def synthesize(self, text: str) -> Speech:
        """Give the sound of a sentence, without silence after it; blocks for some milliseconds.

        Raises:
            VoiceFailed: the engine failed, hangs or gave no sound. No words are in the message.
        """
        sound = without_trailing_silence(self._synthesize_in_time(text))
        if not len(sound.samples):
            raise VoiceFailed(f"the voice gave no sound for a sentence of {len(text)} characters")
        return sound

    def adjust(self, volume: float, rate: int) -> None:
        """Change loudness (0 to 1) and speed (words a minute) of every sentence from now on."""
        self._manner = replace(self._manner, volume=volume, rate=rate)

    def voices(self) -> tuple[str, ...]:
        """Language tags of the engine's voices, sorted, such as ``en-gb``."""
        return tuple(sorted(self._engine.identifiers))

    def _synthesize_in_time(self, text: str) -> Speech:
        """Synthesize on a thread of its own, which can be left behind if the library hangs.

        The thread keeps the lock until the library comes back, so nobody else runs into it.
        """
        patience = 0.0 if self._engine.cancelled else self._limit
        if not self._engine.lock.acquire(timeout=patience):
            raise VoiceFailed("the voice engine hangs")
        outcome: queue.SimpleQueue[Speech | VoiceFailed] = queue.SimpleQueue()
        threading.Thread(target=self._work, args=(text, outcome), name="voice", daemon=True).start()
        try:
            result = outcome.get(timeout=self._limit)
        except queue.Empty:
            self._engine.cancel()
            raise VoiceFailed(f"no sound from the voice engine in {self._limit:g} s") from None
        if isinstance(result, VoiceFailed):
            raise result
        return result

    def _work(self, text: str, outcome: "queue.SimpleQueue[Speech | VoiceFailed]") -> None:
        """The thread's work: one sentence, and the lock is free again whatever happens."""
        result: Speech | VoiceFailed = VoiceFailed("the voice engine died")
        try:
            result = self._engine.synthesize(text, asdict(self._manner))
        except VoiceFailed as error:
            result = error
        finally:
            self._engine.lock.release()
            outcome.put(result)
