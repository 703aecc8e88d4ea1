"""Life as a service: telling the service manager, being asked what goes on, and being the only one.

The watchdog is fed from signs of life of the parts that matter, never from a timer of its own: a
satellite whose microphone has died must not look healthy because its loop still turns.
"""

import contextlib
import fcntl
import math
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from assistant.config import state_folder
from assistant.errors import BadState
from assistant.events import StateName

# ---- signs of life -------------------------------------------------------------------------------


class Pulse(StrEnum):
    """What must show life for the watchdog to be fed."""

    MICROPHONE = "microphone"
    """A block of sound arrived."""
    EAR = "ear"
    """A block of sound was worked through."""
    LOOP = "loop"
    """The event loop turned."""


class Heartbeats:
    """When each part last showed life. Pure: time is an argument, in monotonic seconds."""

    def __init__(self, now: float, limit: float = 5.0) -> None:
        """Everything counts as alive now.

        Args:
            now: seconds.
            limit: seconds without a sign of life after which a part is not alive. Far longer than
                any block or decoding takes, far shorter than the watchdog's patience.
        """
        self._limit = limit
        self._alive_until = dict.fromkeys(Pulse, now + limit)

    def beat(self, pulse: Pulse, now: float) -> None:
        """A part showed life."""
        self._alive_until[pulse] = now + self._limit

    def rest(self, pulse: Pulse, until: float = math.inf) -> None:
        """Expect nothing of a part for a while, or until its next beat.

        The microphone rests while it is closed (asleep); and for some seconds at each attempt to
        open a lost one, so that a running turn keeps its clock while somebody finds the plug.
        """
        self._alive_until[pulse] = until

    def silent(self, now: float) -> tuple[Pulse, ...]:
        """The parts that show no life; empty when the watchdog may be fed."""
        return tuple(pulse for pulse, until in self._alive_until.items() if now > until)


# ---- the service manager -------------------------------------------------------------------------


class ServiceManager:
    """Tells systemd, or nobody, how the service is (`sd_notify(3)`)."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        """Find out whether somebody wants to know.

        Args:
            environ: ``NOTIFY_SOCKET`` (a path, or ``@`` and a name), ``WATCHDOG_USEC`` and
                ``WATCHDOG_PID`` as systemd sets them; without them every call does nothing.
        """
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._socket: socket.socket | None = None
        if address.startswith(("/", "@")):
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)
        self.feed_every = _watchdog_period(environ)
        """Seconds between two `alive`: half of the manager's patience; infinite without one."""

    def ready(self) -> None:
        """Started, or reloaded, and listening."""
        self._tell("READY=1")

    def alive(self) -> None:
        """Feed the watchdog; only while `Heartbeats.silent` is empty."""
        self._tell("WATCHDOG=1")

    def reloading(self, now: float) -> None:
        """The configuration is being read again; `ready` follows. `now`: monotonic seconds."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={round(now * 1e6)}")

    def stopping(self) -> None:
        """On the way out."""
        self._tell("STOPPING=1")

    def status(self, line: str) -> None:
        """What `systemctl status` shows: states and faults, never words."""
        self._tell(f"STATUS={' '.join(line.split())}")

    def close(self) -> None:
        """Give the socket back."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _tell(self, message: str) -> None:
        """Send one datagram. A manager that does not take it will notice by itself and act."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.sendto(message.encode(), self._address)


def _watchdog_period(environ: Mapping[str, str]) -> float:
    """Half of the watchdog's patience in seconds; infinite if it does not watch this process."""
    patience = environ.get("WATCHDOG_USEC", "")
    watched = environ.get("WATCHDOG_PID", str(os.getpid()))
    if not patience.isdecimal() or int(patience) == 0 or watched != str(os.getpid()):
        return math.inf
    return int(patience) / 2e6


# ---- being asked ---------------------------------------------------------------------------------


OneLine = Annotated[str, Meta(max_length=200, pattern=r"^[ -~]*\Z")]
"""Fit to be printed on a terminal, whoever answers."""


class StatusReport(Struct, frozen=True, kw_only=True):
    """What `turntable status` shows: no words, no names.

    Attributes:
        state: of the conversation.
        partner: who holds the floor, counted from 1; 0 if nobody does.
        turn_left: seconds left of this turn; negative past the bell.
        microphone: ``closed`` is asleep, ``lost`` is unplugged or dead.
        dropped: blocks of sound that came faster than the ear could work.
        last_fault: one line; empty if there was none.
        fault_age: seconds since then.
        layers: of the seal, in force.
    """

    state: StateName
    partner: int = 0
    turn_left: float = 0.0
    microphone: Literal["open", "closed", "lost"] = "open"
    dropped: int = 0
    last_fault: OneLine = ""
    fault_age: float = 0.0
    layers: tuple[OneLine, ...] = ()


