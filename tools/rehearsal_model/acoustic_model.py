"""Writes ``am/final.mdl``: Kaldi's transition model and the nnet3 network, in binary.

Integers are written as byte 4 and int32, floats as byte 4 and float32, doubles as
byte 8 and float64.  Tokens end with a space.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tools.rehearsal_model import hmm
from tools.rehearsal_model.phones import PHONES
from tools.rehearsal_model.weights import AcousticModel, Array, Layer, Quantised

#: Kaldi's marks in a topology: no pdf, and "entries carry separate self-loop pdfs".
NO_PDF = -1
SEPARATE_SELF_LOOPS = -1
SILENCE_TOPOLOGY, SPEECH_TOPOLOGY, UNKNOWN_TOPOLOGY = 0, 1, 2


class KaldiStream:
    """Kaldi's binary stream."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.raw(b"\0B")

    def raw(self, data: bytes) -> None:
        self._file.write(data)

    def token(self, *names: str) -> None:
        for name in names:
            self.raw(name.encode() + b" ")

    def ints(self, *values: int) -> None:
        """Each integer on its own."""
        for value in values:
            self.raw(struct.pack("<bi", 4, value))

    def single(self, value: float) -> None:
        self.raw(struct.pack("<bf", 4, value))

    def double(self, value: float) -> None:
        self.raw(struct.pack("<bd", 8, value))

    def int_vector(self, values: Sequence[int]) -> None:
        self.ints(len(values))
        self.raw(struct.pack(f"<{len(values)}i", *values))

    def vector(self, values: Array) -> None:
        self.token("FV")
        self.ints(len(values))
        self.raw(np.asarray(values, "<f4").tobytes())

    def matrix(self, matrix: Quantised) -> None:
        """Kaldi's 16-bit compressed matrix."""
        self.token("CM2")
        self.raw(struct.pack("<ffii", matrix.minimum, matrix.span, *matrix.steps.shape))
        self.raw(matrix.steps.astype("<u2").tobytes())


def write(path: Path, model: AcousticModel) -> None:
    """Write the whole acoustic model."""
    with path.open("wb") as file:
        stream = KaldiStream(file)
        _transition_model(stream)
        _network(stream, model.layers)
        stream.token("<LeftContext>")
        stream.ints(0)  # both contexts are computed anew when the model is loaded
        stream.token("<RightContext>")
        stream.ints(0)
        stream.token("<Priors>")
        stream.vector(model.priors)


def _transition_model(stream: KaldiStream) -> None:
    stream.token("<TransitionModel>")
    _topology(stream)
    _tuples(stream)
    speech = len(PHONES)
    log_probabilities = [math.log(1 / 2)] * (2 * hmm.N_PHONES) + [math.log(1 / 3)] * (3 * speech)
    stream.token("<LogProbs>")
    stream.vector(np.array([0.0, *log_probabilities]))  # transition ids count from 1
    stream.token("</LogProbs>", "</TransitionModel>")


def _topology(stream: KaldiStream) -> None:
    stream.token("<Topology>")
    stream.int_vector(range(1, hmm.N_PHONES + 1))
    entries = [SILENCE_TOPOLOGY] + [SPEECH_TOPOLOGY] * (hmm.N_PHONES - 2) + [UNKNOWN_TOPOLOGY]
    stream.int_vector([-1, *entries])  # phones count from 1
    stream.ints(SEPARATE_SELF_LOOPS)
    stream.ints(3)
    _one_state_entry(stream, self_loop_class=0)
    _one_state_entry(stream, self_loop_class=1)
    _unknown_entry(stream)
    stream.token("</Topology>")


def _one_state_entry(stream: KaldiStream, self_loop_class: int) -> None:
    stream.ints(2)  # an emitting and a final state
    stream.ints(0, self_loop_class)
    _state_transitions(stream, [0, 1])
    _final_state(stream)


