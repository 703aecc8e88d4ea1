"""Filling in spoken sentences: names and times, in words made to be heard."""

import string
from collections.abc import Mapping

from assistant.events import When
from assistant.schema import Lines


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


def spoken_number(number: int, lines: Lines) -> str:
    """A number in words where the language pack knows it, else in digits."""
    return lines.numbers.get(number, str(number))


def spoken_time(seconds: float, lines: Lines) -> str:
    """A length of time in words: "thirty seconds", "one minute", "five minutes"."""
    whole = round(seconds)
    if whole % 60 and whole < 120:
        return fill(lines.some_seconds, {"number": spoken_number(whole, lines)})
    minutes = max(1, round(whole / 60))
    if minutes == 1:
        return lines.one_minute
    return fill(lines.some_minutes, {"number": spoken_number(minutes, lines)})


def spoken_names(names: list[str], lines: Lines) -> str:
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
        hour, _, minute = when.time.partition(":")
        form = lines.half_past if minute == "30" else lines.oclock
        time = fill(form, {"number": spoken_number(int(hour), lines)})
        day = fill(lines.date_at, {"day": day, "time": time})
    return f"{day} {lines.days[when.half]}" if when.half else day
