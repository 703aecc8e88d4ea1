"""What README and docs quote of the benchmark is what the last report says."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def tables_of(text: str) -> list[str]:
    """Every Markdown table, as it stands."""
    tables: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.startswith("|"):
            tables[-1].append(line)
        elif tables[-1]:
            tables.append([])
    return ["\n".join(lines) for lines in tables if lines]


def test_the_report_is_of_a_full_run_with_the_rehearsal_model() -> None:
    about = json.loads(text_of("benchmarks/results.json"))["about"]

    assert not about["quick"]
    assert "rehearsal model" in about["model"]
    assert {"conversation", "read", "other-commands", "noise"} <= about["recordings"].keys()


@pytest.mark.parametrize(
    ("document", "heading", "source"),
    [
        ("README.md", "## How well it hears", "benchmarks/readme_snippet.txt"),
        ("docs/hearing.md", "## What each rule pays for", "benchmarks/report.md"),
    ],
)
def test_quoted_tables_are_those_of_the_last_report(
    document: str, heading: str, source: str
) -> None:
    section = text_of(document).split(heading)[1].split("\n## ")[0]
    quoted = tables_of(section)

    assert quoted
    assert all(table in tables_of(text_of(source)) for table in quoted)


def test_every_picture_of_the_report_is_there() -> None:
    named = [part.split(")")[0] for part in text_of("benchmarks/report.md").split("](")[1:]]
    pictures = [name for name in named if name.endswith(".png")]

    assert len(pictures) == 5
    assert all((ROOT / "benchmarks" / name).stat().st_size > 5_000 for name in pictures)
