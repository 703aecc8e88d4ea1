"""Recordings and feature sequences on disk: plain ``.npz`` files, never a pickle.

Sequences of different length are stored end to end with the positions of their ends.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.rehearsal_model.voices import Utterance

Array = NDArray[Any]
#: A phone name as the engine spells it and the second at which it ends.
Segment = tuple[str, float]


@dataclass(frozen=True)
class Recording:
    """An utterance and its sound: int16 samples at 16 kHz."""

    utterance: Utterance
    samples: Array
    segments: list[Segment] = field(default_factory=list)


def save_ragged(path: Path, **sequences: Sequence[Array]) -> None:
    """Store lists of arrays; the file appears whole or not at all."""
    arrays: dict[str, Any] = {}
    for name, parts in sequences.items():
        arrays[name] = np.concatenate(parts)
        arrays[f"{name}_ends"] = np.cumsum([len(part) for part in parts])
    _save(path, arrays)


def load_ragged(path: Path, name: str) -> list[Array]:
    """A list of arrays that ``save_ragged`` stored."""
    with np.load(path, allow_pickle=False) as stored:
        return np.split(stored[name], stored[f"{name}_ends"][:-1])


def save_recordings(path: Path, recordings: Sequence[Recording]) -> None:
    """Store recordings with what was said, by whom, and when."""
    about = [{"utterance": asdict(r.utterance), "segments": r.segments} for r in recordings]
    _save(
        path,
        {
            "samples": np.concatenate([r.samples for r in recordings]),
            "samples_ends": np.cumsum([len(r.samples) for r in recordings]),
            "about": np.array(json.dumps(about)),
        },
    )


def load_recordings(path: Path) -> list[Recording]:
    """The recordings that ``save_recordings`` stored."""
    with np.load(path, allow_pickle=False) as stored:
        about = json.loads(str(stored["about"]))
    return [
        Recording(
            Utterance(**each["utterance"]),
            samples,
            [(phone, end) for phone, end in each["segments"]],
        )
        for each, samples in zip(about, load_ragged(path, "samples"), strict=True)
    ]


def _save(path: Path, arrays: dict[str, Any]) -> None:
    unfinished = path.with_suffix(".tmp.npz")
    np.savez(unfinished, **arrays)
    unfinished.replace(path)
