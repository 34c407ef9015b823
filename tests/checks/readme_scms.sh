#!/usr/bin/env bash
# The README's questions are answered by what the tool prints: in the same order, and nothing between two lines but
# where the README has "..."; skipped without the data.
set -euo pipefail

workspace=$FITMATCH_SHARED/realdata/scms-deliveries/workspace
[ -e "$workspace/fit.yaml" ] || { echo "no workspace in $FITMATCH_SHARED"; exit 77; }
export COLUMNS=100 NO_COLOR=1 LC_ALL=C.UTF-8
cd "$workspace"

# compare SHOWN OUTPUT: the blank lines between tables count for nothing.
compare() {
    awk '
        NR == FNR { shown[++count] = $0; next }
        $0 == "" { next }
        { printed[++lines] = $0 }
        END {
            at = 1
            for (i = 1; i <= count; i++) {
                if (shown[i] == "...") { gap = 1; continue }
                while (gap && at <= lines && printed[at] != shown[i]) at++
                if (at > lines || printed[at] != shown[i]) { print "not printed here: " shown[i]; exit 1 }
                at++; gap = 0
            }
            if (!gap && at <= lines) { print "left out without ...: " printed[at]; exit 1 }
        }' "$1" "$2"
}

commands=0
check() {
    [ -n "$command" ] || return 0
    read -ra words <<<"$command"
    "$FITMATCH" "${words[@]:1}" >"$WORK_DIR/printed" 2>"$WORK_DIR/said" ||
        { echo "$command: exit code $?"; cat "$WORK_DIR/said"; exit 1; }
    [ -s "$WORK_DIR/shown" ] || { echo "$command: the README shows nothing of it"; exit 1; }
    compare "$WORK_DIR/shown" "$WORK_DIR/printed" || { echo "README.md: $command"; exit 1; }
    commands=$((commands + 1))
    command=
}

command=
while IFS= read -r line; do
    case $line in
    '    $ fitmatch '*) check; command=${line#'    $ '}; : >"$WORK_DIR/shown" ;;
    '    '*) [ -z "$command" ] || printf '%s\n' "${line#    }" >>"$WORK_DIR/shown" ;;
    *) check ;;
    esac
done < <(sed -n '/^## Five questions/,/^## Your/p' "$SOURCE_DIR/README.md")
check
[ "$commands" -ge 7 ] || { echo "README.md: $commands commands where 7 were to be found"; exit 1; }
echo "commands: $commands"
