"""Recognized words, which never show themselves by accident.

Transcripts usually leak through logs and error reports, so `repr`, `str` and `format` are redacted
and pickling is refused (the idea of Arti's `safelog`, by type). `reveal` is the one way in.
"""

from dataclasses import dataclass
from typing import NoReturn, SupportsIndex


@dataclass(frozen=True, slots=True)
class Span:
    """When a word was said, in seconds from the utterance's first sample."""

    start: float
    end: float


class Words:
    """What a recognizer made of an utterance, with the time of each word.

    Attributes:
        spans: one for each word; empty for a partial result.
        score: how well these words explain the sound: a log-likelihood in nats, only to be compared
            with that of other words for the same sound.
    """

    __slots__ = ("_text", "score", "spans")

    def __init__(self, text: str = "", spans: tuple[Span, ...] = (), score: float = 0.0) -> None:
        """Wrap a text so that it cannot be shown by accident."""
        self._text = text
        self.spans = spans
        self.score = score

    def reveal(self) -> str:
        """Give the text itself, for comparing with phrases; never log or store it."""
        return self._text

    def __bool__(self) -> bool:
        """Whether anything was recognized."""
        return bool(self._text)

    def __repr__(self) -> str:
        """Tell that there are words and nothing about them."""
        return "<Words: redacted>"

    def __str__(self) -> str:
        """As `repr`."""
        return repr(self)

    def __format__(self, _spec: str) -> str:
        """As `repr`."""
        return repr(self)

    def __reduce_ex__(self, _protocol: SupportsIndex) -> NoReturn:
        """Refuse to be pickled or copied into something that could be stored."""
        raise TypeError("recognized words cannot be pickled")
