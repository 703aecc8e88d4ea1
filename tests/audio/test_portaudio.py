"""What PortAudio says of itself is not believed without a look."""

from typing import Any

import pytest
import sounddevice

from assistant.portaudio import problem, start_stream, usable

REFUSED = sounddevice.PortAudioError(
    "Error opening RawOutputStream", -9999, (0, -16, "Device or resource busy")
)


def make() -> Any:
    return sounddevice.RawOutputStream(samplerate=16_000, channels=1, dtype="int16")


@pytest.mark.usefixtures("virtual_audio")
class TestStreams:
    """One that really opens and runs is used; one that only seems to is an error."""

    def test_a_real_one(self) -> None:
        stream = make()
        assert usable(stream) is stream
        start_stream(stream)
        assert stream.active
        stream.close()

    def test_one_without_a_rate_was_not_opened(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """So PortAudio gave one back whose opening had failed, while another thread was reading."""
        stream = make()
        monkeypatch.setattr(sounddevice.RawOutputStream, "samplerate", 0.0)
        with pytest.raises(sounddevice.PortAudioError, match="was not opened"):
            usable(stream)
        assert stream.closed

    def test_one_that_does_not_run_was_not_started(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stream = make()
        monkeypatch.setattr(sounddevice.RawOutputStream, "start", lambda _: None)
        with pytest.raises(sounddevice.PortAudioError, match="did not start"):
            start_stream(stream)
        stream.close()


class TestProblem:
    """What went wrong in one line, with what the system said."""

    def test_with_the_systems_words(self) -> None:
        assert problem(REFUSED) == "Error opening RawOutputStream: Device or resource busy"

    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (sounddevice.PortAudioError("Device unavailable", -9985), "Device unavailable"),
            (sounddevice.PortAudioError("Unanticipated", -9999, (0, 0, "")), "Unanticipated"),
            (ValueError("No output device matching 'x'\nin list"), "No output device matching 'x'"),
            (sounddevice.PortAudioError(), "no reason is given"),
        ],
    )
    def test_without_them(self, error: Exception, said: str) -> None:
        assert problem(error) == said

    @pytest.mark.usefixtures("virtual_audio")
    def test_while_portaudio_starts_anew(self) -> None:
        """`str` would raise another error then, out of the handling of this one."""
        sounddevice._terminate()
        try:
            with pytest.raises(sounddevice.PortAudioError):
                str(REFUSED)
            assert "busy" in problem(REFUSED)
        finally:
            sounddevice._initialize()
