"""Levels: how loud speech is, where it ends, and noise added at an exact ratio."""

import numpy as np
from numpy.typing import NDArray

from assistant.config import SAMPLE_RATE
from assistant.hearing.recognizer import Sound

Samples = NDArray[np.float32]
"""Mono samples at 16 kHz on the scale of 16-bit integers, shape (n,)."""

FULL_SCALE = 32768.0
_FADED = 10 ** (-40 / 20)
"""Speech ends with the last sample above this part of its peak (-40 dB)."""


def speech_span(sound: Sound) -> tuple[int, int]:
    """Find the first sample of speech and the one after its last, 40 dB below the peak.

    Raises:
        ValueError: there is no sound in it.
    """
    loud = np.abs(sound.astype(np.int32))
    peak = int(loud.max(initial=0))
    if not peak:
        raise ValueError("no speech in silence")
    above = np.flatnonzero(loud > _FADED * peak)
    return int(above[0]), int(above[-1]) + 1


def end_of_speech(sound: Sound) -> float:
    """Tell when the speech in a clean sound ends, in seconds from its first sample."""
    return speech_span(sound)[1] / SAMPLE_RATE


def power(samples: Samples | Sound) -> float:
    """Give the mean square."""
    return float(np.mean(np.square(samples, dtype=np.float64))) if len(samples) else 0.0


def decibels(ratio: float) -> float:
    """Turn a ratio of powers into dB."""
    return float(10 * np.log10(ratio))


def at_level(speech: Sound, level: float) -> Samples:
    """Scale speech so that its active part has a level.

    Args:
        speech: clean.
        level: dB below full scale (negative), root mean square from first to last sound.
    """
    first, last = speech_span(speech)
    wanted = FULL_SCALE**2 * 10 ** (level / 10)
    scaled: Samples = speech * np.float32(np.sqrt(wanted / power(speech[first:last])))
    return scaled


def with_noise(speech: Samples, span: tuple[int, int], noise: Samples, snr: float) -> Samples:
    """Add noise all along, at an exact signal-to-noise ratio.

    Args:
        speech: with the silence around it.
        span: where the speech in it begins and ends, in samples.
        noise: at least as long.
        snr: dB, power of the speech within the span over power of all the noise: knocks and
            clinks that miss a short word must not be made louder for it.
    """
    here = noise[: len(speech)]
    wanted = power(speech[slice(*span)]) / 10 ** (snr / 10)
    mixed: Samples = speech + np.float32(np.sqrt(wanted / power(here))) * here
    return mixed


def as_sound(samples: Samples) -> Sound:
    """Round and clip to 16 bits."""
    sound: Sound = np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
    return sound
