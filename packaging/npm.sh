#!/usr/bin/env bash
# Builds two packages for npm in target/packaging: feedmill-SYSTEM-PROCESSOR-VERSION.tgz, which has the release binary of this
# machine, and feedmill-VERSION.tgz, which has the command that runs it. The second is the same on all machines.
set -euo pipefail
# Cargo features of the binary besides the default ones.
features=${RELEASE_FEATURES-object-store}
cd "$(dirname "$0")/.."

cargo build --release --locked --quiet ${features:+--features "$features"}
host=$(rustc -vV | sed -n 's/^host: //p')
case $host in
x86_64-*) processor=x64 ;;
aarch64-*) processor=arm64 ;;
*) echo "packaging/npm.sh: unknown processor in $host" >&2 && exit 1 ;;
esac
suffix=
case $host in
*-linux-gnu) system=linux ;;
*-apple-darwin) system=darwin ;;
*-windows-*) system=win32 suffix=.exe ;;
*) echo "packaging/npm.sh: unknown system in $host" >&2 && exit 1 ;;
esac
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
folder=target/packaging/npm
name=feedmill-$system-$processor
rm -rf "$folder"
mkdir -p "$folder/$name/bin" "$folder/feedmill"
cp "${CARGO_TARGET_DIR:-target}/release/feedmill$suffix" "$folder/$name/bin/"
# The binary is linked with glibc.
libc=
if [ $system = linux ]; then libc='"libc": ["glibc"],'; fi
cat >"$folder/$name/package.json" <<END
{
  "name": "$name",
  "version": "$version",
  "description": "The binary of feedmill for $system on $processor",
  "license": "MIT OR Apache-2.0",
  "os": ["$system"],
  "cpu": ["$processor"],
  $libc
  "files": ["bin"]
}
END
cp packaging/npm/feedmill.js README.md "$folder/feedmill/"
cat >"$folder/feedmill/package.json" <<END
{
  "name": "feedmill",
  "version": "$version",
  "description": "Turns a folder of articles into valid RSS, Atom and JSON feeds, and checks any feed",
  "license": "MIT OR Apache-2.0",
  "keywords": ["rss", "atom", "jsonfeed", "feed", "validator"],
  "bin": { "feedmill": "feedmill.js" },
  "engines": { "node": ">=18" },
  "files": ["feedmill.js"],
  "optionalDependencies": {
    "feedmill-darwin-arm64": "$version",
    "feedmill-darwin-x64": "$version",
    "feedmill-linux-arm64": "$version",
    "feedmill-linux-x64": "$version",
    "feedmill-win32-arm64": "$version",
    "feedmill-win32-x64": "$version"
  }
}
END
for package in "$name" feedmill; do
    cp LICENSE* "$folder/$package/"
    (cd "$folder/$package" && npm pack --silent --pack-destination ../.. >/dev/null)
done
