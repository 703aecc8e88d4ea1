"""One whole phrase or nothing: how near texts are to each other.

Scores are rapidfuzz's normalized indel similarity of whole texts. Its popular scorers look for
parts and accept conversation: `WRatio` gives "can you pass the salt please" 90 points for "pass".
"""

from rapidfuzz import fuzz, process

from assistant.config import Hearing
from assistant.events import Intent
from assistant.understanding.closed_set import UNKNOWN, ClosedSet
from assistant.understanding.sound import sound_of


class Matcher:
    """Finds the one phrase of a moment that a text is."""

    def __init__(self, thresholds: Hearing) -> None:
        """Take the scores that are asked for."""
        self._thresholds = thresholds

    def match(self, text: str, closed: ClosedSet) -> Intent | None:
        """Find the phrase, in spite of a slip of the fingers in a typed one.

        A text that is no phrase itself may differ from one a little, unless the difference decides:
        a phrase with slots is taken only as it stands, a mixture of words of the phrases is none of
        them, and no phrase of another meaning may be nearly as near.

        Args:
            text: lower-case words with single spaces.
            closed: the phrases of the moment.
        """
        if text in closed.intents:
            return closed.intents[text]
        words = frozenset(text.split())
        if words <= closed.words or UNKNOWN in words:
            return None
        best, *rivals = self._near(text, closed) or [("", 0.0)]
        phrase, score = best
        if score < self._thresholds.whole_phrase or closed.intents[phrase].slots:
            return None
        intent = closed.intents[phrase]
        close = (other for other, points in rivals if score - points < self._thresholds.lead)
        clear = all(same_meaning(closed.intents[other], intent) for other in close)
        return intent if clear else None

    def _near(self, text: str, closed: ClosedSet) -> list[tuple[str, float]]:
        cutoff = self._thresholds.whole_phrase - self._thresholds.lead
        found = process.extract(
            text, closed.texts, scorer=fuzz.ratio, score_cutoff=cutoff, limit=None
        )
        return [(phrase, score) for phrase, score, _ in found]


def longest_within(text: str, closed: ClosedSet) -> Intent | None:
    """Find the longest phrase within a text: what counts without the whole-phrase rule."""
    within = [phrase for phrase in closed.texts if f" {phrase} " in f" {text} "]
    return closed.intents[max(within, key=len)] if within else None


def same_meaning(one: Intent, other: Intent) -> bool:
    """Whether two intents ask for the same, addressed or not."""
    return (one.name, one.slots) == (other.name, other.slots)


def likeness(text: str, phrase: str) -> float:
    """Tell how alike two texts are, 0 to 100, by letters or by sound, whichever is nearer."""
    return max(fuzz.ratio(text, phrase), fuzz.ratio(sound_of(text), sound_of(phrase)))
