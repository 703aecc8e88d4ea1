"""The loudspeaker: sounds in order on one PortAudio stream that can stop at once.

A thread of its own opens the stream when there is something to play, writes 20 ms at a time and
closes it afterwards. It alone calls PortAudio, because any such call may never return when the
sound server stalls; nobody else waits for it without a limit. Writes block instead of being called
back, so that memory need not be writable and executable (systemd's `MemoryDenyWriteExecute`).
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import sounddevice
import soxr
from numpy.typing import NDArray

from assistant.errors import LoudspeakerLost
from assistant.portaudio import problem, start_stream, usable
from assistant.speaking.playback import Back, Lost, Played, Report
from assistant.speaking.voice import Speech

BLOCK = 0.02
"""Seconds written at a time: how soon a stop is seen."""

LATENCY = 0.1
"""Seconds the device may hold. Less gives gaps on a busy machine; a stop discards them anyway."""

LEAD = 0.1
"""Seconds of silence before the first sound: amplifiers and HDMI sinks swallow what comes first."""

MARGIN = 0.05
"""Seconds of silence after the last sound, beyond the latency: PortAudio loses its tail on ALSA."""

STALLED = 2.0
"""Seconds one call of PortAudio may take before the loudspeaker counts as lost."""

RETRY = 2.0
"""Seconds between two tries to open a lost loudspeaker."""

PATIENCE = 1.0
"""Seconds that closing waits for the thread."""


@dataclass(eq=False, slots=True)
class _Item:
    """A sound in the queue; the first one is being played."""

    sound: Speech
    utterance_id: int | None
    stopped: bool = False
    finished: bool = False


class PortAudioLoudspeaker:
    """A `Loudspeaker` on PortAudio."""

    def __init__(
        self,
        device: str,
        on_report: Callable[[Report], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start the thread; the device is opened when there is something to play.

        Args:
            device: its name or a part of it; empty for the system's default, which also steps in
                when the named one cannot be opened.
            on_report: called from several threads, and must return at once.
            clock: gives seconds, to notice a device that hangs.
        """
        self._device = device
        self._on_report = on_report
        self._clock = clock
        self._changed = threading.Condition()
        self._items: deque[_Item] = deque()
        self._lost = False
        self._closing = False
        self._inside_since: float | None = None
        self._stream_is_open = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="loudspeaker", daemon=True)
        self._thread.start()

    def play(self, sound: Speech, utterance_id: int | None = None) -> None:
        """Play after what is queued already; over at once if the device hangs or is closed."""
        item = _Item(sound, utterance_id)
        with self._changed:
            self._items.append(item)
            self._changed.notify()
        if self._closing or self._hangs():
            self._finish(item)

    def stop(self) -> None:
        """Fall silent at once: the thread sees it within 20 ms and discards the device's buffer."""
        with self._changed:
            for item in self._items:
                item.stopped = True

    def check(self) -> None:
        """Report a device that hangs as lost, and what waits for it as over."""
        if self._hangs():
            self._report_lost(LoudspeakerLost("the loudspeaker takes no sound any more"))
            self._finish_all()

    def unless_playing(self, work: Callable[[], None]) -> bool:
        """Do something that would end an open stream, or nothing while one is open; whether.

        Made for looking for new devices, which PortAudio can do only by starting anew.
        """
        if not self._stream_is_open.acquire(blocking=False):
            return False
        try:
            work()
        finally:
            self._stream_is_open.release()
        return True

    def is_alive(self) -> bool:
        """Whether its thread still runs."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Fall silent, let the device go and end the thread; a thread that hangs is left behind."""
        self.stop()
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(PATIENCE)
        self._finish_all()

    # ---- reports -------------------------------------------------------------------------------

    def _finish(self, item: _Item) -> None:
        with self._changed:
            first, item.finished, item.stopped = not item.finished, True, True
            if item in self._items:
                self._items.remove(item)
        if first and item.utterance_id is not None:
            self._on_report(Played(item.utterance_id))

    def _finish_all(self) -> None:
        for item in list(self._items):
            self._finish(item)

    def _report_lost(self, error: LoudspeakerLost) -> None:
        with self._changed:
            first, self._lost = not self._lost, True
        if first:
            self._on_report(Lost(error))

    def _report_back(self) -> None:
        with self._changed:
            back, self._lost = self._lost, False
        if back:
            self._on_report(Back())

    def _hangs(self) -> bool:
        since = self._inside_since
        return since is not None and self._clock() - since > STALLED

    # ---- the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._closing:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._items or self._closing, RETRY if self._lost else None
                )
                stopped = [item for item in self._items if item.stopped]
                wanted = self._lost or len(self._items) > len(stopped)
            for item in stopped:
                self._finish(item)
            if wanted and not self._closing:
                self._play_queue()

    def _play_queue(self) -> None:
        try:
            with self._opened() as stream:
                self._report_back()
                self._play_through(stream)
        except LoudspeakerLost as error:
            self._report_lost(error)
            self._finish_all()
        except sounddevice.PortAudioError as error:
            self._report_lost(LoudspeakerLost(f"the loudspeaker is lost: {problem(error)}"))
            self._finish_all()

    def _play_through(self, stream: Any) -> None:
        """Play until nothing is queued or a stop comes; what is queued later gets a new stream."""
        item = self._first()
        if item is None:
            return
        with self._inside():
            start_stream(stream)
        rate = round(stream.samplerate)
        self._write(stream, item, _silence(LEAD, rate))
        self._write(stream, item, _at_rate(item.sound, rate))
        while following := self._after(item):
            self._finish(item)
            item = following
            self._write(stream, item, _at_rate(item.sound, rate))
        self._write(stream, item, _silence(stream.latency + MARGIN, rate))
        with self._inside():
            stream.abort()
        self._finish(item)

    def _write(self, stream: Any, item: _Item, samples: NDArray[np.int16]) -> None:
        step = round(BLOCK * stream.samplerate)
        for start in range(0, len(samples), step):
            if item.stopped:
                return
            with self._inside():
                stream.write(samples[start : start + step].tobytes())

    def _first(self) -> _Item | None:
        with self._changed:
            return next(iter(self._items), None)

    def _after(self, item: _Item) -> _Item | None:
        """The sound that follows without a gap; none after a stop."""
        with self._changed:
            goes_on = not item.stopped and len(self._items) > 1
            return self._items[1] if goes_on else None

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        first = self._first()
        with self._stream_is_open:
            with self._inside():
                stream = _open(self._device, first.sound.rate if first else None)
            try:
                yield stream
            finally:
                with self._inside():
                    stream.close(ignore_errors=True)

    @contextmanager
    def _inside(self) -> Iterator[None]:
        """Around each call of PortAudio: it may hang, and `check` must see for how long."""
        self._inside_since = self._clock()
        try:
            yield
        finally:
            self._inside_since = None


