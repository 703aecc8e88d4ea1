"""What every sound of a voice must be, and the fake that stands in for bad days."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from assistant.errors import VoiceFailed
from assistant.speaking.fakes import FakeVoice
from assistant.speaking.voice import QUIET, Speech, without_trailing_silence

RATE = 1000


def sound_of(*samples: int) -> Speech:
    return Speech(np.array(samples, np.int16), RATE)


def test_seconds_follow_from_samples_and_rate() -> None:
    assert Speech(np.zeros(2205, np.int16), 22_050).seconds == pytest.approx(0.1)


def test_silence_after_the_last_sound_is_cut_but_for_a_fade() -> None:
    trimmed = without_trailing_silence(sound_of(0, 500, *[0] * 300), keep=0.02)
    assert len(trimmed.samples) == 2 + 20


def test_silence_before_and_between_stays() -> None:
    trimmed = without_trailing_silence(sound_of(0, 0, 500, 0, 0, -500), keep=0.0)
    assert trimmed.samples.tolist() == [0, 0, 500, 0, 0, -500]


def test_a_sound_with_nothing_audible_comes_back_empty() -> None:
    assert not len(without_trailing_silence(sound_of(0, QUIET, -QUIET)).samples)


@given(arrays(np.int16, st.integers(0, 200), elements=st.integers(-32768, 32767)))
def test_trimming_loses_nothing_audible(samples: NDArray[np.int16]) -> None:
    trimmed = without_trailing_silence(Speech(samples, RATE)).samples
    assert trimmed.tolist() == samples[: len(trimmed)].tolist()
    assert not np.any(np.abs(samples[len(trimmed) :].astype(int)) > QUIET)


class TestFakeVoice:
    """The fake does what it is told."""

    def test_hums_longer_for_more_words(self) -> None:
        voice = FakeVoice()
        short, long = voice.synthesize("one"), voice.synthesize("one two three")
        assert len(long.samples) == 3 * len(short.samples) > 0
        assert voice.synthesized == ["one", "one two three"]

    def test_adjusts(self) -> None:
        voice = FakeVoice()
        loud = voice.synthesize("one").samples.max()
        voice.adjust(0.5, 120)
        assert voice.synthesize("one").samples.max() == pytest.approx(loud / 2, abs=1)
        assert voice.rate == 120

    def test_fails_as_often_as_told(self) -> None:
        voice = FakeVoice()
        voice.fail_next("gone")
        with pytest.raises(VoiceFailed, match="gone"):
            voice.synthesize("one")
        assert len(voice.synthesize("one").samples)

    def test_hangs_until_it_may_go_on(self) -> None:
        voice = FakeVoice()
        voice.hang()
        done = threading.Event()

        def speak() -> None:
            voice.synthesize("one")
            done.set()

        threading.Thread(target=speak, daemon=True).start()
        voice.wait_until_it_hangs()
        assert not done.is_set()
        voice.go_on()
        assert done.wait(5)
