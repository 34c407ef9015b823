#!/usr/bin/env bash
# Kills the tool with SIGKILL while it writes over older files: each of them is then the old or the new one, whole.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: tests/checks/kill.sh [options] FITMATCH GENERATE [KILL_AT]

  FITMATCH, GENERATE   the tool and fitmatch-generate
  KILL_AT              libkill_at.so: also kills before each call that puts a file in its place
  --count N            moments for each command (20)
  --rows N             customers (150000)
  --seed N             of the moments (1)

Half of the moments are spread over a whole run and a little beyond, the other half over its last fifth, where files
are put in their places. Commands: `match`, and `encode` where the tool has it. Writes to a folder in $WORK_DIR or the temporary one.
Exit: 0 all files were whole, 1 one was not or something was left that should not be, 2 wrong usage.
TEXT
}

count=20 rows=150000 seed=1
while [ $# -gt 0 ]; do
    case $1 in
    --count | --rows | --seed)
        [ $# -ge 2 ] || { usage >&2; exit 2; }
        declare "${1#--}=$2"
        shift
        ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) break ;;
    esac
    shift
done
if [ $# -lt 2 ] || [ $# -gt 3 ]; then
    usage >&2
    exit 2
fi
fitmatch=$(realpath "$1") generate=$(realpath "$2") kill_at=${3:+$(realpath "$3")}
export LC_ALL=C

work=$(mktemp -d "${WORK_DIR:-${TMPDIR:-/tmp}}/fitmatch-kill.XXXXXX")
trap 'rm -rf "$work"' EXIT
place=$work/place
mkdir "$place"
failures=0
fail() {
    echo "FAIL $*" >&2
    failures=$((failures + 1))
}

# tables FOLDER SEED: a workspace in which some rows cannot be read.
tables() {
    "$generate" "$1" --rows "$rows" --business --seed "$2" --quiet
    awk -v seed="$2" 'NR % 1000 == 7 { print "too few cells " seed; next } { print }' "$1/customers.csv" >"$1/faulty"
    mv "$1/faulty" "$1/customers.csv"
}

now() { date +%s%N; }

# run_whole: 0 when the command did its work, or did it and set rows aside.
run_whole() {
    local status=0
    "${command[@]}" </dev/null >"$work/said" 2>&1 || status=$?
    [ $status -eq 3 ] || return $status
}

# run_preloaded NAME=VALUE: run_whole with kill_at, which that is for.
run_preloaded() {
    local status=0
    env "$1" LD_PRELOAD="$kill_at" "${command[@]}" </dev/null >"$work/said" 2>&1 || status=$?
    [ $status -eq 3 ] || return $status
}

# run_killed MICROSECONDS: leaves in `ended` whether the command had ended before. Nothing of it runs afterwards.
run_killed() {
    local pid seconds
    seconds=$(printf '%d.%06d' $(($1 / 1000000)) $(($1 % 1000000)))
    "${command[@]}" </dev/null >"$work/said" 2>&1 &
    pid=$!
    sleep "$seconds"
    kill -KILL $pid || true
    wait $pid || [ $? -ne 137 ] || return 0
    ended=$((ended + 1))
}

# state FILE: old, new, or what else it is.
state() {
    if cmp -s "$place/$1" "$work/old/$1"; then
        echo old
    elif cmp -s "$place/$1" "$work/new/$1"; then
        echo new
    elif [ -e "$place/$1" ]; then
        echo torn
    else
        echo missing
    fi
}

# look WHERE: what a killed run has left; counts, and puts the old files back.
look() {
    local where=$1 file states=() name left
    for file in "${files[@]}"; do
        states+=("$(state "$file")")
    done
    for name in "${states[@]}"; do
        case $name in old | new) ;; *) fail "$what, killed $where: ${files[*]}: ${states[*]}" ;; esac
    done
    case $(printf '%s\n' "${states[@]}" | sort -u | tr -d '\n') in
    old) last=old ;;
    new) last=new ;;
    *) last=between ;;
    esac
    left=$(cd "$place" && find . -mindepth 1 "${not_files[@]}" -printf '%f ')
    if [ -n "$left" ]; then
        leftovers=$((leftovers + 1))
        for name in $left; do
            case $name in
            .fitmatch-*.tmp) ;;
            *) fail "$what, killed $where: leaves $name" ;;
            esac
        done
        # The next run is not disturbed by it.
        run_whole || fail "$what: fails beside $left: $(cat "$work/said")"
        for file in "${files[@]}"; do
            [ "$(state "$file")" = new ] || fail "$what: a run beside $left gives another $file"
        done
        [ -z "$(cd "$place" && find . -mindepth 1 "${not_files[@]}" -printf '%f ')" ] || kept=$((kept + 1))
        last_left=yes
    else
        last_left=
    fi
    find "$place" -mindepth 1 -delete
    cp "$work/old/"* "$place"
}

