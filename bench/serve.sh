#!/usr/bin/env bash
# Compares `feedmill serve` with nginx (`gzip_static`) on the same files, and prints a table.
#
#     bash bench/serve.sh            7 rounds of 4 s
#     bash bench/serve.sh --quick    1 round of 1 s
#
# Each server has one worker on one core, and wrk has the other core; the servers alternate. nginx and wrk are installed from
# Debian if they are missing. BENCH_DIR is the folder for files and results (default target/bench), FEEDMILL the binary under
# test (default target/release/feedmill, which is built first).
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p "${BENCH_DIR:=target/bench}"
dir=$(cd "$BENCH_DIR" && pwd)/serve
target=${CARGO_TARGET_DIR:-target}
if [ -z "${FEEDMILL:-}" ]; then
    cargo build --quiet --release --locked --bin feedmill
    FEEDMILL=$target/release/feedmill
fi
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}
PATH=$PATH:/usr/sbin
if ! command -v nginx >/dev/null || ! command -v wrk >/dev/null; then
    { as_root apt-get update -qq && as_root apt-get install -y -qq nginx-light wrk; } >/dev/null
fi

rm -rf "$dir"
mkdir -p "$dir"
cargo run --quiet --release --locked --example corpus -- "$dir/seeds" --count 2000
"$FEEDMILL" --config bench/feedmill.toml --seeds "$dir/seeds" --feeds "$dir/feeds" --quiet
find "$dir/feeds" -type f -not -path '*/.*' -exec gzip --keep --best {} +
python3 bench/serve.py "$dir" "$FEEDMILL" "$@"
