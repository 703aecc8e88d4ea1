"""The service manager, the watchdog, `turntable status` and the lock, on real local sockets."""

import math
import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import BadState
from assistant.events import StateName
from assistant.service import (
    STATUS,
    WAKE,
    Heartbeats,
    Pulse,
    ServiceManager,
    StatusReport,
    StatusSocket,
    ask_status,
    control_socket,
    only_copy,
    wake,
)

NOBODY = 65534

# ---- signs of life -------------------------------------------------------------------------------


def test_all_is_alive_at_the_start_and_silent_without_a_beat() -> None:
    hearts = Heartbeats(now=100.0, limit=5.0)
    assert hearts.silent(105.0) == ()
    assert hearts.silent(105.1) == (Pulse.MICROPHONE, Pulse.EAR, Pulse.LOOP)


@pytest.mark.parametrize("dead", list(Pulse))
def test_one_silent_part_is_enough(dead: Pulse) -> None:
    hearts = Heartbeats(now=0.0, limit=5.0)
    for second in range(1, 20):
        for pulse in set(Pulse) - {dead}:
            hearts.beat(pulse, second)
    assert hearts.silent(20.0) == (dead,)
    hearts.beat(dead, 20.0)
    assert hearts.silent(20.0) == ()


def test_a_resting_part_is_not_expected_until_its_time_or_its_next_beat() -> None:
    hearts = Heartbeats(now=0.0, limit=5.0)
    hearts.rest(Pulse.MICROPHONE)
    hearts.rest(Pulse.EAR, until=30.0)
    hearts.rest(Pulse.LOOP)
    assert hearts.silent(30.0) == ()
    assert hearts.silent(31.0) == (Pulse.EAR,)
    hearts.beat(Pulse.MICROPHONE, 31.0)
    assert hearts.silent(37.0) == (Pulse.MICROPHONE, Pulse.EAR)


@given(
    beats=st.lists(st.tuples(st.sampled_from(list(Pulse)), st.floats(0, 10)), max_size=60),
    limit=st.floats(0.5, 20),
)
def test_a_part_is_silent_exactly_when_its_last_beat_is_older_than_the_limit(
    beats: list[tuple[Pulse, float]], limit: float
) -> None:
    hearts = Heartbeats(now=0.0, limit=limit)
    now = 0.0
    last = dict.fromkeys(Pulse, 0.0)
    for pulse, pause in beats:
        now += pause
        hearts.beat(pulse, now)
        last[pulse] = now
    later = now + limit / 2
    expected = {pulse for pulse in Pulse if later > last[pulse] + limit}
    assert set(hearts.silent(later)) == expected


# ---- the service manager -------------------------------------------------------------------------


class Manager:
    """The receiving end: what systemd would get."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._socket.settimeout(5)

    def next(self) -> list[str]:
        """The lines of the next datagram."""
        return self._socket.recv(4096).decode().split("\n")

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Manager, str]]:
    name = f"turntable-test-{os.getpid()}"
    path = str(tmp_path / "notify")
    address, variable = (path, path) if request.param == "path" else (f"\0{name}", f"@{name}")
    manager = Manager(address)
    yield manager, variable
    manager.close()


def test_the_manager_is_told_the_whole_life(manager: tuple[Manager, str]) -> None:
    systemd, address = manager
    service = ServiceManager({"NOTIFY_SOCKET": address})
    service.ready()
    assert systemd.next() == ["READY=1"]
    service.status("a turn\nREADY=1")
    assert systemd.next() == ["STATUS=a turn READY=1"]
    service.alive()
    assert systemd.next() == ["WATCHDOG=1"]
    service.reloading(now=12.5)
    assert systemd.next() == ["RELOADING=1", "MONOTONIC_USEC=12500000"]
    service.stopping()
    assert systemd.next() == ["STOPPING=1"]
    service.close()
    service.alive()  # nothing, and no error


@pytest.mark.parametrize("address", [None, "", "vsock:2:1234", "relative"])
def test_without_a_manager_nothing_is_told(address: str | None) -> None:
    service = ServiceManager({} if address is None else {"NOTIFY_SOCKET": address})
    service.ready()
    service.alive()
    service.close()
    assert service.feed_every == math.inf


def test_a_manager_that_is_gone_does_not_stop_the_service(tmp_path: Path) -> None:
    service = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "gone")})
    service.alive()
    service.close()
    assert not (tmp_path / "gone").exists()


def test_a_manager_that_takes_nothing_does_not_hold_the_service(tmp_path: Path) -> None:
    systemd = Manager(str(tmp_path / "notify"))
    service = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    for _ in range(10_000):
        service.alive()
    assert systemd.next() == ["WATCHDOG=1"]
    service.close()
    systemd.close()


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, math.inf),
        ({"WATCHDOG_USEC": "0"}, math.inf),
        ({"WATCHDOG_USEC": "soon"}, math.inf),
        ({}, math.inf),
    ],
)
def test_the_watchdog_is_fed_twice_in_its_patience(environ: dict[str, str], seconds: float) -> None:
    assert ServiceManager(environ).feed_every == seconds


# ---- being asked ---------------------------------------------------------------------------------

REPORT = StatusReport(
    state=StateName.FLOOR, partner=2, turn_left=61.5, last_fault="the microphone was lost"
)


@pytest.fixture
def woken() -> list[str]:
    """Grows each time the assistant is woken."""
    return []


@pytest.fixture
def served(tmp_path: Path, woken: list[str]) -> Iterator[Path]:
    """A running assistant's control socket."""
    path = tmp_path / "run" / "control"
    server = StatusSocket(path, lambda: REPORT, lambda: woken.append("woken"))
    server.start()
    yield path
    server.close()


