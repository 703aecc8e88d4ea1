"""The whole recipe, from nothing to trained weights.  Finished stages are kept in a work folder.

From nothing, a first network learns from flite's own segment times, aligns everything,
learns from that, and aligns again.  An existing model aligns at once and is trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tools.rehearsal_model import (
    alignment,
    augmentation,
    corpus,
    features,
    lexicon,
    synthesis,
    training,
    voices,
    weights,
)
from tools.rehearsal_model.alignment import Alignment
from tools.rehearsal_model.corpus import Array, Recording
from tools.rehearsal_model.network import Network
from tools.rehearsal_model.training import Example, Log, Schedule
from tools.rehearsal_model.weights import AcousticModel

NOISE_RECORDINGS = 600
#: Voices that babble in the background of others.
BABBLERS = 60
FIRST_PASSES, SECOND_PASSES = 3, 1
RATE = 2e-3
#: A network that is good already would only forget at the full rate.
RATE_TO_GO_ON = 1e-3


@dataclass(frozen=True)
class Settings:
    """What a person may choose about a training run."""

    work: Path
    seed: int = 1
    scale: float = 1.0
    #: Augmented copies of every recording, next to the clean one.
    copies: int = 5
    passes: float = 3.0
    limit_s: float = float("inf")
    workers: int = 2
    threads: int = 1


class Recipe:
    """One training run."""

    def __init__(self, settings: Settings, log: Log) -> None:
        self._settings = settings
        self._log = log
        self._lexicon = lexicon.load()
        settings.work.mkdir(parents=True, exist_ok=True)
        torch.set_num_threads(settings.threads)

    def run(self, earlier: AcousticModel | None) -> AcousticModel:
        """Train a model, from nothing or on from an earlier one."""
        self._recordings = self._speech()
        self._noise = self._noise_features()
        clean = self._copy_features(0)
        aligner = earlier or self._second_model(clean, self._first_model(clean))
        aligned = self._aligned("alignment", clean, aligner)
        everything = [clean]
        everything += [self._copy_features(n) for n in range(1, self._settings.copies + 1)]
        rate = RATE if earlier is None else RATE_TO_GO_ON
        settings = self._settings
        schedule = Schedule(settings.passes, rate, settings.seed, settings.limit_s)
        return self._trained("final", self._examples(aligned, everything), schedule, earlier)

    def _speech(self) -> list[Recording]:
        path = self._settings.work / "training.npz"
        if not path.exists():
            plan = voices.Plan(set(self._lexicon), self._settings.seed)
            spoken = plan.training(self._settings.scale)
            self._log(f"synthesising {len(spoken)} utterances")
            corpus.save_recordings(path, synthesis.synthesise(spoken, self._settings.workers))
        recordings = corpus.load_recordings(path)
        hours = sum(len(each.samples) for each in recordings) / features.RATE / 3600
        self._log(f"{len(recordings)} recordings, {hours:.1f} hours")
        return recordings

    def _copy_features(self, copy: int) -> list[Array]:
        step = max(1, len(self._recordings) // BABBLERS)
        babblers = [each.samples for each in self._recordings[::step]]
        make = partial(_features_of_copy, copy=copy, seed=self._settings.seed, others=babblers)
        return self._kept(f"features-{copy}", make, self._recordings)

    def _noise_features(self) -> list[Array]:
        make = partial(_features_of_noise, seed=self._settings.seed)
        return self._kept("noise", make, range(NOISE_RECORDINGS))

    def _kept(self, name: str, make: Callable[[Any], Array], items: Sequence[Any]) -> list[Array]:
        """Features made by several processes, or those kept from last time."""
        path = self._settings.work / f"{name}.npz"
        if not path.exists():
            with ProcessPoolExecutor(self._settings.workers) as pool:
                corpus.save_ragged(path, features=list(pool.map(make, items, chunksize=100)))
            self._log(f"{name} done")
        return corpus.load_ragged(path, "features")

    def _first_model(self, clean: Sequence[Array]) -> AcousticModel:
        """Learns from the recordings whose engine says when it speaks each sound."""
        aligned = [
            alignment.from_segments(
                each.segments, augmentation.lead_frames(each, self._settings.seed), len(frames)
            )
            if each.segments
            else None
            for each, frames in zip(self._recordings, clean, strict=True)
        ]
        schedule = Schedule(FIRST_PASSES, RATE, self._settings.seed)
        return self._trained("first", self._examples(aligned, [clean]), schedule)

    def _second_model(self, clean: Sequence[Array], first: AcousticModel) -> AcousticModel:
        """Learns from the first model's alignment of every recording."""
        aligned = self._aligned("first-alignment", clean, first)
        schedule = Schedule(SECOND_PASSES, RATE, self._settings.seed)
        return self._trained("second", self._examples(aligned, [clean]), schedule)

    def _aligned(
        self, name: str, clean: Sequence[Array], model: AcousticModel
    ) -> list[Alignment | None]:
        path = self._settings.work / f"{name}.npz"
        if not path.exists():
            spoken = [each.utterance.text for each in self._recordings]
            words = {word for text in spoken for word in text.split()}
            make = partial(_align, model=model, known=lexicon.select(self._lexicon, words))
            with ProcessPoolExecutor(self._settings.workers) as pool:
                found = list(pool.map(make, clean, spoken, chunksize=100))
            kept = alignment.without_worst(found)
            _save_alignments(path, kept, [len(each) for each in clean])
            self._log(f"{name}: {sum(each is not None for each in kept)} of {len(kept)} kept")
        return _load_alignments(path)

    def _examples(
        self, aligned: Sequence[Alignment | None], copies: Sequence[Sequence[Array]]
    ) -> list[Example]:
        """Every copy of every aligned recording, and the noises."""
        examples = [Example(each, alignment.silence(len(each))) for each in self._noise]
        for copy, frames_of in enumerate(copies):
            for recording, found, frames in zip(self._recordings, aligned, frames_of, strict=True):
                if found is not None:
                    factor = augmentation.tempo(recording, copy, self._settings.seed)
                    examples.append(Example(frames, found.played_faster(factor, len(frames))))
        return examples

    def _trained(
        self,
        name: str,
        examples: Sequence[Example],
        schedule: Schedule,
        earlier: AcousticModel | None = None,
    ) -> AcousticModel:
        path = self._settings.work / f"{name}-weights.npz"
        priors = alignment.priors(each.alignment for each in examples)

        def keep(network: Network) -> None:
            weights.save(path, AcousticModel(network.layers(), priors))

        network = training.new_network(examples, schedule.seed, earlier)
        training.train(network, examples, schedule, self._log, keep)
        return weights.load(path)


