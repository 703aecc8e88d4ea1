"""The sounds that are heard: single commands, talk, and household noise.

A sound is described by a small value and made when it is needed, from the same seed every time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

import numpy as np
import soundfile

from assistant.config import SAMPLE_RATE
from assistant.errors import BadSoundFile
from assistant.hearing.recognizer import Sound
from benchmarks import noise
from benchmarks.commands import Command
from benchmarks.mixing import FULL_SCALE, Samples, as_sound, at_level, speech_span, with_noise
from benchmarks.speech import Spoken, read_sound, read_speech
from benchmarks.voices import Voice

TALK_KINDS = ("conversation", "read", "other-commands")
"""Folders of recordings in which nobody speaks to the assistant."""

_BEFORE, _AFTER = 1.0, 1.6
"""Seconds around a command: the slowest loop has acted by then."""
_ROOM = 15.0
"""Seconds the noise has been there before: what follows the room's quiet needs some."""
_QUIET = -78.0
"""dB below full scale: the room behind speech that is called clean."""
_LEVELS = (-30.0, -18.0)
"""dB below full scale: how loud speech is, drawn for every command and every talker."""
_FRAME = SAMPLE_RATE // 10
"""Samples; pauses in recorded noise are found to a tenth of a second."""
_STREAM = 300.0
"""Seconds of talk in one piece."""


@dataclass(frozen=True, slots=True)
class SpokenCommand:
    """One command in a voice and a noise.

    Attributes:
        command: what is said.
        voice: who says it.
        snr: dB of the speech over the noise; None is clean.
        noise: a name of `noise.HOUSEHOLD`, or the path of a recording; empty if clean.
        seed: of the level and of the noise.
    """

    command: Command
    voice: Voice
    snr: float | None
    noise: str
    seed: int

    def scene(self) -> "Scene":
        """Make the sound."""
        rng = np.random.default_rng(self.seed)
        speech = at_level(read_speech(self.voice, self.command.text), rng.uniform(*_LEVELS))
        begins = round((_ROOM + _BEFORE) * SAMPLE_RATE)
        padded = np.pad(speech, (begins, round(_AFTER * SAMPLE_RATE)))
        span = speech_span(as_sound(padded))
        if self.snr is None:
            mixed = padded + quiet(rng, len(padded))
        else:
            mixed = with_noise(padded, span, noise_of(self.noise, rng, len(padded)), self.snr)
        room = round(_ROOM * SAMPLE_RATE)
        sound = as_sound(mixed)
        return Scene(sound[:room], sound[room:], (span[1] - room) / SAMPLE_RATE)


@dataclass(frozen=True, slots=True)
class Scene:
    """A command where it is said.

    Attributes:
        room: what there was to hear before: only the noise.
        sound: a second of noise, the command, and noise again.
        end: when the speech ends, in seconds of `sound`.
    """

    room: Sound
    sound: Sound
    end: float


@dataclass(frozen=True, slots=True)
class Talk:
    """Some minutes in which nobody speaks to the assistant.

    Attributes:
        kind: what it is: a folder of recordings, or "dinner sentences".
        files: recordings, one after the other.
        said: sentences, one after the other.
        noise: behind the sentences; empty for none.
        seed: of pauses, levels and noise.
    """

    kind: str
    files: tuple[Path, ...] = ()
    said: tuple[Spoken, ...] = ()
    noise: str = ""
    seed: int = 0

    def sound(self) -> Sound:
        """Make the sound."""
        rng = np.random.default_rng(self.seed)
        if self.files:
            pause = np.zeros(SAMPLE_RATE, np.int16)
            return np.concatenate(
                [part for file in self.files for part in (read_sound(file), pause)]
            )
        return self._conversation(rng)

    def _conversation(self, rng: np.random.Generator) -> Sound:
        levels = {voice: rng.uniform(*_LEVELS) for voice, _ in self.said}
        parts: list[Samples] = []
        for voice, text in self.said:
            parts.append(at_level(read_speech(voice, text), levels[voice]))
            parts.append(np.zeros(round(_pause(rng) * SAMPLE_RATE), np.float32))
        speech = np.concatenate(parts)
        if not self.noise:
            return as_sound(speech + quiet(rng, len(speech)))
        behind = noise_of(self.noise, rng, len(speech))
        return as_sound(with_noise(speech, (0, len(speech)), behind, rng.uniform(12, 24)))


@dataclass(frozen=True, slots=True)
class Noise:
    """Some time of one household noise and nothing else.

    Attributes:
        name: of `noise.HOUSEHOLD`, or the path of a recording.
        seconds: how long; a recording has its own length.
        seed: of the formula.
    """

    name: str
    seconds: float
    seed: int

    def sound(self) -> Sound:
        """Make the sound: a formula at 36 dB below full scale, a recording as it is."""
        if self.name not in noise.HOUSEHOLD:
            return read_sound(Path(self.name))
        rng = np.random.default_rng(self.seed)
        made = noise.HOUSEHOLD[self.name](rng, round(self.seconds * SAMPLE_RATE))
        return as_sound(made * np.float32(FULL_SCALE * 10 ** (-36 / 20)))


