#!/usr/bin/env bash
# Help, version, and what the tool says when it is called in the wrong way.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
here=$WORK_DIR/w
workspace "$here"
cd "$here" || exit 1

about "no arguments"
run
expect_code 2
expect_empty "$out"
expect "usage: fitmatch" "$err"

for words in --help -h help; do
    about "$words"
    run $words
    expect_code 0
    expect_empty "$err"
    expect "examples" "$out"
done
for command in match check explain; do
    for words in "help $command" "$command --help" "$command -h" "$command fit.yaml --help"; do
        about "$words"
        # shellcheck disable=SC2086
        run $words
        expect_code 0
        expect_empty "$err"
        expect "usage: fitmatch $command fit.yaml" "$out"
        expect "examples" "$out"
        expect "exit codes" "$out"
    done
    about "$command: help fits the screen"
    expect_equal "$(awk 'length > 80' "$out" | wc -l)" 0 "lines over 80 characters"
done

for words in --version -V version; do
    about "$words"
    run $words
    expect_code 0
    expect_like '^fitmatch [0-9]+\.[0-9]+\.[0-9]+' "$out"
    expect_like 'instruction set: (scalar|sse|avx2|avx512) ' "$out"
    expect_like '^threads: [0-9]+$' "$out"
    expect_like '^libraries: .*jansson' "$out"
done

# wrong PATTERN ARGUMENTS...: one line that says what is wrong and where help is, exit code 2, nothing written.
wrong() {
    local pattern=$1
    shift
    snapshot "$here" >"$WORK_DIR/before"
    run "$@"
    snapshot "$here" >"$WORK_DIR/after"
    about "$*"
    expect_code 2
    expect_like "$pattern" "$err"
    expect_like '^fitmatch: error: ' "$err"
    expect_like '--help' "$err"
    expect_equal "$(wc -l <"$err")" 1 "lines on standard error"
    expect_safe "$err"
    expect_empty "$out"
    expect_same "$WORK_DIR/before" "$WORK_DIR/after"
}

wrong 'mtach: .*did you mean `match`' mtach fit.yaml
wrong 'explian: .*did you mean `explain`' explian fit.yaml K1
wrong 'xyzzy: no such command' xyzzy
wrong 'did you mean `fitmatch match fit.yaml`' fit.yaml
wrong 'no such command' $'\033[31mred'
wrong '--versoin: no such option' --versoin
wrong 'chekc: .*did you mean `check`' help chekc
wrong 'which model' match
wrong 'which model' check
wrong 'which model' explain
wrong 'which customer' explain fit.yaml
wrong 'which customer\? An id is blank' explain fit.yaml ' '
wrong 'which customer\? An id is blank' explain fit.yaml K1 ''
wrong '--row goes with one customer' explain fit.yaml K1 K2 --row 1
wrong '--row and --all-rows: choose one' explain fit.yaml K1 --row 1 --all-rows
wrong '--row 0: not a whole number' explain fit.yaml --row 0
wrong '--json and --csv: choose one' explain fit.yaml K1 --json --csv
wrong '-o needs --csv or --json' explain fit.yaml K1 -o table.txt
wrong '--offering: name one or more' explain fit.yaml K1 --offering ,
wrong '-7: no such option' explain fit.yaml -7
wrong 'one argument too many: more' match fit.yaml more
wrong '--verdcit: .*did you mean `--verdict`' match fit.yaml --verdcit refer
wrong '--treads: .*did you mean `--threads`' match fit.yaml --treads=2
wrong '--offerings: .*did you mean `--offering`' explain fit.yaml K1 --offerings basic
wrong '--strict: no such option' check fit.yaml --strict
wrong '--ver could be|--t could be|could be --threads or --timings' match fit.yaml --t
wrong '--json takes no value' match fit.yaml --json=1
wrong '--quiet takes no value' match fit.yaml --quiet=1
wrong '-x: no such option' match fit.yaml --json -x
wrong '-x: no such option' match fit.yaml -qx
wrong '-o needs a value' match fit.yaml -o
wrong '--verdict needs a value' match fit.yaml --verdict
wrong 'refuse: no such verdict' match fit.yaml --verdict refuse
wrong 'walkaway: .*did you mean `walk_away`' match fit.yaml --verdict refer,walkaway
wrong 'name one or more' match fit.yaml --verdict ,
wrong 'phnoe: .*did you mean `phone`' match fit.yaml --keep phnoe
wrong 'fax: no such column in customers.csv' match fit.yaml --keep phone,fax
wrong 'score: the match table has a column' match fit.yaml --keep score
for number in 0 -1 two 99999 1x ''; do
    wrong '--threads .*not a whole number from 1 to' match fit.yaml --threads="$number"
done
wrong 'avx521: .*did you mean' match fit.yaml --instruction-set avx521
wrong 'neon: .*there is|neon: .*has ' match fit.yaml --instruction-set neon
wrong 'purple: auto, always or never' match fit.yaml --color purple
wrong 'same file' match fit.yaml -o a.csv --rejects a.csv
wrong 'needs the name of a file' match fit.yaml -o a.csv --rejects -

about "options stand anywhere, and end at --"
run match -q fit.yaml -o matches.csv
expect_code 0
run match -q -o matches.csv -- fit.yaml
expect_code 0
expect_same expected.csv matches.csv
finish
