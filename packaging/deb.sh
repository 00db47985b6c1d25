#!/usr/bin/env bash
# Builds target/debian/feedmill_VERSION_ARCH.deb. Needs cargo-deb.
set -euo pipefail
cd "$(dirname "$0")/.."

packaging/assets.sh
cargo deb --no-build --quiet --output target/debian/ "$@"
