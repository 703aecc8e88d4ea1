"""Prints the tables of docs/rehearsal-model.md."""

from __future__ import annotations

import zlib
from pathlib import Path

import soundfile

from tools.rehearsal_model import evaluation, synthesis, texts, voices
from tools.rehearsal_model.corpus import Array
from tools.rehearsal_model.evaluation import Ear, Tally, Voice

#: The half of a folder's recordings that nothing was tuned with.
REPORTING = 0


def write(model: Path, noises: Path | None, workers: int) -> None:
    """Speak, listen, and print a table each for trained and unseen voices."""
    closed = evaluation.everything()
    ear = Ear(model, closed)
    backgrounds = half_of(noises, REPORTING) if noises else []
    said = evaluation.phrases_to_say()
    print(f"{len(said)} phrases, a grammar of {len(closed.texts)}")
    for title, group in (
        ("Trained", evaluation.TRAINED_VOICES),
        ("Unseen", evaluation.UNSEEN_VOICES),
    ):
        spoken = synthesis.synthesise(voices.spoken_by(list(group), said, "phrase"), workers)
        print_table(f"{title}, clean", evaluation.tally(ear, spoken, None))
        noisy = evaluation.tally(ear, spoken, evaluation.NOISE_DB, backgrounds)
        print_table(f"{title}, noise at {evaluation.NOISE_DB:.0f} dB", noisy)
        _print_false_actions(ear, title, list(group), workers)


def half_of(folder: Path, half: int) -> list[Array]:
    """Of a folder of FLAC files those whose names have an even (0) or an odd (1) hash."""
    files = sorted(folder.glob("*.flac"))
    chosen = [file for file in files if zlib.crc32(file.name.encode()) % 2 == half]
    return [soundfile.read(file, dtype="int16")[0] for file in chosen]


def print_table(title: str, tallies: dict[str, Tally]) -> None:
    """A Markdown table with a line for each voice and one for each engine."""
    print(f"\n{title}\n\n| voice | accepted % | wrong % | phrases |\n|---|---|---|---|")
    for name, tally in tallies.items():
        print(tally.row(name))
    for engine in dict.fromkeys(name.split()[0] for name in tallies):
        same = {name: tally for name, tally in tallies.items() if name.split()[0] == engine}
        print(total(same).row(f"**all {engine}**"))


def total(tallies: dict[str, Tally]) -> Tally:
    """All voices together."""
    return Tally(
        sum(each.accepted for each in tallies.values()),
        sum(each.wrong for each in tallies.values()),
        sum(each.spoken for each in tallies.values()),
    )


def _print_false_actions(ear: Ear, title: str, group: list[Voice], workers: int) -> None:
    said = texts.sentences("evaluate")
    spoken = synthesis.synthesise(voices.spoken_by(group, said, "sentence"), workers)
    found, hours = evaluation.false_actions(ear, [each.samples for each in spoken])
    print(f"\n{title}: {found} false actions in {len(spoken)} sentences ({hours:.2f} hours)")
