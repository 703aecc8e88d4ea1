"""The verbs about what is remembered: appointments and forgetting."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import click
from msgspec.structs import replace

from assistant.config import VoiceSettings, state_folder
from assistant.memory import Memory, appointment_lines, forget_lines, remove_appointment


@contextmanager
def opened_memory() -> Iterator[Memory]:
    """Open the household's memory; say so if a damaged one had to be put aside.

    Raises:
        BadState: the state folder cannot be used.
    """
    with closing(Memory.open(state_folder())) as memory:
        if memory.started_fresh:
            click.echo(
                f"turntable: the memory was damaged and lies aside in {state_folder()};"
                " a new one was begun",
                err=True,
            )
        yield memory


def adjusted_voice(memory: Memory, voice: VoiceSettings) -> VoiceSettings:
    """The voice's settings, as they were last changed by voice."""
    last = memory.voice()
    return voice if last is None else replace(voice, volume=last.volume, rate=last.rate)


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
