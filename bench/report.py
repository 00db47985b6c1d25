"""Prints the results of run.sh as Markdown: medians, ratios, growth, and which goals are reached.

    python3 report.py RESULTS VERSIONS
"""

import json
import math
import os
import platform
import sys
from collections import defaultdict
from pathlib import Path
from statistics import fmean, median

MIB = 1 << 20
LABELS = {
    "cold": "**feedmill**, cold build",
    "same": "**feedmill**, nothing changed",
    "added": "**feedmill**, one seed added",
    "edited": "**feedmill**, one seed edited",
    "percent": "**feedmill**, 1 % edited",
    "find": "limit: `find`, size and time of each file",
    "limit": "limit: open each file, read 512 bytes, all cores",
    "feedgen": "feedgen + BeautifulSoup (RSS, Atom)",
    "feedjs": "feed + cheerio (RSS, Atom, JSON)",
    "hugo": "Hugo (RSS, bodies as they are)",
    "eleventy": "Eleventy (RSS, bodies as they are)",
    "archive": "**feedmill**, archive of the main feed, cold",
    "cat": "limit: `cat` of all files, one core",
    "full": "**feedmill**, full history, cold",
    "equal": "**feedmill**, full history, only RSS and Atom of the whole, no cache",
    "feedgen_full": "feedgen + BeautifulSoup, full history (RSS, Atom)",
    "feedsmith_full": "feedsmith + cheerio, full history (RSS, Atom)",
    "jekyll_full": "Jekyll + jekyll-feed, full history (Atom, and a page for each article)",
    "version": "**feedmill** `--version`",
    "true": "limit: `true`",
}
# What the time of a job is divided by; others by a cold build.
BASES = {
    "full": "full",
    "equal": "equal",
    "feedgen_full": "equal",
    "feedsmith_full": "equal",
    "jekyll_full": "equal",
    "archive": "cat",
    "cat": "cat",
    "version": "true",
    "true": "true",
}


class Results:
    """Medians of the runs; a job that failed in any run has none."""

    def __init__(self, path):
        self.runs = defaultdict(list)
        for line in Path(path).read_text().splitlines():
            run = json.loads(line)
            self.runs[run["size"], run["job"]].append(run)
        self.sizes = sorted({size for size, _ in self.runs})

    def failed(self, size, job):
        return [run["exit"] for run in self.runs[size, job] if run["exit"] != 0]

    def get(self, size, job, what):
        if (size, job) not in self.runs or self.failed(size, job):
            return math.nan
        return median(run[what] for run in self.runs[size, job])

    def ratio(self, size, one, other):
        return self.get(size, one, "wall") / self.get(size, other, "wall")

    def growth(self, job, what):
        """Slope of the least-squares line through the logarithms."""
        points = [(math.log(size), math.log(self.get(size, job, what))) for size in self.sizes if size > 1000]
        mean_x, mean_y = (fmean(values) for values in zip(*points))
        square = sum((x - mean_x) ** 2 for x, _ in points)
        return sum((x - mean_x) * (y - mean_y) for x, y in points) / square if square else math.nan


def machine():
    info = Path("/proc/cpuinfo").read_text()
    model = next((line.split(": ")[1] for line in info.splitlines() if line.startswith("model name")), "CPU")
    return f"{len(os.sched_getaffinity(0))} cores of {model}, {platform.system()} {platform.release()}"


def seconds(value):
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s" if value < 20 else f"{value:.0f} s"


def row(results, size, job):
    runs = results.runs[size, job]
    if codes := results.failed(size, job):
        return f"| {LABELS[job]} | {len(runs)} | failed (exit {codes[0]}) | | | | |"
    walls = [run["wall"] for run in runs]
    wall, cpu, memory = (results.get(size, job, what) for what in ("wall", "cpu", "maxrss"))
    base = BASES.get(job, "cold")
    return (
        f"| {LABELS[job]} | {len(runs)} | {seconds(wall)} | {seconds(min(walls))} – {seconds(max(walls))} "
        f"| {seconds(cpu)} | {memory / MIB:.1f} MiB | {results.ratio(size, job, base):.2f} |"
    )


