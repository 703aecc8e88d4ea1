"""A process that tries everything the seal forbids, and much that it allows, and reports.

Run as ``python -m tests.privacy.attempts STATE OUTSIDE sealed|open``. The run without the seal
shows that every attempt would have worked, so that a refusal means something.
"""

import _thread
import asyncio
import ctypes
import errno
import json
import os
import queue
import shutil
import socket
import sqlite3
import subprocess
import sys
import syslog
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from assistant.errors import SealBroken
from assistant.privacy import seal

STATE = Path(sys.argv[1])
OUTSIDE = Path(sys.argv[2])
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
NUMBERS = {
    "x86_64": {"io_uring_setup": 425, "process_vm_readv": 310, "pidfd_getfd": 438, "ptrace": 101},
    "aarch64": {"io_uring_setup": 425, "process_vm_readv": 270, "pidfd_getfd": 438, "ptrace": 117},
}[os.uname().machine]

AF_INET, AF_INET6, AF_NETLINK, AF_PACKET = 2, 10, 16, 17


# ---- Python code ---------------------------------------------------------------------------------


def open_relative() -> None:
    """Beside the state folder by a folder's descriptor, which the hook is not told."""
    place = os.open(OUTSIDE, os.O_RDONLY)
    os.close(os.open("relative", os.O_WRONLY | os.O_CREAT, dir_fd=place))


def open_through_link() -> None:
    """A link in the state folder that leads out of it."""
    link = STATE / "link"
    if not link.is_symlink():
        link.symlink_to(OUTSIDE / "through-link")
    link.write_bytes(b"x")


def connect_internet() -> None:
    """A connection to a server on this machine, over the internet protocol."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def fork() -> None:
    """A second process."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


PYTHON: dict[str, Callable[[], object]] = {
    "write a file": lambda: (OUTSIDE / "new").write_bytes(b"x"),
    "append to a file": lambda: (OUTSIDE / "there").open("ab").close(),
    "write through a low-level call": lambda: os.open(OUTSIDE / "low", os.O_RDWR | os.O_CREAT),
    "write by a relative path": open_relative,
    "write with a dot-dot path": lambda: (STATE / ".." / OUTSIDE.name / "dots").write_bytes(b"x"),
    "write through a link": open_through_link,
    "make a temporary file": lambda: tempfile.NamedTemporaryFile(dir=OUTSIDE).close(),
    "write to shared memory": lambda: Path("/dev/shm/turntable-attempt").write_bytes(b"x"),  # noqa: S108
    "make a folder": (OUTSIDE / "folder").mkdir,
    "remove a file": (OUTSIDE / "to-remove").unlink,
    "remove a folder": (OUTSIDE / "empty").rmdir,
    "move a file out": lambda: (STATE / "to-move").rename(OUTSIDE / "moved"),
    "move a file in": lambda: (OUTSIDE / "there").rename(STATE / "moved-in"),
    "link a file out": lambda: (OUTSIDE / "hard").hardlink_to(STATE / "inside"),
    "make a link outside": lambda: (OUTSIDE / "soft").symlink_to("/"),
    "truncate a file": lambda: os.truncate(OUTSIDE / "long", 0),
    "change a mode": lambda: (OUTSIDE / "long").chmod(0o600),
    "change a time": lambda: os.utime(OUTSIDE / "long"),
    "open a database": lambda: sqlite3.connect(OUTSIDE / "db").execute("create table t(x)"),
    "open a temporary database": lambda: sqlite3.connect("").execute("create table t(x)"),
    "open a database by address": lambda: sqlite3.connect(f"file://{OUTSIDE}/db2", uri=True),
    "open a database by a relative address": lambda: sqlite3.connect(
        "file:x?mode=memory", uri=True
    ),
    "open a database by a hidden address": lambda: sqlite3.connect(
        f"file://{STATE}/%2e%2e/{OUTSIDE.name}/db3", uri=True
    ),
    "open an internet socket": lambda: socket.socket(socket.AF_INET).close(),
    "open an IPv6 socket": lambda: socket.socket(AF_INET6, socket.SOCK_DGRAM).close(),
    "open a netlink socket": lambda: socket.socket(AF_NETLINK, socket.SOCK_RAW).close(),
    "connect to the internet": connect_internet,
    "look up a name": lambda: socket.getaddrinfo("localhost", 80),
    "run a program": lambda: subprocess.run(["true"], check=True),
    "run a shell": lambda: os.system("true"),  # noqa: S605
    "spawn a program": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "fork": fork,
    "write to the system log": lambda: syslog.openlog("attempt"),
    "load native code": lambda: ctypes.CDLL("libm.so.6"),
}


# ---- native code ---------------------------------------------------------------------------------


def native(result: int) -> int:
    """Raise what the C library reports."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def read_own_memory() -> None:
    """As another process would read it."""
    target = (ctypes.c_char * 8)()
    vector = (ctypes.c_ulong * 2)(ctypes.addressof(target), 8)
    pointer = ctypes.byref(vector)
    one, none = ctypes.c_ulong(1), ctypes.c_ulong(0)
    number = NUMBERS["process_vm_readv"]
    native(LIBC.syscall(number, os.getpid(), pointer, one, pointer, one, none))


def trace_nobody() -> None:
    """Gets as far as finding that there is no such process, unless it is refused before."""
    if LIBC.syscall(NUMBERS["ptrace"], 16, 2**22 + 1, 0, 0) < 0:
        number = ctypes.get_errno()
        if number != errno.ESRCH:
            raise OSError(number, os.strerror(number))


def steal_descriptor() -> None:
    """Take an open file from a process, here from this one."""
    native(LIBC.syscall(NUMBERS["pidfd_getfd"], os.pidfd_open(os.getpid()), 0, 0))


def run_shell() -> None:
    """The C library's own way to run a program."""
    if LIBC.system(b"true") != 0:
        raise PermissionError


