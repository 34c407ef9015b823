#!/usr/bin/env bash
# Base files: what a command says of a table it says of the base file made from it; files that are none, damaged or of
# another model; what is on disk after a kill.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

ws=$WORK_DIR/harbour
fmb=$ws/customers.fmb
workspace "$ws"

about "encode"
run encode "$ws/fit.yaml"
expect_code 0
expect "6 customer rows encoded" "$err"
expect "bytes a row" "$err"
expect_empty "$out"
expect_file "$fmb"
expect_no_file "$ws/customers.rejects.csv"
cp -- "$fmb" "$WORK_DIR/first.fmb"
for threads in 1 2 7; do
    run encode "$ws/fit.yaml" -q --threads "$threads"
    expect_code 0
    expect_empty "$err"
    expect_same "$WORK_DIR/first.fmb" "$fmb"
done
run_from "$ws/customers.csv" encode "$ws/fit.yaml" --customers - -o "$WORK_DIR/piped.fmb" --json
expect_code 0
expect_same "$WORK_DIR/first.fmb" "$WORK_DIR/piped.fmb"
expect_json "$out" 'd["command"], d["rows"], d["rejects"]["rows"], d["file_bytes"] > 0' "('encode', 6, 0, True)"
run encode "$ws/fit.yaml" -q --customers "$fmb" -o "$WORK_DIR/again.fmb"
expect_code 0
expect_same "$WORK_DIR/first.fmb" "$WORK_DIR/again.fmb"

about "in place of the table"
for threads in 1 2 7; do
    run match "$ws/fit.yaml" -q --customers "$fmb" --threads "$threads"
    expect_code 0
    expect_same "$ws/expected.csv" "$out"
done
cp -- "$fmb" "$ws/customers.data"
run match "$ws/fit.yaml" -q --customers "$ws/customers.data"
expect_same "$ws/expected.csv" "$out"
sed 's/^customers: .*/customers: customers.fmb/' "$ws/fit.yaml" >"$ws/fmb.yaml"
run match "$ws/fmb.yaml" -q
expect_code 0
expect_same "$ws/expected.csv" "$out"
for id in K1 K2 K3 K4 K5 K6 ' K6 '; do
    run explain "$ws/fit.yaml" "$id"
    cp -- "$out" "$WORK_DIR/explained"
    run explain "$ws/fit.yaml" "$id" --customers "$fmb"
    expect_code 0
    expect_same "$WORK_DIR/explained" "$out"
done
run explain "$ws/fit.yaml" K66 --customers "$fmb"
expect_code 1
expect "near it: K6" "$err"
run summary "$ws/fit.yaml" --csv
cp -- "$out" "$WORK_DIR/summed"
run summary "$ws/fit.yaml" --csv --customers "$fmb"
expect_code 0
expect_same "$WORK_DIR/summed" "$out"
run check "$ws/fit.yaml" --customers "$fmb"
expect_code 0
expect_like 'Baris?ta|training|Repair' "$out"

about "standard input"
run_from "$fmb" match "$ws/fit.yaml" --customers -
expect_code 1
expect "a base file cannot be read from standard input" "$err"
expect_empty "$out"

about "columns to keep"
run match "$ws/fit.yaml" --customers "$fmb" --keep phone
expect_code 1
expect 'lacks column `phone` (to keep: encode with --keep)' "$err"
run encode "$ws/fit.yaml" -q --keep phone -o "$WORK_DIR/kept.fmb"
expect_code 0
run match "$ws/fit.yaml" -q --keep phone
cp -- "$out" "$WORK_DIR/kept.csv"
run match "$ws/fit.yaml" -q --customers "$WORK_DIR/kept.fmb" --keep phone
expect_code 0
expect_same "$WORK_DIR/kept.csv" "$out"
run match "$ws/fit.yaml" -q --customers "$WORK_DIR/kept.fmb"
expect_same "$ws/expected.csv" "$out"
run encode "$ws/fit.yaml" --keep fone
expect_code 2
expect 'did you mean' "$err"

about "rows set aside"
mistakes=$WORK_DIR/mistakes
workspace "$mistakes"
printf 'K7,Gale,soon,,,,,,,\n' >>"$mistakes/customers.csv"
run encode "$mistakes/fit.yaml"
expect_code 3
expect "1 row was set aside, the first at" "$err"
expect_like '^8,9,.*soon' "$mistakes/customers.rejects.csv"
run match "$mistakes/fit.yaml" --customers "$mistakes/customers.fmb" -o "$mistakes/matches.csv"
expect_code 3
expect "1 row was set aside when the base file was encoded" "$err"
expect_same "$mistakes/expected.csv" "$mistakes/matches.csv"
expect_no_file "$mistakes/matches.rejects.csv"
run match "$mistakes/fit.yaml" --customers "$mistakes/customers.fmb" --json -o "$mistakes/matches.csv"
expect_json "$out" 'd["rejects"]' "{'rows': 1, 'file': None, 'first': None}"
run match "$mistakes/fit.yaml" --customers "$mistakes/customers.fmb" --strict
expect_code 1
run check "$mistakes/fit.yaml" --customers "$mistakes/customers.fmb" --json
expect_code 3
expect_json "$out" 'd["rejects"]["rows"], d["rejects"]["first"]' "(1, [])"
before=$(snapshot "$mistakes")
run encode "$mistakes/fit.yaml" --strict
expect_code 1
expect "customers.csv:8:9" "$err"
expect_equal "$(snapshot "$mistakes")" "$before" "the folder"

