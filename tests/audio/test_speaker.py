"""From text to the loudspeaker with nothing faked: what was asked for is what is heard."""

import json
import queue
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
import soxr

from assistant.config import SAMPLE_RATE, VoiceSettings
from assistant.events import ChimeName, PartBack, PartLost, SpeechFinished
from assistant.hearing.models import rehearsal_model
from assistant.hearing.recognizer import Sound
from assistant.hearing.vosk_recognizer import vosk
from assistant.speaking.loudspeaker import PortAudioLoudspeaker
from assistant.speaking.pyttsx3_voice import Pyttsx3Voice
from assistant.speaking.speaker import Speaker
from tests.audio.virtual_audio import VirtualAudio

SENTENCES = ("How much time is left?", "Another question, please.", "Five minutes each.")


class Table:
    """A speaker made of real parts, and what it reports."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[SpeechFinished | PartLost | PartBack] = queue.SimpleQueue()
        settings = VoiceSettings()
        self.voice = Pyttsx3Voice(settings)
        self.speaker = Speaker(
            self.voice, partial(PortAudioLoudspeaker, ""), self._events.put, settings
        )

    def event(self) -> SpeechFinished | PartLost | PartBack:
        return self._events.get(timeout=30)


@pytest.fixture
def table(virtual_audio: VirtualAudio) -> Iterator[Table]:
    table = Table()
    yield table
    table.speaker.close()


@pytest.fixture(scope="module")
def model() -> object:
    vosk.SetLogLevel(-1)
    return vosk.Model(model_path=str(rehearsal_model()))


def transcribe(model: object, sound: Sound) -> str:
    """Which of the sentences the small model hears, or none of them."""
    grammar = json.dumps([*map(in_words, SENTENCES), "[unk]"])
    recognizer = vosk.KaldiRecognizer(model, SAMPLE_RATE, grammar)
    recognizer.AcceptWaveform(sound.tobytes())
    return str(json.loads(recognizer.FinalResult())["text"])


def in_words(sentence: str) -> str:
    """A sentence as a recognizer writes it."""
    return sentence.lower().replace(",", "")[:-1]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_sentence_is_really_spoken(
    virtual_audio: VirtualAudio, table: Table, model: object, sentence: str
) -> None:
    with virtual_audio.record_speaker() as recording:
        table.speaker.say(1, sentence)
        assert table.event() == SpeechFinished(1)
        heard = recording.read_until_quiet()
    assert transcribe(model, heard) == in_words(sentence)


def test_a_prepared_sentence_is_spoken_whole(virtual_audio: VirtualAudio, table: Table) -> None:
    """Not a sample too few: as long, as loud, and cut at neither end."""
    sentence = SENTENCES[0]
    table.speaker.prepare(sentence)
    with virtual_audio.record_speaker() as recording:
        table.speaker.say(1, sentence)
        assert table.event() == SpeechFinished(1)
        heard = recording.read_until_quiet()
    made = table.voice.synthesize(sentence)
    expected = soxr.resample(made.samples, made.rate, SAMPLE_RATE)
    assert audible(heard) == pytest.approx(audible(expected), abs=SAMPLE_RATE // 100)
    assert np.linalg.norm(heard.astype(float)) == pytest.approx(
        float(np.linalg.norm(expected.astype(float))), rel=0.03
    )


def test_chime_and_sentences_follow_each_other(
    virtual_audio: VirtualAudio, table: Table, model: object
) -> None:
    with virtual_audio.record_speaker() as recording:
        table.speaker.chime(ChimeName.TURN_OPENS)
        table.speaker.say(1, SENTENCES[0])
        table.speaker.say(2, SENTENCES[2])
        assert [table.event(), table.event()] == [SpeechFinished(1), SpeechFinished(2)]
        heard = recording.read_until_quiet()
    assert transcribe(model, heard[round(1.4 * SAMPLE_RATE) :]).endswith("five minutes each")


def test_a_hush_ends_a_long_speech_and_the_next_sentence_is_heard(
    virtual_audio: VirtualAudio, table: Table, model: object
) -> None:
    with virtual_audio.record_speaker() as recording:
        table.speaker.say(1, " ".join([SENTENCES[0]] * 20))
        while not recording.read(0.02).any():
            pass
        table.speaker.hush()
        assert table.event() == SpeechFinished(1)
        long_speech = recording.read_until_quiet()
        table.speaker.say(2, SENTENCES[2])
        assert table.event() == SpeechFinished(2)
        heard = recording.read_until_quiet()[len(long_speech) :]
    assert len(long_speech) < 2 * SAMPLE_RATE
    assert transcribe(model, heard) == "five minutes each"


def audible(sound: Sound) -> int:
    """Samples from the first to the last that can be heard."""
    loud = np.flatnonzero(np.abs(sound.astype(int)) > 300)
    return int(loud[-1] - loud[0])
