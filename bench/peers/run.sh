#!/usr/bin/env bash
# Runs fitmatch and what could be used instead of it side by side; README.md says how.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: bench/peers/run.sh [options]

  --build DIR     build folder with a Release build of the project (build/release); made when it is not there
  --quick         100 thousand x 20 and 20 thousand x 200 instead of 10 million x 20 and 1 million x 200
  --only A,B      some contestants: duckdb postgres numpy croaring croaring-debian; fitmatch always runs
  --whole A,B     these databases (duckdb postgres) get all rows, instead of the first fifth or twentieth
  --threads N     for everybody (all processors)
  --seconds S     for the runs of one measurement (5; quick 0.3); three runs at least
  --break NAME    makes this contestant's data wrong on purpose, to see that it is caught
  -o DIR          where peers.txt, peers.json and peers.svg go (results beside this script)
  -h, --help      this text

Installs what is missing: Debian packages through apt-get, the rest through npm pack into a cache folder, and
says so. Exit: 0 all agree, 1 something failed or a contestant gave a wrong answer, 2 wrong usage.
TEXT
}

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$root/build/release
out=$here/results
only=duckdb,postgres,numpy,croaring,croaring-debian
quick=0 whole='' threads=$(nproc) seconds='' broken=''
while [ $# -gt 0 ]; do
    case $1 in
    --build | --only | --whole | --threads | --seconds | --break | -o)
        [ $# -ge 2 ] || { usage >&2; exit 2; }
        case $1 in
        --build) build=$2 ;;
        --only) only=$2 ;;
        --whole) whole=$2 ;;
        --threads) threads=$2 ;;
        --seconds) seconds=$2 ;;
        --break) broken=$2 ;;
        -o) out=$2 ;;
        esac
        shift ;;
    --quick) quick=1 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
    shift
done

# Where each size is: rows, offerings, and how many rows DuckDB and PostgreSQL get.
if [ "$quick" = 1 ]; then
    sizes=("100000 20 100000 20000" "20000 200 20000 4000")
    seconds=${seconds:-0.3}
else
    sizes=("10000000 20 2000000 500000" "1000000 200 200000 50000")
    seconds=${seconds:-5}
fi

say() { echo "peers: $*" >&2; }
fail() { say "$*"; exit 1; }
wants() { case ",$only," in *",$1,"*) ;; *) return 1 ;; esac; }

for name in ${only//,/ } ${whole//,/ } $broken; do
    case $name in
    fitmatch | duckdb | postgres | numpy | croaring | croaring-debian) ;;
    *) fail "no contestant is called $name; there are duckdb postgres numpy croaring croaring-debian" ;;
    esac
done
[ "$(uname -m)" = x86_64 ] || ! wants duckdb ||
    fail "the pinned libduckdb.so is for x86-64; leave duckdb out with --only"

# Debian packages, by name.
packages() {
    echo python3
    if wants numpy || wants croaring || wants croaring-debian; then echo python3-numpy; fi
    if wants postgres; then echo postgresql util-linux; fi
    if wants croaring-debian; then echo libroaring-dev; fi
    if { wants duckdb || wants croaring; } && ! command -v npm >/dev/null; then echo npm; fi
}

install_packages() {
    local package missing=() as_root=(env DEBIAN_FRONTEND=noninteractive)
    command -v dpkg-query >/dev/null || { say "no dpkg here; needed are: $(packages | xargs)"; return; }
    for package in $(packages); do
        dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
            missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "these packages are missing: ${missing[*]}; install them as root"
        as_root=(sudo -n "${as_root[@]}")
    fi
    say "installing ${missing[*]}"
    "${as_root[@]}" apt-get update >/dev/null 2>&1 || say "the package lists could not be refreshed"
    "${as_root[@]}" apt-get install --yes --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "apt-get could not install ${missing[*]}"
}

# shellcheck source=bench/peers/fetch.sh
. "$here/fetch.sh"
install_packages
# Debian's Python is the one that Debian's NumPy belongs to.
python=/usr/bin/python3
[ -x $python ] || python=python3
if wants numpy || wants croaring || wants croaring-debian; then
    $python -c 'import numpy' 2>/dev/null || fail "$python has no NumPy (package python3-numpy)"
fi
export PYTHONDONTWRITEBYTECODE=1
if wants duckdb; then
    fetch_duckdb
    export PEERS_DUCKDB=$duckdb_library
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/fitmatch-peers.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

# The programs: fitmatch and the generator from the build folder, Roaring's here.
if [ ! -e "$build/CMakeCache.txt" ]; then
    say "configuring a Release build"
    cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release >"$work/log" ||
        { tail "$work/log" >&2; fail "cmake failed"; }
