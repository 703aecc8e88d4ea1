"""What the ear makes of sound files: any kind is heard alike, anything else refused in a line."""

import io
import json
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant import app
from assistant.config import SAMPLE_RATE, Settings, VoiceSettings
from assistant.conversation.table import Place, listening
from assistant.errors import BadSoundFile, RecognizerFailed
from assistant.events import Heard
from assistant.hearing.ear import Ear
from assistant.hearing.fakes import FakeRecognizer
from assistant.hearing.models import rehearsal_model
from assistant.hearing.soundfiles import FileReport, hear_file
from assistant.speaking.pyttsx3_voice import Pyttsx3Voice
from tests.fuzz.one_line import refused_or

IDLE = listening(Place.IDLE)
HOME = app.open_home(Settings())
COMMAND = "start five minute turns"
LEAD = 0.7
"""Seconds of a quiet room before each command."""
HOURS = 3600

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def fresh_ear() -> Callable[[], Ear]:
    """Ears with the real engine."""
    return app.ear_maker(HOME, rehearsal_model())


@pytest.fixture(scope="module")
def command() -> Floats:
    """A command at 16 kHz, as numbers from -1 to 1, that begins after `LEAD` seconds."""
    speech = Pyttsx3Voice(VoiceSettings(name="en-us+f3")).synthesize(COMMAND)
    spoken = soxr.resample(speech.samples / 32_768, speech.rate, SAMPLE_RATE)
    return np.concatenate([room(LEAD), np.trim_zeros(spoken), room(0.8)])


Hear = Callable[..., FileReport]


@pytest.fixture
def hear(tmp_path: Path, fresh_ear: Callable[[], Ear]) -> Hear:
    """Writes a sound into a file and hears it."""

    def write_and_hear(
        sound: Floats, rate: int = SAMPLE_RATE, name: str = "a.wav", width: str = "PCM_16"
    ) -> FileReport:
        soundfile.write(tmp_path / name, sound, rate, subtype=width)
        return hear_file(tmp_path / name, fresh_ear(), IDLE)

    return write_and_hear