def test_the_owner_is_told_what_goes_on(served: Path) -> None:
    assert ask_status(served) == REPORT
    assert ask_status(served) == REPORT


def test_the_owner_can_wake_it(served: Path, woken: list[str]) -> None:
    assert ask_status(served) == REPORT
    assert woken == []
    assert wake(served) == REPORT
    assert woken == ["woken"]


@given(wish=st.binary(max_size=40).filter(lambda wish: wish not in {b"", STATUS, WAKE}))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_other_wish_is_refused(served: Path, woken: list[str], wish: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(served))
        client.sendall(wish)
        answer = client.makefile("rb").read()
    assert answer == b'{"error": "there is no such wish"}\n'
    assert woken == []


def test_only_the_owner_can_reach_the_socket(served: Path) -> None:
    assert stat.S_IMODE(served.stat().st_mode) == 0o600
    assert stat.S_IMODE(served.parent.stat().st_mode) == 0o700


AS_SOMEBODY_ELSE = """
import os, sys
from pathlib import Path
from assistant.errors import BadState
from assistant.service import {ask}
os.setgroups([])
os.setgid({nobody})
os.setuid({nobody})
try:
    print({ask}(Path(sys.argv[1])))
except BadState as error:
    print(error)
"""


def ask_as_somebody_else(path: Path, ask: str = "ask_status") -> str:
    code = AS_SOMEBODY_ELSE.format(nobody=NOBODY, ask=ask)
    command = [sys.executable, "-c", code, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_is_refused_with_one_line(woken: list[str]) -> None:
    """By the socket's mode, and where that was opened to all, by its own check."""
    with tempfile.TemporaryDirectory() as folder:  # pytest's own is closed to other users
        Path(folder).chmod(0o755)
        path = Path(folder) / "control"
        server = StatusSocket(path, lambda: REPORT, lambda: woken.append("woken"))
        server.start()
        by_its_mode = ask_as_somebody_else(path)
        path.chmod(0o666)
        by_its_check = ask_as_somebody_else(path)
        waking = ask_as_somebody_else(path, "wake")
        server.close()
    assert waking == by_its_check
    assert woken == []
    assert "belongs to another user (ask as that user, or with sudo)" in by_its_mode
    assert "the assistant refuses to answer (use sudo)" in by_its_check
    assert "floor" not in by_its_check
    assert by_its_check.count("\n") == 1


def test_silence_and_strangers_are_one_line_each(tmp_path: Path) -> None:
    with pytest.raises(BadState, match=r"no assistant is running here .start it"):
        ask_status(tmp_path / "nothing")
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(tmp_path / "left"))
    with pytest.raises(BadState, match="no assistant is running here"):
        ask_status(tmp_path / "left")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / "other"))
        other.listen()
        with pytest.raises(BadState, match="does not answer"):
            ask_status(tmp_path / "other", patience=0.05)


def test_a_client_that_leaves_at_once_does_no_harm(served: Path) -> None:
    for _ in range(5):
        with socket.socket(socket.AF_UNIX) as hasty:
            hasty.connect(str(served))
    assert ask_status(served) == REPORT


def test_a_socket_left_by_a_crash_is_replaced(tmp_path: Path) -> None:
    for _ in range(2):
        server = StatusSocket(tmp_path / "control", lambda: REPORT)
        server.start()
        assert ask_status(tmp_path / "control") == REPORT
        server.close()
    with pytest.raises(BadState, match="no assistant is running"):
        ask_status(tmp_path / "control")


def test_a_place_that_takes_no_socket_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BadState, match="control socket cannot be opened"):
        StatusSocket(tmp_path / "file" / "control", lambda: REPORT)
    with pytest.raises(BadState, match="too long"):
        StatusSocket(tmp_path / ("x" * 120), lambda: REPORT)


def test_where_the_socket_lies(tmp_path: Path) -> None:
    assert control_socket({"RUNTIME_DIRECTORY": "/run/a:/run/b"}) == Path("/run/a/control")
    assert control_socket({"XDG_RUNTIME_DIR": "/run/user/1"}) == Path(
        "/run/user/1/turntable/control"
    )
    assert control_socket({}).name == "control"


# ---- being the only one --------------------------------------------------------------------------

HOLD = """
import sys
from pathlib import Path
from assistant.errors import BadState
from assistant.service import only_copy
try:
    with only_copy(Path(sys.argv[1])):
        print("held", flush=True)
        sys.stdin.read()
except BadState as error:
    print(error, flush=True)
"""


def holder(folder: Path) -> "subprocess.Popen[str]":
    """A process that holds the state folder until its standard input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_two_copies_at_once_are_one_and_a_clear_line(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    with holder(folder) as first, holder(folder) as second:
        lines = sorted([first_line(first), first_line(second)])
        assert lines[1] == "held\n"
        assert lines[0].startswith(f"{folder}: another copy is running (`turntable status`")
        with pytest.raises(BadState, match="another copy is running"), only_copy(folder):
            pytest.fail("held by two")
        first.communicate()
        second.communicate()
    with only_copy(folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_copy_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    with holder(tmp_path) as first:
        assert first_line(first) == "held\n"
        first.kill()
    with only_copy(tmp_path):
        assert list(tmp_path.iterdir()) == []


def test_a_state_folder_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(BadState, match="file: the state folder cannot be used"),
        only_copy(tmp_path / "file"),
    ):
        pytest.fail("held a file")
