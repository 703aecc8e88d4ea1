"""What a program did to the world outside its memory, read from `strace`'s record of it.

Read are the calls that can put something outside: into a file, through a socket, to another
program. Reading, and writing to pipes and events within the program, is of no interest.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

_OPEN = ("open", "openat", "openat2", "creat")
_WRITE = ("write", "writev", "pwrite64", "pwritev", "pwritev2", "sendfile", "copy_file_range")
_NAMES = (
    *("mkdir", "mkdirat", "mknod", "mknodat", "unlink", "unlinkat", "rmdir", "truncate"),
    *("rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"),
)
_SOCKETS = ("socket", "connect", "bind", "sendto", "sendmsg", "sendmmsg")
_PROGRAMS = ("execve", "execveat")
_OTHER = ("memfd_create", "io_uring_setup", "mq_open", "shmget", "splice", "vmsplice", "mmap")

TRACED = (*_OPEN, *_WRITE, *_NAMES, *_SOCKETS, *_PROGRAMS, *_OTHER, "prctl")
"""The system calls that are recorded. A processor that has not all of them has the others."""

NOT_DUMPABLE = "prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE) = 0"
_DUMPABLE = "prctl(PR_SET_DUMPABLE, SUID_DUMP_USER"

_CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\w+)(?:<[^>]*>\S*)?(?: (E[A-Z]+))?")
_UNFINISHED = " <unfinished ...>"
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_DESCRIPTOR = re.compile(r"\d+<([^>]*)>")
_FAMILY = re.compile(r"\b[AP]F_\w+")
_FOREIGN = re.compile(r"\b[AP]F_(?!UNIX|LOCAL|UNSPEC|FILE)\w+")
_ADDRESS = re.compile(r"sa_family=(AF_\w+), ([^}]*)")

_REFUSED = ("EACCES", "EPERM", "EROFS", "EAFNOSUPPORT", "ENETUNREACH", "ENETDOWN", "ECONNREFUSED")
"""An attempt that failed for one of these was meant; a file that was only looked for was not."""


class Kind(StrEnum):
    """What was done; the value is for people."""

    FILE = "files written"
    SOCKET = "sockets"
    PROGRAM = "programs started"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing done to the world outside.

    Attributes:
        kind: of what.
        what: the file, the socket's family and address, or the program.
        refused: it was tried, and the system did not let it.
    """

    kind: Kind
    what: str
    refused: bool = False


@dataclass(slots=True)
class Trace:
    """All of it.

    Attributes:
        acts: with how often each was done.
        bytes: written to each file.
        dumpable: whether others could read the program's memory at its end.
        blind: paths could not be read: `strace` was not allowed to look into the program.
        text: everything the program wrote anywhere, as far as it was recorded, and how.
    """

    acts: Counter[Act] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)
    dumpable: bool = True
    blind: bool = False
    text: str = ""


def read_trace(lines: Iterable[str]) -> Trace:
    """Read a record made by ``strace -f -y``."""
    trace = Trace()
    whole = list(_joined(lines))
    trace.text = "\n".join(whole)
    for line in whole:
        if NOT_DUMPABLE in line:
            trace.dumpable = False
        elif _DUMPABLE in line:
            trace.dumpable = True
        found = _CALL.search(line)
        if found is None:
            continue
        name, arguments, result, error = found.groups()
        if result == "-1" and error not in _REFUSED:
            continue
        _take(trace, name, arguments, result)
    return trace


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Calls that another thread came between, put together again."""
    begun: dict[str, str] = {}
    for line in lines:
        thread, _, rest = line.rstrip("\n").partition(" ")
        rest = rest.lstrip()
        if rest.endswith(_UNFINISHED):
            begun[thread] = rest.removesuffix(_UNFINISHED)
        elif (resumed := _RESUMED.match(rest)) is not None:
            yield begun.pop(thread, "") + resumed[1]
        else:
            yield rest
    yield from begun.values()


def _take(trace: Trace, name: str, arguments: str, result: str) -> None:
    refused = result == "-1"
    if name in _WRITE:
        path = _path_of_descriptor(arguments)
        if path and not refused:
            trace.acts[Act(Kind.FILE, path)] += 1
            trace.bytes[path] += int(result)
        return
    for kind, what in _deeds(trace, name, arguments):
        trace.acts[Act(kind, what, refused)] += 1


def _deeds(trace: Trace, name: str, arguments: str) -> Iterator[tuple[Kind, str]]:
    if name in _OPEN and (name == "creat" or re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC)", arguments)):
        trace.blind |= not _STRING.search(arguments)
        yield from ((Kind.FILE, path) for path in _paths(arguments)[:1])
    elif name in _NAMES:
        trace.blind |= not _STRING.search(arguments)
        yield from ((Kind.FILE, path) for path in _paths(arguments))
    elif name in _PROGRAMS:
        yield from ((Kind.PROGRAM, path) for path in _paths(arguments)[:1])
    elif name in _SOCKETS:
        yield from ((Kind.SOCKET, what) for what in _sockets(name, arguments))
    elif name == "mmap" and "PROT_WRITE" in arguments and "MAP_SHARED" in arguments:
        path = _path_of_descriptor(arguments)
        yield from [(Kind.FILE, path)] if path else []
    elif name == "memfd_create":
        yield Kind.FILE, f"memory shared by {_STRING.findall(arguments)[0]}"
    elif name in {"io_uring_setup", "mq_open", "shmget"}:
        yield Kind.SOCKET, name


def _paths(arguments: str) -> list[str]:
    """The paths of a call from the root on: each is relative to the folder named before it."""
    folder = ""
    paths = []
    for part in re.finditer(r'(?:AT_FDCWD|\d+)<([^>]*)>|"((?:[^"\\]|\\.)*)"', arguments):
        if part[2] is None:
            folder = part[1]
        else:
            paths.append(os.path.normpath(os.path.join(folder, part[2])))  # noqa: PTH118
    return paths


def _path_of_descriptor(arguments: str) -> str:
    """The file a call writes to; empty for a pipe, a socket, an event or shared memory."""
    found = _DESCRIPTOR.search(arguments)
    path = found[1] if found else ""
    return path if path.startswith("/") and not path.startswith("/memfd:") else ""


def _sockets(name: str, arguments: str) -> Iterator[str]:
    if name == "socket":
        if (foreign := _FOREIGN.search(arguments)) is not None:
            yield foreign[0]
        return
    for family, rest in _ADDRESS.findall(arguments):
        if family == "AF_UNIX":
            path = re.search(r'sun_path=(@?)"([^"]*)"', rest)
            yield f"local {path[1]}{path[2]}" if path else "local, without a name"
        else:
            numbers = re.findall(r"[(\"]([\d.:a-f]+)[)\"]", rest)
            yield " ".join([family, *numbers])
