#!/usr/bin/env bash
# Builds target/packaging/feedmill-HOST.tar.gz: the binary with manual, completions and licences. Its name has no version, so
# that one URL always leads to the latest release.
set -euo pipefail
cd "$(dirname "$0")/.."

packaging/assets.sh
binary=${CARGO_TARGET_DIR:-target}/release/feedmill
if [ -e "$binary.exe" ]; then binary=$binary.exe; fi
name=feedmill-$(rustc -vV | sed -n 's/^host: //p')
folder=target/packaging/$name
mkdir -p "$folder/completions"
cp "$binary" README.md CHANGELOG.md LICENSE LICENSE-APACHE LICENSE-MIT "$folder"
mv target/packaging/man target/packaging/licences.gz "$folder"
mv target/packaging/feedmill.* "$folder/completions"
# Only GNU tar can make archives that do not depend on the machine.
options=()
if tar --version | grep -q GNU; then options=(--sort=name --owner=0 --group=0 --numeric-owner); fi
tar -C target/packaging ${options[@]+"${options[@]}"} -czf "$folder.tar.gz" "$name"
