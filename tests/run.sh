#!/usr/bin/env bash
# Installs whatever the tests need beyond Rust and runs all of them. Tests whose means are absent are reported as
# ignored, by name; with CI=true their absence is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

shared=${FEEDMILL_SHARED:-../shared}
if [ -d "$shared/seeds" ]; then
    FEEDMILL_SHARED=$(cd "$shared" && pwd)
    export FEEDMILL_SHARED
elif [ "${CI:-}" = true ]; then
    echo "tests/run.sh: $shared has no seeds; set FEEDMILL_SHARED" >&2
    exit 1
else
    echo "tests/run.sh: $shared is absent; the tests that need it are ignored" >&2
fi

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}
if ! command -v xmllint >/dev/null; then
    { as_root apt-get install -y -qq libxml2-utils || { as_root apt-get update -qq && as_root apt-get install -y -qq libxml2-utils; }; } >/dev/null
fi
tools=target/test-tools
if ! "$tools/bin/python" -c 'import feedparser' 2>/dev/null; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check feedparser==6.0.12
fi
FEEDMILL_PYTHON=$PWD/$tools/bin/python
export FEEDMILL_PYTHON
if ! cargo nextest --version >/dev/null 2>&1; then
    cargo install --quiet --locked cargo-nextest
fi

cargo nextest run --locked --no-fail-fast
cargo test --doc --locked --quiet
echo "tests/run.sh: all tests passed"
