"""feedparser, used by a program that stores the ETag and entries by id: same interface as newsboat.py. It walks back through
the archive (RFC 5005, section 4) to the first document it knows."""
import calendar, json, pathlib, sys

import feedparser

state, url = pathlib.Path(sys.argv[1]), sys.argv[2]
state.mkdir(exist_ok=True)
kept = state / "kept.json"
known = json.loads(kept.read_text()) if kept.exists() else {"etag": None, "modified": None, "read": [], "items": {}}


def take(document):
    for entry in document.entries:
        content = entry.content[0].value if "content" in entry else entry.summary
        known["items"][entry.id] = {
            "id": entry.id, "title": entry.title, "link": entry.link, "text": content,
            "date": calendar.timegm(entry.published_parsed), "enclosure": "".join(e.href for e in entry.enclosures),
        }


def links(document, rel):
    return [link.href for link in document.feed.get("links", []) if link.rel == rel]


document = feedparser.parse(url, etag=known["etag"], modified=known["modified"])
if document.bozo:
    sys.exit(str(document.bozo_exception))
if document.status != 304:
    known["etag"], known["modified"] = document.get("etag"), document.get("modified")
    newer, documents = document, [document]
    while previous := [link for link in links(newer, "prev-archive") if link not in known["read"]]:
        newer = feedparser.parse(previous[0])
        if newer.status != 200 or newer.bozo:
            sys.exit(f"{previous[0]}: {newer.status}")
        known["read"].append(previous[0])
        documents.append(newer)
    for document in reversed(documents):
        take(document)
kept.write_text(json.dumps(known))
for item in known["items"].values():
    print(json.dumps(item))
