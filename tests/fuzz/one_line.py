"""What every refusal must be: one line for a person, fit to be printed on a terminal."""

from collections.abc import Callable
from typing import TypeVar

from assistant.errors import BadInput

LONGEST = 600
"""Characters."""

Result = TypeVar("Result")


def refused_or(load: Callable[[], Result]) -> Result | None:
    """What was loaded, or nothing after a refusal in one clear line; any other error passes."""
    try:
        return load()
    except BadInput as error:
        line = str(error)
        assert line.isprintable(), line
        assert 0 < len(line) <= LONGEST, line
        return None
