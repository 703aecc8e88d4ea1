"""Putting the seal on: all layers, in the order in which they can still be put on."""

import os
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assistant.errors import BadState, SealBroken
from assistant.privacy import landlock, limits, seccomp
from assistant.privacy.audit import Watch


class Layer(StrEnum):
    """The layers a process can put on itself; the value is for people."""

    AUDIT = "Python code is watched"
    SECCOMP = "native code is filtered"
    NO_DUMPS = "no core dump, no debugger"
    LANDLOCK = "native code writes the state folder only"
    NO_SWAP = "memory is never swapped"


@dataclass(frozen=True, slots=True)
class Seal:
    """The seal of this process. Nothing takes it off.

    Attributes:
        layers: those in force. The last two of `Layer` depend on the kernel and on limits; the
            systemd units give what they give.
    """

    layers: tuple[Layer, ...]
    _watch: Watch

    @property
    def breach(self) -> str:
        """The first thing the seal refused to Python code, as one line; empty while whole."""
        return self._watch.breach


def seal(state_folder: Path) -> Seal:
    """Seal this process: from here on it may write one folder and talk to local sockets only.

    Call it when everything outside the state folder is open (the control socket) and loaded
    (native libraries), and before the first thread of ours starts: Landlock holds threads that
    start later, the other layers hold all.

    Raises:
        BadState: the state folder is missing or is no folder.
        SealBroken: an internet socket is open already, or the kernel refuses a layer.
    """
    if not state_folder.is_dir():
        remedy = "create it, or set STATE_DIRECTORY"
        raise BadState("there is no state folder here", file=state_folder, remedy=remedy)
    for number in _foreign_sockets():
        raise SealBroken(f"a socket that is not local is open already (descriptor {number})")
    layers = {Layer.AUDIT, Layer.SECCOMP, Layer.NO_DUMPS}
    limits.forbid_dumps()
    if limits.forbid_swap():
        layers.add(Layer.NO_SWAP)
    if landlock.install(state_folder):
        layers.add(Layer.LANDLOCK)
    seccomp.install()
    watch = Watch(state_folder)
    watch.install()
    return Seal(tuple(layer for layer in Layer if layer in layers), watch)


def _foreign_sockets() -> Iterator[int]:
    """Descriptors of open sockets that could carry something out of this machine."""
    for entry in tuple(Path("/proc/self/fd").iterdir()):
        number = int(entry.name)
        try:
            if not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
        except OSError:
            continue  # it was the listing itself
        with socket.socket(fileno=os.dup(number)) as copy:
            if copy.family != socket.AF_UNIX:
                yield number
