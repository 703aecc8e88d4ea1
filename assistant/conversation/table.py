"""The table of transitions: what each intent does at each place of a conversation.

Rules the table keeps:

1. While a partner holds the floor (`FLOOR`) nothing leads to speech there: what must be said first
   stops the turn's clock (`ASIDE`), and only chimes sound beside it.
2. `Stop` ends everything at once, everywhere. Said bare while a partner holds the floor, or while
   they talk freely, it only pauses, because people say "stop" to each other.
3. After a question of the assistant's own (`ASKED`, `DATE`) few intents mean anything. The chime
   of a date (`INVITED`) is no question: who does not want it may simply start something else.
4. An intent without an entry means nothing at that place and is not listened for.

`listening` derives from this table what the ear may hear; the machine carries the actions out.
"""

from collections.abc import Mapping
from enum import Enum, auto
from functools import cache

from assistant.events import ListenFor, StateName


class Place(Enum):
    """Where a conversation can be; several places look like one state from outside."""

    IDLE = StateName.IDLE, 0
    TALK = StateName.IDLE, 1
    """Free talk for a time, within a ritual."""
    QUIET = StateName.IDLE, 2
    """Breathing together."""
    ASKED = StateName.ASKED, 0
    DATE = StateName.ASKED, 1
    """Asked for the next date."""
    INVITED = StateName.ASKED, 2
    """An agreed date has come and chimed; nothing has been said."""
    FLOOR = StateName.FLOOR, 0
    SPEAKING = StateName.SPEAKING, 0
    PAUSED = StateName.PAUSED, 0
    BREAK = StateName.PAUSED, 1
    """Apart for a while, until the assistant asks "ready, or later?"."""
    ASLEEP = StateName.ASLEEP, 0

    @property
    def state(self) -> StateName:
        """The state an observer sees."""
        return self.value[0]


class Action(Enum):
    """What an intent does."""

    START_RITUAL = auto()
    START_TURNS = auto()
    QUESTION = auto()
    NEXT_QUESTION = auto()
    OTHER_QUESTION = auto()
    PASS_QUESTION = auto()
    LIGHTER = auto()
    DEEPER = auto()
    SAY_YES = auto()
    SAY_NO = auto()
    ACCEPT = auto()
    DECLINE = auto()
    SAME_DATE = auto()
    SET_DATE = auto()
    END_TURN = auto()
    PASS_TURN = auto()
    MORE_TIME = auto()
    TIME_LEFT = auto()
    END_REST = auto()
    PAUSE = auto()
    STOP_OR_PAUSE = auto()
    CONTINUE = auto()
    STOP = auto()
    NOTHING_TO_STOP = auto()
    START_OVER = auto()
    REPEAT = auto()
    CUT_IN = auto()
    SAY_AGAIN = auto()
    LOUDER = auto()
    QUIETER = auto()
    SLOWER = auto()
    FASTER = auto()
    HELP = auto()
    RECORD = auto()
    SLEEP = auto()
    WAKE = auto()
    BREAK = auto()
    BUSINESS = auto()
    HELP_PAGE = auto()
    STARTER = auto()
    EXPLAIN = auto()
    FORGET = auto()
    NEXT_DATE = auto()
    CANCEL_DATE = auto()


A, P = Action, Place
_RITUAL = (P.TALK, P.QUIET, P.ASKED, P.DATE, P.FLOOR, P.PAUSED, P.BREAK)
_VOICE = (P.IDLE, P.INVITED, *_RITUAL)
_FREE = (P.IDLE, P.INVITED)


def _at(action: Action, *places: Place) -> dict[Place, Action]:
    return dict.fromkeys(places, action)