@pytest.fixture(scope="module")
def usual(
    tmp_path_factory: pytest.TempPathFactory, command: Floats, fresh_ear: Callable[[], Ear]
) -> FileReport:
    """What is heard of the command in the usual kind of file."""
    file = tmp_path_factory.mktemp("usual") / "a.wav"
    soundfile.write(file, command, SAMPLE_RATE)
    return hear_file(file, fresh_ear(), IDLE)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Ten seconds of sound in each format."""
    folder = tmp_path_factory.mktemp("whole")
    sound = np.random.default_rng(1).normal(0, 0.1, 10 * SAMPLE_RATE)
    files = {}
    for ending in ("wav", "flac", "aiff", "mp3"):
        soundfile.write(folder / f"a.{ending}", sound, SAMPLE_RATE)
        files[ending] = (folder / f"a.{ending}").read_bytes()
    return files


def room(seconds: float) -> Floats:
    """The faint noise of a quiet room."""
    return np.random.default_rng(3).normal(0, 10 / 32_768, round(seconds * SAMPLE_RATE))


def deaf_ear() -> Ear:
    """An ear that listens and understands nothing."""
    return Ear(FakeRecognizer(), HOME.phrases, "turntable")


def intents(report: FileReport) -> list[str]:
    return [heard.event.intent.name for heard in report.heard if isinstance(heard.event, Heard)]


def refused(file: Path) -> str:
    """The one line with which a file is refused."""
    with pytest.raises(BadSoundFile) as error:
        hear_file(file, deaf_ear(), IDLE)
    line = str(error.value)
    assert line.startswith(f"{file}: ")
    assert len(line.splitlines()) == 1
    return line


class TestKinds:
    """Rate, width, channels and format make no difference to what is heard and when."""

    def test_the_usual_one(self, usual: FileReport, command: Floats) -> None:
        assert intents(usual) == ["StartTurns"]
        assert (usual.utterances, usual.ignored) == (1, 0)
        assert usual.seconds == len(command) / SAMPLE_RATE

    @pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 48_000, 96_000])
    def test_any_rate(self, hear: Hear, usual: FileReport, command: Floats, rate: int) -> None:
        self.alike(hear(soxr.resample(command, SAMPLE_RATE, rate), rate), usual)

    def test_the_narrow_band_of_a_telephone(
        self, hear: Hear, usual: FileReport, command: Floats
    ) -> None:
        """Words are another matter, but somebody spoke once, and the file is as long as it was."""
        report = hear(soxr.resample(command, SAMPLE_RATE, 8_000), 8_000)
        assert report.utterances == usual.utterances
        assert report.seconds == pytest.approx(usual.seconds, abs=0.001)

    @pytest.mark.parametrize(
        ("name", "width"),
        [
            ("a.wav", "PCM_24"),
            ("a.wav", "PCM_32"),
            ("a.wav", "FLOAT"),
            ("a.wav", "DOUBLE"),
            ("a.flac", "PCM_16"),
            ("a.flac", "PCM_24"),
            ("a.aiff", "PCM_16"),
        ],
    )
    def test_any_width_and_format(
        self, hear: Hear, usual: FileReport, command: Floats, name: str, width: str
    ) -> None:
        self.alike(hear(command, name=name, width=width), usual)

    def test_a_name_without_an_ending(
        self, tmp_path: Path, fresh_ear: Callable[[], Ear], usual: FileReport, command: Floats
    ) -> None:
        soundfile.write(tmp_path / "a.wav", command, SAMPLE_RATE)
        file = (tmp_path / "a.wav").rename(tmp_path / "no ending")
        self.alike(hear_file(file, fresh_ear(), IDLE), usual)

    @pytest.mark.parametrize("channels", [2, 5])
    def test_any_number_of_channels(
        self, hear: Hear, usual: FileReport, command: Floats, channels: int
    ) -> None:
        self.alike(hear(np.stack([command] * channels, axis=1)), usual)

    def test_a_voice_on_one_of_two_channels(
        self, hear: Hear, usual: FileReport, command: Floats
    ) -> None:
        self.alike(hear(np.stack([np.zeros_like(command), command], axis=1)), usual)

    @pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 1e30])
    def test_what_is_no_number_is_silence_or_as_loud_as_can_be(
        self, hear: Hear, usual: FileReport, command: Floats, odd: float
    ) -> None:
        damaged = command.copy()
        damaged[:10] = odd  # long before the voice
        self.alike(hear(damaged, width="FLOAT"), usual)

    @pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 3e38])
    def test_a_file_of_nothing_else(self, tmp_path: Path, odd: float) -> None:
        sound = np.full((SAMPLE_RATE, 2), odd)
        soundfile.write(tmp_path / "odd.wav", sound, SAMPLE_RATE, subtype="FLOAT")
        assert hear_file(tmp_path / "odd.wav", deaf_ear(), IDLE).seconds == 1.0

    def alike(self, report: FileReport, usual: FileReport) -> None:
        assert intents(report) == intents(usual)
        assert (report.utterances, report.ignored) == (usual.utterances, usual.ignored)
        assert report.seconds == pytest.approx(usual.seconds, abs=0.001)
        for one, other in zip(report.heard, usual.heard, strict=True):
            assert (one.start, one.end, one.acted) == pytest.approx(
                (other.start, other.end, other.acted), abs=0.05
            )


class TestTimes:
    """They are positions in the file."""

    @pytest.mark.parametrize("before", [0.0, 0.011, 3.0])
    def test_where_the_command_is(
        self, tmp_path: Path, fresh_ear: Callable[[], Ear], command: Floats, before: float
    ) -> None:
        sound = np.concatenate([room(before), command])
        loud = np.flatnonzero(np.abs(sound) > 0.02)
        soundfile.write(tmp_path / "a.wav", sound, SAMPLE_RATE)
        (heard,) = hear_file(tmp_path / "a.wav", fresh_ear(), IDLE).heard
        assert heard.start == pytest.approx(loud[0] / SAMPLE_RATE, abs=0.15)
        assert heard.end == pytest.approx(loud[-1] / SAMPLE_RATE, abs=0.15)
        assert heard.start < heard.end < heard.acted < before + len(command) / SAMPLE_RATE

    def test_several_commands_one_after_the_other(
        self, tmp_path: Path, fresh_ear: Callable[[], Ear], command: Floats
    ) -> None:
        soundfile.write(tmp_path / "a.wav", np.concatenate([command] * 3), SAMPLE_RATE)
        report = hear_file(tmp_path / "a.wav", fresh_ear(), IDLE)
        assert intents(report) == ["StartTurns"] * 3
        starts = [heard.start for heard in report.heard]
        assert np.diff(starts) == pytest.approx([len(command) / SAMPLE_RATE] * 2, abs=0.05)

    def test_a_file_that_begins_and_ends_with_speech(
        self, tmp_path: Path, fresh_ear: Callable[[], Ear], command: Floats
    ) -> None:
        """Silence is added around it: without that the last utterance would never end."""
        loud = np.flatnonzero(np.abs(command) > 0.02)
        speech = command[loud[0] : loud[-1]]
        soundfile.write(tmp_path / "a.wav", speech, SAMPLE_RATE)
        report = hear_file(tmp_path / "a.wav", fresh_ear(), IDLE)
        assert intents(report) == ["StartTurns"]
        assert (report.utterances, report.seconds) == (1, len(speech) / SAMPLE_RATE)
        assert report.heard[0].start < 0.1
        assert report.heard[0].end == pytest.approx(report.seconds, abs=0.15)
        assert json.loads(json.dumps(report.as_json()))["heard"][0]["start"] >= 0.0

    def test_talk_is_counted_and_not_heard(
        self, tmp_path: Path, fresh_ear: Callable[[], Ear]
    ) -> None:
        speech = Pyttsx3Voice(VoiceSettings(name="en-us+f3")).synthesize("the dinner is ready now")
        soundfile.write(tmp_path / "a.wav", speech.samples, speech.rate)
        report = hear_file(tmp_path / "a.wav", fresh_ear(), IDLE)
        assert (report.heard, report.utterances, report.ignored) == ((), 1, 1)

    def test_silence_holds_nothing(self, tmp_path: Path) -> None:
        soundfile.write(tmp_path / "a.wav", room(5.0), SAMPLE_RATE)
        report = hear_file(tmp_path / "a.wav", deaf_ear(), IDLE)
        assert (report.heard, report.utterances, report.ignored) == ((), 0, 0)


def test_the_object_of_json(tmp_path: Path, fresh_ear: Callable[[], Ear], command: Floats) -> None:
    soundfile.write(tmp_path / "ä b.wav", command, SAMPLE_RATE)
    told = hear_file(tmp_path / "ä b.wav", fresh_ear(), IDLE).as_json()
    report = json.loads(json.dumps(told))
    assert report == told
    assert list(report) == ["file", "seconds", "utterances", "ignored", "heard"]
    assert report["file"] == str(tmp_path / "ä b.wav")
    assert report["seconds"] == round(len(command) / SAMPLE_RATE, 3)
    (heard,) = report["heard"]
    assert list(heard) == ["intent", "slots", "start", "end", "acted"]
    assert (heard["intent"], heard["slots"]) == ("StartTurns", {"minutes": 5})
    assert all(heard[time] == round(heard[time], 3) for time in ("start", "end", "acted"))


def test_a_recognizer_that_fails_is_no_bad_file(tmp_path: Path, command: Floats) -> None:
    soundfile.write(tmp_path / "a.wav", command, SAMPLE_RATE)
    recognizer = FakeRecognizer()
    recognizer.fail_next()
    with pytest.raises(RecognizerFailed):
        hear_file(tmp_path / "a.wav", Ear(recognizer, HOME.phrases, "turntable"), IDLE)


class TestRefusals:
    """Anything that is no sound file is refused in one line that names it."""

    @pytest.mark.parametrize(
        "content", [b"", b"RIFF", b"not a sound at all", b"\0" * 5_000, b"\xff\xfb\x90\x00" * 500]
    )
    @pytest.mark.parametrize("ending", ["wav", "flac", "raw", "vox", "gsm", "mp3", "au", "xyz"])
    def test_not_a_sound_whatever_its_name(
        self, tmp_path: Path, content: bytes, ending: str
    ) -> None:
        file = tmp_path / f"file.{ending}"
        file.write_bytes(content)
        assert "give a WAV or FLAC file" in refused(file)

    def test_a_file_without_a_sample(self, tmp_path: Path) -> None:
        soundfile.write(tmp_path / "empty.wav", np.zeros(0), SAMPLE_RATE)
        assert "holds no sound" in refused(tmp_path / "empty.wav")

    def test_a_folder_and_nothing(self, tmp_path: Path) -> None:
        refused(tmp_path)
        refused(tmp_path / "nothing.wav")
        refused(tmp_path / ("long" * 100 + ".wav"))

    def test_a_pipe_does_not_hold_us_up(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.wav")
        assert "no plain file" in refused(tmp_path / "pipe.wav")

    def test_longer_than_four_hours(self, tmp_path: Path) -> None:
        """Only the length that the header gives is looked at: nothing is read."""
        for seconds, problem in (
            (4 * HOURS + 1, "longer than four hours"),
            (4 * HOURS, "cannot be read"),
        ):
            file = tmp_path / "long.flac"
            file.write_bytes(flac_that_claims(seconds * SAMPLE_RATE))
            assert problem in refused(file)

    def test_one_that_was_encoded_as_a_stream(self, tmp_path: Path) -> None:
        file = tmp_path / "stream.flac"
        file.write_bytes(flac_that_claims(0))
        problem = refused(file)
        assert "does not say how long it is" in problem
        assert "WAV" in problem

    @pytest.mark.parametrize("rate", [0, 1, 999, 1_000_001, 2**31 - 1, 2**32 - 1])
    def test_a_rate_that_cannot_be(self, tmp_path: Path, rate: int) -> None:
        """Such numbers end the process within the resampler."""
        file = tmp_path / "rate.wav"
        file.write_bytes(wav(rate, 1, bytes(2_000)))
        refused(file)

    @pytest.mark.parametrize("channels", [1, 255, 1024])
    def test_many_channels_cost_no_more_memory_than_one_piece(
        self, tmp_path: Path, channels: int
    ) -> None:
        file = tmp_path / "many.wav"
        file.write_bytes(wav(1_000_000, channels, bytes(2 * channels * 100)))
        assert hear_file(file, deaf_ear(), IDLE).seconds == 100 / 1_000_000


class TestDamage:
    """A file that is cut off or damaged is heard as far as it goes, or refused."""

    @pytest.mark.parametrize("ending", ["wav", "aiff", "mp3"])
    def test_cut_off_it_is_heard_as_far_as_it_goes(
        self, tmp_path: Path, whole: dict[str, bytes], ending: str
    ) -> None:
        file = tmp_path / f"cut.{ending}"
        file.write_bytes(whole[ending][: len(whole[ending]) // 2])
        assert hear_file(file, deaf_ear(), IDLE).seconds == pytest.approx(5.0, abs=0.5)

    def test_one_that_checks_itself_is_refused(
        self, tmp_path: Path, whole: dict[str, bytes]
    ) -> None:
        file = tmp_path / "cut.flac"
        file.write_bytes(whole["flac"][: len(whole["flac"]) // 2])
        assert "cannot be read as sound" in refused(file)

    def test_the_last_piece_is_not_heard_again_and_again(
        self, tmp_path: Path, command: Floats
    ) -> None:
        """What the header promises and the file does not hold is easily filled with old sound."""
        quiet = np.zeros(SAMPLE_RATE * 10)
        soundfile.write(tmp_path / "a.mp3", np.concatenate([quiet, command, quiet]), SAMPLE_RATE)
        content = (tmp_path / "a.mp3").read_bytes()
        (tmp_path / "a.mp3").write_bytes(content[: round(len(content) * 0.52)])
        report = hear_file(tmp_path / "a.mp3", deaf_ear(), IDLE)
        assert report.seconds < 15.0
        assert report.utterances == 1

    @given(
        ending=st.sampled_from(["wav", "flac", "aiff", "mp3"]),
        changes=st.lists(st.tuples(st.integers(0, 120), st.integers(0, 255)), max_size=6),
        length=st.integers(0, 30_000),
    )
    @settings(max_examples=150, deadline=None)
    def test_any_damage_is_heard_or_refused(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        whole: dict[str, bytes],
        ending: str,
        changes: list[tuple[int, int]],
        length: int,
    ) -> None:
        content = bytearray(whole[ending][:length])
        for place, value in changes:
            content[place : place + 1] = [value]
        file = tmp_path_factory.getbasetemp() / f"damaged.{ending}"
        file.write_bytes(content)
        refused_or(lambda: hear_file(file, deaf_ear(), IDLE))

    @given(content=st.binary(max_size=2_000), ending=st.sampled_from(["wav", "raw", "sd2", "txt"]))
    @settings(max_examples=100, deadline=None)
    def test_any_bytes_are_refused(
        self, tmp_path_factory: pytest.TempPathFactory, content: bytes, ending: str
    ) -> None:
        file = tmp_path_factory.getbasetemp() / f"bytes.{ending}"
        file.write_bytes(content)
        refused(file)


# ---- files that lie -----------------------------------------------------------------------------


def wav(rate: int, channels: int, data: bytes) -> bytes:
    """A WAV file of 16 bits with any numbers in its header."""
    frame = 2 * channels
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * frame % 2**32, frame % 2**16, 16)
    chunks = b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def claiming(flac: bytes, frames: int) -> bytes:
    """A FLAC file whose header gives another length: the low 36 bits of its bytes 18 to 26."""
    fields = int.from_bytes(flac[18:26], "big") >> 36 << 36 | frames
    return flac[:18] + fields.to_bytes(8, "big") + flac[26:]


def flac_that_claims(frames: int) -> bytes:
    """A FLAC file of some length in its header, and silence of a tenth of a second in it."""
    memory = io.BytesIO()
    soundfile.write(memory, np.zeros(SAMPLE_RATE // 10), SAMPLE_RATE, format="FLAC")
    return claiming(memory.getvalue(), frames)
