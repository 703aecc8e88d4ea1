"""`turntable check` tells which layers of the seal hold here, by trying them on."""

import subprocess
from pathlib import Path

import pytest

from assistant.errors import SealBroken
from assistant.privacy import Layer, trial


def test_the_layers_that_hold_here_are_told() -> None:
    layers = trial.layers_here()
    assert {Layer.AUDIT, Layer.SECCOMP, Layer.NO_DUMPS} <= set(layers)


def test_the_trial_leaves_this_process_open() -> None:
    trial.layers_here()
    assert subprocess.run(["true"], check=True).returncode == 0


def test_a_seal_that_cannot_be_put_on_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SealBroken, match="missing: there is no state folder here"):
        trial.sealed_with(tmp_path / "missing")
