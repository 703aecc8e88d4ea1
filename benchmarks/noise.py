"""Noises of a home, made from formulas.

None of these formulas is among those that wear the training data of the rehearsal model
(`tools/rehearsal_model/noise.py`): it meets them here for the first time.
Every noise has a root mean square of 1.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from assistant.config import SAMPLE_RATE
from benchmarks.mixing import Samples

Noise = Callable[[np.random.Generator, int], Samples]
Floats = NDArray[np.float64]


def fan(rng: np.random.Generator, length: int) -> Samples:
    """Air through a fan: noise that falls by 6 dB an octave, and the blades' slow beat."""
    air = _shaped(rng, length, lambda hertz: 1 / np.maximum(hertz, 60.0))
    beat = 1 + 0.15 * np.sin(2 * np.pi * rng.uniform(8, 18) * _time(length))
    return _unit(air * beat)


def fridge(rng: np.random.Generator, length: int) -> Samples:
    """A refrigerator: harmonics of the mains that tremble a little, over faint air."""
    time = _time(length)
    trembling = np.cumsum(1 + 0.001 * np.sin(2 * np.pi * 0.7 * time)) / SAMPLE_RATE
    sound = 0.15 * _shaped(rng, length, lambda hertz: 1 / np.sqrt(np.maximum(hertz, 50.0)))
    for harmonic in range(1, 13):
        phase = rng.uniform(0, 2 * np.pi)
        sound += np.sin(2 * np.pi * 50 * harmonic * trembling + phase) / harmonic
    return _unit(sound)


def dishes(rng: np.random.Generator, length: int) -> Samples:
    """Plates and cutlery: short strokes of a few inharmonic partials, now and then several."""
    sound = 0.002 * rng.standard_normal(length)
    moment = 0
    while (moment := moment + int(rng.exponential(0.35) * SAMPLE_RATE)) < length:
        base, lasts = rng.uniform(900, 3500), rng.uniform(0.02, 0.25)
        time = _time(min(length - moment, int(4 * lasts * SAMPLE_RATE)))
        stroke = sum(
            np.sin(2 * np.pi * base * partial * time) * np.exp(-time * partial / lasts)
            for partial in (1.0, 2.76, 5.4)
            if base * partial < SAMPLE_RATE / 2
        )
        sound[moment : moment + len(time)] += rng.uniform(0.1, 1.0) * stroke
    return _unit(sound)


def water(rng: np.random.Generator, length: int) -> Samples:
    """A running tap: hiss around 2 kHz, with drops and gurgling."""
    hiss = _shaped(rng, length, lambda hertz: np.exp(-(((hertz - 2000) / 2500) ** 2)))
    swell = np.interp(np.arange(length), *_curve(rng, length, every=0.08))
    return _unit(hiss * (0.5 + swell))


def music(rng: np.random.Generator, length: int) -> Samples:
    """A tune in the next room: chords of soft tones that change every half second."""
    sound = np.zeros(length)
    step = SAMPLE_RATE // 2
    for start in range(0, length, step):
        time = _time(min(step, length - start))
        root = 110 * 2 ** (rng.choice([0, 3, 5, 7, 10]) / 12)
        for interval in (1, 5 / 4, 3 / 2, 2):
            for harmonic in (1, 2, 3):
                tone = np.sin(2 * np.pi * root * interval * harmonic * time)
                sound[start : start + len(time)] += tone * np.exp(-2 * time) / harmonic
    return _unit(sound)


def television(rng: np.random.Generator, length: int) -> Samples:
    """Voices of a television through a wall: three buzzing throats, in syllables, no words."""
    sound = np.zeros(length)
    for _ in range(3):
        pitch = rng.uniform(90, 220) * (
            1 + 0.1 * np.interp(np.arange(length), *_curve(rng, length, every=0.3))
        )
        buzz = 2 * (np.cumsum(pitch) / SAMPLE_RATE % 1) - 1
        syllables = np.interp(np.arange(length), *_curve(rng, length, every=0.12)) ** 2
        vowel = _filtered(buzz, _formants(rng))
        sound += vowel / (np.std(vowel) + 1e-9) * syllables
    return _unit(sound)


HOUSEHOLD: Mapping[str, Noise] = {
    "fan": fan,
    "fridge": fridge,
    "dishes": dishes,
    "water": water,
    "music": music,
    "television": television,
}


def room(rng: np.random.Generator, length: int) -> Samples:
    """The quiet of a room: nothing but faint air."""
    return _unit(_shaped(rng, length, lambda hertz: 1 / np.sqrt(np.maximum(hertz, 50.0))))


def _unit(sound: Floats) -> Samples:
    samples: Samples = (sound / (np.sqrt(np.mean(np.square(sound))) + 1e-12)).astype(np.float32)
    return samples


def _time(length: int) -> Floats:
    return np.arange(length) / SAMPLE_RATE


def _shaped(rng: np.random.Generator, length: int, gain: Callable[[Floats], Floats]) -> Floats:
    """White noise with a gain by frequency, at a standard deviation of 1."""
    sound = _filtered(rng.standard_normal(length), gain)
    return np.asarray(sound / np.std(sound))


def _filtered(sound: Floats, gain: Callable[[Floats], Floats]) -> Floats:
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    return np.asarray(np.fft.irfft(spectrum * gain(np.asarray(hertz, np.float64)), len(sound)))


def _curve(rng: np.random.Generator, length: int, every: float) -> tuple[Floats, Floats]:
    """Random heights between 0 and 1 with some seconds between them, to be joined by lines."""
    count = max(2, round(length / SAMPLE_RATE / every))
    return np.linspace(0, length, count), rng.random(count)


def _formants(rng: np.random.Generator) -> Callable[[Floats], Floats]:
    centres = rng.uniform([300, 900, 2200], [800, 1900, 3000])

    def gain(hertz: Floats) -> Floats:
        peaks = [np.exp(-(((hertz - centre) / 150) ** 2)) for centre in centres]
        return np.asarray(0.01 + np.sum(peaks, axis=0))

    return gain
