"""The microphone on real PortAudio: every sample in blocks, and its loss noticed and outlived."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import sounddevice
from numpy.typing import NDArray

from assistant.config import BLOCK, SAMPLE_RATE
from assistant.errors import MicrophoneLost
from assistant.hearing import microphone as module
from assistant.hearing.microphone import PortAudioMicrophone, microphones
from assistant.hearing.recognizer import Sound
from assistant.portaudio import refresh_devices
from tests.audio.virtual_audio import VirtualAudio


class Box:
    """A microphone, and a clock that stands still until a test moves it."""

    def __init__(self, device: str = "") -> None:
        self.now = 0.0
        self.microphone = PortAudioMicrophone(device, lambda: self.now)

    def next(self) -> Sound:
        """The next block, which must come."""
        taken = self.microphone.take(timeout=20.0)
        assert taken is not None
        return taken[0]

    def hear(self, seconds: float) -> Sound:
        """What comes in the next seconds of sound."""
        blocks = [self.next() for _ in range(round(seconds * SAMPLE_RATE / BLOCK))]
        return np.concatenate(blocks)

    def take_until_lost(self) -> MicrophoneLost:
        """Take while blocks come, and half a second longer at each try that brings none."""
        for _ in range(200):
            try:
                if self.microphone.take(timeout=0.1) is None:
                    self.now += 0.5
            except MicrophoneLost as error:
                return error
        pytest.fail("the loss was not noticed")


@pytest.fixture
def open_box(virtual_audio: VirtualAudio) -> Iterator[Callable[..., Box]]:
    boxes: list[Box] = []

    def build(device: str = "") -> Box:
        boxes.append(Box(device))
        boxes[-1].microphone.open()
        return boxes[-1]

    yield build
    virtual_audio.resume()
    for box in boxes:
        box.microphone.close()


@pytest.fixture
def box(open_box: Callable[..., Box]) -> Box:
    return open_box()


def noise(seconds: float, seed: int = 1) -> Sound:
    """Sound of which no two parts are alike, so that a missing sample is seen."""
    samples = np.random.default_rng(seed).integers(2000, 9000, round(SAMPLE_RATE * seconds))
    return samples.astype(np.int16)


def tone(frequency: float, seconds: float) -> Sound:
    phase = np.arange(round(seconds * SAMPLE_RATE)) * 2 * np.pi * frequency / SAMPLE_RATE
    sound: Sound = np.rint(8000 * np.sin(phase)).astype(np.int16)
    return sound


def position(part: Sound, whole: Sound) -> int:
    """Where `part` begins in `whole`, sample by sample; -1 if it is not in there whole."""
    found = whole.tobytes().find(part.tobytes())
    return found // 2 if found >= 0 else -1


def frequency(sound: Sound) -> float:
    """The loudest one, in Hz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum)) * SAMPLE_RATE / len(sound)


def recordings(virtual_audio: VirtualAudio) -> list[str]:
    """Who holds the device, as the sound server sees it."""
    return virtual_audio._control("list", "short", "source-outputs").stdout.splitlines()