def _features_of_copy(recording: Recording, copy: int, seed: int, others: Sequence[Array]) -> Array:
    return features.mfcc(augmentation.copy_of(recording, copy, seed, others))


def _features_of_noise(number: int, seed: int) -> Array:
    return features.mfcc(augmentation.noise_alone(number, seed))


def _align(
    frames: Array, text: str, model: AcousticModel, known: lexicon.Lexicon
) -> tuple[Alignment, float] | None:
    scores = alignment.class_log_posteriors(model, frames)
    prior = alignment.class_priors(model.priors)
    return alignment.align(scores - alignment.PRIOR_WEIGHT * np.log(prior), text.split(), known)


def _save_alignments(
    path: Path, aligned: Sequence[Alignment | None], frames: Sequence[int]
) -> None:
    """A recording without alignment is stored as sound number -1 throughout."""
    whole = [
        each or Alignment(np.zeros(length, np.int16), np.full(length, -1, np.int16))
        for each, length in zip(aligned, frames, strict=True)
    ]
    classes = [each.classes for each in whole]
    corpus.save_ragged(path, classes=classes, sounds=[each.sounds for each in whole])


def _load_alignments(path: Path) -> list[Alignment | None]:
    pairs = zip(
        corpus.load_ragged(path, "classes"), corpus.load_ragged(path, "sounds"), strict=True
    )
    return [Alignment(*pair) if pair[1][0] >= 0 else None for pair in pairs]
