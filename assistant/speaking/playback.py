"""What every loudspeaker can do, and what it reports."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from assistant.errors import LoudspeakerLost
from assistant.speaking.voice import Speech


@dataclass(frozen=True, slots=True)
class Played:
    """The utterance is over: played to its end, stopped, or dropped because nothing can play it."""

    utterance_id: int


@dataclass(frozen=True, slots=True)
class Lost:
    """No sound can be played; reported once until `Back`."""

    error: LoudspeakerLost


@dataclass(frozen=True, slots=True)
class Back:
    """Sounds can be played again."""


Report = Played | Lost | Back


class Loudspeaker(Protocol):
    """Plays sounds one after the other. No method waits for the device; reports come later."""

    def play(self, sound: Speech, utterance_id: int | None = None) -> None:
        """Play after what is queued already; `Played` with the id is reported when it is over."""

    def stop(self) -> None:
        """Fall silent at once and drop what is queued; each dropped utterance is reported."""

    def check(self) -> None:
        """Report `Lost` if the device hangs. To be called about twice a second."""

    def unless_playing(self, work: Callable[[], None]) -> bool:
        """Do something that would end an open stream, or nothing while one is open; whether."""
        ...

    def is_alive(self) -> bool:
        """Whether its thread still runs: nothing else would answer a sentence any more."""
        ...

    def close(self) -> None:
        """Fall silent and let the device go."""
