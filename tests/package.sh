#!/usr/bin/env bash
# Builds the Debian package, installs it in a clean root of this system's release, runs the commands of the README's
# "Usage" there, removes the package and checks what remains. Also tests the Dockerfile and action.yml, as far as possible
# without Docker and GitHub. An archive of the root is kept in target/ for the next run.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
    echo "tests/package.sh: ignored: chroot and debootstrap need root" >&2
    if [ "${CI:-}" = true ]; then exit 1; else exit 0; fi
fi
fail() {
    echo "tests/package.sh: $*" >&2
    exit 1
}
target=${CARGO_TARGET_DIR:-target}
tools=$PWD/target/test-tools
export PATH=$tools/bin:$PATH

if ! cargo deb --version >/dev/null 2>&1; then
    # Without optimization and its own copy of xz it is compiled much sooner, and the package is the same.
    cargo install --quiet --debug --locked --no-default-features --root "$tools" cargo-deb@3.8.0
fi
rm -rf target/debian
# The packages have the binary that the other tests used: compiling another one takes minutes.
export RELEASE_FEATURES=
packaging/deb.sh
packaging/tarball.sh

if ! command -v maturin >/dev/null; then
    "$tools/bin/python" -m pip install --quiet --disable-pip-version-check maturin==1.16.0
fi
packaging/wheel.sh
packaging/npm.sh

# The binary may depend only on libraries that every Debian has.
needed=$(readelf -d "$target/release/feedmill" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
for library in $needed; do
    case $library in
        libc.so.6 | libm.so.6 | libgcc_s.so.1 | ld-linux-*.so.*) ;;
        *) fail "the binary depends on $library" ;;
    esac
done
[ -n "$needed" ] || fail "readelf lists no library"

release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
archive=target/debootstrap-$release.tar
root=$(mktemp -d)
# Users other than root need access to it.
chmod 755 "$root"
server=
leave() {
    if [ -n "$server" ]; then kill "$server"; fi
    rm -rf "$root"
}
trap leave EXIT
if ! [ -f "$archive" ]; then
    # The mirror that apt uses for this system's own packages.
    # shellcheck disable=SC2016
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Identifier: Packages' |
        awk -v release="$release" '$2 == release && $3 == "main" { print $1; exit }')
    [ -n "$mirror" ] || fail "apt has no source for $release"
    debootstrap --variant=minbase "$release" "$root" "$mirror" >target/debootstrap.log
    tar -C "$root" --one-file-system -cf "$archive.part" .
    mv "$archive.part" "$archive"
else
    tar -C "$root" -xf "$archive"
fi
inside() {
    chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "$@"
}

# Install the package, then run the README's first block under "Usage".
usage=$(awk '/^## / { usage = $0 == "## Usage" } usage && /^```/ { if (shown++) exit; next } usage && shown' README.md)
[ -n "$usage" ] || fail "README.md has no commands under \"Usage\""
cp target/debian/feedmill_*.deb "$root/root/"
inside bash -euc "cd; apt-get install -y ./feedmill_*.deb" >target/package.log 2>&1 || { cat target/package.log; fail "apt-get install"; }
inside bash -euc "cd; $usage" >target/package.log 2>&1 || { cat target/package.log; fail "the README's commands fail"; }

