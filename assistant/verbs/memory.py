"""The verbs about what is remembered: appointments and forgetting."""

from assistant.config import state_folder
from assistant.memory import Memory


def opened_memory() -> Memory:
    """The household's memory, as a context manager.

    Raises:
        BadState: the state folder cannot be used.
    """
    return Memory.open(state_folder())
