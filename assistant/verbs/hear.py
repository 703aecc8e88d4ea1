"""`turntable hear`: what the ear makes of sound files."""

import json
from pathlib import Path

import click

from assistant import app
from assistant.config import Settings
from assistant.conversation.table import Place, listening
from assistant.events import Heard
from assistant.hearing.models import check_model, find_model, rehearsal_model
from assistant.hearing.soundfiles import FileReport, hear_file

PLACES = {"idle": Place.IDLE, "asked": Place.ASKED, "floor": Place.FLOOR}


def hear_files(files: tuple[Path, ...], state: str, model: Path | None, *, as_json: bool) -> None:
    """Hear each file as if in a state, and show what was heard.

    Raises:
        BadSoundFile, BadModel: in one line.
    """
    home = app.open_home()
    folder = check_model(model) if model else chosen_model(home.settings)
    fresh_ear = app.ear_maker(home, folder)
    for file in files:
        report = hear_file(file, fresh_ear(), listening(PLACES[state]))
        if as_json:
            click.echo(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            _show(report)
    if not as_json and folder == rehearsal_model():
        click.echo("Heard with the small rehearsal model, which understands synthetic voices only.")


def chosen_model(settings: Settings) -> Path:
    """The household's speech model, or the small rehearsal model where there is none.

    Raises:
        BadModel: one is named in the configuration and cannot be used.
    """
    from assistant.errors import BadModel  # noqa: PLC0415

    try:
        return find_model(settings.model, settings.language)
    except BadModel:
        if settings.model:
            raise
        return rehearsal_model()


def _show(report: FileReport) -> None:
    noun = "utterance" if report.utterances == 1 else "utterances"
    click.echo(f"{report.file}: {report.seconds:.1f} s, {report.utterances} {noun}")
    for heard in report.heard:
        if isinstance(heard.event, Heard):
            intent = heard.event.intent
            slots = "".join(f" {key}={value}" for key, value in intent.slots.items())
            wait = (heard.acted - heard.end) * 1000
            click.echo(f"  {heard.start:7.2f} s  {intent.name}{slots}  (acts after {wait:.0f} ms)")
    click.echo(f"  {report.ignored} ignored")
