"""`turntable check` tells which layers of the seal hold here, by trying them on."""

import subprocess
import sys
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


def test_the_assistant_does_not_load_the_code_that_goes_online() -> None:
    code = """
import sys, assistant.live, assistant.verbs.run, assistant.verbs.status
hearing = ("assistant.hearing.fetch", "assistant.hearing.download")
print(*(name for name in ("requests", "urllib3", "http.client", *hearing) if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
