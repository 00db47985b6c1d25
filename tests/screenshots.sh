#!/usr/bin/env bash
# Takes the screenshots in docs/images, which README.md and the book show: the index page and a feed in a browser, and `check`
# in a terminal. Needs what tests/run.sh installs, and a build; pngquant makes the files smaller.
set -euo pipefail
cd "$(dirname "$0")/.."

feedmill=$PWD/${CARGO_TARGET_DIR:-target}/debug/feedmill
modules=${FEEDMILL_NODE_MODULES:-$PWD/target/test-tools/node_modules}
images=$PWD/docs/images
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

cargo build --quiet
cp -r seeds feedmill.toml "$work"
cd "$work"

# A feed with a few of the mistakes that generators make.
cat >blog.xml <<'END'
<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0">
  <channel>
    <title>My blog</title>
    <link>blog.example</link>
    <description>Notes</description>
    <item>
      <title>Hello</title>
      <link>https://blog.example/hello</link>
      <guid isPermaLink="true">hello-1</guid>
      <pubDate>2024-05-01 09:00</pubDate>
      <description>&lt;p>First &lt;img src="/photo.jpg">&lt;/p></description>
    </item>
  </channel>
</rss>
END
{
    printf '\033[32m$\033[0m feedmill check blog.xml\n'
    # `check` uses colors on a terminal only, so `script` pretends to be one.
    TERM=xterm script --quiet --return --command "stty cols 100; '$feedmill' check blog.xml" /dev/null || true
} >check.txt

"$feedmill" serve --listen 127.0.0.1:0 --no-push >stdout &
server=$!
for _ in $(seq 100); do
    if grep -q '^built' stdout; then break; fi
    sleep 0.1
done
url=$(sed -n 's/^listening on //p' stdout)
mkdir -p "$images"
NODE_PATH=$modules node "$OLDPWD/tests/tools/screenshots.cjs" "$url" "$images" check.txt
if command -v pngquant >/dev/null; then
    pngquant --force --ext .png --quality 70-95 --speed 1 --strip "$images"/*.png
fi
ls -l "$images"
for image in "$images"/*.png; do
    if [ "$(stat -c %s "$image")" -gt 150000 ]; then
        echo "tests/screenshots.sh: $image is larger than 150 kB" >&2
        exit 1
    fi
done
