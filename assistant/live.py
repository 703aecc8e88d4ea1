"""The voice loop as a service: everything is loaded, then sealed, then started.

Around the loop of `app.Assistant` stand what a service needs: signs of life for the watchdog
(`vitals`), an answer to `turntable status`, the memory with its dates, and signals that end or
reload it.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

from rich.console import Console

from assistant import app
from assistant.config import Settings, VoiceSettings, state_folder
from assistant.errors import BadInput, PartFailed, SealBroken
from assistant.events import Part, StateName
from assistant.footprint import Housekeeping, be_thrifty, give_back
from assistant.hearing.ear import Ear
from assistant.hearing.listener import Listener, SignsOfLife
from assistant.hearing.microphone import Microphone, PortAudioMicrophone
from assistant.hearing.recognizer import Recognizer
from assistant.indicator import Pins, show_on_terminal
from assistant.keeper import Keeper, Told, adjusted_voice, opened_memory
from assistant.memory import Memory
from assistant.portaudio import refresh_devices
from assistant.privacy import seal
from assistant.service import ServiceManager, StatusSocket, control_socket, only_copy
from assistant.speaking.loudspeaker import PortAudioLoudspeaker
from assistant.speaking.playback import Loudspeaker, Report
from assistant.speaking.pyttsx3_voice import Pyttsx3Voice
from assistant.speaking.speaker import Speaker
from assistant.speaking.voice import Voice
from assistant.timeline import ReadablePrinter, Record, Timeline
from assistant.typed import Keyboard
from assistant.vitals import Vitals

LOOK_AGAIN = 60.0
"""Seconds between two looks for a new loudspeaker while none works. Each closes the microphone for
a tenth of a second; a device that is plugged in again where it was is found without it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Devices:
    """What hears and speaks.

    Attributes:
        microphone: not opened yet.
        voice: synthesizes the sentences.
        make_loudspeaker: builds the loudspeaker, given where it shall report.
        look_again: lets the system look for devices; ends every open stream.
        show_open: shows whether the microphone is open, at each change.
    """

    microphone: Microphone
    voice: Voice
    make_loudspeaker: Callable[[Callable[[Report], None]], Loudspeaker]
    look_again: Callable[[], None] = refresh_devices
    show_open: Callable[[bool], None] = lambda _: None

    @classmethod
    def chosen(cls, home: app.Home, show_open: Callable[[bool], None]) -> "Devices":
        """Those of the household's settings.

        Raises:
            VoiceFailed: the voice cannot speak.
        """
        settings = home.settings
        return cls(
            PortAudioMicrophone(settings.microphone),
            Pyttsx3Voice(settings.voice, home.content.sound.voice),
            partial(PortAudioLoudspeaker, settings.loudspeaker),
            show_open=show_open,
        )


class LiveAssistant:
    """All parts of a running assistant. Nothing runs, and no thread is started, before `run`."""

    def __init__(
        self,
        home: app.Home,
        recognizer: Recognizer,
        devices: Devices,
        memory: Memory,
        *,
        show: Callable[[Record], None],
        manager: ServiceManager | None = None,
    ) -> None:
        """Put the parts together.

        Args:
            home: settings and content.
            recognizer: stays the same when settings and content are read again.
            devices: what hears and speaks.
            memory: opened; it belongs to the thread that builds and runs this.
            show: takes every record of the timeline.
            manager: the service manager, or none.

        Raises:
            BadContent, BadConfiguration: the recognizer does not know a word.
        """
        settings = home.settings
        self._devices = devices
        self._recognizer = recognizer
        self._home = home
        self._manager = manager or ServiceManager({})
        self._fresh_ear = app.ears_with(home, recognizer)
        self._sound = adjusted_voice(memory, settings.voice)
        devices.voice.adjust(self._sound.volume, self._sound.rate)
        self._keeper = Keeper(memory, settings.reminders, self._told)
        self.vitals = Vitals(self._manager)
        self.assistant = app.Assistant(
            app.new_conversation(home, memory.memories(), self._sound),
            Timeline(show),
            self._keeper.keep,
            on_event=self.vitals.noted,
            echo_cancelled=settings.echo_cancelled,
        )
        self._looked = time.monotonic()
        self._housekeeping = Housekeeping(self._looked)
        self._reloading = threading.Lock()

    def run(self) -> bool:
        """Hear and speak until `stop`.

        Returns:
            Whether every part let go of its device; what hangs is left behind.

        Raises:
            SealBroken: something tried what the seal forbids.
            MicrophoneLost, LoudspeakerLost: a thread that listens or speaks has died.
        """
        speaker = Speaker(
            self._devices.voice, self._devices.make_loudspeaker, self.assistant.take, self._sound
        )
        listener = self._new_listener(speaker, self._fresh_ear)
        self.assistant.attach(listener, speaker)
        self.vitals.attach(self.assistant, listener, speaker)
        self._keeper.tell_dates()
        listener.start()
        try:
            self.assistant.call(self._manager.ready)  # in the first round, microphone or not
            self.assistant.run(partial(self._each_round, listener))
        finally:
            self._manager.stopping()
            listener.let_go()
            speaker.close()
            let_go = listener.stop()
        return let_go

    def stop(self) -> None:
        """End `run`, from any thread or a signal handler."""
        self.assistant.stop()

    def reload(self) -> None:
        """Read settings and content again, beside the loop: a ritual that runs is not lost.

        Names, phrases, wording and reminders are taken at once; a ritual that runs keeps its
        script. What cannot be used is told, and nothing changes. Another model, microphone,
        loudspeaker, voice or language needs a restart, and that is told too.
        """
        threading.Thread(target=self._reload, name="reload", daemon=True).start()

    def _reload(self) -> None:
        with self._reloading:
            self._manager.reloading(time.monotonic())
            try:
                home = app.open_home()
                if needs_restart(self._home.settings, home.settings):
                    _log.warning("another device, voice, model or language waits for a restart")
                ears = app.ears_with(home, self._recognizer)
            except BadInput as error:
                _log.error("not reloaded: %s", error)
            else:
                self._home = home
                self.assistant.call(lambda: self._go_on_with(home, ears))
            self._manager.ready()

    def _go_on_with(self, home: app.Home, ears: Callable[[], Ear]) -> None:
        self.assistant.renew(home, ears)
        self._keeper.remind(home.settings.reminders)
        self._housekeeping.soon(time.monotonic())
        _log.info("reloaded")

    def _told(self, told: Told) -> None:
        self.assistant.take(told)

    def _new_listener(self, speaker: Speaker, fresh_ear: Callable[[], Ear]) -> Listener:
        def look_again() -> None:
            speaker.unless_playing(self._devices.look_again)

        return Listener(
            self._devices.microphone,
            fresh_ear,
            self.assistant.take_report,
            alive=SignsOfLife(self.vitals.block_heard, self.vitals.tried, self._devices.show_open),
            look_again=look_again,
        )

    def _each_round(self, listener: Listener, now: float) -> None:
        self._keeper.look()
        self.vitals.each_round(now)
        quiet = self.assistant.state in {StateName.IDLE, StateName.ASLEEP}
        self._housekeeping.look(now, quiet=quiet)
        if Part.LOUDSPEAKER in self.assistant.lost and now - self._looked >= LOOK_AGAIN:
            self._looked = now
            listener.look_for_devices()


