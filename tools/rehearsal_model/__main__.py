"""The command line: ``graph``, ``train``, ``evaluate`` and ``tune``."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tools.rehearsal_model import model_directory, paths, weights
from tools.rehearsal_model.graph import MissingTool
from tools.rehearsal_model.lexicon import MissingPronunciation


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except (MissingPronunciation, MissingTool) as problem:
        print(f"rehearsal model: {problem}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.rehearsal_model", description=__doc__)
    commands = parser.add_subparsers(required=True)
    graph = commands.add_parser("graph", help="rebuild the model from its weights and the phrases")
    graph.set_defaults(command=_graph)
    train = commands.add_parser("train", help="train new weights from nothing, then rebuild")
    train.set_defaults(command=_train)
    train.add_argument("--work", type=Path, required=True, help="folder for recordings (4 GB)")
    train.add_argument("--go-on", action="store_true", help="from the present weights")
    train.add_argument("--seed", type=int, default=1)
    train.add_argument("--scale", type=float, default=1.0, help="share of the recordings")
    train.add_argument("--copies", type=int, default=5, help="augmented copies of a recording")
    train.add_argument("--passes", type=float, default=3.0, help="over all copies")
    train.add_argument("--minutes", type=float, default=float("inf"), help="end training by then")
    train.add_argument("--workers", type=int, default=2, help="processes")
    train.add_argument("--threads", type=int, default=1, help="of torch")
    evaluate = commands.add_parser("evaluate", help="print accuracy per voice")
    evaluate.set_defaults(command=_evaluate)
    evaluate.add_argument("--noises", type=Path, help="folder of FLAC noise; else white noise")
    evaluate.add_argument("--voices", action="append", choices=("trained", "unseen"))
    evaluate.add_argument("--model", type=Path, default=paths.MODEL)
    evaluate.add_argument("--workers", type=int, default=2)
    tune = commands.add_parser("tune", help="show what other costs of [unk] would change")
    tune.set_defaults(command=_tune)
    tune.add_argument("--talk", type=Path, required=True, help="folder of FLAC speech")
    tune.add_argument("--noises", type=Path, help="folder of FLAC noise; else white noise")
    tune.add_argument("--weights", type=Path, default=paths.WEIGHTS)
    tune.add_argument("--workers", type=int, default=2)
    for command in (graph, train):
        command.add_argument("--weights", type=Path, default=paths.WEIGHTS)
        command.add_argument("--out", type=Path, default=paths.MODEL)
    return parser


def _graph(options: argparse.Namespace) -> None:
    words = model_directory.write(options.out, weights.load(options.weights))
    print(f"{options.out}: {words} words")


def _train(options: argparse.Namespace) -> None:
    from tools.rehearsal_model.recipe import Recipe, Settings  # noqa: PLC0415 - needs torch

    settings = Settings(
        work=options.work,
        seed=options.seed,
        scale=options.scale,
        copies=options.copies,
        passes=options.passes,
        limit_s=options.minutes * 60,
        workers=options.workers,
        threads=options.threads,
    )
    earlier = weights.load(options.weights) if options.go_on else None
    weights.save(options.weights, Recipe(settings, _log).run(earlier))
    _graph(options)


def _evaluate(options: argparse.Namespace) -> None:
    from tools.rehearsal_model import report  # noqa: PLC0415 - needs vosk

    titles = options.voices or list(report.VOICES)
    report.write(options.model, options.noises, titles, options.workers)


def _tune(options: argparse.Namespace) -> None:
    from tools.rehearsal_model import tuning  # noqa: PLC0415 - needs vosk

    tuning.compare(weights.load(options.weights), options.talk, options.noises, options.workers)


def _log(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
