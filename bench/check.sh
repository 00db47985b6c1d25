#!/usr/bin/env bash
# Measures `feedmill check`: how fast one core reads a large feed and many small ones, and the memory it takes.
#
#     bash bench/check.sh
#
# Each row is the median of 5 runs, beside `xmllint --noout` (which looks at the XML only) and `cat` on the same files
# and the same core. BENCH_DIR is where files and results go (default target/bench), FEEDMILL the binary under test
# (default target/release/feedmill, which is built first).
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
