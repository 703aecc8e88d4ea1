"""What was heard shows itself nowhere: in no log, error or event; sound has its bounded memory.

A session like a live one is driven with words that nobody says, and everything it lets out is
searched for them. Each search is shown to find them where they are.
"""

import ast
import copy
import io
import logging
import pickle
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import app
from assistant.config import BLOCK, SAMPLE_RATE, Hearing, Settings
from assistant.conversation.household import Memories
from assistant.conversation.table import Place, listening
from assistant.errors import RecognizerFailed
from assistant.events import Heard, Intent, NotUnderstood
from assistant.hearing.ear import Ear
from assistant.hearing.fakes import FakeMicrophone, FakeRecognizer
from assistant.hearing.gate import Gate
from assistant.hearing.listener import Listener
from assistant.hearing.models import rehearsal_model
from assistant.hearing.recognizer import Recognizer, Sound
from assistant.hearing.utterance import Utterance
from assistant.hearing.vosk_recognizer import VoskRecognizer, vosk
from assistant.timeline import Record, Timeline
from assistant.understanding.closed_set import ClosedSet
from assistant.understanding.words import Span, Words
from tools.prove.canary import Speaker

ASSISTANT = Path(app.__file__).parent
CANARY = "umbrella library passport"


def shows(text: str) -> bool:
    """Whether any of the words stands in there."""
    return any(word in text.lower() for word in CANARY.split())


# ---- the type ------------------------------------------------------------------------------------

WAYS: tuple[Callable[[Words], str], ...] = (
    repr,
    str,
    format,
    lambda words: f"{words!r:>40} {words:s}",
    lambda words: "%s %r" % (words, words),  # noqa: UP031
    lambda words: repr([words, {"words": words}]),
    lambda words: str(ValueError(words)),
    lambda words: traceback.format_exception_only(ValueError(words))[0],
)


@settings(deadline=None)
@given(text=st.text(min_size=1), ends=st.lists(st.floats(0, 9), max_size=3))
def test_words_show_nothing_of_themselves(text: str, ends: list[float]) -> None:
    words = Words(f"{CANARY} {text}", tuple(Span(0, end) for end in ends))
    assert not any(shows(way(words)) for way in WAYS)
    assert not hasattr(words, "__dict__")
    assert shows(words.reveal())


@pytest.mark.parametrize("copying", [pickle.dumps, copy.copy, copy.deepcopy])
def test_words_cannot_be_stored(copying: Callable[[Words], object]) -> None:
    with pytest.raises(TypeError, match="cannot be pickled") as refused:
        copying(Words(CANARY))
    assert not shows("".join(traceback.format_exception(refused.value)))


# ---- a whole session -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home() -> app.Home:
    return app.open_home(Settings(), Path("nothing-of-ones-own"))


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything any library logs, at every level."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s %(args)s"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.captureWarnings(capture=True)
    yield text
    logging.captureWarnings(capture=False)
    root.setLevel(before)
    root.removeHandler(handler)


class Loudness:
    """Takes any block that is not silent for voice."""

    def process_samples(self, samples: list[float]) -> float:
        return float(max(map(abs, samples)) > 0.01)

    def reset(self) -> None:
        pass


def ear_of(recognizer: Recognizer, home: app.Home) -> Ear:
    return Ear(recognizer, home.phrases, "turntable", gate=Gate(Hearing(), Loudness()))


def utterance(seconds: float = 1.5) -> Sound:
    """Voice for some seconds, and a second of silence."""
    voice = np.random.default_rng(1).normal(0, 2000, round(seconds * SAMPLE_RATE))
    return np.pad(voice.astype(np.int16), (BLOCK * 8, SAMPLE_RATE))


