"""What is replaced is given back to the system, with the allocator told to be thrifty."""

import subprocess
import sys

import pytest

from assistant import footprint
from assistant.footprint import HOUR, SOON, Housekeeping

CHILD = """
import threading
from pathlib import Path
from assistant.footprint import be_thrifty, give_back

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

told = be_thrifty()
kept = []
def fill():
    kept.append([bytes(200) for _ in range(100_000)])
threads = [threading.Thread(target=fill) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
full = resident()
kept.clear()
give_back()
print(told, full - resident() > 50_000_000)
"""


BIG_BLOCKS = """
import sys
from pathlib import Path
from assistant.footprint import be_thrifty

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

if sys.argv[1] == "thrifty":
    be_thrifty()
del [b"x" * 2**20][:]  # the allocator learns from the first big block that goes
kept, small = [], []
for _ in range(100):
    kept.append(b"x" * 500_000)
    small.append(bytes(3_000))
full = resident()
kept.clear()
print(full - resident() > 45_000_000)
"""


@pytest.mark.parametrize(("told", "back"), [("thrifty", "True\n"), ("nothing", "False\n")])
def test_big_blocks_go_back_at_once_whatever_lies_beside_them(told: str, back: str) -> None:
    command = [sys.executable, "-c", BIG_BLOCKS, told]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == back


def test_memory_goes_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True)
    assert done.stdout == "True True\n"


class TestHousekeeping:
    """Once an hour, or soon after something was replaced, and never in a ritual."""

    @pytest.fixture
    def done(self, monkeypatch: pytest.MonkeyPatch) -> list[None]:
        done: list[None] = []
        monkeypatch.setattr(footprint, "give_back", lambda: done.append(None))
        return done

    def test_once_an_hour(self, done: list[None]) -> None:
        keeping = Housekeeping(100.0)
        for second in range(100, 100 + 2 * round(HOUR) + 1):
            keeping.look(float(second), quiet=True)
        assert len(done) == 2

    def test_a_ritual_does_not_wait_for_it(self, done: list[None]) -> None:
        keeping = Housekeeping(0.0)
        keeping.look(5 * HOUR, quiet=False)
        assert done == []
        keeping.look(5 * HOUR + 1.0, quiet=True)
        assert len(done) == 1

    def test_soon_after_a_reload(self, done: list[None]) -> None:
        keeping = Housekeeping(0.0)
        keeping.soon(10.0)
        keeping.look(10.0 + SOON - 1.0, quiet=True)
        assert done == []
        keeping.look(10.0 + SOON, quiet=False)
        assert len(done) == 1
        keeping.look(10.0 + SOON + 2 * HOUR, quiet=False)
        assert len(done) == 1
