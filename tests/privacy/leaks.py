"""Builds of the assistant that leak, to show that `make prove` can fail.

``python -m tests.privacy.leaks KIND run …`` is `turntable run …` with a few lines changed. Nothing
in the program itself can be switched like this.
"""

import logging
import socket
import sys
import tempfile
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant import live
from assistant.cli import main
from assistant.config import SAMPLE_RATE, state_folder
from assistant.hearing.ear import Ear, EarReport
from assistant.hearing.recognizer import Sound


class _Unsealed:
    """No seal at all."""

    layers: tuple[str, ...] = ()
    breach = ""


def without_seal() -> None:
    """A build that does not seal itself."""
    vars(live)["seal"] = lambda _: _Unsealed()


def with_each_block(look: Callable[[Sound], None]) -> None:
    """A build that does something else, too, with every block of sound."""
    hear = Ear.hear

    def heard(ear: Ear, block: Sound, at: float) -> list[EarReport]:
        look(block)
        return hear(ear, block, at)

    vars_of(Ear)("hear", heard)


def vars_of(kind: type) -> Callable[[str, Any], None]:
    """How to replace a method."""
    return lambda name, method: setattr(kind, name, method)


def recording() -> None:
    """Keeps the sound as a WAV file, hidden where the seal lets it write."""
    file = wave.open(str(state_folder() / "cache.bin"), "wb")  # noqa: SIM115
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(SAMPLE_RATE)
    with_each_block(lambda block: file.writeframes(block.tobytes()))


def temporary() -> None:
    """Keeps the sound in a temporary file, which is gone afterwards.

    It lies in a home of its own, since other builds are searched for at the same time.
    """
    without_seal()
    file = tempfile.NamedTemporaryFile(suffix=".wav", dir=Path.home())  # noqa: SIM115
    with_each_block(lambda block: file.file.writelines([block.tobytes()]))


def transcript() -> None:
    """Logs what it understands of every utterance, with the model's whole vocabulary."""
    forget = Ear._forget

    def logged(ear: Ear) -> None:
        if ear._utterance.seconds > 1.0:
            words = ear._recognizer.listen_openly(ear._utterance.sound)
            logging.getLogger("assistant").warning("heard: %s", words.reveal())
        forget(ear)

    vars_of(Ear)("_forget", logged)


def _send(block: Sound) -> None:
    """Only once somebody speaks, so that a build that is sealed comes to its start."""
    if not block.any():
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(block.tobytes()[:64], ("127.0.0.1", 9))


def internet() -> None:
    """Sends sound to a server."""
    without_seal()
    with_each_block(_send)


def sealed_internet() -> None:
    """Tries to send sound to a server, under the seal."""
    with_each_block(_send)


KINDS = {
    "recording": recording,
    "temporary": temporary,
    "transcript": transcript,
    "internet": internet,
    "sealed-internet": sealed_internet,
}

if __name__ == "__main__":
    KINDS[sys.argv.pop(1)]()
    main()