class Session:
    """Listener, ear and assistant in one piece, on a clock of its own; keeps what they let out."""

    def __init__(self, recognizer: Recognizer, home: app.Home) -> None:
        self.out: list[str] = []
        self.intents: list[Intent] = []
        self._microphone = FakeMicrophone()
        self.ear = ear_of(recognizer, home)
        conversation = app.new_conversation(
            home,
            Memories(),
            home.settings.voice,
            random=Random(1),  # noqa: S311
        )
        self._assistant = app.Assistant(
            conversation, Timeline(self._shown), self._keep, on_event=self._keep
        )
        self._listener = Listener(self._microphone, lambda: self.ear, self._reported)
        self._listener.listen_for(listening(Place.IDLE))
        self._now = 0.0

    def _keep(self, thing: object) -> None:
        self.out.append(f"{thing} {thing!r}")
        if isinstance(thing, Heard):
            self.intents.append(thing.intent)

    def _shown(self, record: Record) -> None:
        self._keep(record)
        self._keep(record.as_json())

    def _reported(self, report: object) -> None:
        self._keep(report)
        self._assistant.take_report(report)  # type: ignore[arg-type]

    def hear(self, sound: Sound) -> None:
        """Let it all hear this, and work it through."""
        for block in sound[: len(sound) // BLOCK * BLOCK].reshape(-1, BLOCK):
            self._now += BLOCK / SAMPLE_RATE
            self._microphone.feed(block, self._now)
            self._listener.step()
        self._assistant.stop()
        self._assistant.run()
        self._keep(vars(self.ear))
        self._keep(vars(self._listener))


def test_a_session_lets_out_intents_and_nothing_else(
    home: app.Home, log: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    recognizer = FakeRecognizer()
    session = Session(recognizer, home)
    recognizer.will_hear(CANARY)
    session.hear(utterance())
    session.hear(utterance(8.0))
    recognizer.fail_next()
    session.hear(utterance())
    assert session.intents == []
    recognizer.will_hear("give us a question")
    session.hear(utterance())
    assert [intent.name for intent in session.intents] == ["GiveQuestion"]
    recognizer.will_hear("give us a question", openly=CANARY)
    session.hear(utterance())
    out = "\n".join(session.out)
    assert NotUnderstood.__name__ in out
    assert not shows(out)
    assert not shows(log.getvalue())
    assert not shows("".join(capfd.readouterr()))


class LeakyRecognizer(FakeRecognizer):
    """A build that logs what it understands."""

    def accept(self, sound: Sound) -> None:
        super().accept(sound)
        logging.getLogger("leak").debug("understood %s", self._text)


def test_a_recognizer_that_logs_words_would_be_found(home: app.Home, log: io.StringIO) -> None:
    recognizer = LeakyRecognizer()
    recognizer.will_hear(CANARY)
    Session(recognizer, home).hear(utterance())
    assert shows(log.getvalue())


# ---- the real engine -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engine() -> VoskRecognizer:
    return VoskRecognizer(rehearsal_model())


@pytest.fixture(scope="module")
def spoken() -> dict[str, Sound]:
    """The words and a command, said by a synthetic voice."""
    speaker = Speaker()
    return {text: speaker.sound(text) for text in (CANARY, "give us a question")}


def test_the_engine_understands_and_writes_nothing(
    engine: VoskRecognizer,
    spoken: dict[str, Sound],
    home: app.Home,
    log: io.StringIO,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Native code writes to descriptors of its own accord: those are looked at, too."""
    assert shows(engine.listen_openly(spoken[CANARY]).reveal())
    session = Session(engine, home)
    for sound in spoken.values():
        session.hear(sound)
    assert [intent.name for intent in session.intents] == ["GiveQuestion"]
    assert not shows("\n".join(session.out))
    assert "".join(capfd.readouterr()) + log.getvalue() == ""


def test_the_log_of_the_engine_would_be_found(
    engine: VoskRecognizer, capfd: pytest.CaptureFixture[str]
) -> None:
    vosk.SetLogLevel(0)
    try:
        engine.start(ClosedSet({CANARY: Intent("Any")}))
    finally:
        vosk.SetLogLevel(-1)
    assert shows(capfd.readouterr().err)


class Engine:
    """Stands for Vosk's, and fails with words in its error, as a JSON error has them."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        def fail(*_: object) -> None:
            raise ValueError(f"cannot read: {CANARY}")

        return fail


@pytest.mark.parametrize("step", ["accept", "partial", "finish"])
def test_an_error_of_the_engine_carries_no_words(engine: VoskRecognizer, step: str) -> None:
    engine.start(ClosedSet({CANARY: Intent("Any")}))
    engine._recognizer._engine = Engine()
    arguments = [np.zeros(BLOCK, np.int16)] if step == "accept" else []
    with pytest.raises(RecognizerFailed, match="Vosk failed: ValueError") as failed:
        getattr(engine, step)(*arguments)
    assert not shows("".join(traceback.format_exception(failed.value)))


# ---- sound lives in bounded memory ---------------------------------------------------------------


@settings(deadline=None)
@given(lengths=st.lists(st.integers(0, 3000), max_size=20))
def test_an_utterance_never_grows_and_is_overwritten(lengths: list[int]) -> None:
    kept = Utterance(0.5)
    memory = kept._memory
    for length in lengths:
        kept.add(np.full(length, 7, np.int16), voice=True)
        assert len(kept.sound) <= 8000
    assert kept._memory is memory
    assert len(kept.sound) == min(sum(lengths), 8000)
    kept.erase()
    assert not memory.any()
    assert len(kept.sound) == 0


def arrays_in(thing: object, seen: set[int]) -> Iterator[Sound]:
    """Every array that can be reached from one of our objects."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        yield thing if thing.base is None else thing.base
    elif isinstance(thing, list | tuple | set | frozenset | deque):
        for inner in thing:
            yield from arrays_in(inner, seen)
    elif isinstance(thing, dict):
        yield from arrays_in(list(thing.values()), seen)
    elif type(thing).__module__.startswith(("assistant", "tests")):
        yield from arrays_in(getattr(thing, "__dict__", {}), seen)


@pytest.mark.parametrize(
    ("heard", "seconds"),
    [(CANARY, 1.5), ("give us a question", 1.5), (CANARY, 20.0), ("", 0.2)],
    ids=["refused", "understood", "long talk", "a cough"],
)
def test_the_ear_holds_a_few_seconds_and_afterwards_only_the_pre_roll(
    home: app.Home, heard: str, seconds: float
) -> None:
    recognizer = FakeRecognizer()
    recognizer.will_hear(heard)
    ear = ear_of(recognizer, home)
    ear.listen_for(listening(Place.IDLE))
    memory = ear._utterance._memory
    pre_roll = (Hearing().pre_roll + 3 * BLOCK / SAMPLE_RATE) * SAMPLE_RATE * memory.itemsize
    bound = min(memory.nbytes, 6 * SAMPLE_RATE * memory.itemsize) + pre_roll
    sound = utterance(seconds)
    heard_something = False
    for number in range(len(sound) // BLOCK):
        block = sound[number * BLOCK : (number + 1) * BLOCK].copy()
        ear.hear(block, number * BLOCK / SAMPLE_RATE)
        heard_something |= bool(memory.any())
        assert sum(array.nbytes for array in arrays_in(ear, set())) <= bound
    assert heard_something
    assert ear._utterance._memory is memory
    assert not memory.any()


# ---- the source ----------------------------------------------------------------------------------


@cache
def method_calls() -> list[tuple[str, str, str]]:
    """Every call of a method in the package: the method, the file, and the first argument."""
    return [
        (
            node.func.attr,
            str(file.relative_to(ASSISTANT)),
            ast.unparse(node.args[0]) if node.args else "",
        )
        for file in ASSISTANT.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]


def calls(*names: str) -> set[tuple[str, str]]:
    """File and first argument of every call of these methods."""
    return {(file, first) for name, file, first in method_calls() if name in names}


def test_words_are_revealed_only_to_be_compared() -> None:
    assert {file for file, _ in calls("reveal")} == {"hearing/ear.py", "hearing/verdict.py"}


LOGGED = {
    ("keeper.py", "'no date was kept: %s'"),
    ("keeper.py", "'the memory was damaged and lies aside in %s; a new one was begun'"),
    ("live.py", "'another device, voice, model or language waits for a restart'"),
    ("live.py", "'not reloaded: %s'"),
    ("live.py", "'reloaded'"),
    ("speaking/speaker.py", "'%s'"),
    ("vitals.py", "'%s is back'"),
    ("vitals.py", "'%s'"),
}
"""Everything that is ever logged: faults and errors of ours, which carry no words."""


def test_nothing_is_logged_that_was_not_looked_at() -> None:
    """A new line belongs into `LOGGED`, after thinking of who reads it."""
    levels = ("debug", "info", "warning", "error", "exception", "critical", "log")
    assert calls(*levels) == LOGGED


def test_the_log_of_a_running_assistant_holds_faults_only() -> None:
    """What it writes there outlives the moment: no state, no intent, no ritual (`KEPT`)."""
    text = (ASSISTANT / "live.py").read_text(encoding="utf-8")
    assert text.count("basicConfig(") == 1
    assert "logging.basicConfig(level=logging.WARNING, " in text
