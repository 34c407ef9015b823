#!/usr/bin/env bash
# coverage.sh: lines that the tests ran, least covered file first; after tools/test.sh --preset coverage.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../build/coverage"

# Each source of the engine is compiled once; gcov names it with the folder it was compiled from.
find . -name '*.gcda' -not -path '*/tests/*' -print0 |
    xargs -0 gcov --no-output 2>/dev/null |
    awk -F"[':% ]+" -v root="$(cd ../.. && pwd)/" '
        /^File / { file = $0; sub(/^File ./, "", file); sub(/.$/, "", file) }
        /^Lines executed/ && index(file, root) == 1 {
            name = substr(file, length(root) + 1)
            if ($5 > total[name]) total[name] = $5
            if ($3 > percent[name]) percent[name] = $3
            file = "" # a sum over all files follows the last one
        }
        END {
            for (name in total) {
                printf "%6.1f %% of %5d  %s\n", percent[name], total[name], name
                lines += total[name]
                ran += percent[name] / 100 * total[name]
            }
            if (lines) printf "%6.1f %% of %5d  all\n", 100 * ran / lines, lines
        }' | sort -n
