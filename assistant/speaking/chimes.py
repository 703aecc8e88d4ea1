"""The short sounds of the assistant, made of notes like those of a marimba.

They can be told apart with eyes closed by how many notes there are, how they move and how high
they lie::

    turn-opens      one low note that rings      heard           one short note, middling
    turn-ends       two soft notes, falling      not-understood  two short notes, rising
    paused          two short notes, level       invite          three notes, rising
    minute-left     one faint tick, very high    tick            one dull tick, low
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from assistant.events import ChimeName
from assistant.speaking.voice import Speech

LOUDEST = 0.5
"""Peak of the loudest chime at full volume, of 1: a chime is never louder than the voice."""

ATTACK = 0.008
"""Seconds a note takes to swell: shorter would click, longer would not be heard as struck."""

FADE = 0.25
"""Part of a note, at its end, over which it fades to nothing."""

PARTIALS = ((1.0, 1.0, 1.0), (4.0, 0.2, 3.0), (9.2, 0.04, 8.0))
"""(multiple of the pitch, level, how many times faster it decays). A marimba bar is tuned so that
its second mode is four times the first; the third lies near nine or ten (Fletcher and Rossing, The
Physics of Musical Instruments, chapter 19)."""


@dataclass(frozen=True, slots=True)
class _Note:
    """One stroke: when (seconds), how high (Hz), how long (seconds), and its level (0 to 1)."""

    at: float
    pitch: float
    seconds: float
    level: float = 1.0


A3, C4, E4, G4, C5, E5, G5, E7 = 220.0, 261.6, 329.6, 392.0, 523.3, 659.3, 784.0, 2637.0

_SCORES: Mapping[ChimeName, tuple[_Note, ...]] = MappingProxyType(
    {
        ChimeName.TURN_OPENS: (_Note(0.0, C4, 1.2),),
        ChimeName.MINUTE_LEFT: (_Note(0.0, E7, 0.2, 0.15),),
        ChimeName.TURN_ENDS: (_Note(0.0, G4, 0.7, 0.7), _Note(0.45, C4, 0.75, 0.7)),
        ChimeName.HEARD: (_Note(0.0, C5, 0.25, 0.6),),
        ChimeName.PAUSED: (_Note(0.0, E4, 0.25, 0.7), _Note(0.25, E4, 0.35, 0.7)),
        ChimeName.NOT_UNDERSTOOD: (_Note(0.0, E4, 0.2, 0.6), _Note(0.15, A3 * 2, 0.3, 0.6)),
        ChimeName.TICK: (_Note(0.0, A3, 0.15, 0.5),),
        ChimeName.INVITE: (
            _Note(0.0, C5, 0.5, 0.8),
            _Note(0.25, E5, 0.5, 0.8),
            _Note(0.5, G5, 0.7, 0.8),
        ),
    }
)


def chime(name: ChimeName, rate: int, volume: float) -> Speech:
    """Give the sound of a chime; the same arguments give the same samples.

    Args:
        name: which one.
        rate: samples a second (Hz).
        volume: loudness, 0 to 1.
    """
    notes = _SCORES[name]
    mix = np.zeros(round(rate * max(note.at + note.seconds for note in notes)))
    for note in notes:
        start = round(rate * note.at)
        sound = _strike(note, rate)[: len(mix) - start]
        mix[start : start + len(sound)] += sound
    level = max(note.level for note in notes)
    peak = LOUDEST * volume * level * np.iinfo(np.int16).max
    scaled = mix * (peak / max(np.abs(mix).max(), 1e-9))
    return Speech(scaled.astype(np.int16), rate)


def _strike(note: _Note, rate: int) -> NDArray[np.float64]:
    """One note: partials that decay, each the faster the higher, between a soft start and end."""
    count = round(rate * note.seconds)
    time = np.arange(count) / rate
    sound = np.zeros(count)
    for multiple, level, haste in PARTIALS:
        pitch = note.pitch * multiple
        if pitch < rate / 2:
            decay = np.exp(-4.0 * haste * time / note.seconds)
            sound += level * decay * np.sin(2 * np.pi * pitch * time)
    swell = np.clip(time / ATTACK, 0.0, 1.0)
    left = np.clip((note.seconds - time) / (FADE * note.seconds), 0.0, 1.0)
    envelope = _smooth(swell) * _smooth(left)
    envelope[-1:] = 0.0
    return note.level * envelope * sound


def _smooth(ramp: NDArray[np.float64]) -> NDArray[np.float64]:
    """A raised cosine in place of a straight ramp, so that nothing clicks."""
    return 0.5 - 0.5 * np.cos(np.pi * ramp)
