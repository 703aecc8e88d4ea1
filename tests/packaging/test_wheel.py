"""The wheel as somebody gets it: built, put beside nothing of the checkout, and used."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def pip(*arguments: str) -> None:
    """Run pip without a network; a failure shows what it said."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, freshly built."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", str(folder), str(ROOT))
    return next(folder.glob("turntable-*-py3-none-any.whl"))


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed wheel and nothing else."""
    folder = tmp_path_factory.mktemp("site")
    pip("install", "--no-deps", "--no-index", "--target", str(folder), str(wheel))
    return folder


def run(site: Path, *arguments: str, typed: str = "") -> str:
    """Run something with the installed wheel, far from the checkout; gives what it printed."""
    home = site.parent
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(site), "HOME": str(home)}
    command = [sys.executable, "-P", *arguments]
    done = subprocess.run(
        command, check=False, input=typed, capture_output=True, text=True, cwd=home, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def turntable(site: Path, *arguments: str, typed: str = "") -> str:
    """Run the installed command itself."""
    return run(site, str(site / "bin" / "turntable"), *arguments, typed=typed)


def test_the_wheel_holds_the_package_and_all_content(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    content = {
        f"assistant/_content/{file.relative_to(ROOT)}"
        for folder in ("intents", "voices")
        for file in (ROOT / folder).rglob("*.yaml")
    }
    model = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "assistant/rehearsal/model").rglob("*")
        if file.is_file()
    }

    assert content <= names
    assert model <= names
    assert {"assistant/py.typed", "assistant/cli.py"} <= names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"assistant", "turntable"}


def test_the_command_runs_from_the_wheel(site: Path) -> None:
    where = run(site, "-c", "import assistant; print(assistant.__file__)")

    assert Path(where.strip()).is_relative_to(site)
    assert "It takes turns" in turntable(site, "--help")


def test_a_typed_conversation_finds_its_content(site: Path) -> None:
    lines = turntable(site, "type", "--json", typed="start our check in\n@ 20s\n").splitlines()
    records = [json.loads(line) for line in lines]

    heard = [record["slots"] for record in records if record["kind"] == "heard"]
    assert heard == [{"ritual": "weekly-check-in"}]
    assert any(record["kind"] == "say" for record in records)


def test_a_rehearsal_finds_its_model(site: Path) -> None:
    assert "The close was reached" in turntable(site, "rehearse", "recovery-moment")
