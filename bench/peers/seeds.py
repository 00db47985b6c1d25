"""Reads seeds, for the Python peers."""

import os
import re
from typing import NamedTuple

STAMP = re.compile(r"<!--(\d+)-->")
TITLE = re.compile(r"\[(.*)\]\((.*)\)")


class Head(NamedTuple):
    ms: int
    link: str
    title: str
    path: str


def head(path):
    with open(path, encoding="utf-8") as seed:
        ms = int(STAMP.match(seed.readline())[1])
        title, link = TITLE.match(seed.readline()).groups()
    return Head(ms, link, title, path)


def newest_first(folder):
    """Returns the heads of all seeds; of those with the same link, only the latest."""
    latest = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".txt"):
                found = head(os.path.join(parent, name))
                if found.link not in latest or latest[found.link] < found:
                    latest[found.link] = found
    return sorted(latest.values(), reverse=True)


def body(path):
    with open(path, encoding="utf-8") as seed:
        return seed.read().split("\n------\n", 1)[1]
