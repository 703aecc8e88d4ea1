"""`turntable check --measure`: what the assistant needs on this machine.

The figures are taken from a child process that does what `turntable run` does up to listening, and
then hears ten seconds of a quiet room: no microphone is opened, nothing is spoken.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import click
import numpy as np
from msgspec import Struct

from assistant import app
from assistant.config import BLOCK, SAMPLE_RATE, config_file, load_settings
from assistant.conversation.household import Memories
from assistant.conversation.table import Place, listening
from assistant.errors import RecognizerFailed
from assistant.hearing.models import rehearsal_model
from assistant.verbs.hear import chosen_model

SECONDS = 10.0
"""Of quiet room that are heard."""
ROOM = 12.0
"""Standard deviation (of 32767) of a quiet kitchen."""
BOARD = 512
"""MiB of the smallest board it is meant for, a Raspberry Pi Zero 2 W."""


class Measured(Struct, frozen=True):
    """What was measured.

    Attributes:
        model: name of the model's folder.
        start_up: seconds from nothing to listening.
        memory: MiB resident at its highest.
        idle: processor seconds for each second of a quiet room.
    """

    model: str
    start_up: float
    memory: float
    idle: float


def show_measurements() -> None:
    """Measure, and show three lines.

    Raises:
        RecognizerFailed: the child process ended in an error.
    """
    model = chosen_model(load_settings(config_file()))
    measured = measure(model)
    kind = " (the small rehearsal model)" if model == rehearsal_model() else ""
    click.echo(f"model        {measured.model}{kind}")
    click.echo(f"start-up     {measured.start_up:.1f} s to listening")
    click.echo(f"memory       {measured.memory:.0f} MiB resident, of {BOARD} on the smallest board")
    click.echo(f"idle         {100 * measured.idle:.2f} % of one processor core in a quiet room")


def measure(model: Path) -> Measured:
    """Start a child process, and take its figures.

    Raises:
        RecognizerFailed: it ended in an error.
    """
    command = [sys.executable, "-m", "assistant.verbs.measure", str(model), str(time.time())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.splitlines() or ["no reason given"])[-1]
        raise RecognizerFailed(f"it cannot be measured: {reason}")
    start_up, memory, idle = json.loads(done.stdout)
    return Measured(model.name, start_up, memory, idle)


def _measure_here(model: Path, began: float) -> tuple[float, float, float]:
    """Load everything, hear a quiet room, and look at this process."""
    from assistant.speaking.pyttsx3_voice import Pyttsx3Voice  # noqa: PLC0415

    home = app.open_home()
    ear = app.ears_with(home, app.load_recognizer(model))()
    Pyttsx3Voice(home.settings.voice, home.content.sound.voice)
    app.new_conversation(home, Memories(), home.settings.voice).start()
    ear.listen_for(listening(Place.IDLE))
    ready = time.time() - began
    blocks = round(SECONDS * SAMPLE_RATE / BLOCK)
    room = np.random.default_rng(1).normal(0.0, ROOM, (blocks, BLOCK)).astype(np.int16)
    before = time.process_time()
    for number, block in enumerate(room):
        ear.hear(block, number * BLOCK / SAMPLE_RATE)
    idle = (time.process_time() - before) / SECONDS
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return ready, memory, idle


if __name__ == "__main__":
    print(json.dumps(_measure_here(Path(sys.argv[1]), float(sys.argv[2]))))
