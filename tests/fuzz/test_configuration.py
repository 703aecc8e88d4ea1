"""A hostile configuration, and hostile answers and files: used, or refused in one line."""

import os
import socket
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config import Settings, load_settings
from assistant.conversation.table import Place, listening
from assistant.errors import BadConfiguration
from assistant.hearing.ear import Ear
from assistant.hearing.fakes import FakeRecognizer
from assistant.hearing.soundfiles import hear_file
from assistant.service import ask_status
from assistant.understanding.phrases import Phrases
from assistant.verbs.status import status_lines
from tests.fuzz.one_line import refused_or

QUICK = settings(max_examples=150, deadline=None)
NAMES = [*Settings.__struct_fields__, "unknown", "voice.rate", "reminders.kind_word", "[voice]"]
VALUES = (
    st.text(max_size=30).map(repr)
    | st.integers().map(str)
    | st.floats().map(str)
    | st.sampled_from(
        ["true", "[]", '["a"]', '["a", "b"]', "{}", "1979-05-27", "inf", '"""', '"\\u001b[2J"']
    )
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "config.toml"


@given(raw=st.binary(max_size=200))
@QUICK
def test_any_bytes_are_settings_or_refused(file: Path, raw: bytes) -> None:
    file.write_bytes(raw)
    refused_or(lambda: load_settings(file))


@given(lines=st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4))
@QUICK
def test_any_settings_are_taken_or_refused(file: Path, lines: list[tuple[str, str]]) -> None:
    text = "\n".join(f"{name} = {value}" for name, value in lines)
    file.write_text(text, encoding="utf-8", errors="replace")
    loaded = refused_or(lambda: load_settings(file))
    assert loaded is None or 2 <= len(loaded.partners) <= 8


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5000,
        "a" + ".a" * 3_000 + " = 1",
        "partners = [" + '"a",' * 100_000 + "]",
        'name = "turntable; rm"',
        'name = "Robert\\u0000"',
        'partners = ["{partner}", "b"]',
        'partners = ["\\u001b[2J", "b"]',
        'partners = ["\\u009b2J", "b"]',
        'partners = ["a\\u202eb", "b"]',
        'partners = ["a\\n", "b"]',
        'name = "turntable\\n"',
        'language = "en\\n"',
        'language = "../../etc"',
        "indicator_pin = 99",
    ],
)
def test_hostile_settings_are_refused(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    assert refused_or(lambda: load_settings(file)) is None


def test_an_endless_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").symlink_to("/dev/zero")
    with pytest.raises(BadConfiguration, match="no plain file"):
        load_settings(tmp_path / "config.toml")


def test_a_pipe_does_not_hold_it_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.toml")
    with pytest.raises(BadConfiguration, match="no plain file"):
        load_settings(tmp_path / "config.toml")


# ---- answers of a control socket that is not ours ------------------------------------------------


@given(
    answer=st.binary(max_size=100)
    | st.sampled_from([b'{"state":"idle","turn_left":1e999}', b'{"state":"idle","partner":1e9}'])
    | st.builds(
        lambda field, value: f'{{"state": "floor", "partner": 1, "{field}": {value}}}'.encode(),
        st.sampled_from(["turn_left", "dropped", "last_fault", "fault_age", "layers", "x"]),
        st.sampled_from(["0", "-1", "1e308", "1e999", '"\\u001b[2J"', '["\\u001b[2J"]', "null"]),
    )
)
@settings(max_examples=50, deadline=None)
def test_any_answer_is_shown_or_refused(answer: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as server:
        path = Path(folder) / "control"
        server.bind(str(path))
        server.listen()
        thread = threading.Thread(target=answer_once, args=(server, answer))
        thread.start()
        report = refused_or(lambda: ask_status(path))
        thread.join()
    assert report is None or all(line.isprintable() for line in status_lines(report))


def answer_once(server: socket.socket, answer: bytes) -> None:
    client, _ = server.accept()
    with client:
        client.recv(64)
        client.sendall(answer + b"\n")


# ---- sound files ---------------------------------------------------------------------------------


@given(
    head=st.sampled_from([b"", b"RIFF\x24\x00\x00\x00WAVEfmt ", b"fLaC\x00\x00\x00\x22", b"caff"]),
    raw=st.binary(max_size=200),
)
@QUICK
def test_any_sound_file_is_heard_or_refused(file: Path, head: bytes, raw: bytes) -> None:
    file.write_bytes(head + raw)
    ear = Ear(FakeRecognizer(), Phrases([]), "turntable")
    refused_or(lambda: hear_file(file, ear, listening(Place.IDLE)))
