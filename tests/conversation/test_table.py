"""The table of transitions: whole, and with a way out everywhere."""

import pytest

from assistant.content import intent_files
from assistant.conversation.actions import ACTIONS
from assistant.conversation.table import TABLE, Action, Place, action_for, listening
from assistant.events import StateName
from assistant.understanding.phrases import load_phrases


def test_everything_that_can_be_said_means_something_somewhere() -> None:
    assert load_phrases(intent_files("en")).intents == set(TABLE)
    assert all(TABLE.values())


def test_every_action_is_carried_out_and_every_one_is_used() -> None:
    used = {action for row in TABLE.values() for action in row.values()}
    assert used == set(ACTIONS) == set(Action)


@pytest.mark.parametrize("place", Place)
def test_what_is_listened_for_is_what_means_something(place: Place) -> None:
    moment = listening(place)
    assert moment.state is place.state
    assert moment.intents == {name for name in TABLE if action_for(name, place) is not None}
    assert moment.bare <= moment.intents


def test_only_a_bare_stop_acts_on_the_floor_without_the_name() -> None:
    assert listening(Place.FLOOR).bare == {"Stop"}
    for place in set(Place) - {Place.FLOOR}:
        assert listening(place).bare == listening(place).intents


def test_a_stop_means_something_wherever_the_microphone_is_open() -> None:
    for place in set(Place) - {Place.ASLEEP}:
        assert "Stop" in listening(place).intents
    assert listening(Place.ASLEEP).intents == {"WakeUp"}


def test_help_for_somebody_who_is_afraid_is_there_wherever_one_can_speak() -> None:
    deaf = {Place.SPEAKING, Place.ASLEEP}
    assert {place for place in Place if "HelpPage" not in listening(place).intents} == deaf


def test_while_it_speaks_three_words_may_cut_in() -> None:
    assert listening(Place.SPEAKING).intents == {"Stop", "SkipQuestion", "Repeat"}


def test_after_a_question_nothing_starts_something_else() -> None:
    for place in (Place.ASKED, Place.DATE):
        assert not listening(place).intents & {"StartRitual", "StartTurns", "GiveQuestion"}
        assert {"Yes", "No", "NotNow", "Pass"} <= listening(place).intents


def test_unknown_intents_mean_nothing() -> None:
    assert action_for("Waltz", Place.IDLE) is None


@pytest.mark.parametrize("state", StateName)
def test_every_state_an_observer_can_see_has_a_place(state: StateName) -> None:
    assert any(place.state is state for place in Place)
