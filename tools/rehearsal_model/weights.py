"""The trained network as plain arrays: what ``weights.npz`` holds and what Vosk will compute.

Weights are kept as 16-bit steps between a matrix's smallest and largest value, as
Kaldi itself compresses them, so the file and the exported model agree bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
STEPS = 65535


@dataclass(frozen=True)
class Quantised:
    """A matrix as 16-bit steps above its minimum."""

    minimum: float
    span: float
    steps: Array

    @classmethod
    def of(cls, matrix: Array) -> Quantised:
        """The nearest steps to a matrix of any float type."""
        minimum = float(np.float32(matrix.min()))
        span = float(np.float32(matrix.max() - minimum)) or 1.0
        steps = np.clip(np.round((matrix - minimum) / span * STEPS), 0, STEPS)
        return cls(minimum, span, steps.astype("<u2"))

    @cached_property
    def matrix(self) -> Array:
        """The matrix in float32."""
        return (self.steps * np.float32(self.span / STEPS) + np.float32(self.minimum)).astype(
            np.float32
        )


@dataclass(frozen=True)
class Layer:
    """An affine layer over several time offsets, given in 10 ms frames of its input.

    The columns hold one block per offset, in the order of ``offsets``.
    """

    weight: Quantised
    bias: Array
    offsets: tuple[int, ...]


@dataclass(frozen=True)
class AcousticModel:
    """Affine layers with ReLU between, log-softmax after the last, and the outputs' priors."""

    layers: tuple[Layer, ...]
    priors: Array


def save(path: Path, model: AcousticModel) -> None:
    """Write the model as ``.npz``."""
    arrays: dict[str, Any] = {"priors": model.priors.astype(np.float32)}
    for number, layer in enumerate(model.layers):
        weight = layer.weight
        arrays[f"weight_{number}"] = weight.steps
        arrays[f"scale_{number}"] = np.array([weight.minimum, weight.span], np.float32)
        arrays[f"bias_{number}"] = layer.bias.astype(np.float32)
        arrays[f"offsets_{number}"] = np.array(layer.offsets, np.int32)
    np.savez_compressed(path, **arrays)


def load(path: Path) -> AcousticModel:
    """Read what ``save`` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        number_of_layers = sum(name.startswith("weight_") for name in stored.files)
        layers = tuple(_layer(stored, number) for number in range(number_of_layers))
        return AcousticModel(layers, stored["priors"])


def _layer(stored: Any, number: int) -> Layer:
    minimum, span = (float(value) for value in stored[f"scale_{number}"])
    weight = Quantised(minimum, span, stored[f"weight_{number}"])
    offsets = tuple(int(offset) for offset in stored[f"offsets_{number}"])
    return Layer(weight, stored[f"bias_{number}"], offsets)