news=$root/root/news
[ "$(grep -c '<item>' "$news/feeds/rss.xml")" = 1 ] || fail "one seed is not one item"
xmllint --noout "$news/feeds/rss.xml" "$news/feeds/atom.xml" "$news/feeds/town/rss.xml"
grep -q ' 0 errors' target/package.log || { cat target/package.log; fail "check reports errors"; }
[ "$(inside feedmill --version)" = "feedmill $(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)" ] || fail "--version"
inside dpkg -L feedmill >target/package.list
for verb in "" $(inside feedmill --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/-\1/p' | grep -v -- -help); do
    page=$root/usr/share/man/man1/feedmill$verb.1.gz
    zcat "$page" | grep -q '^\.TH "\?feedmill' || fail "no manual page feedmill$verb"
done
grep -q 'complete -F _feedmill' "$root/usr/share/bash-completion/completions/feedmill" || fail "no completion for bash"
for file in zsh/vendor-completions/_feedmill fish/vendor_completions.d/feedmill.fish doc/feedmill/{copyright,licences.gz}; do
    [ -s "$root/usr/share/$file" ] || fail "no $file"
done

# The units are valid, confined and disabled, and their command runs as their user.
if find "$root/etc/systemd" -name 'feedmill*' | grep .; then fail "a unit is enabled"; fi
units=$root/usr/lib/systemd/system
verified=$(mktemp -d -p "$root")
for unit in feedmill@.service feedmill@.timer feedmill-serve@.service; do
    sed "s,/usr/bin/feedmill,$PWD/$target/release/feedmill," "$units/$unit" >"$verified/${unit/@/@news}"
done
found=$(systemd-analyze verify --man=no "$verified"/*@news.* 2>&1) || fail "$found"
[ -z "$found" ] || fail "$found"
for unit in feedmill@.service feedmill-serve@.service; do
    systemd-analyze security --offline=yes --threshold=20 --no-pager "$units/$unit" >target/package.log ||
        { cat target/package.log; fail "$unit has too many privileges"; }
done
systemd-sysusers --root="$root" feedmill.conf
mill=/var/lib/feedmill/news
inside install -d -o feedmill -g feedmill "$mill"
cp -r "$news/seeds" "$root$mill/"
start=$(sed -n 's/^ExecStart=//p' "$units/feedmill@.service")
chroot --userspec=feedmill:feedmill "$root" bash -c "cd $mill && FEEDMILL_BASE_URL=https://news.example/ $start"
[ -s "$root$mill/feeds/town/rss.xml" ] || fail "$start built nothing"

# The Dockerfile's last stage: run its RUN line, start its command and check its health.
line() { sed '0,/^FROM debian/d' Dockerfile | sed -n "s/^$1 //p"; }
inside sh -c "$(line RUN)"
user=$(line USER)
folder=$(line WORKDIR)
words() { python3 -c 'import json, sys; print("\0".join(json.loads(sys.argv[1])), end="\0")' "$1"; }
mapfile -d '' -t command < <(words "$(line ENTRYPOINT)"; words "$(line CMD)")
cp -r "$news/seeds" "$root$folder/"
# shellcheck disable=SC2016
chroot --userspec="$user:$user" "$root" sh -c 'cd "$1" && shift && exec "$@"' sh "$folder" "${command[@]}" >target/package.log 2>&1 &
server=$!
mapfile -d '' -t healthy < <(words "$(line 'HEALTHCHECK CMD')")
tries=0
until inside "${healthy[@]}" 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 600 ] || { cat target/package.log; fail "the server of the Dockerfile does not become healthy"; }
    sleep 0.1
done
kill "$server"
wait "$server" || fail "the server of the Dockerfile failed"
server=
if inside "${healthy[@]}" 2>/dev/null; then fail "the HEALTHCHECK passes without a server"; fi
[ "$(stat -c %u "$root$folder/feeds/rss.xml")" != 0 ] || fail "the server of the Dockerfile runs as root"

# Removing the package removes its files, and keeps what was made with it.
inside apt-get remove -y feedmill >target/package.log 2>&1 || { cat target/package.log; fail "apt-get remove"; }
while read -r path; do
    # Folders may have files of other packages.
    if [ ! -d "$root$path" ] && { [ -e "$root$path" ] || [ -L "$root$path" ]; }; then fail "$path was not removed"; fi
done <target/package.list
for path in usr/share/doc/feedmill usr/bin/feedmill; do
    [ ! -e "$root/$path" ] || fail "/$path was not removed"
done
for path in feeds/rss.xml seeds/town/1.txt; do
    [ -s "$news/$path" ] || fail "$path belongs to the user and was removed"
done

# The wheel, in a virtual environment; then check the folder of a site, in which not every file is a feed.
inside apt-get install -y --no-install-recommends python3-venv >target/package.log 2>&1 || { cat target/package.log; fail "apt-get install python3-venv"; }
cp target/packaging/wheels/feedmill-*.whl "$root/root/"
mkdir "$root/root/site"
cp -r "$news/feeds/." "$root/root/site/"
echo '<!DOCTYPE html><title>Home</title>' >"$root/root/site/home.html"
echo '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>' >"$root/root/site/sitemap.xml"
inside bash -euc 'cd; python3 -m venv venv; venv/bin/pip install --quiet --no-index feedmill-*.whl; venv/bin/feedmill check site' \
    >target/package.log 2>&1 || { cat target/package.log; fail "the wheel"; }

# The packages for npm. Those for other systems do not exist offline, and are optional.
project=$(mktemp -d -p target)
npm install --prefix "$project" --offline --silent --no-audit --no-fund target/packaging/feedmill-*.tgz >target/package.log 2>&1 ||
    { cat target/package.log; fail "npm install"; }
(cd "$project" && npx --offline feedmill check "$news/feeds") >target/package.log 2>&1 || { cat target/package.log; fail "npx"; }
code=0
(cd "$project" && npx --offline feedmill check nowhere) >target/package.log 2>&1 || code=$?
[ $code = 2 ] || { cat target/package.log; fail "npx exits with $code instead of 2"; }
rm -r "$project"

# The formula for Homebrew.
(cd target/packaging && for target in {aarch64,x86_64}-{apple-darwin,unknown-linux-gnu}; do echo "$(printf '0%.0s' {1..64})  feedmill-$target.tar.gz"; done) >target/package.sums
packaging/homebrew.sh https://git.example/feedmill/releases target/package.sums >target/feedmill.rb
if command -v ruby >/dev/null; then ruby -c target/feedmill.rb >/dev/null || fail "the formula"; fi

# The action, which installs the release that packaging/tarball.sh made.
if [ -x "$tools/bin/python" ]; then
    releases=$(mktemp -d -p target)
    mkdir -p "$releases/download/v0.1.0"
    cp target/packaging/feedmill-*.tar.gz "$releases/download/v0.1.0/"
    (cd "$releases/download/v0.1.0" && sha256sum feedmill-*.tar.gz >SHA256SUMS)
    "$tools/bin/python" tests/tools/action.py . "$news" command=check args=feeds "releases=file://$PWD/$releases" >target/package.log ||
        { cat target/package.log; fail "action.yml"; }
    rm -r "$releases"
fi
echo "tests/package.sh: installed, used and removed; the binary depends on ${needed//$'\n'/, }"
