"""Which sound is spoken when: the training targets, found with an earlier network.

An alignment holds, for every frame of 10 ms, the class of its sound and the number
of the sound within the utterance (so that two equal sounds in a row stay two).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from tools.rehearsal_model import hmm
from tools.rehearsal_model.corpus import Array, Segment
from tools.rehearsal_model.features import FRAMES_PER_SECOND
from tools.rehearsal_model.lexicon import Lexicon
from tools.rehearsal_model.weights import AcousticModel

STRIDE = 3
#: A sound lasts at least this many frames; fast speech gets a second, more lenient try.
SHORTEST_SOUNDS = (3, 2)
#: The worst-fitting part of the alignments is not trained on.
DROPPED_SHARE = 0.03
#: How much of the class prior is divided out when aligning.
PRIOR_WEIGHT = 0.5
NEVER = -1e30
#: flite's names where they differ from the dictionary's.
FLITE_PHONES = {"ax": "AH"}


@dataclass(frozen=True)
class Alignment:
    """Class and sound number of every frame."""

    classes: Array
    sounds: Array

    def played_faster(self, factor: float, frames: int) -> Alignment:
        """The alignment of the same recording played ``factor`` times as fast."""
        source = np.round(np.arange(frames) * factor).astype(int)
        source = np.minimum(source, len(self.classes) - 1)
        return Alignment(self.classes[source], self.sounds[source])

    def targets(self, phase: int) -> Array:
        """The pdf of every third frame from ``phase`` on."""
        classes = self.classes[phase::STRIDE].astype(np.int64)
        sounds = self.sounds[phase::STRIDE]
        enters = np.concatenate([[True], sounds[1:] != sounds[:-1]])
        targets: Array = np.where(classes == hmm.SILENCE_CLASS, 0, 2 * classes - enters)
        return targets


def silence(frames: int) -> Alignment:
    """The alignment of a recording in which nobody speaks."""
    return Alignment(np.zeros(frames, np.int16), np.zeros(frames, np.int16))


def from_segments(segments: Sequence[Segment], lead: int, frames: int) -> Alignment:
    """flite's own segment times, ``lead`` frames later."""
    aligned = silence(frames)
    start = lead
    for number, (phone, end_s) in enumerate(segments, 1):
        end = lead + round(end_s * FRAMES_PER_SECOND)
        name = FLITE_PHONES.get(phone, phone.upper())
        # A frame is centred 12 ms after its start, so each sound begins one frame early.
        aligned.classes[max(0, start - 1) : end] = hmm.CLASS.get(name, hmm.SILENCE_CLASS)
        aligned.sounds[max(0, start - 1) : end] = number
        start = end
    return aligned


def priors(alignments: Iterable[Alignment]) -> Array:
    """How often each pdf is the target."""
    counts = np.ones(hmm.N_PDFS)
    for each in alignments:
        counts += np.bincount(each.targets(0), minlength=hmm.N_PDFS)
    shares: Array = counts / counts.sum()
    return shares


def class_priors(pdf_priors: Array) -> Array:
    """How often each class is the target, from how often each pdf is."""
    return np.concatenate([pdf_priors[:1], pdf_priors[1::2] + pdf_priors[2::2]])


def class_log_posteriors(model: AcousticModel, features: Array) -> Array:
    """Log posteriors [frames, classes] at every 10 ms, the edges repeated."""
    reach = [max(layer.offsets) for layer in model.layers]
    signal = np.pad(features.astype(np.float32), ((sum(reach), sum(reach)), (0, 0)), "edge")
    for layer, far in zip(model.layers, reach, strict=True):
        length = len(signal) - 2 * far
        seen = [signal[far + offset : far + offset + length] for offset in layer.offsets]
        signal = np.hstack(seen) @ layer.weight.matrix.T + layer.bias
        if layer is not model.layers[-1]:
            signal = np.maximum(signal, 0)
    scores = signal - np.logaddexp.reduce(signal, axis=1, keepdims=True)
    speech = np.logaddexp(scores[:, 1::2], scores[:, 2::2])
    return np.concatenate([scores[:, :1], speech], 1)


