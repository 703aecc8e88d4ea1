"""The JSON of `type`, `rehearse` and `hear` is the contract of docs/architecture.md, exactly."""

from pathlib import Path

import msgspec
import pytest

from tests import contract
from tests.command import turntable

CHECK_IN = """\
turntable start our check in
yes
yes
@ end
what a day it was
turntable more time
@ 2m30s
turntable how much time is left
stop
continue
turntable pause
@ 20s
continue
turntable i'm done
@ end
turntable stop
give us a question
"""


def test_typed_lines_are_the_contract() -> None:
    ended = turntable("type", "--json", typed=CHECK_IN)

    assert ended.code == 0
    lines = contract.typed_lines(ended.out)
    kinds = {type(line).__name__ for line in lines}
    assert kinds == {"Say", "Chimed", "Turned", "HeardLine", "Ignored", "State"}
    turns = {line.event for line in lines if isinstance(line, contract.Turned)}
    assert turns == {"start", "paused", "resumed", "extended", "end"}
    states = {line.name for line in lines if isinstance(line, contract.State)}
    assert states == {"idle", "asked", "floor", "speaking", "paused"}


def test_times_never_go_back_and_pass_as_they_are_let() -> None:
    lines = contract.typed_lines(turntable("type", "--json", typed=CHECK_IN).out)

    times = [line.t for line in lines]
    assert times == sorted(times)
    assert times[-1] >= 150 + 20


def test_nothing_is_said_in_the_state_floor() -> None:
    lines = contract.typed_lines(turntable("type", "--json", typed=CHECK_IN).out)

    state, held = "", False
    for line in lines:
        if isinstance(line, contract.State):
            state = line.name
        if isinstance(line, contract.Turned):
            held = line.event in {"start", "resumed", "extended"}
        if isinstance(line, contract.Say):
            assert state == "speaking"
            assert not held


@pytest.mark.parametrize("state", ["idle", "asked", "floor"])
def test_heard_files_are_the_contract(state: str, spoken_command: Path) -> None:
    ended = turntable("hear", "--json", "--state", state, str(spoken_command))

    line = msgspec.json.decode(ended.out, type=contract.FileLine)
    assert line.file == str(spoken_command)
    assert line.utterances == 1
    if state == "idle":
        (heard,) = line.heard
        assert (heard.intent, heard.slots) == ("StartTurns", {"minutes": 5})
        assert 0.5 < heard.start < heard.end < line.seconds
        assert heard.end <= heard.acted
    else:
        assert (line.heard, line.ignored) == ([], 1)


def test_the_shapes_refuse_what_is_not_in_the_contract() -> None:
    for wrong in (
        '{"t": 1.0, "kind": "say", "text": "a", "words": "b"}',
        '{"t": 1.0, "kind": "transcript", "text": "a"}',
        '{"t": 1.0, "kind": "state", "name": "listening"}',
        '{"kind": "ignored"}',
    ):
        with pytest.raises(msgspec.ValidationError):
            contract.typed_lines(wrong)
