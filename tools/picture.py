"""Draws a rehearsal for the README: really held, by the command itself, then cut to its highlights.

python -m tools.picture [FILE.svg]
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from assistant.rehearsal.partners import NAMES
from assistant.timeline import ReadablePrinter, Record

WIDTH = 92
"""Columns."""
FONT_FROM_ELSEWHERE = re.compile(r"@font-face \{.*?\}\n", re.DOTALL)
"""Whoever looks at the picture fetches nothing for it; any monospaced font will do."""


def main(arguments: Sequence[str]) -> int:
    """Rehearse the short weekly check-in and draw it."""
    file = Path(arguments[0]) if arguments else Path("docs/rehearsal.svg")
    command = [sys.executable, "-m", "assistant.cli", "rehearse", "--length", "short", "--json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    file.write_text(picture([_record(line) for line in done.stdout.splitlines()]), encoding="utf-8")
    return 0


def picture(records: Sequence[Record]) -> str:
    """The highlights of a rehearsal as SVG, in the look of a terminal.

    They are its beginning, the turn with a pause in it, and its close.
    """
    chapters = _chapters(records)
    paused = next(chapter for chapter in chapters[1:] if any(map(_is_pause, chapter)))
    console = Console(
        record=True, width=WIDTH, file=StringIO(), color_system="truecolor", highlight=False
    )
    console.print("$ turntable rehearse --length short", style="bold")
    for chapter in (chapters[0], paused, chapters[-1]):
        if chapter is not chapters[0]:
            console.print(f"{'⋮':>12}", style="dim")
        _show(console, chapter)
    svg = console.export_svg(title="A rehearsal", theme=MONOKAI, unique_id="rehearsal")
    return FONT_FROM_ELSEWHERE.sub("", svg)


def _chapters(records: Sequence[Record]) -> list[list[Record]]:
    """The timeline cut after the end of each turn."""
    chapters: list[list[Record]] = [[]]
    for record in records:
        chapters[-1].append(record)
        if record.fields.get("event") == "end":
            chapters.append([])
    return chapters


def _is_pause(record: Record) -> bool:
    return record.fields.get("event") == "paused"


def _show(console: Console, records: Sequence[Record]) -> None:
    printer = ReadablePrinter(console, NAMES[:2], "turntable")
    for record in records:
        printer.show(record)
    printer.close()


def _record(line: str) -> Record:
    fields = json.loads(line)
    return Record(fields.pop("t"), fields.pop("kind"), fields)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
