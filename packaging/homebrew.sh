#!/usr/bin/env bash
# packaging/homebrew.sh RELEASES SHA256SUMS: prints a Homebrew formula for the version in Cargo.toml. RELEASES is the URL of a
# repository's releases, SHA256SUMS the file of checksums of the release.
set -euo pipefail

releases=${1:?usage: packaging/homebrew.sh RELEASES SHA256SUMS}
sums=${2:?usage: packaging/homebrew.sh RELEASES SHA256SUMS}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$(dirname "$0")/../Cargo.toml")

# Prints the URL and the checksum of the archive for a target.
archive() {
    local name=feedmill-$1.tar.gz sum
    sum=$(awk -v name="$name" '$2 == name || $2 == "*" name { print $1 }' "$sums")
    [ -n "$sum" ] || { echo "packaging/homebrew.sh: $sums lacks $name" >&2 && exit 1; }
    printf '      url "%s/download/v%s/%s"\n      sha256 "%s"' "$releases" "$version" "$name" "$sum"
}
mac_arm=$(archive aarch64-apple-darwin)
mac_intel=$(archive x86_64-apple-darwin)
linux_arm=$(archive aarch64-unknown-linux-gnu)
linux_intel=$(archive x86_64-unknown-linux-gnu)
cat <<END
class Feedmill < Formula
  desc "Turn a folder of articles into RSS, Atom and JSON feeds, and check any feed"
  homepage "${releases%/releases}"
  version "$version"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
$mac_arm
    end
    on_intel do
$mac_intel
    end
  end
  on_linux do
    on_arm do
$linux_arm
    end
    on_intel do
$linux_intel
    end
  end

  def install
    bin.install "feedmill"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/feedmill.bash" => "feedmill"
    zsh_completion.install "completions/feedmill.zsh" => "_feedmill"
    fish_completion.install "completions/feedmill.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/feedmill --version")
  end
end
END
