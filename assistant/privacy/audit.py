"""The audit layer: Python code that tries to get something out is refused, loudly.

Python tells an audit hook of every file it opens, every socket, every process (PEP 578). The hook
raises `SealBroken` where the seal forbids it, and remembers the breach: even if some library
swallows the error, the assistant sees it and ends.

Native code is not seen by this; it is held by the other layers. New native code, in turn, cannot be
loaded through ctypes once this is in force.
"""

import os
import socket
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import unquote

from assistant.errors import SealBroken

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_DEVICES = ("/dev/null", "/dev/tty", "/dev/snd/", "/dev/gpio")
_STANDARD_LIBRARY = sysconfig.get_path("stdlib")

_PROGRAMS = (
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "pty.spawn",
    "subprocess.Popen",
)
_NAMES = (
    "socket.gethostbyaddr",
    "socket.gethostbyname",
    "socket.getaddrinfo",
    "socket.getnameinfo",
)
_LOGGING = ("syslog.openlog", "syslog.syslog")
_NATIVE = ("ctypes.dlopen", "sqlite3.enable_load_extension", "sqlite3.load_extension")

_Name = str | bytes | os.PathLike[str]
_Path = _Name | int
_Rule = Callable[..., bool]
"""Given an event's arguments: whether it is refused."""


class Watch:
    """Watches over this process from `install` on, for good."""

    def __init__(self, state_folder: Path) -> None:
        """Watch with one folder that may be written."""
        self.breach = ""
        """The first thing that was refused, without any words or paths; empty while whole."""
        self._folder = state_folder.resolve()
        self._rules: dict[str, tuple[str, _Rule]] = {}
        files = "changing a file outside the state folder"
        self._add(files, self._opens_outside, "open")
        self._add(files, self._changes_outside, "os.truncate", "os.setxattr", "os.removexattr")
        self._add(files, self._changes_outside_at, "os.chmod", "os.chown", "os.utime")
        self._add(files, self._names_outside, "os.mkdir", "os.remove", "os.rmdir")
        self._add(files, self._moves_outside, "os.rename", "os.link")
        self._add(files, self._points_outside, "os.symlink")
        self._add(files, self._opens_database_outside, "sqlite3.connect")
        family = "a socket that is not local"
        self._add(family, _is_foreign_family, "socket.__new__")
        sends = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
        self._add(family, _is_foreign_socket, *sends)
        self._add("looking up a name on the network", _always, *_NAMES)
        self._add("starting a program", _always, *_PROGRAMS)
        self._add("loading native code", _always, *_NATIVE)
        self._add("writing to the log of the system", _always, *_LOGGING)

    def _add(self, what: str, rule: _Rule, *events: str) -> None:
        self._rules.update(dict.fromkeys(events, (what, rule)))

    def install(self) -> None:
        """Put the watch in force; every module that is still to come runs under it."""
        sys.dont_write_bytecode = True  # or a late import would try, and be refused
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """What Python calls at every event, of every thread.

        Raises:
            SealBroken: the seal forbids it.
        """
        found = self._rules.get(event)
        if found is None:
            return
        what, is_refused = found
        if is_refused(*arguments):
            line = f"the seal refused {what}, tried by {_culprit(sys._getframe(1))}"
            self.breach = self.breach or line
            raise SealBroken(line)

    # ---- files; the arguments are those of PEP 578's table of events

    def _opens_outside(self, path: _Path, _mode: object, flags: int) -> bool:
        """Relative paths are refused: the hook is not told to which folder they are relative."""
        if not flags & _WRITING or isinstance(path, int):
            return False
        file = Path(os.fsdecode(path))
        real = file.resolve()
        harmless = self._holds(real) or str(real).startswith(_DEVICES)
        return not (file.is_absolute() and harmless)

    def _changes_outside(self, path: _Path, *_details: object) -> bool:
        return self._changes_outside_at(path, -1)

    def _changes_outside_at(self, path: _Path, *details: int) -> bool:
        """A change of the file itself; the last detail is the folder of a relative path."""
        if isinstance(path, int):
            return False  # it was opened under this watch
        return not self._holds(_absolute(path, details[-1]).resolve())

    def _names_outside(self, path: _Name, *details: int) -> bool:
        """A change of a name in a folder; a link there is not followed."""
        place = _absolute(path, details[-1])
        return place.name in {"", ".."} or not self._holds(place.parent.resolve() / place.name)

    def _moves_outside(self, old: _Name, new: _Name, old_at: int, new_at: int) -> bool:
        return self._names_outside(old, old_at) or self._names_outside(new, new_at)

    def _points_outside(self, _target: _Name, name: _Name, at: int) -> bool:
        return self._names_outside(name, at)

    def _opens_database_outside(self, database: _Name) -> bool:
        """No relative names: an empty one, for example, is a temporary file."""
        name = os.fsdecode(database)
        if name.startswith("file:///"):
            name = unquote(name.removeprefix("file://").partition("?")[0])
        file = Path(name)
        return name != ":memory:" and not (file.is_absolute() and self._holds(file.resolve()))

    def _holds(self, real: Path) -> bool:
        return real.is_relative_to(self._folder)


def _absolute(path: _Name, folder: int) -> Path:
    """A path from the root on; `folder` is an open folder it is relative to, or -1."""
    base = Path.cwd() if folder < 0 else Path(f"/proc/self/fd/{folder}").readlink()
    return base / os.fsdecode(path)


def _always(*_arguments: object) -> bool:
    return True


def _is_foreign_family(_socket: object, family: int, _kind: int, _protocol: int) -> bool:
    """-1 is an existing socket, whose family is asked for when it is used."""
    return family not in {socket.AF_UNIX, -1}


def _is_foreign_socket(used: socket.socket, *_address: object) -> bool:
    return used.family != socket.AF_UNIX


def _culprit(frame: FrameType | None) -> str:
    """The nearest code that is not Python's own: file and line, and nothing of what it handled."""
    place = "unknown code"
    while frame is not None:
        file = frame.f_code.co_filename
        place = f"{Path(file).name} line {frame.f_lineno}"
        if not file.startswith(("<", _STANDARD_LIBRARY)) or "site-packages" in file:
            return place
        frame = frame.f_back
    return place