def goals(results):
    """Rows of the table of goals: workload, what is compared, value, comparison and bound."""
    cores = len(os.sched_getaffinity(0))
    # In a quick run, the largest corpus stands in for the missing ones.
    small, large = (min(size, results.sizes[-1]) for size in (100_000, 1_000_000))
    get, ratio = results.get, results.ratio

    def longer_than_true(size, job):
        return 1000 * (get(size, job, "wall") - get(10, "true", "wall"))

    busy = get(small, "full", "cpu") / get(small, "full", "wall") / cores
    cpu = get(small, "feedgen_full", "cpu") / get(small, "equal", "cpu")
    yield f"full history, {small:,}", "feedgen ÷ feedmill", ratio(small, "feedgen_full", "full"), ">=", 12
    yield f"full history, {small:,}", "memory, MiB", get(small, "full", "maxrss") / MIB, "<=", 160
    yield f"full history, {small:,}", f"{cores} cores busy", busy, ">=", 0.95
    yield f"full history, equal work, {small:,}", "feedgen ÷ feedmill", ratio(small, "feedgen_full", "equal"), ">=", 20
    yield f"full history, equal work, {small:,}", "the same, CPU time", cpu, ">=", 11
    yield f"archive, {large:,}, cold", "feedmill ÷ `cat`", ratio(large, "archive", "cat"), "<=", 12
    yield f"archive, {large:,}, cold", "memory, MiB", get(large, "archive", "maxrss") / MIB, "<=", 256
    yield f"cold build, {small:,}", "feedmill ÷ open and read", ratio(small, "cold", "limit"), "<=", 1.3
    yield f"cold build, {small:,}", "Hugo ÷ feedmill", ratio(small, "hugo", "cold"), ">=", 20
    yield f"nothing changed, {large:,}", "feedmill ÷ `find`", ratio(large, "same", "find"), "<=", 0.35
    yield f"one added, {large:,}", "÷ nothing changed", ratio(large, "added", "same"), "<=", 1.02
    yield "`--version`", "ms more than `true`", longer_than_true(10, "version"), "<=", 3
    yield "build of 10 seeds", "ms more than `true`", longer_than_true(10, "cold"), "<=", 3
    yield f"memory, {large:,}", "cold, MiB", get(large, "cold", "maxrss") / MIB, "<=", 64
    span = f"growth, {results.sizes[-1]:,} at most"
    yield span, "exponent of time, cold", results.growth("cold", "wall"), "<=", 1.05
    yield span, "exponent of memory, cold", results.growth("cold", "maxrss"), "<=", 0.3


def verdict(value, sign, bound):
    if math.isnan(value):
        return "not measured"
    return "reached" if (value >= bound if sign == ">=" else value <= bound) else "**missed**"


def main(path, versions):
    results = Results(path)
    print(f"{machine()}. {versions}; peers as in `bench/peers/`.")
    print("Medians, each run with a warm page cache, the jobs in turn. Feeds have 50 entries, except full histories.")
    print("feedmill writes RSS, Atom and JSON of the whole and of each of five sections; peers what their row says.")
    print("The ratio is that of wall times, to feedmill's cold build; of full histories to its full history, where the")
    print("work is equal; of an archive to `cat`.")
    for size in results.sizes:
        print(f"\n### {size:,} seeds\n")
        print("| | runs | wall | from – to | CPU | peak memory | ratio |")
        print("| --- | --: | --: | --: | --: | --: | --: |")
        for job in LABELS:
            if (size, job) in results.runs:
                print(row(results, size, job))
    print("\n### Goals\n")
    print("| workload | what | goal | here | |")
    print("| --- | --- | --: | --: | --- |")
    for workload, what, value, sign, bound in goals(results):
        here = "" if math.isnan(value) else f"{value:.2f}"
        print(f"| {workload} | {what} | {sign} {bound} | {here} | {verdict(value, sign, bound)} |")
    size = min(100_000, results.sizes[-1])
    feedgen, hugo = (results.ratio(size, peer, "limit") for peer in ("feedgen", "hugo"))
    print(f"\nWith {size:,} seeds, feedgen ÷ open and read is {feedgen:.1f}, Hugo ÷ open and read {hugo:.1f}:")
    print("about the most that a cold build which reads each head can reach.")


main(*sys.argv[1:])
