"""Programs run under `strace`: a rehearsal, and a live session that is spoken to."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import BadState
from assistant.events import StateName
from assistant.hearing.models import rehearsal_model
from assistant.service import StatusReport, ask_status
from tests.audio.virtual_audio import VirtualAudio
from tools.prove.canary import Canary, Speaker
from tools.prove.process import Fact, dumpable_fact, facts_of
from tools.prove.trace import TRACED, Trace, read_trace

CHECKOUT = Path(__file__).resolve().parents[2]
TURNTABLE = ("-m", "assistant.cli")

_TRIES = 3
"""A machine that is busy with other things tears holes into what is played."""
_LOOK = 0.03
"""Seconds between two questions how it is."""
_RECORDED = 4096
"""Bytes that are recorded of each write, to be searched."""


class CannotProve(Exception):
    """This machine cannot show it, or the session did not go as planned: says why."""


@dataclass(frozen=True, slots=True)
class Said:
    """A command, and the state it must lead to."""

    command: str
    then: StateName


QUESTION = (Said("give us a question", StateName.IDLE),)
"""A short session: a question is asked and read aloud."""

RITUAL = (
    Said("start our appreciation round", StateName.ASKED),
    Said("yes please", StateName.ASKED),
    Said("yes please", StateName.FLOOR),
)
"""A ritual up to the first turn, on which the sentence is spoken."""

ENDING = (Said("turntable stop", StateName.IDLE),)


@dataclass(frozen=True, slots=True)
class Session:
    """What was seen of a program that was watched.

    Attributes:
        trace: what it did.
        output: all it wrote to its outputs.
        facts: how it kept its memory while it ran; none of a rehearsal.
        folder: in which all its own folders lie, and the record; other sessions may lie beside it.
        folders: its places, by the names they have in the tables.
        began: when, in seconds since 1970.
        exit_code: of the program.
    """

    trace: Trace
    output: str
    facts: list[Fact]
    folder: Path
    folders: Mapping[str, Path]
    began: float
    exit_code: int


def reason_it_cannot_run() -> str:
    """Why nothing can be traced here; empty if it can."""
    if shutil.which("strace") is None:
        return "strace is not installed (apt-get install strace)"
    done = subprocess.run([*_tracer(Path(os.devnull)), "true"], capture_output=True, check=False)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["it does not say why"]
        return f"strace cannot trace here: {said[0]}"
    return ""


class Watched:
    """A program that runs under `strace`, with folders of its own."""

    def __init__(
        self, folder: Path, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        """Start it.

        Args:
            folder: an empty one, for everything it may write and for the record.
            arguments: of Python.
            environment: variables to add.
        """
        self.folders = {"STATE": folder / "state", "RUN": folder / "run", "HOME": folder / "home"}
        for place in self.folders.values():
            place.mkdir()
        self.began = time.time()
        self._folder = folder
        self._record = folder / "strace"
        self.folders["OUTPUT"] = folder / "output"
        self.control = self.folders["RUN"] / "turntable" / "control"
        own = {
            "STATE_DIRECTORY": str(self.folders["STATE"]),
            "CONFIGURATION_DIRECTORY": str(self.folders["HOME"]),
            "XDG_RUNTIME_DIR": str(self.folders["RUN"]),
            "HOME": str(self.folders["HOME"]),
        }
        with self.folders["OUTPUT"].open("wb") as output:
            self._program = subprocess.Popen(
                [*_tracer(self._record), sys.executable, *arguments],
                cwd=CHECKOUT,
                env={**os.environ, **environment, **own},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def facts(self) -> list[Fact]:
        """How it keeps its memory, at this moment."""
        if not self.is_running:
            return [Fact("the process", "it had ended by itself", well=False)]
        return facts_of(self._process())

    def stop(self) -> None:
        """Ask it to end, as the service manager would."""
        if self.is_running:
            os.kill(self._process(), signal.SIGTERM)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._program.poll() is None

    def result(self, facts: list[Fact]) -> Session:
        """Wait for its end, and read what was recorded.

        Raises:
            CannotProve: it does not end.
        """
        try:
            exit_code = self._program.wait(600)
        except subprocess.TimeoutExpired as error:
            raise CannotProve("the session does not end") from error
        with self._record.open(encoding="utf-8", errors="replace") as lines:
            trace = read_trace(lines)
        folders = {**self.folders, "PYTHON": Path(sys.executable)}
        dumpable = [dumpable_fact(trace)] if facts else []
        return Session(
            trace=trace,
            output=self.output(),
            facts=[*facts, *dumpable],
            folder=self._folder,
            folders=folders,
            began=self.began,
            exit_code=exit_code,
        )

    def output(self) -> str:
        """What it has written to its outputs so far."""
        return self.folders["OUTPUT"].read_text(encoding="utf-8", errors="replace")

    def close(self) -> None:
        """End it, whatever it does."""
        if self.is_running:
            os.kill(self._process(), signal.SIGKILL)
            self._program.wait()

    def _process(self) -> int:
        """The number of the program itself; that of `strace` is another.

        Raises:
            CannotProve: it does not start.
        """
        for _ in _looks(10.0):
            first = self._record.read_bytes().partition(b" ")[0] if self._record.exists() else b""
            if first.isdigit():
                return int(first)
        raise CannotProve(f"the session does not start: {self.output()[-300:]}")


class LiveSession:
    """`turntable run` on virtual sound devices, spoken to."""

    def __init__(
        self,
        folder: Path,
        audio: VirtualAudio,
        speaker: Speaker,
        program: Sequence[str] = TURNTABLE,
    ) -> None:
        """Start it.

        Args:
            folder: an empty one.
            audio: started.
            speaker: a partner's voice.
            program: arguments of Python that stand for `turntable`.
        """
        arguments = [*program, "run", "--model", str(rehearsal_model())]
        self._watched = Watched(folder, arguments, audio.environment)
        self._watched.folders["SOUND"] = Path(audio.environment["PULSE_RUNTIME_PATH"])
        self._audio = audio
        self._speaker = speaker

    def await_start(self) -> None:
        """Wait until it listens.

        Raises:
            CannotProve: it does not start.
        """
        self._await(lambda now: now.state is StateName.IDLE, 60.0)

    def say(self, said: Said) -> None:
        """Say a command and wait for what it must lead to; again if it was not understood.

        Raises:
            CannotProve: it never was, or did not lead there.
        """
        for _ in range(_TRIES):
            before = self._state()
            self._audio.say_into_mic(self._speaker.sound(said.command)).wait()
            if self._changes(before):
                self._await(lambda now: now.state is said.then, 60.0)
                return
        raise CannotProve(f"{said.command!r} was not understood")

    def say_sentence(self, canary: Canary) -> None:
        """Say the sentence that must not be found again."""
        self._audio.say_into_mic(canary.sound).wait()

    def end(self) -> Session:
        """Look at the process, end it and read what was recorded.

        Raises:
            CannotProve: it does not end.
        """
        facts = self._watched.facts()
        self._watched.stop()
        return self._watched.result(facts)

    def close(self) -> None:
        """End it, whatever it does."""
        self._watched.close()

    def _state(self) -> StateName:
        return ask_status(self._watched.control).state

    def _changes(self, before: StateName) -> bool:
        return any(self._state() is not before for _ in _looks(3.0))

    def _await(self, reached: Callable[[StatusReport], bool], patience: float) -> None:
        for _ in _looks(patience):
            with contextlib.suppress(BadState):  # not started yet, or ended
                if reached(ask_status(self._watched.control)):
                    return
            if not self._watched.is_running:
                break
        last = self._watched.output().strip().splitlines() or ["it says nothing"]
        raise CannotProve(f"the session does not go on: {last[-1]}")


def rehearse(folder: Path, ritual: str = "appreciation-round") -> Session:
    """Watch a whole rehearsal.

    Raises:
        CannotProve: it does not end.
    """
    watched = Watched(folder, [*TURNTABLE, "rehearse", ritual, "--json"], {})
    try:
        return watched.result([])
    finally:
        watched.close()


def _looks(patience: float) -> Iterator[None]:
    """Look again and again, for some seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        yield
        time.sleep(_LOOK)


def _tracer(record: Path) -> list[str]:
    """The beginning of a command that is recorded.

    A sealed process can be looked into by nobody but root. Other users are root in a namespace of
    their own, for themselves only.
    """
    calls = ",".join(f"?{name}" for name in TRACED)
    options = ("-f", "-y", "-qq", "-s", str(_RECORDED), "-e", f"trace={calls}", "-e", "signal=none")
    namespace = [] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user"]
    return [*namespace, "strace", *options, "-o", str(record), "--"]
