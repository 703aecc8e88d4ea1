"""The assistant's name, as the speech model can hear it."""

from collections.abc import Callable

from assistant.errors import BadConfiguration


def heard_name(name: str, knows: Callable[[str], bool]) -> str:
    """Spell a name in words that the speech model knows: "turntable" may become "turn table".

    Args:
        name: as it stands in the configuration, in lower case.
        knows: whether the model's vocabulary has a word.

    Raises:
        BadConfiguration: a word is not known and is not made of two known ones.
    """
    return " ".join(_heard_word(word, knows) for word in name.split())


def _heard_word(word: str, knows: Callable[[str], bool]) -> str:
    if knows(word):
        return word
    halves = [(word[:cut], word[cut:]) for cut in range(2, len(word) - 1)]
    known = [(first, second) for first, second in halves if knows(first) and knows(second)]
    if not known:
        raise BadConfiguration(
            f'the speech model does not know the name "{word}"',
            remedy='set `name` to ordinary words, such as "turn table"',
        )
    return " ".join(max(known, key=lambda halves: min(map(len, halves))))
