#!/usr/bin/env bash
# Every kind of bad input ends with exit code 1, a message that says where and what, and an untouched disk.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

here=$WORK_DIR/bad

# prepare NAME: a fresh workspace with results of an earlier run, and the current folder in it.
prepare() {
    cd "$WORK_DIR" || exit 1
    workspace "$here"
    cd "$here" || exit 1
    echo "an earlier table" >matches.csv
    printf 'line,column,reason,row\n1,1,an earlier reject,x\n' >matches.rejects.csv
    about "$1"
}

# bad PATTERN [ARGUMENTS...]: match fails with a message like the pattern and leaves everything as it was.
bad() {
    local pattern=$1
    shift
    snapshot "$here" >"$WORK_DIR/before"
    run match fit.yaml -o matches.csv "$@"
    snapshot "$here" >"$WORK_DIR/after"
    expect_code 1
    expect_like "$pattern" "$err"
    expect_not '(null)' "$err"
    expect_safe "$err"
    expect_empty "$out"
    expect_same "$WORK_DIR/before" "$WORK_DIR/after"
}

# bad_input PATTERN: the same, and check finds it too.
bad_input() {
    bad "$1"
    run check fit.yaml
    expect_code 1
    expect_like "$1" "$err"
    expect_empty "$out"
}

prepare "missing model"
mv fit.yaml fit.yml
bad_input '^fit\.yaml: error: .*(No such file|no such file)|error: .*fit\.yaml.*No such file'
prepare "missing offerings"
rm offerings.csv
bad_input 'offerings\.csv.*No such file'
prepare "missing history"
rm history.csv
bad_input 'history\.csv.*No such file'
prepare "missing customers"
rm customers.csv
bad_input 'customers\.csv.*No such file'

prepare "directory as model"
rm fit.yaml
mkdir fit.yaml
bad_input 'fit\.yaml.*directory'
for table in offerings history customers; do
    prepare "directory as $table"
    rm $table.csv
    mkdir $table.csv
    bad_input "$table\\.csv.*directory"
done
prepare "directory as output"
mkdir results
bad 'results.*directory' -o results

prepare "unreadable YAML"
printf 'company: [Harbour\nattributes:\n  - name: x\n' >fit.yaml
bad_input '^fit\.yaml:[0-9]+:[0-9]+: error: '
prepare "YAML with a tab as indent"
printf 'company: Harbour\nattributes:\n\t- name: x\n' >fit.yaml
bad_input '^fit\.yaml:3:[0-9]+: error: '
prepare "unknown rule"
sed -i 's/rule: covers/rule: cover/' fit.yaml
bad_input '^fit\.yaml:18:11: error: .*did you mean `covers`'
prepare "unknown key"
sed -i 's/when_blank:/when_blnk:/' fit.yaml
bad_input '^fit\.yaml:14:5: error: .*did you mean `when_blank`'
prepare "attribute twice"
sed -i 's/name: region/name: repair_hours/' fit.yaml
bad_input '^fit\.yaml:16:[0-9]+: error: .*repair_hours'
prepare "no own offering"
sed -i 's/^basic,,/basic,Isle Crew,/; s/Harbour Coffee,Swift/Isle Crew,Swift/' offerings.csv
bad_input '^offerings\.csv(:[0-9]+(:[0-9]+)?)?: error: .*own'
prepare "offering id twice"
sed -i 's/^island,/basic,/' offerings.csv
bad_input '^offerings\.csv:4:1: error: .*basic'
prepare "history of an unknown offering"
sed -i 's/^basic,repair/basics,repair/' history.csv
bad_input '^history\.csv:5:1: error: .*basics.*did you mean `basic`'
prepare "history of an unknown attribute"
sed -i 's/^basic,repair_hours/basic,repair_hour/' history.csv
bad_input '^history\.csv:5:7: error: .*repair_hour.*did you mean `repair_hours`'
prepare "history of an attribute that is no number"
sed -i 's/^basic,repair_hours/basic,region/' history.csv
bad_input '^history\.csv:5:7: error: .*region'
prepare "history value that is no number"
sed -i 's/,60$/,soon/' history.csv
bad_input '^history\.csv:5:20: error: .*soon'
for percentile in 0 101; do
    prepare "percentile $percentile"
    sed -i "s/percentile: 90/percentile: $percentile/" fit.yaml
    bad_input '^fit\.yaml:5:[0-9]+: error: .*percentile'
