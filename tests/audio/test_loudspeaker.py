"""The loudspeaker on real PortAudio: whole sounds, a stop that stops, and every fault outlived."""

import queue
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import sounddevice
from numpy.typing import NDArray

from assistant.events import ChimeName
from assistant.portaudio import refresh_devices
from assistant.speaking import loudspeaker as module
from assistant.speaking.chimes import chime
from assistant.speaking.loudspeaker import PortAudioLoudspeaker, loudspeakers
from assistant.speaking.playback import Back, Lost, Played, Report
from assistant.speaking.voice import Speech
from tests.audio.virtual_audio import VirtualAudio

RATE = 16_000
"""Of the virtual loudspeaker: what is played at this rate is captured sample by sample."""


class Box:
    """A loudspeaker, its reports, and a clock that stands still until a test moves it."""

    def __init__(self, device: str = "") -> None:
        self.now = 0.0
        self._reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self.loudspeaker = PortAudioLoudspeaker(device, self._reports.put, lambda: self.now)

    def report(self, timeout: float = 20.0) -> Report:
        return self._reports.get(timeout=timeout)

    def silent(self) -> bool:
        return self._reports.empty()

    def check_until_reported(self) -> Report:
        """Look again and again at a device that is about to hang."""
        for _ in range(200):
            self.now += 1.0
            self.loudspeaker.check()
            try:
                return self.report(timeout=0.05)
            except queue.Empty:
                continue
        pytest.fail("the loudspeaker was not found hanging")


@pytest.fixture
def open_box(virtual_audio: VirtualAudio) -> Iterator[Callable[..., Box]]:
    boxes: list[Box] = []

    def build(device: str = "") -> Box:
        boxes.append(Box(device))
        return boxes[-1]

    yield build
    virtual_audio.resume()
    for box in boxes:
        box.loudspeaker.close()


@pytest.fixture
def box(open_box: Callable[..., Box]) -> Box:
    return open_box()


def noise(seconds: float, seed: int = 1) -> Speech:
    """Sound of which no two parts are alike, so that a missing sample is seen."""
    samples = np.random.default_rng(seed).integers(2000, 9000, round(RATE * seconds))
    return Speech(samples.astype(np.int16), RATE)


def position(part: NDArray[np.int16], whole: NDArray[np.int16]) -> int:
    """Where `part` begins in `whole`, sample by sample; -1 if it is not in there whole."""
    found = whole.tobytes().find(part.tobytes())
    return found // 2 if found >= 0 else -1


def likeness(sound: Speech, captured: NDArray[np.int16]) -> float:
    """The best correlation of a sound with what was captured, 0 to 1, over all delays."""
    wanted = module._at_rate(sound, RATE).astype(float)
    heard = captured.astype(float)
    size = len(heard) + len(wanted)
    product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size))
    delay = int(np.argmax(np.fft.irfft(product, size)))
    found = heard[delay : delay + len(wanted)]
    return float(
        found @ wanted[: len(found)] / (np.linalg.norm(found) * np.linalg.norm(wanted) + 1e-9)
    )


