"""Creates a folder of episodes for bench/podcast.sh, runs the programs and prints the table.

    python3 podcast.py DIR FEEDMILL [EPISODES]
"""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

CONFIG = """base_url = "https://town.example/"
language = "en"
author = "Ann <ann@town.example>"
limit = 1000
media_url = "https://town.example/media/"
[podcast]
category = ["News"]
"""
# Settings of dir2cast: as many items as the feed of feedmill has, and files of any age.
DIR2CAST = "ITEM_COUNT = 1000\nMIN_FILE_AGE = 0\n"


def text_frame(name, text):
    body = b"\x03" + text.encode()
    size = bytes(len(body) >> shift & 127 for shift in (21, 14, 7, 0))
    return name + size + b"\0\0" + body


def episode(number):
    """An MP3 file of 60 seconds, 64 kbit/s, mono, with an ID3v2.4 tag."""
    frames = text_frame(b"TIT2", f"Episode {number}") + text_frame(b"TPE1", "Ann") + text_frame(b"TRCK", str(number))
    size = bytes(len(frames) >> shift & 127 for shift in (21, 14, 7, 0))
    audio = (b"\xff\xfb\x50\xc4" + bytes(204)) * 2297
    return b"ID3\x04\0\0" + size + frames + audio


def measure(command, folder, count):
    measured = subprocess.run(
        [sys.executable, pathlib.Path(__file__).with_name("measure.py"), "--runs", str(count), "--", *command],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    runs = [json.loads(line) for line in measured.stdout.splitlines()]
    if any(run["exit"] != 0 for run in runs):
        sys.exit(f"bench: {command[0]} failed")
    return statistics.median(run["wall"] for run in runs), max(run["maxrss"] for run in runs)


def main():
    folder, feedmill = pathlib.Path(sys.argv[1]), sys.argv[2]
    episodes = int(sys.argv[3]) if len(sys.argv) > 3 else 5000
    seeds = folder / "seeds"
    seeds.mkdir(parents=True)
    for number in range(1, episodes + 1):
        path = seeds / f"ep{number:04}.mp3"
        path.write_bytes(episode(number))
        # Older than the cache, which does not trust files that have just changed.
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    (folder / "feedmill.toml").write_text(CONFIG)
    print(f"| {episodes:,} episodes | program | time | peak memory |")
    print("| --- | --- | --: | --: |")

    def row(job, program, command, count, before=None, inside=folder):
        results = []
        for _ in range(count):
            if before:
                before()
            results.append(measure(command, inside, 1))
        wall, memory = statistics.median(r[0] for r in results), max(r[1] for r in results)
        print(f"| {job} | {program} | {wall * 1e3:.0f} ms | {memory / 2**20:.1f} MiB |", flush=True)

    row("all files", "feedmill", [feedmill, "--quiet"], 3, lambda: shutil.rmtree(folder / "feeds", ignore_errors=True))
    # Files that have just been written are read again, because they may change once more without a new time.
    time.sleep(4)
    measure([feedmill, "--quiet"], folder, 1)
    row("nothing changed", "feedmill", [feedmill, "--quiet"], 9)
    script = os.environ.get("DIR2CAST")
    if script:
        copy = folder / "dir2cast"
        shutil.copytree(pathlib.Path(script).parent, copy, ignore=shutil.ignore_patterns(".git", "temp", "test"))
        (copy / "dir2cast.ini").write_text(DIR2CAST)
        command = ["php", copy / "dir2cast.php", f"--media-dir={seeds}", f"--output={copy}/podcast.xml"]
        command = [*map(str, command), "--media-url=https://town.example/media/"]
        # It looks for its libraries in the current folder.
        row("all files", "dir2cast", command, 3, lambda: shutil.rmtree(copy / "temp", ignore_errors=True), copy)
        row("nothing changed", "dir2cast", command, 9, None, copy)


main()
