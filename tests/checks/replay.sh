#!/usr/bin/env bash
# replay.sh PROGRAM FOLDER: hands every file of a fuzzer's corpus to its replay program.
set -euo pipefail

program=$1
corpus=$2
shopt -s nullglob
files=("$corpus"/*)
if [ ${#files[@]} -eq 0 ]; then
    echo "no corpus in $corpus" >&2
    exit 1
fi
"$program" "${files[@]}"
echo "${#files[@]} files replayed"
