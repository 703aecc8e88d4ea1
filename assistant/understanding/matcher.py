"""One whole phrase or nothing.

Vosk's grammar is a bigram of words (alphacep/vosk-api, `src/recognizer.cc`), so pieces and hybrids
of phrases come out of it; whole phrases only are taken. Scores are rapidfuzz's normalized indel
similarity of the whole texts: its popular scorers look for parts and accept conversation.
"""

from rapidfuzz import fuzz, process

from assistant.config import Hearing
from assistant.events import Intent
from assistant.understanding.closed_set import ClosedSet
from assistant.understanding.sound import sound_of


class Matcher:
    """Compares what was heard with the phrases of a moment."""

    def __init__(self, thresholds: Hearing) -> None:
        """Take the scores that are asked for."""
        self._thresholds = thresholds

    def match(self, text: str, closed: ClosedSet) -> Intent | None:
        """Find the one phrase that a text is.

        A text that is no phrase itself may differ from one a little, but not in a word that decides
        (a phrase with slots is taken only as it stands), and no other meaning may be near.
        """
        exact = closed.intents.get(text)
        if exact is not None:
            return exact
        near = process.extract(
            text,
            closed.texts,
            scorer=fuzz.ratio,
            score_cutoff=self._thresholds.whole_phrase - self._thresholds.lead,
            limit=None,
        )
        if not near:
            return None
        best, score, _ = near[0]
        intent = closed.intents[best]
        rivals = [other for other, _, _ in near if not _same(closed.intents[other], intent)]
        close = [
            other for other in rivals if fuzz.ratio(text, other) > score - self._thresholds.lead
        ]
        if score < self._thresholds.whole_phrase or close or intent.slots:
            return None
        return None if _is_hybrid(text, closed) else intent

    def longest_within(self, text: str, closed: ClosedSet) -> Intent | None:
        """Find the longest phrase within a text: what counts without the whole-phrase rule."""
        within = [phrase for phrase in closed.texts if f" {phrase} " in f" {text} "]
        return closed.intents[max(within, key=len)] if within else None

    def likeness(self, text: str, phrase: str) -> float:
        """Tell how alike two texts are, read or heard, 0 to 100."""
        return max(fuzz.ratio(text, phrase), fuzz.ratio(sound_of(text), sound_of(phrase)))


def _same(one: Intent, other: Intent) -> bool:
    return (one.name, one.slots) == (other.name, other.slots)


def _is_hybrid(text: str, closed: ClosedSet) -> bool:
    """Whether a text is made of nothing but words of the phrases, and yet is none of them."""
    return all(word in closed.words for word in text.split())