def _unknown_entry(stream: KaldiStream) -> None:
    speech = len(PHONES)
    final = speech + 1
    stream.ints(speech + 2)
    stream.ints(0, 1)
    _state_transitions(stream, [0, 1])
    for state in range(1, speech + 1):
        stream.ints(2 * state, 2 * state + 1)
        _state_transitions(stream, [state, state % speech + 1, final])
    _final_state(stream)


def _state_transitions(stream: KaldiStream, destinations: list[int]) -> None:
    stream.ints(len(destinations))
    for destination in destinations:
        stream.ints(destination)
        stream.single(1 / len(destinations))


def _final_state(stream: KaldiStream) -> None:
    stream.ints(NO_PDF, NO_PDF, 0)


def _tuples(stream: KaldiStream) -> None:
    """Phone, HMM state, entering pdf, self-loop pdf: sorted, as Kaldi wants them."""
    stream.token("<Tuples>")
    stream.ints(hmm.N_PHONES + len(PHONES))
    for phone_id in range(1, hmm.N_PHONES):
        stream.ints(phone_id, 0, *hmm.class_pdfs(hmm.phone_class(phone_id)))
    stream.ints(hmm.UNKNOWN, 0, 0, 0)
    for sound in range(1, hmm.N_CLASSES):
        stream.ints(hmm.UNKNOWN, sound, *hmm.class_pdfs(sound))
    stream.token("</Tuples>")


def _network(stream: KaldiStream, layers: Sequence[Layer]) -> None:
    stream.token("<Nnet3>")
    stream.raw(b"\n" + "\n".join(_wiring(layers)).encode() + b"\n\n")
    stream.token("<NumComponents>")
    stream.ints(2 * len(layers))
    for number, layer in enumerate(layers):
        _affine(stream, f"affine{number}", layer)
        last = number == len(layers) - 1
        kind = "LogSoftmaxComponent" if last else "RectifiedLinearComponent"
        _nonlinearity(stream, f"act{number}", kind, len(layer.bias))
    stream.token("</Nnet3>")


def _wiring(layers: Sequence[Layer]) -> list[str]:
    """nnet3's description of which component feeds which."""
    inputs = layers[0].weight.steps.shape[1] // len(layers[0].offsets)
    lines, source = [f"input-node name=input dim={inputs}"], "input"
    for number, layer in enumerate(layers):
        parts = [source if at == 0 else f"Offset({source}, {at})" for at in layer.offsets]
        descriptor = parts[0] if len(parts) == 1 else f"Append({', '.join(parts)})"
        affine, act = f"affine{number}", f"act{number}"
        lines.append(f"component-node name={affine} component={affine} input={descriptor}")
        lines.append(f"component-node name={act} component={act} input={affine}")
        source = act
    return [*lines, f"output-node name=output input={source} objective=linear"]


def _affine(stream: KaldiStream, name: str, layer: Layer) -> None:
    stream.token("<ComponentName>", name, "<FixedAffineComponent>", "<LinearParams>")
    stream.matrix(layer.weight)
    stream.token("<BiasParams>")
    stream.vector(layer.bias)
    stream.token("</FixedAffineComponent>")


def _nonlinearity(stream: KaldiStream, name: str, kind: str, dimension: int) -> None:
    """The training statistics that Kaldi keeps with a nonlinearity are left empty."""
    nothing = np.zeros(0)
    stream.token("<ComponentName>", name, f"<{kind}>", "<Dim>")
    stream.ints(dimension)
    for statistic in ("<ValueAvg>", "<DerivAvg>"):
        stream.token(statistic)
        stream.vector(nothing)
    stream.token("<Count>")
    stream.double(0.0)
    stream.token("<OderivRms>")
    stream.vector(nothing)
    for count in ("<OderivCount>", "<NumDimsSelfRepaired>", "<NumDimsProcessed>"):
        stream.token(count)
        stream.double(0.0)
    stream.token(f"</{kind}>")
