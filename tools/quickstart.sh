#!/usr/bin/env bash
# From a fresh checkout to a match table: installs what is missing, builds, matches the sample data.
set -euo pipefail

case ${1:-} in
"") ;;
-h | --help)
    echo "Usage: tools/quickstart.sh"
    echo "Installs missing packages, builds fitmatch and matches data/fit.yaml into build/quickstart/."
    exit 0
    ;;
*)
    echo "Usage: tools/quickstart.sh" >&2
    exit 2
    ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools/setup.sh build

mkdir -p build/quickstart
log=build/quickstart/build.log
[ -x build/release/tools/fitmatch ] || echo "Building fitmatch (once, about a minute) ..." >&2
if ! {
    { [ -f build/release/build.ninja ] || cmake --preset release; } &&
        cmake --build --preset release --parallel "$(nproc)" --target fitmatch
} >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "quickstart: the build failed; all of it is in $log" >&2
    exit 1
fi

matches=build/quickstart/matches.csv
rejects=build/quickstart/matches.rejects.csv
rm -f "$matches" "$rejects"
status=0
build/release/tools/fitmatch match data/fit.yaml -o "$matches" || status=$?
# 3: done, with some rows set aside
[ $status -eq 0 ] || [ $status -eq 3 ] || exit $status

echo
echo "The match table, one row per customer:"
echo "    $PWD/$matches"
if [ -f "$rejects" ]; then
    echo "Rows that could not be read, and why:"
    echo "    $PWD/$rejects"
fi
cat <<EOF

Try next:
    build/release/tools/fitmatch check data/fit.yaml
    build/release/tools/fitmatch match data/fit.yaml --verdict refer,walk_away
    build/release/tools/fitmatch --help
EOF
