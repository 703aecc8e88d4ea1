"""How much memory this process holds."""

from pathlib import Path


def resident() -> float:
    """Give the resident memory of this process in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
