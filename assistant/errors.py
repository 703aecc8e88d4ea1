"""Every error this program raises on purpose, each one clear line for the person who can mend it.

::

    TurntableError
    ├── BadInput                the user gave something unusable: exit code 2
    │   ├── BadContent          a ritual, deck, line or intent file
    │   ├── BadConfiguration    the configuration file
    │   ├── BadSoundFile        a file given to `turntable hear`
    │   ├── BadModel            a speech model that is missing, damaged or of the wrong kind
    │   └── BadState            the state folder or the memory in it
    ├── PartFailed              a part died or hangs while running; it is rebuilt
    │   ├── MicrophoneLost
    │   ├── LoudspeakerLost
    │   ├── VoiceFailed
    │   ├── RecognizerFailed
    │   └── MemoryLost
    ├── SealBroken              something tried to write, connect or start what the seal forbids
    └── RehearsalFailed         a synthetic partner was not understood, or a turn was cut short

This module imports nothing of ours.
"""

from pathlib import Path


class TurntableError(Exception):
    """Base of all our errors; `str()` is one line, fit to be shown."""


class BadInput(TurntableError):
    """Something a person gave us cannot be used: says where it is, what is wrong and the remedy."""

    def __init__(
        self, problem: str, *, file: Path | str = "", line: int = 0, remedy: str = ""
    ) -> None:
        """Compose the one line `file:line: problem (remedy)`.

        Args:
            problem: what is wrong, in a few words.
            file: where, if it is in a file.
            line: the line in that file, counted from 1; 0 if unknown.
            remedy: what the reader can do about it.
        """
        place = f"{file}:{line}: " if line else f"{file}: " if str(file) else ""
        advice = f" ({remedy})" if remedy else ""
        whole = " ".join(f"{place}{problem}{advice}".split())
        super().__init__("".join(sign if sign.isprintable() else "\ufffd" for sign in whole))
        self.problem = problem
        self.file = str(file)
        self.line = line
        self.remedy = remedy


class BadContent(BadInput):
    """A ritual, deck, line or intent file cannot be used."""


class BadConfiguration(BadInput):
    """The configuration file cannot be used."""


class BadSoundFile(BadInput):
    """A sound file cannot be read."""


class BadModel(BadInput):
    """A speech model is missing, damaged or of a kind that ignores grammars."""


class BadState(BadInput):
    """The state folder cannot be used."""


class PartFailed(TurntableError):
    """A part of the running assistant died or hangs."""


class MicrophoneLost(PartFailed):
    """No blocks arrive from the microphone any more, or it cannot be opened."""


class LoudspeakerLost(PartFailed):
    """The loudspeaker takes no sound any more, or it cannot be opened."""


class VoiceFailed(PartFailed):
    """The voice engine died, hangs, or gave back no sound."""


class RecognizerFailed(PartFailed):
    """The recognizer threw an error."""


class MemoryLost(PartFailed):
    """The memory cannot be read or written just now: the disk is full, read-only or damaged."""


class SealBroken(TurntableError):
    """Something tried to write, connect or start what the seal forbids."""


class RehearsalFailed(TurntableError):
    """A rehearsal did not go as it must: a partner was not understood or a turn was cut short."""
