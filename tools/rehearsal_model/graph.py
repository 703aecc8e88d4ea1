"""Writes ``graph/``: what may follow what, as OpenFst transducers that Vosk composes.

``HCLr.fst`` turns transition ids into words; ``Gr.fst`` is the default grammar, any
sequence of known words.  Vosk puts the grammar of the moment in its place.
Costs are negative natural logarithms.
"""

from __future__ import annotations

import math
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tools.rehearsal_model import hmm
from tools.rehearsal_model.balance import Balance
from tools.rehearsal_model.lexicon import Lexicon
from tools.rehearsal_model.phones import Pronunciation

UNKNOWN_WORD = "[unk]"
HALF = -math.log(0.5)

#: Where Debian keeps OpenFst's plugins, in a folder named after the architecture or not.
PLUGIN = "olabel_lookahead-fst.so"
PLUGIN_ROOTS = ("/usr/lib", "/usr/local/lib")


class MissingTool(Exception):
    """A program or plugin that builds the graph is not installed."""


@dataclass
class Fst:
    """A transducer under construction: arcs are (from, to, input, output, cost)."""

    arcs: list[tuple[int, int, int, int, float]] = field(default_factory=list)
    finals: dict[int, float] = field(default_factory=dict)
    states: int = 0

    def state(self) -> int:
        """A new state; the first is the start."""
        self.states += 1
        return self.states - 1

    def arc(self, start: int, end: int, label: int = 0, word: int = 0, cost: float = 0.0) -> None:
        self.arcs.append((start, end, label, word, cost))

    def looping_state(self, label: int) -> int:
        """A new state that repeats a transition."""
        state = self.state()
        self.arc(state, state, label, 0, HALF)
        return state

    def text(self) -> str:
        """The transducer as ``fstcompile`` reads it: the start state's arcs first."""
        ordered = sorted(self.arcs, key=lambda arc: (arc[0] != 0, arc[0], arc[3], arc[2]))
        lines = [f"{a} {b} {label} {word} {cost:.5f}" for a, b, label, word, cost in ordered]
        lines += [f"{state} {cost:.5f}" for state, cost in self.finals.items()]
        return "\n".join(lines) + "\n"


class LexiconGraph:
    """All pronunciations as one prefix tree of HMM states, with silence between words."""

    def __init__(self, lexicon: Lexicon, word_ids: dict[str, int], balance: Balance) -> None:
        self.fst = Fst()
        self._balance = balance
        self._begin()
        self._nodes: dict[tuple[int, ...], int] = {}
        self._ends: dict[int, int] = {}
        for word, pronunciations in lexicon.items():
            for pronunciation in pronunciations:
                self._word(pronunciation, word_ids[word])
        self._unknown(word_ids[UNKNOWN_WORD])

    def _begin(self) -> None:
        """Silence is as likely as not before the first word and after each."""
        fst = self.fst
        start, self._between = fst.state(), fst.state()
        self._optional_silence(start)
        self._after_word = fst.state()
        self._optional_silence(self._after_word)
        fst.finals[self._between] = 0.0

    def _optional_silence(self, source: int) -> None:
        loop, enter = hmm.transitions(hmm.SILENCE)
        silence = self.fst.looping_state(loop)
        self.fst.arc(source, silence, enter, 0, HALF + HALF)
        self.fst.arc(source, self._between, cost=HALF)
        self.fst.arc(silence, self._between)

    def _word(self, pronunciation: Pronunciation, word_id: int) -> None:
        """Words share their first sounds; the word is named where its last sound begins."""
        *body, last = positioned(pronunciation)
        node = self._between
        for length, phone_id in enumerate(body, 1):
            node = self._tree_node(tuple(body[:length]), node, phone_id)
        cost = HALF + self._balance.word
        self.fst.arc(node, self._end(last), hmm.transitions(last)[1], word_id, cost)

    def _tree_node(self, prefix: tuple[int, ...], parent: int, phone_id: int) -> int:
        if prefix not in self._nodes:
            loop, enter = hmm.transitions(phone_id)
            self._nodes[prefix] = self.fst.looping_state(loop)
            self.fst.arc(parent, self._nodes[prefix], enter, 0, HALF)
        return self._nodes[prefix]

    def _end(self, phone_id: int) -> int:
        """All words that end in the same sound share its state."""
        if phone_id not in self._ends:
            self._ends[phone_id] = self.fst.looping_state(hmm.transitions(phone_id)[0])
            self.fst.arc(self._ends[phone_id], self._after_word)
        return self._ends[phone_id]

    def _unknown(self, word_id: int) -> None:
        """``[unk]``: two or more speech sounds in any order."""
        fst = self.fst
        entry, hub = fst.state(), fst.state()
        fst.arc(self._between, entry, 0, word_id, self._balance.unknown)
        cost = self._balance.unknown_sound + HALF
        for sound in range(1, hmm.N_CLASSES):
            stay, onward, out = hmm.unknown_transitions(sound)
            middle, last = fst.looping_state(stay), fst.looping_state(stay)
            fst.arc(entry, middle, onward, 0, cost)
            fst.arc(hub, middle, onward, 0, cost)
            fst.arc(hub, last, out, 0, cost)
            fst.arc(middle, hub)
            fst.arc(last, self._after_word)


