"""Creates the feeds for bench/check.sh, runs the programs and prints the table.

    python3 check.py make DIR
    python3 check.py run DIR FEEDMILL
    python3 check.py w3c FILE...            validates the files with the W3C validator in FEEDVALIDATOR
"""

import json
import os
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


def atom(rng, entries, size):
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
        "<id>https://town.example/</id>\n<title>Town</title>\n<updated>2023-10-31T21:15:02Z</updated>\n"
        '<link rel="self" href="https://town.example/atom.xml"/>\n<author><name>Ann</name></author>\n'
    ]
    for number in range(entries):
        body = "".join(paragraph(rng) for _ in range(size // 500 + 1))
        body = body.replace("&", "&amp;").replace("<", "&lt;")
        parts.append(
            f'<entry>\n<id>https://town.example/{number}</id>\n<title>Entry {number}</title>\n'
            f'<link href="https://town.example/{number}"/>\n<updated>2023-10-{number % 28 + 1:02}T21:15:02Z</updated>\n'
            f'<content type="html">{body}</content>\n</entry>\n'
        )
    return "".join(parts) + "</feed>\n"


def podcast(rng, episodes):
    parts = [
        HEAD.replace("<rss ", '<rss xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '),
        '<itunes:category text="News"/>\n<itunes:explicit>false</itunes:explicit>\n'
        '<itunes:image href="https://town.example/cover.jpg"/>\n'
        "<itunes:owner><itunes:email>ann@town.example</itunes:email></itunes:owner>\n",
    ]
    for number in range(episodes):
        parts.append(
            f"<item>\n<title>Episode {number}</title>\n<guid>https://town.example/{number}</guid>\n"
            "<pubDate>Tue, 31 Oct 2023 21:15:02 GMT</pubDate>\n"
            f"<description><![CDATA[{paragraph(rng)}]]></description>\n"
            f'<enclosure url="https://town.example/{number}.mp3" length="1234567" type="audio/mpeg"/>\n'
            f"<itunes:duration>{number + 60}</itunes:duration>\n<itunes:episode>{number + 1}</itunes:episode>\n</item>\n"
        )
    return "".join(parts) + "</channel>\n</rss>\n"


def mixed(rng, number):
    """One of 2,000 feeds: every fourth is Atom, every fourth a podcast; every tenth has a mistake."""
    items = rng.randrange(5, 30)
    made = [
        lambda: feed(rng, items, 900, False),
        lambda: atom(rng, items, 900),
        lambda: feed(rng, items, 900, True),
        lambda: podcast(rng, items),
    ][number % 4]()
    return made.replace("31 Oct", "32 Oct").replace("<updated>2023", "<updated>23", 1) if number % 10 == 9 else made


def make(folder):
    rng = random.Random(1)
    (folder / "mixed").mkdir(exist_ok=True)
    for number in range(2000):
        (folder / "mixed" / f"{number:04}.xml").write_text(mixed(rng, number))
    (folder / "cdata.xml").write_text(feed(rng, 1000, 4700, False))
    (folder / "escaped.xml").write_text(feed(rng, 1000, 4000, True))
    for number in range(1000):
        (folder / "small" / f"{number:04}.xml").write_text(feed(rng, 5, 500, False))


# Exit codes of `feedmill check`: 1 if a file has errors.
CHECKED = (0, 1)


def measure(command, count=5, expected=(0,), prefix=ONE_CORE):
    measured = subprocess.run(
        [sys.executable, pathlib.Path(__file__).with_name("measure.py"), "--runs", str(count), "--", *prefix, *command],
        capture_output=True,
        text=True,
        check=True,
    )
    runs = [json.loads(line) for line in measured.stdout.splitlines()]
    failed = [run for run in runs if run["exit"] not in expected]
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
            expected = CHECKED if command[0] == feedmill else (0,)
            wall, _ = measure([*command, *(files * times)], expected=expected)
            _, memory = measure([*command, *files], expected=expected)
            total, count = size * times, len(files) * times
            ratio = f"{memory / size:.1f}" if len(files) == 1 else ""
            program = pathlib.Path(command[0]).name + (" check" if command[0] == feedmill else "")
            print(
                f"| {name} ({size / 1e6:.1f} MB) | {program} | {wall * 1e3:.0f} ms | {total / wall / 1e6:.0f} "
                f"| {count / wall:.0f} | {memory / 2**20:.1f} MiB | {ratio} |",
                flush=True,
            )


def against_w3c(folder, feedmill):
    """Prints the time per file of the W3C validator, if there is one, for the mixed feeds in one process."""
    files = sorted(map(str, (folder / "mixed").iterdir()))
    size = sum(pathlib.Path(f).stat().st_size for f in files)
    command = [feedmill, "check", "--quiet", "--profile", "w3c", *files]
    own, _ = measure(command, expected=CHECKED)
    parallel, _ = measure(command, expected=CHECKED, prefix=[])
    rows = [("feedmill check, one core", own), (f"feedmill check, {os.cpu_count()} cores", parallel)]
    if os.environ.get("FEEDVALIDATOR"):
        # A ninth of the files, some of each kind, because it takes minutes.
        some = files[::9]
        start, _ = measure([sys.executable, __file__, "w3c"], 1)
        wall, _ = measure([sys.executable, __file__, "w3c", *some], 1)
        rows.append(("W3C feed validator", (wall - start) * len(files) / len(some)))
    print(f"\n| {len(files):,} mixed feeds ({size / 1e6:.1f} MB) | per file | times one core |")
    print("| --- | --: | --: |")
    for program, wall in rows:
        print(f"| {program} | {wall / len(files) * 1e3:.3f} ms | {wall / own:.1f} |")


def validate(files):
    """Validates files with the W3C validator."""
    sys.path.insert(0, os.environ["FEEDVALIDATOR"])
    import feedvalidator

    for file in files:
        with open(file, "rb") as stream:
            feedvalidator.validateStream(stream, firstOccurrenceOnly=1, base="https://town.example/rss.xml")


if sys.argv[1] == "w3c":
    validate(sys.argv[2:])
elif sys.argv[1] == "make":
    make(pathlib.Path(sys.argv[2]))
else:
    run(pathlib.Path(sys.argv[2]), sys.argv[3])
    against_w3c(pathlib.Path(sys.argv[2]), sys.argv[3])
