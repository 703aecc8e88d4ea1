"""How alike two texts sound: the measure of the second look.

An open decoder slips on homophones ("there" and "their") and word borders ("chicken", "check in"),
so texts are compared by what is heard: Metaphone codes without word borders.
"""

import jellyfish


def sound_of(text: str) -> str:
    """Give the Metaphone code of a whole text, without word borders."""
    return "".join(jellyfish.metaphone(word) for word in text.split())
