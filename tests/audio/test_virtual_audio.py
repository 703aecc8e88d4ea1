"""The virtual devices are what the audio tests stand on: they lose and change nothing."""

import subprocess
import threading

import numpy as np
import pytest
import sounddevice
from numpy.typing import NDArray

from tests.audio.virtual_audio import AudioUnavailable, VirtualAudio

RATE = 16_000


def noise(seconds: float) -> NDArray[np.int16]:
    return np.random.default_rng(7).integers(-9000, 9000, round(RATE * seconds)).astype(np.int16)


def position(part: NDArray[np.int16], whole: NDArray[np.int16]) -> int:
    """Where `part` begins in `whole`, sample by sample; -1 if it is not in there whole."""
    return whole.tobytes().find(part.tobytes()) // 2


def test_the_microphone_delivers_every_sample(virtual_audio: VirtualAudio) -> None:
    clip = noise(1.0)
    with sounddevice.RawInputStream(RATE, channels=1, dtype="int16", latency=0.1) as stream:
        playing = virtual_audio.say_into_mic(clip)
        heard = [np.frombuffer(stream.read(RATE // 20)[0], np.int16) for _ in range(40)]
    playing.wait()
    assert position(clip, np.concatenate(heard)) >= 0


def test_the_loudspeaker_is_captured_sample_by_sample(virtual_audio: VirtualAudio) -> None:
    clip = noise(1.0)
    with (
        virtual_audio.record_speaker() as recording,
        sounddevice.RawOutputStream(RATE, channels=1, dtype="int16", latency=0.1) as stream,
    ):
        stream.write(clip.tobytes() + bytes(RATE))
        captured = recording.read_until_quiet()
    assert position(clip, captured) >= 0


def test_a_server_that_dies_comes_back_with_its_devices(virtual_audio: VirtualAudio) -> None:
    virtual_audio.kill()
    with pytest.raises(sounddevice.PortAudioError):
        sounddevice.RawOutputStream(RATE, channels=1, dtype="int16")
    virtual_audio.start()
    with sounddevice.RawOutputStream(RATE, channels=1, dtype="int16") as stream:
        assert stream.active


def test_unplugging_ends_a_recording_and_plugging_in_allows_the_next(
    virtual_audio: VirtualAudio,
) -> None:
    with sounddevice.RawInputStream(RATE, channels=1, dtype="int16", latency=0.1) as stream:
        virtual_audio.unplug_microphone()
        with pytest.raises(sounddevice.PortAudioError):
            stream.read(100 * RATE)
    with pytest.raises(sounddevice.PortAudioError):
        sounddevice.RawInputStream(RATE, channels=1, dtype="int16")
    virtual_audio.plug_in_microphone()
    with sounddevice.RawInputStream(RATE, channels=1, dtype="int16", latency=0.1) as stream:
        assert len(stream.read(RATE // 20)[0]) == RATE // 10


def test_a_missing_server_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    audio = VirtualAudio()
    with pytest.raises(AudioUnavailable, match="pulseaudio, pactl, pacat missing: run `make test`"):
        audio.start()
    audio.close()


def test_nothing_is_left_over() -> None:
    threads = threading.active_count()
    with VirtualAudio() as audio:
        server = audio._server
    assert isinstance(server, subprocess.Popen)
    assert server.returncode is not None
    assert not audio._folder.exists()
    assert threading.active_count() == threads