_PEER = struct.Struct("3i")
"""`struct ucred` of socket(7): process, user, group."""

STATUS, WAKE = b"status\n", b"wake\n"
"""What a client may ask for: how it is; and, besides, that it wakes if it sleeps."""

_PATIENCE = 1.0
"""Seconds a client may take, and a service to answer."""


def control_socket(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the running assistant is asked: in systemd's or the user's run-time folder."""
    own = environ.get("RUNTIME_DIRECTORY")
    if own:
        return Path(own.partition(":")[0]) / "control"
    user = environ.get("XDG_RUNTIME_DIR")
    return (Path(user) / "turntable" if user else state_folder()) / "control"


class StatusSocket:
    """Answers whoever may ask with one line of JSON: this user and root, nobody else."""

    def __init__(
        self,
        path: Path,
        report: Callable[[], StatusReport],
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        """Open the socket; do it before the seal, since it lies outside the state folder.

        The file stays when the service ends: the sealed process could not remove it, and a socket
        that nobody listens at says the same.

        Args:
            path: as `control_socket` gives it.
            report: called from this socket's thread.
            wake: wakes the assistant if it sleeps; called from this socket's thread, too.

        Raises:
            BadState: it cannot be opened there.
        """
        self._report = report
        self._wake = wake
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            os.fchmod(self._socket.fileno(), 0o600)  # what the file will have from its beginning
            self._socket.bind(str(path))
            self._socket.listen(64)
        except OSError as error:
            self._socket.close()
            raise BadState(
                f"the control socket cannot be opened: {error.strerror or error}",
                file=path,
                remedy="check the folder's permissions",
            ) from error
        self._thread = threading.Thread(target=self._serve, name="status", daemon=True)

    def start(self) -> None:
        """Answer from now on, on a thread of its own."""
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        with contextlib.suppress(OSError):  # not connected: this wakes the accepting thread
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)

    def _serve(self) -> None:
        """Answer one after another, none longer than a second."""
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return  # closed
            with client, contextlib.suppress(OSError):  # a client that leaves is its own matter
                client.settimeout(_PATIENCE)
                client.sendall(self._answer(client) + b"\n")

    def _answer(self, client: socket.socket) -> bytes:
        wish = client.recv(64)  # once: no client may drip its wish for ever
        credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
        _, user, _ = _PEER.unpack(credentials)
        if user not in {os.geteuid(), 0}:
            return b'{"error": "this assistant belongs to another user"}'
        if wish not in {STATUS, WAKE}:
            return b'{"error": "there is no such wish"}'
        report = msgspec.json.encode(self._report())
        if wish == WAKE:
            self._wake()
        return report


def ask_status(path: Path, patience: float = _PATIENCE) -> StatusReport:
    """Ask a running assistant what it is doing, and wait some seconds for the answer.

    Raises:
        BadState: none runs there, it belongs to somebody else, or it does not answer.
    """
    return _ask(path, STATUS, patience)


def wake(path: Path) -> StatusReport:
    """Wake a running assistant if it sleeps; gives what it was doing before.

    Raises:
        BadState: as for `ask_status`.
    """
    return _ask(path, WAKE, _PATIENCE)


def _ask(path: Path, wish: bytes, patience: float) -> StatusReport:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(patience)
        try:
            connection.connect(str(path))
            connection.sendall(wish)
            line = connection.makefile("rb").readline(1 << 16)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            remedy = "start it with `turntable run`"
            raise BadState("no assistant is running here", file=path, remedy=remedy) from error
        except PermissionError as error:
            problem = "this assistant belongs to another user"
            raise BadState(problem, file=path, remedy="ask as that user, or with sudo") from error
        except OSError as error:
            remedy = "restart it"
            raise BadState("the assistant does not answer", file=path, remedy=remedy) from error
    try:
        return msgspec.json.decode(line, type=StatusReport)
    except msgspec.MsgspecError as error:
        raise BadState("the assistant refuses to answer", file=path, remedy="use sudo") from error


# ---- being the only one --------------------------------------------------------------------------


@contextmanager
def only_copy(folder: Path) -> Iterator[None]:
    """Hold the state folder, made if it is missing, against a second copy.

    The folder itself is locked: that needs no file, so it works on a full or read-only disk, and
    the kernel lets go of it however this process ends.

    Raises:
        BadState: another copy runs, or the folder cannot be made or read.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        problem = f"the state folder cannot be used: {(error.strerror or str(error)).lower()}"
        raise BadState(problem, file=folder, remedy="check its permissions") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        problem = "another copy is running"
        raise BadState(problem, file=folder, remedy="`turntable status` shows it") from error
    finally:
        os.close(held)
