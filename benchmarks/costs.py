"""What listening costs: processor time by what is heard, memory, and the time to start."""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from assistant.config import SAMPLE_RATE, Settings
from assistant.content import intent_files
from assistant.hearing.ear import Ear
from assistant.hearing.recognizer import Sound
from assistant.hearing.vosk_recognizer import VoskRecognizer
from assistant.understanding.name import heard_name
from assistant.understanding.phrases import load_phrases
from benchmarks import noise
from benchmarks.corpus import SpokenCommand, Talk
from benchmarks.jobs import LOOPS, OURS, loop_of
from benchmarks.loops import OurLoop, engine, listen
from benchmarks.memory import resident
from benchmarks.mixing import FULL_SCALE, as_sound

STATE = "idle"
_AIR = -66.0
"""dB below full scale: a quiet room through an ordinary microphone."""
_COMMAND_EVERY = 5.0
"""Seconds: sixty commands in five minutes is a busy hour's work."""


def materials(talk: Talk, commands: Sequence[SpokenCommand], seconds: float) -> dict[str, Sound]:
    """Make the sounds whose cost is measured, each of the same length."""
    length = round(seconds * SAMPLE_RATE)
    rng = np.random.default_rng(0)
    air = noise.room(rng, length) * np.float32(FULL_SCALE * 10 ** (_AIR / 20))
    each = length // len(noise.HOUSEHOLD)
    house = np.concatenate([made(rng, each) for made in noise.HOUSEHOLD.values()])
    said = np.concatenate(list(_spaced(commands)))
    return {
        "silence": as_sound(air),
        "noise": as_sound(house * np.float32(FULL_SCALE * 10 ** (-36 / 20))),
        "talk": np.resize(talk.sound(), length),
        "commands": np.resize(said, length),
    }


def processor_time(model: Path, sounds: Mapping[str, Sound]) -> dict[str, dict[str, float]]:
    """Measure the processor seconds a minute of each sound takes, by loop and sound."""
    loaded = engine(model)
    found: dict[str, dict[str, float]] = {}
    for name in LOOPS:
        for material, sound in sounds.items():
            loop = loop_of(name, loaded, STATE)
            before = time.process_time()
            listen(loop, sound)
            spent = time.process_time() - before
            found.setdefault(name, {})[material] = spent * 60 * SAMPLE_RATE / len(sound)
    return found


def footprint(loop: str, model: Path) -> dict[str, float]:
    """Measure start-up and memory of a loop in a process of its own.

    Returns:
        `seconds` of processor time from the start of Python until it listens, `ready` and `after`
        MB of memory: then, and after some minutes of talk-like sound.
    """
    command = [sys.executable, "-m", "benchmarks.costs", loop, str(model)]
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _spaced(commands: Sequence[SpokenCommand]) -> Iterator[Sound]:
    for spoken in commands:
        sound = spoken.scene().sound
        missing = round(_COMMAND_EVERY * SAMPLE_RATE) - len(sound)
        yield np.pad(sound, (0, max(0, missing)))


def _only_our_ear(model: Path) -> OurLoop:
    """Our loop without an engine, which holds the model once more for the other loops."""
    recognizer = VoskRecognizer(model)
    phrases = load_phrases(intent_files("en"))
    name = heard_name(Settings().name, recognizer.knows)
    return OurLoop(Ear(recognizer, phrases, name), STATE)


def _tell_footprint(name: str, model: Path) -> None:
    """Print what `footprint` reads: this process has done nothing else."""
    loop = _only_our_ear(model) if name == OURS else loop_of(name, engine(model), STATE)
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {"seconds": used.ru_utime + used.ru_stime, "ready": resident()}
    made = as_sound(noise.television(np.random.default_rng(0), 5 * SAMPLE_RATE) * np.float32(3000))
    for _ in range(24):
        listen(loop, made)
    told["after"] = resident()
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("loop", choices=LOOPS, default=OURS)
    parser.add_argument("model", type=Path)
    given = parser.parse_args()
    _tell_footprint(given.loop, given.model)
