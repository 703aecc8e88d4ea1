"""Rehearsals: every ritual to its close with the real ear and voice, and faults are found."""

from random import Random

import pytest

from assistant import app
from assistant.config import Settings, VoiceSettings
from assistant.content import load
from assistant.conversation.household import Memories
from assistant.errors import RehearsalFailed
from assistant.events import TurnChange, TurnMark
from assistant.hearing.models import rehearsal_model
from assistant.rehearsal.partners import TALK, VOICES, Line, Partners
from assistant.rehearsal.rehearsal import Rehearsal
from assistant.speaking.pyttsx3_voice import Pyttsx3Voice
from assistant.timeline import Record, Timeline
from assistant.verbs.rehearse import rehearse_ritual
from tests import contract
from tests.command import turntable

RITUALS = sorted(load("en").rituals)


@pytest.mark.parametrize("ritual", RITUALS)
def test_every_ritual_reaches_its_close(ritual: str, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = rehearse_ritual(ritual, as_json=True, talk=1)

    lines = contract.rehearsed_lines(capsys.readouterr().out)
    close = load("en").rituals[ritual].steps[-1]
    said = [line.text for line in lines if isinstance(line, contract.Say)]
    assert said[-1] == getattr(close, "text", "")
    spoken = {line.partner for line in lines if isinstance(line, contract.Spoken)}
    assert spoken  # they spoke into the ear
    assert outcome.understood >= 2
    assert outcome.sentences == len(said)


def test_a_rehearsal_shows_clocks_and_ends_well() -> None:
    ended = turntable("rehearse", "appreciation-round")

    assert ended.code == 0
    assert "has the floor" in ended.out
    assert "The close was reached" in ended.out


def rehearsal(
    opening: Line, records: list[Record], partners: type[Partners] = Partners
) -> Rehearsal:
    """A rehearsal of listening turns."""
    home = app.open_home(Settings())
    conversation = app.new_conversation(
        home,
        Memories(),
        home.settings.voice,
        partners=("Ann", "Bo"),
        random=Random(1),  # noqa: S311
    )
    voices = [Pyttsx3Voice(VoiceSettings(name=name), pitch=pitch) for name, pitch in VOICES[:2]]
    return Rehearsal(
        conversation,
        app.ear_maker(home, rehearsal_model())(),
        Pyttsx3Voice(home.settings.voice, home.content.sound.voice),
        partners(2, opening, "turntable"),
        voices,
        Timeline(records.append),
    )


class Nobody:
    """Watches nothing."""

    def let_pass(self, t: float) -> None:
        """Time passes."""


def test_a_partner_who_is_not_understood_fails_the_rehearsal() -> None:
    opening = Line(1, "let us begin with the usual thing", "StartTurns")

    with pytest.raises(RehearsalFailed, match="partner 1 was not understood"):
        rehearsal(opening, []).run(Nobody())


def test_talk_that_is_taken_for_a_command_fails_the_rehearsal() -> None:
    opening = Line(1, "start listening turns")  # said as talk: nothing may be understood

    with pytest.raises(RehearsalFailed, match="expected nothing, heard StartTurns"):
        rehearsal(opening, []).run(Nobody())


def test_a_turn_that_is_cut_short_fails_the_rehearsal() -> None:
    made = rehearsal(Line(1, "start listening turns", "StartTurns"), [])
    made.watch_turn(TurnMark(TurnChange.START, 1, 300.0))

    with pytest.raises(RehearsalFailed, match="a turn of partner 1 was cut short"):
        made.watch_turn(TurnMark(TurnChange.END, 1, 300.0))


def test_the_partners_sound_unlike_the_assistant() -> None:
    assistant = load("en").sound.voice

    assert all(name.partition("+")[0] != assistant or "+" in name for name, _ in VOICES)
    assert len(set(VOICES)) == len(VOICES) == 8


def test_no_line_of_talk_is_a_command() -> None:
    home = app.open_home(Settings())

    phrases = {phrase.text for phrase in home.phrases}
    assert not phrases & {line.lower() for line in TALK}
