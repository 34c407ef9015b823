#!/usr/bin/env bash
# golden.sh PROGRAM ANALYSES: the oracle, and fitmatch, against tables that neither of them wrote, and their analyses
# against each other; skipped without the tables.
set -euo pipefail

program=$1
analyses=$2
found=0
for folder in "$FITMATCH_SHARED/golden" "$FITMATCH_SHARED/realdata/scms-deliveries"; do
    if [ -d "$folder" ]; then
        found=1
        "$program" --golden "$folder" --fitmatch "$FITMATCH" --analyses "$analyses"
    fi
done
if [ $found -eq 0 ]; then
    echo "no golden tables in $FITMATCH_SHARED"
    exit 77
fi
