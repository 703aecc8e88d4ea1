"""Python processes for tests that seal them."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

_BEGINNING = """\
import sys
from pathlib import Path
from assistant.privacy import Layer, seal
STATE = Path(sys.argv[1])
"""


def run_python(
    code: str,
    state_folder: Path,
    environment: Mapping[str, str] | None = None,
    before: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """Run code that finds `seal`, `Layer` and ``STATE``; gives what it printed.

    Args:
        code: Python.
        state_folder: becomes ``STATE``.
        environment: variables to add.
        before: a program, with its arguments, that becomes the Python process.
    """
    command = [*before, sys.executable, "-c", _BEGINNING + textwrap.dedent(code), str(state_folder)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **(environment or {})},
    )
