#!/usr/bin/env bash
# Builds fitmatch and runs all of its tests.
set -euo pipefail

usage() {
    cat <<'EOF'
Usage: tools/test.sh [--preset NAME] [--] [CTEST ARGUMENT...]

Installs missing packages, builds everything and runs all tests; ctest's summary comes last.

  --preset NAME   release (the default), dev, clang, asan, tsan, coverage

Examples:
  tools/test.sh                      everything
  tools/test.sh -LE slow             without the long comparisons
  tools/test.sh -R cli_ -V           the command-line tests, with their output
  tools/test.sh --preset asan -L unit
EOF
}

preset=release
while [ $# -gt 0 ]; do
    case $1 in
    --preset)
        [ $# -ge 2 ] || { usage >&2; exit 2; }
        preset=$2
        shift 2
        ;;
    --preset=*)
        preset=${1#--preset=}
        shift
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    --)
        shift
        break
        ;;
    *) break ;;
    esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools/setup.sh all

mkdir -p build
log=build/$preset-build.log
echo "Building $preset ..." >&2
if ! { cmake --preset "$preset" && cmake --build --preset "$preset" --parallel "$(nproc)"; } >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    echo "test: the build failed; all of it is in $log" >&2
    exit 1
fi
ctest --preset "$preset" --no-tests=error --no-label-summary "$@"
