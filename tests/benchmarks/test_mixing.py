import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config import SAMPLE_RATE
from assistant.hearing.recognizer import Sound
from benchmarks.mixing import (
    FULL_SCALE,
    as_sound,
    at_level,
    decibels,
    end_of_speech,
    power,
    speech_span,
    with_noise,
)


def tone(seconds: float, height: float = 8000.0) -> Sound:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return as_sound((height * np.sin(2 * np.pi * 400 * time + 1)).astype(np.float32))


def test_speech_ends_with_its_last_sample_above_forty_decibels_below_the_peak() -> None:
    silence = np.zeros(SAMPLE_RATE // 2, np.int16)
    fading = np.full(SAMPLE_RATE, 79, np.int16)  # 8000 / 79 is a little more than 40 dB

    assert end_of_speech(np.concatenate([silence, tone(1), fading])) == pytest.approx(1.5, abs=1e-3)


def test_what_is_just_loud_enough_belongs_to_the_speech() -> None:
    sound = np.zeros(1000, np.int16)
    sound[[100, 700]] = 8000, -81

    assert speech_span(sound) == (100, 701)


def test_silence_has_no_end_of_speech() -> None:
    with pytest.raises(ValueError, match="no speech"):
        end_of_speech(np.zeros(100, np.int16))


@settings(derandomize=True, deadline=None, max_examples=40)
@given(snr=st.floats(-10, 40), seed=st.integers(0, 1000))
def test_noise_is_added_at_the_exact_ratio(snr: float, seed: int) -> None:
    speech = np.pad(tone(0.3), (4000, 8000)).astype(np.float32)
    span = 4000, 4000 + round(0.3 * SAMPLE_RATE)
    noise = np.random.default_rng(seed).standard_normal(len(speech) + 50).astype(np.float32)

    added = with_noise(speech, span, noise, snr) - speech
    found = decibels(power(speech[slice(*span)]) / power(added))

    assert found == pytest.approx(snr, abs=0.01)
    assert power(added[:4000]) > 0  # before the speech too


@settings(derandomize=True, deadline=None, max_examples=40)
@given(level=st.floats(-40, -12))
def test_speech_is_brought_to_its_level_without_counting_silence(level: float) -> None:
    speech = np.pad(tone(0.5), (3000, 9000))

    scaled = at_level(speech, level)

    first, last = speech_span(speech)
    assert decibels(power(scaled[first:last]) / FULL_SCALE**2) == pytest.approx(level, abs=0.01)


def test_what_is_too_loud_is_clipped_and_not_wrapped_around() -> None:
    assert as_sound(np.array([40000.0, -40000.0], np.float32)).tolist() == [32767, -32768]
