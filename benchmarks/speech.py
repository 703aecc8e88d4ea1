"""Sentences as sound, from Debian's speech synthesizers, kept under `.corpus/` for the next run."""

import hashlib
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
import soxr

from assistant.config import SAMPLE_RATE
from assistant.hearing.recognizer import Sound
from benchmarks.voices import Voice
from tools.rehearsal_model.voices import ESPEAK, FESTIVAL, FLITE

FOLDER = Path(__file__).resolve().parent.parent / ".corpus" / "speech"
"""Where synthesized sentences are kept; git ignores it."""

_FESTIVAL_BATCH = 40
"""Sentences a festival process speaks: loading a voice takes it a second."""
_TIMEOUT = 300
"""Seconds for one call of a synthesizer."""
_SHORTEST = 0.15
"""Seconds; anything shorter is a failed synthesis."""

Spoken = tuple[Voice, str]
"""Who says what."""


class NotSpoken(Exception):
    """A synthesizer gave no sound for a sentence; names the voice and the sentence."""


def file_of(voice: Voice, text: str) -> Path:
    """Where the sound of a sentence is kept."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:20]
    return FOLDER / f"{voice.engine}-{voice.name}-{digest}.flac"


def speak(wanted: Iterable[Spoken], workers: int, done: Callable[[int], None]) -> None:
    """Synthesize what is not there yet, 16 kHz mono FLAC.

    Args:
        wanted: may name the same sentence twice.
        workers: how many synthesizers run at a time.
        done: told how many more sentences are ready, again and again.

    Raises:
        NotSpoken: a synthesizer failed.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    everything = list(dict.fromkeys(wanted))
    fresh = [(voice, text) for voice, text in everything if not file_of(voice, text).exists()]
    done(len(everything) - len(fresh))
    with ThreadPoolExecutor(workers) as pool:
        for number in pool.map(lambda job: job(), list(_jobs(fresh))):
            done(number)


def read_speech(voice: Voice, text: str) -> Sound:
    """Give a sentence that was synthesized before: int16 at 16 kHz."""
    sound: Sound = soundfile.read(file_of(voice, text), dtype="int16")[0]
    return sound


def read_sound(file: Path) -> Sound:
    """Give any sound file as int16 mono at 16 kHz."""
    samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    if rate != SAMPLE_RATE:
        mono = soxr.resample(mono, rate, SAMPLE_RATE)
    sound: Sound = np.clip(np.rint(mono * 32768), -32768, 32767).astype(np.int16)
    return sound


def _jobs(wanted: Sequence[Spoken]) -> Iterator[Callable[[], int]]:
    for voice in dict.fromkeys(voice for voice, _ in wanted):
        texts = [text for other, text in wanted if other == voice]
        size = _FESTIVAL_BATCH if voice.engine == FESTIVAL else 1
        for start in range(0, len(texts), size):
            yield partial(_synthesize, voice, texts[start : start + size])


def _synthesize(voice: Voice, texts: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        waves = [Path(folder) / f"{number}.wav" for number in range(len(texts))]
        _ENGINES[voice.engine](voice.name, texts, waves)
        for text, wave in zip(texts, waves, strict=True):
            if not wave.exists() or len(sound := read_sound(wave)) < _SHORTEST * SAMPLE_RATE:
                raise NotSpoken(f"{voice} gave no sound for: {text}")
            _keep(file_of(voice, text), sound)
    return len(texts)


def _keep(file: Path, sound: Sound) -> None:
    """Write a file so that a run that is broken off leaves no half of it."""
    fresh = file.with_suffix(".new")
    soundfile.write(fresh, sound, SAMPLE_RATE, format="FLAC")
    fresh.replace(file)


def _espeak(name: str, texts: Sequence[str], waves: Sequence[Path]) -> None:
    _run(["espeak-ng", "-v", name, "-s", "160", "-w", str(waves[0]), texts[0]])


def _flite(name: str, texts: Sequence[str], waves: Sequence[Path]) -> None:
    _run(["flite", "-voice", name, "-t", texts[0], "-o", str(waves[0])])


def _festival(name: str, texts: Sequence[str], waves: Sequence[Path]) -> None:
    lines = [f"(voice_{name})"]
    for text, wave in zip(texts, waves, strict=True):
        utterance = f"(utt.synth (eval (list 'Utterance 'Text \"{text}\")))"
        lines.append(f'(utt.save.wave {utterance} "{wave}" \'riff)')
    script = waves[0].with_suffix(".scm")
    script.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _run(["festival", "--batch", str(script)])


def _run(command: Sequence[str]) -> None:
    """Run a synthesizer; one that stumbles leaves no sound, which is noticed."""
    subprocess.run(command, capture_output=True, timeout=_TIMEOUT, check=False)


_ENGINES: dict[str, Callable[[str, Sequence[str], Sequence[Path]], None]] = {
    ESPEAK: _espeak,
    FLITE: _flite,
    FESTIVAL: _festival,
}
