#!/usr/bin/env bash
# in_fresh_folder.sh FOLDER COMMAND...: runs COMMAND in FOLDER, emptied first.
set -euo pipefail

folder=$1
shift
case $folder in
*/tests/run/?*) rm -rf -- "$folder" ;;
*)
    echo "in_fresh_folder.sh: will not empty $folder" >&2
    exit 2
    ;;
esac
mkdir -p -- "$folder"
cd -- "$folder"
exec "$@"
