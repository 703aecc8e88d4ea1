"""The real Vosk engine with the small model: phrases of the moment, their times, and its faults."""

import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soxr

from assistant.config import BLOCK, SAMPLE_RATE, VoiceSettings
from assistant.errors import BadModel, RecognizerFailed
from assistant.events import Intent
from assistant.hearing import vosk_recognizer as module
from assistant.hearing.models import rehearsal_model
from assistant.hearing.recognizer import Recognizer, Sound
from assistant.hearing.vosk_recognizer import VoskRecognizer
from assistant.speaking.pyttsx3_voice import Pyttsx3Voice
from assistant.understanding.closed_set import UNKNOWN, ClosedSet
from assistant.understanding.words import Words

CHECK_IN, QUESTION = "start our check in", "give us a question"
CANARY = "walrus"


def closed_set(*texts: str) -> ClosedSet:
    return ClosedSet({text: Intent(text) for text in texts})


BOTH = closed_set(CHECK_IN, QUESTION)


@pytest.fixture(scope="module")
def model() -> VoskRecognizer:
    """Loaded once; each test takes a `recognizer`."""
    return VoskRecognizer(rehearsal_model())


@pytest.fixture
def recognizer(model: VoskRecognizer, monkeypatch: pytest.MonkeyPatch) -> VoskRecognizer:
    """A recognizer that has heard nothing yet, with the model that is loaded already."""
    monkeypatch.setattr(module.vosk, "Model", lambda **_: model._model)
    return VoskRecognizer(rehearsal_model())


@pytest.fixture(scope="module")
def say() -> Callable[[str], Sound]:
    """A synthetic voice at 16 kHz, in a little quiet."""
    voice = Pyttsx3Voice(VoiceSettings(name="en-us+f3"))

    def spoken(text: str) -> Sound:
        speech = voice.synthesize(text)
        sound = soxr.resample(speech.samples, speech.rate, SAMPLE_RATE)
        return np.concatenate([room(0.2), sound, room(0.3)])

    return spoken


def room(seconds: float) -> Sound:
    """The faint noise of a quiet room."""
    noise = np.random.default_rng(3).normal(0, 10, round(seconds * SAMPLE_RATE))
    return noise.astype(np.int16)


def decode(recognizer: Recognizer, sound: Sound) -> list[Words]:
    """One utterance from its first block to its end."""
    for start in range(0, len(sound), BLOCK):
        recognizer.accept(sound[start : start + BLOCK])
    return list(recognizer.finish())


def texts(hypotheses: list[Words]) -> list[str]:
    return [words.reveal() for words in hypotheses]


