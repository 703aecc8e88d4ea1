"""What is replaced is given back to the system, with the allocator told to be thrifty."""

import subprocess
import sys

CHILD = """
import threading
from pathlib import Path
from assistant.footprint import give_back, use_few_arenas

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

told = use_few_arenas()
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


def test_memory_goes_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True)
    assert done.stdout == "True True\n"
