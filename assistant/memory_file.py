"""The memory's one file: making it, telling whether it is whole, erasing it for good.

- Every commit is on the disk when it returns, so a power cut leaves the old state or the new one.
  The rollback journal is gone after each commit, and SQLite writes nowhere else.
- What is removed is overwritten with zeros (`secure_delete`), and `erase` overwrites the whole file
  before it deletes it. A flash card may keep old copies of a block that no program can reach.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

FILE = "memory.sqlite3"
ERASING = "memory.sqlite3.erasing"
"""The name a file has while it is overwritten: from the renaming on it is forgotten."""
VERSION = 1
PATIENCE = 1.0
"""Seconds to wait for another process (`turntable appointments`) that is writing."""

SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS questions (
    deck TEXT NOT NULL, number INTEGER NOT NULL CHECK (number >= 0), PRIMARY KEY (deck, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS appointments (
    id INTEGER PRIMARY KEY, ritual TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M', at))
) STRICT;
CREATE TABLE IF NOT EXISTS reminders (
    kind TEXT PRIMARY KEY, day TEXT NOT NULL CHECK (day IS date(day))
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS settings (
    name TEXT PRIMARY KEY CHECK (name IN ('starts', 'volume', 'rate', 'last_good')),
    value REAL NOT NULL CHECK (value BETWEEN 0 AND 1e12)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = {VERSION};
COMMIT;
"""
COLUMNS = {
    "questions": "deck, number",
    "appointments": "id, ritual, at",
    "reminders": "kind, day",
    "settings": "name, value",
}


def _uri(file: Path) -> str:
    return f"{file.absolute().as_uri()}?mode=rw"


def connect(file: Path) -> sqlite3.Connection:
    """A connection whose every commit is on the disk, and which writes nowhere else."""
    if file.stat().st_mode & 0o077:
        file.chmod(0o600)
    database = sqlite3.connect(_uri(file), uri=True, timeout=PATIENCE, isolation_level=None)
    try:
        for pragma in (
            "journal_mode = DELETE",
            "synchronous = EXTRA",
            "secure_delete = ON",
            "temp_store = MEMORY",
            "trusted_schema = OFF",
        ):
            database.execute(f"PRAGMA {pragma}")
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            database.executescript(SCHEMA)
        elif version != VERSION:
            raise sqlite3.DatabaseError(f"written by another version ({version})")
    except sqlite3.Error:
        database.close()
        raise
    return database


def verify(database: sqlite3.Connection) -> None:
    """Read everything once.

    Raises:
        sqlite3.DatabaseError: something in it cannot be read, or is not what it must be.
    """
    found = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(str(found))
    for table, columns in COLUMNS.items():
        database.execute(f"SELECT {columns} FROM {table}").fetchall()  # noqa: S608 (our own names)


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the file itself is unusable, rather than the disk it lies on."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}


def keep_aside(file: Path) -> None:
    """Rename a damaged file to the next free name."""
    number = 1
    while (aside := file.with_name(f"{file.name}.damaged-{number}")).exists():
        number += 1
    file.rename(aside)


def erase(folder: Path) -> bool:
    """Overwrite and delete the memory, and damaged ones kept aside; false if there was none.

    Raises:
        OSError: a file cannot be overwritten or deleted.
    """
    main, erasing = folder / FILE, folder / ERASING
    with _alone_with(main):
        if main.exists():
            if erasing.exists():
                _overwrite(erasing)
            main.rename(erasing)
        files = sorted(folder.glob(f"{FILE}*"), key=lambda file: file == erasing)
        for file in files:
            _overwrite(file)
    if files:
        with _descriptor(folder, os.O_RDONLY | os.O_DIRECTORY) as descriptor:
            os.fsync(descriptor)
    return bool(files)


@contextlib.contextmanager
def _alone_with(file: Path) -> Iterator[None]:
    """Keep the running assistant from writing meanwhile, where the file can still be read."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(sqlite3.Error):
            database = sqlite3.connect(_uri(file), uri=True, timeout=PATIENCE, isolation_level=None)
            stack.callback(database.close)
            database.execute("BEGIN EXCLUSIVE")
        yield


def _overwrite(file: Path) -> None:
    """Write zeros over a file and delete it; it is deleted also where it cannot be written."""
    try:
        with _descriptor(file, os.O_WRONLY | os.O_NOFOLLOW) as descriptor:
            os.write(descriptor, bytes(os.fstat(descriptor).st_size))
            os.fsync(descriptor)
    finally:
        file.unlink()


@contextlib.contextmanager
def _descriptor(path: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