def positioned(pronunciation: Pronunciation) -> list[int]:
    """The phone ids of a word, each in the form for its place in the word."""
    last = len(pronunciation) - 1
    forms = ["I"] * len(pronunciation)
    forms[0], forms[last] = "B", "E"
    if last == 0:
        forms[0] = "S"
    return [hmm.PHONE_ID[phone, form] for phone, form in zip(pronunciation, forms, strict=True)]


def free_speech(word_ids: Iterable[int], cost: float) -> Fst:
    """Any sequence of words, each at the same cost."""
    fst = Fst()
    state = fst.state()
    for word_id in word_ids:
        fst.arc(state, state, word_id, word_id, cost)
    fst.finals[state] = 0.0
    return fst


def write(folder: Path, lexicon: Lexicon, balance: Balance) -> None:
    """Write the whole graph folder for the words of the lexicon."""
    (folder / "phones").mkdir(parents=True)
    first_ids = {word: number for number, word in enumerate([UNKNOWN_WORD, *sorted(lexicon)], 1)}
    relabelled = folder / "relabelled.txt"
    compile_fst(
        LexiconGraph(lexicon, first_ids, balance).fst,
        folder / "HCLr.fst",
        "--fst_type=olabel_lookahead",
        f"--save_relabel_opairs={relabelled}",
    )
    new_ids = _read_pairs(relabelled)  # the look-ahead type renumbers the words
    relabelled.unlink()
    word_ids = {word: new_ids[number] for word, number in first_ids.items()}
    free = free_speech(word_ids.values(), balance.free_word)
    compile_fst(free, folder / "Gr.fst", "--fst_type=const")
    _write_words(folder / "words.txt", word_ids)
    _write_word_boundaries(folder / "phones" / "word_boundary.int")
    # The graph is never determinised with a grammar, so the one id named here is unused.
    (folder / "disambig_tid.int").write_text(f"{hmm.N_TRANSITIONS + 1}\n", encoding="ascii")


def _read_pairs(path: Path) -> dict[int, int]:
    rows = (line.split() for line in path.read_text(encoding="ascii").splitlines())
    return {int(old): int(new) for old, new in rows}


def _write_words(path: Path, word_ids: dict[str, int]) -> None:
    rows = sorted([("<eps>", 0), *word_ids.items()], key=lambda row: row[1])
    path.write_text("".join(f"{word} {number}\n" for word, number in rows), encoding="ascii")


def _write_word_boundaries(path: Path) -> None:
    rows = [(hmm.SILENCE, "nonword")]
    rows += [(number, hmm.POSITIONS[form]) for (_, form), number in hmm.PHONE_ID.items()]
    rows += [(hmm.UNKNOWN, "singleton")]
    text = "".join(f"{number} {place}\n" for number, place in sorted(rows))
    path.write_text(text, encoding="ascii")


def compile_fst(fst: Fst, path: Path, *convert: str) -> None:
    """Compile with OpenFst's own programs; ``convert`` are arguments of ``fstconvert``."""
    environment = dict(os.environ, LD_LIBRARY_PATH=str(plugin_folder()))
    data = fst.text().encode("ascii")
    for command in (["fstcompile"], ["fstarcsort", "--sort_type=olabel"], ["fstconvert", *convert]):
        try:
            done = subprocess.run(
                command, input=data, capture_output=True, check=True, env=environment
            )
        except FileNotFoundError:
            raise MissingTool(f"{command[0]} is missing: install libfst-tools") from None
        data = done.stdout
    path.write_bytes(data)


def plugin_folder() -> Path:
    """Where the look-ahead plugin lies; OpenFst finds it through the library path."""
    for root in PLUGIN_ROOTS:
        for pattern in ("fst", "fst/*", "*/fst", "*/fst/*"):
            for plugin in sorted(Path(root).glob(f"{pattern}/{PLUGIN}")):
                return plugin.parent
    raise MissingTool(f"{PLUGIN} is missing: install libfst22-plugins-base")
