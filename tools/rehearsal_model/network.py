"""The network in torch: a time-delay neural network with one output every 30 ms.

Each layer sees its input at a few offsets in time.  The second layer keeps every
third frame, so the later layers' neighbours are 30 ms apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from tools.rehearsal_model import hmm
from tools.rehearsal_model.features import COEFFICIENTS
from tools.rehearsal_model.weights import AcousticModel, Array, Layer, Quantised

#: Frames of 10 ms per output.
STRIDE = 3
FIRST_UNITS = 128
UNITS = 224
DEEP_LAYERS = 4
#: Per hidden layer, in frames of 10 ms.
OFFSETS = ((-2, -1, 0, 1, 2), (-1, 0, 1), *[(-3, 0, 3)] * DEEP_LAYERS)
#: Frames that the network sees on either side of the one it names.
CONTEXT = sum(max(offsets) for offsets in OFFSETS)
DROPOUT = 0.1
#: A unit that never speaks up still needs a scale.
SMALLEST_DEVIATION = 0.01


@dataclass(frozen=True)
class Network:
    """Convolutions, each with ReLU and batch normalisation, and an output layer."""

    mean: Any
    deviation: Any
    hidden: Any
    normal: Any
    output: Any

    @classmethod
    def untrained(cls, mean: Array, deviation: Array, seed: int) -> Network:
        """Random weights for features of the given mean and deviation."""
        torch.manual_seed(seed)
        hidden = [
            nn.Conv1d(COEFFICIENTS, FIRST_UNITS, len(OFFSETS[0])),
            nn.Conv1d(FIRST_UNITS, UNITS, len(OFFSETS[1]), stride=STRIDE),
            *[nn.Conv1d(UNITS, UNITS, 3) for _ in range(DEEP_LAYERS)],
        ]
        return cls(
            mean=torch.from_numpy(mean),
            deviation=torch.from_numpy(deviation),
            hidden=nn.ModuleList(hidden),
            normal=nn.ModuleList([nn.BatchNorm1d(layer.out_channels) for layer in hidden]),
            output=nn.Conv1d(UNITS, hmm.N_PDFS, 1),
        )

    def take_over(self, model: AcousticModel, features: Array) -> None:
        """Go on from an exported model of the same shape.

        Its layers hold no normalisation any more; each is set so that it changes
        nothing, as measured on some features [batch, frames, 40].
        """
        *hidden, output = model.layers
        with torch.no_grad():
            signal = ((torch.from_numpy(features) - self.mean) / self.deviation).transpose(1, 2)
            scale, shift = self.deviation, self.mean
            for layer, ours, normal in zip(hidden, self.hidden, self.normal, strict=True):
                _unfold(layer, ours, scale, shift)
                signal = torch.relu(ours(signal))
                deviation, mean = torch.std_mean(signal, (0, 2))
                normal.weight.copy_(deviation.clamp(min=SMALLEST_DEVIATION))
                normal.bias.copy_(mean)
                normal.running_mean.copy_(mean)
                normal.running_var.copy_(normal.weight**2)
                scale, shift = torch.ones(len(mean)), torch.zeros(len(mean))
            _unfold(output, self.output, scale, shift)

    def parameters(self) -> list[Any]:
        """All that training changes."""
        parts = (self.hidden, self.normal, self.output)
        return [parameter for part in parts for parameter in part.parameters()]

    def log_posteriors(self, features: Any) -> Any:
        """Of features [batch, frames, 40] the log posteriors [batch, outputs, pdfs], in training.

        The features already hold CONTEXT more frames at either end.
        """
        signal = ((features - self.mean) / self.deviation).transpose(1, 2)
        for depth, (layer, normal) in enumerate(zip(self.hidden, self.normal, strict=True)):
            signal = normal(torch.relu(layer(signal)))
            if depth:
                signal = nn.functional.dropout(signal, DROPOUT)
        return torch.log_softmax(self.output(signal), 1).transpose(1, 2)

    def layers(self) -> tuple[Layer, ...]:
        """Plain affine layers: each normalisation is folded into the layer after it."""
        scale = 1.0 / self.deviation.double()
        shift = -self.mean.double() * scale
        folded = []
        for layer, normal, offsets in zip(self.hidden, self.normal, OFFSETS, strict=True):
            folded.append(_folded(layer, scale, shift, offsets))
            scale = normal.weight.double() / torch.sqrt(normal.running_var.double() + normal.eps)
            shift = normal.bias.double() - normal.running_mean.double() * scale
        return (*folded, _folded(self.output, scale, shift, (0,)))


def _folded(layer: Any, scale: Any, shift: Any, offsets: tuple[int, ...]) -> Layer:
    """The layer applied to ``input * scale + shift``."""
    with torch.no_grad():
        weight = layer.weight.double()  # [outputs, inputs, offsets]
        bias = layer.bias.double() + (weight * shift[None, :, None]).sum((1, 2))
        weight = (weight * scale[None, :, None]).permute(0, 2, 1)
        matrix = weight.reshape(weight.shape[0], -1).numpy()
    return Layer(Quantised.of(matrix), bias.numpy().astype(np.float32), offsets)


def _unfold(layer: Layer, ours: Any, scale: Any, shift: Any) -> None:
    """Give our layer, whose input is normalised, the effect of a layer whose input is not."""
    outputs, inputs, offsets = ours.weight.shape
    matrix = torch.from_numpy(layer.weight.matrix)
    weight = matrix.reshape(outputs, offsets, inputs).permute(0, 2, 1)
    ours.weight.copy_(weight * scale[None, :, None])
    ours.bias.copy_(torch.from_numpy(layer.bias) + (weight * shift[None, :, None]).sum((1, 2)))


def with_context(features: Array) -> Array:
    """Features with the edge frames repeated, as Kaldi's decoder does, for any phase."""
    first = np.repeat(features[:1], CONTEXT, 0)
    last = np.repeat(features[-1:], CONTEXT + STRIDE - 1, 0)
    return np.concatenate([first, features, last]).astype(np.float32)
