#!/usr/bin/env bash
# Measures a short set, compares it with the baseline, and keeps the history. See README.md beside this file.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: bench/track.sh [options]
  --build DIR       a Release build of the project; nothing is built here (build/release)
  --rounds N        processes that measure each thing, one after the other (3; 5 with --move)
  --seconds N       start no further round when these are over (45; no limit with --move)
  --out DIR         where results go (BUILD/bench/track)
  --move REASON     make what is measured the new baseline, bench/baseline.json, and say why
  --no-instructions leave counting instructions out (it needs valgrind)
exit codes: 0 nothing got worse beyond its tolerance, 1 something did, or an error, 2 usage
TEXT
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$here/../build/release
rounds=
seconds=
out=
move=
instructions=yes
while (($#)); do
    case $1 in
    --build | --rounds | --seconds | --out | --move)
        (($# > 1)) || { usage >&2; exit 2; }
        printf -v "${1#--}" %s "$2"
        shift 2
        ;;
    --no-instructions) instructions=no; shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
done
rounds=${rounds:-$([[ $move ]] && echo 5 || echo 3)}
seconds=${seconds:-$([[ $move ]] && echo 86400 || echo 45)}
[[ $rounds =~ ^[1-9][0-9]*$ && $seconds =~ ^[0-9]+$ ]] || { usage >&2; exit 2; }

trap 'kill $(jobs -p) 2>/dev/null || true' EXIT

programs=$build/bench
for program in bench_match bench_count bench_track; do
    if [[ ! -x $programs/$program ]]; then
        echo "track: $programs has no $program: build a Release build of the project first" >&2
        exit 1
    fi
done
out=${out:-$programs/track}
mkdir -p "$out"
# What a run before this one left would be taken for this one's.
rm -f "$out"/round-* "$out"/*.bmf.json "$out"/*.csv "$out"/count-* "$out"/callgrind.*

# One thread and processor time: the ratio is to judge the code, not who else uses the machine. Both widths that
# matter are measured where the machine has them; in and out of the second-level cache; bases arranged and as read.
sets=(avx2)
grep -qw avx512f /proc/cpuinfo && sets+=(avx512)
measured=0
measure_round() {
    local set order name
    measured=$((measured + 1))
    for set in "${sets[@]}"; do
        for order in arranged as-read; do
            name=$set-$order
            local flags=()
            [[ $order == arranged ]] || flags=(--as-read)
            if ! "$programs/bench_match" --instruction-set "$set" "${flags[@]}" --threads 1 --clock cpu --repeat 5 \
                --memory-bytes 0 --rows 50k,200k --offerings 20,1000 --jobs fit,full,rows \
                --json "$out/round-$measured-$name.json" --bmf "$out/$name.bmf.json" --csv "$out/$name.csv" \
                >"$out/round-$measured-$name.txt" 2>&1; then
                tail -n 3 "$out/round-$measured-$name.txt" >&2
                exit 1
            fi
        done
    done
}

# measure_rounds SECONDS: some rounds, at least one, as long as there is time.
measure_rounds() {
    local began=$SECONDS round
    for ((round = 1; round <= rounds; round++)); do
        measure_round
        echo "round $measured measured, after $SECONDS s"
        if ((round < rounds && SECONDS - began >= $1)); then
            echo "the time is over: $round of $rounds rounds"
            break
        fi
    done
}

# Hardware counters where the machine has them would do as well, but virtual machines rarely do, and counts of
# one kind must be compared with counts of the same kind: so callgrind, always, which knows AVX2 but not AVX-512.
count_instructions() {
    local set=$1 order=$2 offerings=$3 name=$1-$2-$3 job count separator=
    OMP_NUM_THREADS=1 valgrind --tool=callgrind --callgrind-out-file="$out/callgrind.$name" \
        "$programs/bench_count" "$set" "$order" "$offerings" >"$out/count-$name.txt" 2>&1 ||
        { tail -n 3 "$out/count-$name.txt" >&2; return 1; }
    callgrind_annotate --inclusive=yes --threshold=100 "$out/callgrind.$name" >"$out/callgrind.$name.txt"
    {
        echo '['
        for job in build_base arrange fit full rows; do
            # Reading is the same for both orders, and only one of them arranges.
            [[ $order == as-read && ($job == build_base || $job == arrange) ]] && continue
            count=$(awk -v name=":engine_$job" '
                { at = index($0, name); after = substr($0, at + length(name), 1) }
                at && (after == "" || after == " ") { gsub(",", "", $1); print $1; exit }' \
                "$out/callgrind.$name.txt")
            [[ $count =~ ^[0-9]+$ ]] || { echo "callgrind did not see engine_$job" >&2; return 1; }
            printf '%s{"name": "instructions: %s %sx12x5, 20000 rows, %s, %s", "unit": "instructions", "value": %s}' \
                "$separator" "$job" "$offerings" "${order/-/ }" "$set" "$count"
            separator=$',\n'
        done
        printf '\n]\n'
    } >"$out/count-$name.json"
}

# Instructions do not mind company: two processes at a time.
count_all() {
    local set order offerings failed=0 running=()
    for set in sse avx2; do
        for order in arranged as-read; do
            for offerings in 20 1000; do
                count_instructions "$set" "$order" "$offerings" &
                running+=($!)
                if ((${#running[@]} == 2)); then
                    wait "${running[0]}" || failed=1
                    running=("${running[1]}")
                fi
            done
        done
    done
    wait "${running[0]}" || failed=1
    return $failed
}

measure_rounds "$seconds"
if [[ $instructions == yes ]]; then
    if command -v valgrind >/dev/null && command -v callgrind_annotate >/dev/null; then
        count_all
        echo "instructions counted, after $SECONDS s"
    else
        echo "valgrind is missing: instructions are not counted"
    fi
fi

shopt -s nullglob
history=$programs/history.csv
if [[ $move ]]; then
    history=$here/history.csv
elif [[ ! -e $history && -e $here/history.csv ]]; then
    cp "$here/history.csv" "$history"
fi
chart=${history%.csv}.svg
track() {
    "$programs/bench_track" --baseline "$here/baseline.json" "$@" "$out"/round-*.json "$out"/count-*.json
}
if [[ $move ]]; then
    track --move "$move" --history "$history" --chart "$chart"
    exit
fi
# What looks worse is measured again before it is believed: somebody else may have been busy for a while.
if ! track >"$out/first.txt"; then
    grep -E '^ +WORSE' "$out/first.txt" || cat "$out/first.txt"
    echo "something looks worse: measuring again"
    measure_rounds $((seconds / 2))
fi
status=0
track --history "$history" --chart "$chart" || status=$?
echo "after $SECONDS s; history: $history, chart: $chart, JSON for trackers: $out"
exit $status
