"""The configuration: read, written, and refused in one line with file and line."""

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.config import (
    BLOCK,
    SAMPLE_RATE,
    Hearing,
    Reminders,
    Settings,
    Timing,
    VoiceSettings,
    config_file,
    load_settings,
    save_settings,
    state_folder,
)
from assistant.errors import BadConfiguration


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the configuration lies in this test."""
    return tmp_path / "turntable" / "config.toml"


def written(file: Path, text: str | bytes) -> Path:
    """The file with this text."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def refused(file: Path) -> BadConfiguration:
    """The error with which it is refused; it is one line."""
    with pytest.raises(BadConfiguration) as caught:
        load_settings(file)
    assert len(str(caught.value).splitlines()) == 1
    assert caught.value.file == str(file)
    return caught.value


# ---- reading ------------------------------------------------------------------------------------


def test_without_a_file_everything_is_as_usual(file: Path) -> None:
    assert load_settings(file) == Settings()


def test_an_empty_file_changes_nothing(file: Path) -> None:
    assert load_settings(written(file, "# nothing yet\n")) == Settings()


def test_what_a_household_chooses(file: Path) -> None:
    text = """\
    partners = ["Ann", "Bo", "Zoë"]
    name = "turn table"
    microphone = "USB"
    indicator_pin = 17
    [voice]
    rate = 130
    [reminders]
    kind_word = "07:30"
    """
    assert load_settings(written(file, text)) == Settings(
        partners=("Ann", "Bo", "Zoë"),
        name="turn table",
        microphone="USB",
        indicator_pin=17,
        voice=VoiceSettings(rate=130),
        reminders=Reminders(kind_word="07:30"),
    )


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("\nnam = 'rosie'", 2, "unknown field `nam`"),
        ("[voice]\n\nspeed = 3", 3, "unknown field `speed` in voice"),
        ("name = 'rosie'\npartners = 'Ann'", 2, "Expected `array`, got `str` in partners"),
        ("partners = ['Ann']", 1, "length >= 2 in partners"),
        (f"partners = {['x'] * 9}", 1, "length <= 8 in partners"),
        ("partners = ['Ann', '']", 1, "in partners[1]"),
        ("partners = ['Ann', ' ']", 1, "in partners[1]"),
        ("partners = ['Ann', '{first}']", 1, "of another form in partners[1]"),
        ("partners = ['Ann', 'B\\u0007']".replace("'", '"'), 1, "of another form in partners[1]"),
        ("name = 'Turntable'", 1, "of another form in name"),
        ("name = 'one two three four five'", 1, "of another form in name"),
        ("language = 'english'", 1, "of another form in language"),
        ("[voice]\nrate = 'fast'", 2, "Expected `int`, got `str` in voice.rate"),
        ("[voice]\nname = ''\nrate = 1000", 3, "Expected `int` <= 300 in voice.rate"),
        ("[voice]\nvolume = 2.0", 2, "Expected `float` <= 1.0 in voice.volume"),
        ("voice = {rate = 5}", 1, "Expected `int` >= 80 in voice.rate"),
        ("voice = 5", 1, "Expected `object`, got `int` in voice"),
        ("[reminders] # small acts\nkind_word = '24:00'", 2, "form in reminders.kind_word"),
        ("[reminders]\nconnecting_act = '7:30'", 2, "form in reminders.connecting_act"),
        ("indicator_pin = 28", 1, "in indicator_pin"),
        ("echo_cancelled = 'yes'", 1, "Expected `bool`, got `str` in echo_cancelled"),
        ("name = 'rosie'\nname = rosie", 2, "is not TOML"),
        ("name = 'rosie'\nname = 'rose'", 2, "is not TOML: Cannot overwrite a value"),
        ("# a\n{", 2, "is not TOML"),
        ("name = 'rosie\n", 1, "is not TOML"),
        (b"name = 'rosie'\npartners = ['\xff', 'b']", 2, "is not UTF-8 text"),
        ("x = " + "[" * 3000, 0, "is nested too deeply"),
        ("x = " + "9" * 5000, 0, "limit"),
        ("#" * 10_000, 0, "is too large"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(
    file: Path, text: str | bytes, line: int, problem: str
) -> None:
    error = refused(written(file, text))
    assert problem in error.problem
    assert error.line == line


def test_a_folder_in_place_of_the_file(file: Path) -> None:
    file.mkdir(parents=True)
    assert refused(file).problem == "is no plain file"


def test_a_file_that_may_not_be_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root every file may be read, so that the refusal of the system is played here."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    written(file, "name = 'rosie'")
    monkeypatch.setattr(Path, "open", refuse)
    error = refused(file)
    assert (error.problem, error.remedy) == (
        "cannot be read: Permission denied",
        "check its permissions",
    )


THOROUGH = settings(
    max_examples=200,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SAMPLE = 'partners = ["Ann", "Bo"]\nname = "rosie"\n[voice]\nrate = 130\nvolume = 0.5\n'


@THOROUGH
@given(
    cut=st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, len(SAMPLE))).map(sorted),
    instead=st.text("[]{}=\"'#\n.0aé", max_size=4),
)
def test_a_file_that_was_mistyped_anywhere_is_used_or_refused(
    file: Path, cut: list[int], instead: str
) -> None:
    text = SAMPLE[: cut[0]] + instead + SAMPLE[cut[1] :]
    written(file, text)
    try:
        assert len(load_settings(file).partners) >= 2
    except BadConfiguration:
        assert 0 <= refused(file).line <= text.count("\n") + 1


