"""`turntable type`: a typed conversation."""

import sys

from rich.console import Console

from assistant import app
from assistant.errors import BadInput
from assistant.events import Event
from assistant.keeper import Keeper, adjusted_voice, opened_memory
from assistant.timeline import JsonPrinter, Printer, ReadablePrinter, Timeline
from assistant.typed import Keyboard, TypedConversation

HOW = """\
Type what you would say and press Enter, for example: start our check in.
Time stands still until you let it pass: @ 30s, @ 2m, or @ end for the present turn or question.
End with Ctrl-D."""


def keyboard_of(home: app.Home) -> Keyboard:
    """What understands lines typed in a household."""
    return Keyboard(home.phrases, home.settings.name, home.content.lines.numbers)


def type_conversation(*, as_json: bool) -> int:
    """Hold a typed conversation until the input ends.

    Returns:
        The exit code: 2 if a line about time could not be read, else 0.
    """
    home = app.open_home()
    on_terminal = sys.stdin.isatty() and not as_json
    console = Console(highlight=False)
    if on_terminal:
        console.print(HOW, style="dim")
    partners, name = home.settings.partners, home.settings.name
    printer: Printer = (
        JsonPrinter(sys.stdout) if as_json else ReadablePrinter(console, partners, name)
    )
    exit_code = 0
    with opened_memory() as memory:
        voice = adjusted_voice(memory, home.settings.voice)
        conversation = app.new_conversation(home, memory.memories(), voice)
        told: list[Event] = []
        keeper = Keeper(memory, home.settings.reminders, told.append)
        timeline = Timeline(printer.show)
        typed = TypedConversation(conversation, keyboard_of(home), timeline, keeper.keep)
        keeper.tell_dates()
        typed.start(told)
        try:
            for line in sys.stdin:
                try:
                    typed.line(line)
                except BadInput as error:
                    print(f"turntable: {error}", file=sys.stderr)
                    exit_code = 0 if on_terminal else 2
        except KeyboardInterrupt:
            console.print()
        finally:
            printer.close()
    return exit_code