done
for weight in 0 256; do
    prepare "weight $weight"
    sed -i "s/weight: 3/weight: $weight/" fit.yaml
    bad_input '^fit\.yaml:13:[0-9]+: error: .*weight'
done
prepare "price 1e999"
sed -i 's/,Islands,90,/,Islands,1e999,/' offerings.csv
bad_input '^offerings\.csv:4:36: error: .*1e999'
prepare "all faults together"
sed -i 's/rule: covers/rule: cover/; s/percentile: 90/percentile: 0/; s/weight: 3/weight: 256/' fit.yaml
bad_input '^fit\.yaml:5:'
expect_like '^fit\.yaml:13:' "$err"
expect_like '^fit\.yaml:18:' "$err"

for table in offerings history customers; do
    prepare "NUL byte in $table"
    printf 'a\0b\n' >>$table.csv
    bad_input "^$table\\.csv:[0-9]+:2: error: .*NUL"
    prepare "NUL byte in the header of $table"
    { printf 'a\0b,'; cat $table.csv; } >x && mv x $table.csv
    bad_input "^$table\\.csv:1:2: error: .*NUL"
    prepare "one line of 100 MB in $table"
    head -c 100000000 /dev/zero | tr '\0' 'x' >>$table.csv
    bad_input "^$table\\.csv:[0-9]+:[0-9]+: error: .*long"
    prepare "empty $table"
    : >$table.csv
    bad_input "^$table\\.csv:1:1: error: .*empty"
    prepare "a column twice in $table"
    sed -i '1s/$/,offering_id,offering_id/; 2,$s/$/,,/' $table.csv
    bad_input "^$table\\.csv:1:[0-9]+: error: .*offering_id"
    prepare "a quote that never closes in $table"
    printf '"x,y\nz,\n' >>$table.csv
    lines=$(($(wc -l <$table.csv) - 1))
    bad_input "^$table\\.csv:$lines:[0-9]+: error: .*quote"
done
prepare "NUL byte in the model"
printf 'a: "\0"\n' >>fit.yaml
bad_input '^fit\.yaml:[0-9]+:[0-9]+: error: '
prepare "one line of 100 MB in the model"
{ printf '# '; head -c 100000000 /dev/zero | tr '\0' 'x'; printf '\nattributes: 5\n'; } >>fit.yaml
bad_input '^fit\.yaml(:[0-9]+:[0-9]+)?: error: '
prepare "empty model"
: >fit.yaml
bad_input '^fit\.yaml(:[0-9]+:[0-9]+)?: error: '
prepare "customers with a header only"
sed -i '2,$d' customers.csv
bad_input '^customers\.csv:1:1: error: '
prepare "offerings with a header only"
sed -i '2,$d' offerings.csv
bad_input '^offerings\.csv(:[0-9]+)*: error: '
prepare "no id column"
sed -i '1s/customer_id/customer/' customers.csv
bad_input '^customers\.csv:1(:[0-9]+)?: error: .*customer_id'
prepare "a bad row, strict"
sed -i '4s/36/soon/' customers.csv
bad '^customers\.csv:4:[0-9]+: error: .*soon' --strict

prepare "an output folder that does not exist"
bad 'nowhere.*No such file' -o nowhere/matches.csv
bad 'nowhere.*No such file' --rejects nowhere/rejects.csv
prepare "a file as output folder"
bad 'offerings\.csv.*Not a directory' -o offerings.csv/matches.csv
prepare "an output folder is missing before the long work"
bad 'nowhere.*No such file' -o nowhere/matches.csv --customers missing.csv
expect_not missing.csv "$err"
prepare "an input as output"
for input in fit.yaml customers.csv offerings.csv history.csv; do
    bad "$input.*input" -o $input
    bad "$input.*input" --rejects $input
done
ln -s customers.csv alias.csv
bad 'alias\.csv.*input' -o alias.csv

