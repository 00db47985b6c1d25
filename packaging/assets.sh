#!/usr/bin/env bash
# Builds the release binary, and writes its manual, its completions and the licences of its dependencies to
# target/packaging.
set -euo pipefail
# Cargo features of the binary besides the default ones.
features=${RELEASE_FEATURES-object-store}
cd "$(dirname "$0")/.."

cargo build --release --locked --quiet ${features:+--features "$features"}
binary=${CARGO_TARGET_DIR:-target}/release/feedmill
if [ -e "$binary.exe" ]; then binary=$binary.exe; fi
assets=target/packaging
rm -rf "$assets"
mkdir -p "$assets"
"$binary" man "$assets/man"
for shell in bash zsh fish; do
    "$binary" completions "$shell" >"$assets/feedmill.$shell"
done
packaging/licences.py | gzip -9n >"$assets/licences.gz"
