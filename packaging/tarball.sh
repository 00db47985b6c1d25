#!/usr/bin/env bash
# Builds target/packaging/feedmill-VERSION-HOST.tar.gz: the binary with manual, completions and licences.
set -euo pipefail
cd "$(dirname "$0")/.."

packaging/assets.sh
binary=${CARGO_TARGET_DIR:-target}/release/feedmill
name=feedmill-$("$binary" --version | cut -d ' ' -f 2)-$(rustc -vV | sed -n 's/^host: //p')
folder=target/packaging/$name
mkdir -p "$folder/completions"
cp "$binary" README.md CHANGELOG.md LICENSE LICENSE-APACHE LICENSE-MIT "$folder"
mv target/packaging/man target/packaging/licences.gz "$folder"
mv target/packaging/feedmill.* "$folder/completions"
tar -C target/packaging --sort=name --owner=0 --group=0 --numeric-owner -czf "$folder.tar.gz" "$name"