def quiet(rng: np.random.Generator, length: int) -> Samples:
    """Give the faint air of a quiet room."""
    faint: Samples = noise.room(rng, length) * np.float32(FULL_SCALE * 10 ** (_QUIET / 20))
    return faint


def noise_of(name: str, rng: np.random.Generator, length: int) -> Samples:
    """Give a noise by name, or a recorded one from any point on, repeated as long as needed.

    Raises:
        BadSoundFile: the recording is silent.
    """
    if name in noise.HOUSEHOLD:
        return noise.HOUSEHOLD[name](rng, length)
    recorded = without_pauses(read_sound(Path(name)).astype(np.float32))
    if not recorded.any():
        raise BadSoundFile("is silent", file=Path(name), remedy="take it out of the corpus")
    return np.resize(np.roll(recorded, -int(rng.integers(len(recorded)))), length)


def without_pauses(recorded: Samples) -> Samples:
    """Leave out what is 20 dB quieter than the whole: noise that pauses is none."""
    frames = np.pad(recorded, (0, -len(recorded) % _FRAME)).reshape(-1, _FRAME)
    loudness = np.square(frames, dtype=np.float64).mean(axis=1)
    kept: Samples = frames[loudness >= loudness.mean() / 100].ravel()
    return kept


def in_noise(
    commands: Iterable[tuple[Voice, Command]],
    snrs: Sequence[float | None],
    noises: Sequence[str],
    seed: int,
) -> list[SpokenCommand]:
    """Say every command at every ratio; it keeps its level and its noise at all of them."""
    draw = Random(seed)
    said = []
    for number, (voice, command) in enumerate(commands):
        behind = draw.choice(noises)
        said += [
            SpokenCommand(command, voice, snr, behind if snr else "", seed + number) for snr in snrs
        ]
    return said


def recordings(folder: Path | None, most_minutes: float) -> dict[str, list[Path]]:
    """Sound files of every kind in a corpus folder, up to so many minutes of each."""
    found: dict[str, list[Path]] = {}
    for kind in (*TALK_KINDS, "noise") if folder else ():
        left = most_minutes * 60
        for file in sorted((folder / kind).glob("*")) if folder else ():
            if file.suffix.lower() in {".flac", ".wav", ".ogg"} and left > 0:
                left -= soundfile.info(file).duration
                found.setdefault(kind, []).append(file)
    return found


def recorded_talk(files: Mapping[str, Sequence[Path]]) -> list[Talk]:
    """Join recordings of talk to pieces of some minutes."""
    pieces = []
    for kind in TALK_KINDS:
        lengths = [(file, soundfile.info(file).duration) for file in files.get(kind, ())]
        pieces += [Talk(kind, files=tuple(piece)) for piece in _pieces(lengths)]
    return pieces


def dinner(
    sentences: Iterator[str], voices: Sequence[Voice], number: int, noises: Sequence[str], seed: int
) -> list[Talk]:
    """Let couples of voices talk at dinner.

    Args:
        sentences: what is said, in this order.
        voices: who talks; two in each piece.
        number: pieces of about five minutes.
        noises: behind every third piece.
        seed: of everything that is drawn.
    """
    draw = Random(seed)
    couples = _couples(voices, draw)
    pieces = []
    for piece, couple in zip(range(number), couples, strict=False):
        said = []
        seconds = 0.0
        while seconds < _STREAM:
            text = next(sentences)
            said.append((draw.choice(couple), text))
            seconds += 0.9 + len(text) / 15
        behind = draw.choice(noises) if piece % 3 == 2 else ""
        pieces.append(Talk("dinner sentences", said=tuple(said), noise=behind, seed=seed + piece))
    return pieces


def _couples(voices: Sequence[Voice], draw: Random) -> Iterator[tuple[Voice, Voice]]:
    for _ in count():
        order = draw.sample(list(voices), len(voices))
        yield from zip(order[::2], order[1::2], strict=False)


def _pause(rng: np.random.Generator) -> float:
    """Seconds between two sentences: now and then hardly any, now and then a long one."""
    spread = ((0.05, 0.3), (0.3, 1.2), (1.2, 4.0))
    return float(rng.uniform(*spread[int(rng.choice(3, p=(0.2, 0.6, 0.2)))]))


def _pieces(lengths: Iterable[tuple[Path, float]]) -> Iterator[list[Path]]:
    piece: list[Path] = []
    seconds = 0.0
    for file, length in lengths:
        piece.append(file)
        seconds += length + 1
        if seconds >= _STREAM:
            yield piece
            piece, seconds = [], 0.0
    if piece:
        yield piece
