#!/usr/bin/env bash
# golden.sh PROGRAM: the oracle, and fitmatch, against tables that neither of them wrote; skipped without them.
set -euo pipefail

program=$1
found=0
for folder in "$FITMATCH_SHARED/golden" "$FITMATCH_SHARED/realdata/scms-deliveries"; do
    if [ -d "$folder" ]; then
        found=1
        "$program" --golden "$folder" --fitmatch "$FITMATCH"
    fi
done
if [ $found -eq 0 ]; then
    echo "no golden tables in $FITMATCH_SHARED"
    exit 77
fi