def socket_in_an_old_thread() -> None:
    """A thread that ran before the seal tries, too."""
    GO.release()
    native(OUTCOME.get())


def old_thread() -> None:
    """Waits for its turn and then opens a socket."""
    with GO:
        OUTCOME.put(LIBC.socket(AF_INET, 1, 0))


GO = threading.Lock()
OUTCOME: "queue.SimpleQueue[int]" = queue.SimpleQueue()

NATIVE: dict[str, Callable[[], object]] = {
    "native internet socket": lambda: native(LIBC.socket(AF_INET, 1, 0)),
    "native IPv6 socket": lambda: native(LIBC.socket(AF_INET6, 2, 0)),
    "native netlink socket": lambda: native(LIBC.socket(AF_NETLINK, 3, 0)),
    "native socket in an old thread": socket_in_an_old_thread,
    "native shell": run_shell,
    "native reading of memory": read_own_memory,
    "native tracing": trace_nobody,
    "native theft of a descriptor": steal_descriptor,
}

NATIVE_FILES: dict[str, Callable[[], object]] = {
    "native new file": lambda: native(LIBC.creat(bytes(OUTSIDE / "native"), 0o600)),
    "native write": lambda: native(LIBC.open(bytes(OUTSIDE / "long"), os.O_WRONLY)),
    "native shared memory": lambda: native(LIBC.shm_open(b"/turntable-attempt", 66, 0o600)),
    "native removal": lambda: native(LIBC.unlink(bytes(OUTSIDE / "to-remove-2"))),
    "native move out": lambda: native(
        LIBC.rename(bytes(STATE / "to-move-2"), bytes(OUTSIDE / "moved-2"))
    ),
    "native folder": lambda: native(LIBC.mkdir(bytes(OUTSIDE / "native-folder"), 0o700)),
    "native truncation": lambda: native(LIBC.truncate(bytes(OUTSIDE / "long"), 0)),
}


# ---- what must go on working ---------------------------------------------------------------------


def keep_a_file() -> None:
    """Write, move, read and remove in the state folder."""
    file = STATE / "folder" / "file.new"
    file.parent.mkdir()
    file.write_text("kept")
    moved = file.rename(file.with_suffix(""))
    moved.chmod(0o600)
    if moved.read_text() != "kept":
        raise AssertionError
    shutil.rmtree(file.parent)


def keep_a_database() -> None:
    """SQLite with its journal beside it, as native code writes it."""
    with sqlite3.connect(STATE / "memory.sqlite3") as database:
        database.execute("pragma journal_mode=wal")
        database.execute("create table kept(x)")
        database.execute("insert into kept values (1)")
    database.close()


def talk_locally() -> None:
    """A server and a client on a local socket."""
    address = str(STATE / "socket")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(address)
        server.listen()
        client.connect(address)
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"hello")
        if client.recv(5) != b"hello":
            raise AssertionError


def run_threads_and_a_loop() -> None:
    """A thread, and an event loop with its wake-up pipe."""
    thread = threading.Thread(target=asyncio.run, args=(asyncio.sleep(0),))
    thread.start()
    thread.join()


ALLOWED: dict[str, Callable[[], object]] = {
    "a file in the state folder": keep_a_file,
    "a database in the state folder": keep_a_database,
    "a database by its address": lambda: sqlite3.connect(
        f"{(STATE / 'memory.sqlite3').as_uri()}?mode=rw", uri=True
    ).execute("insert into kept values (2)"),
    "a database in memory": lambda: sqlite3.connect(":memory:").execute("create table t(x)"),
    "a local socket": talk_locally,
    "threads": run_threads_and_a_loop,
    "reading": lambda: Path("/etc/passwd").read_bytes(),
    "nothing": lambda: Path("/dev/null").write_bytes(b"x"),
    "a late import": lambda: __import__("colorsys"),
    "anonymous memory": lambda: os.close(os.memfd_create("sound")),
    "native file in the state folder": lambda: native(LIBC.creat(bytes(STATE / "n"), 0o600)),
}


def outcome_of(attempt: Callable[[], object]) -> str:
    """What became of an attempt: the kind of error, or that it worked."""
    try:
        attempt()
    except SealBroken:
        return "SealBroken"
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, "EPERM")
    return "worked"


def main() -> None:
    """Prepare, put the seal on or not, try everything."""
    for name in ("there", "long", "to-remove", "to-remove-2"):
        (OUTSIDE / name).write_bytes(b"x" * 100)
    for name in ("inside", "to-move", "to-move-2"):
        (STATE / name).write_bytes(b"x")
    (OUTSIDE / "empty").mkdir()
    GO.acquire()
    _thread.start_new_thread(old_thread, ())
    sealed = seal(STATE) if sys.argv[3] == "sealed" else None
    chapters = {"native": NATIVE, "files": NATIVE_FILES, "allowed": ALLOWED, "python": PYTHON}
    report: dict[str, object] = {"layers": sorted(sealed.layers) if sealed else []}
    for title, attempts in chapters.items():
        report["breach before"] = sealed.breach if sealed else ""
        report[title] = {name: outcome_of(attempt) for name, attempt in attempts.items()}
    report["breach"] = sealed.breach if sealed else ""
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
