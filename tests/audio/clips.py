"""Sound on its way into the virtual microphone, and out of the virtual loudspeaker."""

import subprocess
import threading
from types import TracebackType
from typing import IO, Self

import numpy as np
from numpy.typing import NDArray

from assistant.config import SAMPLE_RATE


class Playing:
    """A clip on its way into the microphone."""

    def __init__(self, player: "subprocess.Popen[bytes]", data: bytes) -> None:
        """Feed a `pacat` that plays, from a thread of its own."""
        self._player = player
        self._feeding = threading.Thread(target=player.communicate, args=(data,), daemon=True)
        self._feeding.start()

    def wait(self) -> None:
        """Wait until all of it is out."""
        self._feeding.join()

    def stop(self) -> None:
        """Fall silent in the middle of it."""
        self._player.kill()
        self._feeding.join()


class Recording:
    """What the loudspeaker plays, as it comes. Reading it is what paces a test, not a sleep."""

    def __init__(self, recorder: "subprocess.Popen[bytes]") -> None:
        """Read from a `pacat` that records; wait until its first sound, or silence, is there."""
        self._recorder = recorder
        self._parts: list[NDArray[np.int16]] = []
        self.read(0.05)

    @property
    def samples(self) -> NDArray[np.int16]:
        """All that was captured so far, shape (n,), at the device's rate."""
        return np.concatenate(self._parts)

    def read(self, seconds: float) -> NDArray[np.int16]:
        """Wait for the next seconds of sound; ends early only if the server dies."""
        data = _stdout(self._recorder).read(2 * round(seconds * SAMPLE_RATE))
        part = np.frombuffer(data[: len(data) // 2 * 2], np.int16)
        self._parts.append(part)
        return part

    def read_until_quiet(self, quiet: float = 0.5, limit: float = 30.0) -> NDArray[np.int16]:
        """Wait for sound and then `quiet` seconds of silence, `limit` seconds at most in all."""
        sounded, silent = bool(self._parts[-1].any()), 0.0
        for _ in range(round(limit / 0.1)):
            part = self.read(0.1)
            loud = bool(part.any())
            sounded, silent = sounded or loud, 0.0 if loud else silent + 0.1
            if sounded and silent >= quiet:
                break
        return self.samples

    def __enter__(self) -> Self:
        """Nothing more to start."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the recorder; the samples stay."""
        self._recorder.kill()
        self._recorder.communicate()


def _stdout(process: "subprocess.Popen[bytes]") -> IO[bytes]:
    if process.stdout is None:
        raise ValueError("the recorder was started without a pipe")
    return process.stdout