prepare "a full disk"
sed -i '4s/36/soon/' customers.csv
if [ -c /dev/full ]; then
    bad 'No space left on device' -o /dev/full
    bad 'No space left on device' --rejects /dev/full
    snapshot "$here" >"$WORK_DIR/before"
    "$FITMATCH" match fit.yaml >/dev/full 2>"$err"
    code=$?
    snapshot "$here" >"$WORK_DIR/after"
    expect_code 1
    expect 'No space left on device' "$err"
    expect_same "$WORK_DIR/before" "$WORK_DIR/after"
    for command in "check fit.yaml" "explain fit.yaml K1" "--help" "--version"; do
        # shellcheck disable=SC2086
        "$FITMATCH" $command >/dev/full 2>"$err"
        code=$?
        expect_code 1
        expect 'No space left on device' "$err"
    done
else
    skip "/dev/full is missing"
fi
prepare "a disk that fills up"
{ head -1 customers.csv; for i in $(seq 3000); do echo "L$i,Customer $i,36,North,,,,1,desire,0"; done; } >x && mv x customers.csv
for reason in table rejects; do
    [ $reason = rejects ] && sed -i '2,$s/36/soon/; $a K1,Anchor,48,North,60,40,,1000,desire,1' customers.csv
    snapshot "$here" >"$WORK_DIR/before"
    (
        trap '' XFSZ
        ulimit -f 16 # KiB in bash
        defaults "$FITMATCH" match fit.yaml -o matches.csv >"$out" 2>"$err"
    )
    code=$?
    snapshot "$here" >"$WORK_DIR/after"
    expect_code 1
    expect 'File too large' "$err"
    expect_same "$WORK_DIR/before" "$WORK_DIR/after"
done
prepare "a real full disk"
mkdir tiny
if mount -t tmpfs -o size=64k tmpfs tiny 2>/dev/null; then
    for i in $(seq 3000); do echo "L$i,Customer $i,36,North,,,,1,desire,0"; done >>customers.csv
    echo "an earlier table" >tiny/m.csv
    bad 'No space left on device' -o tiny/m.csv
    umount tiny
else
    skip "a small disk cannot be mounted here"
fi

prepare "invalid UTF-8"
printf 'K7\377,Caf\351\033[31m\302\233x,48,North,60,,,1,desire,1\nK7\377\376,Q,nan,North,60,,,1,desire,1\n' >>customers.csv
run match fit.yaml -o matches.csv
expect_code 3
expect_safe "$err"
printf 'K7\377,fit,basic,100,,,,,,,Caf\351\033[31m\302\233x,1,desire\n' >"$WORK_DIR/wanted"
tail -1 matches.csv >"$WORK_DIR/got"
expect_same "$WORK_DIR/wanted" "$WORK_DIR/got"
printf 'K7\377\376,Q,nan,North,60,,,1,desire,1' >"$WORK_DIR/wanted"
tail -1 matches.rejects.csv >"$WORK_DIR/got"
checks=$((checks + 1))
LC_ALL=C grep -qF -f "$WORK_DIR/wanted" "$WORK_DIR/got" || fail "the rejected row is not as it stood" "$WORK_DIR/got"
run explain fit.yaml $'K7\377'
expect_code 0
expect_safe "$out"
expect_safe "$err"
expect 'Caf\xE9\x1B[31m\xC2\x9Bx' "$out"
run explain fit.yaml $'K7\377' --json
expect_code 0
expect_json "$out" 'd["rows"][0]["customer_id"]' $'K7\357\277\275'
run explain fit.yaml $'K8\377\033]0;x\007'
expect_code 1
expect_safe "$err"
run check fit.yaml
expect_code 3
expect_safe "$out"
expect_safe "$err"
run check fit.yaml --json
expect_code 3
expect_json "$out" 'd["rejects"]["rows"]' 1
prepare "invalid UTF-8 in an error"
printf 'K9\033\377,x,48,North,60,,,1,desire,1\n' >>offerings.csv
bad_input '^offerings\.csv:5:'
prepare "invalid UTF-8 in a file's name"
bad 'K.xFF' --customers $'K\377'
finish
