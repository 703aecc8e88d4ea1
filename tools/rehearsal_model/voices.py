"""Who speaks: the voices that train the model, and those it never hears.

A voice is an engine's voice name together with how it is played.  ``warp`` plays
a recording faster, which raises pitch and formants alike and so makes another
"throat" of the same voice; ``duration`` and ``pitch`` are asked of the engine
and are stated relative to what is finally heard.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from tools.rehearsal_model import texts

FLITE, ESPEAK, FESTIVAL = "flite", "espeak-ng", "festival"

#: Never used for training or tuning: whoever reports accuracy measures with these.
HELD_ESPEAK_VARIANTS = (
    "f4", "m5", "Andrea", "michel", "linda", "edward", "grandma", "Mike", "steph2", "boris",
)  # fmt: skip
HELD_ESPEAK_ACCENT = "en-gb-scotland"
HELD_FLITE = "awb"
HELD_FESTIVAL = "ked_diphone"

#: Novelty voices: robots, whispers and croaks that nobody would choose.
ESPEAK_NOVELTIES = frozenset(
    (
        *("AnxiousAndy", "Demonic", "Nguyen", "Storm", "Tweaky", "UniRobot", "anikaRobot"),
        *("croak", "fast", "kaukovalta", "klatt5", "klatt6", "whisper", "whisperf"),
        *("RicishayMax", "RicishayMax2", "RicishayMax3"),
        *("robosoft", *(f"robosoft{number}" for number in range(2, 9))),
    )
)
#: An accent named twice is spoken twice as often.
ESPEAK_ACCENTS = (
    *["en-us"] * 6, *["en-gb"] * 2, *["en-029"] * 2,
    "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-us-nyc",
)  # fmt: skip

#: Training utterances per voice at scale 1.  Recorded voices are few, so each says much.
FLITE_UTTERANCES = {"slt": 2400, "rms": 2400, "kal16": 1300}
FESTIVAL_UTTERANCES = {"cmu_us_slt_arctic_hts": 900, "kal_diphone": 1300}
ESPEAK_UTTERANCES = 6500
PHRASE_SHARE = 0.55


@dataclass(frozen=True)
class Utterance:
    """One text in one voice.  ``kind`` says what it is for: phrase, sentence or training."""

    number: int
    engine: str
    voice: str
    text: str
    kind: str = "training"
    duration: float = 1.0
    pitch: float = 1.0
    warp: float = 1.0


def espeak_variants() -> list[str]:
    """The installed espeak-ng variants a person might choose, without the held-out ones."""
    folders = [
        folder
        for root in ("/usr/lib", "/usr/share")
        for pattern in ("espeak-ng-data", "*/espeak-ng-data")
        for folder in Path(root).glob(f"{pattern}/voices/!v")
    ]
    names = {file.name for folder in folders for file in folder.iterdir()}
    plain = {name for name in names if " " not in name}
    return sorted(plain - ESPEAK_NOVELTIES - set(HELD_ESPEAK_VARIANTS))


def held_espeak_voices() -> list[str]:
    """The espeak-ng voices that the model never hears."""
    return [f"en-us+{variant}" for variant in HELD_ESPEAK_VARIANTS] + [HELD_ESPEAK_ACCENT]


class Plan:
    """Draws who says what, and how, from one seed."""

    def __init__(self, known: set[str], seed: int) -> None:
        self._random = random.Random(seed)
        self._texts = texts.TrainingTexts(known, seed).mixed(PHRASE_SHARE)
        self._numbers = count(1)

    def training(self, scale: float) -> list[Utterance]:
        """All training utterances; ``scale`` shrinks or grows the whole plan."""
        return [
            *self._recorded(FLITE, FLITE_UTTERANCES, scale),
            *self._recorded(FESTIVAL, FESTIVAL_UTTERANCES, scale),
            *self._formant(int(ESPEAK_UTTERANCES * scale)),
        ]

    def _recorded(
        self, engine: str, utterances: dict[str, int], scale: float
    ) -> Iterator[Utterance]:
        for voice, number in utterances.items():
            for _ in range(int(number * scale)):
                yield self._varied(engine, voice, throat=0.8, spread=0.2)

    def _formant(self, number: int) -> Iterator[Utterance]:
        variants = espeak_variants()
        for _ in range(number):
            accent = self._random.choice(ESPEAK_ACCENTS)
            variant = f"+{self._random.choice(variants)}" if self._random.random() < 0.9 else ""
            yield self._varied(ESPEAK, accent + variant, throat=0.7, spread=0.12)

    def _varied(self, engine: str, voice: str, throat: float, spread: float) -> Utterance:
        """The next text; ``throat`` is the share that is warped, by up to ``spread``."""
        draw = self._random
        warped = draw.random() < throat
        return Utterance(
            number=next(self._numbers),
            engine=engine,
            voice=voice,
            text=next(self._texts),
            duration=draw.uniform(0.8, 1.35),
            pitch=draw.uniform(0.75, 1.3),
            warp=draw.uniform(1 - spread, 1 + spread) if warped else 1.0,
        )


def spoken_by(voices: list[tuple[str, str]], said: list[str], kind: str) -> list[Utterance]:
    """Every text by every (engine, voice), unvaried, as a listener would meet them."""
    numbers = count(1)
    return [
        Utterance(next(numbers), engine, voice, text, kind)
        for engine, voice in voices
        for text in said
    ]


def renumbered(utterances: list[Utterance]) -> list[Utterance]:
    """The utterances with numbers 1, 2, …: numbers seed each recording's augmentation."""
    return [replace(each, number=number) for number, each in enumerate(utterances, 1)]
