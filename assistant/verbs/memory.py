"""The verbs about what is remembered: appointments and forgetting."""

import time

import click

from assistant.config import state_folder
from assistant.keeper import opened_memory
from assistant.memory import appointment_lines, forget_lines, remove_appointment


def show_appointments(remove: int | None) -> None:
    """Show the agreed dates, or remove one.

    Raises:
        BadState: there is no such date.
    """
    with opened_memory() as memory:
        lines = appointment_lines(memory, time.time())
        if remove is not None:
            lines = remove_appointment(memory, remove)
    for line in lines:
        click.echo(line)


def forget_everything(*, sure: bool) -> None:
    """Erase the memory for good, after asking once."""
    question = f"Erase dates, questions used, who starts and voice settings in {state_folder()}?"
    if not sure and not click.confirm(question):
        click.echo("Everything is kept as it was.")
        return
    for line in forget_lines(state_folder()):
        click.echo(line)
