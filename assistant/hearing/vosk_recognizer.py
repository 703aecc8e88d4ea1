"""The Vosk engine behind the `Recognizer` protocol."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from assistant.config import SAMPLE_RATE
from assistant.errors import BadModel, RecognizerFailed
from assistant.hearing.models import check_model
from assistant.hearing.recognizer import Sound
from assistant.understanding.closed_set import UNKNOWN, ClosedSet
from assistant.understanding.words import Span, Words


def _import_vosk() -> Any:
    """Import Vosk without `requests`.

    Vosk needs it only to download models by name, which we never ask for. With an empty module in
    its place Vosk cannot go online, and starts a tenth of a second sooner.
    """
    before = sys.modules.get("requests")
    sys.modules["requests"] = ModuleType("requests")
    try:
        import vosk  # noqa: PLC0415
    finally:
        del sys.modules["requests"]
        if before is not None:
            sys.modules["requests"] = before
    return vosk


vosk = _import_vosk()

Answer = TypeVar("Answer")

_ALTERNATIVES = 10
_UTTERANCES_A_RECOGNIZER = 200
"""Recognizers are made anew now and then: memory growth over days is reported (vosk-api #209)."""


class VoskRecognizer:
    """A Vosk model and the recognizers made from it. Use from one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Load the model in a folder.

        Raises:
            BadModel: it is not one, is damaged, or is of a kind that ignores grammars.
        """
        check_model(folder)
        vosk.SetLogLevel(-1)  # its info log shows grammars and results
        try:
            self._model = vosk.Model(model_path=str(folder))
        except Exception as error:  # Vosk raises nothing more exact
            raise BadModel("cannot be loaded", file=folder, remedy="fetch it anew") from error
        self._closed: ClosedSet | None = None
        self._unknown = True
        self._recognizer = _Recycled(self._with_grammar, _ALTERNATIVES)
        self._open = _Recycled(lambda: vosk.KaldiRecognizer(self._model, SAMPLE_RATE), 1)

    def knows(self, word: str) -> bool:
        """Whether the model's vocabulary has a word."""
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def start(self, closed: ClosedSet, *, unknown: bool = True) -> None:
        """Begin an utterance; a new grammar is built only when the closed set is another."""
        if (closed, unknown) != (self._closed, self._unknown):
            self._closed, self._unknown = closed, unknown
            self._recognizer.drop()
        self._recognizer.start()

    def accept(self, sound: Sound) -> None:
        """Take more of the utterance. Vosk's own endpoints are ignored: the gate decides."""
        self._recognizer.accept(sound)

    def partial(self) -> Words:
        """Give what was understood so far."""
        return self._recognizer.partial()

    def finish(self) -> Sequence[Words]:
        """End the utterance and give what it may have been, the likeliest first.

        The grammar is a bigram of words, so the likeliest text is often a phrase with a stray word
        in it; the phrase itself then stands among the next ones.
        """
        return self._recognizer.finish()

    def listen_openly(self, sound: Sound) -> Words:
        """Decode a whole sound with the model's full vocabulary."""
        self._open.start()
        self._open.accept(sound)
        return self._open.finish()[0]

    def _with_grammar(self) -> Any:
        closed = self._closed or ClosedSet()
        others = [*filter(self.knows, closed.decoys), UNKNOWN] if self._unknown else []
        return vosk.KaldiRecognizer(self._model, SAMPLE_RATE, json.dumps([*closed.texts, *others]))


class _Recycled:
    """A Vosk recognizer that is used for many utterances, and made anew now and then."""

    def __init__(self, make: Callable[[], Any], alternatives: int) -> None:
        self._make = make
        self._alternatives = alternatives
        self._engine: Any = None
        self._utterances = 0
        self._heard_before = 0
        self._heard = 0

    def drop(self) -> None:
        self._engine = None

    def start(self) -> None:
        self._safely(self._begin)
        self._utterances += 1
        self._heard_before = self._heard

    def accept(self, sound: Sound) -> None:
        self._safely(lambda: self._engine.AcceptWaveform(sound.tobytes()))
        self._heard += len(sound)

    def partial(self) -> Words:
        return self._safely(self._so_far)

    def finish(self) -> list[Words]:
        return self._safely(self._alternatives_now)

    def _begin(self) -> None:
        if self._utterances >= _UTTERANCES_A_RECOGNIZER:
            self.drop()  # first, so that there are never two of them
        if self._engine is None:
            self._engine = self._make()
            self._engine.SetWords(True)
            self._engine.SetMaxAlternatives(self._alternatives)
            self._utterances = self._heard = 0
        else:
            self._engine.Reset()

    def _so_far(self) -> Words:
        # Before the first sound Vosk answers with alternatives.
        return Words(json.loads(self._engine.PartialResult()).get("partial", ""))

    def _alternatives_now(self) -> list[Words]:
        alternatives = json.loads(self._engine.FinalResult())["alternatives"]
        return [self._words(alternative) for alternative in alternatives]

    def _words(self, alternative: dict[str, Any]) -> Words:
        before = self._heard_before / SAMPLE_RATE  # Vosk's clock runs on over all utterances
        spans = tuple(
            Span(word["start"] - before, word["end"] - before)
            for word in alternative.get("result", ())
        )
        return Words(alternative["text"], spans, alternative["confidence"])

    def _safely(self, ask: Callable[[], Answer]) -> Answer:
        """Ask the engine, and start afresh next time if it fails."""
        try:
            return _failing_loudly(ask)
        except RecognizerFailed as failed:
            self.drop()
            failed.__context__ = None  # the engine's own error, which may hold words
            raise


def _failing_loudly(ask: Callable[[], Answer]) -> Answer:
    """Turn any error of the engine into ours, without its words."""
    try:
        return ask()
    except Exception as error:  # noqa: BLE001 - Vosk raises nothing more exact
        raise RecognizerFailed(f"Vosk failed: {type(error).__name__}") from None
