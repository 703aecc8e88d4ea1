"""Runs a program under the system-call rules of a unit, as systemd would, without systemd.

``python -m tests.systemd.jail UNIT PROGRAM ARGUMENT…`` emulates what a unit decides by seccomp:
`SystemCallFilter`, `MemoryDenyWriteExecute`, `RestrictAddressFamilies` and `NoNewPrivileges`; and,
as root, `PrivateNetwork`. Folders and devices are systemd's own and are not emulated.
"""

import ctypes
import errno
import mmap
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ALLOW = 0x7FFF_0000
REFUSE = 0x0005_0000 | errno.EPERM
REFUSE_FAMILY = 0x0005_0000 | errno.EAFNOSUPPORT

NOT_EQUAL, MASKED_EQUAL = 1, 7
SHM_EXEC = 0o100000
CLONE_NEWNET = 0x4000_0000
PR_SET_NO_NEW_PRIVS = 38


class Comparison(ctypes.Structure):
    """`struct scmp_arg_cmp` of libseccomp: an argument, how to compare it, and with what."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("how", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


class Filter:
    """One filter of libseccomp, which comes with systemd."""

    def __init__(self, otherwise: int) -> None:
        """A filter with a verdict for every call that has no rule."""
        self._library = ctypes.CDLL("libseccomp.so.2")
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._context = ctypes.c_void_p(self._library.seccomp_init(ctypes.c_uint32(otherwise)))

    def add(self, verdict: int, name: str, *comparisons: Comparison) -> None:
        """A rule for one system call; one that this machine does not have is passed over."""
        number = self._library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            array = (Comparison * max(len(comparisons), 1))(*comparisons)
            self._library.seccomp_rule_add_array(
                self._context, ctypes.c_uint32(verdict), number, len(comparisons), array
            )

    def load(self) -> None:
        """Put it on this process."""
        if self._library.seccomp_load(self._context) != 0:
            raise SystemExit("the kernel does not take the unit's filter")


def settings(unit: Path) -> dict[str, list[str]]:
    """The settings of a unit, each with its words in order."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def sets_of_calls() -> dict[str, set[str]]:
    """Systemd's own named sets of system calls, taken apart to names."""
    listing = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    members: dict[str, list[str]] = {}
    current: list[str] = []
    for line in listing.splitlines():
        if line.startswith("@"):
            current = members.setdefault(line.strip(), [])
        elif line.startswith("    ") and not line.strip().startswith("#"):
            current.append(line.strip())

    def names(word: str) -> set[str]:
        if not word.startswith("@"):
            return {word}
        return set().union(*(names(member) for member in members[word]))

    return {word: names(word) for word in members}


def allowed_calls(unit: Path) -> set[str]:
    """What `SystemCallFilter` leaves."""
    sets = sets_of_calls()
    allowed = set(sets["@default"])
    for line in settings(unit)["SystemCallFilter"]:
        names = set().union(*(sets.get(word, {word}) for word in line.removeprefix("~").split()))
        allowed = allowed - (names - sets["@default"]) if line[0] == "~" else allowed | names
    return allowed


def deny_writable_code() -> None:
    """`MemoryDenyWriteExecute`."""
    code = Filter(ALLOW)
    both = mmap.PROT_WRITE | mmap.PROT_EXEC
    code.add(REFUSE, "mmap", Comparison(2, MASKED_EQUAL, both, both))
    for name in ("mprotect", "pkey_mprotect"):
        code.add(REFUSE, name, Comparison(2, MASKED_EQUAL, mmap.PROT_EXEC, mmap.PROT_EXEC))
    code.add(REFUSE, "shmat", Comparison(2, MASKED_EQUAL, SHM_EXEC, SHM_EXEC))
    code.load()


def only_local_sockets() -> None:
    """`RestrictAddressFamilies=AF_UNIX`."""
    family = Filter(ALLOW)
    family.add(REFUSE_FAMILY, "socket", Comparison(0, NOT_EQUAL, socket.AF_UNIX, 0))
    family.load()


def main() -> None:
    """Put on what the unit says, then become the program."""
    unit, program = Path(sys.argv[1]), sys.argv[2:]
    said = settings(unit)
    calls = allowed_calls(unit)
    libc = ctypes.CDLL(None, use_errno=True)
    if said.get("PrivateNetwork") == ["yes"] and os.geteuid() == 0:
        libc.unshare(ctypes.c_int(CLONE_NEWNET))
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    steps: dict[str, tuple[str, Callable[[], None]]] = {
        "MemoryDenyWriteExecute": ("yes", deny_writable_code),
        "RestrictAddressFamilies": ("AF_UNIX", only_local_sockets),
    }
    for name, (value, step) in steps.items():
        if said.get(name) == [value]:
            step()
    system_calls = Filter(REFUSE)
    for name in calls:
        system_calls.add(ALLOW, name)
    system_calls.load()
    os.execvp(program[0], program)  # noqa: S606


if __name__ == "__main__":
    main()
