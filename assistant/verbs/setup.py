"""`turntable setup`: asks what a household chooses, tries the devices, and gets the speech model.

Whatever is given as an option is not asked. Nothing is written before the last answer: Ctrl-C
leaves the settings as they were, and what is not asked about stays as it is.

The model is fetched by a process of its own (`fetch_model`), since this one opens the
microphone: no process does both.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec
from msgspec.structs import replace
from rich.console import Console

from assistant.config import Reminders, Settings, config_file, load_settings, save_settings
from assistant.errors import BadConfiguration, BadInput, PartFailed
from assistant.verbs.trying import show_level, try_voice

SERVICE_SETTINGS = Path("/etc/turntable")
"""Where systemd lets the service of the system read its settings (`ConfigurationDirectory`)."""
SERVICE_MODELS = Path("/usr/share/vosk")


@dataclass(frozen=True, slots=True)
class Answers:
    """What was given as options; None and empty have to be asked, or stay as they are.

    Attributes:
        partners: names of the people at the table.
        language: two letters.
        name: how the assistant is called.
        voice: a voice of the engine.
        microphone: a device by part of its name; ``default`` for the system's.
        loudspeaker: the same.
        kind_word: time of the morning's reminder, ``HH:MM``; ``none`` for no reminder.
        connecting_act: the same, of one small act a day.
        model_archive: a speech model's archive at hand, instead of fetching it.
        unattended: ask nothing, try no device.
        without_model: get no model.
        for_service: set up the service of the system instead of this user's assistant.
    """

    partners: tuple[str, ...] = ()
    language: str | None = None
    name: str | None = None
    voice: str | None = None
    microphone: str | None = None
    loudspeaker: str | None = None
    kind_word: str | None = None
    connecting_act: str | None = None
    model_archive: Path | None = None
    unattended: bool = False
    without_model: bool = False
    for_service: bool = False


def set_up(answers: Answers) -> int:
    """Ask, try, save, and get the model.

    Returns:
        The exit code: 1 if the settings are saved and the model could not be had.

    Raises:
        BadInput: an answer cannot be used, or the settings cannot be read or written.
    """
    if answers.for_service:
        os.environ["CONFIGURATION_DIRECTORY"] = str(SERVICE_SETTINGS)
    file = config_file()
    settings = _given(load_settings(file), answers)
    if not answers.unattended:
        if not _on_terminal():
            raise BadConfiguration(
                "there is no terminal to ask at", remedy="give --yes, and what differs as options"
            )
        settings = _Interview(settings, answers).ask()
    _check(settings)
    save_settings(settings, file)
    click.echo(f"Saved in {file}.")
    return 0 if answers.without_model else _have_model(settings, answers)


def _on_terminal() -> bool:
    return sys.stdin.isatty()


def _given(settings: Settings, answers: Answers) -> Settings:
    """The settings with what was given as options.

    Raises:
        BadConfiguration: a value that no configuration may have.
    """
    changed = msgspec.to_builtins(settings)
    if answers.partners:
        changed["partners"] = list(answers.partners)
    for key in ("language", "name", "microphone", "loudspeaker"):
        value = getattr(answers, key)
        if value is not None:
            changed[key] = "" if value == "default" else value
    if answers.voice is not None:
        changed["voice"]["name"] = "" if answers.voice == "default" else answers.voice
    for key in ("kind_word", "connecting_act"):
        value = getattr(answers, key)
        if value is not None:
            changed["reminders"][key] = "" if value == "none" else value
    return _converted(changed)


def _converted(changed: object) -> Settings:
    try:
        return msgspec.convert(changed, Settings)
    except msgspec.ValidationError as error:
        raise BadConfiguration(
            f"this cannot be a setting: {error}", remedy="see `turntable setup --help`"
        ) from error


def _check(settings: Settings) -> None:
    """Refuse what the assistant would refuse at its start.

    Raises:
        BadInput: there is no content in this language, or no such voice.
    """
    from assistant.content import load  # noqa: PLC0415
    from assistant.speaking.pyttsx3_voice import Pyttsx3Voice  # noqa: PLC0415

    sound = load(settings.language, config_file().parent).sound
    try:
        Pyttsx3Voice(settings.voice, sound.voice)
    except PartFailed as error:
        raise BadConfiguration(str(error), remedy="choose another voice") from error


# ---- asking --------------------------------------------------------------------------------------


class _Interview:
    """Asks for everything that was not given, with what is set now as the answer of Enter."""

    def __init__(self, settings: Settings, answers: Answers) -> None:
        self._settings = settings
        self._answers = answers
        self._console = Console(highlight=False)

    def ask(self) -> Settings:
        """Ask one after the other."""
        steps: list[tuple[object, Callable[[], None]]] = [
            (self._answers.partners, self._partners),
            (self._answers.language, self._language),
            (self._answers.name, self._name),
            (self._answers.microphone, self._microphone),
            (self._answers.loudspeaker, self._loudspeaker),
            (self._answers.voice, self._voice),
            (self._answers.kind_word or self._answers.connecting_act, self._reminders),
        ]
        for given, step in steps:
            if not given:
                step()
        return self._settings

    def _partners(self) -> None:
        self._console.print("\n[bold]Who sits at the table?[/] Two names, or up to eight.")
        now = self._settings.partners
        first = self._until(lambda: self._prompt("First name", now[0]), "partners", 0)
        second = self._until(lambda: self._prompt("Second name", now[1]), "partners", 1)
        names = [first, second]
        while len(names) < 8 and (more := self._prompt("Another name, or Enter", "")):
            names.append(more)
        self._set(partners=names)

    def _language(self) -> None:
        from assistant.content import languages  # noqa: PLC0415

        known = languages()
        if len(known) > 1:
            self._set(language=self._choose("Language", known, self._settings.language))

    def _name(self) -> None:
        self._console.print("\n[bold]What shall it be called?[/] One to four words, lower case.")
        while True:
            try:
                self._set(name=self._prompt("Name", self._settings.name).lower())
                return
            except BadConfiguration as error:
                self._console.print(str(error), style="red")

    def _microphone(self) -> None:
        from assistant.hearing.microphone import microphones  # noqa: PLC0415

        device = self._device("microphone", microphones(), self._settings.microphone)
        while device is not None:
            self._set(microphone=device)
            show_level(device, self._console)
            if click.confirm("Did the bar follow your voice?", default=True):
                return
            device = self._device("microphone", microphones(), device)

    def _loudspeaker(self) -> None:
        from assistant.speaking.loudspeaker import loudspeakers  # noqa: PLC0415

        device = self._device("loudspeaker", loudspeakers(), self._settings.loudspeaker)
        while device is not None:
            self._set(loudspeaker=device)
            try_voice(self._settings, "", self._console)
            if click.confirm("Did you hear a chime?", default=True):
                return
            device = self._device("loudspeaker", loudspeakers(), device)

    def _voice(self) -> None:
        from assistant.speaking.pyttsx3_voice import Pyttsx3Voice  # noqa: PLC0415

        language, sound = self._settings.language, self._settings.voice
        voices = [
            name for name in Pyttsx3Voice(sound, language).voices() if name.startswith(language)
        ]
        self._console.print("\n[bold]Which voice?[/]")
        while True:
            now = self._settings.voice.name or "default"
            name = self._choose("Voice", ["default", *voices], now)
            self._settings = replace(
                self._settings, voice=replace(sound, name="" if name == "default" else name)
            )
            try_voice(self._settings, "This is how I sound.", self._console)
            if click.confirm("Is this voice right?", default=True):
                return

    def _reminders(self) -> None:
        self._console.print("\n[bold]Reminders[/] come as one chime, and speak only if answered.")
        kept = self._settings.reminders
        chosen = Reminders(
            kind_word=self._time("A kind word in the morning", kept.kind_word, "08:00"),
            connecting_act=self._time("One small connecting act", kept.connecting_act, "18:00"),
        )
        self._settings = replace(self._settings, reminders=chosen)

    # ---- how -----------------------------------------------------------------------------------

    def _set(self, **changes: object) -> None:
        """Change settings.

        Raises:
            BadConfiguration: a value that no configuration may have.
        """
        self._settings = _converted(msgspec.to_builtins(self._settings) | changes)

    def _until(self, ask: Callable[[], str], key: str, place: int) -> str:
        """Ask again as long as the answer cannot be this setting."""
        while True:
            answer = ask()
            values = list(getattr(self._settings, key))
            values[place] = answer
            try:
                self._set(**{key: values})
            except BadConfiguration as error:
                self._console.print(str(error), style="red")
            else:
                return answer

    def _prompt(self, question: str, default: str) -> str:
        answer: str = click.prompt(question, default=default, show_default=bool(default))
        return answer.strip()

    def _device(self, kind: str, names: Sequence[str], now: str) -> str | None:
        """Choose a device by its name; empty is the system's default; None if there is none."""
        self._console.print(f"\n[bold]Which {kind}?[/]")
        if not names:
            self._console.print(f"There is none. Plug one in and run this again. ({kind})")
            return None
        chosen = self._choose(kind.capitalize(), ["default", *names], now or "default")
        return "" if chosen == "default" else chosen

    def _choose(self, question: str, names: Sequence[str], now: str) -> str:
        """Choose from a numbered list."""
        for number, name in enumerate(names, 1):
            self._console.print(f"  {number:2d}  {name}", markup=False)
        default = names.index(now) + 1 if now in names else 1
        number = click.prompt(question, default=default, type=click.IntRange(1, len(names)))
        return names[number - 1]

    def _time(self, what: str, now: str, usual: str) -> str:
        if not click.confirm(f"{what}?", default=bool(now)):
            return ""
        while True:
            answer = self._prompt("At what time (HH:MM)", now or usual)
            try:
                _converted({"reminders": {"kind_word": answer}})
            except BadConfiguration:
                self._console.print("A time looks like 08:00.", style="red")
            else:
                return answer


# ---- the model -----------------------------------------------------------------------------------


def _have_model(settings: Settings, answers: Answers) -> int:
    """Install the archive, or fetch a model where there is none; 1 if there is none afterwards.

    Raises:
        BadModel: the archive cannot be used.
    """
    from assistant.hearing.models import find_model, user_models_folder  # noqa: PLC0415

    archive = answers.model_archive
    if archive is None:
        try:
            click.echo(f"The speech model is {find_model(settings.model, settings.language)}.")
            return 0
        except BadInput:
            if settings.model:
                raise
    folder = SERVICE_MODELS if answers.for_service else user_models_folder()
    module = "assistant.verbs.fetch_model"
    command = [sys.executable, "-m", module, settings.language, str(folder), str(archive or "")]
    return min(1, subprocess.run(command, check=False).returncode)
