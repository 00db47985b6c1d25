#!/usr/bin/env bash
# fuzz/run.sh SECONDS [TARGET...]: builds the fuzz targets, runs all of them in parallel, each in one process, and prints a
# table of findings. A target continues after a finding, which is stored in fuzz/artifacts/TARGET. Needs nightly Rust and
# `cargo install cargo-fuzz`. Set SANITIZER=none if the address sanitizer does not link.
# fuzz/run.sh table [TARGET...] prints the table of the current or last run.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:?usage: fuzz/run.sh SECONDS [TARGET...]}
shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(seed html check config opml)
logs=${LOGS:-target/runs}

table() {
  echo "| target | executions | edges | wall time, s | CPU time, s | findings |"
  echo "| --- | ---: | ---: | ---: | ---: | ---: |"
  for target in "${targets[@]}"; do
    awk -v target="$target" '
      /^#[0-9]+/ { at = substr($1, 2) + 0; if (at > n) n = at; for (i = 2; i < NF; i++) if ($i == "cov:" && $(i + 1) > cov) cov = $(i + 1) }
      /^lane: start/ { total += n; n = 0 }
      /^stat::number_of_executed_units:/ { if ($2 > n) n = $2 }
      /^lane: over/ { wall = $3; cpu = $4; found = $5 }
      END { printf "| `%s` | %d | %d | %s | %s | %s |\n", target, total + n, cov, wall, cpu, found }
    ' "$logs/$target.log"
  done
}

# Runs one target until its time is over, and restarts it after each finding.
lane() {
  local target=$1 end=$((SECONDS + seconds)) begun=$SECONDS longest=8192 extra=() found=0 before
  case $target in
    check) longest=65536 extra=(../tests/generators ../tests/golden) ;;
    html) longest=16384 extra=(../seeds -dict=html.dict) ;;
    opml) extra=(../tests/golden) ;;
    seed) longest=16384 extra=(../seeds ../tests/golden ../tests/dialects -dict=seed.dict) ;;
    config) extra=(../tests/golden -dict=config.dict) ;;
  esac
  if [ "$target" = check ] && [ -d "${FEEDMILL_SHARED:-../../shared}/w3c/open" ]; then
    extra+=("${FEEDMILL_SHARED:-../../shared}/w3c/open")
  fi
  mkdir -p "corpus/$target" "artifacts/$target"
  before=$(find "artifacts/$target" -type f | wc -l)
  while [ $((end - SECONDS)) -gt 0 ]; do
    echo "lane: start"
    nice -n 19 "$binaries/$target" "corpus/$target" "${extra[@]}" -artifact_prefix="artifacts/$target/" -print_final_stats=1 \
      -max_total_time=$((end - SECONDS)) -rss_limit_mb=2048 -timeout=20 -max_len=$longest </dev/null 2>&1 || true
  done
  found=$(($(find "artifacts/$target" -type f | wc -l) - before))
  # User and system time of the child processes, in minutes and seconds. In a pipe, `times` would count no children.
  times >"$logs/$target.times"
  echo "lane: over $((SECONDS - begun)) $(awk 'NR == 2 { gsub("[ms]", " "); printf "%d", $1 * 60 + $2 + $3 * 60 + $4 }' "$logs/$target.times") $found"
}

if [ "$seconds" = table ]; then
  table
  exit
fi
sanitizer=${SANITIZER:-address}
nice cargo +nightly fuzz build --fuzz-dir . --target-dir target --sanitizer "$sanitizer"
binaries=$(mktemp -d)
trap 'rm -rf "$binaries"' EXIT
# Copies, so that the targets can be rebuilt while these run.
cp "${targets[@]/#/target/$(rustc +nightly --print host-tuple)/release/}" "$binaries"
mkdir -p "$logs"
for target in "${targets[@]}"; do
  (lane "$target") >"$logs/$target.log" &
done
wait
table
