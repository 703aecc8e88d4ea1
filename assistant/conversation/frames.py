"""What the stage keeps of a script that runs, and of the ritual it belongs to."""

from dataclasses import dataclass

from assistant.conversation.activities import Activity
from assistant.conversation.script import Script
from assistant.events import Intent


@dataclass(slots=True)
class Frame:
    """A script, the beat it has come to, and what goes on when it ends."""

    script: Script
    at: int = 0
    interrupted: Activity | None = None
    since: float = 0.0


@dataclass(slots=True)
class Run:
    """The ritual that is running.

    Attributes:
        name: of the ritual.
        started_by: the intent that started it.
        order: partners by position; the first starts.
        opened: somebody has had the floor already.
    """

    name: str
    started_by: Intent
    order: list[int]
    opened: bool = False
