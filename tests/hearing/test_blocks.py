"""Sound of any rate in pieces of any length: always the same blocks of 512 samples at 16 kHz."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.config import BLOCK, SAMPLE_RATE
from assistant.hearing.blocks import Reblocked
from assistant.hearing.recognizer import Sound

RATES = [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000]
QUICK = settings(max_examples=60, deadline=None)


def noise(samples: int, seed: int = 5) -> Sound:
    return np.random.default_rng(seed).integers(-9000, 9000, samples).astype(np.int16)


def tone(frequency: float, rate: int, seconds: float = 2.0) -> Sound:
    phase = np.arange(round(seconds * rate)) * 2 * np.pi * frequency / rate
    sound: Sound = np.rint(10_000 * np.sin(phase)).astype(np.int16)
    return sound


def blocks_of(sound: Sound, rate: int, cuts: list[int], *, last: bool = True) -> list[Sound]:
    """The blocks of a sound that comes in pieces."""
    reblocked = Reblocked(rate)
    pieces = np.split(sound, sorted(cut % (len(sound) + 1) for cut in cuts))
    blocks = [block.copy() for piece in pieces[:-1] for block in reblocked.add(piece)]
    return blocks + [block.copy() for block in reblocked.add(pieces[-1], last=last)]


def joined(blocks: list[Sound]) -> NDArray[np.int16]:
    return np.concatenate([np.zeros(0, np.int16), *blocks])


@given(
    length=st.integers(0, 6_000),
    rate=st.sampled_from(RATES),
    cuts=st.lists(st.integers(0, 6_000), max_size=12),
    last=st.booleans(),
)
@example(length=0, rate=16_000, cuts=[], last=True)
@example(length=BLOCK, rate=16_000, cuts=[0, 0, BLOCK], last=True)
@example(length=BLOCK - 1, rate=16_000, cuts=[], last=False)
@QUICK
def test_where_a_sound_is_cut_changes_nothing(
    length: int, rate: int, cuts: list[int], *, last: bool
) -> None:
    sound = noise(length)
    assert np.array_equal(
        joined(blocks_of(sound, rate, cuts, last=last)),
        joined(blocks_of(sound, rate, [], last=last)),
    )


@given(
    length=st.integers(0, 6_000),
    rate=st.sampled_from(RATES),
    cuts=st.lists(st.integers(0, 6_000), max_size=12),
)
@QUICK
def test_every_block_is_whole_and_none_is_missing(length: int, rate: int, cuts: list[int]) -> None:
    blocks = blocks_of(noise(length), rate, cuts)
    assert {(block.shape, block.dtype.name) for block in blocks} <= {((BLOCK,), "int16")}
    samples = length * SAMPLE_RATE / rate
    assert math.floor(samples / BLOCK) <= len(blocks) <= math.ceil((samples + 1) / BLOCK)


@given(length=st.integers(0, 3_000), cuts=st.lists(st.integers(0, 3_000), max_size=12))
@QUICK
def test_at_16_khz_every_sample_stays_as_it_is(length: int, cuts: list[int]) -> None:
    sound = noise(length)
    heard = joined(blocks_of(sound, SAMPLE_RATE, cuts))
    assert np.array_equal(heard[:length], sound)
    assert not heard[length:].any()


def test_a_block_comes_with_its_last_sample() -> None:
    reblocked = Reblocked(SAMPLE_RATE)
    assert not list(reblocked.add(noise(BLOCK - 1)))
    assert len(list(reblocked.add(noise(1)))) == 1
    assert len(list(reblocked.add(noise(3 * BLOCK - 1)))) == 2


def test_without_the_last_piece_the_rest_is_kept_back() -> None:
    """What `last` is for: a sound file would lose its end."""
    sound = noise(BLOCK + 7)
    assert len(blocks_of(sound, SAMPLE_RATE, [], last=False)) == 1
    (_, rest) = blocks_of(sound, SAMPLE_RATE, [], last=True)
    assert np.array_equal(rest[:7], sound[-7:])
    assert not rest[7:].any()


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("frequency", [200.0, 1_000.0, 3_000.0])
def test_a_tone_keeps_its_pitch_its_loudness_and_its_length(rate: int, frequency: float) -> None:
    sound = tone(frequency, rate)
    heard = joined(blocks_of(sound, rate, list(range(0, len(sound), rate // 30))))
    middle = heard[SAMPLE_RATE // 2 :][:SAMPLE_RATE].astype(float)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert float(np.argmax(spectrum)) == pytest.approx(frequency, abs=1.0)
    assert float(np.sqrt(np.mean(middle**2))) == pytest.approx(10_000 / math.sqrt(2), rel=0.01)
    assert len(np.trim_zeros(heard)) == pytest.approx(2 * SAMPLE_RATE, abs=SAMPLE_RATE // 1000)


def test_a_tone_too_high_for_16_khz_is_gone_and_not_folded_down() -> None:
    heard = joined(blocks_of(tone(12_000.0, 48_000), 48_000, []))
    assert np.abs(heard[SAMPLE_RATE // 2 :][:SAMPLE_RATE]).max() < 30


def test_the_moment_of_a_sound_stays_where_it_was() -> None:
    """Times in a sound file are positions in it, so resampling must not shift."""
    click = np.zeros(44_100, np.int16)
    click[22_050] = 20_000
    heard = joined(blocks_of(click, 44_100, []))
    assert int(np.argmax(heard)) == pytest.approx(SAMPLE_RATE // 2, abs=1)
