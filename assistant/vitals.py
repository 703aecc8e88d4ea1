"""How the running assistant is: fed by its threads, asked by watchdog and status socket.

When the watchdog is fed:

* While blocks of sound arrive from the microphone, the ear takes them and the loop turns.
* Asleep, the microphone is closed on purpose and nothing is expected of it.
* With a lost microphone that is looked for again and again, for `GRACE` seconds, and in the middle
  of a ritual for as long as that lasts: a restart would not find the plug, and would lose the turn.
  After that a restart costs nobody anything, and mends whatever a fresh process mends.
* A microphone that hangs (a call into its device does not come back) gives no such sign of life:
  only the end of the process frees it.
"""

import logging
import time

from assistant.app import Assistant
from assistant.errors import LoudspeakerLost, MicrophoneLost, SealBroken
from assistant.events import Event, Part, PartBack, PartLost, StateName
from assistant.hearing.listener import Listener
from assistant.privacy import Seal
from assistant.service import Heartbeats, Pulse, ServiceManager, StatusReport
from assistant.speaking.speaker import Speaker

_log = logging.getLogger(__name__)

GRACE = 600.0
"""Seconds a lost microphone is looked for before the watchdog may start the service anew."""


class Vitals:
    """Signs of life of one running assistant."""

    def __init__(self, manager: ServiceManager) -> None:
        """Everything counts as alive now."""
        self._manager = manager
        self._hearts = Heartbeats(time.monotonic())
        self._fed = 0.0
        self._fault = ""
        self._fault_at = 0.0
        self._deaf_since: float | None = None
        self._asleep = False
        self._assistant: Assistant | None = None
        self._listener: Listener | None = None
        self._speaker: Speaker | None = None
        self.seal: Seal | None = None

    def attach(self, assistant: Assistant, listener: Listener, speaker: Speaker) -> None:
        """Take those that are asked about."""
        self._assistant, self._listener, self._speaker = assistant, listener, speaker

    def block_heard(self) -> None:
        """A block came from the microphone and was worked through."""
        self._deaf_since = None
        self._beat(time.monotonic())

    def tried(self) -> None:
        """A lost microphone was looked for, and the system answered that it is not there."""
        now = time.monotonic()
        if self._deaf_since is None:
            self._deaf_since = now
        if now - self._deaf_since < GRACE or self._in_ritual:
            self._beat(now)

    def noted(self, event: Event) -> None:
        """What goes into the conversation: the status tells which part was lost, and when."""
        if isinstance(event, PartLost):
            self._fault = f"{event.part} lost"
            self._fault_at = time.monotonic()
            self._manager.status(self._fault)
            _log.warning("%s", self._fault)
        elif isinstance(event, PartBack):
            self._manager.status(f"{event.part} is back")
            _log.warning("%s is back", event.part)

    def each_round(self, now: float) -> None:
        """Once in each round of the loop.

        Raises:
            SealBroken: the seal has refused something.
            MicrophoneLost: the thread that listens has died.
            LoudspeakerLost: a thread that speaks has died.
        """
        self._hearts.beat(Pulse.LOOP, now)
        self._mind_sleep(now)
        if self.seal is not None and self.seal.breach:
            raise SealBroken(self.seal.breach)
        if self._listener is not None and not self._listener.is_alive():
            raise MicrophoneLost("the thread that listens has died")
        if self._speaker is not None and not self._speaker.is_alive():
            raise LoudspeakerLost("a thread that speaks has died")
        if now - self._fed >= self._manager.feed_every and not self._hearts.silent(now):
            self._fed = now
            self._manager.alive()

    def report(self) -> StatusReport:
        """What `turntable status` is told. Called from the socket's thread."""
        assistant, listener = self._assistant, self._listener
        if assistant is None or listener is None:
            return StatusReport(state=StateName.IDLE)
        partner, left = assistant.turn_left
        asleep = assistant.state is StateName.ASLEEP
        lost = Part.MICROPHONE in assistant.lost
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

    @property
    def _in_ritual(self) -> bool:
        resting = {StateName.IDLE, StateName.ASLEEP}
        return self._assistant is not None and self._assistant.state not in resting

    def _beat(self, now: float) -> None:
        self._hearts.beat(Pulse.MICROPHONE, now)
        self._hearts.beat(Pulse.EAR, now)

    def _mind_sleep(self, now: float) -> None:
        """While asleep nothing is expected of the ear; awake again, it must beat soon."""
        asleep = self._assistant is not None and self._assistant.state is StateName.ASLEEP
        if asleep:
            self._hearts.rest(Pulse.MICROPHONE)
            self._hearts.rest(Pulse.EAR)
        elif self._asleep:
            self._beat(now)
        self._asleep = asleep
