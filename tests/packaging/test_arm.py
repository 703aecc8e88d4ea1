"""The tests' core on an emulated 64-bit Arm: prepared once, or one line about what it takes."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Machine:
    """A machine and a checkout of make-believe: what would be run only writes down its call."""

    def __init__(self, folder: Path) -> None:
        """Have an Intel processor, the Debian packages it takes, and a new enough kernel."""
        self._bin = folder / "bin"
        self.checkout = folder / "checkout"
        self._calls = folder / "calls"
        shutil.copytree(
            ROOT / "tools", self.checkout / "tools", ignore=shutil.ignore_patterns("*.py")
        )
        shutil.copy(ROOT / "pyproject.toml", self.checkout)
        for name in ("cat", "dirname", "echo", "head", "mkdir", "rm", "sed", "seq", "sh", "tr"):
            self._put(self._bin / name, f'exec /usr/bin/{name} "$@"')
        self.command("uname", "echo x86_64")
        self.command("dpkg-query", "echo installed")
        self.command("apt-get", "echo http://debian.example/debian/")
        self.command("readlink", "echo python3.11")
        self.command("mmdebstrap")
        self.command("cp")
        self._put(self.checkout / ".venv/bin/python", self._noted("python"))
        self._put(self.checkout / "tools/emulated.sh", self._noted("emulated.sh"))

    def command(self, name: str, script: str = "") -> None:
        """Have a command that notes how it is called, then does this."""
        self._put(self._bin / name, f"{self._noted(name)}\n{script}")

    def emulated(self, script: str) -> None:
        """Have an emulation that does this."""
        self._put(self.checkout / "tools/emulated.sh", f"{self._noted('emulated.sh')}\n{script}")

    def run(self) -> subprocess.CompletedProcess[str]:
        """Run the script, and forget earlier calls."""
        self._calls.write_text("")
        return subprocess.run(
            [self.checkout / "tools/arm.sh", "espeak-ng", "libportaudio2"],
            check=False,
            capture_output=True,
            text=True,
            env={"PATH": str(self._bin)},
        )

    def calls(self, name: str) -> list[str]:
        """How a command was called."""
        lines = self._calls.read_text().splitlines()
        return [line.removeprefix(f"{name} ") for line in lines if line.startswith(f"{name} ")]

    def _noted(self, name: str) -> str:
        return f'echo "{name} $*" >>"{self._calls}"'

    @staticmethod
    def _put(file: Path, script: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """One on which all goes well."""
    return Machine(tmp_path)


def test_debian_and_wheels_for_arm_are_had_from_where_this_machine_has_its_own(
    machine: Machine,
) -> None:
    done = machine.run()

    assert done.returncode == 0
    (unpacked,) = machine.calls("mmdebstrap")
    assert "--architectures=arm64" in unpacked
    assert "--include=python3,espeak-ng,libportaudio2 " in unpacked
    assert unpacked.endswith(" http://debian.example/debian/")
    _, wheels = machine.calls("python")
    assert "--platform manylinux_2_36_aarch64" in wheels
    assert "--only-binary=:all:" in wheels
    assert "dist-packages" in wheels


def test_then_the_core_of_the_tests_runs_there(machine: Machine) -> None:
    machine.run()

    *_, tests = machine.calls("emulated.sh")
    named = [word for word in tests.split() if word.startswith("tests/")]
    assert "python3 -m pytest" in tests
    assert "tests/hearing/test_ear_rules.py" in named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_its_failure_is_the_failure_of_the_script(machine: Machine) -> None:
    machine.emulated('case "$*" in *pytest*) exit 3;; esac')

    assert machine.run().returncode == 3


def test_it_is_prepared_once(machine: Machine) -> None:
    machine.run()
    machine.run()

    assert machine.calls("mmdebstrap") == []
    assert machine.calls("python") == []
    assert machine.calls("emulated.sh") != []


def test_it_is_prepared_anew_for_other_dependencies(machine: Machine) -> None:
    machine.run()
    (machine.checkout / "pyproject.toml").write_text("[project]\n")
    machine.run()

    assert len(machine.calls("mmdebstrap")) == 1


@pytest.mark.parametrize(
    ("command", "script", "reason"),
    [
        ("uname", "echo aarch64", "`make test`"),
        ("dpkg-query", "exit 1", "apt-get install"),
        ("apt-get", "", "apt-get update"),
        ("mmdebstrap", "exit 25", "Debian packages"),
    ],
)
def test_what_cannot_be_had_is_told_in_one_line(
    machine: Machine, command: str, script: str, reason: str
) -> None:
    machine.command(command, script)
    machine.command("sudo", "exit 1")
    machine.command("id", "echo 1000")

    done = machine.run()

    last = done.stderr.splitlines()[-1]
    assert done.returncode == 0
    assert last.startswith("NOTHING RAN on an emulated 64-bit Arm: ")
    assert reason in last
    assert machine.calls("emulated.sh") == []


def test_a_kernel_that_cannot_emulate_is_told_and_tried_again_next_time(machine: Machine) -> None:
    machine.emulated("exit 1")

    for _ in range(2):
        done = machine.run()

        assert done.returncode == 0
        assert done.stderr.startswith("NOTHING RAN on an emulated 64-bit Arm: ")
        assert len(machine.calls("mmdebstrap")) == 1
