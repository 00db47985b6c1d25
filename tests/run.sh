#!/usr/bin/env bash
# Installs what the tests need beyond Rust, and runs all of them. Tests that still lack something are listed as ignored;
# with CI=true that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

# Prints why some tests are ignored; fails in CI.
skip() {
    echo "tests/run.sh: $*" >&2
    if [ "${CI:-}" = true ]; then exit 1; fi
}

# Variables for the tests.
variables=()
shared=${FEEDMILL_SHARED:-../shared}
if [ -d "$shared/seeds" ]; then
    variables+=("FEEDMILL_SHARED=$(cd "$shared" && pwd)")
else
    skip "ignoring the tests with external data: there is no $shared/seeds (set FEEDMILL_SHARED)"
fi

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}
# Each command that the tests run, and its Debian package.
packages=()
while read -r command package; do
    command -v "$command" >/dev/null || packages+=("$package")
done <<'END'
xmllint libxml2-utils
newsboat newsboat
sfeed_update sfeed
r2e rss2email
podget podget
curl curl
ffmpeg ffmpeg
git git
nginx nginx-light
rclone rclone
strace strace
systemd-analyze systemd
mandoc mandoc
groff groff-base
zsh zsh
fish fish
debootstrap debootstrap
chromium chromium
firefox-esr firefox-esr
taskset util-linux
node nodejs
npm npm
END
if [ ${#packages[@]} -gt 0 ]; then
    echo "tests/run.sh: installing ${packages[*]}"
    install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${packages[@]}"; }
    { install || { as_root apt-get update -qq && install; }; } >/dev/null
fi
tools=target/test-tools
if ! "$tools/bin/python" -c 'import feedparser, podcastparser, yaml, moto.server' 2>/dev/null; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check feedparser==6.0.12 podcastparser==0.6.11 PyYAML==6.0.4 \
        "moto[s3,server]==5.2.5"
fi
variables+=("FEEDMILL_PYTHON=$PWD/$tools/bin/python")
modules="puppeteer-core@25.16.0 axe-core@4.14.1 rss-parser@3.13.0 s3rver@3.7.1 azurite@3.35.0"
if [ "$(cat "$tools/modules" 2>/dev/null)" != "$modules" ]; then
    # shellcheck disable=SC2086
    npm install --silent --no-audit --no-fund --no-package-lock --prefix "$tools" $modules >/dev/null
    echo "$modules" >"$tools/modules"
fi
variables+=("FEEDMILL_NODE_MODULES=$PWD/$tools/node_modules")
# Disk faults need strace with permission to trace, and unshare with permission to mount.
if strace -f -o /dev/null true 2>/dev/null && unshare -rm mount -t tmpfs none /mnt 2>/dev/null; then
    variables+=("FEEDMILL_FAULTS=1")
else
    skip "ignoring the tests of disk faults: strace or unshare is not permitted here"
fi
if ! cargo nextest --version >/dev/null 2>&1; then
    cargo install --quiet --locked cargo-nextest
fi

# The tests of the command run the optimized binary: users have it, and it is faster. It is built without the variables, which
# build.rs reads. Those of object storage run the other one, because this one has no such feature.
cargo build --release --locked
target=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)
variables+=("TESTED_BINARY=$target/release/feedmill")

# The tests create and delete thousands of files, which is several times as fast in memory.
temporary=${TMPDIR:-/tmp}
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "$(df --output=avail /dev/shm | tail -1)" -gt 4000000 ] &&
    ! findmnt --noheadings --output OPTIONS --target /dev/shm | grep -qw noexec; then
    temporary=$(mktemp -d -p /dev/shm)
    trap 'rm -rf "$temporary"' EXIT
fi
# Many tests wait for a server, a signal or a time limit. Others can run meanwhile.
variables+=("NEXTEST_TEST_THREADS=$(($(nproc) * 3 / 2))")
env "${variables[@]}" TMPDIR="$temporary" cargo nextest run --workspace --locked --features feedmill/object-store \
    --no-fail-fast
env "${variables[@]}" cargo test --workspace --doc --locked --quiet --features feedmill/object-store
# Without the variables, which build.rs reads, so that cargo does not compile the release again.
bash tests/package.sh
echo "tests/run.sh: all tests passed"
