"""The loops on real Vosk with the rehearsal model: what acts, and when."""

import numpy as np
import pytest

from assistant.config import BLOCK
from assistant.hearing.gate import BLOCK_SECONDS
from assistant.hearing.models import rehearsal_model
from assistant.hearing.recognizer import Sound
from benchmarks.commands import Meaning
from benchmarks.detector import Recording, Replaying
from benchmarks.loops import Engine, blocks_of, listen, listen_live, most_alike

STOP: Meaning = ("Stop", ())


@pytest.fixture(scope="module")
def loaded() -> Engine:
    return Engine(rehearsal_model())


class ActsOnThird:
    """A loop that acts on the third block."""

    def __init__(self) -> None:
        self.blocks = 0

    def accept(self, block: Sound, at: float) -> list[Meaning]:  # noqa: ARG002
        self.blocks += 1
        return [STOP] if self.blocks == 3 else []


def test_an_action_comes_with_its_block_and_after_the_computing() -> None:
    loop = ActsOnThird()

    (action,) = listen_live(loop, np.zeros(BLOCK * 4 + 1, np.int16))

    assert loop.blocks == 5
    assert action.meaning == STOP
    assert action.heard == pytest.approx(3 * BLOCK_SECONDS)
    assert action.acted >= action.heard


def test_what_a_loop_acts_on_is_the_same_with_and_without_a_clock() -> None:
    sound = np.zeros(BLOCK * 4, np.int16)

    assert listen(ActsOnThird(), sound) == [STOP]
    assert [action.meaning for action in listen_live(ActsOnThird(), sound)] == [STOP]


def test_the_last_block_is_filled_up_with_silence() -> None:
    blocks = list(blocks_of(np.ones(BLOCK + 1, np.int16)))

    assert [block.sum() for block in blocks] == [BLOCK, 1]
    assert {block.shape for block in blocks} == {(BLOCK,)}


def test_the_hobby_loop_takes_a_sentence_for_a_command(loaded: Engine) -> None:
    found = most_alike("can you pass the salt please", loaded.closed["asked"])

    assert found is not None
    assert most_alike("", loaded.closed["asked"]) is None


def test_every_loop_has_the_same_phrases_in_a_state(loaded: Engine) -> None:
    assert "stop" in loaded.closed["floor"].intents
    assert f"{loaded.name} pass" in loaded.closed["floor"].intents
    assert "pass" not in loaded.closed["floor"].intents
    assert "yes" in loaded.closed["asked"].intents


def test_recorded_answers_are_replayed_in_order() -> None:
    recording = Recording()
    rng = np.random.default_rng(0)
    sounds = [(rng.standard_normal(BLOCK) * 0.1).tolist() for _ in range(5)]
    answers = [recording.process_samples(samples) for samples in sounds]

    replaying = Replaying(recording.answers)
    replaying.reset()

    replaying.asleep = True
    assert replaying.process_samples(sounds[0]) == 0.0
    replaying.asleep = False
    assert [replaying.process_samples(sounds[0]) for _ in range(5)] == answers
    assert len(set(answers)) > 1
