"""Recognized words, which never show themselves by accident.

Transcripts usually leak through logs and error reports, so `repr`, `str` and `format` are redacted
and pickling is refused (the idea of Arti's `safelog`, by type). `reveal` is the one way in.
"""

from dataclasses import dataclass
from typing import NoReturn, SupportsIndex


@dataclass(frozen=True, slots=True)
class Span:
    """When a word was said, in seconds from the utterance's first sample; certainty 0 to 1."""

    start: float
    end: float
    confidence: float = 1.0


class Words:
    """What a recognizer made of an utterance, with the time of each word.

    Attributes:
        spans: one for each word; empty for a partial result.
    """

    __slots__ = ("_text", "spans")

    def __init__(self, text: str = "", spans: tuple[Span, ...] = ()) -> None:
        """Wrap a text so that it cannot be shown by accident."""
        self._text = text
        self.spans = spans

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
