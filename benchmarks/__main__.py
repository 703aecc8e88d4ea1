"""`python -m benchmarks`: measure, and write the report."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import soundfile
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from assistant.errors import TurntableError
from assistant.hearing.models import check_model, rehearsal_model
from benchmarks import plots, report
from benchmarks.corpus import recordings
from benchmarks.measure import measure
from benchmarks.plan import FULL, QUICK, Plan
from benchmarks.speech import NotSpoken
from benchmarks.voices import missing

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--model", type=_FOLDER, help="A Vosk model; by default the rehearsal model.")
@click.option("--corpus", type=_FOLDER, help="Recordings, laid out as in benchmarks/README.md.")
@click.option("--quick", is_flag=True, help="A quick look: minutes, and figures not to quote.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where report and plots go; by default this folder, or .corpus/quick for a quick look.",
)
def main(model: Path | None, corpus: Path | None, quick: bool, out: Path | None) -> None:
    """Measure how well the ear hears commands and ignores everything else."""
    here = Path(__file__).resolve().parent
    folder = out or (here.parent / ".corpus" / "quick" if quick else here)
    folder.mkdir(parents=True, exist_ok=True)
    plan = QUICK if quick else FULL
    start = time.monotonic()
    try:
        checked = check_model(model) if model else rehearsal_model()
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        ) as progress:
            findings = measure(checked.resolve(), corpus, plan, _stages(progress))
    except (TurntableError, NotSpoken) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    circumstances = report.Circumstances(
        model=checked.name if model else "the rehearsal model of this project",
        quick=quick,
        recordings=_minutes(corpus, plan),
        missing=missing(),
        minutes=(time.monotonic() - start) / 60,
    )
    report.write(findings, circumstances, folder)
    plots.draw_all(findings, folder)
    click.echo(f"The report is in {os.path.relpath(folder / 'report.md')}")


def _stages(progress: Progress) -> Callable[[str, int], Callable[[int], None]]:
    """One bar for each stage."""

    def begin(name: str, steps: int) -> Callable[[int], None]:
        task = progress.add_task(name, total=steps)
        return lambda done: progress.advance(task, done)

    return begin


def _minutes(corpus: Path | None, plan: Plan) -> dict[str, float]:
    """How long the recordings of each kind are."""
    return {
        kind: sum(soundfile.info(file).duration for file in files) / 60
        for kind, files in recordings(corpus, plan.most_recorded_minutes).items()
    }


if __name__ == "__main__":
    main()
