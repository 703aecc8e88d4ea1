"""`turntable setup`: by options and by answers; nothing is lost, and nothing half written."""

import subprocess
import sys
import zipfile
from pathlib import Path

import click.testing
import pytest

from assistant.cli import main
from assistant.config import Reminders, Settings, VoiceSettings, load_settings, save_settings
from assistant.hearing.models import rehearsal_model
from assistant.verbs import setup, trying
from tests.audio.virtual_audio import VirtualAudio


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the settings will be, in a home of its own."""
    monkeypatch.setenv("CONFIGURATION_DIRECTORY", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / "config" / "config.toml"


def set_up(*options: str, typed: str = "") -> click.testing.Result:
    return click.testing.CliRunner().invoke(main, ["setup", *options], input=typed)


EARLIER = Settings(
    partners=("Noor", "Luca"),
    name="my table",
    voice=VoiceSettings(name="en-gb", rate=130),
    echo_cancelled=True,
    indicator_pin=17,
    reminders=Reminders(kind_word="07:30"),
)


class TestByOptions:
    """Unattended: everything can be given, and what is not stays as it was."""

    def test_everything(self, file: Path) -> None:
        done = set_up(
            *("--yes", "--no-model", "--partner", "Robin", "--partner", "Kim"),
            *("--name", "my table", "--language", "en", "--voice", "en-us+f3"),
            *("--microphone", "jabra", "--loudspeaker", "default"),
            *("--kind-word", "08:00", "--connecting-act", "18:30"),
        )
        assert done.exit_code == 0, done.output
        assert load_settings(file) == Settings(
            partners=("Robin", "Kim"),
            name="my table",
            voice=VoiceSettings(name="en-us+f3"),
            microphone="jabra",
            reminders=Reminders(kind_word="08:00", connecting_act="18:30"),
        )

    def test_what_is_not_given_stays(self, file: Path) -> None:
        save_settings(EARLIER, file)
        assert set_up("--yes", "--no-model").exit_code == 0
        assert load_settings(file) == EARLIER
        assert set_up("--yes", "--no-model", "--kind-word", "none").exit_code == 0
        assert load_settings(file).reminders == Reminders()
        assert load_settings(file).voice == EARLIER.voice

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (("--partner", "Robin"), "partners"),
            (("--kind-word", "8 am"), "kind_word"),
            (("--name", "R2-D2"), "name"),
            (("--language", "xx"), "xx"),
            (("--voice", "nonsuch"), "no voice is named 'nonsuch'"),
        ],
    )
    def test_what_cannot_be_is_one_line_and_changes_nothing(
        self, file: Path, options: tuple[str, ...], told: str
    ) -> None:
        save_settings(EARLIER, file)
        done = set_up("--yes", "--no-model", *options)
        assert done.exit_code == 2
        assert len(done.output.splitlines()) == 1
        assert told in done.output
        assert load_settings(file) == EARLIER

    def test_without_a_terminal_it_asks_nothing(self, file: Path) -> None:
        done = set_up("--no-model")
        assert done.exit_code == 2
        assert "--yes" in done.output
        assert not file.exists()

    def test_a_folder_that_cannot_be_written_is_one_line(self, file: Path) -> None:
        file.parent.write_text("in the way")
        done = set_up("--yes", "--no-model")
        assert done.exit_code == 2
        assert len(done.output.splitlines()) == 1


class TestModel:
    """The model comes through a process of its own, which opens no microphone."""

    @pytest.mark.usefixtures("file")
    def test_an_archive_at_hand(self, tmp_path: Path) -> None:
        archive = tmp_path / "model.zip"
        with zipfile.ZipFile(archive, "w") as packed:
            for part in sorted(rehearsal_model().rglob("*")):
                inside = Path("vosk-model-small-en-us-9.9") / part.relative_to(rehearsal_model())
                packed.write(part, inside)
        done = set_up("--yes", "--model-archive", str(archive))
        assert done.exit_code == 0
        assert (tmp_path / ".cache/vosk/vosk-model-small-en-us-9.9/am/final.mdl").is_file()
        assert set_up("--yes").exit_code == 0  # there is one now: nothing is fetched

    def test_an_archive_that_is_none_leaves_the_settings_saved(
        self, file: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "model.zip").write_text("no archive")
        done = set_up("--yes", "--model-archive", str(tmp_path / "model.zip"))
        assert done.exit_code == 1
        assert file.exists()

    def test_the_two_processes_share_nothing_that_matters(self) -> None:
        """No process both opens a microphone and goes online."""
        for module, never in (
            ("assistant.verbs.setup", "assistant.hearing.download"),
            ("assistant.verbs.fetch_model", "sounddevice"),
        ):
            look = f"import sys, {module}; sys.exit({never!r} in sys.modules)"
            done = subprocess.run([sys.executable, "-c", look], check=False)
            assert done.returncode == 0, module


@pytest.mark.usefixtures("virtual_audio")
class TestByAnswers:
    """Asked one after the other, with what is set now as the answer of Enter."""

    @pytest.fixture(autouse=True)
    def _on_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(setup, "_on_terminal", lambda: True)
        monkeypatch.setattr(trying, "BLOCKS", 4)

    def test_all_questions(self, file: Path, virtual_audio: VirtualAudio) -> None:
        answers = [
            *("Robin", "Kim", ""),
            "My Table",
            *("2", "y"),  # microphone: the first by name
            *("1", "y"),  # loudspeaker: the default
            *("1", "y"),  # voice
            *("y", "", "n"),  # reminders
        ]
        with virtual_audio.record_speaker() as recording:
            done = set_up("--no-model", typed="\n".join(answers) + "\n")
            assert recording.read_until_quiet().any()
        assert done.exit_code == 0, done.output
        assert load_settings(file) == Settings(
            partners=("Robin", "Kim"),
            name="my table",
            microphone="pulse",
            reminders=Reminders(kind_word="08:00"),
        )

    def test_enter_keeps_what_is_set(self, file: Path) -> None:
        save_settings(EARLIER, file)
        done = set_up(
            *("--no-model", "--microphone", "x", "--loudspeaker", "x", "--voice", "en-gb"),
            typed="\n" * 8,
        )
        assert done.exit_code == 0, done.output
        kept = load_settings(file)
        assert (kept.partners, kept.name, kept.voice) == (
            EARLIER.partners,
            EARLIER.name,
            EARLIER.voice,
        )
        assert kept.reminders == EARLIER.reminders
        assert (kept.echo_cancelled, kept.indicator_pin) == (True, 17)

    def test_an_answer_that_cannot_be_is_asked_again(self, file: Path) -> None:
        others = ("--microphone", "x", "--loudspeaker", "x", "--voice", "en-gb")
        done = set_up(
            *("--no-model", "--kind-word", "none", *others),
            typed="a{b\nRobin\nKim\n\nR2-D2\nturntable\n",
        )
        assert done.exit_code == 0, done.output
        assert load_settings(file).partners == ("Robin", "Kim")

    def test_given_up_in_the_middle_nothing_has_changed(self, file: Path) -> None:
        save_settings(EARLIER, file)
        done = set_up("--no-model", typed="Robin\nKim\n")
        assert done.exit_code == 1
        assert load_settings(file) == EARLIER
