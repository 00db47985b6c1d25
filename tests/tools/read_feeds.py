"""Prints what Python's feedparser reads from feeds, one JSON object per file, without sanitizing or resolving anything."""
import calendar
import json
import sys

import feedparser

feedparser.SANITIZE_HTML = 0
feedparser.RESOLVE_RELATIVE_URIS = 0


def entry(e):
    published = e.get("published_parsed")
    contents = [c["value"] for c in e.get("content", []) if "html" in c["type"]]
    return {
        "id": e.get("id", ""),
        "title": e.get("title", ""),
        "link": e.get("link", ""),
        "published": calendar.timegm(published) if published else None,
        "content": contents[0] if contents else "",
        "updated": calendar.timegm(e["updated_parsed"]) if e.get("updated_parsed") else None,
        "authors": [{k: a.get(v) for k, v in (("name", "name"), ("email", "email"), ("url", "href"))} for a in e.get("authors", [])],
        "tags": [tag["term"] for tag in e.get("tags", [])],
        "summary": e.get("summary", ""),
        "language": e.get("language") or e.get("title_detail", {}).get("language"),
        "image": e.get("media_thumbnail", [None])[0],
        "alt": (e.get("media_content") or [{}])[0].get("description") or e.get("media_description"),
        "enclosures": sorted([x.get("href", ""), x.get("type", "")] for x in e.get("enclosures", [])),
    }


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        feed = feedparser.parse(file.read())
    error = repr(feed.get("bozo_exception", ""))
    print(json.dumps({"path": path, "bozo": int(feed.bozo), "error": error, "entries": [entry(e) for e in feed.entries]}))