fi
grep -q '^CMAKE_BUILD_TYPE:[A-Z]*=Release$' "$build/CMakeCache.txt" || fail "the build folder is not a Release build"
say "building fitmatch"
cmake --build "$build" --target bench_peer_fitmatch fitmatch-generate >"$work/log" 2>&1 ||
    { tail -n 20 "$work/log" >&2; fail "building fitmatch failed"; }

compile=("${CC:-cc}" -std=gnu17 -O3 -DNDEBUG -fopenmp -Wall -Wextra -Wconversion -Wshadow -Werror)
if wants croaring; then
    fetch "$roaring_package" "$roaring_sha256" "$cache/roaring-${roaring_sha256:0:12}"
    # The parts of the file tell by #line what they were: headers and sources of CRoaring, and what is not its own.
    mkdir -p "$work/croaring/roaring"
    awk -v folder="$work/croaring" '
        /^#line/ { part = /CRoaring\/include/ ? "roaring/roaring.h" : /CRoaring\/src/ ? "roaring.c" : ""; next }
        part != "" { print > (folder "/" part) }' "$cache/roaring-${roaring_sha256:0:12}/roaring-node.cpp"
    "${CC:-cc}" -std=gnu17 -O3 -DNDEBUG -w -I"$work/croaring" -include roaring/roaring.h \
        -c "$work/croaring/roaring.c" -o "$work/croaring/roaring.o" || fail "CRoaring does not compile"
    "${compile[@]}" -DPEER_NAME='"CRoaring"' -isystem "$work/croaring" "$here/peer_croaring.c" \
        "$work/croaring/roaring.o" -o "$work/peer_croaring" || fail "peer_croaring.c does not compile"
fi
if wants croaring-debian; then
    "${compile[@]}" -DPEER_NAME='"CRoaring (Debian)"' "$here/peer_croaring.c" -lroaring \
        -o "$work/peer_croaring-debian" || fail "peer_croaring.c does not compile with libroaring-dev"
fi

# measure NAME COMMAND...: its lines of JSON, or a line that says that it failed.
measure() {
    local name=$1
    shift
    say "  $name"
    if ! "$@" >>"$results" 2>"$work/errors"; then
        tail -n 5 "$work/errors" >&2
        printf '{"contestant": "%s", "error": "failed"}\n' "$name" >>"$results"
    fi
}

break_option() { if [ "$broken" = "$1" ]; then echo "$2"; fi; }

compare() {
    local rows=$1 offerings=$2 duckdb_rows=$3 postgres_rows=$4 folder=$work/data peer
    case ,$whole, in *,duckdb,*) duckdb_rows=$rows ;; esac
    case ,$whole, in *,postgres,*) postgres_rows=$rows ;; esac
    results=$work/$rows-$offerings.jsonl
    say "$rows customers x $offerings offerings x 12 attributes"
    rm -rf "$folder"
    "$build/tools/fitmatch-generate" "$folder" --rows "$rows" --offerings "$offerings" --attributes 12 --quiet ||
        fail "fitmatch-generate failed"
    measure fitmatch "$build/bench/peers/bench_peer_fitmatch" "$folder" "$seconds" "$threads" \
        "$duckdb_rows" "$postgres_rows"
    local common=("$folder" --threads "$threads" --seconds "$seconds")
    if wants duckdb; then
        # shellcheck disable=SC2046
        measure DuckDB $python "$here/peer_duckdb.py" "${common[@]}" --rows "$duckdb_rows" $(break_option duckdb --break)
    fi
    if wants postgres; then
        # shellcheck disable=SC2046
        measure PostgreSQL $python "$here/peer_postgres.py" "${common[@]}" --rows "$postgres_rows" \
            $(break_option postgres --break)
    fi
    if wants numpy; then
        # shellcheck disable=SC2046
        measure NumPy $python "$here/peer_numpy.py" "${common[@]}" $(break_option numpy --break)
    fi
    if wants croaring || wants croaring-debian; then
        $python "$here/encode.py" "$folder" "$work/codes" "$threads" || fail "encode.py failed"
        for peer in croaring croaring-debian; do
            # shellcheck disable=SC2046
            wants $peer && measure $peer "$work/peer_$peer" "$work/codes" "$seconds" "$threads" fit,best \
                $(break_option $peer break)
        done
        rm -rf "$work/codes"
    fi
    rm -rf "$folder"
}

files=()
for size in "${sizes[@]}"; do
    # shellcheck disable=SC2086
    compare $size
    files+=("$results")
done
mkdir -p "$out"
$python "$here/report.py" "$out" "$threads" "${files[@]}"
