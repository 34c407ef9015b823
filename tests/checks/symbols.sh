#!/usr/bin/env bash
# symbols.sh STATIC SHARED [MORE_STATIC...]: static libraries define nothing outside fm_ (public) and fm__
# (internal); the shared one exports the public part and nothing else.
set -euo pipefail

# Clang gives OpenMP's locks a common symbol that the run-time library merges across libraries.
allowed='^\.gomp_critical_user_'

static=$1
shared=$2
shift 2
bad=0

for library in "$static" "$@"; do
    [ -n "$library" ] || continue
    names=$(nm --extern-only --defined-only --format=posix "$library" | awk '!/]:$/ && NF { print $1 }')
    others=$(grep -v -e '^fm_' -e "$allowed" <<<"$names" || true)
    if [ -n "$others" ]; then
        echo "$library defines symbols that do not start with fm_:"
        echo "$others"
        bad=1
    fi
    echo "$(basename "$library"): $(grep -c '^fm_[^_]' <<<"$names") public, $(grep -c '^fm__' <<<"$names") internal"
done

names=$(nm --dynamic --defined-only --format=posix "$shared" | awk '{ print $1 }')
others=$(grep -v -e '^fm_[^_]' -e "$allowed" <<<"$names" || true)
if [ -n "$others" ]; then
    echo "$shared exports symbols that are not public:"
    echo "$others"
    bad=1
fi
echo "$(basename "$shared"): $(grep -c '^fm_[^_]' <<<"$names") exported"
exit $bad
