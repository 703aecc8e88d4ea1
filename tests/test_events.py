"""What goes into a conversation and what comes out: frozen values that carry no words heard."""

import dataclasses
import inspect
import typing
from enum import Enum
from types import ModuleType

import pytest

from assistant import events
from assistant.events import Command, Event, Intent, StateName, TurnChange, When

VALUES = (Intent, When)
"""What events and commands are made of."""


def classes(module: ModuleType) -> list[type]:
    """The classes a module defines."""
    found = [it for _, it in inspect.getmembers(module, inspect.isclass)]
    return [it for it in found if it.__module__ == module.__name__]


def kinds(union: object) -> set[type]:
    """The classes of a union."""
    return {it for it in typing.get_args(union) if isinstance(it, type)}


def test_every_value_is_an_event_a_command_or_a_part_of_one() -> None:
    named = {it for it in classes(events) if not issubclass(it, Enum)}
    assert named == kinds(Event) | kinds(Command) | set(VALUES)
    assert kinds(Event) & kinds(Command) == set()


@pytest.mark.parametrize("kind", [*typing.get_args(Event), *typing.get_args(Command)])
def test_events_and_commands_cannot_change(kind: type) -> None:
    assert dataclasses.is_dataclass(kind)
    assert vars(kind)["__dataclass_params__"].frozen
    assert "__slots__" in vars(kind)


def test_events_carry_no_text_but_names() -> None:
    """Only intents leave `understanding`: the names below come from our own files."""
    ours = {"ritual", "reminder", "name", "day", "time", "half"}
    for kind in kinds(Event) | set(VALUES):
        assert dataclasses.is_dataclass(kind)
        texts = {field.name for field in dataclasses.fields(kind) if field.type is str}
        assert texts <= ours


@pytest.mark.parametrize(
    ("names", "contract"),
    [
        (StateName, "idle asked floor speaking paused asleep"),
        (TurnChange, "start paused resumed extended end"),
    ],
)
def test_names_that_observers_see_are_the_contracts(names: type[Enum], contract: str) -> None:
    assert [str(name) for name in names] == contract.split()


def test_an_intent_is_not_addressed_unless_it_says_so() -> None:
    intent = Intent("Stop")
    assert (intent.addressed, dict(intent.slots)) == (False, {})
