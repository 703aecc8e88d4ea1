"""Compares costs of the decoder on sounds that no reported figure is made of.

Phrases come from trained voices, clean and in noise; talk comes from sentences of its
own, said by trained voices, and from the half of a folder that a hash of the name chooses.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path

from tools.rehearsal_model import evaluation, model_directory, report, synthesis, texts, voices
from tools.rehearsal_model.evaluation import TRAINED_VOICES, Ear
from tools.rehearsal_model.graph import CHOSEN_COSTS, Costs
from tools.rehearsal_model.weights import AcousticModel

#: The half of a folder's recordings that no report is made of.
TUNING = 1
#: Other phrases than those of the report, and fewer.
SEED = 2
PHRASES_STEP = 3


def compare(model: AcousticModel, talk: Path, noises: Path | None, workers: int) -> None:
    """Print a line for the chosen costs and for each change of one of them."""
    trained = list(TRAINED_VOICES)
    said = evaluation.phrases_to_say(SEED)[::PHRASES_STEP]
    spoken = synthesis.synthesise(voices.spoken_by(trained, said, "phrase"), workers)
    sentences = voices.spoken_by(trained, texts.sentences("tune"), "sentence")
    talked = [each.samples for each in synthesis.synthesise(sentences, workers)] + report.half_of(
        talk, TUNING
    )
    backgrounds = report.half_of(noises, TUNING) if noises else []
    print("| silence | word | [unk] | its sounds | clean % | noise % | false actions |")
    print("|---|---|---|---|---|---|---|")
    for costs in alternatives():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "model"
            model_directory.write(folder, model, costs)
            ear = Ear(folder, evaluation.everything())
            clean = report.total(evaluation.tally(ear, spoken, None))
            noisy = report.total(evaluation.tally(ear, spoken, evaluation.NOISE_DB, backgrounds))
            found, _ = evaluation.false_actions(ear, talked)
        shares = [f"{100 * each.accepted / each.spoken:.1f}" for each in (clean, noisy)]
        print(f"| {' | '.join(map(str, [*astuple(costs), *shares, found]))} |", flush=True)


def alternatives() -> Iterator[Costs]:
    """The chosen costs, and changes of one cost at a time."""
    yield CHOSEN_COSTS
    for silence in (0.0, -3.0, -8.0):
        yield replace(CHOSEN_COSTS, silence=silence)
    for word in (2.0, 4.0):
        yield replace(CHOSEN_COSTS, word=word)
    for unknown in (1.5, 5.0):
        yield replace(CHOSEN_COSTS, unknown=unknown)
    for unknown_sound in (3.5, 5.5):
        yield replace(CHOSEN_COSTS, unknown_sound=unknown_sound)
