"""What is remembered, that nothing else is, and that no fault of the disk breaks it."""

import itertools
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assistant.calendar import Appointment, instant
from assistant.errors import BadContent, BadState, MemoryLost
from assistant.events import (
    Appoint,
    CancelAppointments,
    ForgetEverything,
    SetVoice,
    StartNextTimeWith,
    UseQuestion,
    When,
)
from assistant.memory import Memory, appointment_lines, forget_lines, remove_appointment
from assistant.memory_file import COLUMNS, ERASING, FILE, connect, erase
from assistant.wall_clock import Look, Reminded
from tests.memory_writer import LONG_NAME

BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = datetime.fromisoformat("2026-11-22 20:00")
MONDAY = datetime.fromisoformat("2026-11-23 08:30")
NOW = instant(SUNDAY, BERLIN)
NOBODY = 65534
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


# ---- what is remembered -----------------------------------------------------------------------


def test_a_fresh_memory_remembers_nothing(memory: Memory) -> None:
    assert (memory.memories().used, memory.memories().starts) == ({}, 1)
    assert memory.voice() is None
    assert (memory.appointments(), memory.reminded(), memory.last_good()) == ([], {}, 0.0)
    assert not memory.started_fresh


def test_everything_is_there_after_a_restart(memory: Memory, folder: Path) -> None:
    memory.apply(UseQuestion("dreams", 3), NOW)
    memory.apply(UseQuestion("dreams", 17), NOW)
    memory.apply(UseQuestion("light", 0), NOW)
    memory.apply(StartNextTimeWith(2), NOW)
    memory.apply(SetVoice(0.55, 135), NOW)
    memory.apply(Appoint(RITUAL, When("sunday", "8:00")), NOW, zone=BERLIN)
    memory.settle(Look(reminded=(Reminded("kind_word", date(2026, 11, 22)),), last_good=NOW))
    again = reopened(memory, folder)
    assert again.memories().used == {"dreams": {3, 17}, "light": {0}}
    assert again.memories().starts == 2
    assert again.voice() == SetVoice(0.55, 135)
    assert [(one.ritual, f"{one.at}") for one in again.appointments()] == [
        (RITUAL, "2026-11-29 20:00:00")
    ]
    assert again.reminded() == {"kind_word": date(2026, 11, 22)}
    assert again.last_good() == NOW
    again.close()


def test_an_exhausted_deck_begins_again(memory: Memory) -> None:
    for number in range(4):
        memory.apply(UseQuestion("dreams", number), NOW)
    memory.apply(UseQuestion("dreams", 2, forget=("dreams", "light")), NOW)
    assert memory.memories().used == {"dreams": {2}}


def test_a_question_may_be_told_twice(memory: Memory) -> None:
    memory.apply(UseQuestion("dreams", 3), NOW)
    memory.apply(UseQuestion("dreams", 3), NOW)
    assert memory.memories().used == {"dreams": {3}}


def test_a_ritual_has_one_date_and_the_next_one_comes_first(memory: Memory) -> None:
    memory.appoint(RITUAL, SUNDAY)
    memory.appoint("morning-coffee", MONDAY)
    memory.appoint(RITUAL, MONDAY.replace(day=30))
    assert [(one.ritual, one.at.day) for one in memory.appointments()] == [
        ("morning-coffee", 23),
        (RITUAL, 30),
    ]


def test_the_same_time_is_when_the_ritual_began(memory: Memory) -> None:
    memory.apply(Appoint(RITUAL, When("sunday")), NOW + 2400, began=NOW + 120, zone=BERLIN)
    assert memory.appointments()[0].at == SUNDAY.replace(day=29)


def test_cancelling_one_ritual_or_all(memory: Memory) -> None:
    memory.appoint(RITUAL, SUNDAY)
    memory.appoint("couch-date", SUNDAY)
    memory.appoint("morning-coffee", MONDAY)
    memory.apply(CancelAppointments("couch-date"), NOW)
    assert [one.ritual for one in memory.appointments()] == [RITUAL, "morning-coffee"]
    memory.apply(CancelAppointments(), NOW)
    assert memory.appointments() == []


def test_a_day_the_calendar_does_not_know_changes_nothing(memory: Memory) -> None:
    memory.appoint(RITUAL, SUNDAY)
    with pytest.raises(BadContent, match="no such day: 'someday'"):
        memory.apply(Appoint(RITUAL, When("someday")), NOW)
    assert memory.appointments()[0].at == SUNDAY


def test_a_date_that_came_or_was_missed_is_gone(memory: Memory) -> None:
    memory.appoint("bedtime-ten", SUNDAY.replace(day=1))
    memory.appoint(RITUAL, SUNDAY)
    memory.appoint("morning-coffee", MONDAY)
    missed, come, ahead = memory.appointments()
    memory.settle(Look(arrived=(come,), missed=(missed.id,)))
    assert memory.appointments() == [ahead]


