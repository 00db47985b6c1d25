#!/usr/bin/env bash
# Measures how CPU time grows with the size of an input, for each shape of tests/growth/shapes.json.
#
#     bash bench/growth.sh [--size BYTES] [--runs N] [--only TEXT]
#
# tests/growth.rs counts work for the same shapes and runs in CI; this script shows what that means in seconds. FEEDMILL is
# the binary under test (default target/release/feedmill, which is built first).
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -z "${FEEDMILL:-}" ]; then
    cargo build --quiet --release --locked --bin feedmill
    FEEDMILL=${CARGO_TARGET_DIR:-target}/release/feedmill
fi
python3 bench/growth.py "$FEEDMILL" "$@"
