"""The judge: whole, likely enough, clear of its rivals, at the edges, and heard twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.config import SAMPLE_RATE, Hearing
from assistant.events import Intent
from assistant.hearing.fakes import FakeRecognizer
from assistant.hearing.rules import Rules
from assistant.hearing.utterance import SpeechFrames
from assistant.hearing.verdict import Judge
from assistant.understanding.closed_set import UNKNOWN, ClosedSet
from assistant.understanding.words import Span, Words

LIMITS = Hearing()
STOP, SKIP = Intent("Stop"), Intent("Skip")
CLOSED = ClosedSet({"stop now": STOP, "please stop now": STOP, "skip now": SKIP, "halt": STOP})
SECONDS = 3.0
SOUND = np.zeros(round(SECONDS * SAMPLE_RATE), np.int16)


def said(text: str, score: float = 0.0, start: float = 1.0, end: float = 2.0) -> Words:
    """Words that are spread evenly from start to end, in seconds."""
    count = max(1, len(text.split()))
    step = (end - start) / count
    spans = tuple(Span(start + step * n, start + step * (n + 1)) for n in range(count))
    return Words(text, spans, score)


def speech(*stretches: tuple[float, float]) -> SpeechFrames:
    """Speech from one time to another, in seconds."""
    frames = np.zeros(round(SECONDS * 100), np.bool_)
    for start, end in stretches:
        frames[round(start * 100) : round(end * 100)] = True
    return SpeechFrames(frames)


WHOLE = speech((1.0, 2.0))


def decide(
    *hypotheses: Words,
    rules: Rules | None = None,
    frames: SpeechFrames = WHOLE,
    openly: Words | None = None,
) -> Intent | None:
    class Engine(FakeRecognizer):
        def listen_openly(self, sound: object) -> Words:  # noqa: ARG002
            return openly or Words(hypotheses[0].reveal(), score=-1e9)

    return Judge(Engine(), LIMITS, rules or Rules()).decide(
        hypotheses, CLOSED, SOUND, frames, SECONDS
    )


# ---- likely enough, and clear of rivals ----------------------------------------------------------


def test_a_phrase_hardly_less_likely_than_the_best_mixture_is_taken() -> None:
    mixture = said("stop now skip")
    for worse, intent in ((LIMITS.margin - 0.1, STOP), (LIMITS.margin + 0.1, None)):
        assert decide(mixture, said("stop now", -worse)) == intent


def test_a_phrase_must_be_likelier_than_another_meaning() -> None:
    for ahead, intent in ((LIMITS.clearance + 0.1, STOP), (LIMITS.clearance - 0.1, None)):
        assert decide(said("stop now"), said("skip now", -ahead)) == intent


def test_the_same_meaning_is_no_rival() -> None:
    assert decide(said("stop now"), said("please stop now", 0.0)) == STOP


@pytest.mark.parametrize("text", ["", UNKNOWN, f"stop now {UNKNOWN}", "stop", "now stop"])
def test_what_is_no_whole_phrase_is_no_command(text: str) -> None:
    assert decide(said(text)) is None


# ---- at the edges --------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["before", "after"])
def test_much_speech_outside_the_words_refuses(side: str) -> None:
    for seconds, intent in ((LIMITS.edge - 0.02, STOP), (LIMITS.edge + 0.02, None)):
        more = (1.0 - seconds, 1.0) if side == "before" else (2.0, 2.0 + seconds)
        assert decide(said("stop now"), frames=speech((1.0, 2.0), more)) == intent
        assert decide(said("stop now"), frames=speech(more), rules=Rules(edges=False)) == STOP


def test_time_without_speech_does_not_count() -> None:
    clink = (0.0, 0.1)
    assert decide(said("stop now"), frames=speech(clink, (1.0, 2.0), (2.9, 3.0))) == STOP


@given(
    before=st.lists(st.booleans(), min_size=100, max_size=100),
    after=st.lists(st.booleans(), min_size=100, max_size=100),
)
def test_the_limit_is_of_either_side(before: list[bool], after: list[bool]) -> None:
    frames = SpeechFrames(np.array([*before, *[True] * 100, *after]))
    outside = max(sum(before), sum(after)) / 100
    taken = decide(said("stop now"), frames=frames) is not None
    if abs(outside - LIMITS.edge) > 0.001:
        assert taken == (outside < LIMITS.edge)


# ---- the second look -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heard", "gain", "intent"),
    [
        ("the weather was lovely", LIMITS.open_gain - 0.1, STOP),  # hardly likelier
        ("the weather was lovely", LIMITS.open_gain + 0.1, None),
        ("stopped now", LIMITS.open_gain + 9, STOP),  # it sounds the same
    ],
)
def test_open_words_must_be_much_likelier_and_sound_unlike(
    heard: str, gain: float, intent: Intent | None
) -> None:
    openly = Words(heard, score=gain * SECONDS)
    assert decide(said("stop now"), openly=openly) == intent
    assert decide(said("stop now"), openly=openly, rules=Rules(second_look=False)) == STOP


@pytest.mark.parametrize(("heard", "intent"), [("the", None), ("salt", STOP), ("halted", STOP)])
def test_a_single_word_must_be_heard_openly_too(heard: str, intent: Intent | None) -> None:
    """Its sound is so short that open decoding is hardly ever much likelier."""
    openly = Words(heard, score=-100.0)
    assert decide(said("halt"), openly=openly) == intent
    assert decide(said("stop now"), openly=openly) == STOP
    assert decide(said("halt"), openly=openly, rules=Rules(second_look=False)) == STOP
