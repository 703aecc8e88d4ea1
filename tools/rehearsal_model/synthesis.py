"""Speech from text: drives flite, espeak-ng and festival, and brings it all to 16 kHz."""

from __future__ import annotations

import subprocess
import tempfile
import wave
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from math import gcd
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from tools.rehearsal_model.corpus import Array, Recording, Segment
from tools.rehearsal_model.voices import ESPEAK, FESTIVAL, FLITE, Utterance

RATE = 16000
#: Anything shorter is a failed synthesis.
SHORTEST_SAMPLES = RATE // 5
#: One festival process speaks this many utterances: loading a voice is slow.
FESTIVAL_BATCH = 100
ESPEAK_WORDS_PER_MINUTE = 160
ENGINE_TIMEOUT_S = 300


def as_int16(sound: Array) -> Array:
    """Samples rounded and clipped to 16 bits."""
    samples: Array = np.clip(np.round(sound), -32768, 32767).astype(np.int16)
    return samples


def read_wav(path: Path) -> Array:
    """A mono 16-bit file as int16 samples at 16 kHz."""
    with wave.open(str(path)) as file:
        rate = file.getframerate()
        samples: Array = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    if rate == RATE:
        return samples
    common = gcd(rate, RATE)
    resampled = resample_poly(samples.astype(np.float32), RATE // common, rate // common)
    return as_int16(resampled)


def play_faster(samples: Array, factor: float) -> Array:
    """Faster, with pitch and formants raised alike: a cheap new speaker."""
    if factor == 1.0:
        return samples
    positions = np.arange(int(len(samples) / factor)) * factor
    return as_int16(np.interp(positions, np.arange(len(samples)), samples.astype(np.float32)))


def _flite(utterance: Utterance, folder: Path) -> list[Recording]:
    file = folder / f"flite-{utterance.number}.wav"
    stretch = utterance.duration * utterance.warp
    shift = utterance.pitch / utterance.warp
    command = ["flite", "-voice", utterance.voice]
    command += ["--setf", f"duration_stretch={stretch:.3f}", "--setf", f"f0_shift={shift:.3f}"]
    command += ["-psdur", "-t", utterance.text, "-o", str(file)]
    printed = _run(command)
    samples = play_faster(read_wav(file), utterance.warp)
    file.unlink()
    return [Recording(utterance, samples, _segments(printed, utterance.warp))]


def _segments(printed: str, warp: float) -> list[Segment]:
    """flite prints "phone:end" with ends in seconds."""
    pairs = (word.rsplit(":", 1) for word in printed.split() if ":" in word)
    return [(phone, float(end) / warp) for phone, end in pairs]


def _espeak(utterance: Utterance, folder: Path) -> list[Recording]:
    file = folder / f"espeak-{utterance.number}.wav"
    speed = round(ESPEAK_WORDS_PER_MINUTE / (utterance.duration * utterance.warp))
    pitch = round(min(99, 50 * utterance.pitch / utterance.warp))
    command = ["espeak-ng", "-v", utterance.voice, "-s", str(speed), "-p", str(pitch)]
    _run([*command, "-w", str(file), utterance.text])
    samples = play_faster(read_wav(file), utterance.warp)
    file.unlink()
    return [Recording(utterance, samples)]


def _festival(utterances: list[Utterance], folder: Path) -> list[Recording]:
    """Utterances of one voice, spoken by one process."""
    first = utterances[0]
    script = folder / f"festival-{first.voice}-{first.number}.scm"
    files = [folder / f"festival-{first.voice}-{each.number}.wav" for each in utterances]
    lines = [f"(voice_{first.voice})"]
    for each, file in zip(utterances, files, strict=True):
        lines.append(f"(Parameter.set 'Duration_Stretch {each.duration * each.warp:.3f})")
        lines.append(
            f"(utt.save.wave (utt.synth (eval (list 'Utterance 'Text \"{each.text}\")))"
            f' "{file}" \'riff)'
        )
    script.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _run(["festival", "--batch", str(script)])
    spoken = [(each, file) for each, file in zip(utterances, files, strict=True) if file.exists()]
    recordings = [Recording(each, play_faster(read_wav(file), each.warp)) for each, file in spoken]
    for _, file in spoken:
        file.unlink()
    return recordings


def _run(command: list[str]) -> str:
    """What the engine prints; one that stumbles over a word leaves no file, which is noticed."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=ENGINE_TIMEOUT_S, check=False
    )
    return done.stdout


def _jobs(utterances: Iterable[Utterance], folder: Path) -> Iterator[Callable[[], list[Recording]]]:
    by_voice = sorted(utterances, key=lambda each: (each.engine, each.voice))
    for (engine, _), group in groupby(by_voice, key=lambda each: (each.engine, each.voice)):
        same = list(group)
        if engine == FESTIVAL:
            for start in range(0, len(same), FESTIVAL_BATCH):
                batch = same[start : start + FESTIVAL_BATCH]
                yield partial(_festival, batch, folder)
        else:
            speak = {FLITE: _flite, ESPEAK: _espeak}[engine]
            for each in same:
                yield partial(speak, each, folder)


def synthesise(utterances: list[Utterance], workers: int) -> list[Recording]:
    """All utterances as sound, in the order of their numbers; failed ones are left out."""
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(job) for job in _jobs(utterances, Path(name))]
        recordings = [recording for future in futures for recording in future.result()]
    whole = [each for each in recordings if len(each.samples) >= SHORTEST_SAMPLES]
    return sorted(whole, key=lambda each: each.utterance.number)
