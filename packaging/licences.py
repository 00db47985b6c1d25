#!/usr/bin/env python3
"""Prints the licences of all crates that are linked into the binary. Most require a copy."""

import json
import pathlib
import subprocess


def printed(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


host = next(line for line in printed("rustc", "-vV").splitlines() if line.startswith("host: ")).split()[1]
metadata = json.loads(printed("cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", host))
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
packages = {package["id"]: package for package in metadata["packages"]}
root = metadata["resolve"]["root"]
linked, todo = set(), [root]
while todo:
    for dependency in nodes[todo.pop()]["deps"]:
        package = packages[dependency["pkg"]]
        is_macro = any("proc-macro" in target["kind"] for target in package["targets"])
        is_linked = any(kind["kind"] is None for kind in dependency["dep_kinds"]) and not is_macro
        if is_linked and package["id"] not in linked:
            linked.add(package["id"])
            todo.append(package["id"])

texts = {}
print("feedmill contains the Rust standard library (MIT OR Apache-2.0) and these crates:\n")
# Packages without a source are our own crates.
others = (packages[id] for id in linked if packages[id]["source"])
for package in sorted(others, key=lambda package: (package["name"], package["version"])):
    title = f"{package['name']} {package['version']}"
    print(f"{title}: {package['license']}")
    folder = pathlib.Path(package["manifest_path"]).parent
    for pattern in ("LICEN[CS]E*", "COPYING*", "COPYRIGHT*", "NOTICE*", "UNLICENSE*", "LICENSES/*"):
        for file in sorted(folder.glob(pattern)):
            if file.is_file():
                texts.setdefault(file.read_text(errors="replace").strip(), []).append(title)
for text, titles in texts.items():
    print(f"\n{'=' * 80}\n{', '.join(dict.fromkeys(titles))}\n\n{text}")
