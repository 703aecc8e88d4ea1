"""What an observer sees: records of the contract, and a timeline to be read."""

import io
import json

from rich.console import Console

from assistant.events import (
    Chime,
    ChimeName,
    Heard,
    Intent,
    ListenFor,
    NotUnderstood,
    Prepare,
    Say,
    StateName,
    TurnChange,
    TurnMark,
    VoiceStarted,
)
from assistant.timeline import JsonPrinter, ReadablePrinter, Record, Timeline

NOTHING: frozenset[str] = frozenset()


def recorded(*, events: bool = True) -> list[Record]:
    """Records of a little of everything."""
    records: list[Record] = []
    timeline = Timeline(records.append)
    idle = ListenFor(StateName.IDLE, NOTHING, NOTHING)
    timeline.commands(0.0, [idle, Prepare("later"), idle])
    if events:
        timeline.spoken(0.5, 1, "start turns")
        timeline.event(1.0, Heard(Intent("StartTurns", {"minutes": 5})))
        timeline.event(1.5, NotUnderstood())
        timeline.event(1.6, VoiceStarted())
    timeline.commands(2.0, [Say(1, "Hello."), Chime(ChimeName.TURN_OPENS)])
    timeline.commands(3.0, [TurnMark(TurnChange.START, 2, 300.0)])
    timeline.commands(153.0, [TurnMark(TurnChange.PAUSED, 2, 300.0)])
    timeline.commands(253.0, [TurnMark(TurnChange.RESUMED, 2, 300.0)])
    timeline.commands(260.0, [TurnMark(TurnChange.EXTENDED, 2, 420.0)])
    timeline.commands(523.0, [TurnMark(TurnChange.END, 2, 420.0)])
    return records


def test_records_are_those_of_the_contract() -> None:
    kinds = [record.kind for record in recorded()]

    assert kinds == ["state", "spoken", "heard", "ignored", "say", "chime", *["turn"] * 5]


def test_a_state_is_told_once() -> None:
    states = [record for record in recorded() if record.kind == "state"]

    assert [record.fields for record in states] == [{"name": "idle"}]


def test_json_is_one_object_a_line() -> None:
    out = io.StringIO()
    printer = JsonPrinter(out)
    for record in recorded():
        printer.show(record)

    lines = [json.loads(line) for line in out.getvalue().splitlines()]

    assert lines[2] == {"t": 1.0, "kind": "heard", "intent": "StartTurns", "slots": {"minutes": 5}}
    assert lines[-1] == {"t": 523.0, "kind": "turn", "event": "end", "partner": 2, "seconds": 420.0}


def readable(records: list[Record]) -> str:
    """The timeline as it is read on paper."""
    out = io.StringIO()
    printer = ReadablePrinter(Console(file=out, width=100), ("Ann", "Bo"), "turntable")
    for record in records:
        printer.show(record)
    printer.close()
    return out.getvalue()


def test_a_timeline_names_who_spoke_and_what_was_understood() -> None:
    text = readable(recorded())

    assert "Ann “start turns”" in text
    assert "understood StartTurns minutes=5" in text
    assert "ignored conversation" in text
    assert "Turntable Hello." in text
    assert "the floor opens" in text


def test_the_clock_of_a_turn_stands_while_it_is_paused() -> None:
    assert "Bo has the floor" in readable(recorded())
    assert "7:00 / 7:00" in readable(recorded())


def test_a_conversation_that_ends_within_a_turn_takes_its_clock_down() -> None:
    within = recorded()[:-2]

    assert "Bo has the floor" in readable(within)
