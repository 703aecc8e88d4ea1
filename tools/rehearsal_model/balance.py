"""How the decoder weighs what it hears against what may be said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Balance:
    """Costs are negative natural logarithms, added up along every explanation of a sound."""

    #: What the network's scores count for.  Below 1 the grammar has a louder voice.
    acoustic_scale: float
    #: A frame of silence, before scaling.  Below 0: a clatter after a phrase is no further word.
    silence: float
    #: To begin a word.
    word: float
    #: To begin an ``[unk]``, and each of its sounds.
    unknown: float
    unknown_sound: float
    #: Any word, where no grammar is given.
    free_word: float


#: Chosen from the table that ``tune`` prints.
CHOSEN = Balance(
    acoustic_scale=0.4, silence=-6.0, word=0.0, unknown=1.2, unknown_sound=1.8, free_word=3.3
)
