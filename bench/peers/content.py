"""Converts seeds for site generators: HTML with YAML front matter. Of seeds with the same link, only the latest.

    python3 content.py SEEDS CONTENT
"""

import json
import sys
from datetime import datetime, timezone
from pathlib import Path

import seeds


def main(folder, out):
    for head in seeds.newest_first(folder):
        page = (Path(out) / Path(head.path).relative_to(folder)).with_suffix(".html")
        page.parent.mkdir(parents=True, exist_ok=True)
        date = datetime.fromtimestamp(head.ms / 1000, timezone.utc).isoformat(timespec="milliseconds")
        # A JSON string is a YAML one.
        front = f"title: {json.dumps(head.title, ensure_ascii=False)}\ndate: {date}\nlink: {json.dumps(head.link)}"
        page.write_text(f"---\n{front}\n---\n{seeds.body(head.path)}", encoding="utf-8")


main(*sys.argv[1:])
