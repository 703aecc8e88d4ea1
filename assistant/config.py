"""Frozen settings: what a household chooses, and every threshold and timing with its reason.

A household's choices live in `config.toml`; thresholds are not configurable, they are decided here.
"""

import os
import re
from pathlib import Path
from typing import Annotated

import msgspec
import platformdirs
import tomli_w
from msgspec import Meta, Struct

from assistant.errors import BadConfiguration

SAMPLE_RATE = 16_000
"""Hz. What the voice-activity detector, the small models and every block between them use."""

BLOCK = 512
"""Samples a block (32 ms): the step of the Silero voice-activity detector at 16 kHz."""

_TRICKS = r"\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
"""Characters that steer a terminal or turn writing around; no name needs them."""
ShortName = Annotated[
    str, Meta(min_length=1, max_length=40, pattern=rf"^[^\s{{}}{_TRICKS}][^{{}}{_TRICKS}]*\Z")
]

_LARGEST_FILE = 8_000
"""Bytes of `config.toml`; a household's has some hundred."""


class VoiceSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How the assistant sounds."""

    name: str = ""
    """A voice of the engine, for example ``en-gb``; empty takes the language's own."""
    rate: Annotated[int, Meta(ge=80, le=300)] = 150
    """Words a minute. Slower than the engine's 200: sentences are heard once, across a table."""
    volume: Annotated[float, Meta(ge=0.1, le=1.0)] = 0.8


class Reminders(Struct, frozen=True, forbid_unknown_fields=True):
    """Opt-in reminders, each ``HH:MM`` or empty for none."""

    kind_word: Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d\Z|^\Z")] = ""
    connecting_act: Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d\Z|^\Z")] = ""


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a household chooses (`config.toml`)."""

    partners: Annotated[tuple[ShortName, ...], Meta(min_length=2, max_length=8)] = (
        "first partner",
        "second partner",
    )
    name: Annotated[str, Meta(pattern=r"^[a-z']+( [a-z']+){0,3}\Z")] = "turntable"
    """The assistant's name as it is called, in lower case; it may be several words."""
    language: Annotated[str, Meta(pattern=r"^[a-z]{2}\Z")] = "en"
    voice: VoiceSettings = VoiceSettings()
    model: str = ""
    """Folder of a Vosk model; empty looks where Vosk users keep them."""
    microphone: str = ""
    """Name or part of the name of a PortAudio input; empty takes the system's default."""
    loudspeaker: str = ""
    echo_cancelled: bool = False
    """The microphone is a source with echo cancelling: stop, skip and repeat may cut in."""
    indicator_pin: Annotated[int, Meta(ge=0, le=27)] | None = None
    """GPIO pin (BCM number) of a lamp that is lit while the microphone is open."""
    button_pin: Annotated[int, Meta(ge=0, le=27)] | None = None
    """GPIO pin (BCM number) of a button to ground that wakes the assistant when it sleeps."""
    reminders: Reminders = Reminders()


class Timing(Struct, frozen=True):
    """Conversation timings in seconds, with their reasons (docs: research by the project)."""

    answer_window: float = 7.0
    """Silence after our question before it is repeated once, then taken as no: a common default
    of spoken dialogue systems."""
    minute_left: float = 60.0
    """The faint chime before a turn ends."""
    shortest_with_warning: float = 119.0
    """Shorter turns get no warning: a chime halfway through would only disturb."""
    bell_quiet: float = 2.0
    """Silence that shows a speaker has finished past the bell: longer than a breath."""
    overtime: float = 120.0
    """Nothing hangs without a limit: even past the bell a turn ends after this."""
    more_time: float = 120.0
    """What "more time" adds, once a turn."""
    pause_reminder: float = 300.0
    pause_close: float = 600.0
    take_break: float = 1200.0
    """Twenty minutes: what a flooded body needs at least to calm down."""
    invitation: float = 120.0
    """How long the chime of an agreed date waits for an answer."""
    speech_limit: float = 30.0
    """A sentence that is not reported finished this long after it should be counts as finished:
    nothing hangs."""
    topic: float = 1800.0
    """How long "another question" stays with the decks of the last one: after half an hour other
    people may sit at the table."""
    date_waits: float = 3600.0
    """How long a date that comes in the middle of something waits to chime; then it has passed."""


