"""Disks that cannot be written, and the power cut at any write: nothing is lost or half done."""

import itertools
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from assistant.errors import BadState, MemoryLost
from assistant.events import StartNextTimeWith, UseQuestion
from assistant.memory import Memory
from assistant.memory_file import FILE
from tests.memory_writer import LONG_NAME

SUNDAY = datetime.fromisoformat("2026-11-22 20:00")
NOW = SUNDAY.timestamp()
NOBODY = 65534
RITUAL = "weekly-check-in"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the memory lies; not made yet."""
    return tmp_path / "state"


@pytest.fixture
def memory(folder: Path) -> Iterator[Memory]:
    """A fresh memory."""
    memory = Memory.open(folder)
    yield memory
    memory.close()


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


# ---- disks that cannot be written -----------------------------------------------------------


@contextmanager
def without_write_permission(folder: Path) -> Iterator[None]:
    """Nobody may write in this folder; for root that means becoming nobody, in a public place."""
    folder.chmod(0o500)
    root = os.geteuid() == 0
    if root:
        for path in (folder, *folder.iterdir()):
            os.chown(path, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o700)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that nobody can reach, too; pytest's own are closed to all but their owner."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def test_a_file_in_place_of_the_folder_is_one_clear_line(tmp_path: Path) -> None:
    place = tmp_path / "state"
    place.touch()
    with pytest.raises(BadState) as caught:
        Memory.open(place)
    line = str(caught.value)
    assert str(place) in line
    assert "the memory cannot be opened: File exists" in line
    assert "check the folder's permissions" in line
    assert "\n" not in line


def test_a_folder_in_place_of_the_file_is_one_clear_line(folder: Path) -> None:
    (folder / FILE).mkdir(parents=True)
    with pytest.raises(BadState, match="the memory cannot be opened"):
        Memory.open(folder)


def test_a_folder_without_permission_is_one_clear_line(public: Path) -> None:
    with without_write_permission(public):
        for place in (public, public / "state"):
            with pytest.raises(BadState, match="Permission denied"):
                Memory.open(place)


def test_a_disk_that_becomes_read_only_can_still_be_read(public: Path) -> None:
    memory = Memory.open(public)
    memory.apply(UseQuestion("light", 1), NOW)
    memory.close()
    with without_write_permission(public):
        memory = Memory.open(public)
        assert memory.memories().used == {"light": {1}}
        with pytest.raises(MemoryLost):
            memory.apply(UseQuestion("light", 2), NOW)
        with pytest.raises(MemoryLost):
            memory.forget()
        assert memory.memories().used == {"light": {1}}
    memory.apply(UseQuestion("light", 2), NOW)
    assert memory.memories().used == {"light": {1, 2}}
    memory.close()


def test_another_process_that_never_stops_writing_is_not_waited_for(
    memory: Memory, folder: Path
) -> None:
    other = sqlite3.connect(folder / FILE, isolation_level=None)
    memory._connected().execute("PRAGMA busy_timeout = 1")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(MemoryLost, match="locked"):
        memory.apply(UseQuestion("light", 1), NOW)
    other.close()
    memory.apply(UseQuestion("light", 1), NOW)
    assert memory.memories().used == {"light": {1}}


def writer(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-B", "-m", "tests.memory_writer", str(folder), *words]


def test_a_full_disk_loses_nothing_that_was_remembered_and_is_left_behind(folder: Path) -> None:
    done = subprocess.run(
        writer(folder, "fill", "48000"), capture_output=True, text=True, check=True
    )
    asked, said = re.fullmatch(r"(\d+) (.*)\n", done.stdout).groups()  # type: ignore[union-attr]
    assert "the memory cannot be read or written" in said
    assert int(asked) > 20
    assert done.stderr == ""
    memory = Memory.open(folder)
    assert not memory.started_fresh
    assert memory.memories().used == {LONG_NAME: set(range(int(asked))), "dreams": {7}}
    memory.close()


# ---- the power is cut -----------------------------------------------------------------------


def test_killed_at_any_moment_it_keeps_all_that_was_written_and_nothing_by_halves(
    folder: Path,
) -> None:
    told = 0
    for written_before_the_kill in (1, 2, 3, 5, 8):
        with subprocess.Popen(writer(folder, "swap"), stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for _ in range(written_before_the_kill):
                told = int(child.stdout.readline())
            child.kill()
            told = max([told, *(int(line) for line in child.stdout if line.endswith("\n"))])
        memory = Memory.open(folder)
        assert not memory.started_fresh
        (asked,) = memory.memories().used["dreams"]
        assert asked in {told, told + 1}
        memory.apply(StartNextTimeWith(2), NOW)  # a journal that was only begun goes now
        memory.close()
        assert names(folder) == [FILE]


CALLS = ("pwrite64", "fdatasync", "unlink")
"""The system calls that change a disk."""


def can_trace() -> bool:
    """Whether strace is here and may trace."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], check=False).returncode == 0


@pytest.fixture
def one_date(folder: Path) -> Path:
    """A memory with a date, closed."""
    memory = Memory.open(folder)
    memory.appoint(RITUAL, SUNDAY)
    memory.close()
    return folder


def killed_before(call: str, number: int, folder: Path, what: str = "cancel") -> bool:
    """Cancel the dates in a child that is killed before its nth system call of a kind, if any."""
    inject = f"inject={call}:signal=SIGKILL:when={number}"
    command = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject]
    done = subprocess.run([*command, *writer(folder, what)], check=False)
    return done.returncode != 0


@pytest.mark.skipif(not can_trace(), reason="strace is missing or may not trace here")
@pytest.mark.parametrize("call", CALLS)
def test_killed_before_each_single_write_it_is_in_the_old_state_or_the_new(
    one_date: Path, tmp_path: Path, call: str
) -> None:
    kept = []
    for number in itertools.count(1):
        copy = shutil.copytree(one_date, tmp_path / f"killed-{number}")
        killed = killed_before(call, number, copy)
        memory = Memory.open(copy)
        assert not memory.started_fresh
        kept.append(len(memory.appointments()))
        memory.close()
        if not killed:
            break
    assert kept == sorted(kept, reverse=True)
    assert (kept[0], kept[-1]) == (1, 0)


@pytest.mark.skipif(not can_trace(), reason="strace is missing or may not trace here")
def test_without_a_journal_it_would_not_be(one_date: Path) -> None:
    assert killed_before("pwrite64", 3, one_date, "cancel-without-journal")
    memory = Memory.open(one_date)
    assert memory.started_fresh
    memory.close()


@pytest.mark.skipif(not can_trace(), reason="strace is missing or may not trace here")
def test_the_old_state_is_on_the_disk_before_it_is_written_over(
    one_date: Path, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    command = ["strace", "-f", "-y", "-o", str(trace), "-e", "trace=pwrite64,fdatasync,unlink"]
    subprocess.run([*command, *writer(one_date, "cancel")], check=True)
    calls = r"(pwrite64|fdatasync|unlink)\([^/]*/[^\">]*?([^/\">]+)[\">]"
    steps = [f"{found[1]} {found[2]}" for found in re.finditer(calls, trace.read_text())]
    journal = f"{FILE}-journal"
    assert [step for step, _ in itertools.groupby(steps)] == [
        f"pwrite64 {journal}",
        f"fdatasync {journal}",
        f"fdatasync {one_date.name}",
        f"pwrite64 {journal}",
        f"fdatasync {journal}",
        f"pwrite64 {FILE}",
        f"fdatasync {FILE}",
        f"unlink {journal}",
        f"fdatasync {one_date.name}",
    ]
