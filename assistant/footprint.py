"""Keeping the process small for a year: how glibc's allocator is told to be thrifty.

Two of its defaults suit a server better than a box on a shelf (docs/reliability.md has the soak
that shows it):

* Each thread that allocates has an arena of its own, up to eight for each core, and none of them
  gives back what another could use; each sentence is synthesized on a thread of its own. Two are
  enough, since the threads mostly wait for each other.
* Big blocks come straight from the system and go straight back, but each one that goes raises the
  size from which a block counts as big, up to 32 MiB. Soon sentences and the engine's buffers are
  cut from the common heap, and what is freed there is held in pieces by whatever small thing was
  put beside it. So that size stays where it begins.

Other C libraries know nothing of this, and need not.
"""

import ctypes
import gc

_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1
"""As in malloc.h. Setting either threshold ends its adjusting itself."""
_THRIFT = {_ARENA_MAX: 2, _MMAP_THRESHOLD: 128 * 1024, _TRIM_THRESHOLD: 128 * 1024}
"""Arenas; bytes from which a block is big; free bytes at the heap's end that are given back."""

HOUR = 3600.0
SOON = 5.0
"""Seconds after which all threads have taken what replaces the old."""

_libc = ctypes.CDLL(None)


def be_thrifty() -> bool:
    """Tell the allocator, before other threads start; whether it takes all of it."""
    mallopt = getattr(_libc, "mallopt", None)
    return mallopt is not None and all(mallopt(what, value) for what, value in _THRIFT.items())


def give_back() -> None:
    """Return to the system what is free, after something big was loaded or has been replaced.

    A full collection comes first: Python's own may be hours away in a process that is idle, and
    what was replaced is held by cycles until then.
    """
    gc.collect()
    trim = getattr(_libc, "malloc_trim", None)
    if trim is not None:
        trim(0)


class Housekeeping:
    """Gives memory back now and then, in quiet times. Pure but for that: time is an argument."""

    def __init__(self, now: float) -> None:
        """The first time is an hour away; `now` in seconds."""
        self._next = now + HOUR
        self._replaced = False

    def soon(self, now: float) -> None:
        """Something big has just been replaced: do it when those that used it have let go."""
        self._next = now + SOON
        self._replaced = True

    def look(self, now: float, *, quiet: bool) -> None:
        """Do it if it is time to.

        Args:
            now: seconds.
            quiet: no ritual runs. One that does waits a tenth of a second for it after a reload,
                since the old content beside the new weighs on a small board, and never otherwise.
        """
        if now >= self._next and (quiet or self._replaced):
            self._next = now + HOUR
            self._replaced = False
            give_back()
