"""What is remembered, and that nothing else is."""

import sqlite3
import stat
from collections.abc import Iterator
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
    SetVoice,
    StartNextTimeWith,
    UseQuestion,
    When,
)
from assistant.memory import Memory, appointment_lines, remove_appointment
from assistant.memory_file import COLUMNS, FILE, connect
from assistant.wall_clock import Look, Reminded

BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = datetime.fromisoformat("2026-11-22 20:00")
MONDAY = datetime.fromisoformat("2026-11-23 08:30")
NOW = instant(SUNDAY, BERLIN)
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


def reopened(memory: Memory, folder: Path) -> Memory:
    memory.close()
    return Memory.open(folder)


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


# ---- what is remembered ---------------------------------------------------------------------


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


# ---- that nothing else is -------------------------------------------------------------------


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


# ---- the commands ---------------------------------------------------------------------------


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
