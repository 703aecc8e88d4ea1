"""Compares costs of ``[unk]`` on sounds that no reported figure is made of.

Phrases come from trained voices, in noise; talk comes from sentences of its own,
said by trained voices, and from the half of a folder that a hash of the name chooses.
"""

from __future__ import annotations

import tempfile
import zlib
from itertools import product
from pathlib import Path

from tools.rehearsal_model import evaluation, model_directory, report, synthesis, texts, voices
from tools.rehearsal_model.corpus import Array
from tools.rehearsal_model.evaluation import TRAINED_VOICES, Ear
from tools.rehearsal_model.graph import UnknownCosts
from tools.rehearsal_model.weights import AcousticModel

ENTRY_COSTS = (1.5, 3.0, 4.5)
SOUND_COSTS = (3.5, 4.5, 5.5)
#: Other phrases than those of the report.
SEED = 2


def compare(model: AcousticModel, talk: Path, noises: Path | None, workers: int) -> None:
    """Print a line for every pair of costs."""
    trained = list(TRAINED_VOICES)
    said = evaluation.phrases_to_say(SEED)[::2]
    spoken = synthesis.synthesise(voices.spoken_by(trained, said, "phrase"), workers)
    sentences = voices.spoken_by(trained, texts.sentences("tune"), "sentence")
    talked = [each.samples for each in synthesis.synthesise(sentences, workers)]
    talked += half_of(talk)
    backgrounds = report.read_folder(noises) if noises else []
    print("| entry | sound | clean % | noise % | false actions |\n|---|---|---|---|---|")
    for entry, sound in product(ENTRY_COSTS, SOUND_COSTS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "model"
            model_directory.write(folder, model, UnknownCosts(entry, sound))
            ear = Ear(folder, evaluation.everything())
            clean = report.total(evaluation.tally(ear, spoken, None))
            noisy = report.total(evaluation.tally(ear, spoken, evaluation.NOISE_DB, backgrounds))
            found, _ = evaluation.false_actions(ear, talked)
        shares = (f"{100 * each.accepted / each.spoken:.1f}" for each in (clean, noisy))
        print(f"| {entry} | {sound} | {' | '.join(shares)} | {found} |", flush=True)


def half_of(folder: Path) -> list[Array]:
    """The recordings whose names have an odd hash; the other half stays unheard."""
    files = [file for file in sorted(folder.glob("*.flac")) if zlib.crc32(file.name.encode()) % 2]
    return [report.read(file) for file in files]