def test_a_look_that_found_nothing_writes_nothing(memory: Memory, folder: Path) -> None:
    memory.settle(Look(last_good=NOW))
    before = (folder / FILE).read_bytes()
    memory.settle(Look(last_good=NOW + 3599))
    assert (folder / FILE).read_bytes() == before
    memory.settle(Look(last_good=NOW + 3601))
    assert memory.last_good() == NOW + 3600
    memory.settle(Look(last_good=NOW - 86400))
    assert memory.last_good() == NOW - 86400


def test_the_clock_alone_does_not_bring_a_forgotten_file_back(memory: Memory, folder: Path) -> None:
    memory.forget()
    memory.settle(Look(last_good=NOW))
    assert names(folder) == []
    memory.settle(Look(reminded=(Reminded("kind_word", date(2026, 11, 22)),), last_good=NOW))
    assert names(folder) == [FILE]


# ---- that nothing else is ---------------------------------------------------------------------


def schema(folder: Path) -> dict[str, str]:
    database = sqlite3.connect(folder / FILE)
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE sql != ''")]
    columns = {
        table: ", ".join(row[1] for row in database.execute(f"PRAGMA table_info({table})"))
        for table in tables
    }
    database.close()
    return columns


def test_the_file_holds_these_columns_and_no_others(memory: Memory, folder: Path) -> None:
    assert schema(folder) == COLUMNS
    with pytest.raises(MemoryLost, match="CHECK constraint"), memory._change() as database:
        database.execute("INSERT INTO settings VALUES ('last_session', 1)")


def test_the_order_of_the_questions_is_not_kept(memory: Memory, folder: Path) -> None:
    for number in (30, 4, 12, 1):
        memory.apply(UseQuestion("dreams", number), NOW)
    with connect(folder / FILE) as database:
        rows = database.execute("SELECT number FROM questions").fetchall()
        assert rows == [(1,), (4,), (12,), (30,)]
        with pytest.raises(sqlite3.OperationalError, match="no such column"):
            database.execute("SELECT rowid FROM questions")
    database.close()


def test_only_the_owner_can_read_it(memory: Memory, folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    with memory._change():
        journal = folder / f"{FILE}-journal"
        memory._connected().execute("DELETE FROM settings")
        assert stat.S_IMODE(journal.stat().st_mode) == 0o600


def test_a_file_or_folder_that_others_could_read_is_closed_to_them(
    memory: Memory, folder: Path
) -> None:
    memory.close()
    folder.chmod(0o755)
    (folder / FILE).chmod(0o644)
    Memory.open(folder).close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600


def test_nothing_lies_beside_the_file(memory: Memory, folder: Path) -> None:
    memory.apply(UseQuestion("dreams", 3), NOW)
    assert names(folder) == [FILE]
    memory.close()
    assert names(folder) == [FILE]


# ---- forgetting -------------------------------------------------------------------------------


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


# ---- damage -----------------------------------------------------------------------------------


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


# ---- disks that cannot be written -------------------------------------------------------------


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
def public(tmp_path: Path) -> Path:
    """A folder that everybody can reach, for the time of a test."""
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    return tmp_path


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
        writer(folder, "fill", "60000"), capture_output=True, text=True, check=True
    )
    asked, said = re.fullmatch(r"(\d+) (.*)\n", done.stdout).groups()  # type: ignore[union-attr]
    assert "the memory cannot be read or written" in said
    assert int(asked) > 100
    assert done.stderr == ""
    memory = Memory.open(folder)
    assert not memory.started_fresh
    assert memory.memories().used == {LONG_NAME: set(range(int(asked))), "dreams": {7}}
    memory.close()


# ---- the power is cut ---------------------------------------------------------------------------


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


# ---- the commands -------------------------------------------------------------------------------


def test_the_list_of_dates(memory: Memory) -> None:
    assert appointment_lines(memory, NOW) == ["No dates are agreed."]
    memory.appoint(RITUAL, SUNDAY.replace(day=29))
    memory.appoint("morning-coffee", MONDAY)
    memory.appoint("couch-date", SUNDAY.replace(day=20))
    assert appointment_lines(memory, NOW, BERLIN) == [
        "  3  Friday 20 November 2026, 20:00  couch-date  (missed)",
        "  2  Monday 23 November 2026, 08:30  morning-coffee",
        "  1  Sunday 29 November 2026, 20:00  weekly-check-in",
    ]


def test_removing_a_date(memory: Memory) -> None:
    memory.appoint(RITUAL, SUNDAY)
    assert remove_appointment(memory, 1) == ["Appointment 1 is removed."]
    assert memory.appointments() == []
    with pytest.raises(BadState, match=r"there is no appointment 1 \(see `turntable appointments`"):
        remove_appointment(memory, 1)


def test_an_appointment_says_nothing_but_what_and_when() -> None:
    assert [one.name for one in fields(Appointment)] == ["id", "ritual", "at"]
