#!/usr/bin/env bash
# Measures the speed and memory of `feedmill check` on one core, for a large feed and for many small ones.
#
#     bash bench/check.sh
#
# FEEDVALIDATOR is the folder `src` of a copy of https://github.com/w3c/feedvalidator, which is then compared on 2,000 feeds of
# several formats; the Python that runs this needs its requirements.
#
# Each row is the median of 5 runs, compared with `xmllint --noout` (which checks only the XML) and `cat` on the same files
# and core. BENCH_DIR is the folder for files and results (default target/bench), FEEDMILL the binary under test (default
# target/release/feedmill, which is built first).
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p "${BENCH_DIR:=target/bench}"
dir=$(cd "$BENCH_DIR" && pwd)/check
if [ -z "${FEEDMILL:-}" ]; then
    cargo build --quiet --release --locked --bin feedmill
    FEEDMILL=${CARGO_TARGET_DIR:-target}/release/feedmill
fi
rm -rf "$dir"
mkdir -p "$dir/small"
python3 bench/check.py make "$dir"
python3 bench/check.py run "$dir" "$FEEDMILL"