class TestPlaying:
    """Every sample, in order, and a report when the last one has been heard."""

    def test_from_the_first_sample_to_the_last(self, virtual_audio: VirtualAudio, box: Box) -> None:
        sound = noise(0.7)
        with virtual_audio.record_speaker() as recording:
            box.loudspeaker.play(sound, 1)
            assert box.report() == Played(1)
            assert position(sound.samples, recording.read_until_quiet()) >= 0

    def test_without_the_margin_the_tail_would_be_lost(
        self, virtual_audio: VirtualAudio, box: Box, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The guard of the test above can fail: this is what PortAudio does on ALSA."""
        monkeypatch.setattr(module, "MARGIN", -module.LATENCY)
        sound = noise(0.7)
        with virtual_audio.record_speaker() as recording:
            box.loudspeaker.play(sound, 1)
            assert position(sound.samples, recording.read_until_quiet()) == -1

    def test_what_is_queued_follows_without_a_gap(
        self, virtual_audio: VirtualAudio, box: Box
    ) -> None:
        first, second = noise(0.3, 1), noise(0.3, 2)
        with virtual_audio.record_speaker() as recording:
            box.loudspeaker.play(first, 1)
            box.loudspeaker.play(second, 2)
            assert [box.report(), box.report()] == [Played(1), Played(2)]
            captured = recording.read_until_quiet()
        assert position(second.samples, captured) == position(first.samples, captured) + len(
            first.samples
        )

    def test_the_report_comes_after_the_sound(self, virtual_audio: VirtualAudio, box: Box) -> None:
        """When it comes, nothing of the sound is left in the device that could be cut off."""
        sound = noise(0.5)
        with virtual_audio.record_speaker() as recording:
            box.loudspeaker.play(sound, 1)
            assert box.report() == Played(1)
            virtual_audio.unplug_loudspeaker()
            recording.read_until_quiet(limit=1.0)
        assert position(sound.samples, recording.samples) >= 0

    def test_all_chimes_one_after_the_other(self, virtual_audio: VirtualAudio, box: Box) -> None:
        sounds = [chime(name, 22_050, 0.8) for name in ChimeName]
        with virtual_audio.record_speaker() as recording:
            for sound in sounds:
                box.loudspeaker.play(sound)
            captured = recording.read_until_quiet()
        start = float(np.flatnonzero(captured)[0])
        for sound in sounds:
            end = start + sound.seconds * RATE
            around = captured[max(0, round(start) - RATE // 100) : round(end) + RATE // 100]
            assert likeness(sound, around) > 0.98
            start = end

    def test_a_rate_that_is_refused_is_converted(
        self, virtual_audio: VirtualAudio, box: Box, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened: list[int] = []
        real = sounddevice.RawOutputStream

        def refusing(samplerate: int, **options: object) -> object:
            opened.append(samplerate)
            if samplerate == 22_050:
                raise sounddevice.PortAudioError("Invalid sample rate", -9997)
            return real(samplerate=samplerate, **options)

        monkeypatch.setattr(sounddevice, "RawOutputStream", refusing)
        sound = chime(ChimeName.INVITE, 22_050, 0.8)
        with virtual_audio.record_speaker() as recording:
            box.loudspeaker.play(sound, 1)
            assert likeness(sound, recording.read_until_quiet()) > 0.98
        assert opened == [22_050, 44_100]

    def test_a_device_by_part_of_its_name(self, open_box: Callable[..., Box]) -> None:
        assert loudspeakers() == ["pulse", "default"]
        box = open_box("puls")
        box.loudspeaker.play(noise(0.1), 1)
        assert box.report() == Played(1)

    def test_the_default_steps_in_for_a_device_that_is_missing(
        self, virtual_audio: VirtualAudio, open_box: Callable[..., Box]
    ) -> None:
        sound = noise(0.3)
        box = open_box("unplugged thing")
        with virtual_audio.record_speaker() as recording:
            box.loudspeaker.play(sound, 1)
            assert box.report() == Played(1)
            assert position(sound.samples, recording.read_until_quiet()) >= 0


class TestStopping:
    """Silence at once: nothing more is written, and the device's buffer is discarded."""

    def test_what_was_in_the_buffer_is_not_heard(
        self, virtual_audio: VirtualAudio, box: Box, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """At most one block is written after the stop, and less is heard than was written."""
        sound, written, stopped_at = noise(5.0), [0], [0]
        real = box.loudspeaker._write

        def counting(stream: object, item: object, samples: NDArray[np.int16]) -> None:
            step = round(module.BLOCK * RATE)
            for start in range(0, len(samples), step):
                real(stream, item, samples[start : start + step])  # type: ignore[arg-type]
                written[0] += 0 if item.stopped else step  # type: ignore[attr-defined]
                if written[0] == 50 * step:
                    stopped_at[0] = written[0]
                    box.loudspeaker.stop()

        monkeypatch.setattr(box.loudspeaker, "_write", counting)
        with virtual_audio.record_speaker() as recording:
            box.loudspeaker.play(sound, 1)
            assert box.report() == Played(1)
            heard = np.count_nonzero(recording.read_until_quiet())
        assert written[0] == stopped_at[0]
        lead = round(module.LEAD * RATE)
        assert 0 < heard < stopped_at[0] - lead - round(module.LATENCY / 2 * RATE)

    def test_the_tail_after_a_stop_is_short(self, virtual_audio: VirtualAudio, box: Box) -> None:
        """Captured sound ends within 50 ms of the stop, plus what the capture itself lags."""
        with virtual_audio.record_speaker() as recording:
            box.loudspeaker.play(noise(20.0), 1)
            while not recording.read(0.02).any():
                pass
            recording.read(0.5)
            before = np.count_nonzero(recording.samples)
            box.loudspeaker.stop()
            assert box.report() == Played(1)
            tail = np.count_nonzero(recording.read_until_quiet()) - before
        assert tail / RATE < 0.05 + 0.25

    def test_what_is_queued_is_dropped_and_reported(self, box: Box) -> None:
        for utterance_id in (1, 2, 3):
            box.loudspeaker.play(noise(5.0), utterance_id)
        box.loudspeaker.stop()
        assert [box.report() for _ in range(3)] == [Played(1), Played(2), Played(3)]

    def test_what_is_asked_for_afterwards_is_played(
        self, virtual_audio: VirtualAudio, box: Box
    ) -> None:
        after = noise(0.3, 2)
        with virtual_audio.record_speaker() as recording:
            box.loudspeaker.play(noise(5.0), 1)
            box.loudspeaker.stop()
            box.loudspeaker.play(after, 2)
            assert [box.report(), box.report()] == [Played(1), Played(2)]
            assert position(after.samples, recording.read_until_quiet()) >= 0

    def test_closing_in_the_middle_of_a_sound_leaves_no_thread(self, box: Box) -> None:
        box.loudspeaker.play(noise(5.0), 1)
        box.loudspeaker.close()
        assert not box.loudspeaker.is_alive()
        assert box.report() == Played(1)
        box.loudspeaker.play(noise(0.1), 2)
        assert box.report() == Played(2)


class TestFaults:
    """Lost is told once, no utterance is left unanswered, and it comes back by itself."""

    @pytest.fixture(autouse=True)
    def _try_again_soon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "RETRY", 0.1)

    def test_unplugged_in_the_middle_of_a_sound(
        self, virtual_audio: VirtualAudio, box: Box
    ) -> None:
        with virtual_audio.record_speaker() as recording:
            box.loudspeaker.play(noise(20.0), 1)
            box.loudspeaker.play(noise(0.1), 2)
            while not recording.read(0.02).any():
                pass
            virtual_audio.unplug_loudspeaker()
            assert isinstance(box.report(), Lost)
            assert [box.report(), box.report()] == [Played(1), Played(2)]
        box.loudspeaker.play(noise(0.1), 3)
        assert box.report() == Played(3)
        assert box.silent()
        virtual_audio.plug_in_loudspeaker()
        assert box.report() == Back()
        self.plays(virtual_audio, box)

    def test_the_sound_server_dies_and_returns(self, virtual_audio: VirtualAudio, box: Box) -> None:
        box.loudspeaker.play(noise(20.0), 1)
        virtual_audio.kill()
        assert isinstance(box.report(), Lost)
        assert box.report() == Played(1)
        virtual_audio.start()
        assert box.report() == Back()
        self.plays(virtual_audio, box)

    @pytest.mark.parametrize(
        ("name", "seems"), [("samplerate", 0.0), ("active", False)], ids=["opened", "started"]
    )
    def test_it_only_seems_to_have_been(
        self,
        virtual_audio: VirtualAudio,
        box: Box,
        monkeypatch: pytest.MonkeyPatch,
        name: str,
        seems: float | bool,
    ) -> None:
        """While the microphone is read, PortAudio may call a failure a success."""
        monkeypatch.setattr(sounddevice.RawOutputStream, name, seems)
        box.loudspeaker.play(noise(0.3), 1)
        lost = box.report()
        assert isinstance(lost, Lost), lost
        assert box.report() == Played(1)
        monkeypatch.undo()
        assert box.report() == Back()
        self.plays(virtual_audio, box)

    def test_the_sound_server_stalls(self, virtual_audio: VirtualAudio, box: Box) -> None:
        with virtual_audio.record_speaker() as recording:
            box.loudspeaker.play(noise(20.0), 1)
            while not recording.read(0.02).any():
                pass
        virtual_audio.stall()
        lost = box.check_until_reported()
        assert isinstance(lost, Lost)
        assert "takes no sound any more" in str(lost.error)
        assert box.report() == Played(1)
        box.loudspeaker.play(noise(0.1), 2)
        assert box.report() == Played(2)
        virtual_audio.resume()
        assert box.report() == Back()
        self.plays(virtual_audio, box)

    def test_closing_does_not_wait_for_a_server_that_stalls(
        self, virtual_audio: VirtualAudio, box: Box
    ) -> None:
        virtual_audio.stall()
        box.loudspeaker.play(noise(20.0), 1)
        box.loudspeaker.close()
        assert box.report() == Played(1)
        virtual_audio.resume()

    def test_a_device_that_works_is_not_found_hanging(self, box: Box) -> None:
        box.now += 100.0
        box.loudspeaker.check()
        box.loudspeaker.play(noise(0.3), 1)
        box.now += 1.9
        box.loudspeaker.check()
        assert box.report() == Played(1)
        assert box.silent()

    def test_devices_are_looked_for_again_only_while_nothing_plays(
        self, virtual_audio: VirtualAudio, box: Box
    ) -> None:
        """PortAudio started anew under an open stream would crash the process."""
        assert box.loudspeaker.unless_playing(refresh_devices)
        with virtual_audio.record_speaker() as recording:
            box.loudspeaker.play(noise(20.0), 1)
            while not recording.read(0.02).any():
                pass
            assert not box.loudspeaker.unless_playing(refresh_devices)
            box.loudspeaker.stop()
            assert box.report() == Played(1)
        self.plays(virtual_audio, box)

    def plays(self, virtual_audio: VirtualAudio, box: Box) -> None:
        sound = noise(0.3, 9)
        for _ in range(3):  # a busy machine can tear the sound on its way; the next one is whole
            with virtual_audio.record_speaker() as recording:
                box.loudspeaker.play(sound, 9)
                assert box.report() == Played(9)
                if position(sound.samples, recording.read_until_quiet()) >= 0:
                    return
        pytest.fail("what was played was not heard whole")
