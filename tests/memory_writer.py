"""A child process that writes to a memory until it is killed, or until its disk is full.

``python -m tests.memory_writer FOLDER swap`` forgets a question and remembers the next, for ever;
``cancel`` removes all dates at once, ``cancel-without-journal`` as it must not be done; ``fill
BYTES`` remembers questions on a disk where files grow to that size and no further, then on one that
has room again.
"""

import itertools
import resource
import sys
from pathlib import Path

from assistant.errors import MemoryLost
from assistant.events import CancelAppointments, UseQuestion
from assistant.memory import Memory

LONG_NAME = "deck-" * 30


def swap(memory: Memory) -> None:
    """Tell each question once it is on the disk in the place of the one before."""
    (asked,) = memory.memories().used.get("dreams", {0})
    for number in itertools.count(asked + 1):
        memory.apply(UseQuestion("dreams", number, forget=("dreams",)), 0.0)
        print(number, flush=True)


def fill(memory: Memory, size: int) -> None:
    """Tell how many questions were remembered when the disk was full, and how it was said."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    asked = 0
    try:
        for asked in range(10_000):
            memory.apply(UseQuestion(LONG_NAME, asked), 0.0)
    except MemoryLost as error:
        print(asked, error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    memory.apply(UseQuestion("dreams", 7), 0.0)


def main(folder: Path, what: str, value: str = "") -> None:
    """Open the memory and write."""
    memory = Memory.open(folder)
    match what:
        case "swap":
            swap(memory)
        case "cancel":
            memory.apply(CancelAppointments(), 0.0)
        case "cancel-without-journal":
            memory._connected().execute("PRAGMA journal_mode = OFF")
            memory.apply(CancelAppointments(), 0.0)
        case "fill":
            fill(memory, int(value))
    memory.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
