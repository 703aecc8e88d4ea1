"""The little it remembers, in one SQLite file that only its owner can read.

Questions used, who starts, agreed dates, the day of the last reminder, how the voice was set, and
the last time the clock was known to be good. Nothing about what was said and no history: the order
in which questions were asked is not kept either, and a date is gone once it has come.

Every change is one transaction, and what is removed is overwritten; `memory_file` says how. A file
that cannot be read is kept aside, and a fresh one is begun.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any, Self

from assistant.calendar import Appointment, instant, resolve
from assistant.conversation.household import Memories
from assistant.errors import BadState, MemoryLost
from assistant.events import (
    Appoint,
    CancelAppointments,
    ForgetEverything,
    SetVoice,
    StartNextTimeWith,
    UseQuestion,
)
from assistant.memory_file import ERASING, FILE, connect, erase, is_damage, keep_aside, verify
from assistant.wall_clock import HOUR, Look

Remembering = (
    UseQuestion | StartNextTimeWith | SetVoice | Appoint | CancelAppointments | ForgetEverything
)
"""The commands of a conversation that change what is remembered."""


class Memory:
    """The memory of one household. Used by one thread.

    Every method raises MemoryLost when the file cannot be read or written just now (disk full or
    read-only): what is on the disk stays whole, and later calls try again.
    """

    def __init__(self, folder: Path) -> None:
        """See `open`."""
        self._file = folder / FILE
        self._database: sqlite3.Connection | None = None
        self._inode = 0
        self.started_fresh = False
        """A damaged file was kept aside as `memory.sqlite3.damaged-<n>`."""

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the memory in a folder, making both where they are missing.

        Raises:
            BadState: the folder or the file in it cannot be made or read; one line.
        """
        memory = cls(folder)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_mode & 0o077:
                folder.chmod(0o700)
            if (folder / ERASING).exists():  # the power was cut while it was being forgotten
                erase(folder)
            memory._open_whole()
        except (OSError, sqlite3.Error) as error:
            problem = f"the memory cannot be opened: {getattr(error, 'strerror', None) or error}"
            remedy = "check the folder's permissions and the space on its disk"
            raise BadState(problem, file=memory._file, remedy=remedy) from error
        return memory

    def close(self) -> None:
        """Let go of the file; nothing is left beside it."""
        if self._database is not None:
            self._database.close()
            self._database = None

    # ---- what is remembered ---------------------------------------------------------------------

    def memories(self) -> Memories:
        """What a conversation begins with."""
        remembered = Memories(starts=int(self._setting("starts", 1)))
        for deck, number in self._rows("SELECT deck, number FROM questions"):
            remembered.used.setdefault(str(deck), set()).add(int(number))
        return remembered

    def voice(self) -> SetVoice | None:
        """Loudness and speed as they were last set by voice."""
        rate = self._setting("rate", 0)
        return SetVoice(self._setting("volume", 0), int(rate)) if rate else None

    def appointments(self) -> list[Appointment]:
        """The agreed dates, the first one first; also those that were missed."""
        rows = self._rows("SELECT id, ritual, at FROM appointments ORDER BY at, id")
        return [
            Appointment(int(row[0]), str(row[1]), datetime.fromisoformat(str(row[2])))
            for row in rows
        ]

    def reminded(self) -> dict[str, date]:
        """By kind, the day on which a reminder last came."""
        rows = self._rows("SELECT kind, day FROM reminders")
        return {str(kind): date.fromisoformat(str(day)) for kind, day in rows}

    def last_good(self) -> float:
        """The last time known to be good, in seconds since 1970, to the hour; 0 if none is."""
        return self._setting("last_good", 0)

    # ---- remembering ----------------------------------------------------------------------------

    def apply(
        self,
        command: Remembering,
        now: float,
        *,
        began: float | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        """Do what a conversation asks the memory to do.

        Args:
            command: what to remember or to forget.
            now: wall clock, seconds since 1970.
            began: the same, when the ritual of an `Appoint` began.
            zone: of the household; None is the system's.

        Raises:
            BadContent: an `Appoint` with a day or time the calendar does not know.
        """
        match command:
            case UseQuestion():
                self._use_question(command)
            case StartNextTimeWith(partner=partner):
                self._keep(starts=partner)
            case SetVoice(volume=volume, rate=rate):
                self._keep(volume=volume, rate=rate)
            case Appoint(ritual=ritual, when=when):
                self.appoint(ritual, resolve(when, now, zone, began=began))
            case CancelAppointments(ritual=ritual):
                with self._change() as database:
                    database.execute("DELETE FROM appointments WHERE ? IN ('', ritual)", (ritual,))
            case ForgetEverything():
                self.forget()

    def appoint(self, ritual: str, at: datetime) -> None:
        """Keep a date, a local time; a ritual has one, so this takes the place of an older one."""
        with self._change() as database:
            database.execute("DELETE FROM appointments WHERE ritual = ?", (ritual,))
            moment = at.isoformat(timespec="minutes")
            database.execute(
                "INSERT INTO appointments (ritual, at) VALUES (?, ?)", (ritual, moment)
            )

    def remove(self, number: int) -> bool:
        """Drop the date with this id; false if there is none."""
        with self._change() as database:
            found = database.execute("DELETE FROM appointments WHERE id = ?", (number,))
            return found.rowcount > 0

    def settle(self, look: Look) -> None:
        """Write down what a look at the clock found; nothing is written if it found nothing.

        The good time alone is written once an hour, and is no reason to make a forgotten file anew.
        """
        kept = look.last_good // HOUR * HOUR
        gone = [(one.id,) for one in look.arrived] + [(number,) for number in look.missed]
        news = gone or look.reminded
        if not news and (kept == self.last_good() or not self._file.exists()):
            return
        with self._change() as database:
            database.executemany("DELETE FROM appointments WHERE id = ?", gone)
            days = [(one.kind, one.day.isoformat()) for one in look.reminded]
            database.executemany("REPLACE INTO reminders VALUES (?, ?)", days)
            database.execute("REPLACE INTO settings VALUES ('last_good', ?)", (kept,))

    def forget(self) -> None:
        """Erase everything for good; the file is gone until something is remembered again."""
        self.close()
        try:
            erase(self._file.parent)
        except OSError as error:
            raise _lost(error) from error

    def _use_question(self, command: UseQuestion) -> None:
        with self._change() as database:
            decks = [(deck,) for deck in command.forget]
            database.executemany("DELETE FROM questions WHERE deck = ?", decks)
            question = (command.deck, command.number)
            database.execute("INSERT OR IGNORE INTO questions VALUES (?, ?)", question)

    def _keep(self, **values: float) -> None:
        with self._change() as database:
            database.executemany("REPLACE INTO settings VALUES (?, ?)", values.items())

    def _setting(self, name: str, default: float) -> float:
        rows = self._rows("SELECT value FROM settings WHERE name = ?", name)
        return float(rows[0][0]) if rows else default

    # ---- the file -------------------------------------------------------------------------------

    def _rows(self, question: str, *values: str) -> list[Any]:
        """What a query finds; nothing, and no file made, where everything is forgotten."""
        try:
            if not self._file.exists():
                return []
            return self._connected().execute(question, values).fetchall()
        except (sqlite3.Error, OSError) as error:
            raise _lost(error) from error

    @contextlib.contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on the disk afterwards, or nothing of it."""
        try:
            with self._connected() as database:
                database.execute("BEGIN IMMEDIATE")
                yield database
        except (sqlite3.Error, OSError) as error:
            raise _lost(error) from error

    def _connected(self) -> sqlite3.Connection:
        """The connection to the file that is there now: another process may have erased it."""
        if not self._file.exists():
            os.close(os.open(self._file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        inode = self._file.stat().st_ino
        if self._database is None or inode != self._inode:
            self.close()
            self._database, self._inode = connect(self._file), inode
        return self._database

    def _open_whole(self) -> None:
        """Connect and read everything once; a damaged file is kept aside for a fresh one."""
        try:
            verify(self._connected())
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self.close()
            keep_aside(self._file)
            self.started_fresh = True
            self._connected()


# ---- the commands `appointments` and `forget` ---------------------------------------------------


def appointment_lines(memory: Memory, now: float, zone: tzinfo | None = None) -> list[str]:
    """The agreed dates as `turntable appointments` prints them, one a line."""
    lines = []
    for one in memory.appointments():
        missed = "  (missed)" if instant(one.at, zone) < now else ""
        lines.append(f"{one.id:>3}  {one.at:%A %d %B %Y, %H:%M}  {one.ritual}{missed}")
    return lines or ["No dates are agreed."]


def remove_appointment(memory: Memory, number: int) -> list[str]:
    """Remove a date for `turntable appointments --remove`.

    Raises:
        BadState: there is no date with this id.
    """
    if not memory.remove(number):
        remedy = "see `turntable appointments`"
        raise BadState(f"there is no appointment {number}", remedy=remedy)
    return [f"Appointment {number} is removed."]


def forget_lines(folder: Path) -> list[str]:
    """Erase the memory for `turntable forget`, also one that can no longer be opened.

    Raises:
        BadState: it cannot be erased; it may be partly overwritten then, and stays forgotten.
    """
    try:
        found = erase(folder)
    except OSError as error:
        problem = f"the memory cannot be erased: {error.strerror}"
        raise BadState(problem, file=folder, remedy="check the folder's permissions") from error
    return ["Everything is erased." if found else "There was nothing to erase."]


def _lost(error: Exception) -> MemoryLost:
    return MemoryLost(f"the memory cannot be read or written: {error}")
