"""The sound of one utterance: bounded, really erased, and the speech in it found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config import BLOCK, SAMPLE_RATE
from assistant.hearing.recognizer import Sound
from assistant.hearing.utterance import Utterance

QUICK = settings(max_examples=100, deadline=None)
QUIET = 100.0
"""The power of a quiet room (root mean square of 10)."""
NEAR = 0.0201
"""Seconds: speech is found in steps of 10 ms, and the first and last of a tone may be faint."""
ROUNDING = BLOCK / SAMPLE_RATE
"""Seconds: whether there is voice is told block by block."""


def noise(samples: int, seed: int = 5) -> Sound:
    return np.random.default_rng(seed).integers(1, 9000, samples).astype(np.int16)


def room(seconds: float) -> Sound:
    """The faint noise of a quiet room."""
    samples = np.random.default_rng(3).normal(0, np.sqrt(QUIET), round(seconds * SAMPLE_RATE))
    return samples.astype(np.int16)


def tone(seconds: float, loudness: float) -> Sound:
    phase = np.arange(round(seconds * SAMPLE_RATE)) * 2 * np.pi * 300 / SAMPLE_RATE
    sound: Sound = np.rint(loudness * np.sin(phase)).astype(np.int16)
    return sound


def holding(*sounds: Sound, seconds: float = 10.0, voice: bool = True) -> Utterance:
    """An utterance of these sounds, one after the other, block by block, all of it voice."""
    utterance = Utterance(seconds)
    sound = np.concatenate(sounds)
    for start in range(0, len(sound), BLOCK):
        utterance.add(sound[start : start + BLOCK], voice=voice)
    return utterance


def edges(utterance: Utterance, floor: float) -> tuple[float, float]:
    """Where the speech begins and ends."""
    speech = utterance.speech(floor)
    return speech.start, speech.end


# ---- memory -------------------------------------------------------------------------------------


@given(pieces=st.lists(st.integers(0, 3_000), max_size=12), room_for=st.floats(0.0, 0.5))
@QUICK
def test_it_keeps_the_first_sounds_up_to_its_bound(pieces: list[int], room_for: float) -> None:
    utterance = Utterance(room_for)
    said = [noise(length, seed) for seed, length in enumerate(pieces)]
    for piece in said:
        utterance.add(piece, voice=True)
    bound = round(room_for * SAMPLE_RATE)
    whole = np.concatenate([np.zeros(0, np.int16), *said])
    assert np.array_equal(utterance.sound, whole[:bound])
    assert utterance.seconds == len(utterance.sound) / SAMPLE_RATE


def test_its_memory_is_taken_once() -> None:
    utterance = Utterance(0.5)
    memory = utterance.sound.base
    for _ in range(200):
        utterance.add(noise(BLOCK), voice=True)
        assert utterance.sound.base is memory
    utterance.erase()
    utterance.add(noise(BLOCK), voice=True)
    assert utterance.sound.base is memory


@given(pieces=st.lists(st.integers(0, 3_000), min_size=1, max_size=6))
@QUICK
def test_erasing_overwrites_every_sample(pieces: list[int]) -> None:
    utterance = Utterance(0.3)
    whole = utterance.sound.base
    assert whole is not None
    for length in pieces:
        utterance.add(noise(length), voice=True)
    kept = utterance.sound
    assert kept.all()  # the noise has no zeros: what was kept can be seen
    utterance.erase()
    assert not kept.any()
    assert not whole.any()
    assert utterance.seconds == 0.0
    assert len(utterance.sound) == 0


def test_what_was_erased_is_not_heard_in_the_next_one() -> None:
    utterance = holding(noise(BLOCK * 4))
    utterance.erase()
    utterance.add(noise(7, seed=8), voice=True)
    assert np.array_equal(utterance.sound, noise(7, seed=8))


# ---- speech -------------------------------------------------------------------------------------


@given(
    before=st.floats(0.05, 1.0),
    speech=st.floats(0.1, 2.0),
    after=st.floats(0.05, 1.0),
    loudness=st.floats(200.0, 20_000.0),
)
@QUICK
def test_it_begins_and_ends_with_the_sound_that_stands_out(
    before: float, speech: float, after: float, loudness: float
) -> None:
    utterance = holding(room(before), tone(speech, loudness), room(after))
    assert edges(utterance, QUIET) == pytest.approx((before, before + speech), abs=NEAR)


@given(
    pieces=st.lists(
        st.tuples(st.booleans(), st.booleans(), st.integers(0, 20)), min_size=1, max_size=8
    ),
    times=st.lists(st.floats(-1.0, 10.0), min_size=2, max_size=2).map(sorted),
)
@QUICK
def test_speech_is_within_the_sound_and_adds_up(
    pieces: list[tuple[bool, bool, int]], times: list[float]
) -> None:
    """Whatever is loud and whatever the gate says of it, block by block."""
    utterance = Utterance(10.0)
    for loud, voice, blocks in pieces:
        for _ in range(blocks):
            utterance.add(noise(BLOCK) if loud else room(BLOCK / SAMPLE_RATE), voice=voice)
    speech = utterance.speech(QUIET)
    whole = len(speech.frames) * 0.01
    assert whole == pytest.approx(utterance.seconds, abs=0.01)
    assert 0.0 <= speech.start <= speech.end <= whole + 1e-9
    assert speech.before(speech.start) == speech.after(speech.end) == 0.0
    everything = speech.before(whole)
    assert everything <= speech.end - speech.start + 1e-9
    for time in times:
        assert speech.before(time) + speech.after(time) == pytest.approx(everything)
    earlier, later = times
    assert speech.before(earlier) <= speech.before(later)
    assert bool(everything) is bool(speech.frames.any())


def test_a_short_pause_within_is_no_edge_and_no_speech() -> None:
    utterance = holding(room(0.2), tone(0.3, 5_000), room(0.2), tone(0.3, 5_000), room(0.3))
    speech = utterance.speech(QUIET)
    assert (speech.start, speech.end) == pytest.approx((0.2, 1.0), abs=NEAR)
    assert speech.before(0.6) == pytest.approx(0.3, abs=NEAR)
    assert speech.after(0.6) == pytest.approx(0.3, abs=NEAR)
    assert speech.before(1.3) == pytest.approx(0.6, abs=2 * NEAR)


def test_what_is_loud_and_no_voice_is_no_speech() -> None:
    """A clink of dishes before the command, as the gate hears it."""
    utterance = Utterance(10.0)
    for sound, voice in ((tone(0.32, 9_000), False), (tone(0.64, 5_000), True)):
        for start in range(0, len(sound), BLOCK):
            utterance.add(sound[start : start + BLOCK], voice=voice)
    assert edges(utterance, QUIET) == pytest.approx((0.32, 0.96), abs=ROUNDING)
    clink = holding(tone(0.32, 9_000), tone(0.64, 5_000))
    assert edges(clink, QUIET) == pytest.approx((0.0, 0.96), abs=NEAR)  # were it a voice


def test_what_the_gate_said_of_an_erased_sound_is_forgotten() -> None:
    utterance = holding(tone(0.64, 5_000), voice=True)
    utterance.erase()
    for start in range(0, SAMPLE_RATE // 2, BLOCK):
        utterance.add(tone(1.0, 5_000)[start : start + BLOCK], voice=False)
    assert not utterance.speech(QUIET).frames.any()


def test_in_a_loud_room_only_what_stands_out_is_speech() -> None:
    """The floor decides: what is as loud as the room is none, and in a quiet room it is."""
    fan, speech = tone(0.5, 300), tone(0.5, 5_000)
    utterance = holding(fan, speech, fan)
    assert edges(utterance, 300.0**2 / 2) == pytest.approx((0.5, 1.0), abs=NEAR)
    assert edges(utterance, QUIET) == pytest.approx((0.0, 1.5), abs=NEAR)


def test_breath_far_below_the_speech_is_none() -> None:
    """It stands out of a silent room, but not beside the speech."""
    breath, speech = tone(0.3, 40), tone(0.5, 20_000)
    assert edges(holding(breath, speech, breath), 1.0) == pytest.approx((0.3, 0.8), abs=NEAR)
    assert edges(holding(breath), 1.0) == pytest.approx((0.0, 0.3), abs=NEAR)


@pytest.mark.parametrize("sound", [room(0.5), np.zeros(SAMPLE_RATE // 2, np.int16)])
def test_without_speech_the_edges_are_those_of_the_sound(sound: Sound) -> None:
    utterance = holding(sound)
    speech = utterance.speech(10 * QUIET)
    assert (speech.start, speech.end) == pytest.approx((0.0, utterance.seconds))
    assert speech.before(1.0) == speech.after(0.0) == 0.0


@pytest.mark.parametrize("samples", [0, 1, SAMPLE_RATE // 100 - 1])
def test_less_than_a_frame_holds_no_speech(samples: int) -> None:
    assert edges(holding(noise(samples)), QUIET) == (0.0, 0.0)


def test_the_loudest_sound_there_can_be_does_not_overflow() -> None:
    loudest = np.full(SAMPLE_RATE // 10, -32_768, np.int16)
    utterance = holding(room(0.1), loudest, room(0.1))
    assert edges(utterance, QUIET) == pytest.approx((0.1, 0.2), abs=NEAR)
