#!/usr/bin/env bash
# Counts the instructions of builds with and without the index page, with one thread, so that the load of the machine does
# not matter. Needs valgrind.
#
#     bash bench/page.sh
#
# BENCH_DIR is the folder for the corpus and the feeds (default target/bench), FEEDMILL the binary under test (default
# target/release/feedmill, which is built first).
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p "${BENCH_DIR:=target/bench}"
dir=$(cd "$BENCH_DIR" && pwd)
if [ -z "${FEEDMILL:-}" ]; then
    cargo build --quiet --release --locked --bin feedmill
    FEEDMILL=${CARGO_TARGET_DIR:-target}/release/feedmill
fi
seeds=$dir/seeds-2000-rich
if [ ! -d "$seeds" ]; then
    cargo run --quiet --locked --example corpus -- "$seeds.part" --count 2000
    mv "$seeds.part" "$seeds"
fi

# count FEEDS: instructions of a build into a folder
count() {
    RAYON_NUM_THREADS=1 valgrind --tool=callgrind --callgrind-out-file=/dev/null "$FEEDMILL" --quiet --config "$dir/page.toml" \
        --seeds "$seeds" --feeds "$1" 2>&1 | sed -n 's/.*Collected : //p'
}

for index in '["opml", "style"]' '["page", "opml", "style"]'; do
    printf 'base_url = "https://news.example/feeds/"\nindex = %s\n' "$index" >"$dir/page.toml"
    feeds=$dir/feeds-page
    rm -rf "$feeds"
    cold=$(count "$feeds")
    # Files that were just written are read again, because they may change once more without a new time.
    sleep 4
    count "$feeds" >/dev/null
    unchanged=$(count "$feeds")
    printf '%-26s cold %12s, nothing changed %12s\n' "$index" "$cold" "$unchanged"
done
