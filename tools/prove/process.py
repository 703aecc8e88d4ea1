"""How a running process keeps its memory to itself, as the kernel tells it."""

from dataclasses import dataclass
from pathlib import Path

from tools.prove.trace import Trace

_SECCOMP_FILTER = "2"


@dataclass(frozen=True, slots=True)
class Fact:
    """One property.

    Attributes:
        name: of what.
        value: what it is.
        well: it is as promised.
    """

    name: str
    value: str
    well: bool


def facts_of(process: int) -> list[Fact]:
    """Look at a process that runs."""
    folder = Path(f"/proc/{process}")
    status = _table(folder / "status")
    threads = [_table(thread / "status") for thread in (folder / "task").iterdir()]
    cores = _core_limit(folder / "limits")
    locked = status.get("VmLck", "0 kB")
    filtered = all(thread.get("Seccomp") == _SECCOMP_FILTER for thread in threads)
    bound = all(thread.get("NoNewPrivs") == "1" for thread in threads)
    swapped = status.get("VmSwap", "0 kB")
    return [
        Fact("core file, at most", f"{cores} bytes", cores == "0"),
        Fact("memory in the swap", swapped, swapped == "0 kB"),
        Fact(
            "memory locked",
            "all that is used" if locked != "0 kB" else "not allowed to this user",
            well=True,
        ),
        Fact("seccomp filter", f"{'on' if filtered else 'not on'} all threads", filtered),
        Fact("new privileges", "none, ever" if bound else "possible", bound),
    ]


def dumpable_fact(trace: Trace) -> Fact:
    """Whether other programs may read its memory; only the trace tells that of a root process."""
    value = "possible" if trace.dumpable else "refused"
    return Fact("core dumps and debuggers", value, not trace.dumpable)


def _table(file: Path) -> dict[str, str]:
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    pairs = (line.partition(":") for line in lines)
    return {name: value.strip() for name, _, value in pairs}


def _core_limit(file: Path) -> str:
    """The hard limit."""
    for line in file.read_text(encoding="ascii").splitlines():
        if line.startswith("Max core file size"):
            return line.split()[-2]
    return "unknown"
