"""Makes a studio recording sound as if it came from a room with things going on in it.

Every recording has several copies.  Copy 0 is the recording itself between two
stretches of digital silence; the others are changed in tempo, coloured, put into
a room, mixed with noise and set to another level.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.signal import fftconvolve, istft, stft

from tools.rehearsal_model import noise
from tools.rehearsal_model.corpus import Array, Recording
from tools.rehearsal_model.features import RATE, SAMPLES_PER_FRAME
from tools.rehearsal_model.synthesis import as_int16, play_faster

#: Silence around an utterance, in frames of 10 ms.
LONGEST_LEAD = 40
LONGEST_TAIL = 50
#: Noise below the speech, in decibels.
LOUDEST_NOISE_DB = 1.0
FAINTEST_NOISE_DB = 30.0
#: Cepstral coefficients that make a spectral envelope: shorter than any pitch period.
ENVELOPE_SAMPLES = 36
#: Root mean square of the result as a power of ten, on the scale of int16.
LEVELS = (2.2, 3.7)


def lead_frames(recording: Recording, seed: int) -> int:
    """Frames of silence before the recording, the same in all its copies."""
    return _pads(recording, seed)[0]


def _pads(recording: Recording, seed: int) -> tuple[int, int]:
    rng = np.random.default_rng([seed, recording.utterance.number])
    return int(rng.integers(0, LONGEST_LEAD)), int(rng.integers(0, LONGEST_TAIL))


def tempo(recording: Recording, copy: int, seed: int) -> float:
    """How much faster this copy is played; most are, which makes still other speakers."""
    rng = np.random.default_rng([seed, recording.utterance.number, copy, 1])
    return float(rng.uniform(0.88, 1.14)) if copy and rng.random() < 0.7 else 1.0


def copy_of(recording: Recording, copy: int, seed: int, others: Sequence[Array]) -> Array:
    """The samples of one copy; ``others`` are voices for a babble in the background."""
    lead, tail = (frames * SAMPLES_PER_FRAME for frames in _pads(recording, seed))
    samples = np.pad(recording.samples, (lead, tail))
    if copy == 0:
        return samples
    factor = tempo(recording, copy, seed)
    rng = np.random.default_rng([seed, recording.utterance.number, copy])
    worn = _worn(rng, play_faster(samples, factor), others)
    return _with_pauses(rng, worn, int(lead / factor), int(tail / factor))


def _worn(rng: np.random.Generator, samples: Array, others: Sequence[Array]) -> Array:
    """Through a microphone, across a room, with noise, at some level; int16 range."""
    sound = noise.unit(samples)
    if rng.random() < 0.65:
        sound = _from_another_throat(rng, sound)
    if rng.random() < 0.8:
        sound = _equalised(rng, sound)
    if rng.random() < 0.15:
        sound = _band_limited(rng, sound)
    if rng.random() < 0.1:
        sound = np.tanh(sound * rng.uniform(0.3, 1.0))
    if rng.random() < 0.55:
        sound = _in_a_room(rng, sound)
    sound = noise.unit(sound) + _background(rng, len(sound), others)
    if rng.random() < 0.25:
        for _ in range(rng.integers(1, 4)):
            noise.add_stroke(rng, sound, rng.uniform(0.1, 1.5))
    return as_int16(sound * 10 ** rng.uniform(*LEVELS))


def _from_another_throat(rng: np.random.Generator, sound: Array) -> Array:
    """Moves the formants, each a little on its own, and leaves the pitch where it is.

    The envelope of every short spectrum is replaced by itself on a bent frequency axis.
    """
    frame = {"fs": RATE, "nperseg": 512, "noverlap": 384}
    spectra = stft(sound, **frame)[2]
    envelope = _envelope(np.log(np.abs(spectra) + 1e-5))
    bins = len(envelope)
    knots = np.linspace(0, bins - 1, 7)
    bent = knots * rng.uniform(0.82, 1.22) * rng.normal(1, 0.035, len(knots))
    source = np.interp(np.arange(bins), knots, np.clip(bent, 0, bins - 1.001))
    low = source.astype(int)
    share = (source - low)[:, None]
    moved = envelope[low] * (1 - share) + envelope[low + 1] * share
    gain = np.exp(np.clip(moved - envelope, -2.5, 2.5))
    changed: Array = istft(spectra * gain, **frame)[1]
    return changed[: len(sound)].astype(np.float32)


def _envelope(log_spectra: Array) -> Array:
    """The slow part of log spectra [bins, frames]: the throat without the voice's harmonics."""
    cepstra = np.fft.irfft(log_spectra, axis=0)
    cepstra[ENVELOPE_SAMPLES : len(cepstra) - ENVELOPE_SAMPLES + 1] = 0
    return np.fft.rfft(cepstra, axis=0).real


