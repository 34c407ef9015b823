#!/usr/bin/env bash
# Tries the comparison itself: run.sh --quick ends well and measures everybody, and a wrong answer is seen.
# Not for CI: it fetches and installs. check.sh [options of run.sh, such as --build DIR]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

"$here/run.sh" --quick "$@" -o "$out" >"$out/log"
for name in fitmatch DuckDB PostgreSQL NumPy CRoaring "CRoaring (Debian)"; do
    # two sizes, two jobs, one formulation or two
    count=$(grep -c "^$name  " "$out/peers.txt" || true)
    [ "$count" -ge 4 ] || { echo "check: $name was measured $count times" >&2; exit 1; }
done
python3 -c '
import json, sys, xml.dom.minidom
entries = json.load(open(sys.argv[1] + "/peers.json", encoding="utf-8"))
assert all(e["value"] > 0 and {"name", "unit", "range", "extra"} < e.keys() for e in entries), "peers.json"
xml.dom.minidom.parse(sys.argv[1] + "/peers.svg")
' "$out"

for name in duckdb postgres numpy croaring; do
    if "$here/run.sh" --quick "$@" --only $name --break $name -o "$out" >"$out/log" 2>&1; then
        echo "check: a wrong answer of $name was not seen" >&2
        exit 1
    fi
    # every measurement of the broken one, and none of fitmatch
    good=$(grep -Ev '^fitmatch|^x' "$out/peers.txt" | grep -cE ' [0-9.]+e[0-9]+ ' || true)
    wrong=$(grep -c 'WRONG ANSWER' "$out/peers.txt" || true)
    if [ "$good" -ne 0 ] || [ "$wrong" -lt 4 ] || grep -q '^fitmatch.*WRONG' "$out/peers.txt"; then
        echo "check: of $name $wrong answers were found wrong and $good right" >&2
        exit 1
    fi
done
echo "check: all is well"