class Hearing(Struct, frozen=True):
    """Thresholds of the ear; `docs/hearing.md` gives the figure that pays for each."""

    pre_roll: float = 0.1
    """Seconds kept before the detector fires, so that a soft first sound is not clipped; noise
    before it is not decoded."""
    after_roll: float = 0.032
    """Seconds after the last voice that are still decoded; what follows is muted."""
    voice_on: float = 0.5
    """Silero speech probability that opens the gate."""
    voice_off: float = 0.35
    """And the lower one that closes it again (hysteresis)."""
    early: float = 0.16
    """Seconds of pause after a whole phrase that nothing longer begins with: act at once."""
    may_continue: float = 0.25
    """Seconds of pause after anything else, such as a phrase that a longer one begins with."""
    hang: float = 0.6
    """Seconds that end any other utterance: people pause after the name, and pieces of
    conversation with short pauses between them are better taken as one."""
    longest_command: float = 4.0
    """Seconds; anything longer is talk and is not decoded to its end."""
    edge: float = 0.4
    """Seconds of speech there may be before the first and after the last word."""
    whole_phrase: float = 85.0
    """rapidfuzz `ratio` a typed text must reach against one whole phrase."""
    lead: float = 6.0
    """Points it must be ahead of the best phrase of another intent (near-ties are refused)."""
    margin: float = 4.0
    """Nats by which a whole phrase may be less likely than the best mixture of phrases."""
    clearance: float = 0.5
    """Nats by which it must be likelier than any phrase that means something else."""
    second_look: float = 75.0
    """rapidfuzz `ratio`, by letters or by sound, of open decoding of the same sound, ..."""
    open_gain: float = 8.0
    """... unless open decoding explains the sound by no more than this better, in nats a second."""
    one_word: float = 50.0
    """What the `ratio` of the second look must be in any case for a phrase of one word: that is too
    little sound for likelihoods to tell."""
    tail: float = 0.25
    """Seconds after our own speech during which nothing is recognized: the last echo measured
    came 158 ms after the loudspeaker stopped."""


def config_file() -> Path:
    """Where `config.toml` lies: systemd's configuration folder or the user's."""
    folder = os.environ.get("CONFIGURATION_DIRECTORY")
    return (Path(folder) if folder else platformdirs.user_config_path("turntable")) / "config.toml"


def state_folder() -> Path:
    """The one folder the running assistant may write: systemd's state folder or the user's."""
    folder = os.environ.get("STATE_DIRECTORY")
    return Path(folder) if folder else platformdirs.user_state_path("turntable")


def load_settings(file: Path) -> Settings:
    """Read the configuration; a missing file means defaults.

    Raises:
        BadConfiguration: not TOML, an unknown key, a wrong type or value; one line.
    """
    try:
        text = _read(file)
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise BadConfiguration(problem, file=file, remedy="check its permissions") from error
    try:
        return msgspec.toml.decode(text, type=Settings)
    except RecursionError as error:
        raise BadConfiguration("is nested too deeply", file=file) from error
    except ValueError as error:  # msgspec's errors are ValueErrors, and so is a number too long
        problem, line = _told(str(error), text)
        remedy = "mend it, or run `turntable setup`"
        raise BadConfiguration(problem, file=file, line=line, remedy=remedy) from error


def _told(message: str, text: str) -> tuple[str, int]:
    """What is wrong in words for people, and its line, as far as it can be told."""
    if at := re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message):
        return f"is not TOML: {message[: at.start()]}", int(at[1] or len(text.splitlines()))
    problem, _, place = message.partition(" - at ")
    problem = re.sub(r" matching regex .*", " of another form", problem)
    unknown = re.search(r"unknown field `([^`]+)`", problem)
    *section, key = [*re.findall(r"\.(\w+)", place), *([unknown[1]] if unknown else [])] or [""]
    about = f" in {place.strip('`$.')}" if place.strip("`$.") else ""
    return problem + about, _line_of(text.splitlines(), section, key)


def _line_of(lines: list[str], section: list[str], key: str) -> int:
    """The line of a key of a TOML file, from 1; 0 if it is not written in the plain way."""
    here: list[str] = []
    for number, line in enumerate(lines, start=1):
        if header := re.fullmatch(r"\s*\[([\w.]+)\]\s*(#.*)?", line):
            here = header[1].split(".")
        elif here == section and key and re.match(rf"\s*{re.escape(key)}\s*=", line):
            return number
    return _line_of(lines, section[:-1], section[-1]) if section else 0


def _read(file: Path) -> str:
    """The file's text.

    Raises:
        BadConfiguration: a pipe or a device, which could hold us up for ever, too large, or no
            text.
        OSError: it cannot be read.
    """
    if file.exists() and not file.is_file():
        raise BadConfiguration("is no plain file", file=file, remedy="remove it")
    with file.open("rb") as opened:
        raw = opened.read(_LARGEST_FILE + 1)
    if len(raw) > _LARGEST_FILE:
        raise BadConfiguration("is too large", file=file, remedy="mend it, or remove it")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadConfiguration(
            "is not UTF-8 text", file=file, line=line, remedy="save it as UTF-8"
        ) from error


def save_settings(settings: Settings, file: Path) -> None:
    """Write the configuration so that a power cut leaves either the old file or the new one.

    Raises:
        BadConfiguration: the folder cannot be written.
    """
    chosen = {
        key: value for key, value in msgspec.to_builtins(settings).items() if value is not None
    }
    text = tomli_w.dumps(chosen)
    fresh = file.with_suffix(".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    except OSError as error:
        problem = f"cannot be written: {error.strerror}"
        raise BadConfiguration(problem, file=file, remedy="check its permissions") from error
    except UnicodeEncodeError as error:  # half a character, from a terminal of another encoding
        problem = "cannot be written: a name in it is no text"
        raise BadConfiguration(problem, file=file, remedy="type it anew") from error