TABLE: Mapping[str, Mapping[Place, Action]] = {
    "StartRitual": _at(A.START_RITUAL, *_FREE),
    "StartTurns": _at(A.START_TURNS, *_FREE),
    "GiveQuestion": _at(A.QUESTION, *_FREE),
    "AnotherQuestion": _at(A.NEXT_QUESTION, *_FREE) | _at(A.OTHER_QUESTION, P.TALK, P.FLOOR),
    "SkipQuestion": _at(A.PASS_QUESTION, P.IDLE, P.TALK, P.FLOOR) | _at(A.CUT_IN, P.SPEAKING),
    "LighterQuestion": _at(A.LIGHTER, P.IDLE, P.TALK, P.FLOOR),
    "DeeperQuestion": _at(A.DEEPER, P.IDLE, P.TALK, P.FLOOR),
    "Yes": _at(A.SAY_YES, P.ASKED) | _at(A.SAME_DATE, P.DATE) | _at(A.ACCEPT, P.INVITED),
    "No": _at(A.SAY_NO, P.ASKED, P.DATE) | _at(A.DECLINE, P.INVITED),
    "NotNow": _at(A.SAY_NO, P.ASKED, P.DATE) | _at(A.DECLINE, P.INVITED),
    "AgreeSameTime": _at(A.SAME_DATE, P.DATE),
    "AgreeDate": _at(A.SET_DATE, P.DATE),
    "Done": _at(A.END_TURN, P.FLOOR) | _at(A.END_REST, P.TALK, P.QUIET),
    "Pass": _at(A.PASS_TURN, P.FLOOR)
    | _at(A.SAY_NO, P.ASKED, P.DATE)
    | _at(A.PASS_QUESTION, P.IDLE, P.TALK)
    | _at(A.DECLINE, P.INVITED),
    "MoreTime": _at(A.MORE_TIME, P.FLOOR, P.TALK, P.QUIET),
    "TimeLeft": _at(A.TIME_LEFT, P.FLOOR, P.TALK, P.QUIET, P.PAUSED, P.BREAK),
    "Pause": _at(A.PAUSE, P.FLOOR, P.TALK, P.QUIET, P.ASKED, P.DATE),
    "Continue": _at(A.CONTINUE, P.PAUSED) | _at(A.END_REST, P.TALK, P.QUIET, P.BREAK),
    "Stop": _at(A.STOP, *_RITUAL, P.SPEAKING)
    | _at(A.STOP_OR_PAUSE, P.FLOOR, P.TALK)
    | {P.IDLE: A.NOTHING_TO_STOP, P.INVITED: A.DECLINE},
    "StartOver": _at(A.START_OVER, *_RITUAL),
    "Repeat": _at(A.REPEAT, P.IDLE, P.TALK, P.QUIET, P.ASKED, P.DATE, P.FLOOR, P.PAUSED)
    | _at(A.SAY_AGAIN, P.SPEAKING),
    "Louder": _at(A.LOUDER, *_VOICE),
    "Quieter": _at(A.QUIETER, *_VOICE),
    "Slower": _at(A.SLOWER, *_VOICE),
    "Faster": _at(A.FASTER, *_VOICE),
    "Help": _at(A.HELP, *_VOICE),
    "WhatDoYouRecord": _at(A.RECORD, *_VOICE),
    "GoToSleep": _at(A.SLEEP, *_FREE, P.PAUSED),
    "WakeUp": _at(A.WAKE, P.ASLEEP),
    "TakeBreak": _at(A.BREAK, *_FREE, P.TALK, P.QUIET, P.ASKED, P.DATE, P.FLOOR, P.PAUSED),
    "BusinessTalk": _at(A.BUSINESS, P.TALK, P.FLOOR),
    "HelpPage": _at(A.HELP_PAGE, *_VOICE),
    "GiveStarter": _at(A.STARTER, P.IDLE, P.FLOOR, P.PAUSED),
    "Explain": _at(A.EXPLAIN, P.IDLE, P.FLOOR, P.PAUSED),
    "ForgetEverything": _at(A.FORGET, P.IDLE),
    "NextDate": _at(A.NEXT_DATE, P.IDLE),
    "CancelDate": _at(A.CANCEL_DATE, P.IDLE),
}

BARE_ON_THE_FLOOR = frozenset({"Stop"})


def action_for(intent: str, place: Place) -> Action | None:
    """What the intent does at this place; None if it means nothing there."""
    return TABLE.get(intent, {}).get(place)


@cache
def listening(place: Place) -> ListenFor:
    """What may be heard at this place, and what of it without the assistant's name."""
    intents = frozenset(name for name, row in TABLE.items() if place in row)
    bare = intents & BARE_ON_THE_FLOOR if place is Place.FLOOR else intents
    return ListenFor(place.state, intents, bare)
