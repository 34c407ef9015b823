#!/usr/bin/env bash
# From a file of customers to answers, beside DuckDB reading and writing the same; README.md says how.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: bench/ingest.sh [options]

  --build DIR     build folder with a Release build of the project (build/release)
  --rows N        customers (10000000, about 570 MB)
  --times N       the pipe holds them N times over (10); 1 leaves the pipe out
  --threads N     for both (2)
  --repeat N      rounds of measurements (5)
  --temporary DIR where files go, some 3 GB, removed at the end ($TMPDIR)
  -o DIR          where ingest.txt and ingest.json go (results beside this script)
  -h, --help      this text

Exit: 0 measured, whether or not the targets were met; 1 something failed, or an answer is wrong; 2 wrong usage.
TEXT
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$here/../build/release out=$here/results temporary=${TMPDIR:-/tmp}
rows=10000000 times=10 threads=2 repeat=5
while [ $# -gt 0 ]; do
    case $1 in
    --build | --rows | --times | --threads | --repeat | --temporary | -o)
        [ $# -ge 2 ] || { usage >&2; exit 2; }
        if [ "$1" = -o ]; then out=$2; else declare "${1#--}=$2"; fi
        shift
        ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
    shift
done

say() { echo "ingest: $*" >&2; }
fail() { say "$*"; exit 1; }
# shellcheck source=bench/peers/fetch.sh
. "$here/peers/fetch.sh"
fetch_duckdb
export PEERS_DUCKDB=$duckdb_library PYTHONDONTWRITEBYTECODE=1
grep -q '^CMAKE_BUILD_TYPE:[A-Z]*=Release$' "$build/CMakeCache.txt" || fail "$build is not a Release build"

folder=$(mktemp -d "$temporary/fitmatch-ingest.XXXXXX")
trap 'rm -rf "$folder"' EXIT
say "generating $rows customers"
# Blank cells as many as make 57 bytes a row; of the business columns only the value is left.
"$build/tools/fitmatch-generate" "$folder" --rows "$rows" --attributes 12 --wants 0 --blank 63 --business --quiet
cut -d, -f1,3-15 "$folder/customers.csv" >"$folder/cut"
mv "$folder/cut" "$folder/customers.csv"
sed -i 's/^customer: .*/customer: {value: deal_value}/' "$folder/fit.yaml"

commit=$(git -C "$here" rev-parse --short=10 HEAD 2>/dev/null || echo unknown)
[ -z "$(git -C "$here" status --porcelain --untracked-files=no 2>/dev/null)" ] || commit+=" and changes"
compiler=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
python3 "$here/ingest.py" --fitmatch "$build/tools/fitmatch" --scan "$build/bench/bench_scan" --folder "$folder" \
    --out "$out" --commit "$commit" --compiler "$("$compiler" --version | head -n 1)" \
    --rows "$rows" --threads "$threads" --repeat "$repeat" --times "$times"
