"""The command as its users meet it: what it prints, how it ends, and one line for bad input."""

import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.command import turntable

VERBS = [
    "appointments",
    "check",
    "forget",
    "hear",
    "help-page",
    "rehearse",
    "run",
    "status",
    "type",
    "validate",
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with an empty configuration folder."""
    (tmp_path / "config" / "turntable").mkdir(parents=True)
    return tmp_path


def refused(*words: str, typed: str = "", home: Path | None = None) -> str:
    """The one line with which something given is refused."""
    ended = turntable(*words, typed=typed, home=home)
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert ended.err.startswith("turntable: ")
    assert "Traceback" not in ended.err
    return ended.err


def test_help_names_every_verb() -> None:
    ended = turntable("--help")

    assert ended.code == 0
    assert all(f"  {verb}" in ended.out for verb in VERBS)


def test_nonsense_is_ignored_and_loses_nothing() -> None:
    ended = turntable("type", typed="blah blah\n\n\n💥 ??\nstart our check in\n@@@\n", home=None)

    assert ended.code == 2  # for the line about time
    assert ended.out.count("ignored") == 2
    assert "StartRitual" in ended.out
    assert "is not a time" in ended.err


def test_an_unknown_ritual() -> None:
    line = refused("rehearse", "weekly")
    assert "weekly-check-in" in line


def test_an_unknown_length() -> None:
    assert "it has usual, short, long" in refused("rehearse", "weekly-check-in", "--length", "tiny")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("partners = 3\n", "partners"),
        ('partners = ["one"]\n', "partners"),
        ("colour = 'red'\n", "colour"),
        ("name = 'Turn{table}'\n", "name"),
        ("this is no toml", "config.toml:1:"),
        ("[voice]\nrate = 'fast'\n", "voice.rate"),
    ],
)
def test_a_wrong_configuration(home: Path, content: str, told: str) -> None:
    file = home / "config" / "turntable" / "config.toml"
    file.write_text(content)

    line = refused("type", home=home)

    assert str(file) in line
    assert told in line
    assert file.read_text() == content


def own_file(home: Path, name: str, text: str) -> Path:
    """A content file of the household's own."""
    file = home / "config" / "turntable" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


RITUAL = """\
title: our tea
lengths: {usual: 5}
steps:
  - step: consent
    ask: "{partner}, shall we have tea?"
  - step: turn
    prompt: "{speaker}, how is the tea?"
    minutes: 1
  - step: close
    text: "That was the tea."
"""


@pytest.mark.parametrize(
    ("wrong", "right", "line", "told"),
    [
        ("minutes: 1", "minutes: 1", 0, ""),
        ("minutes: 1", "minutes: one", 8, "float"),
        ("minutes: 1", "minutes: 1\n    colour: red", 9, "colour"),
        ("minutes: 1", "minutes: 1\n    who: first", 3, "unfair"),
        ("step: turn", "step: dance", 6, "dance"),
        ("{speaker}, how", "{nobody}, how", 7, "nobody"),
        ("title: our tea", "title: [our tea", 1, ""),
        ('  - step: close\n    text: "That was the tea."\n', "", 3, "close"),
    ],
)
def test_a_ritual_of_ones_own(home: Path, wrong: str, right: str, line: int, told: str) -> None:
    file = own_file(home, "voices/en/rituals/our-tea.yaml", RITUAL.replace(wrong, right))
    if not line:
        assert "18 rituals" in turntable("validate", home=home).out
        return

    refusal = refused("validate", home=home)

    assert str(file) in refusal
    assert told in refusal
    assert f"our-tea.yaml:{line}:" in refusal or line == 1


def test_a_phrase_that_would_mean_two_things(home: Path) -> None:
    text = "language: en\nintents:\n  Mine:\n    data:\n      - sentences: ['pause']\n"
    file = own_file(home, "intents/en/mine.yaml", text)

    line = refused("validate", home=home)

    assert str(file) in line
    assert "pause" in line


def test_a_word_that_the_model_does_not_know(home: Path, spoken_command: Path) -> None:
    text = "language: en\nintents:\n  Pause:\n    data:\n      - sentences: ['xylophonic pause']\n"
    file = own_file(home, "intents/en/mine.yaml", text)

    line = refused("hear", str(spoken_command), home=home)

    assert str(file) in line
    assert "xylophonic" in line


@pytest.mark.parametrize("content", [b"", b"RIFF", b"not a sound at all", b"\0" * 5000])
def test_a_file_that_is_no_sound(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "noise.wav"
    file.write_bytes(content)

    assert str(file) in refused("hear", str(file))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "nothing.wav" in refused("hear", str(tmp_path / "nothing.wav"))


def test_sound_files_of_every_usual_kind_are_heard(tmp_path: Path, spoken_command: Path) -> None:
    samples, rate = soundfile.read(spoken_command)
    stereo = np.stack([samples, samples], axis=1)
    up = np.interp(np.arange(0, len(samples), rate / 44_100), np.arange(len(samples)), samples)
    soundfile.write(tmp_path / "eight.wav", samples, rate, subtype="PCM_U8")
    soundfile.write(tmp_path / "stereo.flac", stereo, rate)
    soundfile.write(tmp_path / "fast.wav", up, 44_100)
    with wave.open(str(spoken_command)) as original:
        assert original.getnchannels() == 1

    files = [str(tmp_path / name) for name in ("eight.wav", "stereo.flac", "fast.wav")]
    ended = turntable("hear", *files)

    assert ended.code == 0
    assert ended.out.count("StartTurns minutes=5") == 3


def test_a_model_that_is_missing_or_damaged(tmp_path: Path, spoken_command: Path) -> None:
    assert "model" in refused("hear", "--model", str(tmp_path / "none"), str(spoken_command))
    (tmp_path / "broken" / "am").mkdir(parents=True)
    (tmp_path / "broken" / "am" / "final.mdl").write_bytes(b"no model")
    assert "broken" in refused("hear", "--model", str(tmp_path / "broken"), str(spoken_command))


def test_a_state_folder_that_cannot_be_made(home: Path) -> None:
    (home / "state").write_text("a file stands in its place")

    assert "state" in refused("type", home=home)


def test_forgetting_from_the_command_line(home: Path) -> None:
    turntable("type", typed="give us a question\n", home=home)
    memory = home / "state" / "turntable" / "memory.sqlite3"
    assert memory.exists()

    ended = turntable("forget", "--yes", home=home)

    assert ended.code == 0
    assert not memory.exists()


OUR_TEA = "language: en\nlists:\n  ritual:\n    values:\n      - {in: our tea, out: our-tea}\n"


def test_dates_are_agreed_listed_and_removed(home: Path) -> None:
    date = '  - step: appoint\n    ask: "When again?"\n  - step: close'
    own_file(home, "voices/en/rituals/our-tea.yaml", RITUAL.replace("  - step: close", date))
    own_file(home, "intents/en/tea.yaml", OUR_TEA)
    said = "start our tea\nyes\nyes\n@ end\n@ end\nsunday at eight in the evening\n"

    assert turntable("type", typed=said + "when is our next date\n", home=home).code == 0
    listed = turntable("appointments", home=home).out

    assert "our-tea" in listed
    assert "Sunday" in listed
    number = listed.split()[0]
    assert turntable("appointments", "--remove", number, home=home).code == 0
    assert "our-tea" not in turntable("appointments", home=home).out
    assert "no appointment" in refused("appointments", "--remove", number, home=home)


def test_status_without_a_running_assistant(home: Path) -> None:
    assert "no assistant is running" in refused("status", home=home)


def test_check_says_how_to_mend_what_fails(home: Path) -> None:
    ended = turntable("check", home=home)

    assert ended.code in (0, 1)
    parts = ("content", "model", "microphone", "loudspeaker", "voice", "memory")
    assert all(any(line.startswith(part) for line in ended.out.splitlines()) for part in parts)


def test_run_without_microphone_and_terminal_is_a_rehearsal(home: Path) -> None:
    nowhere = {"ALSA_CONFIG_PATH": "/usr/share/alsa/alsa.conf", "PULSE_SERVER": "unix:/nowhere"}
    ended = turntable("run", home=home, environment=nowhere)

    assert ended.code == 0
    assert "rehearsal" in ended.out
    assert "The close was reached" in ended.out
