"""A microphone and a loudspeaker for tests, on any machine: a private PulseAudio.

It needs no sound card, no root and no D-Bus. PortAudio reaches it through ALSA's pulse plugin, so
the code under test opens real devices and meets real faults. `norewinds=1` on the null sinks is
essential: without it PulseAudio rewrites what it has played already and clips are destroyed.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from assistant.config import SAMPLE_RATE
from tests.audio.clips import Playing, Recording

PACKAGES = "pulseaudio pulseaudio-utils libasound2-plugins libportaudio2"
MICROPHONE, LOUDSPEAKER = "mic", "spk"

_ASOUND_CONF = """\
pcm.pulse { type pulse hint { show on description "virtual" } }
ctl.pulse { type pulse }
pcm.!default { type pulse hint { show on description "default" } }
ctl.!default { type pulse }
"""
_LATENCY = "--latency-msec=200"
"""Of `pacat`: with less, a busy machine tears holes into what it plays."""


class AudioUnavailable(Exception):
    """The sound server is not installed or does not start."""


class VirtualAudio:
    """The private sound server, its virtual devices, and their faults.

    Attributes:
        environment: what PortAudio must find in the environment when it starts, and what a child
            process needs to reach these devices.
        rate: of both devices, Hz.
    """

    def __init__(self) -> None:
        """Make the server's own folder; `start` starts it."""
        # Not pytest's folder: a socket's path has at most 107 characters.
        self._folder = Path(tempfile.mkdtemp(prefix="va-"))
        self._socket = self._folder / "s"
        self._commands = self._folder / "c"
        asound = self._folder / "asound.conf"
        asound.write_text(_ASOUND_CONF)
        self.rate = SAMPLE_RATE
        self.environment = {
            "ALSA_CONFIG_PATH": str(asound),
            "JACK_NO_START_SERVER": "1",
            "PULSE_COOKIE": str(self._folder / "cookie"),
            "PULSE_RUNTIME_PATH": str(self._folder),
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_SINK": LOUDSPEAKER,
            "PULSE_SOURCE": f"{MICROPHONE}.monitor",
            "PULSE_STATE_PATH": str(self._folder),
        }
        self._server: subprocess.Popen[bytes] | None = None

    # ---- the server ----------------------------------------------------------------------------

    def start(self) -> Self:
        """Start the server with both devices, or do nothing while it runs.

        Raises:
            AudioUnavailable: a package is missing, or the server ended; says what to do.
        """
        if self._server is not None and self._server.poll() is None:
            return self
        missing = [tool for tool in ("pulseaudio", "pactl", "pacat") if not shutil.which(tool)]
        if missing:
            raise AudioUnavailable(
                f"{', '.join(missing)} missing: run `make test`, or apt-get install {PACKAGES}"
            )
        self._socket.unlink(missing_ok=True)
        self._server = subprocess.Popen(
            self._server_command(),
            env=self._private_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._await_answer(self._server)
        return self

    def kill(self) -> None:
        """The server dies, and with it every stream."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()

    def stall(self) -> None:
        """The server stops answering and keeps every connection open."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """The server answers again."""
        self._signal(signal.SIGCONT)

    def mend(self) -> None:
        """Undo every fault: the server runs and both devices are there."""
        self.resume()
        self.start()
        present = self._control("list", "short", "sinks").stdout
        if f"\t{MICROPHONE}\t" not in present:
            self.plug_in_microphone()
        if f"\t{LOUDSPEAKER}\t" not in present:
            self.plug_in_loudspeaker()
        self.mute_microphone(muted=False)

    def close(self) -> None:
        """End the server and remove its folder."""
        self.resume()
        if self._server is not None:
            self._server.terminate()
            self._server.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    # ---- the devices ---------------------------------------------------------------------------

    def unplug_microphone(self) -> None:
        """Its device is gone, and the streams on it with it."""
        self._unplug(MICROPHONE, "source")

    def plug_in_microphone(self) -> None:
        """It is back."""
        self.load(_null_sink(MICROPHONE))

    def mute_microphone(self, *, muted: bool) -> None:
        """It gives nothing but silence, or its sound again."""
        self._control("set-source-mute", f"{MICROPHONE}.monitor", str(int(muted)))

    def unplug_loudspeaker(self) -> None:
        """Its device is gone, and the streams on it with it."""
        self._unplug(LOUDSPEAKER, "sink")

    def plug_in_loudspeaker(self) -> None:
        """It is back."""
        self.load(_null_sink(LOUDSPEAKER))

    def load(self, module: str) -> None:
        """Load any module of PulseAudio, such as an echo path (``module-loopback …``)."""
        self._control("load-module", *module.split())

    def say_into_mic(self, samples: NDArray[np.int16], rate: int = SAMPLE_RATE) -> Playing:
        """Begin to play one channel into the microphone, in real time."""
        return Playing(self._pacat("--playback", MICROPHONE, rate), samples.tobytes())

    def record_speaker(self) -> Recording:
        """Begin to capture, in memory, what the loudspeaker plays; a context manager."""
        source = f"{LOUDSPEAKER}.monitor"
        return Recording(self._pacat("--record", source, self.rate))

    # ---- how -----------------------------------------------------------------------------------

    def _server_command(self) -> list[str]:
        modules = (
            f"module-native-protocol-unix socket={self._socket} auth-anonymous=1",
            f"module-cli-protocol-unix socket={self._commands}",
            _null_sink(MICROPHONE),
            _null_sink(LOUDSPEAKER),
        )
        options = (
            "-n",
            "--daemonize=no",
            "--use-pid-file=no",
            "--exit-idle-time=-1",
            "--disallow-exit=yes",
            "--realtime=no",
            "--high-priority=no",
            f"--log-target=file:{self._folder / 'log'}",
        )
        # setpriv: should the tests be killed, the server goes with them.
        command = ("setpriv", "--pdeathsig", "KILL", "pulseaudio")
        return [*command, *options, *(part for module in modules for part in ("-L", module))]

    def _await_answer(self, server: "subprocess.Popen[bytes]") -> None:
        for _ in range(1000):  # each question takes about 10 ms
            if self._control("info").returncode == 0:
                return
            if server.poll() is not None:
                break
        raise AudioUnavailable(f"the sound server does not start: {self._last_words()}")

    def _private_environment(self) -> dict[str, str]:
        inherited = {
            key: value
            for key, value in os.environ.items()
            if key not in {"DBUS_SESSION_BUS_ADDRESS", "DISPLAY"}
        }
        home = {"HOME": str(self._folder), "XDG_RUNTIME_DIR": str(self._folder)}
        return inherited | home | self.environment

    def _control(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["pactl", *words],
            env=self._private_environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def _pacat(self, way: str, device: str, rate: int) -> "subprocess.Popen[bytes]":
        form = ("--raw", "--format=s16le", f"--rate={rate}", "--channels=1", _LATENCY)
        return subprocess.Popen(
            ["pacat", way, f"--device={device}", *form],
            env=self._private_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def _unplug(self, sink: str, kind: str) -> None:
        """Unload the sink, then end the streams the server has moved elsewhere to rescue them."""
        number = {"sink": self._number("sinks", sink), "source": self._number("sources", sink)}
        streams = {"sink": "sink-input", "source": "source-output"}[kind]
        commands = [f"unload-module {self._number('modules', f'sink_name={sink} ')}"]
        for line in self._control("list", "short", f"{streams}s").stdout.splitlines():
            stream, device, *_ = line.split("\t")
            if device == number[kind]:
                commands.append(f"kill-{streams} {stream}")
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self._commands))
            server.sendall(("\n".join(commands) + "\n").encode())
            server.shutdown(socket.SHUT_WR)
            while server.recv(4096):
                pass

    def _number(self, things: str, mark: str) -> str:
        """The server's number of the thing whose line contains `mark`."""
        lines = self._control("list", "short", things).stdout.splitlines()
        return next(line.split("\t")[0] for line in lines if mark in line)

    def _signal(self, number: signal.Signals) -> None:
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(number)

    def _last_words(self) -> str:
        log = self._folder / "log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        return lines[-1] if lines else "no log"


def _null_sink(name: str) -> str:
    return (
        f"module-null-sink sink_name={name} rate={SAMPLE_RATE} channels=1 format=s16le norewinds=1"
    )
