"""The units, judged by systemd itself, and the real parts under the rules of the strict one."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.audio.virtual_audio import VirtualAudio
from tests.privacy.child import run_python
from tests.privacy.test_parts_under_seal import SOUND, VOICE_AND_EAR

UNITS = Path(__file__).parents[2] / "systemd"
STRICT = UNITS / "turntable.service"
USER = UNITS / "user" / "turntable.service"

STRICTEST = 5
"""Tenths of systemd's exposure level; 0 is best, 100 worst."""

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


def analyze(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run systemd-analyze; a user's manager wants a run-time folder."""
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "XDG_RUNTIME_DIR": str(folder), "LC_ALL": "C.UTF-8"},
    )


def exposure(unit: Path, folder: Path) -> float:
    """The sum of what systemd finds exposed, check by check: finer than its overall level."""
    said = analyze("security", "--offline=true", "--json=short", str(unit), folder=folder).stdout
    return sum(float(check["exposure"] or 0) for check in json.loads(said))


def changed(unit: Path, folder: Path, *changes: tuple[str, str]) -> Path:
    """A copy of a unit with some lines replaced."""
    text = unit.read_text(encoding="utf-8")
    for old, new in changes:
        text, count = re.subn(rf"(?m)^{old}$", new, text)
        assert count, old
    copy = folder / unit.name
    copy.write_text(text, encoding="utf-8")
    return copy


def installed(unit: Path, folder: Path) -> Path:
    """A copy that starts a program which is there, as after `make install`."""
    return changed(unit, folder, ("ExecStart=.*", "ExecStart=/bin/true"))


# ---- the strict unit -----------------------------------------------------------------------------


def test_the_strict_unit_is_as_strict_as_promised(tmp_path: Path) -> None:
    gate = analyze(
        "security", "--offline=true", f"--threshold={STRICTEST}", str(STRICT), folder=tmp_path
    )
    assert gate.returncode == 0, gate.stdout


@pytest.mark.parametrize(
    "line",
    [
        *("PrivateNetwork=yes", "DynamicUser=yes", "PrivateUsers=yes", "ProtectHome=yes"),
        *("DevicePolicy=closed", "MemoryDenyWriteExecute=yes", "CapabilityBoundingSet="),
        *("SystemCallFilter=~@privileged @resources", "RestrictAddressFamilies=AF_UNIX"),
    ],
)
def test_a_loosened_unit_scores_worse(tmp_path: Path, line: str) -> None:
    loosened = changed(STRICT, tmp_path, (re.escape(line), "#"))
    assert exposure(loosened, tmp_path) > exposure(STRICT, tmp_path)


def test_the_gate_shuts(tmp_path: Path) -> None:
    loosened = changed(STRICT, tmp_path, ("PrivateNetwork=yes", "#"), ("DynamicUser=yes", "#"))
    gate = ("security", "--offline=true", f"--threshold={STRICTEST}", str(loosened))
    assert analyze(*gate, folder=tmp_path).returncode != 0


def test_the_only_device_is_sound(tmp_path: Path) -> None:
    said = analyze("security", "--offline=true", "--json=short", str(STRICT), folder=tmp_path)
    devices = next(e for e in json.loads(said.stdout) if e["json_field"] == "DeviceAllow")
    assert re.findall(r"char-\w+:\w+", devices["description"]) == ["char-rtc:r", "char-alsa:rw"]


PROMISED = {
    "MemorySwapMax": "0",
    "LimitCORE": "0",
    "UMask": "0077",
    "StateDirectoryMode": "0700",
    "RuntimeDirectoryMode": "0700",
    "IPAddressDeny": "any",
    "DeviceAllow": "char-alsa rw",
}


