"""Microphone and recognizer for faults: they do on demand what real ones do only on a bad day."""

from collections import deque
from collections.abc import Sequence

from assistant.errors import MicrophoneLost, RecognizerFailed
from assistant.hearing.recognizer import Sound
from assistant.understanding.closed_set import ClosedSet
from assistant.understanding.words import Span, Words

_FAR_LIKELIER = 1_000.0
"""Nats: beyond every threshold."""


class FakeMicrophone:
    """Gives the blocks it was fed.

    Attributes:
        dropped: how many blocks were lost, as a test says.
        is_open: whether it is open.
        hangs: a call into the device has not come back, as a test says.
    """

    def __init__(self) -> None:
        """Start closed, with nothing to give."""
        self.dropped = 0
        self.is_open = False
        self.hangs = False
        self._blocks: deque[tuple[Sound, float]] = deque()
        self._failure = ""

    def open(self) -> None:
        """Open, unless it is unplugged."""
        if self._failure:
            raise MicrophoneLost(self._failure)
        self.is_open = True

    def take(self, timeout: float) -> tuple[Sound, float] | None:  # noqa: ARG002
        """Give the next block at once, or nothing."""
        if self._failure or not self.is_open:
            raise MicrophoneLost(self._failure or "the microphone is closed")
        return self._blocks.popleft() if self._blocks else None

    def close(self) -> None:
        """Close and forget what was not taken."""
        self.is_open = False
        self._blocks.clear()

    # ---- what a test does with it --------------------------------------------------------------

    def feed(self, block: Sound, at: float) -> None:
        """Have one more block to give."""
        self._blocks.append((block, at))

    def unplug(self, problem: str = "the microphone is lost") -> None:
        """Fail from now on."""
        self._failure = problem

    def plug_in(self) -> None:
        """Work again; it must be opened anew."""
        self._failure = ""
        self.is_open = False


class FakeRecognizer:
    """Hears what a test says it hears, spread evenly over the sound it was given.

    Attributes:
        started: the closed sets of all utterances so far.
        samples: how many samples the present utterance has.
    """

    def __init__(self) -> None:
        """Hear nothing."""
        self.started: list[ClosedSet] = []
        self.samples = 0
        self._text = ""
        self._open_text: str | None = None
        self._failures = 0

    def knows(self, word: str) -> bool:
        """Every word is known but those with a q."""
        return "q" not in word

    def start(self, closed: ClosedSet, *, unknown: bool = True) -> None:  # noqa: ARG002
        """Remember the closed set."""
        self._fail_if_told()
        self.started.append(closed)
        self.samples = 0

    def accept(self, sound: Sound) -> None:
        """Count the samples."""
        self._fail_if_told()
        self.samples += len(sound)

    def partial(self) -> Words:
        """Give the text."""
        self._fail_if_told()
        return Words(self._text)

    def finish(self) -> Sequence[Words]:
        """Give the text with times."""
        self._fail_if_told()
        words = self._text.split()
        step = self.samples / 16_000 / max(1, len(words))
        spans = tuple(Span(step * place, step * (place + 1)) for place in range(len(words)))
        return [Words(self._text, spans)]

    def listen_openly(self, sound: Sound) -> Words:  # noqa: ARG002
        """Give the same text, or the one for the second look."""
        self._fail_if_told()
        if self._open_text is None:
            return Words(self._text)
        return Words(self._open_text, score=_FAR_LIKELIER)

    def _fail_if_told(self) -> None:
        if self._failures:
            self._failures -= 1
            raise RecognizerFailed("the recognizer failed")

    # ---- what a test does with it --------------------------------------------------------------

    def will_hear(self, text: str, openly: str | None = None) -> None:
        """Hear this from now on, and `openly` at the second look, as far likelier, if given."""
        self._text, self._open_text = text, openly

    def fail_next(self) -> None:
        """Fail once."""
        self._failures += 1
