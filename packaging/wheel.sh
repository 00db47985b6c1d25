#!/usr/bin/env bash
# Builds target/packaging/wheels/feedmill-VERSION-py3-none-PLATFORM.whl, a Python wheel with the binary. Needs maturin.
set -euo pipefail
# Cargo features of the binary besides the default ones.
features=${RELEASE_FEATURES-object-store}
cd "$(dirname "$0")/.."

rm -rf target/packaging/wheels
maturin build --release ${features:+--features "$features"} --quiet --out target/packaging/wheels "$@"
