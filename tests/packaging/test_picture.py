"""The README's picture: made of a timeline's records, and fetching nothing."""

from assistant.timeline import Record
from tools.picture import picture


def turn(t: float, *between: Record) -> list[Record]:
    """A turn of thirty seconds."""
    mark = {"partner": 1, "seconds": 30.0}
    return [
        Record(t, "turn", {"event": "start", **mark}),
        *between,
        Record(t + 30, "turn", {"event": "end", **mark}),
    ]


def test_the_highlights_are_drawn_and_the_rest_is_left_out() -> None:
    paused = Record(75.0, "turn", {"event": "paused", "partner": 1, "seconds": 30.0})
    said = [Record(t, "say", {"text": f"sentence-{t:.0f}"}) for t in (0.0, 35.0, 65.0, 110.0)]
    records = [
        *(said[0], *turn(1.0)),
        *(said[1], *turn(36.0)),
        *(said[2], *turn(70.0, paused)),
        said[3],
    ]

    svg = picture(records)

    assert [f"sentence-{t}" in svg for t in (0, 35, 65, 110)] == [True, False, True, True]


def test_looking_at_it_fetches_nothing() -> None:
    paused = Record(45.0, "turn", {"event": "paused", "partner": 1, "seconds": 30.0})

    svg = picture([*turn(1.0), *turn(40.0, paused)])

    assert "@font-face" not in svg
    assert "url(http" not in svg.replace('"', "")
