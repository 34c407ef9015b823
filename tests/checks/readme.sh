#!/usr/bin/env bash
# readme.sh EXAMPLE: the program that the README shows is the file itself, and prints what the README says.
set -euo pipefail

example=$1
shown=$(awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$SOURCE_DIR/README.md")
diff <(printf '%s\n' "$shown") "$SOURCE_DIR/tools/examples/match_in_memory.c" ||
    { echo "README.md does not show tools/examples/match_in_memory.c as it is"; exit 1; }
"$example" | while IFS= read -r line; do
    grep -qxF "    $line" "$SOURCE_DIR/README.md" || { echo "README.md does not show this output: $line"; exit 1; }
done

# The commands that it names exist.
for script in tools/quickstart.sh tools/test.sh .ci/run; do
    [ -x "$SOURCE_DIR/$script" ] || { echo "$script is not executable"; exit 1; }
done