class TestHearing:
    """Blocks of 512 samples at 16 kHz with everything that was said."""

    def test_every_sample_in_order(self, virtual_audio: VirtualAudio, box: Box) -> None:
        said = noise(0.7)
        virtual_audio.say_into_mic(said)
        assert position(said, box.hear(2.5)) >= 0

    def test_a_block_is_what_the_ear_takes(self, box: Box) -> None:
        block = box.next()
        assert (block.shape, block.dtype.name) == ((BLOCK,), "int16")

    @pytest.mark.usefixtures("virtual_audio")
    def test_a_blocks_time_is_its_end(self) -> None:
        microphone = PortAudioMicrophone()
        before = time.monotonic()
        microphone.open()
        taken = [microphone.take(20.0) for _ in range(20)]
        after = time.monotonic()
        microphone.close()
        times = [one[1] for one in taken if one]
        assert len(times) == 20
        assert [before, *times, after] == sorted([before, *times, after])

    def test_a_device_by_part_of_its_name(
        self, virtual_audio: VirtualAudio, open_box: Callable[..., Box]
    ) -> None:
        assert microphones() == ["pulse", "default"]
        box = open_box("puls")
        said = noise(0.3)
        virtual_audio.say_into_mic(said)
        assert position(said, box.hear(2.0)) >= 0

    def test_a_rate_that_is_refused_is_converted(
        self,
        virtual_audio: VirtualAudio,
        open_box: Callable[..., Box],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        opened = refuse(monkeypatch, lambda way: way[0] == SAMPLE_RATE)
        box = open_box()
        virtual_audio.say_into_mic(tone(1000.0, 2.0))
        heard = box.hear(2.0)[-SAMPLE_RATE:]
        assert opened == [(SAMPLE_RATE, 1), (44_100, 1)]
        assert frequency(heard) == pytest.approx(1000.0, abs=5.0)
        assert box.next().shape == (BLOCK,)

    def test_one_channel_that_is_refused_is_mixed_from_two(
        self,
        virtual_audio: VirtualAudio,
        open_box: Callable[..., Box],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        opened = refuse(monkeypatch, lambda way: way[1] == 1)
        box = open_box()
        virtual_audio.say_into_mic(tone(1000.0, 2.0))
        heard = box.hear(2.0)[-SAMPLE_RATE:]
        assert opened == [(SAMPLE_RATE, 1), (44_100, 1), (44_100, 2)]
        assert frequency(heard) == pytest.approx(1000.0, abs=5.0)

    def test_a_muted_one_gives_silence_and_is_not_lost(
        self, virtual_audio: VirtualAudio, box: Box
    ) -> None:
        said = tone(1000.0, 3.0)
        virtual_audio.mute_microphone(muted=True)
        virtual_audio.say_into_mic(said)
        assert not box.hear(1.0).any()
        virtual_audio.mute_microphone(muted=False)
        assert box.hear(1.0).any()


class TestOpeningAndClosing:
    """Held or not held, and never anything in between."""

    def test_open_holds_the_device_and_close_gives_it_back(
        self, virtual_audio: VirtualAudio, box: Box
    ) -> None:
        box.next()
        assert (box.microphone.is_open, len(recordings(virtual_audio))) == (True, 1)
        box.microphone.close()
        assert (box.microphone.is_open, len(recordings(virtual_audio))) == (False, 0)
        assert not box.microphone.hangs

    def test_what_is_asked_for_twice_is_done_once(
        self, virtual_audio: VirtualAudio, box: Box
    ) -> None:
        box.microphone.open()
        box.next()
        assert len(recordings(virtual_audio)) == 1
        box.microphone.close()
        box.microphone.close()
        assert not box.microphone.is_open

    @pytest.mark.usefixtures("virtual_audio")
    def test_no_thread_is_left(self) -> None:
        before = threading.active_count()
        microphone = PortAudioMicrophone()
        for _ in range(3):
            microphone.open()
            microphone.close()
        assert threading.active_count() == before

    def test_a_closed_one_gives_nothing(self, box: Box) -> None:
        box.microphone.close()
        with pytest.raises(MicrophoneLost, match="the microphone is closed"):
            box.microphone.take(0.1)

    @pytest.mark.parametrize("device", ["unplugged thing", "hw:9,9"])
    @pytest.mark.usefixtures("virtual_audio")
    def test_an_unknown_name_is_one_line(self, device: str) -> None:
        microphone = PortAudioMicrophone(device)
        with pytest.raises(MicrophoneLost) as error:
            microphone.open()
        assert device in str(error.value)
        assert len(str(error.value).splitlines()) == 1
        assert not microphone.is_open

    @pytest.mark.usefixtures("virtual_audio")
    def test_a_name_that_fits_several_is_one_line(self) -> None:
        with pytest.raises(MicrophoneLost, match="ultiple") as error:
            PortAudioMicrophone("u").open()
        assert len(str(error.value).splitlines()) == 1

    def test_what_was_not_taken_is_forgotten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        box, stream = scripted(monkeypatch, Script(noise(BLOCK * 4 / SAMPLE_RATE)))
        assert position(box.next(), stream.sound) == 0
        box.microphone.close()
        stream.sound = tone(440.0, 0.1)
        box.microphone.open()
        stream.use_up(box)
        assert position(box.next(), stream.sound) == 0


class TestFaults:
    """A loss is an error in one line, and afterwards the microphone can be opened again."""

    def test_unplugged(self, virtual_audio: VirtualAudio, box: Box) -> None:
        box.next()
        virtual_audio.unplug_microphone()
        lost = box.take_until_lost()
        assert len(str(lost).splitlines()) == 1
        box.microphone.close()
        with pytest.raises(MicrophoneLost, match="the microphone is lost"):
            box.microphone.open()
        assert not box.microphone.is_open
        virtual_audio.plug_in_microphone()
        refresh_devices()
        self.hears_again(virtual_audio, box)

    def test_the_sound_server_dies_and_returns(self, virtual_audio: VirtualAudio, box: Box) -> None:
        box.next()
        virtual_audio.kill()
        box.take_until_lost()
        box.microphone.close()
        virtual_audio.start()
        self.hears_again(virtual_audio, box)

    @pytest.mark.parametrize(
        ("name", "seems"), [("samplerate", 0.0), ("active", False)], ids=["opened", "started"]
    )
    def test_it_only_seems_to_have_been(
        self,
        virtual_audio: VirtualAudio,
        monkeypatch: pytest.MonkeyPatch,
        name: str,
        seems: float | bool,
    ) -> None:
        """While the loudspeaker plays, PortAudio may call a failure a success."""
        box = Box()
        with monkeypatch.context() as patch:
            patch.setattr(sounddevice.InputStream, name, seems)
            with pytest.raises(MicrophoneLost, match="the microphone is lost: the device"):
                box.microphone.open()
        self.hears_again(virtual_audio, box)
        box.microphone.close()

    def test_the_sound_server_stalls(
        self, virtual_audio: VirtualAudio, box: Box, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "_PATIENCE", 0.2)
        box.next()
        virtual_audio.stall()
        assert "no sound arrives" in str(box.take_until_lost())
        with pytest.raises(MicrophoneLost, match="does not close"):
            box.microphone.close()
        assert box.microphone.hangs
        assert not box.microphone.is_open
        threads = threading.active_count()
        for _ in range(5):
            with pytest.raises(MicrophoneLost, match="the microphone hangs"):
                box.microphone.open()
        assert threading.active_count() == threads
        virtual_audio.resume()
        self.let_go(box)
        monkeypatch.undo()
        self.hears_again(virtual_audio, box)

    def test_it_does_not_wait_for_a_server_that_stalls(
        self, virtual_audio: VirtualAudio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "_PATIENCE", 0.2)
        box = Box()
        virtual_audio.stall()
        with pytest.raises(MicrophoneLost, match="does not answer"):
            box.microphone.open()
        assert box.microphone.hangs
        assert not box.microphone.is_open
        virtual_audio.resume()
        self.let_go(box)
        monkeypatch.undo()
        self.hears_again(virtual_audio, box)
        box.microphone.close()

    def test_one_that_is_only_slow_is_not_lost(self, virtual_audio: VirtualAudio, box: Box) -> None:
        box.next()
        virtual_audio.stall()
        while box.microphone.take(0.1):
            pass
        box.now += module._SILENT - 0.1
        assert box.microphone.take(0.1) is None
        virtual_audio.resume()
        assert box.next().shape == (BLOCK,)

    def let_go(self, box: Box) -> None:
        """Wait until the thread that was left behind has come out of PortAudio."""
        behind = box.microphone._left_behind
        assert behind is not None
        behind.join(20.0)
        assert not box.microphone.hangs

    def hears_again(self, virtual_audio: VirtualAudio, box: Box) -> None:
        box.microphone.open()
        said = noise(0.3, 9)
        virtual_audio.say_into_mic(said)
        assert position(said, box.hear(2.0)) >= 0


class TestLosses:
    """Blocks that are lost are counted, each once."""

    def test_a_slow_ear_loses_what_is_too_much(self, monkeypatch: pytest.MonkeyPatch) -> None:
        box, stream = scripted(monkeypatch, Script(noise((module._QUEUE + 10) * BLOCK / 16_000)))
        taken = [box.next() for _ in range(module._QUEUE)]
        assert position(np.concatenate(taken), stream.sound) == 0
        assert box.microphone.dropped == 10
        with pytest.raises(MicrophoneLost, match="unplugged"):
            box.microphone.take(0.1)

    def test_what_the_device_itself_lost_is_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sound = noise(6 * BLOCK / SAMPLE_RATE)
        box, _ = scripted(monkeypatch, Script(sound, [False, True, True, False, True, False]))
        for _ in range(6):
            box.next()
        assert box.microphone.dropped == 3

    def test_losses_before_closing_count_and_those_of_before_are_kept(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        box, stream = scripted(
            monkeypatch, Script(noise((module._QUEUE + 5) * BLOCK / SAMPLE_RATE))
        )
        box.microphone.close()
        box.microphone.open()
        stream.use_up(box)
        box.microphone.close()
        assert box.microphone.dropped == 10

    def test_a_loss_that_comes_while_others_are_counted_counts_once(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The ear takes a block exactly while the other thread adds to its count."""
        counting = Counting()
        sound = noise(4 * BLOCK / SAMPLE_RATE)
        stream = Script(sound, [True, counting, False, False])
        box = Box()
        monkeypatch.setattr(sounddevice, "query_devices", lambda *_: DEVICE)
        monkeypatch.setattr(sounddevice, "InputStream", lambda *_: stream)
        box.microphone.open()
        counting.begun.wait(20.0)
        box.next()
        counting.go_on.set()
        stream.use_up(box)
        for _ in range(3):
            box.next()
        assert box.microphone.dropped == 2


# ---- a device that does on demand what real ones do only on a bad day --------------------------

DEVICE = {"default_samplerate": 44_100.0, "max_input_channels": 1, "index": 0}


class Script:
    """A stream that gives a sound block by block, as fast as it is read, and is unplugged then."""

    samplerate = float(SAMPLE_RATE)
    active = False

    def __init__(self, sound: Sound, overflows: "list[bool | Counting] | None" = None) -> None:
        self.sound = sound
        self._overflows = overflows
        self._place = 0
        self._unplugged = threading.Event()

    def use_up(self, box: Box) -> None:
        """Let it come to its end, and the thread that reads it too."""
        self._unplugged.set()
        assert box.microphone._capture is not None
        box.microphone._capture.join(20.0)

    def start(self) -> None:
        self._place = 0
        self._unplugged.clear()
        self.active = True

    def close(self) -> None:
        self.active = False

    def read(self, frames: int) -> "tuple[NDArray[np.int16], bool | Counting]":
        start = self._place * frames
        if start >= len(self.sound):
            self._unplugged.wait(20.0)
            raise sounddevice.PortAudioError("unplugged")
        overflowed = self._overflows[self._place] if self._overflows else False
        self._place += 1
        return self.sound[start : start + frames].reshape(-1, 1), overflowed


class Counting:
    """True, but whoever asks is held up until the other thread has done something."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def __bool__(self) -> bool:
        self.begun.set()
        return self.go_on.wait(20.0)


def scripted(monkeypatch: pytest.MonkeyPatch, stream: Script) -> tuple[Box, Script]:
    """An open microphone whose device has given all it has."""
    monkeypatch.setattr(sounddevice, "query_devices", lambda *_: DEVICE)
    monkeypatch.setattr(sounddevice, "InputStream", lambda *_: stream)
    box = Box()
    box.microphone.open()
    stream.use_up(box)
    return box, stream


def refuse(
    monkeypatch: pytest.MonkeyPatch, refused: Callable[[tuple[int, int]], bool]
) -> list[tuple[int, int]]:
    """Let the device refuse some rates and channels; gives those it was opened with."""
    opened: list[tuple[int, int]] = []
    real = sounddevice.InputStream

    def refusing(rate: int, frames: int, index: int, channels: int, dtype: str) -> object:
        opened.append((rate, channels))
        if refused(opened[-1]):
            raise sounddevice.PortAudioError("Invalid sample rate", -9997)
        return real(rate, frames, index, channels, dtype)

    monkeypatch.setattr(sounddevice, "InputStream", refusing)
    return opened
