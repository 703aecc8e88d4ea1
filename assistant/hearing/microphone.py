"""The microphone: blocks of 16 kHz sound from a PortAudio input, and its loss noticed.

A thread of its own reads and blocks: callbacks would need memory that is writable and executable,
which the seal forbids (`MemoryDenyWriteExecute`). PortAudio tells of a lost device by an error, or
blocks just stop arriving; both become `MicrophoneLost`.
"""

import queue
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Protocol

import numpy as np
import sounddevice

from assistant.config import BLOCK, SAMPLE_RATE
from assistant.errors import MicrophoneLost
from assistant.hearing.blocks import Reblocked
from assistant.hearing.recognizer import Sound
from assistant.portaudio import problem, start_stream, usable

_QUEUE = 64
"""Blocks (2 s) that wait for the ear; a slower ear loses what comes after them, counted."""
_SILENT = 2.0
"""Seconds without a block after which the microphone counts as lost."""
_PATIENCE = 3.0
"""Seconds the device may take to open or to close."""


class Microphone(Protocol):
    """Gives blocks of 512 samples with the time of their end.

    Attributes:
        dropped: how many blocks were lost since the start, because nobody took them in time or the
            device itself was too slow.
    """

    dropped: int

    @property
    def is_open(self) -> bool:
        """Whether the device is held."""
        ...

    @property
    def hangs(self) -> bool:
        """Whether a call into the device has not come back: nothing more may be asked of it."""
        ...

    def open(self) -> None:
        """Open the device, or do nothing if it is open; `MicrophoneLost` if it cannot be had."""
        ...

    def take(self, timeout: float) -> tuple[Sound, float] | None:
        """Wait for the next block, at most some seconds; `MicrophoneLost` when none will come."""
        ...

    def close(self) -> None:
        """Give the device back, or do nothing if it is closed; what was not taken is forgotten."""
        ...


class PortAudioMicrophone:
    """A `Microphone` on PortAudio. Opening, taking and closing belong to one thread."""

    def __init__(self, device: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        """Choose the device; nothing is opened yet.

        Args:
            device: its name or a part of it; empty for the system's default.
            clock: gives the time of the blocks, in seconds.
        """
        self._device = device
        self._clock = clock
        self._capture: _Capture | None = None
        self._left_behind: _Capture | None = None
        self._last = 0.0
        self.dropped = 0

    @property
    def is_open(self) -> bool:
        """Whether the device is held."""
        return self._capture is not None

    @property
    def hangs(self) -> bool:
        """Whether the thread of a stream that was given up is still inside PortAudio."""
        return self._left_behind is not None and self._left_behind.is_alive()

    def open(self) -> None:
        """Open the device at 16 kHz, or at its own rate if it refuses.

        Raises:
            MicrophoneLost: no such device, it refuses, or it does not answer in time.
        """
        if self._capture is not None:
            return
        if self.hangs:  # one thread may be left behind in a device, but not one at every try
            raise MicrophoneLost("the microphone hangs")
        capture = _Capture(self._device, self._clock)
        capture.start()
        self._capture = capture
        if not capture.ready.wait(_PATIENCE):
            self._capture, self._left_behind = None, capture
            capture.stopping.set()
            raise MicrophoneLost("the microphone does not answer")
        if capture.failure:
            self._capture = None
            raise MicrophoneLost(capture.failure)
        self._last = self._clock()

    def take(self, timeout: float) -> tuple[Sound, float] | None:
        """Wait for the next block and the time of its end; nothing if none came in `timeout`.

        Raises:
            MicrophoneLost: the device is gone, closed, or has given nothing for two seconds.
        """
        if self._capture is None:
            raise MicrophoneLost("the microphone is closed")
        try:
            block, at = self._capture.blocks.get(timeout=timeout)
        except queue.Empty:
            if self._capture.failure:
                raise MicrophoneLost(self._capture.failure) from None
            if self._clock() - self._last > _SILENT:
                raise MicrophoneLost("no sound arrives from the microphone any more") from None
            return None
        self._last = self._clock()
        self.dropped += self._capture.newly_dropped()
        return block, at

    def close(self) -> None:
        """Give the device back.

        Raises:
            MicrophoneLost: it does not let go in time; only the end of the process will free it.
        """
        capture, self._capture = self._capture, None
        if capture is None:
            return
        capture.stopping.set()
        capture.join(_PATIENCE)
        self.dropped += capture.newly_dropped()
        if capture.is_alive():
            self._left_behind = capture
            raise MicrophoneLost("the microphone does not close")


def microphones() -> list[str]:
    """Give the names of all inputs that PortAudio knows since it was started or refreshed."""
    return [
        device["name"] for device in sounddevice.query_devices() if device["max_input_channels"]
    ]


class _Capture(threading.Thread):
    """Owns one stream from opening to closing: PortAudio may hang, and then only this thread."""

    def __init__(self, device: str, clock: Callable[[], float]) -> None:
        super().__init__(name="microphone", daemon=True)
        self.blocks: queue.Queue[tuple[Sound, float]] = queue.Queue(_QUEUE)
        self.ready = threading.Event()
        self.stopping = threading.Event()
        self.failure = ""
        self._device = device
        self._clock = clock
        self._dropped = 0
        self._told = 0

    def newly_dropped(self) -> int:
        """Blocks lost since the last call; the count only grows, so none is told twice."""
        before, self._told = self._told, self._dropped
        return self._told - before

    def run(self) -> None:
        try:
            with closing(_open_stream(self._device)) as stream:
                start_stream(stream)
                self.ready.set()
                self._read(stream)
        except (sounddevice.PortAudioError, ValueError) as error:
            # PortAudio's texts, and sounddevice's about names that fit no device or several
            self.failure = f"the microphone is lost: {problem(error)}"
        finally:
            self.ready.set()

    def _read(self, stream: sounddevice.InputStream) -> None:
        frames = round(stream.samplerate * BLOCK / SAMPLE_RATE)
        blocks = Reblocked(round(stream.samplerate))
        while not self.stopping.is_set():
            sound, overflowed = stream.read(frames)
            self._dropped += bool(overflowed)
            for block in blocks.add(sound.mean(axis=1).astype(np.int16)):
                self._put(block)

    def _put(self, block: Sound) -> None:
        try:
            self.blocks.put_nowait((block, self._clock()))
        except queue.Full:
            self._dropped += 1


def _open_stream(device: str) -> sounddevice.InputStream:
    found = sounddevice.query_devices(device or None, "input")
    rate, channels = round(found["default_samplerate"]), found["max_input_channels"]
    ways = [(SAMPLE_RATE, 1), (rate, 1), (rate, min(2, channels))]
    for rate, channels in ways[:-1]:
        try:
            return _stream(found["index"], rate, channels)
        except sounddevice.PortAudioError:
            continue
    return _stream(found["index"], *ways[-1])


def _stream(index: int, rate: int, channels: int) -> sounddevice.InputStream:
    frames = round(rate * BLOCK / SAMPLE_RATE)
    return usable(sounddevice.InputStream(rate, frames, index, channels, "int16"))
