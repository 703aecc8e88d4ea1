"""`turntable check`: one line for each part, and how to mend what fails."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from assistant import app
from assistant.config import Settings, config_file, load_settings, state_folder
from assistant.errors import BadInput, PartFailed
from assistant.verbs.hear import chosen_model


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part.

    Attributes:
        part: its name.
        well: it works.
        text: what it is, or what fails and how to mend it.
        needed: the voice loop cannot run without it.
    """

    part: str
    well: bool
    text: str
    needed: bool = True


def check_parts(*, measure: bool) -> int:
    """Look at every part and show one line for each.

    Returns:
        The exit code: 1 if the voice loop cannot run, else 0.
    """
    findings = list(_findings())
    _show(findings)
    if measure:
        from assistant.verbs.measure import show_measurements  # noqa: PLC0415

        show_measurements()
    return int(any(finding.needed and not finding.well for finding in findings))


def _show(findings: list[Finding]) -> None:
    table = Table.grid(padding=(0, 2))
    for finding in findings:
        sign = "[green]well[/]" if finding.well else "[red]fails[/]"
        table.add_row(finding.part, sign, finding.text)
    Console(highlight=False).print(table)


def _findings() -> Iterator[Finding]:
    try:
        settings = load_settings(config_file())
    except BadInput as error:
        yield Finding("settings", well=False, text=str(error))
        settings = Settings()
    else:
        kept = f"{config_file()}" if config_file().exists() else "defaults: no file yet"
        yield Finding("settings", well=True, text=f"{kept} (`turntable setup` asks)", needed=False)
    yield _tried("content", lambda: _content(settings))
    yield _model(settings)
    yield _tried("microphone", lambda: _microphone(settings))
    yield _tried("loudspeaker", lambda: _loudspeaker(settings))
    yield _tried("voice", lambda: _voice(settings))
    yield _tried("memory", _memory)
    yield _seal()
    yield _service()


def _tried(part: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(part, well=True, text=look())
    except (BadInput, PartFailed) as error:
        return Finding(part, well=False, text=str(error))


def _content(settings: Settings) -> str:
    home = app.open_home(settings)
    rituals, decks = len(home.content.rituals), len(home.content.decks)
    return f"{rituals} rituals, {decks} decks, {len(home.phrases)} phrases"


def _model(settings: Settings) -> Finding:
    """The rehearsal model is enough for a rehearsal, but not for people."""
    from assistant.hearing.models import rehearsal_model  # noqa: PLC0415

    try:
        folder = chosen_model(settings)
        app.ear_maker(app.open_home(settings), folder)
    except (BadInput, PartFailed) as error:
        return Finding("model", well=False, text=str(error))
    if folder != rehearsal_model():
        return Finding("model", well=True, text=str(folder))
    text = (
        "only the rehearsal model, for synthetic voices; `turntable setup` fetches one for people"
    )
    return Finding("model", well=False, text=text)


def _microphone(settings: Settings) -> str:
    from assistant.errors import MicrophoneLost  # noqa: PLC0415
    from assistant.hearing.microphone import PortAudioMicrophone, microphones  # noqa: PLC0415

    names = microphones()
    if not names:
        raise MicrophoneLost("there is none: plug in a USB microphone, then check again")
    microphone = PortAudioMicrophone(settings.microphone)
    microphone.open()
    try:
        if all(microphone.take(0.5) is None for _ in range(4)):
            raise MicrophoneLost("it gives no sound: choose another with `turntable setup`")
    finally:
        microphone.close()
    return settings.microphone or f"the system's default of {len(names)}"


def _loudspeaker(settings: Settings) -> str:
    from assistant.errors import LoudspeakerLost  # noqa: PLC0415
    from assistant.speaking.loudspeaker import loudspeakers  # noqa: PLC0415

    names = loudspeakers()
    if not names:
        raise LoudspeakerLost("there is none: plug one in, or choose one with `turntable setup`")
    wanted = settings.loudspeaker
    if wanted and not any(wanted.lower() in name.lower() for name in names):
        raise LoudspeakerLost(f"there is none named {wanted!r}: there is {', '.join(names)}")
    return wanted or f"the system's default of {len(names)}"


def _voice(settings: Settings) -> str:
    from assistant.content import load  # noqa: PLC0415
    from assistant.speaking.pyttsx3_voice import Pyttsx3Voice  # noqa: PLC0415

    sound = load(settings.language, config_file().parent).sound
    speech = Pyttsx3Voice(settings.voice, sound.voice).synthesize("This is my voice.")
    return f"{settings.voice.name or sound.voice}, {speech.rate} Hz"


def _seal() -> Finding:
    """What no layer holds here, the systemd unit holds from outside."""
    from assistant.errors import SealBroken  # noqa: PLC0415
    from assistant.privacy import Layer  # noqa: PLC0415
    from assistant.privacy.trial import layers_here  # noqa: PLC0415

    try:
        layers = layers_here()
    except SealBroken as error:
        return Finding("seal", well=False, text=str(error))
    text = "; ".join(layers)
    if missing := [layer for layer in Layer if layer not in layers]:
        text += f" (not here, but in the unit: {'; '.join(missing)})"
    return Finding("seal", well=True, text=text)


def _memory() -> str:
    from assistant.memory import Memory  # noqa: PLC0415

    with closing(Memory.open(state_folder())) as memory:
        aside = "; a damaged one was put aside there" if memory.started_fresh else ""
        return f"{state_folder()}{aside}"


def _service() -> Finding:
    """Whether an assistant runs here, and what was its last fault."""
    from assistant.service import ask_status, control_socket  # noqa: PLC0415

    try:
        report = ask_status(control_socket())
    except BadInput as error:
        return Finding("running", well=True, text=error.problem, needed=False)
    text = f"yes: {report.state}, microphone {report.microphone}"
    if report.last_fault:
        text += f"; last fault: {report.last_fault}, {report.fault_age:.0f} s ago"
    return Finding("running", well=report.microphone != "lost", text=text, needed=False)
