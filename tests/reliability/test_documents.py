"""The fault table names tests that exist, and the soak's figures are those of a day that passed."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))


def test_every_row_of_the_table_names_a_test() -> None:
    table = TEXT.split("## Faults")[1].split("\n## ")[0]
    faults = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(faults) > 15
    assert all("::test_" in row for row in faults)


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_the_tests_of_the_table_exist(file: str, test: str) -> None:
    assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8")


def test_the_figures_are_those_of_the_last_soak() -> None:
    report = json.loads((ROOT / "docs/soak.json").read_text(encoding="utf-8"))
    assert report["problems"] == []
    assert report["simulated_hours"] == 24
    for figure in ("after_the_first_hour", "lowest_after", "highest_after", "at_the_end"):
        assert f"{report[f'memory_{figure}_mib']} MiB" in TEXT
    assert f"{report['memory_rose_percent']} % above" in TEXT
    assert f"{report['memory_fell_percent']} % below" in TEXT
    assert f"{report['check_ins']}, {report['check_ins_closed']}" in TEXT
