"""Who speaks the corpora: voices the rehearsal model was trained with, and voices it never heard.

What is held out is decided where the model is trained, in `tools/rehearsal_model/voices.py`.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.plan import SEED, Plan
from tools.rehearsal_model.voices import (
    ESPEAK,
    FESTIVAL,
    FESTIVAL_UTTERANCES,
    FLITE,
    FLITE_UTTERANCES,
    HELD_FESTIVAL,
    HELD_FLITE,
    espeak_variants,
    held_espeak_voices,
)

FESTIVAL_VOICES = Path("/usr/share/festival/voices")


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice of one synthesizer; `held` if neither training nor tuning ever heard it."""

    engine: str
    name: str
    held: bool

    @property
    def group(self) -> str:
        """What its figures are summed up with."""
        return f"{self.engine}, {'held out' if self.held else 'trained'}"

    def __str__(self) -> str:
        """Tell engine and name."""
        return f"{self.engine} {self.name}"


def held_out() -> list[Voice]:
    """The installed voices that the rehearsal model never heard."""
    espeak = [Voice(ESPEAK, name, held=True) for name in held_espeak_voices()]
    return _installed(
        [*espeak, Voice(FLITE, HELD_FLITE, held=True), Voice(FESTIVAL, HELD_FESTIVAL, held=True)]
    )


def trained(plan: Plan) -> list[Voice]:
    """Installed voices of the training: some of espeak-ng, and every recorded one."""
    variants = Random(SEED).sample(espeak_variants(), plan.trained_espeak_voices)
    return _installed(
        [
            *(Voice(ESPEAK, f"en-us+{variant}", held=False) for variant in variants),
            *(Voice(FLITE, name, held=False) for name in FLITE_UTTERANCES),
            *(Voice(FESTIVAL, name, held=False) for name in FESTIVAL_UTTERANCES),
        ]
    )


def missing() -> list[str]:
    """The held-out voices that are not installed, and so are not measured."""
    installed = {voice.name for voice in held_out()}
    return sorted({HELD_FLITE, HELD_FESTIVAL, *held_espeak_voices()} - installed)


def _installed(voices: list[Voice]) -> list[Voice]:
    return [voice for voice in voices if _is_installed(voice)]


def _is_installed(voice: Voice) -> bool:
    if shutil.which(voice.engine) is None:
        return False
    return voice.engine != FESTIVAL or any(FESTIVAL_VOICES.glob(f"*/{voice.name}"))
