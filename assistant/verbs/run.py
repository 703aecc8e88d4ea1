"""`turntable run`: the voice loop; typed where there is no microphone; else a rehearsal.

A service always is the voice loop: its microphone may be plugged in later, and its model must be
there.
"""

import os
import sys
from pathlib import Path

import click

from assistant import app
from assistant.errors import BadModel
from assistant.hearing.models import check_model, find_model, rehearsal_model

ONLY_REHEARSAL = (
    "There is a microphone, but no speech model that understands people: only the small rehearsal"
    " model, which understands synthetic voices. `make run` or `turntable setup` fetches the"
    " other one."
)


def run_assistant(model: Path | None) -> None:
    """Start what this machine allows.

    Raises:
        BadInput: settings, content, model or state cannot be used.
    """
    home = app.open_home()
    as_service = "NOTIFY_SOCKET" in os.environ
    if as_service and model is None:
        model = find_model(home.settings.model, home.settings.language)
    folder = _model_for_people(home, model)
    if not (as_service or _has_microphone()):
        _without_voice("There is no microphone here.")
    elif folder is None:
        _without_voice(ONLY_REHEARSAL)
    else:
        from assistant.live import run_by_voice  # noqa: PLC0415 - loads PortAudio

        if folder == rehearsal_model():
            click.echo("With the small rehearsal model: it understands synthetic voices only.")
        run_by_voice(home, folder)


def _model_for_people(home: app.Home, model: Path | None) -> Path | None:
    if model is not None:
        return check_model(model, home.settings.language)
    try:
        return find_model(home.settings.model, home.settings.language)
    except BadModel as error:
        if home.settings.model:
            raise
        if "no speech model" not in error.problem:
            click.echo(f"turntable: {error}", err=True)
        return None


def _has_microphone() -> bool:
    try:
        from assistant.hearing.microphone import microphones  # noqa: PLC0415 - loads PortAudio
    except OSError:
        click.echo("turntable: PortAudio is missing (apt install libportaudio2)", err=True)
        return False
    return bool(microphones())


def _without_voice(reason: str) -> None:
    """A typed conversation on a terminal; a rehearsal, which ends by itself, without one."""
    if sys.stdin.isatty():
        click.echo(f"{reason} Here is a typed conversation instead.\n")
        from assistant.verbs.type import type_conversation  # noqa: PLC0415

        type_conversation(as_json=False)
    else:
        click.echo(f"{reason} There is no terminal either: here is a rehearsal.\n")
        from assistant.verbs.rehearse import rehearse_ritual  # noqa: PLC0415

        rehearse_ritual("weekly-check-in")
