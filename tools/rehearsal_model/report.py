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
VOICES = {
    "trained": list(evaluation.TRAINED_VOICES),
    "unseen": list(evaluation.UNSEEN_VOICES),
}


def write(model: Path, noises: Path | None, titles: list[str], workers: int) -> None:
    """Speak, listen, and print the tables of trained and of unseen voices."""
    closed = evaluation.everything()
    ear = Ear(model, closed)
    backgrounds = half_of(noises, REPORTING) if noises else []
    said = evaluation.phrases_to_say()
    print(f"{len(said)} phrases, a grammar of {len(closed.texts)}")
    for title in titles:
        group = VOICES[title]
        spoken = synthesis.synthesise(voices.spoken_by(group, said, "phrase"), workers)
        clean = evaluation.tally(ear, spoken, None)
        noisy = evaluation.tally(ear, spoken, evaluation.NOISE_DB, backgrounds)
        _print_table(title, clean, noisy)
        _print_false_actions(ear, group, workers)


def half_of(folder: Path, half: int) -> list[Array]:
    """Of a folder of FLAC files those whose names have an even (0) or an odd (1) hash."""
    files = sorted(folder.glob("*.flac"))
    chosen = [file for file in files if zlib.crc32(file.name.encode()) % 2 == half]
    return [soundfile.read(file, dtype="int16")[0] for file in chosen]


def _print_table(title: str, clean: dict[str, Tally], noisy: dict[str, Tally]) -> None:
    """A Markdown table with a line for each voice and one for each engine."""
    print(f"\n{title.capitalize()} voices: accepted / wrong, in percent\n")
    print(f"| voice | clean | noise at {evaluation.NOISE_DB:.0f} dB | phrases |\n|---|---|---|---|")
    for name, tally in clean.items():
        print(f"| {name} | {tally.shares()} | {noisy[name].shares()} | {tally.spoken} |")
    for engine in dict.fromkeys(name.split()[0] for name in clean):
        quiet, loud = (total(_of_engine(tallies, engine)) for tallies in (clean, noisy))
        print(f"| **all {engine}** | {quiet.shares()} | {loud.shares()} | {quiet.spoken} |")


def _of_engine(tallies: dict[str, Tally], engine: str) -> dict[str, Tally]:
    return {name: tally for name, tally in tallies.items() if name.split()[0] == engine}


def total(tallies: dict[str, Tally]) -> Tally:
    """All voices together."""
    return Tally(
        sum(each.accepted for each in tallies.values()),
        sum(each.wrong for each in tallies.values()),
        sum(each.spoken for each in tallies.values()),
    )


def _print_false_actions(ear: Ear, group: list[Voice], workers: int) -> None:
    said = texts.sentences("evaluate")
    spoken = synthesis.synthesise(voices.spoken_by(group, said, "sentence"), workers)
    found, hours = evaluation.false_actions(ear, [each.samples for each in spoken])
    print(f"\nFalse actions in {len(spoken)} sentences ({hours:.2f} hours): {found}")
