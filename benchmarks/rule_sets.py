"""The rules of the ear, switched off one by one, and behind a decoder that cannot reject."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

from assistant.config import SAMPLE_RATE, Hearing
from assistant.hearing.gate import Change, Detector, Gate
from assistant.hearing.recognizer import Recognizer, Sound
from assistant.hearing.rules import Rules
from assistant.hearing.utterance import SpeechFrames, Utterance
from assistant.hearing.verdict import Judge
from assistant.hearing.vosk_recognizer import VoskRecognizer
from assistant.understanding.closed_set import ClosedSet
from assistant.understanding.words import Words
from benchmarks.commands import MOMENTS
from benchmarks.loops import Engine, blocks_of

SWITCHED_OFF: dict[str, Rules] = {
    rule.name: replace(Rules(), **{rule.name: False}) for rule in fields(Rules)
}
"""For each rule, all the others."""

_NOTHING = Rules(**{rule.name: False for rule in fields(Rules)})
_REFUSING = ("short", "whole", "edges", "second_look", "addressed")
UNABLE_TO_REJECT: dict[str, Rules] = {
    "none": _NOTHING,
    **{rule: replace(_NOTHING, **{rule: True}) for rule in _REFUSING},
    "all": replace(_NOTHING, **dict.fromkeys(_REFUSING, True)),
    **{
        f"all but {rule}": replace(_NOTHING, **{kept: kept != rule for kept in _REFUSING})
        for rule in _REFUSING
    },
}
"""Behind a grammar without ``[unk]``, utterance by utterance: no rule, each alone, all of them,
and all but each."""

_LONGEST_PIECE = 10.0
"""Seconds after which an utterance without an end is judged all the same."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """One utterance: its sound, the speech in it, and its length in seconds without silence."""

    sound: Sound
    speech: SpeechFrames
    seconds: float


class _SecondLook:
    """A recognizer for the judges: what open decoding makes of an utterance is found out once."""

    def __init__(self, recognizer: VoskRecognizer) -> None:
        self._recognizer = recognizer
        self._known: dict[int, Words] = {}
        self._turned_to = 0

    def turn_to(self, utterance: _Heard) -> None:
        self._turned_to = id(utterance)

    def knows(self, word: str) -> bool:
        return self._recognizer.knows(word)

    def start(self, closed: ClosedSet, *, unknown: bool = True) -> None:
        self._recognizer.start(closed, unknown=unknown)

    def accept(self, sound: Sound) -> None:
        self._recognizer.accept(sound)

    def partial(self) -> Words:
        return self._recognizer.partial()

    def finish(self) -> Sequence[Words]:
        return self._recognizer.finish()

    def listen_openly(self, sound: Sound) -> Words:
        if self._turned_to not in self._known:
            self._known[self._turned_to] = self._recognizer.listen_openly(sound)
        return self._known[self._turned_to]


def unable_to_reject(
    loaded: Engine, sound: Sound, detector: Detector, states: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Count the actions of every set of rules in talk, by set and state.

    Everything is decoded once for each state, and the judges of all sets look at the same words.
    """
    found = {name: dict.fromkeys(states, 0) for name in UNABLE_TO_REJECT}
    second = _SecondLook(loaded.recognizer)
    utterances = list(_utterances(sound, detector))
    for state in states:
        for closed, names in _by_closed_set(loaded, state).items():
            for utterance in utterances:
                hypotheses = _forced(loaded.recognizer, closed, utterance.sound)
                second.turn_to(utterance)
                for name in names:
                    judged = _acts(UNABLE_TO_REJECT[name], second, hypotheses, closed, utterance)
                    found[name][state] += judged
    return found


def _by_closed_set(loaded: Engine, state: str) -> dict[ClosedSet, list[str]]:
    """Group the sets of rules by the phrases they listen for; when idle these are the same."""
    groups: dict[ClosedSet, list[str]] = {}
    for name, rules in UNABLE_TO_REJECT.items():
        groups.setdefault(_closed(loaded, state, addressed=rules.addressed), []).append(name)
    return groups


def _acts(
    rules: Rules,
    second: _SecondLook,
    hypotheses: Sequence[Words],
    closed: ClosedSet,
    utterance: _Heard,
) -> bool:
    thresholds = Hearing()
    if rules.short and utterance.seconds > thresholds.longest_command:
        return False
    judge = Judge(second, thresholds, rules)
    seconds = len(utterance.sound) / SAMPLE_RATE  # to its end
    intent = judge.decide(hypotheses, closed, utterance.sound, utterance.speech, seconds)
    return intent is not None


def _closed(loaded: Engine, state: str, *, addressed: bool) -> ClosedSet:
    moment = MOMENTS[state]
    bare = moment.bare if addressed else moment.intents
    return loaded.phrases.closed_set(moment.intents, bare, loaded.name)


def _forced(recognizer: Recognizer, closed: ClosedSet, sound: Sound) -> Sequence[Words]:
    recognizer.start(closed, unknown=False)
    recognizer.accept(sound)
    return recognizer.finish()


def _utterances(sound: Sound, detector: Detector) -> Iterator[_Heard]:
    """Cut talk into utterances, as the gate of the ear does."""
    thresholds = Hearing()
    gate = Gate(thresholds, detector)
    utterance = Utterance(_LONGEST_PIECE + 1)
    for block in blocks_of(sound):
        change = gate.accept(block)
        if change is Change.OPENED:
            utterance.erase()
            for earlier in gate.recent[:-1]:
                utterance.add(earlier, voice=False)
        if change is Change.CLOSED or utterance.seconds > _LONGEST_PIECE:
            yield _heard(utterance, gate.floor, thresholds)
            utterance.erase()
        if gate.is_open:
            utterance.add(block, voice=not gate.silence)


def _heard(utterance: Utterance, floor: float, thresholds: Hearing) -> _Heard:
    seconds = utterance.seconds - thresholds.pre_roll - thresholds.hang
    return _Heard(utterance.sound.copy(), utterance.speech(floor), seconds)
