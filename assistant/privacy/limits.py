"""Limits that keep what is in memory out of core dumps, debuggers and the swap."""

import resource
from pathlib import Path

from assistant.errors import SealBroken
from assistant.privacy.kernel import PR_SET_DUMPABLE, lock_memory, process_control

_MCL_CURRENT = 1
_MCL_FUTURE = 2
_MCL_ONFAULT = 4
_CAP_IPC_LOCK = 1 << 14


def forbid_dumps() -> None:
    """No core file, and no other process of this user may look into the memory.

    Raises:
        SealBroken: the kernel refuses.
    """
    try:
        if resource.getrlimit(resource.RLIMIT_CORE) != (0, 0):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError) as error:
        raise SealBroken(f"core dumps cannot be switched off: {error}") from error
    process_control(PR_SET_DUMPABLE, 0)


def forbid_swap() -> bool:
    """Keep all memory out of the swap, where that is allowed without a bound; whether it is.

    Under a bound the call could succeed today and let an allocation fail tomorrow, so there it is
    left alone. Pages are locked as they come into use: without that, every reserved but unused
    stack would take real memory, which a small board does not have.
    """
    if resource.getrlimit(resource.RLIMIT_MEMLOCK)[1] == resource.RLIM_INFINITY:
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.setrlimit(resource.RLIMIT_MEMLOCK, unlimited)
    elif not _may_lock_anything():
        return False
    return lock_memory(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT)


def _may_lock_anything() -> bool:
    """Whether this process has the capability that no bound applies to."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == "CapEff":
            return bool(int(value, 16) & _CAP_IPC_LOCK)
    return False
