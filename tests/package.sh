#!/usr/bin/env bash
# Makes the Debian package, installs it in a clean root of this system's own release, does there what the README's
# "Install" says, and looks at what is left. The Dockerfile and action.yml are tried too, as far as that goes without
# Docker and GitHub. The root is kept in target/ for the next time.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
    echo "tests/package.sh: ignored: it needs root, for chroot and debootstrap" >&2
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
    cargo install --quiet --locked --root "$tools" cargo-deb@3.8.0
fi
rm -rf target/debian
packaging/deb.sh
packaging/tarball.sh

# Mostly static: what it needs at run time is in every Debian.
needed=$(readelf -d "$target/release/feedmill" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
for library in $needed; do
    case $library in
        libc.so.6 | libm.so.6 | libgcc_s.so.1 | ld-linux-*.so.*) ;;
        *) fail "the binary needs $library" ;;
    esac
done
[ -n "$needed" ] || fail "readelf shows nothing"

release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
kept=target/debootstrap-$release.tar
root=$(mktemp -d)
# It is to be the root of others than root as well.
chmod 755 "$root"
server=
leave() {
    if [ -n "$server" ]; then kill "$server"; fi
    rm -rf "$root"
}
trap leave EXIT
if ! [ -f "$kept" ]; then
    # From where apt has this system's own packages.
    # shellcheck disable=SC2016
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Identifier: Packages' |
        awk -v release="$release" '$2 == release && $3 == "main" { print $1; exit }')
    [ -n "$mirror" ] || fail "apt knows no source of $release"
    debootstrap --variant=minbase "$release" "$root" "$mirror" >target/debootstrap.log
    tar -C "$root" --one-file-system -cf "$kept.part" .
    mv "$kept.part" "$kept"
else
    tar -C "$root" -xf "$kept"
fi
inside() {
    chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "$@"
}

# The README's lines, up to the one that removes the package, and that.
block=$(awk '/^## / { install = $0 == "## Install" } install && /^```/ { if (shown++) exit; next } install && shown' README.md)
remove=$(grep '^apt-get remove ' <<<"$block") || fail "README.md does not say how to remove it"
cp target/debian/feedmill_*.deb "$root/root/"
inside bash -euc "cd; ${block%"$remove"*}" >target/package.log 2>&1 || { cat target/package.log; fail "the README's lines fail"; }

news=$root/root/news
[ "$(grep -c '<item>' "$news/feeds/rss.xml")" = 2 ] || fail "two seeds are not two items"
xmllint --noout "$news/feeds/rss.xml" "$news/feeds/atom.xml" "$news/feeds/town/rss.xml"
grep -q ' 0 errors' target/package.log || { cat target/package.log; fail "check did not say that all is well"; }
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

# The units: sound, well shut in, off, and what they start runs as their user.
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
        { cat target/package.log; fail "$unit is too open"; }
done
systemd-sysusers --root="$root" feedmill.conf
mill=/var/lib/feedmill/news
inside install -d -o feedmill -g feedmill "$mill"
cp -r "$news/seeds" "$root$mill/"
start=$(sed -n 's/^ExecStart=//p' "$units/feedmill@.service")
chroot --userspec=feedmill:feedmill "$root" bash -c "cd $mill && FEEDMILL_BASE_URL=https://news.example/ $start"
[ -s "$root$mill/feeds/town/rss.xml" ] || fail "$start milled nothing"

# The Dockerfile's last stage: its lines, then what it starts and the question whether that is well.
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
mapfile -d '' -t well < <(words "$(line 'HEALTHCHECK CMD')")
tries=0
until inside "${well[@]}" 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || { cat target/package.log; fail "the server of the Dockerfile is not well"; }
    sleep 0.1
done
kill "$server"
wait "$server" || fail "the server of the Dockerfile ended badly"
server=
if inside "${well[@]}" 2>/dev/null; then fail "the HEALTHCHECK is content without a server"; fi
[ "$(stat -c %u "$root$folder/feeds/rss.xml")" != 0 ] || fail "the server of the Dockerfile is root"

# What the package brought goes, what was made with it stays.
inside bash -euc "cd; $remove" >target/package.log 2>&1 || { cat target/package.log; fail "$remove"; }
while read -r path; do
    # Folders that others have files in are not ours.
    if [ ! -d "$root$path" ] && { [ -e "$root$path" ] || [ -L "$root$path" ]; }; then fail "$path stays"; fi
done <target/package.list
for path in usr/share/doc/feedmill usr/bin/feedmill; do
    [ ! -e "$root/$path" ] || fail "/$path stays"
done
for path in feeds/rss.xml seeds/town/1.txt; do
    [ -s "$news/$path" ] || fail "$path, which is the user's, went with the package"
done

# The action, with the cargo that its steps ask for.
if [ -n "${FEEDMILL_PYTHON:-}" ]; then
    "$FEEDMILL_PYTHON" tests/tools/action.py . "$news" command=check >target/package.log ||
        { cat target/package.log; fail "action.yml"; }
fi
echo "tests/package.sh: installed, used and removed; the binary needs ${needed//$'\n'/, }"
