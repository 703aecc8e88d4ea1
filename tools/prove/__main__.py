"""Run both sessions, show what they did, and exit 0 only if nothing was left anywhere."""

import sys
import tempfile
from pathlib import Path
from random import SystemRandom

from rich.console import Console

from tests.audio.virtual_audio import AudioUnavailable, VirtualAudio
from tools.prove.canary import Speaker
from tools.prove.report import Verdict, show, verdict_on
from tools.prove.session import (
    ENDING,
    RITUAL,
    CannotProve,
    LiveSession,
    reason_it_cannot_run,
    rehearse,
)


def main() -> int:
    """Give the exit code: 0 clean, 1 something was left, 2 it cannot be shown here."""
    console = Console(highlight=False, width=100)
    if reason := reason_it_cannot_run():
        console.print(f"This cannot be shown here: {reason}.")
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="prove-") as folder:
            console.print("A rehearsal and a live session are watched; that takes about a minute.")
            verdicts = [_rehearsal(Path(folder)), _live(Path(folder))]
    except (AudioUnavailable, CannotProve) as error:
        console.print(f"This cannot be shown here: {error}.")
        return 2
    for verdict in verdicts:
        show(verdict, console)
    findings = [finding for verdict in verdicts for finding in verdict.findings]
    for finding in findings:
        console.print(f"[red]not clean[/]  {finding}", markup=True)
    if not findings:
        console.print("[green]clean[/]  nothing of what was said is anywhere")
    return int(bool(findings))


def _rehearsal(folder: Path) -> Verdict:
    place = folder / "rehearsal"
    place.mkdir()
    return verdict_on("a whole rehearsal: turntable rehearse appreciation-round", rehearse(place))


def _live(folder: Path) -> Verdict:
    place = folder / "live"
    place.mkdir()
    speaker = Speaker()
    canary = speaker.canary(SystemRandom())
    with VirtualAudio() as audio:
        live = LiveSession(place, audio, speaker)
        try:
            live.await_start()
            for said in RITUAL:
                live.say(said)
            live.say_sentence(canary)
            for said in ENDING:
                live.say(said)
            session = live.end()
        finally:
            live.close()
    commands = [said.command for said in (*RITUAL, *ENDING)]
    title = f"a live session: turntable run, while somebody says “{' '.join(canary.words)}”"
    return verdict_on(title, session, canary, commands)


if __name__ == "__main__":
    sys.exit(main())
