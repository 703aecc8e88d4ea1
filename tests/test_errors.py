"""Every error is one line for the person who can mend it, and stands in the drawn tree."""

import inspect
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import errors
from assistant.cli import main
from assistant.errors import BadContent, BadInput, PartFailed, TurntableError


def classes() -> dict[str, type[Exception]]:
    """The errors of the module."""
    found = vars(errors).items()
    return {name: it for name, it in found if isinstance(it, type) and issubclass(it, Exception)}


def drawn() -> dict[str, str]:
    """The tree of the docstring: each error with the one above it."""
    above: list[str] = []
    tree = {}
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"    ([│├└─ ]*)(\w+)", line)
        if found:
            depth = len(found[1]) // 4
            tree[found[2]] = above[depth - 1] if depth else ""
            above[depth:] = [found[2]]
    return tree


def test_the_tree_that_is_drawn_is_the_tree_that_is_there() -> None:
    bases = {name: it.__bases__[0].__name__ for name, it in classes().items()}
    assert drawn() == bases | {"TurntableError": ""}


@pytest.mark.parametrize("error", classes().values())
def test_every_error_says_what_happened(error: type[Exception]) -> None:
    assert issubclass(error, TurntableError)
    assert inspect.getdoc(error)


def test_what_a_person_gave_us_is_told_with_place_and_remedy() -> None:
    error = BadContent("is unfair", file=Path("a/b.yaml"), line=3, remedy="give both the same")
    assert str(error) == "a/b.yaml:3: is unfair (give both the same)"
    assert (error.file, error.line, error.problem) == ("a/b.yaml", 3, "is unfair")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (BadInput("it is broken"), "it is broken"),
        (BadInput("it is broken", remedy="mend it"), "it is broken (mend it)"),
        (BadInput("it is broken", file="x.yaml"), "x.yaml: it is broken"),
        (BadInput("it is\n  broken"), "it is broken"),
    ],
)
def test_what_is_not_known_is_left_out(error: BadInput, line: str) -> None:
    assert str(error) == line


def test_a_part_that_failed_is_no_bad_input() -> None:
    """The one ends the command with exit code 2, the other is rebuilt."""
    assert not issubclass(PartFailed, BadInput)
    assert str(PartFailed("no blocks arrive")) == "no blocks arrive"


@pytest.mark.parametrize("error", classes().values())
def test_each_ends_the_command_in_one_line_with_its_exit_code(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error("it is broken")

    monkeypatch.setattr("assistant.verbs.status.show_status", fail)
    with pytest.raises(SystemExit) as ended:
        main.main(["status"])
    assert ended.value.code == (2 if issubclass(error, BadInput) else 1)
    assert capsys.readouterr() == ("", "turntable: it is broken\n")


def test_an_error_that_nobody_raises_on_purpose_is_not_hushed_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("assistant.verbs.status.show_status", fail)
    with pytest.raises(ZeroDivisionError):
        main.main(["status"])


@settings(derandomize=True, deadline=None)
@given(st.text(), st.text(), st.text(), st.integers(0, 99))
def test_it_is_always_one_line(problem: str, file: str, remedy: str, line: int) -> None:
    assert len(str(BadInput(problem, file=file, remedy=remedy, line=line)).splitlines()) <= 1
