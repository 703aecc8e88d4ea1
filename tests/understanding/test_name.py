"""The assistant's name in words that a speech model knows."""

import pytest

from assistant.errors import BadConfiguration
from assistant.understanding.name import heard_name


@pytest.mark.parametrize(
    ("name", "vocabulary", "heard"),
    [
        ("turntable", ("turntable", "turn", "table"), "turntable"),
        ("turntable", ("turn", "table"), "turn table"),
        ("turn table", ("turn", "table"), "turn table"),
        ("hey turntable", ("hey", "turn", "table"), "hey turn table"),
        # of several ways to split it, the one into words of about the same length
        ("turntable", ("tu", "rntable", "turn", "table", "turnta", "ble"), "turn table"),
    ],
)
def test_a_name_is_spelled_in_known_words(
    name: str, vocabulary: tuple[str, ...], heard: str
) -> None:
    assert heard_name(name, frozenset(vocabulary).__contains__) == heard


@pytest.mark.parametrize("name", ["xyzzy", "turn xyzzy", "a", "turntables"])
def test_an_unknown_name_is_refused_with_a_remedy(name: str) -> None:
    with pytest.raises(BadConfiguration) as error:
        heard_name(name, frozenset({"turn", "table"}).__contains__)
    assert name.rsplit(maxsplit=1)[-1] in str(error.value)
    assert "turn table" in error.value.remedy
