"""Filling in spoken sentences: names and times, in words made to be heard."""

import re
import string
from collections.abc import Mapping, Sequence

from assistant.events import When
from assistant.schema import Lines

_BEGINNING = re.compile(r"(?:^|(?<=[.?!] ))[^\W\d_]")
"""The first letter of each sentence."""


def placeholders(text: str) -> set[str]:
    """The names in braces in a sentence.

    Raises:
        ValueError: the braces do not match, or hold anything but a plain name.
    """
    names = set()
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if spec or conversion or not name.isidentifier():
            raise ValueError(f"{{{name}}} is not a placeholder")
        names.add(name)
    return names


def fill(text: str, values: Mapping[str, str]) -> str:
    """The sentence with its placeholders filled; names that are not there are an error."""
    return " ".join(text.format_map(values).split())


def address(
    text: str,
    lines: Lines,
    assistant: str,
    names: Sequence[str],
    position: int | None = None,
    seconds: float = 0.0,
) -> str:
    """The sentence as it is said to these people, and shown: it begins with a capital letter.

    Args:
        text: template.
        lines: for times in words.
        assistant: its own name.
        names: of the people, the first one first.
        position: of `{speaker}` and `{partner}` among them; None if it is said to nobody apart.
        seconds: what `{minutes}` stands for.
    """
    values = {
        "name": assistant,
        "everyone": spoken_names(names, lines),
        "first": names[0],
        "second": names[1 % len(names)],
        "minutes": spoken_time(seconds, lines),
    }
    if position is not None:
        values["speaker"] = values["partner"] = names[position % len(names)]
        values["listener"] = names[(position + 1) % len(names)]
    filled = fill(text, values)
    return _BEGINNING.sub(lambda letter: letter[0].upper(), filled)


def spoken_number(number: int, lines: Lines) -> str:
    """A number in words where the language pack knows it, else in digits."""
    return lines.numbers.get(number, str(number))


def spoken_time(seconds: float, lines: Lines) -> str:
    """A length of time in words: "thirty seconds", "one minute", "two and a half minutes"."""
    whole = round(seconds)
    if whole % 60 and whole < 100:  # more is easier to hear in minutes
        return fill(lines.some_seconds, {"number": spoken_number(whole, lines)})
    minutes, rest = divmod(whole, 60)
    if rest == 30:
        return fill(lines.minutes_and_a_half, {"number": spoken_number(minutes, lines)})
    minutes = max(1, round(whole / 60))
    if minutes == 1:
        return lines.one_minute
    return fill(lines.some_minutes, {"number": spoken_number(minutes, lines)})


def spoken_names(names: Sequence[str], lines: Lines) -> str:
    """Names in one breath: "Ann, Bo and Cy"."""
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} {lines.and_word} {names[-1]}"


def spoken_date(when: When, lines: Lines) -> str:
    """A date in words: "Sunday at eight o'clock in the evening"."""
    if not when.day:
        return lines.date_same
    day = lines.days.get(when.day, when.day)
    if when.time:
        day = fill(lines.date_at, {"day": day, "time": _spoken_clock(when.time, lines)})
    return f"{day} {lines.days.get(when.half, '')}".strip()


def _spoken_clock(time: str, lines: Lines) -> str:
    """A time of day, given as ``H:MM``, in words: "eight o'clock", "half past eight"."""
    hour, minute = (int(part) for part in time.split(":"))
    form = {0: lines.oclock, 30: lines.half_past}.get(minute, lines.hour_and_minute)
    words = {"number": spoken_number(hour, lines), "minute": spoken_number(minute, lines)}
    return fill(form, words)
