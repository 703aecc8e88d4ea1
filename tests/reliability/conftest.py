"""The parts that all faults are injected into: loaded once."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from assistant import app
from assistant.hearing.models import rehearsal_model
from assistant.hearing.recognizer import Recognizer
from assistant.speaking.voice import Voice
from tests.audio.virtual_audio import VirtualAudio
from tests.reliability.table import Table, household, seated

Seat = Callable[..., Table]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> app.Home:
    """Robin and Kim's."""
    return household(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    """The real one, with the rehearsal model."""
    return app.load_recognizer(rehearsal_model())


@pytest.fixture
def sit_down(virtual_audio: VirtualAudio, home: app.Home, recognizer: Recognizer) -> Iterator[Seat]:
    """Seats an assistant, with another recognizer or voice if one is given."""
    with ExitStack() as stack:

        def sit(*, ear: Recognizer = recognizer, voice: Voice | None = None) -> Table:
            return stack.enter_context(seated(virtual_audio, home, ear, voice))

        yield sit


@pytest.fixture
def table(sit_down: Seat) -> Table:
    """An assistant that runs, with a voice that hums."""
    return sit_down()
