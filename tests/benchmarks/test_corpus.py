from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant import content
from assistant.config import SAMPLE_RATE
from assistant.understanding.phrases import Phrases, load_phrases
from benchmarks import speech
from benchmarks.commands import MOMENTS, Command, choose, closed_sets
from benchmarks.corpus import (
    SpokenCommand,
    Talk,
    dinner,
    in_noise,
    recordings,
    without_pauses,
)
from benchmarks.mixing import power
from benchmarks.noise import HOUSEHOLD
from benchmarks.plan import FULL, SEED, SNRS
from benchmarks.sentences import compose
from benchmarks.speech import read_sound
from benchmarks.voices import Voice, held_out, trained

NAME = "turntable"
VOICES = [Voice("espeak-ng", f"en-us+{number}", held=False) for number in range(4)]
COMMAND = Command("stop", "idle", ("Stop", ()))


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return load_phrases(content.intent_files("en"))


@pytest.fixture
def spoken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SpokenCommand:
    """A command whose speech is half a second of sound."""
    monkeypatch.setattr(speech, "FOLDER", tmp_path)
    sound = np.random.default_rng(0).integers(-9000, 9000, SAMPLE_RATE // 2).astype(np.int16)
    soundfile.write(speech.file_of(VOICES[0], COMMAND.text), sound, SAMPLE_RATE)
    return SpokenCommand(COMMAND, VOICES[0], 12.0, "fan", 3)


def test_every_command_can_be_said_in_its_state_and_means_what_it_should(phrases: Phrases) -> None:
    closed = closed_sets(phrases, NAME)
    for command in choose(phrases, NAME, 200, SEED):
        intent = closed[command.state].intents[command.text]
        assert (intent.name, tuple(sorted(intent.slots.items()))) == command.meaning
        assert intent.addressed or command.state != "floor"


def test_intents_with_many_phrases_are_not_said_more_often(phrases: Phrases) -> None:
    intents = [each.meaning[0] for each in choose(phrases, NAME, 400, SEED) if each.state == "idle"]

    assert len(set(intents)) == len(MOMENTS["idle"].intents)
    assert max(map(intents.count, intents)) - min(map(intents.count, intents)) <= 2


def test_the_same_seed_gives_the_same_commands_and_another_gives_others(phrases: Phrases) -> None:
    assert choose(phrases, NAME, 50, 1) == choose(phrases, NAME, 50, 1)
    assert choose(phrases, NAME, 50, 1) != choose(phrases, NAME, 50, 2)


def test_dinner_sentences_are_many_and_none_is_a_command(phrases: Phrases) -> None:
    commands = {text for closed in closed_sets(phrases, NAME).values() for text in closed.texts}
    said = [sentence for sentence, _ in zip(compose(SEED, commands), range(2500), strict=False)]

    assert len(set(said)) == 2500
    assert commands.isdisjoint(said)
    assert said == [each for each, _ in zip(compose(SEED, commands), range(2500), strict=False)]


def test_a_sentence_that_is_a_command_is_left_out() -> None:
    first = next(compose(SEED, ()))

    assert next(compose(SEED, {first})) != first


def test_a_command_keeps_its_noise_and_level_at_every_ratio() -> None:
    said = in_noise([(VOICES[0], COMMAND), (VOICES[1], COMMAND)], SNRS, list(HOUSEHOLD), SEED)

    assert [each.snr for each in said] == [*SNRS, *SNRS]
    assert [each.noise for each in said if each.snr is None] == ["", ""]
    for voice in VOICES[:2]:
        same = [each for each in said if each.voice == voice]
        assert len({each.seed for each in same}) == 1
        assert len({each.noise for each in same if each.snr}) == 1


def test_a_spoken_command_is_the_same_every_time_and_knows_its_end(spoken: SpokenCommand) -> None:
    scene, again = spoken.scene(), spoken.scene()

    assert np.array_equal(scene.room, again.room)
    assert np.array_equal(scene.sound, again.sound)
    assert scene.end == pytest.approx(1.5, abs=0.01)
    assert len(scene.sound) == pytest.approx(3.1 * SAMPLE_RATE)


def test_the_noise_has_been_there_before_the_command(spoken: SpokenCommand) -> None:
    scene = spoken.scene()

    assert len(scene.room) == 15 * SAMPLE_RATE
    before = scene.sound[: SAMPLE_RATE // 2]
    assert power(scene.room) == pytest.approx(power(before), rel=0.5)


def test_talk_is_the_same_every_time(spoken: SpokenCommand) -> None:
    talk = Talk("dinner sentences", said=((spoken.voice, "stop"),) * 3, noise="water", seed=5)

    assert np.array_equal(talk.sound(), talk.sound())


def test_couples_talk_for_minutes_and_no_sentence_comes_twice() -> None:
    pieces = dinner(compose(SEED, ()), VOICES, 3, ["fan"], SEED)

    texts = [text for piece in pieces for _, text in piece.said]
    assert len(texts) == len(set(texts)) > 100
    assert all(len({voice for voice, _ in piece.said}) == 2 for piece in pieces)
    assert [piece.noise for piece in pieces] == ["", "", "fan"]
    assert pieces == dinner(compose(SEED, ()), VOICES, 3, ["fan"], SEED)


@pytest.mark.parametrize("name", HOUSEHOLD)
def test_noises_follow_their_seed_and_have_one_loudness(name: str) -> None:
    made = HOUSEHOLD[name](np.random.default_rng(1), 30_001)

    assert len(made) == 30_001
    assert float(np.mean(np.square(made))) == pytest.approx(1, rel=0.01)
    assert np.array_equal(made, HOUSEHOLD[name](np.random.default_rng(1), 30_001))
    assert not np.array_equal(made, HOUSEHOLD[name](np.random.default_rng(2), 30_001))


def test_recordings_are_found_by_kind_up_to_a_length(tmp_path: Path) -> None:
    for kind, name in (("read", "a.wav"), ("read", "b.flac"), ("noise", "c.wav"), ("x", "d.wav")):
        (tmp_path / kind).mkdir(exist_ok=True)
        soundfile.write(tmp_path / kind / name, np.zeros((22050, 2)), 22050)
    (tmp_path / "read" / "notes.txt").write_text("no sound")

    found = recordings(tmp_path, most_minutes=1)
    assert {kind: [file.name for file in files] for kind, files in found.items()} == {
        "read": ["a.wav", "b.flac"],
        "noise": ["c.wav"],
    }
    assert [file.name for file in recordings(tmp_path, 0.5 / 60)["read"]] == ["a.wav"]
    assert recordings(None, 1) == {}
    assert read_sound(found["read"][0]).shape == (SAMPLE_RATE,)


def test_pauses_in_recorded_noise_are_left_out() -> None:
    noise = np.random.default_rng(0).standard_normal(SAMPLE_RATE).astype(np.float32)
    silence = np.zeros(SAMPLE_RATE, np.float32)

    assert np.array_equal(without_pauses(np.concatenate([silence, noise, silence])), noise)
    assert len(without_pauses(silence)) == SAMPLE_RATE


def test_no_voice_is_both_held_out_and_trained() -> None:
    held, known = held_out(), trained(FULL)
    assert not {voice.name for voice in held} & {voice.name for voice in known}
    assert all(voice.held for voice in held)
    assert not any(voice.held for voice in known)
