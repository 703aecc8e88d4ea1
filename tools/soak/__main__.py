"""Lives through a day, writes `docs/soak.png` and `docs/soak.json`, and fails if anything grew.

python -m tools.soak [HOURS]
"""

import json
import logging
import sys
import tempfile
import time
from pathlib import Path

from tools.soak.day import Sample, live_a_day
from tools.soak.verdict import FIRST, growth, hourly, judge, settled

DOCS = Path(__file__).resolve().parents[2] / "docs"
WHOLE = 24
"""Hours whose figures are kept in `docs/`."""


def show(now: Sample) -> None:
    """Say how far the day is."""
    print(f"{now.hours:5.1f} h  {now.memory:6.1f} MiB  {now.threads} threads", file=sys.stderr)


def main(hours: int = WHOLE) -> int:
    """Live, measure, draw."""
    logging.disable(logging.WARNING)  # every injected fault would be told
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        day = live_a_day(Path(folder), hours=hours, show=show)
    problems = judge(day)
    report = {
        "simulated_hours": hours,
        "real_minutes": round((time.monotonic() - began) / 60, 1),
        "processor_minutes": round(time.process_time() / 60, 1),
        "memory_mib": round(day.samples[-1].memory, 1),
        "memory_highest_mib": round(max(one.memory for one in day.samples), 1),
        "memory_of_the_second_hour_mib": round(hourly(day)[FIRST], 1),
        "memory_growth_percent": round(100 * growth(day), 2),
        "threads": sorted({one.threads for one in settled(day)}),
        "files": sorted({one.files for one in settled(day)}),
        "children": sorted({one.children for one in settled(day)}),
        "check_ins_asked_for": day.openings,
        "check_ins_closed": day.rituals,
        "records": day.records,
        "faults": day.faults,
        "memory_every_ten_minutes": [round(one.memory, 1) for one in day.samples],
        "problems": problems,
    }
    print(json.dumps(report))
    if hours >= WHOLE:
        from tools.soak.plot import draw  # noqa: PLC0415 - needs matplotlib

        (DOCS / "soak.json").write_text(json.dumps(report, indent=1) + "\n")
        draw(day, DOCS / "soak.png")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
