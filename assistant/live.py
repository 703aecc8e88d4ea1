"""The voice loop as a service: everything is loaded, then sealed, then started.

Around the loop of `app.Assistant` stand what a service needs: signs of life for the watchdog, an
answer to `turntable status`, the memory with its dates, and signals that end or reload it.
"""

import logging
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

from rich.console import Console

from assistant import app
from assistant.config import state_folder
from assistant.errors import BadInput, SealBroken
from assistant.events import PartLost, StateName
from assistant.hearing.listener import Listener
from assistant.hearing.microphone import PortAudioMicrophone, refresh_devices
from assistant.keeper import Keeper, Told
from assistant.privacy import Seal, seal
from assistant.service import (
    Heartbeats,
    Pulse,
    ServiceManager,
    StatusReport,
    StatusSocket,
    control_socket,
    only_copy,
)
from assistant.speaking.loudspeaker import PortAudioLoudspeaker
from assistant.speaking.pyttsx3_voice import Pyttsx3Voice
from assistant.speaking.speaker import Speaker
from assistant.timeline import ReadablePrinter, Record, Timeline
from assistant.typed import Keyboard
from assistant.verbs.memory import adjusted_voice, opened_memory

_log = logging.getLogger(__name__)


class Vitals:
    """How the running assistant is: fed by its threads, asked by watchdog and status socket."""

    def __init__(self, manager: ServiceManager, keeper: Keeper) -> None:
        """Everything counts as alive now."""
        self._manager = manager
        self._keeper = keeper
        self._hearts = Heartbeats(time.monotonic())
        self._fed = 0.0
        self._fault = ""
        self._fault_at = 0.0
        self.assistant: app.Assistant | None = None
        self.listener: Listener | None = None
        self.seal: Seal | None = None

    def block_heard(self) -> None:
        """A block came from the microphone and was worked through."""
        now = time.monotonic()
        self._hearts.beat(Pulse.MICROPHONE, now)
        self._hearts.beat(Pulse.EAR, now)

    def noted(self, record: object) -> None:
        """A part was lost: the status tells which, and since when."""
        if isinstance(record, PartLost):
            self._fault = f"{record.part} lost"
            self._fault_at = time.monotonic()
            if record.part == "microphone":
                self._hearts.rest(Pulse.MICROPHONE)
                self._hearts.rest(Pulse.EAR)

    def each_round(self, now: float) -> None:
        """Once in each round of the loop."""
        self._hearts.beat(Pulse.LOOP, now)
        self._keeper.look()
        if self.assistant is not None and self.assistant.state is StateName.ASLEEP:
            self._hearts.rest(Pulse.MICROPHONE)
            self._hearts.rest(Pulse.EAR)
        if self.seal is not None and self.seal.breach:
            raise SealBroken(self.seal.breach)
        if now - self._fed >= self._manager.feed_every and not self._hearts.silent(now):
            self._fed = now
            self._manager.alive()

    def report(self) -> StatusReport:
        """What `turntable status` is told. Called from the socket's thread."""
        assistant, listener = self.assistant, self.listener
        if assistant is None or listener is None:
            return StatusReport(state=StateName.IDLE)
        partner, left = assistant.turn_left
        asleep = assistant.state is StateName.ASLEEP
        lost = "microphone" in assistant.lost
        return StatusReport(
            state=assistant.state,
            partner=partner,
            turn_left=left,
            microphone="closed" if asleep else "lost" if lost else "open",
            dropped=listener.dropped,
            last_fault=self._fault,
            fault_age=time.monotonic() - self._fault_at if self._fault else 0.0,
            layers=tuple(map(str, self.seal.layers)) if self.seal is not None else (),
        )


def run_by_voice(home: app.Home, model: Path) -> None:
    """Run the voice loop until a signal ends it.

    Raises:
        BadInput: the model, the voice or the state folder cannot be used, or another copy runs.
        SealBroken: something tried what the seal forbids.
    """
    settings = home.settings
    fresh_ear = app.ear_maker(home, model)
    voice = Pyttsx3Voice(settings.voice, home.content.sound.voice)
    manager = ServiceManager()
    with only_copy(state_folder()), opened_memory() as memory, closing(manager):
        sound = adjusted_voice(memory, settings.voice)
        voice.adjust(sound.volume, sound.rate)
        conversation = app.new_conversation(home, memory.memories(), sound)

        def tell(told: Told) -> None:
            assistant.take(told)

        keeper = Keeper(memory, settings.reminders, tell)
        vitals = Vitals(manager, keeper)
        assistant = app.Assistant(
            conversation,
            Timeline(_shown(home)),
            keeper.keep,
            on_event=vitals.noted,
            echo_cancelled=settings.echo_cancelled,
        )
        status = StatusSocket(control_socket(), vitals.report)
        vitals.seal = seal(state_folder())
        listener = Listener(
            PortAudioMicrophone(settings.microphone),
            fresh_ear,
            assistant.take_report,
            on_block=vitals.block_heard,
            look_again=lambda: speaker.unless_playing(refresh_devices),
        )
        loudspeaker = partial(PortAudioLoudspeaker, settings.loudspeaker)
        speaker = Speaker(voice, loudspeaker, assistant.take, sound)
        assistant.attach(listener, speaker)
        vitals.assistant, vitals.listener = assistant, listener
        keeper.tell_dates()
        status.start()
        listener.start()
        if sys.stdin.isatty():
            numbers = home.content.lines.numbers
            app.read_keys(assistant, Keyboard(home.phrases, settings.name, numbers))
        try:
            with _heeding_signals(assistant, lambda: _reload(assistant, model, manager)):
                manager.ready()
                assistant.run(vitals.each_round)
        finally:
            manager.stopping()
            speaker.close()
            listener.stop()
            status.close()


def _reload(assistant: app.Assistant, model: Path, manager: ServiceManager) -> None:
    """Read settings and content again; what cannot be used is told, and nothing changes."""
    manager.reloading(time.monotonic())
    try:
        home = app.open_home()
        assistant.renew(home, app.ear_maker(home, model))
    except BadInput as error:
        _log.error("not reloaded: %s", error)
    manager.ready()


def _shown(home: app.Home) -> Callable[[Record], None]:
    if not sys.stdout.isatty():
        return _log_state
    printer = ReadablePrinter(Console(highlight=False), home.settings.partners, home.settings.name)
    return printer.show


def _log_state(record: Record) -> None:
    """Without a terminal only states and intents are logged, never sentences or words."""
    if record.kind == "state":
        _log.info("state %s", record.fields["name"])
    elif record.kind == "heard":
        _log.info("heard %s", record.fields["intent"])


@contextmanager
def _heeding_signals(assistant: app.Assistant, reload: Callable[[], None]) -> Iterator[None]:
    def end(_number: int, _frame: FrameType | None) -> None:
        assistant.stop()

    def again(_number: int, _frame: FrameType | None) -> None:
        assistant.call(reload)

    wanted = {signal.SIGTERM: end, signal.SIGINT: end, signal.SIGHUP: again}
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
