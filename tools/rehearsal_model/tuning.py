"""Compares balances of the decoder on sounds that no reported figure is made of.

Phrases come from trained voices, clean and in noise; talk comes from sentences of its
own, said by trained voices, and from the half of a folder that a hash of the name chooses.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import astuple, fields, replace
from pathlib import Path

from tools.rehearsal_model import evaluation, model_directory, report, synthesis, texts, voices
from tools.rehearsal_model.balance import CHOSEN, Balance
from tools.rehearsal_model.evaluation import TRAINED_VOICES, Ear
from tools.rehearsal_model.weights import AcousticModel

#: The half of a folder's recordings that no report is made of.
TUNING = 1
#: Other phrases than those of the report, and fewer.
SEED = 2
PHRASES_STEP = 3
SCALED = ("word", "unknown", "unknown_sound", "free_word")


def compare(model: AcousticModel, talk: Path, noises: Path | None, workers: int) -> None:
    """Print a line for the chosen balance and for each change of it."""
    trained = list(TRAINED_VOICES)
    said = evaluation.phrases_to_say(SEED)[::PHRASES_STEP]
    spoken = synthesis.synthesise(voices.spoken_by(trained, said, "phrase"), workers)
    sentences = voices.spoken_by(trained, texts.sentences("tune"), "sentence")
    talked = [each.samples for each in synthesis.synthesise(sentences, workers)]
    talked += report.half_of(talk, TUNING)
    backgrounds = report.half_of(noises, TUNING) if noises else []
    names = [field.name.replace("_", " ") for field in fields(Balance)]
    print(f"| {' | '.join([*names, 'clean %', 'noise %', 'false actions'])} |")
    print("|---" * (len(names) + 3) + "|")
    for balance in alternatives():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "model"
            model_directory.write(folder, model, balance)
            ear = Ear(folder, evaluation.everything())
            clean = report.total(evaluation.tally(ear, spoken, None))
            noisy = report.total(evaluation.tally(ear, spoken, evaluation.NOISE_DB, backgrounds))
            found, _ = evaluation.false_actions(ear, talked)
        shares = [f"{100 * each.accepted / each.spoken:.1f}" for each in (clean, noisy)]
        print(f"| {' | '.join(map(str, [*astuple(balance), *shares, found]))} |", flush=True)


def alternatives() -> Iterator[Balance]:
    """The chosen balance, and changes of one thing at a time."""
    yield CHOSEN
    for scale in (1.0, 0.7, 0.35):
        yield _rescaled(scale)
    for silence in (0.0, -3.0, -8.0):
        yield replace(CHOSEN, silence=silence)
    for word in (1.0, 2.0):
        yield replace(CHOSEN, word=word)
    for share in (0.5, 1.5):
        yield replace(CHOSEN, unknown_sound=CHOSEN.unknown_sound * share)


def _rescaled(scale: float) -> Balance:
    """Another acoustic scale, with everything but the grammar in proportion."""
    factor = scale / CHOSEN.acoustic_scale
    costs = {name: getattr(CHOSEN, name) * factor for name in SCALED}
    return replace(CHOSEN, acoustic_scale=scale, **costs)
