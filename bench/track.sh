#!/usr/bin/env bash
# Measures a short set, compares it with the baseline, and keeps the history. See README.md beside this file.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: bench/track.sh [options]
  --build DIR       a Release build of the project (build/release)
  --rounds N        processes that measure, one after the other (5)
  --out DIR         where results go (BUILD/bench/track)
  --move REASON     make what is measured the new baseline, bench/baseline.json, and say why
  --no-instructions leave counting instructions out (it needs valgrind)
exit codes: 0 nothing got worse, 1 something did, or an error, 2 usage
TEXT
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$here/../build/release
rounds=5
out=
move=
instructions=yes
while (($#)); do
    case $1 in
    --build) build=$2; shift 2 ;;
    --rounds) rounds=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    --move) move=$2; shift 2 ;;
    --no-instructions) instructions=no; shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
done
programs=$build/bench
out=${out:-$programs/track}
mkdir -p "$out"
rm -f "$out"/round-*.json "$out"/*.bmf.json "$out"/count-*.json

# One thread and processor time: the ratio is to judge the code, not who else uses the machine. Both widths that
# matter are measured where the machine has them; in and out of the second-level cache.
sets=(avx2)
grep -qw avx512f /proc/cpuinfo && sets+=(avx512)
for ((round = 1; round <= rounds; round++)); do
    for set in "${sets[@]}"; do
        "$programs/bench_match" --instruction-set "$set" --threads 1 --clock cpu --repeat 7 --memory-bytes 0 \
            --rows 50k,500k --offerings 20,200,1000 --jobs fit,full,rows \
            --json "$out/round-$round-$set.json" --bmf "$out/$set.bmf.json" --csv "$out/$set.csv" \
            >"$out/round-$round-$set.txt"
    done
    echo "round $round of $rounds measured"
done

# Hardware counters where the machine has them would do as well, but virtual machines rarely do, and counts of
# one kind must be compared with counts of the same kind: so callgrind, always, which knows AVX2 but not AVX-512.
count_instructions() {
    local set=$1 name
    OMP_NUM_THREADS=1 valgrind --tool=callgrind --callgrind-out-file="$out/callgrind.$set" \
        "$programs/bench_count" "$set" >"$out/count-$set.txt" 2>&1
    callgrind_annotate --inclusive=yes --threshold=100 "$out/callgrind.$set" >"$out/callgrind.$set.txt"
    {
        echo '['
        local separator=
        for name in engine_build_base engine_fit engine_full engine_rows; do
            local count
            count=$(awk -v name=":$name" '
                { at = index($0, name); after = substr($0, at + length(name), 1) }
                at && (after == "" || after == " ") { gsub(",", "", $1); print $1; exit }' \
                "$out/callgrind.$set.txt")
            [[ $count ]] || { echo "callgrind did not see $name" >&2; exit 1; }
            printf '%s{"name": "instructions: %s 200x12x5, 20000 rows, %s", "unit": "instructions", "value": %s}' \
                "$separator" "${name#engine_}" "$set" "$count"
            separator=$',\n'
        done
        printf '\n]\n'
    } >"$out/count-$set.json"
}
if [[ $instructions == yes ]]; then
    if command -v valgrind >/dev/null; then
        for set in sse avx2; do
            count_instructions "$set"
        done
    else
        echo "valgrind is missing: instructions are not counted" >&2
    fi
fi

shopt -s nullglob
results=("$out"/round-*.json "$out"/count-*.json)
history=$programs/history.csv
if [[ $move ]]; then
    history=$here/history.csv
elif [[ ! -e $history && -e $here/history.csv ]]; then
    cp "$here/history.csv" "$history"
fi
chart=${history%.csv}.svg
if [[ $move ]]; then
    "$programs/bench_track" --baseline "$here/baseline.json" --move "$move" --history "$history" --chart "$chart" \
        "${results[@]}"
else
    status=0
    "$programs/bench_track" --baseline "$here/baseline.json" --history "$history" --chart "$chart" \
        "${results[@]}" || status=$?
    echo "history: $history, chart: $chart, JSON for trackers: $out"
    exit $status
fi