# [tenth of the duration].[old, new, between]
declare -A tally

# campaign NAME FILE... -- COMMAND: over the files in $work/old, which are another table's.
campaign() {
    local what=$1 files=() not_files=() command=() leftovers=0 kept=0 last last_left
    local i start durations=() duration after tenth calls
    shift
    while [ "$1" != -- ]; do
        files+=("$1")
        not_files+=('!' -name "$1")
        shift
    done
    shift
    command=("$@")
    mkdir -p "$work/new"
    find "$work/new" "$place" -mindepth 1 -delete
    cp "$work/old/"* "$place"
    for i in 1 2 3; do
        start=$(now)
        run_whole || { fail "$what: $(cat "$work/said")"; return; }
        durations+=($((($(now) - start) / 1000)))
        cp "$place/"* "$work/new/"
        find "$place" -mindepth 1 -delete
        cp "$work/old/"* "$place"
    done
    duration=$(printf '%s\n' "${durations[@]}" | sort -n | sed -n 2p)
    for i in "${files[@]}"; do
        if [ ! -s "$work/new/$i" ] || cmp -s "$work/new/$i" "$work/old/$i"; then
            fail "$what: $i does not differ from the old one"
        fi
    done

    tally=()
    local olds=0 news=0 betweens=0 ended=0 status
    for ((i = 0; i < count; i++)); do
        if [ $((i % 2)) -eq 0 ]; then
            after=$((duration * RANDOM * 11 / 327680))
        else
            after=$((duration * 8 / 10 + duration * RANDOM * 3 / 327680))
        fi
        run_killed $after 2>/dev/null # where bash tells that it was killed
        look "after $after us of some $duration"
        case $last in old) olds=$((olds + 1)) ;; new) news=$((news + 1)) ;; *) betweens=$((betweens + 1)) ;; esac
        tenth=$((10 * after / duration))
        tally[$tenth.$last]=$((${tally[$tenth.$last]:-0} + 1))
    done
    echo "$what: $count moments in some $((duration / 1000)) ms: $olds old, $news new, $betweens with new and old" \
        "files side by side; $ended runs had ended before; $leftovers left a temporary name"
    for ((tenth = 0; tenth <= 11; tenth++)); do
        printf '  from %3d %% of the time: %3d old %3d new %3d between\n' $((10 * tenth)) \
            "${tally[$tenth.old]:-0}" "${tally[$tenth.new]:-0}" "${tally[$tenth.between]:-0}"
    done

    [ -n "$kill_at" ] || return 0
    rm -f "$work/calls"
    run_preloaded KILL_LOG="$work/calls"
    calls=$(wc -l <"$work/calls")
    look "nowhere"
    if [ "$calls" -eq 0 ] || [ "$last" != new ]; then fail "$what: no call puts a file in its place"; fi
    for ((i = 1; i <= calls; i++)); do
        status=0
        run_preloaded KILL_AT=$i 2>/dev/null || status=$?
        [ $status -eq 137 ] || fail "$what: was not killed before call $i of $calls"
        look "before call $i ($(sed -n "${i}p" "$work/calls"))"
        printf '  killed before call %2d, %-6s: %s%s\n' "$i" "$(sed -n "${i}p" "$work/calls")" "$last" \
            "${last_left:+, leaves a temporary name}"
    done
    echo "$what: in all $leftovers killed runs left a temporary name, which $kept times was there after the next run too"
}

RANDOM=$seed
tables "$work/a" 1
tables "$work/b" 2
mkdir "$work/old"
status=0
"$fitmatch" match "$work/b/fit.yaml" -q -o "$work/old/matches.csv" || status=$?
[ $status -eq 3 ] || fail "the first match ended with $status"
campaign match matches.csv matches.rejects.csv -- "$fitmatch" match "$work/a/fit.yaml" -q -o "$place/matches.csv"

if "$fitmatch" help encode >/dev/null 2>&1; then
    find "$work/old" -mindepth 1 -delete
    status=0
    "$fitmatch" encode "$work/b/fit.yaml" -q -o "$work/old/customers.fmb" || status=$?
    [ $status -eq 0 ] || [ $status -eq 3 ] || fail "the first encode ended with $status"
    mapfile -t written < <(cd "$work/old" && find . -type f -printf '%f\n')
    campaign encode "${written[@]}" -- "$fitmatch" encode "$work/a/fit.yaml" -q -o "$place/customers.fmb"
else
    echo "encode: not there yet"
fi
[ $failures -eq 0 ]
