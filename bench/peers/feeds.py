"""RSS and Atom of a folder of seeds with feedgen and BeautifulSoup, as a careful user would write it.

    python3 feeds.py SEEDS FEEDS [LIMIT]          LIMIT is 50; 0 is all
"""

import sys
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import urljoin

from bs4 import BeautifulSoup
from feedgen.feed import FeedGenerator

import seeds

DROP = ["script", "style", "form"]
LINKS = ["href", "src", "poster", "cite"]


def absolute_srcset(value, base):
    candidates = (candidate.split(None, 1) for candidate in value.split(",") if candidate.strip())
    return ", ".join(" ".join([urljoin(base, url), *size]) for url, *size in candidates)


def clean(html, base):
    soup = BeautifulSoup(html, "lxml")
    for tag in soup(DROP):
        tag.decompose()
    for tag in soup(True):
        for name in [name for name in tag.attrs if name.startswith("on")]:
            del tag[name]
        for name in LINKS:
            if name in tag.attrs:
                tag[name] = urljoin(base, tag[name])
        if "srcset" in tag.attrs:
            tag["srcset"] = absolute_srcset(tag["srcset"], base)
    return soup.body.decode_contents().strip() if soup.body else ""


def main(folder, out, limit="50"):
    feed = FeedGenerator()
    feed.id("https://feeds.example/")
    feed.title("Bench")
    feed.description("Bench")
    feed.link(href="https://feeds.example/", rel="alternate")
    feed.author(name="Bench")
    for head in seeds.newest_first(folder)[: int(limit) or None]:
        time = datetime.fromtimestamp(head.ms / 1000, timezone.utc)
        entry = feed.add_entry(order="append")
        entry.id(head.link)
        entry.guid(head.link, permalink=True)
        entry.title(head.title)
        entry.link(href=head.link)
        entry.published(time)
        entry.updated(time)
        entry.content(clean(seeds.body(head.path), head.link), type="html")
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    feed.rss_file(str(out / "rss.xml"))
    feed.atom_file(str(out / "atom.xml"))


main(*sys.argv[1:])
