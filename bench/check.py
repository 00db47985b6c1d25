"""Creates the feeds for bench/check.sh, runs the programs and prints the table.

    python3 check.py make DIR
    python3 check.py run DIR FEEDMILL
"""

import json
import pathlib
import random
import shutil
import statistics
import subprocess
import sys

WORDS = "the town hall clock stopped at noon and nobody noticed until the baker asked why bread was late again".split()
HEAD = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>Town</title>
<link>https://town.example/</link>
<description>News</description>
<language>en</language>
<atom:link rel="self" href="https://town.example/rss.xml" type="application/rss+xml"/>
"""
# How often one run reads the large feed, so that the start of the program does not matter.
TIMES = 40
# One core, to measure the checker and not the machine.
ONE_CORE = ["taskset", "-c", "0", "env", "RAYON_NUM_THREADS=1"]


def paragraph(rng):
    text = " ".join(rng.choice(WORDS) for _ in range(45))
    number = rng.randrange(10000)
    return (
        f'<p>{text} <a href="https://town.example/{number}">link</a> and <em>more</em> &amp; so.</p>\n'
        f'<figure><img src="https://town.example/{number}.jpg" alt="" width="640"><figcaption>{number}</figcaption></figure>\n'
    )


def feed(rng, items, size, escaped):
    parts = [HEAD]
    for number in range(items):
        body = ""
        while len(body) < size:
            body += paragraph(rng)
        if escaped:
            body = body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        else:
            body = f"<![CDATA[{body}]]>"
        parts.append(
            f"<item>\n<title>Entry {number}</title>\n<link>https://town.example/{number}</link>\n"
            f"<guid>https://town.example/{number}</guid>\n<pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate>\n"
            f"<description>Hello</description>\n<content:encoded>{body}</content:encoded>\n</item>\n"
        )
    return "".join(parts) + "</channel>\n</rss>\n"


def make(folder):
    rng = random.Random(1)
    (folder / "cdata.xml").write_text(feed(rng, 1000, 4700, False))
    (folder / "escaped.xml").write_text(feed(rng, 1000, 4000, True))
    for number in range(1000):
        (folder / "small" / f"{number:04}.xml").write_text(feed(rng, 5, 500, False))


def measure(command):
    measured = subprocess.run(
        [sys.executable, pathlib.Path(__file__).with_name("measure.py"), "--runs", "5", "--", *ONE_CORE, *command],
        capture_output=True,
        text=True,
        check=True,
    )
    runs = [json.loads(line) for line in measured.stdout.splitlines()]
    failed = [run for run in runs if run["exit"] != 0]
    if failed:
        sys.exit(f"bench: {command[0]} ended with {failed[0]['exit']}")
    return statistics.median(r["wall"] for r in runs), max(r["maxrss"] for r in runs)


def run(folder, feedmill):
    small = sorted(map(str, (folder / "small").iterdir()))
    xmllint = [["xmllint", "--noout"]] if shutil.which("xmllint") else []
    print("| files | program | time | MB/s | files/s | peak memory | memory ÷ file |")
    print("| --- | --- | --: | --: | --: | --: | --: |")
    for name, files, times in [("cdata.xml", [str(folder / "cdata.xml")], TIMES), ("escaped.xml", [str(folder / "escaped.xml")], TIMES), ("1,000 small", small, 1)]:
        size = sum(pathlib.Path(f).stat().st_size for f in files)
        for command in [[feedmill, "check", "--quiet"], *xmllint, ["cat"]]:
            wall, _ = measure([*command, *(files * times)])
            _, memory = measure([*command, *files])
            total, count = size * times, len(files) * times
            ratio = f"{memory / size:.1f}" if len(files) == 1 else ""
            program = pathlib.Path(command[0]).name + (" check" if command[0] == feedmill else "")
            print(
                f"| {name} ({size / 1e6:.1f} MB) | {program} | {wall * 1e3:.0f} ms | {total / wall / 1e6:.0f} "
                f"| {count / wall:.0f} | {memory / 2**20:.1f} MiB | {ratio} |",
                flush=True,
            )


folder = pathlib.Path(sys.argv[2])
make(folder) if sys.argv[1] == "make" else run(folder, sys.argv[3])
