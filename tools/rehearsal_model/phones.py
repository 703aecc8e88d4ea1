"""The speech sounds of the model, and the British form of a pronunciation."""

from __future__ import annotations

from collections.abc import Iterable

Pronunciation = tuple[str, ...]

#: The CMU dictionary's phones, without stress.
PHONES = (
    *("AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY"),
    *("F", "G", "HH", "IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY"),
    *("P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH"),
)
VOWELS = frozenset(phone for phone in PHONES if phone[0] in "AEIOU")

#: More variants of a word than this only blur it.
MOST_VARIANTS = 6


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
