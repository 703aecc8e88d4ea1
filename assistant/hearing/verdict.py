"""Whether recognized words are a command: whole, at the utterance's edges, and heard twice."""

from collections.abc import Sequence

from assistant.config import Hearing
from assistant.events import Intent
from assistant.hearing.recognizer import Recognizer, Sound
from assistant.hearing.rules import Rules
from assistant.hearing.utterance import SpeechFrames
from assistant.understanding.closed_set import ClosedSet
from assistant.understanding.matcher import Matcher, likeness, longest_within, same_meaning
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
        self,
        hypotheses: Sequence[Words],
        closed: ClosedSet,
        sound: Sound,
        speech: SpeechFrames,
        seconds: float,
    ) -> Intent | None:
        """Give the intent, or nothing if any rule refuses.

        Args:
            hypotheses: the first look, the likeliest first.
            closed: the phrases of the moment.
            sound: the utterance so far.
            speech: where there is speech in it.
            seconds: how long it will be if nothing follows, with the silence that ends it.
        """
        found = self._clearest(hypotheses, closed)
        if found is None:
            return None
        words, intent = found
        if self._rules.edges and not self._at_edges(words, speech):
            return None
        if self._rules.second_look and not self._is_confirmed(words, sound, seconds):
            return None
        return intent

    def _clearest(
        self, hypotheses: Sequence[Words], closed: ClosedSet
    ) -> tuple[Words, Intent] | None:
        """Find the likeliest phrase, unless another meaning or a mixture is much too likely."""
        likely = (
            words
            for words in hypotheses
            if hypotheses[0].score - words.score <= self._thresholds.margin
        )
        phrases = (
            (words, intent) for words in likely if (intent := self._intent_of(words, closed))
        )
        best = next(phrases, None)
        if best is None:
            return None
        rival = next(
            (words for words, intent in phrases if not same_meaning(intent, best[1])), None
        )
        near = rival is not None and best[0].score - rival.score < self._thresholds.clearance
        return None if near else best

    def _intent_of(self, words: Words, closed: ClosedSet) -> Intent | None:
        if self._rules.whole:
            return self._matcher.match(words.reveal(), closed)
        return longest_within(words.reveal(), closed)

    def _at_edges(self, words: Words, speech: SpeechFrames) -> bool:
        """Whether hardly any speech lies outside the words; a clink of dishes there is none."""
        before, after = speech.before(words.spans[0].start), speech.after(words.spans[-1].end)
        return max(before, after) <= self._thresholds.edge

    def _is_confirmed(self, words: Words, sound: Sound, seconds: float) -> bool:
        """Look again by open decoding: by likelihood first, since its words slip on homophones.

        The gain is shared out over the utterance as it will be: a phrase must not be refused in
        its pause and then be taken at its end, when nothing has come but silence.
        """
        openly = self._recognizer.listen_openly(sound)
        alike = likeness(openly.reveal(), words.reveal())
        if len(words.spans) == 1 and alike < self._thresholds.one_word:
            return False
        gain = (openly.score - words.score) / seconds
        return gain <= self._thresholds.open_gain or alike >= self._thresholds.second_look
