"""Running the `turntable` command as its users do, in a process and a home of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended.

    Attributes:
        code: its exit code.
        out, err: what it wrote.
    """

    code: int
    out: str
    err: str


def turntable(
    *words: str,
    typed: str = "",
    home: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run the command with an empty home, or with `home`, and give how it ended."""
    with tempfile.TemporaryDirectory() as empty:
        folder = str(home or empty)
        around = (
            dict(os.environ)
            | {
                "HOME": folder,
                "XDG_CONFIG_HOME": f"{folder}/config",
                "XDG_STATE_HOME": f"{folder}/state",
                "COLUMNS": "100",
            }
            | dict(environment or {})
        )
        done = subprocess.run(
            [sys.executable, "-m", "assistant.cli", *words],
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=around,
            timeout=100,
        )
    return Ended(done.returncode, done.stdout, done.stderr)
