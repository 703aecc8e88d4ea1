"""The rules of the ear, each of which the benchmark can switch off to show what it takes away."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rules hold. The assistant always uses all of them: `Rules()`."""

    short: bool = True
    """An utterance longer than any command is talk and is not decoded further."""
    unknown: bool = True
    """The grammar has ``[unk]`` besides the phrases."""
    whole: bool = True
    """A text must be one whole phrase; without it, holding a phrase is enough."""
    edges: bool = True
    """The first and the last word lie at the utterance's edges."""
    second_look: bool = True
    """Open decoding of the same sound must agree by sound."""
    addressed: bool = True
    """Only the bare intents of a moment act without the assistant's name."""
    early: bool = True
    """A whole phrase followed by a short local silence acts before the endpoint."""
