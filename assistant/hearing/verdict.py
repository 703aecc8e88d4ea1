"""Whether recognized words are a command: whole, at the utterance's edges, and heard twice."""

from assistant.config import Hearing
from assistant.events import Intent
from assistant.hearing.recognizer import Recognizer, Sound
from assistant.hearing.rules import Rules
from assistant.understanding.closed_set import ClosedSet
from assistant.understanding.matcher import Matcher
from assistant.understanding.words import Words


class Judge:
    """Applies the rules to what the recognizer made of one utterance."""

    def __init__(self, recognizer: Recognizer, thresholds: Hearing, rules: Rules) -> None:
        """Take the recognizer for the second look."""
        self._recognizer = recognizer
        self._matcher = Matcher(thresholds)
        self._thresholds = thresholds
        self._rules = rules

    def decide(
        self, words: Words, closed: ClosedSet, sound: Sound, edges: tuple[float, float]
    ) -> Intent | None:
        """Give the intent, or nothing if any rule refuses.

        Args:
            words: the first look.
            closed: the phrases of the moment.
            sound: the whole utterance.
            edges: where the speech in it begins and ends, in seconds.
        """
        text = words.reveal()
        intent = self._intent_of(text, closed)
        if intent is None:
            return None
        if self._rules.edges and not self._at_edges(words, edges):
            return None
        if self._rules.second_look and not self._is_confirmed(text, sound):
            return None
        return intent

    def is_complete(self, words: Words, closed: ClosedSet) -> bool:
        """Whether a partial result is already a whole phrase that no longer one begins with."""
        text = words.reveal()
        return text in closed.intents and not closed.may_continue(text)

    def _intent_of(self, text: str, closed: ClosedSet) -> Intent | None:
        if self._rules.whole:
            return self._matcher.match(text, closed)
        return self._matcher.longest_within(text, closed)

    def _at_edges(self, words: Words, edges: tuple[float, float]) -> bool:
        start, end = edges
        first, last = words.spans[0], words.spans[-1]
        edge = self._thresholds.edge
        return abs(first.start - start) <= edge and abs(end - last.end) <= edge

    def _is_confirmed(self, text: str, sound: Sound) -> bool:
        heard = self._recognizer.listen_openly(sound).reveal()
        return self._matcher.likeness(heard, text) >= self._thresholds.second_look
