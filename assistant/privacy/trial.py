"""Which layers of the seal hold on this machine, tried out in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.errors import SealBroken, TurntableError
from assistant.privacy.seal import Layer, seal

_LIMIT = 20.0
"""Seconds; it takes half of one."""


def layers_here() -> tuple[Layer, ...]:
    """Seal another process, and ask it.

    Raises:
        SealBroken: the seal cannot be put on here; says why.
    """
    with TemporaryDirectory(prefix="turntable-") as folder:
        return sealed_with(Path(folder))


def sealed_with(state_folder: Path) -> tuple[Layer, ...]:
    """The same with a state folder that is there."""
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(state_folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=_LIMIT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    if done.returncode != 0:
        raise SealBroken((done.stderr.strip().splitlines() or ["the seal does not say why"])[-1])
    return tuple(Layer[name] for name in done.stdout.split())


def main() -> int:
    """Seal this process and print the layers; gives the exit code."""
    try:
        sealed = seal(Path(sys.argv[1]))
    except TurntableError as error:
        print(error, file=sys.stderr)
        return 1
    print(*(layer.name for layer in sealed.layers))
    return 0


if __name__ == "__main__":
    sys.exit(main())
