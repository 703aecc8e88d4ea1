"""The speaker: sentences and chimes in order, from text to the loudspeaker."""

import logging
import queue
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from assistant.config import VoiceSettings
from assistant.errors import VoiceFailed
from assistant.events import ChimeName, Part, PartBack, PartLost, SpeechFinished
from assistant.speaking.chimes import chime
from assistant.speaking.playback import Back, Lost, Loudspeaker, Played, Report
from assistant.speaking.voice import Speech, Voice

CHIME_RATE = 22_050
"""Hz. What eSpeak NG speaks at, so that voice and chimes share a stream without conversion."""

PREPARED = 8
"""Sentences kept ready in memory, with those said last for "repeat"; about 0.2 MB each."""

WATCH = 0.5
"""Seconds between two looks at the loudspeaker and at a lost voice, while nothing is to be said."""

PATIENCE = 1.0
"""Seconds that closing waits for a synthesis to end."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Say:
    utterance_id: int
    text: str
    round: int


@dataclass(frozen=True, slots=True)
class _Prepare:
    text: str


@dataclass(frozen=True, slots=True)
class _Chime:
    name: ChimeName
    round: int


@dataclass(frozen=True, slots=True)
class _Adjust:
    volume: float
    rate: int


@dataclass(frozen=True, slots=True)
class _Close:
    pass


_Job = _Say | _Prepare | _Chime | _Adjust | _Close


class Speaker:
    """Says sentences and plays chimes in the order given. No method waits for sound.

    A thread of its own synthesizes. Each `say` is answered by one `SpeechFinished`, whatever
    happens; a part that fails is reported once as lost, and once when it works again.
    """

    def __init__(
        self,
        voice: Voice,
        make_loudspeaker: Callable[[Callable[[Report], None]], Loudspeaker],
        on_event: Callable[[SpeechFinished | PartLost | PartBack], None],
        settings: VoiceSettings,
    ) -> None:
        """Start the thread.

        Args:
            voice: synthesizes the sentences; it already speaks as in `settings`.
            make_loudspeaker: builds the loudspeaker, given where it shall report.
            on_event: called from several threads, and must return at once.
            settings: the loudness that chimes begin with.
        """
        self._voice = voice
        self._on_event = on_event
        self._volume = settings.volume
        self._ready: OrderedDict[str, Speech] = OrderedDict()
        self._voice_lost = False
        self._round = 0
        self._order = threading.RLock()
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._loudspeaker = make_loudspeaker(self._report)
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)
        self._thread.start()

    def say(self, utterance_id: int, text: str) -> None:
        """Say a sentence after what was asked for before."""
        self._jobs.put(_Say(utterance_id, text, self._round))

    def prepare(self, text: str) -> None:
        """Have the sound of a sentence ready that will probably be said next."""
        self._jobs.put(_Prepare(text))

    def chime(self, name: ChimeName) -> None:
        """Play a chime after what was asked for before."""
        self._jobs.put(_Chime(name, self._round))

    def hush(self) -> None:
        """Fall silent at once and drop what was asked for before."""
        with self._order:
            self._round += 1
            self._loudspeaker.stop()

    def adjust(self, volume: float, rate: int) -> None:
        """Change loudness (0 to 1) and speed (words a minute) of what is asked for from now on."""
        self._jobs.put(_Adjust(volume, rate))

    def unless_playing(self, work: Callable[[], None]) -> bool:
        """Do something that would end an open stream, or nothing while one is open; whether."""
        return self._loudspeaker.unless_playing(work)

    def is_alive(self) -> bool:
        """Whether its thread and the loudspeaker's still run: else no `say` is answered."""
        return self._thread.is_alive() and self._loudspeaker.is_alive()

    def close(self) -> None:
        """Fall silent and end the thread; a synthesis that hangs is left behind."""
        self.hush()
        self._jobs.put(_Close())
        self._thread.join(PATIENCE)
        self._loudspeaker.close()

    # ---- reports -------------------------------------------------------------------------------

    def _report(self, report: Report) -> None:
        match report:
            case Played(utterance_id):
                self._on_event(SpeechFinished(utterance_id))
            case Lost(error):
                _log.warning("%s", error)
                self._on_event(PartLost(Part.LOUDSPEAKER))
            case Back():
                self._on_event(PartBack(Part.LOUDSPEAKER))

    def _note_voice(self, *, lost: bool) -> None:
        if lost != self._voice_lost:
            self._voice_lost = lost
            self._on_event(PartLost(Part.VOICE) if lost else PartBack(Part.VOICE))

    # ---- the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=WATCH)
            except queue.Empty:
                self._watch()
                continue
            match job:
                case _Say():
                    self._say(job)
                case _Prepare(text):
                    self._sound_of(text)
                case _Chime(name, asked_in):
                    self._play(chime(name, CHIME_RATE, self._volume), asked_in)
                case _Adjust(volume, rate):
                    self._adjust(volume, rate)
                case _Close():
                    return

    def _watch(self) -> None:
        self._loudspeaker.check()
        if self._voice_lost:
            self._synthesize("a")

    def _say(self, job: _Say) -> None:
        sound = self._sound_of(job.text) if job.round == self._round else None
        if sound is None or not self._play(sound, job.round, job.utterance_id):
            self._on_event(SpeechFinished(job.utterance_id))

    def _play(self, sound: Speech, asked_in: int, utterance_id: int | None = None) -> bool:
        """Hand a sound to the loudspeaker, unless silence was asked for since; whether it was."""
        with self._order:  # no `hush` between looking and playing
            if asked_in != self._round:
                return False
            self._loudspeaker.play(sound, utterance_id)
            return True

    def _sound_of(self, text: str) -> Speech | None:
        """The sound of a sentence, from memory if it is there; nothing if the voice fails."""
        sound = self._ready.pop(text, None) or self._synthesize(text)
        if sound is not None:
            self._ready[text] = sound
            while len(self._ready) > PREPARED:
                self._ready.popitem(last=False)
        return sound

    def _synthesize(self, text: str) -> Speech | None:
        """Try twice: a sentence that is missing is worse than one that comes late."""
        for _ in range(2):
            try:
                sound = self._voice.synthesize(text)
            except VoiceFailed as error:
                _log.warning("%s", error)
            else:
                self._note_voice(lost=False)
                return sound
        self._note_voice(lost=True)
        return None

    def _adjust(self, volume: float, rate: int) -> None:
        self._volume = volume
        self._voice.adjust(volume, rate)
        self._ready.clear()
