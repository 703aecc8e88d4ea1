"""The one file: it is erased for good, and a damaged one is kept aside."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from assistant.errors import BadState, MemoryLost
from assistant.events import (
    CancelAppointments,
    ForgetEverything,
    StartNextTimeWith,
    UseQuestion,
)
from assistant.memory import Memory, forget_lines
from assistant.memory_file import ERASING, FILE, erase
from tests.memory_writer import LONG_NAME

SUNDAY = datetime.fromisoformat("2026-11-22 20:00")
NOW = SUNDAY.timestamp()
RITUAL = "weekly-check-in"
CANARY = "canary-deck-9Q7"


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


def reopened(memory: Memory, folder: Path) -> Memory:
    memory.close()
    return Memory.open(folder)


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


# ---- forgetting -----------------------------------------------------------------------------


def ask_many(memory: Memory, deck: str) -> None:
    """Fill several pages of the file at once."""
    with memory._change() as database:
        rows = [(deck, number) for number in range(300)]
        database.executemany("INSERT INTO questions VALUES (?, ?)", rows)


def remember_the_canary(memory: Memory) -> None:
    ask_many(memory, CANARY)
    memory.appoint(CANARY, SUNDAY)


def test_what_is_removed_is_not_in_the_raw_bytes_any_more(memory: Memory, folder: Path) -> None:
    remember_the_canary(memory)
    assert CANARY.encode() in (folder / FILE).read_bytes()
    memory.apply(CancelAppointments(), NOW)
    memory.apply(UseQuestion("light", 1, forget=(CANARY,)), NOW)
    assert CANARY.encode() not in (folder / FILE).read_bytes()


def test_without_secure_delete_it_would_be(memory: Memory, folder: Path) -> None:
    remember_the_canary(memory)
    memory._connected().execute("PRAGMA secure_delete = OFF")
    memory.apply(CancelAppointments(), NOW)
    memory.apply(UseQuestion("light", 1, forget=(CANARY,)), NOW)
    assert CANARY.encode() in (folder / FILE).read_bytes()


def test_forget_everything_by_voice(memory: Memory, folder: Path) -> None:
    remember_the_canary(memory)
    descriptor = os.open(folder / FILE, os.O_RDONLY)  # sees the bytes after the file is deleted
    memory.apply(ForgetEverything(), NOW)
    assert names(folder) == []
    assert set(os.pread(descriptor, 1 << 20, 0)) == {0}
    os.close(descriptor)
    assert memory.memories().used == {}
    assert memory.appointments() == []
    assert memory.voice() is None
    assert names(folder) == []
    memory.apply(StartNextTimeWith(2), NOW)
    assert memory.memories().starts == 2
    assert names(folder) == [FILE]


def test_forget_by_command_erases_also_what_was_kept_aside(folder: Path) -> None:
    memory = Memory.open(folder)
    remember_the_canary(memory)
    memory.close()
    damaged = folder / f"{FILE}.damaged-1"
    shutil.copy(folder / FILE, damaged)
    (folder / f"{FILE}-journal").write_bytes(CANARY.encode())
    (folder / "something-else").touch()
    assert forget_lines(folder) == ["Everything is erased."]
    assert names(folder) == ["something-else"]
    assert forget_lines(folder) == ["There was nothing to erase."]
    assert forget_lines(folder / "nowhere") == ["There was nothing to erase."]


def test_forget_by_command_while_the_assistant_runs(memory: Memory, folder: Path) -> None:
    remember_the_canary(memory)
    assert forget_lines(folder) == ["Everything is erased."]
    assert memory.memories().used == {}
    memory.apply(UseQuestion("light", 1), NOW)
    assert memory.memories().used == {"light": {1}}
    assert CANARY.encode() not in (folder / FILE).read_bytes()


def test_forget_by_command_does_not_wait_for_an_assistant_that_hangs_while_writing(
    memory: Memory, folder: Path
) -> None:
    remember_the_canary(memory)
    with pytest.raises(MemoryLost), memory._change() as database:  # noqa: PT012 (erased in a change)
        database.execute("DELETE FROM questions")
        assert erase(folder)
    assert names(folder) == []
    memory.apply(UseQuestion("light", 1), NOW)
    assert memory.memories().used == {"light": {1}}


def test_a_power_cut_while_forgetting_is_made_up_for_at_the_next_start(folder: Path) -> None:
    memory = Memory.open(folder)
    remember_the_canary(memory)
    memory.close()
    (folder / FILE).rename(folder / ERASING)
    (folder / f"{FILE}.damaged-1").write_bytes(b"kept aside")
    memory = Memory.open(folder)
    assert memory.memories().used == {}
    assert names(folder) == [FILE]
    memory.close()


def test_erasing_does_not_follow_a_link_out_of_the_folder(folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    outside = tmp_path / "letters"
    outside.write_text("dear")
    (folder / f"{FILE}.damaged-1").symlink_to(outside)
    with pytest.raises(BadState, match="cannot be erased"):
        forget_lines(folder)
    assert outside.read_text() == "dear"
    assert names(folder) == []


# ---- damage ---------------------------------------------------------------------------------


def damaged_files(memory: Memory, folder: Path) -> dict[str, bytes]:
    """A whole memory, damaged in every way we can think of."""
    ask_many(memory, LONG_NAME)
    memory.appoint(RITUAL, SUNDAY)
    memory.close()
    whole = (folder / FILE).read_bytes()

    def edited(*statements: str) -> bytes:
        copy = folder / "copy"
        copy.write_bytes(whole)
        database = sqlite3.connect(copy)
        for statement in ("PRAGMA ignore_check_constraints = ON", *statements):
            database.execute(statement)
        database.commit()
        database.close()
        changed = copy.read_bytes()
        copy.unlink()
        return changed

    return {
        "not a database": b"hello\n" * 300,
        "zeros": bytes(len(whole)),
        "cut in half": whole[: len(whole) // 2],
        "a page of noise": whole[:4096] + bytes(range(256)) * 16 + whole[8192:],
        "one sector": b"SQLite format 3\0" + bytes(496),
        "a date that is none": edited("UPDATE appointments SET at = 'soon'"),
        "a day that is none": edited("INSERT INTO reminders VALUES ('kind_word', 'monday')"),
        "a number without end": edited("INSERT INTO settings VALUES ('starts', 9e999)"),
        "a table gone": edited("DROP TABLE settings"),
        "a column gone": edited("ALTER TABLE questions RENAME COLUMN number TO place"),
        "of a later version": edited("PRAGMA user_version = 99"),
    }


def test_a_damaged_file_is_kept_aside_and_a_fresh_one_begun(memory: Memory, folder: Path) -> None:
    for name, content in damaged_files(memory, folder).items():
        shutil.rmtree(folder)
        folder.mkdir()
        (folder / FILE).write_bytes(content)
        fresh = Memory.open(folder)
        assert fresh.started_fresh, name
        assert names(folder) == [FILE, f"{FILE}.damaged-1"], name
        assert (folder / f"{FILE}.damaged-1").read_bytes() == content, name
        fresh.apply(UseQuestion("light", 1), NOW)
        fresh = reopened(fresh, folder)
        assert not fresh.started_fresh, name
        assert fresh.memories().used == {"light": {1}}, name
        fresh.close()


def test_every_damaged_file_gets_its_own_name(folder: Path) -> None:
    folder.mkdir()
    for number in (1, 2):
        (folder / FILE).write_bytes(b"damage %d" % number)
        Memory.open(folder).close()
    assert names(folder) == [FILE, f"{FILE}.damaged-1", f"{FILE}.damaged-2"]
    assert (folder / f"{FILE}.damaged-2").read_bytes() == b"damage 2"


def test_a_journal_without_its_file_is_not_taken_for_the_next_ones(folder: Path) -> None:
    memory = Memory.open(folder)
    memory.appoint(RITUAL, SUNDAY)
    with memory._change() as database:
        database.execute("DELETE FROM appointments")
        journal = (folder / f"{FILE}-journal").read_bytes()
    memory.forget()
    (folder / f"{FILE}-journal").write_bytes(journal)
    memory = Memory.open(folder)
    assert memory.appointments() == []
    assert names(folder) == [FILE]
    memory.close()


def test_an_empty_file_is_a_fresh_memory(folder: Path) -> None:
    folder.mkdir()
    (folder / FILE).touch()
    memory = Memory.open(folder)
    assert not memory.started_fresh
    assert memory.memories().starts == 1
    memory.close()


def test_damage_while_it_runs_is_told_and_mended_by_opening_anew(
    memory: Memory, folder: Path
) -> None:
    memory.apply(UseQuestion("light", 1), NOW)
    (folder / FILE).write_bytes(b"not a database at all" * 400)
    with pytest.raises(MemoryLost, match="cannot be read or written"):
        memory.memories()
    with pytest.raises(MemoryLost):
        memory.apply(UseQuestion("light", 2), NOW)
    again = reopened(memory, folder)
    assert again.started_fresh
    again.close()
