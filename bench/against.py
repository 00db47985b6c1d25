"""Compares two binaries of feedmill: the median of each job, and the ratio of new to old.

    python3 against.py RESULTS.jsonl

Runs are paired by round, so that a slow minute of the machine falls on both; the ratio is the median of the pairs'.
"""

import json
import statistics
import sys
from collections import defaultdict


def main():
    runs = defaultdict(list)
    with open(sys.argv[1], encoding="utf-8") as lines:
        for run in map(json.loads, lines):
            who, job = run["job"].split()
            runs[run["size"], job, who].append(run)
    print("| seeds | job | rounds | wall, old | wall, new | new ÷ old: wall | CPU | peak memory |")
    print("| --: | --- | --: | --: | --: | --: | --: | --: |")
    for size, job, who in list(runs):
        if who != "new":
            continue
        old, new = runs[size, job, "old"], runs[size, job, "new"]

        def ratio(what):
            return statistics.median(n[what] / o[what] for o, n in zip(old, new, strict=True))

        wall = [1000 * statistics.median(run["wall"] for run in side) for side in (old, new)]
        parts = " | ".join(f"{ratio(what):.2f}" for what in ("wall", "cpu", "maxrss"))
        print(f"| {size:,} | {job} | {len(new)} | {wall[0]:.0f} ms | {wall[1]:.0f} ms | {parts} |")


main()
