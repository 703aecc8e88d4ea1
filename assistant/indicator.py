"""The plain indicator: lit whenever the microphone is open, and only then.

It follows the real opening and closing of the device, not the state of the conversation. On a
terminal it is a line at each change, with the window's title in between; on a board it can be a
lamp, and a button there wakes the assistant when it sleeps.
"""

from collections.abc import Callable
from typing import Any

from rich.console import Console

from assistant.errors import BadConfiguration

OPEN = "● The microphone is open."
CLOSED = "○ The microphone is closed."


def show_on_terminal(console: Console, now_open: bool) -> None:
    """Say that the microphone was opened or closed; the title of the window goes on saying it."""
    sign = OPEN if now_open else CLOSED
    console.set_window_title(sign)
    console.print(sign, style="red" if now_open else "dim")


class Pins:
    """The lamp and the button on the pins of a board, by gpiozero (the extra `light`).

    They are taken before the seal is on, which lets nobody open another device afterwards.
    """

    def __init__(self, lamp: int | None, button: int | None) -> None:
        """Take the pins.

        Args:
            lamp: BCM number of the pin with the lamp, or none.
            button: of the pin with a button that connects it to ground, or none.

        Raises:
            BadConfiguration: gpiozero is not installed, or the board has no such pin.
        """
        self._devices: list[Any] = []
        self._lamp: Any = None
        self._lamp = None if lamp is None else self._take("LED", "indicator_pin", lamp)
        self._button = None if button is None else self._take("Button", "button_pin", button)

    def show(self, now_open: bool) -> None:
        """Light the lamp, or put it out."""
        if self._lamp is not None:
            self._lamp.value = now_open

    def when_pressed(self, call: Callable[[], None]) -> None:
        """Have something called when the button is pressed, on a thread of gpiozero's."""
        if self._button is not None:
            self._button.when_pressed = call

    def close(self) -> None:
        """Put the lamp out and give the pins back."""
        self.show(False)
        for device in self._devices:
            device.close()

    def _take(self, kind: str, setting: str, pin: int) -> Any:
        try:
            import gpiozero  # noqa: PLC0415 - only a board has it
        except ImportError as error:
            remedy = "install it with the extra `light`, or leave this out of config.toml"
            raise BadConfiguration(f"{setting} needs gpiozero", remedy=remedy) from error
        try:
            device = getattr(gpiozero, kind)(pin)
        except gpiozero.GPIOZeroError as error:
            self.close()
            remedy = "choose another pin, or leave this out of config.toml"
            raise BadConfiguration(f"{setting} {pin}: {error}", remedy=remedy) from error
        self._devices.append(device)
        return device
