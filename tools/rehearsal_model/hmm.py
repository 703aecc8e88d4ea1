"""Kaldi's numbers: phones, their hidden Markov models, and the ids of pdfs and transitions.

Phone 1 is silence; then come four word-position forms of every phone; the last is
the one phone of ``[unk]``.  A speech phone has one emitting state with two pdfs:
one for the frame that enters it and one for the rest.  Silence has one pdf for both.

``[unk]`` is one phone whose HMM has a state per speech sound.  A loop of ordinary
phones would do the same, but Kaldi determinises lattices per phone sequence and
would take up to a minute for a second of speech.
"""

from __future__ import annotations

from tools.rehearsal_model.phones import PHONES

#: Begin, end, internal, singleton: where in its word a phone stands.
POSITIONS = {"B": "begin", "E": "end", "I": "internal", "S": "singleton"}
SILENCE = 1
PHONE_ID = {
    (phone, position): 2 + len(POSITIONS) * number + form
    for number, phone in enumerate(PHONES)
    for form, position in enumerate(POSITIONS)
}
UNKNOWN = 2 + len(POSITIONS) * len(PHONES)
N_PHONES = UNKNOWN

#: Class 0 is silence; the classes of the speech sounds follow in the order of PHONES.
SILENCE_CLASS = 0
CLASS = {phone: number for number, phone in enumerate(PHONES, 1)}
N_CLASSES = 1 + len(PHONES)
N_PDFS = 1 + 2 * len(PHONES)

#: Every phone has a self loop and a way on; every state of UNKNOWN has two ways on.
N_TRANSITIONS = 2 * N_PHONES + 3 * len(PHONES)


def class_pdfs(sound: int) -> tuple[int, int]:
    """The pdf of a class's entering frame and of its further frames."""
    return (0, 0) if sound == SILENCE_CLASS else (2 * sound - 1, 2 * sound)


def phone_class(phone_id: int) -> int:
    """The class of any phone id but UNKNOWN."""
    return 0 if phone_id == SILENCE else 1 + (phone_id - 2) // len(POSITIONS)


def transitions(phone_id: int) -> tuple[int, int]:
    """The transition ids of a phone: its self loop, and its way on."""
    return 2 * phone_id - 1, 2 * phone_id


def unknown_transitions(sound: int) -> tuple[int, int, int]:
    """UNKNOWN's state for a speech class: self loop, way to another state, way out.

    Its state 0 is never used and owns the two ids that any phone owns.
    """
    first = 2 * N_PHONES + 1 + 3 * (sound - 1)
    return first, first + 1, first + 2