class TestHearing:
    """What it makes of speech."""

    def test_a_decoy_is_taken_for_itself_and_no_phrase(
        self, recognizer: VoskRecognizer, say: Callable[[str], Sound]
    ) -> None:
        with_decoys = ClosedSet(BOTH.intents, decoys=("potatoes", CANARY))

        recognizer.start(with_decoys)

        assert texts(decode(recognizer, say("potatoes")))[0] == "potatoes"

    def test_without_rejection_there_are_no_decoys(
        self, recognizer: VoskRecognizer, say: Callable[[str], Sound]
    ) -> None:
        recognizer.start(ClosedSet(BOTH.intents, decoys=("potatoes",)), unknown=False)

        assert set(" ".join(texts(decode(recognizer, say("potatoes")))).split()) <= BOTH.words

    @pytest.mark.parametrize("text", [CHECK_IN, QUESTION])
    def test_a_phrase_of_the_moment(
        self, recognizer: VoskRecognizer, say: Callable[[str], Sound], text: str
    ) -> None:
        recognizer.start(BOTH)
        assert texts(decode(recognizer, say(text)))[0] == text

    def test_the_likeliest_comes_first_and_there_is_always_one(
        self, recognizer: VoskRecognizer, say: Callable[[str], Sound]
    ) -> None:
        recognizer.start(BOTH)
        scores = [words.score for words in decode(recognizer, say("start our question"))]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) > 1
        for nothing in (room(1.0), room(0.0)):
            recognizer.start(BOTH)
            assert not decode(recognizer, nothing)[0]

    def test_each_word_has_its_time(
        self, recognizer: VoskRecognizer, say: Callable[[str], Sound]
    ) -> None:
        sound = say(CHECK_IN)
        recognizer.start(BOTH)
        (words, *_) = decode(recognizer, sound)
        spans = words.spans
        assert len(spans) == len(CHECK_IN.split())
        times = [time for span in spans for time in (span.start, span.end)]
        assert times == sorted(times)
        assert 0.1 < times[0] < 0.5
        assert times[-1] == pytest.approx(len(sound) / SAMPLE_RATE - 0.3, abs=0.25)

    def test_what_was_understood_so_far(
        self, recognizer: VoskRecognizer, say: Callable[[str], Sound]
    ) -> None:
        recognizer.start(BOTH)
        recognizer.accept(say(CHECK_IN))
        partial = recognizer.partial()
        assert partial.reveal() == CHECK_IN
        assert partial.spans == ()

    def test_any_number_of_samples_at_a_time(
        self, recognizer: VoskRecognizer, say: Callable[[str], Sound]
    ) -> None:
        sound, found = say(CHECK_IN), []
        for size in (37, BLOCK, len(sound)):
            recognizer.start(BOTH)
            for start in range(0, len(sound), size):
                recognizer.accept(sound[start : start + size])
            found.append(recognizer.finish()[0])
        assert texts(found) == [CHECK_IN] * 3
        ends = [[span.end for span in words.spans] for words in found]
        assert ends[1:] == [pytest.approx(ends[0])] * 2

    def test_an_unfinished_utterance_is_forgotten(
        self, recognizer: VoskRecognizer, say: Callable[[str], Sound]
    ) -> None:
        recognizer.start(BOTH)
        recognizer.accept(say(QUESTION))
        recognizer.start(BOTH)
        assert not recognizer.partial()
        assert texts(decode(recognizer, say(CHECK_IN)))[0] == CHECK_IN

    def test_open_decoding_is_not_bound_to_the_phrases(
        self, recognizer: VoskRecognizer, say: Callable[[str], Sound]
    ) -> None:
        recognizer.start(closed_set(QUESTION))
        assert recognizer.listen_openly(say(CHECK_IN)).reveal() == CHECK_IN

    def test_it_is_only_interrupted_by_open_decoding_in_between(
        self, recognizer: VoskRecognizer, say: Callable[[str], Sound]
    ) -> None:
        """The second look leaves the first one as it is."""
        sound = say(CHECK_IN)
        recognizer.start(BOTH)
        recognizer.accept(sound[: len(sound) // 2])
        recognizer.listen_openly(say(QUESTION))
        recognizer.accept(sound[len(sound) // 2 :])
        assert recognizer.finish()[0].reveal() == CHECK_IN


class TestVocabulary:
    def test_words_it_knows_and_words_it_does_not(self, recognizer: VoskRecognizer) -> None:
        assert all(recognizer.knows(word) for word in CHECK_IN.split())
        assert not recognizer.knows("xylophonic")
        assert not recognizer.knows("")

    def test_an_unknown_word_in_a_phrase_leaves_the_others(
        self, recognizer: VoskRecognizer, say: Callable[[str], Sound]
    ) -> None:
        """Vosk leaves it out; `check_vocabulary` refuses such a phrase before it comes to this."""
        closed = closed_set(CHECK_IN, "xylophonic question")
        for text in (CHECK_IN, "question"):
            recognizer.start(closed)
            assert texts(decode(recognizer, say(text)))[0] == text


class TestGrammar:
    """Only the phrases of the moment are listened for."""

    def test_it_changes_with_the_closed_set(
        self, recognizer: VoskRecognizer, say: Callable[[str], Sound]
    ) -> None:
        sound = say(CHECK_IN)
        for closed, heard in ((BOTH, True), (closed_set(QUESTION), False), (BOTH, True)):
            recognizer.start(closed)
            assert (CHECK_IN in texts(decode(recognizer, sound))) is heard

    def test_it_is_built_only_for_another_closed_set(
        self, recognizer: VoskRecognizer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        built = count_engines(monkeypatch)
        for closed in (BOTH, BOTH, BOTH):
            recognizer.start(closed)
        assert len(built) == 1
        recognizer.start(closed_set(CHECK_IN, QUESTION))  # alike, but not the same
        assert len(built) == 2

    def test_speech_that_is_no_phrase_is_unknown(
        self, recognizer: VoskRecognizer, say: Callable[[str], Sound]
    ) -> None:
        sound = say("the dinner is on the table")
        recognizer.start(BOTH)
        assert UNKNOWN in texts(decode(recognizer, sound))[0]

    def test_without_unknown_it_must_choose_among_the_words(
        self, recognizer: VoskRecognizer, say: Callable[[str], Sound]
    ) -> None:
        recognizer.start(BOTH, unknown=False)
        found = decode(recognizer, say("the dinner is on the table"))
        words = {word for text in texts(found) for word in text.split()}
        assert words
        assert words <= BOTH.words
        recognizer.start(BOTH, unknown=True)
        assert UNKNOWN in texts(decode(recognizer, say("the dinner is on the table")))[0]


class TestManyUtterances:
    """Vosk's clock runs on over all utterances of an engine; ours begins with each."""

    def test_spans_begin_anew_with_each_utterance(
        self, recognizer: VoskRecognizer, say: Callable[[str], Sound]
    ) -> None:
        sound = say(CHECK_IN)
        spans = []
        for lead in (0.0, 1.0, 3.0, 0.0):
            recognizer.start(BOTH)
            recognizer.accept(room(lead))  # never finished, like talk that is too long
            recognizer.start(BOTH)
            spans.append(decode(recognizer, sound)[0].spans)
        assert len(spans[0]) == len(CHECK_IN.split())
        for later in spans[1:]:
            assert [span.start for span in later] == pytest.approx(
                [span.start for span in spans[0]], abs=0.05
            )

    def test_engines_are_made_anew_now_and_then(
        self,
        recognizer: VoskRecognizer,
        say: Callable[[str], Sound],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(module, "_UTTERANCES_A_RECOGNIZER", 2)
        built = count_engines(monkeypatch)
        sound = say(CHECK_IN)
        spans = []
        for _ in range(5):
            recognizer.start(BOTH)
            (words, *_) = decode(recognizer, sound)
            assert words.reveal() == CHECK_IN
            spans.append(words.spans)
        assert len(built) == 3
        for later in spans[1:]:
            assert later[0].start == pytest.approx(spans[0][0].start, abs=0.05)

    def test_without_our_clock_the_spans_would_run_on(
        self, recognizer: VoskRecognizer, say: Callable[[str], Sound]
    ) -> None:
        """The guard of the tests above can fail: this is what Vosk does."""
        sound = say(CHECK_IN)
        recognizer.start(BOTH)
        decode(recognizer, sound)
        recognizer.start(BOTH)
        recognizer._recognizer._heard_before = 0
        assert decode(recognizer, sound)[0].spans[0].start > len(sound) / SAMPLE_RATE - 0.1


class FailingEngine:
    """A Vosk that fails with the recognized words in its error, where a test says so."""

    def __init__(self, fails_at: str) -> None:
        self._fails_at = fails_at

    def __getattr__(self, name: str) -> Callable[..., object]:
        def call(*_: object) -> object:
            if name == self._fails_at:
                raise RuntimeError(f"cannot decode {CANARY}")
            return f'{{"partial": "{CANARY}"}}'

        return call


class TestFaults:
    """A failure is ours, tells no word, and costs one utterance."""

    @pytest.mark.parametrize(
        "fails_at", ["SetWords", "Reset", "AcceptWaveform", "PartialResult", "FinalResult"]
    )
    def test_the_engine_fails(
        self,
        recognizer: VoskRecognizer,
        say: Callable[[str], Sound],
        monkeypatch: pytest.MonkeyPatch,
        fails_at: str,
    ) -> None:
        with monkeypatch.context() as faults:
            faults.setattr(module.vosk, "KaldiRecognizer", lambda *_: FailingEngine(fails_at))
            with pytest.raises(RecognizerFailed) as error:
                self.use(recognizer)
        self.tells_no_word(error.value)
        recognizer.start(BOTH)
        assert texts(decode(recognizer, say(CHECK_IN)))[0] == CHECK_IN

    def test_the_second_look_fails(
        self,
        recognizer: VoskRecognizer,
        say: Callable[[str], Sound],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        sound = say(CHECK_IN)
        recognizer.start(BOTH)
        with monkeypatch.context() as faults:
            faults.setattr(module.vosk, "KaldiRecognizer", lambda *_: FailingEngine("FinalResult"))
            with pytest.raises(RecognizerFailed) as error:
                recognizer.listen_openly(sound)
        self.tells_no_word(error.value)
        assert recognizer.listen_openly(sound).reveal() == CHECK_IN

    @pytest.mark.parametrize("answer", ["", "{", '{"text": "walrus"}', '{"alternatives": ["x"]}'])
    def test_an_answer_that_makes_no_sense(
        self, recognizer: VoskRecognizer, monkeypatch: pytest.MonkeyPatch, answer: str
    ) -> None:
        recognizer.start(BOTH)
        monkeypatch.setattr(recognizer._recognizer._engine, "FinalResult", lambda: answer)
        with pytest.raises(RecognizerFailed) as error:
            recognizer.finish()
        self.tells_no_word(error.value)
        recognizer.start(BOTH)
        assert recognizer.finish()

    def test_after_a_failure_nothing_goes_on_before_the_next_utterance(
        self, recognizer: VoskRecognizer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        recognizer.start(BOTH)
        monkeypatch.setattr(recognizer._recognizer._engine, "PartialResult", lambda: "")
        with pytest.raises(RecognizerFailed):
            recognizer.partial()
        with pytest.raises(RecognizerFailed):
            recognizer.accept(room(0.1))
        recognizer.start(BOTH)
        recognizer.accept(room(0.1))
        assert not recognizer.partial()

    def use(self, recognizer: VoskRecognizer) -> None:
        """Everything that is done with a recognizer, in two utterances."""
        recognizer.start(BOTH)
        recognizer.start(BOTH)
        recognizer.accept(room(0.1))
        recognizer.partial()
        recognizer.finish()

    def tells_no_word(self, error: RecognizerFailed) -> None:
        assert len(str(error).splitlines()) == 1
        assert CANARY not in "".join(traceback.format_exception(error))
        assert (error.__cause__, error.__context__) == (None, None)


class TestModels:
    """A folder that cannot be used is refused, never taken silently or died of."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """A copy of the small model, to be damaged."""
        return shutil.copytree(rehearsal_model(), tmp_path / "model")

    def test_absent(self, tmp_path: Path) -> None:
        self.refused(tmp_path / "nothing", "no speech model here")

    @pytest.mark.parametrize(
        "part", ["am/final.mdl", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst"]
    )
    def test_a_part_is_missing(self, folder: Path, part: str) -> None:
        (folder / part).unlink()
        self.refused(folder, part)

    def test_a_static_graph_ignores_the_phrases(self, folder: Path) -> None:
        (folder / "graph" / "HCLG.fst").write_bytes(b"")
        self.refused(folder, "static graph")

    def test_damaged(self, folder: Path) -> None:
        (folder / "am" / "final.mdl").write_bytes(b"<html>not found</html>")
        self.refused(folder, r"am/final.mdl is not what its name says")

    def test_damaged_where_only_the_engine_sees_it(
        self, folder: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        (folder / "am" / "final.mdl").write_bytes(b"\0Bnot a model")
        self.refused(folder, "cannot be loaded")
        assert capfd.readouterr().err.startswith("ERROR (VoskAPI")

    def refused(self, folder: Path, problem: str) -> None:
        with pytest.raises(BadModel, match=problem) as error:
            VoskRecognizer(folder)
        line = str(error.value)
        assert line.startswith(f"{folder}: ")
        assert error.value.remedy
        assert len(line.splitlines()) == 1


def test_vosk_has_nothing_to_go_online_with() -> None:
    """In its module `requests` is an empty one; everybody else still has the real one."""
    assert not hasattr(module.vosk.requests, "get")
    assert sys.modules.get("requests") is not module.vosk.requests


def count_engines(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every engine that is made from now on."""
    built: list[object] = []
    real = module.vosk.KaldiRecognizer

    def counting(*arguments: object) -> object:
        built.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(module.vosk, "KaldiRecognizer", counting)
    return built