@pytest.mark.parametrize("unit", [STRICT, USER], ids=["strict", "user"])
def test_what_systemd_does_not_score_is_there(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    absent = {"StateDirectoryMode", "DeviceAllow"} if unit == USER else set()
    for name, value in PROMISED.items():
        assert (f"\n{name}={value}\n" in text) == (name not in absent), name


# ---- both units ----------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", [STRICT, USER], ids=["strict", "user"])
def test_systemd_finds_nothing_wrong(unit: Path, tmp_path: Path) -> None:
    manager = ("--user",) if unit == USER else ()
    verdict = analyze(*manager, "verify", str(installed(unit, tmp_path)), folder=tmp_path)
    assert (verdict.returncode, verdict.stdout + verdict.stderr) == (0, "")


def test_systemd_would_find_something_wrong(tmp_path: Path) -> None:
    copy = changed(installed(STRICT, tmp_path), tmp_path, ("UMask=0077", "UMask=0077\nUmask=0077"))
    verdict = analyze("verify", str(copy), folder=tmp_path)
    assert "Unknown key" in verdict.stderr


def test_the_user_unit_keeps_everything_a_user_may_ask_for() -> None:
    """What only the system's manager can give is named here, and nothing else is missing."""
    only_for_the_system = {
        *("ConfigurationDirectory", "DevicePolicy", "DeviceAllow", "DynamicUser", "PrivateIPC"),
        *("ProcSubset", "ProtectProc", "RemoveIPC", "SocketBindDeny", "StateDirectory"),
        *("StateDirectoryMode", "SupplementaryGroups"),
    }

    def names(unit: Path) -> set[str]:
        return set(re.findall(r"(?m)^(\w+)=", unit.read_text(encoding="utf-8")))

    assert names(STRICT) - names(USER) == only_for_the_system


def test_the_program_is_the_same_in_both() -> None:
    starts = {
        re.search(r"(?m)^ExecStart=(.*)$", unit.read_text(encoding="utf-8"))[1]  # type: ignore[index]
        for unit in (STRICT, USER)
    }
    assert len(starts) == 1


# ---- the real parts under the strict unit's rules ------------------------------------------------

FORBIDDEN = """
import mmap, os, socket

def refused(attempt):
    try:
        attempt()
    except (OSError, ValueError) as error:
        return type(error).__name__
    return "worked"

print(refused(lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)))
print(refused(lambda: os.setpriority(os.PRIO_PROCESS, 0, 5)))
print(refused(lambda: os.chroot("/")))
print(refused(lambda: socket.socket(socket.AF_INET)))
"""


def jail(unit: Path) -> list[str]:
    """The beginning of a command that runs under a unit's rules for system calls."""
    return [sys.executable, "-m", "tests.systemd.jail", str(unit)]


def test_the_jail_holds_what_the_unit_forbids(tmp_path: Path) -> None:
    done = run_python(FORBIDDEN, tmp_path, before=jail(STRICT))
    assert done.stdout.split() == ["PermissionError"] * 3 + ["OSError"], done.stderr
    loose = changed(
        STRICT,
        tmp_path,
        ("MemoryDenyWriteExecute=yes", ""),
        ("RestrictAddressFamilies=AF_UNIX", ""),
        ("SystemCallFilter=~.*", ""),
        ("SystemCallFilter=@sys.*", "SystemCallFilter=@system-service chroot"),
    )
    assert run_python(FORBIDDEN, tmp_path, before=jail(loose)).stdout.split()[:2] == ["worked"] * 2


@pytest.mark.parametrize("unit", [STRICT, USER], ids=["strict", "user"])
def test_seal_voice_and_ear_work_under_the_unit(unit: Path, tmp_path: Path) -> None:
    done = run_python(VOICE_AND_EAR, tmp_path, before=jail(unit))
    assert done.stdout.split() == ["stop", "whole"], done.stderr


def test_sound_works_under_the_unit(virtual_audio: VirtualAudio, tmp_path: Path) -> None:
    done = run_python(SOUND, tmp_path, virtual_audio.environment, before=jail(STRICT))
    assert done.stdout.split() == ["1024", "1024"], done.stderr


def test_the_seal_needs_the_calls_that_the_unit_adds(tmp_path: Path) -> None:
    """Without `seccomp` in its list, systemd would keep the program from sealing itself."""
    without = changed(STRICT, tmp_path, ("(SystemCallFilter=@system-service) .*", r"\1"))
    done = run_python("seal(STATE)", tmp_path, before=jail(without))
    assert "SealBroken" in done.stderr
