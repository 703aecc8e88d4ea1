"""Calls to the kernel that Python has no function for."""

import ctypes
import os

from assistant.errors import SealBroken

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long

PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38


def system_call(number: int, *arguments: object) -> int:
    """Make a system call; gives what it gives, which is -1 with `ctypes.get_errno` on failure."""
    return int(_LIBC.syscall(ctypes.c_long(number), *arguments))


def process_control(option: int, value: int) -> None:
    """Set one property of this process (`prctl`).

    Raises:
        SealBroken: the kernel refuses.
    """
    zero = ctypes.c_ulong(0)
    if _LIBC.prctl(ctypes.c_int(option), ctypes.c_ulong(value), zero, zero, zero) != 0:
        raise SealBroken(f"the kernel refuses a limit: {last_error()}")


def lock_memory(flags: int) -> bool:
    """Keep the memory of this process out of the swap (`mlockall`); whether it worked."""
    return int(_LIBC.mlockall(ctypes.c_int(flags))) == 0


def last_error() -> str:
    """What was wrong with the last call of this thread."""
    return os.strerror(ctypes.get_errno()).lower()