about "another model"
sed 's/rule: covers/rule: any_of/' "$ws/fit.yaml" >"$ws/other.yaml"
run match "$ws/other.yaml" --customers "$fmb" -o "$WORK_DIR/none.csv"
expect_code 1
expect '`region` was encoded with rule "covers", the model says "any_of"' "$err"
expect_no_file "$WORK_DIR/none.csv"
printf '  - {name: colour, rule: covers}\n' >>"$ws/other.yaml"
sed 's/^offering_id/&,colour/; s/^\(basic\|swift\|island\)/&,red/' "$ws/offerings.csv" >"$ws/coloured.csv"
sed -i 's/rule: any_of/rule: covers/; s/offerings: .*/offerings: coloured.csv/' "$ws/other.yaml"
run match "$ws/other.yaml" --customers "$fmb"
expect_code 1
expect 'lacks column `colour` (need and want of `colour`): encode' "$err"
expect_empty "$out"

about "files that are none"
bad=$WORK_DIR/bad.fmb
head -c 500 "$fmb" >"$bad"
run match "$ws/fit.yaml" --customers "$bad"
expect_code 1
expect "bytes, it should have" "$err"
for at in 8 20 130 700 1500; do
    cp -- "$fmb" "$bad"
    printf '\377' | dd of="$bad" bs=1 seek="$at" conv=notrunc status=none
    run match "$ws/fit.yaml" --customers "$bad"
    expect_code 1
    expect_like 'damaged|version|it should have' "$err"
    expect_empty "$out"
done
run match "$ws/fit.yaml" --customers "$ws"
expect_code 1

about "places"
run encode "$ws/fit.yaml" -o "$WORK_DIR"
expect_code 1
run encode "$ws/fit.yaml" -o "$WORK_DIR/nowhere/customers.fmb"
expect_code 1
run encode "$ws/fit.yaml" -o "$ws/customers.csv"
expect_code 1
expect "is an input of this run: write the base file to another file" "$err"
run encode "$ws/fmb.yaml"
expect_code 1
expect "is an input of this run" "$err"
run encode "$ws/fit.yaml" -o -
expect_code 2
run_from "$ws/customers.csv" encode "$ws/fit.yaml" --customers -
expect_code 1
expect "-o FILE" "$err"
run encode "$ws/fit.yaml" -o /dev/full
expect_code 1
run encode "$ws/fit.yaml" -q -o /dev/null
expect_code 0
run encode
expect_code 2
run encode --help
expect_code 0
expect "usage: fitmatch encode" "$out"

about "today's version stays readable"
golden=$SOURCE_DIR/tests/golden/base-v1
run match "$golden/fit.yaml" -q --customers "$golden/customers.fmb"
expect_code 3
expect_same "$golden/expected.csv" "$out"
run match "$golden/fit.yaml" -q --rejects "$WORK_DIR/golden.rejects.csv"
expect_code 3
expect_same "$golden/expected.csv" "$out"
# As long as the version is 1, the program writes what it wrote before.
run encode "$golden/fit.yaml" -q --keep phone -o "$WORK_DIR/golden.fmb"
expect_code 3
expect_same "$golden/customers.fmb" "$WORK_DIR/golden.fmb"

about "golden workspaces"
shared=${FITMATCH_SHARED:-$SOURCE_DIR/../shared}
for folder in "$SOURCE_DIR/data/" "$shared"/golden/*/ "$shared"/realdata/scms-deliveries/workspace/; do
    [ -e "$folder/fit.yaml" ] || continue
    about "$folder"
    run match "${folder%/}/fit.yaml" -q --threads 1
    cp -- "$out" "$WORK_DIR/from-table.csv"
    run encode "${folder%/}/fit.yaml" -q -o "$WORK_DIR/golden.fmb"
    for threads in 1 3; do
        run match "${folder%/}/fit.yaml" -q --customers "$WORK_DIR/golden.fmb" --threads "$threads"
        expect_same "$WORK_DIR/from-table.csv" "$out"
    done
done

# A kill at any moment leaves the old file or the new one.
about "kill"
kills=${FITMATCH_KILLS:-20}
"$FITMATCH_GENERATE" "$WORK_DIR/large" --rows 60000 --business -q
run encode "$WORK_DIR/large/fit.yaml" -q -o "$WORK_DIR/new.fmb"
expect_code 0
target=$WORK_DIR/large/customers.fmb
began=$(date +%s%N)
run encode "$WORK_DIR/large/fit.yaml" -q
took=$((($(date +%s%N) - began) / 1000))
old=0
for ((i = 0; i < kills; i++)); do
    cp -- "$WORK_DIR/first.fmb" "$target"
    defaults "$FITMATCH" encode "$WORK_DIR/large/fit.yaml" -q >/dev/null 2>&1 &
    victim=$!
    sleep "$(printf '0.%06d' $((took * i / kills % 1000000)))"
    kill -9 "$victim" 2>/dev/null
    wait "$victim" 2>/dev/null
    checks=$((checks + 1))
    if cmp -s -- "$WORK_DIR/first.fmb" "$target"; then
        old=$((old + 1))
    elif ! cmp -s -- "$WORK_DIR/new.fmb" "$target"; then
        fail "after a kill at $i of $kills the file is neither the old one nor the new one"
    fi
done
echo "$kills kills: $old times the old file, $((kills - old)) times the new one"
expect_equal "$(find "$WORK_DIR/large" -name '*.fmb' | wc -l) $(find "$WORK_DIR/large" -mindepth 1 | wc -l)" "1 4" "files left"

finish
