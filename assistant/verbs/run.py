"""`turntable run`: the voice loop; typed where there is no microphone; else a rehearsal."""

import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from assistant import app
from assistant.config import state_folder
from assistant.errors import BadModel
from assistant.hearing.models import check_model, find_model, rehearsal_model
from assistant.timeline import ReadablePrinter, Record, Timeline
from assistant.verbs.memory import opened_memory

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
    folder = _model_for_people(home, model)
    if not _has_microphone():
        _without_voice("There is no microphone here.")
    elif folder is None:
        _without_voice(ONLY_REHEARSAL)
    else:
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
    from assistant.hearing.microphone import microphones  # noqa: PLC0415 - loads PortAudio

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


def run_by_voice(home: app.Home, model: Path) -> None:
    """The voice loop, until a signal ends it. Everything is loaded, then sealed, then started."""
    from assistant.hearing.listener import Listener  # noqa: PLC0415
    from assistant.hearing.microphone import PortAudioMicrophone  # noqa: PLC0415
    from assistant.privacy import seal  # noqa: PLC0415
    from assistant.speaking.loudspeaker import PortAudioLoudspeaker  # noqa: PLC0415
    from assistant.speaking.pyttsx3_voice import Pyttsx3Voice  # noqa: PLC0415
    from assistant.speaking.speaker import Speaker  # noqa: PLC0415

    settings = home.settings
    fresh_ear = app.ear_maker(home, model)
    voice = Pyttsx3Voice(settings.voice, home.content.sound.voice)
    with opened_memory() as memory:
        if model == rehearsal_model():
            click.echo("With the small rehearsal model: it understands synthetic voices only.")
        shown = _shown(home)
        conversation = app.new_conversation(home, memory.memories())
        assistant = app.Assistant(
            conversation,
            Timeline(shown),
            memory.apply,
            echo_cancelled=settings.echo_cancelled,
        )
        seal(state_folder())
        microphone = PortAudioMicrophone(settings.microphone)
        listener = Listener(microphone, fresh_ear, assistant.take_report)
        loudspeaker = partial(PortAudioLoudspeaker, settings.loudspeaker)
        speaker = Speaker(voice, loudspeaker, assistant.take, settings.voice)
        assistant.attach(listener, speaker)
        listener.start()
        try:
            with _ended_by_signals(assistant):
                assistant.run()
        finally:
            speaker.close()
            listener.stop()


def _shown(home: app.Home) -> Callable[[Record], None]:
    if not sys.stdout.isatty():
        return _log_state
    printer = ReadablePrinter(Console(highlight=False), home.settings.partners, home.settings.name)
    return printer.show


def _log_state(record: Record) -> None:
    """Without a terminal only states and intents are logged, never sentences or words."""
    if record.kind in {"state", "heard", "turn"}:
        logging.getLogger("assistant").info("%s %s", record.kind, record.fields)


@contextmanager
def _ended_by_signals(assistant: app.Assistant) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        assistant.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
