"""`turntable check`: every part has a line, what fails has a remedy, and it can measure."""

from pathlib import Path

import click.testing
import pytest

from assistant.cli import main
from assistant.config import Settings, save_settings
from assistant.hearing.models import rehearsal_model
from assistant.verbs.measure import measure
from tests.audio.virtual_audio import VirtualAudio

PARTS = (
    "settings",
    "content",
    "model",
    "microphone",
    "loudspeaker",
    "voice",
    "memory",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONFIGURATION_DIRECTORY", str(tmp_path / "config"))
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path / "run"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "250")
    return tmp_path


def lines() -> tuple[dict[str, str], int]:
    """What is said of each part, and the exit code."""
    done = click.testing.CliRunner().invoke(main, ["check"])
    found = [line.split(maxsplit=1) for line in done.output.splitlines() if line.strip()]
    return {part: rest for part, rest in found}, done.exit_code  # noqa: C416 - pairs of a split


def test_all_is_well_with_devices_and_a_model(folder: Path, virtual_audio: VirtualAudio) -> None:
    save_settings(Settings(model=str(rehearsal_model())), folder / "config" / "config.toml")
    said, _ = lines()
    assert all(said[part].startswith("well") for part in PARTS if part != "model"), said
    assert "rehearsal model" in said["model"]
    virtual_audio.unplug_microphone()
    said, code = lines()
    assert said["microphone"].startswith("fails")
    assert code == 1


def test_without_a_file_the_settings_are_defaults() -> None:
    said, code = lines()
    assert "defaults" in said["settings"]
    assert "turntable setup" in said["settings"]
    assert code == 1  # there is no model for people


def test_a_configuration_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "config").mkdir()
    (folder / "config" / "config.toml").write_text("partners = 3\n")
    said, code = lines()
    assert said["settings"].startswith("fails")
    assert "config.toml" in said["settings"]
    assert code == 1


def test_a_state_folder_that_is_none_is_named(folder: Path) -> None:
    (folder / "state").write_text("in the way")
    said, _ = lines()
    assert said["memory"].startswith("fails")


def test_it_measures_a_process_of_its_own() -> None:
    measured = measure(rehearsal_model())
    assert measured.model == "model"
    assert 20 < measured.memory < 512
    assert measured.start_up > 0
    assert 0 < measured.idle < 1
