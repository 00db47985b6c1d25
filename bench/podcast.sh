#!/usr/bin/env bash
# Measures a podcast of 5,000 audio files: a first build, and one after which nothing changed.
#
#     bash bench/podcast.sh
#
# DIR2CAST is the path of dir2cast.php in a copy of https://github.com/ben-xo/dir2cast, which is then measured on the same
# files; it needs PHP. BENCH_DIR is the folder for the files (default target/bench), FEEDMILL the binary under test (default
# target/release/feedmill, which is built first).
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p "${BENCH_DIR:=target/bench}"
dir=$(cd "$BENCH_DIR" && pwd)/podcast
if [ -z "${FEEDMILL:-}" ]; then
    cargo build --quiet --release --locked --bin feedmill
    FEEDMILL=$(pwd)/${CARGO_TARGET_DIR:-target}/release/feedmill
fi
rm -rf "$dir"
python3 bench/podcast.py "$dir" "$FEEDMILL"
rm -rf "$dir"
