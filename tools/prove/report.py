"""The verdict on a session, and its tables."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tools.prove.canary import Canary, Search, search_files, search_text
from tools.prove.innocent import Row, judge
from tools.prove.process import Fact
from tools.prove.session import Session
from tools.prove.trace import Kind

PUBLIC = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - these are looked through, not written
LOGS = "/var/log"
_NO_DISK = ("/dev/", "memory shared")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a session.

    Attributes:
        title: of it.
        session: itself.
        rows: what it did, each with its reason.
        searches: for the sentence; none in a rehearsal, whose sentences are known to all.
    """

    title: str
    session: Session
    rows: list[Row]
    searches: list[Search]

    @property
    def _last_words(self) -> str:
        lines = self.session.output.strip().splitlines() or ["it says nothing"]
        own = [line for line in lines if line.startswith("turntable:")]
        return (own or lines)[-1]

    @property
    def findings(self) -> list[str]:
        """Everything that should not be, one line each; empty is clean."""
        found = [
            f"{row.kind}{', tried and refused' if row.refused else ''}: {', '.join(row.what)}"
            for row in self.rows
            if not row.reason
        ]
        found += [f"{what} ({search.place})" for search in self.searches for what in search.found]
        found += [f"{fact.name}: {fact.value}" for fact in self.session.facts if not fact.well]
        if self.session.trace.blind:
            found.append("strace could not read the paths: run it with sudo")
        if self.session.exit_code != 0:
            found.append(f"it ended with the code {self.session.exit_code}: {self._last_words}")
        return found


def verdict_on(
    title: str, session: Session, canary: Canary | None = None, commands: Sequence[str] = ()
) -> Verdict:
    """Judge all it did, and look for what was said.

    Args:
        title: for people.
        session: ended.
        canary: the sentence that was said; without one nothing is looked for.
        commands: the commands that were said; only looked for in what the program itself wrote.
    """
    searches = [] if canary is None else _searches(session, canary, commands)
    return Verdict(title, session, judge(session.trace, session.folders), searches)


def _searches(session: Session, canary: Canary, commands: Sequence[str]) -> list[Search]:
    own = [session.folders[name] for name in ("STATE", "RUN", "HOME")]
    since, sessions = session.began, session.folder.parent
    public = [Path(place) for place in PUBLIC]
    return [
        search_files("its state, run-time and home folders", own, canary),
        search_text("its standard output and error", session.output, canary, commands),
        search_text("the texts of all its writes", session.trace.text, canary, commands),
        search_text("the journal of the system", _journal(since), canary),
        search_files(LOGS, [Path(LOGS)], canary, since=since),
        search_files(", ".join(PUBLIC), public, canary, since=since, but_not=sessions),
    ]


def _journal(since: float) -> str:
    """What the system noted since then, as far as this user may read it."""
    if shutil.which("journalctl") is None:
        return ""
    command = ["journalctl", "--quiet", "--no-pager", "--output=cat", f"--since=@{int(since)}"]
    done = subprocess.run(command, capture_output=True, check=False)
    return done.stdout.decode(errors="replace")


def show(verdict: Verdict, console: Console) -> None:
    """Print all of it."""
    console.print(f"[bold underline]{escape(verdict.title)}[/]\n")
    for kind in Kind:
        _show_acts(kind, [row for row in verdict.rows if row.kind is kind], console)
    if verdict.searches:
        _show_searches(verdict.searches, console)
    if verdict.session.facts:
        _show_facts(verdict.session.facts, console)


def _show_acts(kind: Kind, rows: list[Row], console: Console) -> None:
    if not rows:
        console.print(f"[bold]{kind}:[/] none\n")
        return
    files = kind is Kind.FILE
    table = _table(str(kind), "what", "bytes" if files else "times", "why that is all right")
    for row in rows:
        reason = row.reason or f"[red]{'tried and refused' if row.refused else 'no reason'}[/]"
        amount = f"{row.bytes if files else row.times:,}"
        table.add_row(escape("\n".join(row.what)), amount, reason)
    if files:
        to_disk = sum(row.bytes for row in rows if not row.what[0].startswith(_NO_DISK))
        table.add_row("to disk in all", f"{to_disk:,}", "")
    console.print(table)


def _show_searches(searches: list[Search], console: Console) -> None:
    table = _table("that sentence and its sound, looked for", "in", "bytes", "found")
    for search in searches:
        found = f"[red]{escape(', '.join(search.found))}[/]" if search.found else "nothing"
        table.add_row(search.place, f"{search.bytes:,}", found)
    console.print(table)


def _show_facts(facts: list[Fact], console: Console) -> None:
    table = _table("the process", "", "", "")
    table.show_header = False
    for fact in facts:
        table.add_row(fact.name, "", fact.value if fact.well else f"[red]{fact.value}[/]")
    console.print(table)


def _table(title: str, first: str, second: str, third: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    table.add_column(first, overflow="fold", width=37)
    table.add_column(second, justify="right", width=13)
    table.add_column(third, overflow="fold", width=42)
    return table
