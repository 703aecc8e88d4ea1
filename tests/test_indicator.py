"""The indicator is lit exactly while the microphone is open, and sleep really closes it."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory
from rich.console import Console

from assistant import app
from assistant.errors import BadConfiguration
from assistant.events import StateName
from assistant.hearing.fakes import FakeMicrophone
from assistant.hearing.listener import Listener, SignsOfLife
from assistant.hearing.models import rehearsal_model
from assistant.hearing.recognizer import Recognizer
from assistant.indicator import CLOSED, OPEN, Pins, show_on_terminal
from assistant.service import StatusSocket, wake
from tests.audio.virtual_audio import VirtualAudio
from tests.reliability.table import Table, household, seated

LAMP, BUTTON = 17, 4

# ---- the lamp and the button ---------------------------------------------------------------------


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockFactory]:
    """A board whose pins can be looked at."""
    factory = MockFactory()
    monkeypatch.setattr(gpiozero.Device, "pin_factory", factory)
    yield factory
    factory.close()


def test_the_lamp_follows_the_microphone(board: MockFactory) -> None:
    pins = Pins(LAMP, None)
    seen = []
    for now_open in (False, True, True, False, True):
        pins.show(now_open)
        seen.append(board.pin(LAMP).state)
    assert seen == [False, True, True, False, True]
    pins.close()
    assert not board.pin(LAMP).state


def test_the_button_wakes(board: MockFactory) -> None:
    pressed = threading.Event()
    with closing(Pins(None, BUTTON)) as pins:
        pins.when_pressed(pressed.set)
        board.pin(BUTTON).drive_low()
        assert pressed.wait(5)


def test_without_pins_there_is_nothing_to_light() -> None:
    with closing(Pins(None, None)) as pins:
        pins.show(True)
        pins.when_pressed(pytest.fail)


@pytest.mark.usefixtures("board")
def test_one_pin_cannot_be_both() -> None:
    with pytest.raises(BadConfiguration, match=r"button_pin 17: .*choose another pin"):
        Pins(LAMP, LAMP)
    Pins(LAMP, None).close()  # it was given back


def test_a_machine_without_pins_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "none-such")
    with pytest.raises(BadConfiguration, match=r"indicator_pin 17: .*leave this out"):
        Pins(LAMP, None)


def test_a_machine_without_gpiozero_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gpiozero", None)
    with pytest.raises(BadConfiguration, match=r"needs gpiozero .*extra `light`"):
        Pins(LAMP, None)


# ---- driven by the real opening and closing ------------------------------------------------------


def test_it_is_lit_exactly_while_the_device_is_open(
    board: MockFactory, home: app.Home, recognizer: Recognizer
) -> None:
    microphone = FakeMicrophone()
    with closing(Pins(LAMP, None)) as pins:
        listener = Listener(
            microphone,
            app.ears_with(home, recognizer),
            lambda _: None,
            alive=SignsOfLife(opened=pins.show),
            rest=lambda _: None,
        )

        def seen() -> tuple[bool, bool]:
            listener.step()
            return microphone.is_open, bool(board.pin(LAMP).state)

        assert seen() == (True, True)
        listener.open_microphone(wanted=False)
        assert seen() == (False, False)
        assert seen() == (False, False)
        listener.open_microphone(wanted=True)
        assert seen() == (True, True)
        microphone.unplug()
        assert seen() == (False, False)
        microphone.plug_in()
        assert seen() == (True, True)


def test_the_terminal_shows_it() -> None:
    console = Console(file=StringIO(), force_terminal=True, width=80)
    for now_open in (True, False):
        show_on_terminal(console, now_open)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert shown.count(OPEN) == shown.count(CLOSED) == 2  # the line, and the window's title
    assert shown.index(OPEN) < shown.index(CLOSED)


# ---- mute ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> app.Home:
    return household(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return app.load_recognizer(rehearsal_model())


@pytest.fixture
def table(virtual_audio: VirtualAudio, home: app.Home, recognizer: Recognizer) -> Iterator[Table]:
    with seated(virtual_audio, home, recognizer) as table:
        yield table


def is_listening(table: Table) -> bool:
    return table.streams("source-outputs") == 1


def fall_asleep(table: Table) -> None:
    table.wait_until(lambda: is_listening(table))
    table.press("GoToSleep")
    table.next("state", name="asleep")


def test_asleep_the_device_is_free_and_voices_do_not_wake_it(table: Table, home: app.Home) -> None:
    fall_asleep(table)
    said = [record.fields["text"] for record in table.records if record.kind == "say"]
    assert said == [home.content.lines.asleep]
    table.wait_until(lambda: table.streams("source-outputs") == 0)
    table.say("wake up").wait()
    assert table.streams("source-outputs") == 0
    assert table.microphone() == "closed"
    assert table.state is StateName.ASLEEP


def test_what_it_says_names_every_way_to_wake_it(home: app.Home) -> None:
    for way in ("closing the microphone", "button", "key", "turntable wake"):
        assert way in home.content.lines.asleep


def test_the_command_wakes_it(table: Table, tmp_path: Path) -> None:
    control = tmp_path / "control"
    socket = StatusSocket(control, table.live.vitals.report, table.live.assistant.wake)
    with closing(socket):
        socket.start()
        assert wake(control).state is StateName.IDLE  # nothing to wake
        fall_asleep(table)
        assert wake(control).state is StateName.ASLEEP
        table.next("heard", intent="WakeUp")
        table.wait_until(lambda: is_listening(table))
        table.wait_until(lambda: table.microphone() == "open")
    heard = [record.fields["intent"] for record in table.records if record.kind == "heard"]
    assert heard == ["GoToSleep", "WakeUp"]
    assert os.geteuid() == control.stat().st_uid