# ---- writing ------------------------------------------------------------------------------------

NAMES = st.from_regex(r"[A-Za-zÀ-ž][A-Za-zÀ-ž '.\"\\-]{0,38}", fullmatch=True)
CLOCK = st.from_regex(r"([01][0-9]|2[0-3]):[0-5][0-9]", fullmatch=True) | st.just("")
CHOICES = st.builds(
    Settings,
    partners=st.lists(NAMES, min_size=2, max_size=8).map(tuple),
    name=st.from_regex(r"[a-z']+( [a-z']+){0,3}", fullmatch=True),
    language=st.from_regex(r"[a-z]{2}", fullmatch=True),
    voice=st.builds(
        VoiceSettings, name=NAMES, rate=st.integers(80, 300), volume=st.floats(0.1, 1.0)
    ),
    model=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    microphone=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    loudspeaker=NAMES,
    echo_cancelled=st.booleans(),
    indicator_pin=st.none() | st.integers(0, 27),
    reminders=st.builds(Reminders, kind_word=CLOCK, connecting_act=CLOCK),
)


@THOROUGH
@given(CHOICES)
def test_what_is_written_is_what_is_read(file: Path, chosen: Settings) -> None:
    save_settings(chosen, file)
    assert load_settings(file) == chosen
    assert [left.name for left in file.parent.iterdir()] == [file.name]


def test_a_write_that_fails_leaves_the_old_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_settings(Settings(name="rosie"), file)

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(BadConfiguration, match="cannot be written: No space left on device"):
        save_settings(Settings(name="rose"), file)
    assert load_settings(file).name == "rosie"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "turntable").write_text("a file stands here")
    with pytest.raises(BadConfiguration, match="cannot be written"):
        save_settings(Settings(), tmp_path / "turntable" / "config.toml")


def test_half_a_character_cannot_be_written(file: Path) -> None:
    with pytest.raises(BadConfiguration, match="a name in it is no text"):
        save_settings(Settings(partners=("Ann", "B\udcff")), file)
    assert not file.exists()


# ---- where --------------------------------------------------------------------------------------


def test_the_service_managers_folders_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFIGURATION_DIRECTORY", "/etc/turntable")
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/turntable")
    assert config_file() == Path("/etc/turntable/config.toml")
    assert state_folder() == Path("/var/lib/turntable")


def test_without_it_they_are_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CONFIGURATION_DIRECTORY", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert config_file() == tmp_path / "config" / "turntable" / "config.toml"
    assert state_folder() == tmp_path / "state" / "turntable"


# ---- thresholds ---------------------------------------------------------------------------------


def test_thresholds_fit_together() -> None:
    timing, hearing = Timing(), Hearing()
    assert timing.pause_reminder < timing.pause_close
    assert timing.minute_left < timing.shortest_with_warning < 2 * timing.minute_left
    assert timing.take_break >= 20 * 60
    assert timing.bell_quiet < timing.overtime
    assert hearing.voice_off < hearing.voice_on
    assert hearing.early < hearing.may_continue < hearing.hang < hearing.longest_command
    assert pytest.approx(0.032) == BLOCK / SAMPLE_RATE


def test_settings_cannot_be_changed_behind_anybodys_back() -> None:
    with pytest.raises(AttributeError):
        Settings().name = "rosie"  # type: ignore[misc]
    assert msgspec.structs.replace(Settings(), name="rosie").name == "rosie"
