#!/usr/bin/env bash
# Every CSV file in the given folders, read by fitmatch's scanner and by DuckDB: the same names, rows and bytes.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: tests/checks/csv_duckdb.sh [--fetch] [--library FILE] PROGRAM FOLDER...

  PROGRAM         csv_duckdb of the build folder
  FOLDER          searched for *.csv
  --library FILE  libduckdb.so (default: what bench/peers/run.sh fetched)
  --fetch         fetches it with npm pack where it is not there

Exit: 0 no difference, 1 a difference, 2 something cannot be read, 77 no folder or no library: nothing was compared.
TEXT
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
say() { echo "csv_duckdb: $*" >&2; }
fail() { say "$*"; exit 2; }
# shellcheck source=bench/peers/fetch.sh
. "$here/../../bench/peers/fetch.sh"

library=$duckdb_library
fetches=0
while [ $# -gt 0 ]; do
    case $1 in
    --library)
        [ $# -ge 2 ] || { usage >&2; exit 2; }
        library=$2
        shift
        ;;
    --fetch) fetches=1 ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) break ;;
    esac
    shift
done
[ $# -ge 2 ] || { usage >&2; exit 2; }
program=$1
shift

folders=()
for folder in "$@"; do
    if [ -d "$folder" ]; then folders+=("$folder/"); else say "no folder $folder"; fi
done
if [ ${#folders[@]} -eq 0 ]; then exit 77; fi
if [ "$fetches" = 1 ]; then fetch_duckdb; fi
if [ ! -e "$library" ]; then
    say "no libduckdb.so: --fetch gets it"
    exit 77
fi
mapfile -d '' files < <(find "${folders[@]}" -name '*.csv' -type f -print0 | LC_ALL=C sort -z)
[ ${#files[@]} -gt 0 ] || fail "no CSV file in ${folders[*]}"
"$program" "$library" "${files[@]}"
