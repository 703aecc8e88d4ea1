"""Noises of a home, made from formulas: no recording is needed, and none is used.

Every noise is a float array of the asked length with a root mean square of 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tools.rehearsal_model.corpus import Array
from tools.rehearsal_model.features import RATE

Noise = Callable[[np.random.Generator, int], Array]


def unit(sound: Array) -> Array:
    """The sound at a root mean square of 1."""
    sound = np.asarray(sound, np.float32)
    scaled: Array = sound / (np.sqrt(np.mean(np.square(sound))) + 1e-9)
    return scaled


def coloured(rng: np.random.Generator, length: int) -> Array:
    """Noise between white and red, sometimes with slow changes of level."""
    spectrum = np.fft.rfft(rng.standard_normal(length).astype(np.float32))
    frequency = np.maximum(np.arange(len(spectrum)), 8.0) / len(spectrum)
    sound = np.fft.irfft(spectrum * frequency ** -rng.uniform(0.0, 1.0), length)
    if rng.random() < 0.3:
        sound = sound * _slow_level(rng, length, floor=0.2)
    return unit(sound)


def appliance(rng: np.random.Generator, length: int) -> Array:
    """A kettle, a fan or an extractor hood: noise with a few broad resonances."""
    spectrum = np.fft.rfft(rng.standard_normal(length).astype(np.float32))
    octave = np.log2(np.linspace(20, RATE / 2, len(spectrum)))
    gain = np.full(len(spectrum), 0.05)
    for _ in range(rng.integers(1, 5)):
        centre, width = np.log2(rng.uniform(80, 6000)), rng.uniform(0.1, 1.0)
        gain += rng.uniform(0.2, 1.0) * np.exp(-(((octave - centre) / width) ** 2))
    return unit(np.fft.irfft(spectrum * gain, length))


def hum(rng: np.random.Generator, length: int) -> Array:
    """A refrigerator or a transformer: harmonics of the mains over faint noise."""
    time = np.arange(length) / RATE
    fundamental = rng.choice([50.0, 60.0, 100.0, 120.0]) * rng.uniform(0.99, 1.01)
    sound = 0.1 * coloured(rng, length)
    for harmonic in range(1, int(rng.integers(4, 20))):
        phase = rng.uniform(0, 2 * np.pi)
        level = rng.uniform(0.1, 1.0) / harmonic ** rng.uniform(0.3, 1.5)
        sound = sound + level * np.sin(2 * np.pi * fundamental * harmonic * time + phase)
    return unit(sound)


def water(rng: np.random.Generator, length: int) -> Array:
    """A tap or something frying: noise whose level flickers."""
    knots = max(4, int(length / RATE * rng.uniform(8, 60)))
    flicker = np.interp(np.arange(length), np.linspace(0, length, knots), rng.random(knots) ** 2)
    return unit(appliance(rng, length) * (0.1 + flicker))


def clatter(rng: np.random.Generator, length: int) -> Array:
    """Dishes, cutlery, a door: knocks and ringing strokes over faint noise."""
    sound = 0.02 * coloured(rng, length)
    for _ in range(1 + int(length / RATE * rng.uniform(1, 7))):
        add_stroke(rng, sound, rng.uniform(0.2, 1.5))
    return unit(sound)


def tones(rng: np.random.Generator, length: int) -> Array:
    """Music from another room, or the beeping of a machine: notes with a few harmonics."""
    time = np.arange(length) / RATE
    sound = 0.02 * coloured(rng, length)
    note_length = int(RATE * rng.uniform(0.1, 0.6))
    for start in range(0, length, note_length):
        here = slice(start, start + note_length)
        for _ in range(rng.integers(1, 4)):
            pitch = 110 * 2 ** (rng.integers(0, 48) / 12)
            for harmonic in range(1, int(rng.integers(2, 6))):
                sound[here] += np.sin(2 * np.pi * pitch * harmonic * time[here]) / harmonic
    return unit(sound)


HOUSEHOLD: tuple[Noise, ...] = (appliance, hum, water, clatter, tones)


def household(rng: np.random.Generator, length: int) -> Array:
    """Any one of the noises of a home."""
    return HOUSEHOLD[rng.integers(len(HOUSEHOLD))](rng, length)


def add_stroke(rng: np.random.Generator, sound: Array, level: float) -> None:
    """Add one click, thump or ringing stroke at a random moment, in place."""
    length = min(int(rng.integers(20, 6000)), len(sound) // 2)
    start = int(rng.integers(0, len(sound) - length))
    time = np.arange(length)
    if rng.random() < 0.5:
        stroke = coloured(rng, max(length, 16))[:length]
    else:
        frequencies = rng.uniform(300, 7000, int(rng.integers(2, 6)))
        stroke = sum(np.sin(2 * np.pi * each * time / RATE) for each in frequencies)
    decay = length * rng.uniform(0.1, 0.4)
    sound[start : start + length] += level * stroke * np.exp(-time / decay)


def _slow_level(rng: np.random.Generator, length: int, floor: float) -> Array:
    moments = np.sort(rng.integers(0, length, 6))
    return np.interp(np.arange(length), moments, rng.uniform(floor, 1.0, 6))
