"""Walks an archived feed (RFC 5005) with Python's feedparser, and prints one JSON object per document, newest first.

walk_archive.py BASE_URL FOLDER FILE: FILE is in FOLDER, which is published at BASE_URL."""
import json
import pathlib
import sys
import urllib.parse

import feedparser

base, folder, name = sys.argv[1:]
url, seen = urllib.parse.urljoin(base, name), set()
while url and url not in seen:
    seen.add(url)
    assert url.startswith(base), url
    path = pathlib.Path(folder, urllib.parse.unquote(url[len(base):]))
    feed = feedparser.parse(path.read_bytes())
    links = {link["rel"]: link["href"] for link in feed.feed.links}
    print(json.dumps({
        "url": url,
        "bozo": int(feed.bozo),
        "is_archive": "fh_archive" in feed.feed,
        "links": links,
        "ids": [entry.id for entry in feed.entries],
    }))
    url = links.get("prev-archive")
