"""Prints what podcastparser (the parser of gPodder) and feedparser read of each episode of an RSS file, as JSON."""

import json
import sys

import feedparser
import podcastparser

path = sys.argv[1]
# podcastparser 0.6.11 knows only the address of the specification, which early feeds had as the namespace.
podcastparser.Namespace.NAMESPACES["https://podcastindex.org/namespace/1.0"] = "podcast"
with open(path, "rb") as file:
    gpodder = podcastparser.parse("https://podcast.example/rss.xml", file)
episodes = [
    {
        "title": episode["title"],
        "file": episode["enclosures"][0]["url"],
        "size": episode["enclosures"][0]["file_size"],
        "seconds": episode["total_time"],
        "number": episode.get("number"),
        "chapters": len(episode.get("chapters", [])),
        "chapters_file": episode.get("chapters_json_url"),
        "transcript": episode.get("transcript_url"),
        "image": episode.get("episode_art_url"),
    }
    for episode in gpodder["episodes"]
]
feed = feedparser.parse(path)
others = [
    {
        "title": entry.title,
        "file": entry.enclosures[0].href,
        "size": int(entry.enclosures[0].length),
        "seconds": int(entry.itunes_duration),
        "chapters_file": entry.get("podcast_chapters", {}).get("url"),
        "transcript": entry.get("podcast_transcript", {}).get("url"),
    }
    for entry in feed.entries
]
print(json.dumps({"bozo": feed.bozo, "podcastparser": episodes, "feedparser": others}))
