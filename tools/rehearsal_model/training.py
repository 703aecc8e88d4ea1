"""Trains the network: frame by frame, on what an alignment says is spoken there."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch.nn.functional import nll_loss
from torch.nn.utils import clip_grad_norm_

from tools.rehearsal_model.alignment import Alignment
from tools.rehearsal_model.corpus import Array
from tools.rehearsal_model.network import CONTEXT, STRIDE, Network, with_context
from tools.rehearsal_model.weights import AcousticModel

Log = Callable[[str], None]
Snapshot = Callable[[Network], None]

#: Frames of 10 ms in one step of training.
BATCH_FRAMES = 9000
WARM_UP_STEPS = 100
#: A long training is worth keeping before it ends.
SNAPSHOT_S = 300.0
#: Steps between two lines of the log.
REPORT_STEPS = 200
#: The learning rate falls along a cosine to this share of its peak.
FINAL_RATE = 0.02
WEIGHT_DECAY = 1e-3
LARGEST_GRADIENT = 5.0
NO_TARGET = -1


@dataclass(frozen=True)
class Example:
    """A recording's features and what is spoken in each frame."""

    features: Array
    alignment: Alignment


@dataclass(frozen=True)
class Schedule:
    """How long to train: so many passes over the examples, within so many seconds."""

    passes: float
    rate: float
    seed: int
    limit_s: float = math.inf


def new_network(
    examples: Sequence[Example], seed: int, earlier: AcousticModel | None = None
) -> Network:
    """A network that knows the features' mean and deviation, and all that an earlier one does."""
    some = np.concatenate([each.features for each in examples[::17]]).astype(np.float32)
    network = Network.untrained(some.mean(0), some.std(0), seed)
    if earlier is not None:
        network.take_over(earlier, some[np.newaxis])
    return network


def train(
    network: Network, examples: Sequence[Example], schedule: Schedule, log: Log, keep: Snapshot
) -> None:
    """Train in one cycle: the rate rises for a moment, then falls to the end.

    The end is when all passes are done or the time is used up.  ``keep`` is given the
    network every few minutes and at the end.
    """
    rng = np.random.default_rng(schedule.seed)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=WEIGHT_DECAY)
    started = kept = time.monotonic()
    steps = math.ceil(schedule.passes * len(_batches(examples, rng)))
    recent: deque[tuple[float, float]] = deque(maxlen=REPORT_STEPS)
    for step, batch in enumerate(islice(_endless_batches(examples, rng), steps)):
        elapsed = time.monotonic() - started
        progress = max(step / steps, elapsed / schedule.limit_s)
        if progress >= 1:
            break
        _set_rate(optimizer, schedule.rate * _rate_factor(step, progress))
        recent.append(_step(network, optimizer, [examples[i] for i in batch], rng))
        if step % REPORT_STEPS == REPORT_STEPS - 1:
            loss, right = np.mean(recent, axis=0)
            log(f"step {step + 1}, {progress:.0%}: loss {loss:.3f}, frames right {right:.1%}")
        if time.monotonic() - kept > SNAPSHOT_S:
            kept = time.monotonic()
            keep(network)
    keep(network)


def _endless_batches(examples: Sequence[Example], rng: np.random.Generator) -> Iterator[list[int]]:
    while True:
        yield from _batches(examples, rng)


def _rate_factor(step: int, progress: float) -> float:
    falling = 0.5 * (1 + math.cos(math.pi * progress))
    return min(1.0, step / WARM_UP_STEPS) * (FINAL_RATE + (1 - FINAL_RATE) * falling)


def _set_rate(optimizer: Any, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate


def _step(
    network: Network,
    optimizer: Any,
    examples: Sequence[Example],
    rng: np.random.Generator,
) -> tuple[float, float]:
    """One update; returns the loss and the share of frames named rightly."""
    features, targets = _padded(examples, int(rng.integers(STRIDE)))
    posteriors = network.log_posteriors(features)
    targets = targets[:, : posteriors.shape[1]]
    posteriors = posteriors[:, : targets.shape[1]]
    loss = nll_loss(posteriors.flatten(0, 1), targets.flatten(), ignore_index=NO_TARGET)
    optimizer.zero_grad()
    loss.backward()
    clip_grad_norm_(network.parameters(), LARGEST_GRADIENT)
    optimizer.step()
    right = (posteriors.argmax(-1) == targets).sum() / (targets != NO_TARGET).sum()
    return loss.item(), right.item()


def _padded(examples: Sequence[Example], phase: int) -> tuple[Any, Any]:
    """A batch of equal lengths; ``phase`` chooses which of every three frames is named."""
    frames = max(len(each.features) for each in examples)
    width = frames + 2 * CONTEXT + STRIDE - 1
    outputs = frames // STRIDE + 2
    features, targets = [], []
    for each in examples:
        shifted = with_context(each.features)[phase:]
        fill = np.repeat(shifted[-1:], width - len(shifted), 0)
        features.append(np.concatenate([shifted, fill]))
        target = each.alignment.targets(phase)
        targets.append(np.pad(target, (0, outputs - len(target)), constant_values=NO_TARGET))
    return torch.from_numpy(np.stack(features)), torch.from_numpy(np.stack(targets))


def _batches(examples: Sequence[Example], rng: np.random.Generator) -> list[list[int]]:
    """Examples of similar length together, in random order."""
    lengths = np.array([len(each.features) for each in examples])
    order = np.argsort(lengths + rng.uniform(0, 20, len(lengths)))
    batches: list[list[int]] = [[]]
    longest = 0
    for index in order.tolist():
        longest = max(longest, lengths[index])
        if batches[-1] and longest * (len(batches[-1]) + 1) > BATCH_FRAMES:
            batches.append([])
            longest = lengths[index]
        batches[-1].append(index)
    return [batches[index] for index in rng.permutation(len(batches))]