def loudspeakers() -> list[str]:
    """Give the names of all outputs that PortAudio knows since it was started or refreshed."""
    return [
        device["name"] for device in sounddevice.query_devices() if device["max_output_channels"]
    ]


def _open(device: str, rate: int | None) -> Any:
    """Open the named device or else the default, at this rate or else at the device's own.

    Raises:
        LoudspeakerLost: none of these can be opened.
    """
    last = "there is none"
    for name in dict.fromkeys((device or None, None)):
        try:
            found = sounddevice.query_devices(name, "output")
        except (sounddevice.PortAudioError, ValueError) as error:  # no such name, or no device
            last = problem(error)
            continue
        native = round(found["default_samplerate"])
        for one in dict.fromkeys((rate or native, native)):
            try:
                return _stream(found["index"], one)
            except sounddevice.PortAudioError as error:
                last = problem(error)
    raise LoudspeakerLost(f"the loudspeaker cannot be opened: {last}")


def _stream(index: int, rate: int) -> Any:
    return usable(
        sounddevice.RawOutputStream(
            samplerate=rate, device=index, channels=1, dtype="int16", latency=LATENCY
        )
    )


def _at_rate(sound: Speech, rate: int) -> NDArray[np.int16]:
    if sound.rate == rate:
        return sound.samples
    converted: NDArray[np.int16] = soxr.resample(sound.samples, sound.rate, rate)
    return converted


def _silence(seconds: float, rate: int) -> NDArray[np.int16]:
    return np.zeros(round(seconds * rate), np.int16)
