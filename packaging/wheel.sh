#!/usr/bin/env bash
# Builds target/packaging/wheels/feedmill-VERSION-py3-none-PLATFORM.whl, a Python wheel with the binary. Needs maturin.
set -euo pipefail
cd "$(dirname "$0")/.."

rm -rf target/packaging/wheels
maturin build --release --features object-store --quiet --out target/packaging/wheels "$@"
