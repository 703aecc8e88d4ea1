"""How well the ear hears commands, and how well it ignores everything else: measured.

`python -m benchmarks` (or `make bench`) makes its corpora, runs our ear and two usual loops on the
same sound, and writes `report.md`, its plots and `results.json` here. See README.md.
"""
