"""Setting up a machine: only what is missing, as root only where needed, and in few words."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "tools").glob("*.sh"))


class Machine:
    """A machine of make-believe: its package tools only write down how they are called."""

    def __init__(self, folder: Path, installed: str = "", user: int = 0) -> None:
        """Have the packages `installed`, and be the user of a number."""
        self._bin = folder / "bin"
        self._bin.mkdir()
        self.calls_file = folder / "calls"
        self.calls_file.touch()
        self.command("dpkg-query", f'case " {installed} " in *" $4 "*) echo installed;; esac')
        self.command("apt-get", f'echo "apt-get $*" >>"{self.calls_file}"')
        self.command("id", f"echo {user}")
        for name in ("env", "mktemp", "rm", "cat", "sh"):
            (self._bin / name).symlink_to(f"/usr/bin/{name}")

    def command(self, name: str, script: str) -> None:
        """Have a command that does this."""
        file = self._bin / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def want(self, *packages: str) -> subprocess.CompletedProcess[str]:
        """Ask for packages."""
        return subprocess.run(
            [ROOT / "tools/packages.sh", *packages],
            check=False,
            capture_output=True,
            text=True,
            env={"PATH": str(self._bin)},
        )

    @property
    def calls(self) -> list[str]:
        """How apt-get was called."""
        return self.calls_file.read_text().splitlines()


def test_nothing_happens_when_all_is_there(tmp_path: Path) -> None:
    machine = Machine(tmp_path, installed="espeak-ng libportaudio2")

    done = machine.want("espeak-ng", "libportaudio2")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.calls == []


def test_only_what_is_missing_is_installed_without_asking_for_lists(tmp_path: Path) -> None:
    machine = Machine(tmp_path, installed="espeak-ng")

    done = machine.want("espeak-ng", "libportaudio2", "strace")

    assert done.returncode == 0
    (call,) = machine.calls
    assert call.endswith("install --no-install-recommends libportaudio2 strace")
    assert done.stderr == "Installing system packages: libportaudio2 strace\n"


def test_the_lists_are_fetched_when_a_package_is_not_known(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.command(
        "apt-get",
        f'echo "$*" >>"{machine.calls_file}"\n'
        f'case "$*" in *update) ;; *) grep -q update "{machine.calls_file}" || exit 100;; esac',
    )
    (tmp_path / "bin" / "grep").symlink_to("/usr/bin/grep")

    done = machine.want("strace")

    assert done.returncode == 0
    assert [call.split(" ")[-1] for call in machine.calls] == ["strace", "update", "strace"]


def test_apt_is_heard_in_full_when_it_fails(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.command("apt-get", "echo no such package; exit 100")

    done = machine.want("strace")

    assert done.returncode == 1
    assert "no such package" in done.stderr


def test_sudo_is_used_only_by_those_who_are_not_root(tmp_path: Path) -> None:
    machine = Machine(tmp_path, user=1000)
    machine.command("sudo", f'echo "sudo $*" >>"{machine.calls_file}"')

    machine.want("strace")

    (call,) = machine.calls
    assert call.startswith("sudo env DEBIAN_FRONTEND=noninteractive apt-get")


def test_without_root_and_sudo_it_says_what_to_do(tmp_path: Path) -> None:
    done = Machine(tmp_path, user=1000).want("strace")

    assert done.returncode == 1
    assert done.stderr == "Please run this as root, then try again: apt-get install strace\n"


def test_an_old_python_is_refused_in_one_line(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    done = subprocess.run(
        [ROOT / "tools/python.sh"],
        check=False,
        capture_output=True,
        text=True,
        env=dict(os.environ) | {"PYTHON": str(old)},
    )

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "3.11 or newer" in done.stderr


def test_without_a_way_out_the_model_is_one_line_and_no_failure(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.fetch_model", str(tmp_path / "models")],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"HOME": str(tmp_path), "https_proxy": "http://127.0.0.1:9"},
    )

    assert done.returncode == 0
    assert re.fullmatch(r"Going on without a speech model .*fetched.*\n", done.stderr)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_are_plain_shell_and_stop_at_a_fault(script: Path) -> None:
    subprocess.run(["/bin/sh", "-n", script], check=True)

    assert "\nset -eu\n" in script.read_text(encoding="utf-8")
    assert os.access(script, os.X_OK)


def test_the_units_start_what_is_installed() -> None:
    script = (ROOT / "tools/install.sh").read_text(encoding="utf-8")
    place = re.search(r"^home=\$DESTDIR(\S+)$", script, re.MULTILINE)
    assert place
    for unit in (ROOT / "systemd").rglob("*.service"):
        assert f"ExecStart={place[1]}/bin/turntable run" in unit.read_text(encoding="utf-8")
