"""The seccomp layer: system calls that native code could use to get around the promise.

A filter cannot look at a path, so files are the matter of Landlock and of the systemd unit. It can
refuse what has no path: sockets that are not local, starting a program, looking into another
process, and io_uring, which would open sockets and files behind any filter.

The filter is a classic BPF program (Documentation/userspace-api/seccomp_filter.rst of Linux),
assembled here so that no library is needed for it.
"""

import ctypes
import errno
import platform
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.errors import SealBroken
from assistant.privacy.kernel import (
    PR_SET_NO_NEW_PRIVS,
    last_error,
    process_control,
    system_call,
)


@dataclass(frozen=True, slots=True)
class Machine:
    """What differs between processors.

    Attributes:
        audit_arch: how the kernel names this processor's system calls (`linux/audit.h`).
        seccomp: number of the call that installs a filter.
        sockets: numbers of the calls whose first argument is a family of addresses.
        refused: numbers of the calls refused altogether, by name.
        foreign_from: first number that belongs to another set of calls, or 0 (x32 on x86-64).
    """

    audit_arch: int
    seccomp: int
    sockets: Mapping[str, int]
    refused: Mapping[str, int]
    foreign_from: int = 0


_NEW_CALLS = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "pidfd_getfd": 438,
}
"""Since Linux 5.1 a call has one number everywhere."""

MACHINES = {
    "x86_64": Machine(
        audit_arch=0xC000_003E,
        seccomp=317,
        sockets={"socket": 41, "socketpair": 53},
        refused={
            "execve": 59,
            "execveat": 322,
            "ptrace": 101,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "bpf": 321,
            **_NEW_CALLS,
        },
        foreign_from=0x4000_0000,
    ),
    "aarch64": Machine(
        audit_arch=0xC000_00B7,
        seccomp=277,
        sockets={"socket": 198, "socketpair": 199},
        refused={
            "execve": 221,
            "execveat": 281,
            "ptrace": 117,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "bpf": 280,
            **_NEW_CALLS,
        },
    ),
}

ALLOW = 0x7FFF_0000
KILL_PROCESS = 0x8000_0000
_ERRNO = 0x0005_0000
REFUSE = _ERRNO | errno.EPERM
REFUSE_FAMILY = _ERRNO | errno.EAFNOSUPPORT

LOAD_WORD = 0x20
JUMP_IF_EQUAL = 0x15
JUMP_IF_AT_LEAST = 0x35
RETURN = 0x06

CALL_NUMBER, CALL_ARCH, FIRST_ARGUMENT = 0, 4, 16
"""Offsets in `struct seccomp_data`; the low half of an argument comes first on both machines."""

_SET_MODE_FILTER = 1
_ALL_THREADS = 1


@dataclass(frozen=True, slots=True)
class Instruction:
    """One step of a filter: a code, where to go on if it holds or not, and a number."""

    code: int
    if_true: int
    if_false: int
    operand: int


def assemble(machine: Machine) -> list[Instruction]:
    """The filter for a processor: first the processor itself, then the number, then the family."""

    def when(test: int, operand: int, verdict: int) -> list[Instruction]:
        return [Instruction(test, 0, 1, operand), Instruction(RETURN, 0, 0, verdict)]

    program = [
        Instruction(LOAD_WORD, 0, 0, CALL_ARCH),
        Instruction(JUMP_IF_EQUAL, 1, 0, machine.audit_arch),
        Instruction(RETURN, 0, 0, KILL_PROCESS),
        Instruction(LOAD_WORD, 0, 0, CALL_NUMBER),
    ]
    if machine.foreign_from:
        program += when(JUMP_IF_AT_LEAST, machine.foreign_from, KILL_PROCESS)
    for number in machine.refused.values():
        program += when(JUMP_IF_EQUAL, number, REFUSE)
    asks_for_family = [
        Instruction(LOAD_WORD, 0, 0, FIRST_ARGUMENT),
        *when(JUMP_IF_EQUAL, socket.AF_UNIX, ALLOW),
        Instruction(RETURN, 0, 0, REFUSE_FAMILY),
    ]
    for number in machine.sockets.values():
        program.append(Instruction(JUMP_IF_EQUAL, 0, len(asks_for_family), number))
        program += asks_for_family
    return [*program, Instruction(RETURN, 0, 0, ALLOW)]


class _Filter(ctypes.Structure):
    """`struct sock_filter` of the kernel."""

    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("operand", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    """`struct sock_fprog` of the kernel."""

    _fields_ = (("length", ctypes.c_uint16), ("filter", ctypes.POINTER(_Filter)))


def install(name: str = "") -> None:
    """Put the filter on every thread of this process, for good.

    Args:
        name: of the processor, as `platform.machine` gives it; empty asks.

    Raises:
        SealBroken: no filter is written for this processor, or the kernel refuses it.
    """
    name = name or platform.machine()
    machine = MACHINES.get(name)
    if machine is None:
        known = " and ".join(MACHINES)
        raise SealBroken(f"no seccomp filter is written for {name}, only for {known}")
    steps = assemble(machine)
    array = (_Filter * len(steps))(
        *(_Filter(step.code, step.if_true, step.if_false, step.operand) for step in steps)
    )
    program = _Program(len(steps), array)
    process_control(PR_SET_NO_NEW_PRIVS, 1)
    outcome = system_call(
        machine.seccomp,
        ctypes.c_uint(_SET_MODE_FILTER),
        ctypes.c_uint(_ALL_THREADS),
        ctypes.byref(program),
    )
    if outcome < 0:
        raise SealBroken(f"the kernel refuses the seccomp filter: {last_error()}")
    if outcome > 0:
        raise SealBroken("a thread cannot take the seccomp filter")