def needs_restart(before: Settings, after: Settings) -> bool:
    """Whether settings differ that are taken only at the start."""

    def at_start(settings: Settings) -> tuple[object, ...]:
        voice: VoiceSettings = settings.voice
        return (
            settings.language,
            settings.model,
            settings.microphone,
            settings.loudspeaker,
            settings.echo_cancelled,
            settings.indicator_pin,
            settings.button_pin,
            voice,
        )

    return at_start(before) != at_start(after)


def run_by_voice(home: app.Home, model: Path) -> None:
    """Run the voice loop until a signal ends it, and the process with it.

    Raises:
        BadInput: the model, the voice or the state folder cannot be used, or another copy runs.
        SealBroken: the seal cannot be put on.
    """
    # the log outlives the moment: faults only, as privacy/kept.py says, and no state or intent
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    be_thrifty()
    recognizer = app.load_recognizer(model)
    manager = ServiceManager()
    pins = Pins(home.settings.indicator_pin, home.settings.button_pin)
    with closing(pins), only_copy(state_folder()), opened_memory() as memory, closing(manager):
        show, show_open = _shown(home, pins)
        devices = Devices.chosen(home, show_open)
        live = LiveAssistant(home, recognizer, devices, memory, show=show, manager=manager)
        pins.when_pressed(live.assistant.wake)
        status = StatusSocket(control_socket(), live.vitals.report, live.assistant.wake)
        give_back()
        live.vitals.seal = seal(state_folder())
        with closing(status), _heeding_signals(live):
            status.start()
            if sys.stdin.isatty():
                numbers = home.content.lines.numbers
                keyboard = Keyboard(home.phrases, home.settings.name, numbers)
                app.read_keys(live.assistant, keyboard)
            code = _run_to_its_end(live)
    _leave_at_once(code)


def _run_to_its_end(live: LiveAssistant) -> int:
    """Run; give the exit code. What ended it is told here: nobody above lives to tell it."""
    try:
        live.run()
    except (SealBroken, PartFailed) as error:
        sys.stderr.write(f"turntable: {error}\n")
        return 1
    return 0


def _leave_at_once(code: int) -> None:
    """End the process when all of ours is closed, without the libraries' farewell.

    PortAudio's would hang with a device that hangs, and ALSA may abort in it when the seal was
    broken; unloading the model takes a second on a busy board, and the service manager waits.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _shown(home: app.Home, pins: Pins) -> tuple[Callable[[Record], None], Callable[[bool], None]]:
    """What shows the records, and what shows that the microphone is open."""
    if not sys.stdout.isatty():
        return _show_nothing, pins.show
    console = Console(highlight=False)
    printer = ReadablePrinter(console, home.settings.partners, home.settings.name)

    def show_open(now_open: bool) -> None:
        pins.show(now_open)
        show_on_terminal(console, now_open)

    return printer.show, show_open


def _show_nothing(_record: Record) -> None:
    """Without a terminal whatever is printed would stay in the log of the system."""


@contextmanager
def _heeding_signals(live: LiveAssistant) -> Iterator[None]:
    def end(_number: int, _frame: FrameType | None) -> None:
        live.stop()

    def again(_number: int, _frame: FrameType | None) -> None:
        live.reload()

    wanted = {signal.SIGTERM: end, signal.SIGINT: end, signal.SIGHUP: again}
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
