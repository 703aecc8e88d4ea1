"""What microphone and loudspeaker need of PortAudio alike.

PortAudio keeps its last error in one variable for all threads (`paUtilErr_` in its ALSA part; that
it is not thread-safe is its issue 254). While one thread reads the microphone, a call that failed
in another can therefore look as if it had not. So a stream is looked at before it is trusted.
"""

from typing import TypeVar

import sounddevice

Stream = TypeVar("Stream", bound=sounddevice._StreamBase)


def usable(stream: Stream) -> Stream:
    """Give back a stream that has really been opened.

    Raises:
        sounddevice.PortAudioError: it has not, although PortAudio said so.
    """
    if not stream.samplerate:
        stream.close(ignore_errors=True)
        raise sounddevice.PortAudioError("the device was not opened")
    return stream


def start_stream(stream: sounddevice._StreamBase) -> None:
    """Start a stream.

    Raises:
        sounddevice.PortAudioError: it does not run, whatever PortAudio said.
    """
    stream.start()
    if not stream.active:
        raise sounddevice.PortAudioError("the device did not start")


def problem(error: Exception) -> str:
    """What PortAudio said, and the system behind it, in one line.

    `str` of its errors asks PortAudio for the system's name: another thread may be starting it
    anew just then, and an error would come out of the handling of an error.
    """
    said = [str(error.args[0]) if error.args else "no reason is given"]
    if len(error.args) > 2:
        said.append(str(error.args[2][2]))
    return ": ".join(text.splitlines()[0] for text in said if text)


def refresh_devices() -> None:
    """Let PortAudio look for devices again. This kills every open stream, of loudspeakers too."""
    sounddevice._terminate()
    sounddevice._initialize()
