"""What an observer sees of a conversation: one record after the other, as JSON or to be read.

The records are a contract (docs/architecture.md): ``{"t": seconds, "kind": …}`` with the kinds
``say``, ``chime``, ``turn``, ``heard``, ``ignored``, ``state`` and, in a rehearsal, ``spoken``.
None of them carries recognized words.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from assistant.events import (
    Chime,
    ChimeName,
    Command,
    Event,
    Heard,
    ListenFor,
    NotUnderstood,
    Say,
    StateName,
    TurnChange,
    TurnMark,
)


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a timeline.

    Attributes:
        t: seconds since the conversation began.
        kind: one of the contract's kinds.
        fields: what that kind has besides.
    """

    t: float
    kind: str
    fields: dict[str, Any]

    def as_json(self) -> str:
        """The contract's one line."""
        whole = {"t": round(self.t, 3), "kind": self.kind, **self.fields}
        return json.dumps(whole, ensure_ascii=False)


class Printer(Protocol):
    """Shows records to somebody."""

    def show(self, record: Record) -> None:
        """Show one record."""

    def close(self) -> None:
        """There are no more."""


class Timeline:
    """Turns what goes into and out of a conversation into records."""

    def __init__(self, show: Callable[[Record], None]) -> None:
        """Hand every record to `show`."""
        self._show = show
        self._state: StateName | None = None

    def spoken(self, t: float, partner: int, text: str) -> None:
        """A synthetic partner says something."""
        self._show(Record(t, "spoken", {"partner": partner, "text": text}))

    def event(self, t: float, event: Event) -> None:
        """An event goes into the conversation."""
        match event:
            case Heard(intent=intent):
                slots = dict(intent.slots)
                self._show(Record(t, "heard", {"intent": intent.name, "slots": slots}))
            case NotUnderstood():
                self._show(Record(t, "ignored", {}))

    def commands(self, t: float, commands: Iterable[Command]) -> None:
        """Commands come out of it."""
        for command in commands:
            match command:
                case Say(text=text):
                    self._show(Record(t, "say", {"text": text}))
                case Chime(name=name):
                    self._show(Record(t, "chime", {"name": str(name)}))
                case TurnMark(change=change, partner=partner, seconds=seconds):
                    fields = {"event": str(change), "partner": partner, "seconds": seconds}
                    self._show(Record(t, "turn", fields))
                case ListenFor(state=state) if state is not self._state:
                    self._state = state
                    self._show(Record(t, "state", {"name": str(state)}))


class JsonPrinter:
    """One JSON object a line, at once."""

    def __init__(self, out: TextIO) -> None:
        """Write to `out`."""
        self._out = out

    def show(self, record: Record) -> None:
        """Write one line."""
        print(record.as_json(), file=self._out, flush=True)

    def close(self) -> None:
        """Nothing is kept back."""


def clock(seconds: float) -> str:
    """A time as it stands at the edge of a timeline: ``12:05.3``."""
    minutes, rest = divmod(max(0.0, seconds), 60)
    return f"{int(minutes):3d}:{rest:04.1f}"


CHIME_SIGNS = {
    ChimeName.TURN_OPENS: "the floor opens",
    ChimeName.MINUTE_LEFT: "one minute left",
    ChimeName.TURN_ENDS: "time",
    ChimeName.HEARD: "heard you",
    ChimeName.PAUSED: "paused",
    ChimeName.NOT_UNDERSTOOD: "not understood",
    ChimeName.TICK: "tick",
    ChimeName.INVITE: "an agreed date",
}
PARTNER_STYLES = ("cyan", "magenta", "green", "yellow", "blue", "red", "bright_cyan", "white")


