"""Lives through a day, writes `docs/soak.png` and `docs/soak.json`, and fails if anything grew.

python -m tools.soak [HOURS]
"""

import json
import logging
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tools.soak.day import HOUR, Day, Sample, live_a_day
from tools.soak.verdict import judge, settled, swing

DOCS = Path(__file__).resolve().parents[2] / "docs"
WHOLE = 24
"""Hours whose figures are kept in `docs/`."""
MODEL = "rehearsal"
"""The speech model, named with the figures: a bigger one takes more memory."""


def show(now: Sample) -> None:
    """Say how far the day is."""
    print(f"{now.hours:5.1f} h  {now.memory:6.1f} MiB  {now.threads} threads", file=sys.stderr)


def figures(day: Day) -> dict[str, object]:
    """What came of it, as it is kept."""
    after = settled(day)
    fell, rose = swing(day)
    return {
        "memory_after_the_first_hour_mib": round(after[0].memory, 1),
        "memory_lowest_after_mib": round(min(one.memory for one in after), 1),
        "memory_highest_after_mib": round(max(one.memory for one in after), 1),
        "memory_at_the_end_mib": round(after[-1].memory, 1),
        "memory_fell_percent": round(-100 * fell, 2),
        "memory_rose_percent": round(100 * rose, 2),
        "samples_after_the_first_hour": len(after),
        "threads": sorted({one.threads for one in after}),
        "files": sorted({one.files for one in after}),
        "children": sorted({one.children for one in after}),
        "check_ins": len(day.check_ins),
        "check_ins_asked_for": day.asked,
        "check_ins_closed": sum(one.closed for one in day.check_ins),
        "check_ins_not_closed": [
            {
                "hour": round(one.asked_at / HOUR, 2),
                "begun": one.begun_at is not None,
                "faults": one.within(day.faults),
            }
            for one in day.check_ins
            if not one.closed
        ],
        "records": day.records,
        "faults": dict(sorted(Counter(fault.kind for fault in day.faults).items())),
        "memory_every_ten_minutes": [round(one.memory, 1) for one in day.samples[::10]],
        "problems": judge(day),
    }


def main(hours: int = WHOLE) -> int:
    """Live, measure, draw."""
    logging.disable(logging.WARNING)  # every injected fault would be told
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        day = live_a_day(Path(folder), hours=hours, show=show)
    report = {
        "simulated_hours": hours,
        "model": MODEL,
        "real_minutes": round((time.monotonic() - began) / 60, 1),
        "processor_minutes": round(time.process_time() / 60, 1),
        **figures(day),
    }
    print(json.dumps(report))
    if hours >= WHOLE:
        from tools.soak.plot import draw  # noqa: PLC0415 - needs matplotlib

        (DOCS / "soak.json").write_text(json.dumps(report, indent=1) + "\n")
        draw(day, DOCS / "soak.png")
    return int(bool(report["problems"]))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
