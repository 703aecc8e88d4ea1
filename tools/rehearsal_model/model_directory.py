"""Writes the model directory that Vosk loads: acoustic model, settings and graph."""

from __future__ import annotations

import math
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from tools.rehearsal_model import acoustic_model, graph, hmm, lexicon, texts
from tools.rehearsal_model.balance import CHOSEN, Balance
from tools.rehearsal_model.weights import AcousticModel

#: Every third frame is decoded (30 ms).  The endpoint rules are in seconds of silence.
MODEL_CONF = """\
--min-active=200
--max-active=3000
--beam=12.0
--lattice-beam=4.0
--acoustic-scale={acoustic_scale}
--frame-subsampling-factor=3
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.75
--endpoint.rule4.min-trailing-silence=1.0
"""
#: The same features as in features.py.  Without dither the same sound gives the same words.
MFCC_CONF = """\
--sample-frequency=16000
--use-energy=false
--num-mel-bins=40
--num-ceps=40
--low-freq=20
--high-freq=7600
--dither=0.0
--allow-downsample=true
"""


def write(folder: Path, model: AcousticModel, balance: Balance = CHOSEN) -> int:
    """Replace the folder by a model for today's phrases; returns the number of words.

    Everything is built beside the folder first, so a failure leaves the old model.
    """
    words = lexicon.select(lexicon.load(), texts.vocabulary())
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".building-") as name:
        building = Path(name) / "model"
        for part in ("am", "conf"):
            (building / part).mkdir(parents=True)
        acoustic_model.write(building / "am" / "final.mdl", balanced(model, balance.silence))
        conf = MODEL_CONF.format(acoustic_scale=balance.acoustic_scale)
        (building / "conf" / "model.conf").write_text(conf, encoding="ascii")
        (building / "conf" / "mfcc.conf").write_text(MFCC_CONF, encoding="ascii")
        graph.write(building / "graph", words, balance)
        if folder.exists():
            shutil.rmtree(folder)
        building.rename(folder)
    return len(words)


def balanced(model: AcousticModel, silence_cost: float) -> AcousticModel:
    """The model with a cost on every silent frame: Vosk divides its outputs by their priors."""
    priors = model.priors.copy()
    priors[hmm.SILENCE_CLASS] *= math.exp(silence_cost)
    return replace(model, priors=priors)