class _TurnClock(ProgressColumn):
    """Time used and granted of a turn: ``2:30 / 5:00``."""

    def render(self, task: Task) -> Text:
        """Draw it."""
        used, granted = task.completed, task.total or 0
        return Text(f"{_minutes(used)} / {_minutes(granted)}", style="dim")


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class ReadablePrinter:
    """A timeline to be read: who spoke, what was understood, what was said, and turn clocks."""

    def __init__(self, console: Console, partners: Sequence[str], name: str) -> None:
        """Write to `console`.

        Args:
            console: rich's; it knows the width, and whether colours can be shown.
            partners: names of the people at the table.
            name: the assistant's, written before what it says.
        """
        self._console = console
        self._partners = partners
        self._name = name.capitalize()
        self._margin = max(len(word) for word in (*partners, self._name, "understood")) + 1
        self._progress: Progress | None = None
        self._task = TaskID(0)
        self._turn: tuple[float, float] | None = None  # since when the clock runs, used before

    def show(self, record: Record) -> None:
        """Write one record, if there is something to read in it."""
        fields = record.fields
        if record.kind == "turn":
            self._show_turn(record)
            return
        self.let_pass(record.t)
        match record.kind:
            case "say":
                self._line(record.t, self._name, fields["text"], "bold")
            case "spoken":
                style = PARTNER_STYLES[(fields["partner"] - 1) % len(PARTNER_STYLES)]
                name = self._partners[fields["partner"] - 1]
                self._line(record.t, name, f"“{fields['text']}”", style)
            case "heard":
                slots = "".join(f" {key}={value}" for key, value in fields["slots"].items())
                self._line(record.t, "understood", f"{fields['intent']}{slots}", "green dim")
            case "ignored":
                self._line(record.t, "ignored", "conversation, not a command", "dim")
            case "chime":
                sign = CHIME_SIGNS[ChimeName(fields["name"])]
                self._line(record.t, "♪", sign, "dim italic")

    def _line(self, t: float, who: str, what: str, style: str) -> None:
        line = Table.grid(padding=(0, 1))
        line.add_column(width=len(clock(0)), style="dim")
        line.add_column(width=self._margin, justify="right", style=style)
        line.add_column(overflow="fold", style="" if style == "bold" else style)
        line.add_row(clock(t), who, Text(what))
        out = self._progress.console if self._progress else self._console
        out.print(line)

    def _show_turn(self, record: Record) -> None:
        fields = record.fields
        name = self._partners[fields["partner"] - 1]
        match fields["event"]:
            case TurnChange.START:
                self._open_bar(name, fields["partner"], fields["seconds"])
                self._turn = (record.t, 0.0)
            case TurnChange.PAUSED:
                self.let_pass(record.t)
                self._stand(record.t)
            case TurnChange.RESUMED:
                self._turn = (record.t, self._turn[1] if self._turn else 0.0)
            case TurnChange.EXTENDED:
                self._grow(fields["seconds"])
            case TurnChange.END:
                self.let_pass(record.t)
                self._close_bar()

    def _open_bar(self, name: str, partner: int, seconds: float) -> None:
        style = PARTNER_STYLES[(partner - 1) % len(PARTNER_STYLES)]
        indent = " " * (len(clock(0)) + 1)
        label = TextColumn(f"{indent}[{style}]{name.rjust(self._margin)}[/] has the floor")
        bar = BarColumn(bar_width=28, complete_style=style, finished_style=style)
        self._progress = Progress(
            label, bar, _TurnClock(), console=self._console, auto_refresh=False
        )
        self._task = self._progress.add_task("", total=seconds)
        self._progress.start()

    def _stand(self, t: float) -> None:
        if self._turn is not None:
            self._turn = (t, self._used(t))

    def _used(self, t: float) -> float:
        since, before = self._turn or (t, 0.0)
        return before + (t - since)

    def _grow(self, seconds: float) -> None:
        if self._progress is not None:
            self._progress.update(self._task, total=seconds)

    def let_pass(self, t: float) -> None:
        """Move the turn's clock to `t`."""
        if self._progress is not None and self._turn is not None:
            self._progress.update(self._task, completed=self._used(t), refresh=True)

    def _close_bar(self) -> None:
        if self._progress is not None:
            self._progress.stop()
        self._progress, self._turn = None, None

    def close(self) -> None:
        """Take down a clock that still runs."""
        self._close_bar()
