"""Chimes are soft, end in silence, and no two can be taken for each other."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.events import ChimeName
from assistant.speaking.chimes import LOUDEST, chime

RATE = 22_050
FULL = np.iinfo(np.int16).max
names = pytest.mark.parametrize("name", list(ChimeName))


def loudness(samples: NDArray[np.int16], step: int = RATE // 100) -> NDArray[np.float64]:
    """Root mean square of each 10 ms."""
    whole = samples[: len(samples) // step * step].astype(float)
    steps: NDArray[np.float64] = np.sqrt((whole.reshape(-1, step) ** 2).mean(axis=1))
    return steps


def strokes(samples: NDArray[np.int16]) -> list[int]:
    """Where notes begin, in samples: the level jumps to half again of what it was 20 ms before."""
    level = np.concatenate([np.zeros(2), loudness(samples)])
    jumps = np.flatnonzero(level[2:] > 1.5 * level[:-2] + level.max() / 10)
    first = [jump for jump in jumps if jump - 1 not in jumps]
    return [int(jump) * RATE // 100 for jump in first]


def pitch(samples: NDArray[np.int16]) -> float:
    """The strongest frequency, Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 8 * RATE))
    return float(np.argmax(spectrum)) / 8


def melody(name: ChimeName) -> list[float]:
    """The pitch of each note in semitones above A (220 Hz)."""
    samples = chime(name, RATE, 1.0).samples
    starts = strokes(samples)
    ends = [*starts[1:], len(samples)]
    pitches = [pitch(samples[start:end]) for start, end in zip(starts, ends, strict=True)]
    return [12 * float(np.log2(one / 220)) for one in pitches]


@names
def test_peak_follows_the_volume_and_is_never_louder_than_the_voice(name: ChimeName) -> None:
    loud, soft = (chime(name, RATE, volume).samples.max() for volume in (1.0, 0.25))
    assert 0 < loud <= LOUDEST * FULL
    assert soft == pytest.approx(loud / 4, rel=0.01)


@names
def test_begins_and_ends_in_silence_without_a_click(name: ChimeName) -> None:
    samples = chime(name, RATE, 1.0).samples.astype(int)
    assert samples[0] == samples[-1] == 0
    assert np.abs(samples[:20]).max() < np.abs(samples).max() / 2
    assert np.abs(samples[-20:]).max() < np.abs(samples).max() / 100


@names
def test_is_short(name: ChimeName) -> None:
    assert 0.15 <= chime(name, RATE, 1.0).seconds <= 1.2


@names
def test_is_the_same_each_time(name: ChimeName) -> None:
    assert chime(name, RATE, 0.8).samples.tolist() == chime(name, RATE, 0.8).samples.tolist()


@given(st.sampled_from(ChimeName), st.sampled_from([8000, 16_000, 44_100, 48_000]), st.floats(0, 1))
def test_any_rate_and_volume_give_the_same_length_and_no_overflow(
    name: ChimeName, rate: int, volume: float
) -> None:
    sound = chime(name, rate, volume)
    assert sound.rate == rate
    assert sound.seconds == pytest.approx(chime(name, RATE, 1.0).seconds, abs=0.001)
    assert np.abs(sound.samples.astype(int)).max() <= LOUDEST * volume * FULL + 1


@pytest.mark.parametrize(
    ("name", "moves"),
    [
        (ChimeName.TURN_OPENS, []),
        (ChimeName.MINUTE_LEFT, []),
        (ChimeName.HEARD, []),
        (ChimeName.TICK, []),
        (ChimeName.TURN_ENDS, [-7]),
        (ChimeName.PAUSED, [0]),
        (ChimeName.NOT_UNDERSTOOD, [5]),
        (ChimeName.INVITE, [4, 3]),
    ],
)
def test_contour(name: ChimeName, moves: list[int]) -> None:
    assert np.diff(melody(name)).round().tolist() == moves


@pytest.mark.parametrize(("one", "other"), list(combinations(ChimeName, 2)))
def test_no_two_are_alike(one: ChimeName, other: ChimeName) -> None:
    """They differ in the number of notes, in how they move, or by at least five semitones.

    The four of one note lie at A3, C4, C5 and E7; the two nearest also differ eightfold in length.
    """
    first, second = melody(one), melody(other)
    longer = max(chime(name, RATE, 1.0).seconds for name in (one, other))
    shorter = min(chime(name, RATE, 1.0).seconds for name in (one, other))
    same_contour = len(first) == len(second) and np.allclose(
        np.diff(first), np.diff(second), atol=2
    )
    assert not same_contour or abs(first[0] - second[0]) >= 5 or longer / shorter >= 4


def test_the_tick_of_a_minute_left_is_the_faintest() -> None:
    faint = chime(ChimeName.MINUTE_LEFT, RATE, 1.0).samples.max()
    others = [chime(name, RATE, 1.0).samples.max() for name in set(ChimeName) - {"minute-left"}]
    assert faint < min(others) / 3