@dataclass
class _States:
    """The states of an utterance, frame by frame: what each is, and what may come before it."""

    classes: list[int] = field(default_factory=list)
    sounds: list[int] = field(default_factory=list)
    before: list[list[int]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def sound(self, sound_class: int, shortest: int, after: list[int], may_start: bool) -> int:
        """Add a sound of at least ``shortest`` frames; returns its last state."""
        number = self.sounds[-1] + 1 if self.sounds else 1
        for frame in range(shortest):
            state = len(self.classes)
            self.classes.append(sound_class)
            self.sounds.append(number)
            repeat = [state] if frame == shortest - 1 else []
            self.before.append(repeat + (after if frame == 0 else [state - 1]))
            if frame == 0 and may_start:
                self.starts.append(state)
        return len(self.classes) - 1

    def predecessors(self) -> Array:
        """[states, most] with -1 for none."""
        table = np.full((len(self.before), max(map(len, self.before))), -1)
        for state, before in enumerate(self.before):
            table[state, : len(before)] = before
        return table


def _states_of(words: Sequence[str], lexicon: Lexicon, shortest: int) -> tuple[_States, list[int]]:
    """Words in order, any pronunciation each, silence allowed around them; and the last states."""
    states = _States()
    ends = [states.sound(hmm.SILENCE_CLASS, 1, [], True)]
    first = True
    for word in words:
        word_ends = []
        for pronunciation in lexicon[word]:
            after, may_start = ends, first
            for phone in pronunciation:
                end = states.sound(hmm.CLASS[phone], shortest, after, may_start)
                after, may_start = [end], False
            word_ends += after
        pause = states.sound(hmm.SILENCE_CLASS, 2, word_ends, False)
        ends, first = [*word_ends, pause], False
    return states, ends


def align(scores: Array, words: Sequence[str], lexicon: Lexicon) -> tuple[Alignment, float] | None:
    """The best alignment of frame scores [frames, classes] and its mean score, if any fits."""
    for shortest in SHORTEST_SOUNDS:
        states, ends = _states_of(words, lexicon, shortest)
        found = _viterbi(scores[:, states.classes], states.predecessors(), states.starts, ends)
        if found is not None:
            path, score = found
            classes = np.array(states.classes, np.int16)[path]
            sounds = np.array(states.sounds, np.int16)[path]
            return Alignment(classes, sounds), score / len(scores)
    return None


def _viterbi(
    scores: Array, before: Array, starts: list[int], ends: list[int]
) -> tuple[Array, float] | None:
    """The best path through the states and its score."""
    frames, n_states = scores.shape
    best = np.full(n_states + 1, NEVER)  # index -1, "no predecessor", is never possible
    best[starts] = scores[0, starts]
    came_from = np.zeros((frames, n_states), np.int32)
    rows = np.arange(n_states)
    for frame in range(1, frames):
        candidates = best[before]
        choice = candidates.argmax(1)
        came_from[frame] = before[rows, choice]
        best[:n_states] = candidates[rows, choice] + scores[frame]
    end = max(ends, key=lambda state: best[state])
    if best[end] <= NEVER / 10:
        return None
    path = np.zeros(frames, np.int32)
    path[-1] = end
    for frame in range(frames - 1, 0, -1):
        path[frame - 1] = came_from[frame, path[frame]]
    return path, float(best[end])


def without_worst(found: Sequence[tuple[Alignment, float] | None]) -> list[Alignment | None]:
    """The alignments, the worst-fitting share of them left out."""
    scores = [each[1] for each in found if each is not None]
    least = float(np.quantile(scores, DROPPED_SHARE))
    return [each[0] if each is not None and each[1] >= least else None for each in found]
