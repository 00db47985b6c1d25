"""Converts seeds for site generators: HTML with YAML front matter. Of seeds with the same link, only the latest.

    python3 content.py SEEDS CONTENT [--posts]        --posts names them as Jekyll needs it
"""

import json
import sys
from datetime import datetime, timezone
from pathlib import Path

import seeds


def main(folder, out, posts=""):
    for number, head in enumerate(seeds.newest_first(folder)):
        date = datetime.fromtimestamp(head.ms / 1000, timezone.utc).isoformat(timespec="milliseconds")
        page = (Path(out) / Path(head.path).relative_to(folder)).with_suffix(".html")
        if posts:
            page = Path(out) / f"{date[:10]}-{number}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        # A JSON string is a YAML one.
        front = f"title: {json.dumps(head.title, ensure_ascii=False)}\ndate: {date}\nlink: {json.dumps(head.link)}"
        page.write_text(f"---\n{front}\n---\n{seeds.body(head.path)}", encoding="utf-8")


main(*sys.argv[1:])
