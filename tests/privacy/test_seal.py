"""The seal, layer by layer, in processes of their own: nobody takes it off again."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant.privacy import Layer
from tests.privacy.child import run_python

Report = dict[str, Any]


def try_everything(folder: Path, how: str) -> Report:
    """Run all attempts in a process that is sealed, or open."""
    state, outside = folder / "state", folder / "outside"
    state.mkdir()
    outside.mkdir()
    command = [sys.executable, "-m", "tests.privacy.attempts", str(state), str(outside), how]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    Path("/dev/shm/turntable-attempt").unlink(missing_ok=True)  # noqa: S108
    report: Report = json.loads(done.stdout)
    return report


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return try_everything(tmp_path_factory.mktemp("sealed"), "sealed")


@pytest.fixture(scope="module")
def unsealed(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return try_everything(tmp_path_factory.mktemp("open"), "open")


def outcomes(report: Report, chapter: str) -> dict[str, str]:
    """The entries of one chapter of `attempts`."""
    found: dict[str, str] = report[chapter]
    return found


def test_without_the_seal_every_attempt_works(unsealed: Report) -> None:
    """So that a refusal below means something."""
    for chapter in ("python", "native", "files", "allowed"):
        failed = {k: v for k, v in outcomes(unsealed, chapter).items() if v != "worked"}
        assert failed == {}


def test_python_code_is_refused_loudly(sealed: Report) -> None:
    attempts = outcomes(sealed, "python")
    assert len(attempts) > 25
    assert set(attempts.values()) == {"SealBroken"}, attempts


def test_the_first_breach_is_remembered_though_the_error_was_swallowed(sealed: Report) -> None:
    assert sealed["breach before"] == ""
    assert sealed["breach"].startswith("the seal refused changing a file outside the state folder")
    assert "attempts.py line" in sealed["breach"]
    assert "new" not in sealed["breach"]


def test_native_code_gets_no_socket_and_no_program(sealed: Report) -> None:
    attempts = outcomes(sealed, "native")
    sockets = {name for name in attempts if "socket" in name}
    assert {attempts[name] for name in sockets} == {"EAFNOSUPPORT"}
    assert {attempts[name] for name in attempts.keys() - sockets} == {"EPERM"}


def test_native_code_writes_the_state_folder_only(sealed: Report) -> None:
    if Layer.LANDLOCK not in sealed["layers"]:
        pytest.skip("this kernel has no Landlock; the systemd unit holds native files there")
    assert set(outcomes(sealed, "files").values()) == {"EACCES"}


def test_what_the_assistant_needs_goes_on_working(sealed: Report) -> None:
    refused = {k: v for k, v in outcomes(sealed, "allowed").items() if v != "worked"}
    assert refused == {}


def test_the_layers_that_every_machine_has_are_in_force(sealed: Report) -> None:
    assert {Layer.AUDIT, Layer.SECCOMP, Layer.NO_DUMPS} <= set(sealed["layers"])


# ---- what keeps the seal from being put on -------------------------------------------------------


def test_a_missing_state_folder_is_refused(tmp_path: Path) -> None:
    done = run_python("seal(STATE / 'missing')", tmp_path)
    assert "BadState: " in done.stderr
    assert "missing: there is no state folder here (create it" in done.stderr


def test_an_open_internet_socket_keeps_the_seal_from_closing(tmp_path: Path) -> None:
    code = "import socket\nheld = socket.socket(socket.{0})\nseal(STATE)\nprint('sealed')"
    assert "not local is open already" in run_python(code.format("AF_INET"), tmp_path).stderr
    assert run_python(code.format("AF_UNIX"), tmp_path).stdout == "sealed\n"


def test_a_processor_without_a_filter_is_refused(tmp_path: Path) -> None:
    code = """
    import platform
    platform.machine = lambda: "pdp11"
    seal(STATE)
    """
    done = run_python(code, tmp_path)
    assert "SealBroken: no seccomp filter is written for pdp11, only for x86_64" in done.stderr


def test_a_state_folder_behind_a_link_is_the_folder_it_leads_to(tmp_path: Path) -> None:
    """As systemd makes it for a service with a dynamic user."""
    (tmp_path / "private").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "private")
    code = """
    seal(STATE / "link")
    (STATE / "link" / "a").write_bytes(b"")
    (STATE / "private" / "b").write_bytes(b"")
    (STATE / "c").write_bytes(b"")
    """
    assert "SealBroken" in run_python(code, tmp_path).stderr
    assert {path.name for path in (tmp_path / "private").iterdir()} == {"a", "b"}
    assert not (tmp_path / "c").exists()


# ---- limits --------------------------------------------------------------------------------------


def test_no_core_and_no_debugger(tmp_path: Path) -> None:
    code = """
    import ctypes, resource
    prctl = ctypes.CDLL(None).prctl
    print(prctl(3, 0, 0, 0, 0))
    seal(STATE)
    print(prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))
    """
    assert run_python(code, tmp_path).stdout.splitlines() == ["1", "0 (0, 0)"]


LOCKING = """
import ctypes, mmap

if {powerless}:  # give up every capability, also that of locking without a bound
    version = (ctypes.c_uint32 * 2)(0x20080522, 0)
    assert ctypes.CDLL(None).capset(version, (ctypes.c_uint32 * 6)()) == 0
layers = seal(STATE).layers

def kilobytes(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name + ":"))

before = kilobytes("VmRSS")
room = mmap.mmap(-1, 64 << 20)
print(Layer.NO_SWAP in layers, kilobytes("VmLck") > 0, kilobytes("VmRSS") - before < 8 << 10)
"""


def test_memory_is_locked_where_that_has_no_bound_and_takes_no_memory(tmp_path: Path) -> None:
    if os.geteuid() != 0 and resource.getrlimit(resource.RLIMIT_MEMLOCK)[1] != -1:
        pytest.skip("this user may not lock memory without a bound")
    done = run_python(LOCKING.format(powerless=False), tmp_path)
    assert done.stdout == "True True True\n", done.stderr


def test_under_a_bound_nothing_is_locked_and_memory_can_be_had(tmp_path: Path) -> None:
    """Locked up to a bound, the next allocation would fail in the middle of a check-in."""
    if resource.getrlimit(resource.RLIMIT_MEMLOCK)[1] == -1:
        pytest.skip("this user has no bound")
    done = run_python(LOCKING.format(powerless=True), tmp_path)
    assert done.stdout == "False False True\n", done.stderr