def _equalised(rng: np.random.Generator, sound: Array) -> Array:
    """A random smooth frequency response: microphone, distance, furniture."""
    spectrum = np.fft.rfft(sound)
    octaves = np.linspace(0, 1, len(spectrum)) ** 0.5
    decibels = np.interp(octaves, np.linspace(0, 1, 8), rng.normal(0, 4, 8))
    return np.fft.irfft(spectrum * 10 ** (decibels / 20), len(sound))


def _band_limited(rng: np.random.Generator, sound: Array) -> Array:
    """A cheap microphone: no deep bass, no treble."""
    spectrum = np.fft.rfft(sound)
    hertz = np.linspace(0, RATE / 2, len(spectrum))
    low, high = rng.uniform(30, 300), rng.uniform(3400, 7500)
    gain = 1 / (1 + (low / np.maximum(hertz, 1)) ** 4) / (1 + (hertz / high) ** 12)
    return np.fft.irfft(spectrum * gain, len(sound))


def _in_a_room(rng: np.random.Generator, sound: Array) -> Array:
    """A direct path and exponentially decaying echoes."""
    length = int(RATE * rng.uniform(0.1, 0.6))
    decay = 10 ** (-3 * np.arange(length) / length)
    response = rng.standard_normal(length) * decay * rng.uniform(0.02, 0.25)
    response[0] = 1.0
    echoed: Array = fftconvolve(sound, response.astype(np.float32))
    return echoed[: len(sound)]


def _background(rng: np.random.Generator, length: int, others: Sequence[Array]) -> Array:
    """Steady noise, a noise of the home, or other voices; one copy in six is left quiet."""
    draw = rng.random()
    level = 10 ** (-rng.uniform(LOUDEST_NOISE_DB, FAINTEST_NOISE_DB) / 20)
    if draw < 0.4:
        return noise.coloured(rng, length) * level
    if draw < 0.82:
        faint = noise.coloured(rng, length) * 10 ** (-rng.uniform(25, 50) / 20)
        return noise.household(rng, length) * level + faint
    if draw < 0.9:
        return _babble(rng, length, others) * 10 ** (-rng.uniform(8, 25) / 20)
    return np.zeros(length)


def _babble(rng: np.random.Generator, length: int, others: Sequence[Array]) -> Array:
    voices = np.zeros(length)
    for chosen in rng.integers(len(others), size=3).tolist():
        voice = np.roll(others[chosen], int(rng.integers(len(others[chosen]))))
        voices += noise.unit(np.resize(voice, length))
    return noise.unit(voices)


def _with_pauses(rng: np.random.Generator, samples: Array, lead: int, tail: int) -> Array:
    """Sometimes the pauses hold a click, or are cut to digital silence as programs do."""
    samples = samples.copy()
    ends = len(samples) - tail
    for pause in (slice(0, lead), slice(ends, len(samples))):
        if pause.stop - pause.start > 800 and rng.random() < 0.3:
            clicks = np.zeros(pause.stop - pause.start)
            noise.add_stroke(rng, clicks, 10 ** rng.uniform(1.0, 3.3))
            samples[pause] = as_int16(samples[pause] + clicks)
    if lead and rng.random() < 0.35:
        samples[: rng.integers(lead)] = 0
    if tail and rng.random() < 0.35:
        samples[len(samples) - rng.integers(tail) :] = 0
    return samples


def noise_alone(number: int, seed: int) -> Array:
    """A recording in which nobody speaks: one to four seconds of noise and strokes."""
    rng = np.random.default_rng([seed, number, 2])
    length = int(RATE * rng.uniform(1, 4))
    if number % 20 == 0:
        return np.zeros(length, np.int16)
    kind = noise.coloured if rng.random() < 0.5 else noise.household
    sound = kind(rng, length) * 10 ** rng.uniform(0.0, 3.3)
    for _ in range(rng.integers(0, 4)):
        noise.add_stroke(rng, sound, 10 ** rng.uniform(1.5, 3.5))
    return as_int16(sound)
