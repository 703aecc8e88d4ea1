"""The real voice: sound in memory, several voices at once, and faults that are seen."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from assistant.config import VoiceSettings
from assistant.errors import VoiceFailed
from assistant.speaking.pyttsx3_voice import Pyttsx3Voice
from assistant.speaking.voice import QUIET, Speech

SENTENCE = "You have the floor for five minutes."


@pytest.fixture(scope="module")
def voice() -> Pyttsx3Voice:
    return Pyttsx3Voice(VoiceSettings())


def level(sound: Speech) -> float:
    return float(np.sqrt((sound.samples.astype(float) ** 2).mean()))


def brightness(sound: Speech) -> float:
    """The spectrum's centre, Hz: another speaker has another one."""
    spectrum = np.abs(np.fft.rfft(sound.samples))
    return float((spectrum * np.fft.rfftfreq(len(sound.samples), 1 / sound.rate)).sum()) / float(
        spectrum.sum()
    )


def in_another_process(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_sentence_takes_as_long_as_saying_it(voice: Pyttsx3Voice) -> None:
    sound = voice.synthesize(SENTENCE)
    assert sound.samples.dtype == np.int16
    assert sound.samples.ndim == 1
    words_a_minute = 60 * len(SENTENCE.split()) / sound.seconds
    assert 100 < words_a_minute < 260


def test_there_is_no_silence_to_wait_through_after_it(voice: Pyttsx3Voice) -> None:
    sound = voice.synthesize(SENTENCE)
    last = np.flatnonzero(np.abs(sound.samples.astype(int)) > QUIET)[-1]
    assert (len(sound.samples) - last) / sound.rate < 0.03


def test_each_sentence_is_complete_and_alone(voice: Pyttsx3Voice) -> None:
    once = [voice.synthesize(text).seconds for text in ("yes", SENTENCE, "no")]
    again = [voice.synthesize(text).seconds for text in ("yes", SENTENCE, "no")]
    assert again == pytest.approx(once, abs=0.02)


def test_louder_and_slower(voice: Pyttsx3Voice) -> None:
    mine = Pyttsx3Voice(VoiceSettings(rate=200, volume=0.4))
    before = mine.synthesize(SENTENCE)
    mine.adjust(0.8, 100)
    after = mine.synthesize(SENTENCE)
    assert level(after) > 1.5 * level(before)
    assert after.seconds > 1.5 * before.seconds
    assert voice.synthesize(SENTENCE).seconds < after.seconds  # the other voice keeps its manner


def test_partners_sound_unlike_each_other_in_one_process(voice: Pyttsx3Voice) -> None:
    settings = VoiceSettings(name="en-gb+f3"), VoiceSettings(name="en-us+m3")
    first, second = (Pyttsx3Voice(one, pitch=60) for one in settings)
    heard = [brightness(one.synthesize(SENTENCE)) for one in (voice, first, second, voice, first)]
    assert heard[0] == pytest.approx(heard[3], rel=0.02)
    assert heard[1] == pytest.approx(heard[4], rel=0.02)
    assert min(abs(a - b) for a, b in [heard[:2], heard[1:3], heard[2:4]]) > 0.02 * heard[0]


def test_two_threads_do_not_mix_their_sentences(voice: Pyttsx3Voice) -> None:
    other = Pyttsx3Voice(VoiceSettings(name="en-us+m3", rate=250))
    expected = {one: one.synthesize(SENTENCE).seconds for one in (voice, other)}
    wrong: list[float] = []

    def speak(one: Pyttsx3Voice) -> None:
        for _ in range(20):
            seconds = one.synthesize(SENTENCE).seconds
            if abs(seconds - expected[one]) > 0.02:
                wrong.append(seconds)

    threads = [threading.Thread(target=speak, args=(one,)) for one in (voice, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_voices_are_names_the_configuration_takes(voice: Pyttsx3Voice) -> None:
    assert {"en-gb", "en-us"} <= set(voice.voices())
    assert list(voice.voices()) == sorted(voice.voices())


@pytest.mark.parametrize("name", ["en-gb", "en-us", "gmw/en", "en", "en-gb+f2", "de"])
def test_names_of_every_kind(name: str) -> None:
    assert Pyttsx3Voice(VoiceSettings(name=name)).synthesize(SENTENCE).seconds > 0.5


@pytest.mark.parametrize("name", ["xx", "xx+f3", "../../etc/passwd"])
def test_an_unknown_voice_is_named_with_the_remedy(name: str) -> None:
    with pytest.raises(VoiceFailed, match=r"no voice is named .*espeak-ng --voices"):
        Pyttsx3Voice(VoiceSettings(name=name))


@pytest.mark.parametrize("text", ["", " ", "...", "?"])
def test_no_sound_is_a_failure_and_the_next_sentence_works(voice: Pyttsx3Voice, text: str) -> None:
    with pytest.raises(VoiceFailed, match="no sound for a sentence of"):
        voice.synthesize(text)
    assert voice.synthesize(SENTENCE).seconds > 1


class TestHanging:
    """A library that does not come back is noticed, left alone, and used again when it is back."""

    @pytest.fixture
    def hanging(self, monkeypatch: pytest.MonkeyPatch) -> tuple[Pyttsx3Voice, threading.Event]:
        voice, back = Pyttsx3Voice(VoiceSettings(), limit=0.05), threading.Event()
        real = voice._engine.synthesize

        def stuck(text: str, properties: object) -> Speech:
            back.wait(60)
            return real(text, {})

        monkeypatch.setattr(voice._engine, "synthesize", stuck)
        return voice, back

    def test_is_noticed_and_later_callers_do_not_wait(
        self, hanging: tuple[Pyttsx3Voice, threading.Event], voice: Pyttsx3Voice
    ) -> None:
        stuck, back = hanging
        with pytest.raises(VoiceFailed, match=r"no sound from the voice engine in 0\.05 s"):
            stuck.synthesize(SENTENCE)
        with pytest.raises(VoiceFailed, match="hangs"):
            voice.synthesize(SENTENCE)
        back.set()
        with voice._engine.lock:  # the stuck thread has come back
            pass
        assert voice.synthesize(SENTENCE).seconds > 1

    def test_a_sentence_that_is_given_up_ends_at_its_next_block(self, voice: Pyttsx3Voice) -> None:
        engine = voice._engine
        whole = voice.synthesize(" ".join([SENTENCE] * 20))
        blocks: list[int] = []
        real = engine._driver.blocks

        class Counting(list[bytes]):
            def append(self, block: bytes) -> None:
                blocks.append(len(block))
                engine.cancel()

        engine._driver.blocks = Counting()
        try:
            with engine.lock:
                engine.synthesize(" ".join([SENTENCE] * 20), {})
        finally:
            engine._driver.blocks = real
        assert len(blocks) == 1
        assert blocks[0] < len(whole.samples)


def test_an_engine_that_throws_is_one_clear_failure(
    voice: Pyttsx3Voice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(text: str) -> None:
        raise VoiceFailed("libespeak-ng refused a sentence with status 1")

    with monkeypatch.context() as patch:
        patch.setattr(voice._engine._driver, "say", refuse)
        with pytest.raises(VoiceFailed, match="status 1"):
            voice.synthesize(SENTENCE)
    assert voice.synthesize(SENTENCE).seconds > 1


TRY = (
    "from assistant.config import VoiceSettings\n"
    "from assistant.errors import VoiceFailed\n"
    "from assistant.speaking.pyttsx3_voice import Pyttsx3Voice\n"
    "try: Pyttsx3Voice(VoiceSettings())\n"
    "except VoiceFailed as error: print(error)\n"
)


def test_a_missing_library_is_named_with_the_remedy() -> None:
    """Where no libespeak can be loaded, pyttsx3's import fails; we say what to install."""
    outcome = in_another_process(
        "import ctypes\n"
        "def missing(path, *a, **k): raise OSError(path)\n"
        "ctypes.cdll.LoadLibrary = missing\n" + TRY
    )
    assert "libespeak-ng and its voices are missing" in outcome.stdout, outcome.stderr
    assert "apt-get install espeak-ng" in outcome.stdout


def test_missing_voices_are_named_with_the_remedy() -> None:
    """The library alone, without its data package, starts and knows no voice."""
    outcome = in_another_process(
        "import pyttsx3.drivers._espeak as espeak\nespeak.ListVoices = lambda: []\n" + TRY
    )
    assert "the voices of libespeak-ng are missing" in outcome.stdout, outcome.stderr
    assert "apt-get install espeak-ng" in outcome.stdout


def test_speaking_prints_nothing_and_leaves_no_file(tmp_path: Path) -> None:
    program = (
        "from assistant.config import VoiceSettings\n"
        "from assistant.speaking.pyttsx3_voice import Pyttsx3Voice\n"
        f"Pyttsx3Voice(VoiceSettings()).synthesize({SENTENCE!r})\n"
    )
    outcome = in_another_process(program, TMPDIR=str(tmp_path), PATH="")
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")
    assert not list(tmp_path.iterdir())
