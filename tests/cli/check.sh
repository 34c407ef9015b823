#!/usr/bin/env bash
# What `fitmatch check` finds.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
here=$WORK_DIR/w
workspace "$here"
cd "$here" || exit 1

about "a workspace in order"
snapshot . >"$WORK_DIR/before"
run check fit.yaml
snapshot . >"$WORK_DIR/after"
expect_code 0
expect_empty "$err"
expect_same "$WORK_DIR/before" "$WORK_DIR/after"
expect "fit.yaml: Harbour Coffee, 4 attributes" "$out"
expect "2 of our own, 1 of 1 partner" "$out"
expect "customers.csv: 6 rows, none set aside" "$out"
about "columns that nothing uses"
expect_like '^  phone$' "$out"
about "promises"
expect_like '^  swift +Repair time +24 h +30 h +3$' "$out"
expect_not "basic " "$out"
about "needs that nobody meets"
expect_like '^  Repair time: 12 h \(1 row\)|^  Repair time: 24 h \(1 row\), 12 h \(1 row\)|^  Repair time: 12 h \(1 row\), 24 h \(1 row\)' "$out"
expect_like '^  Price: 10 EUR \(1 row\)' "$out"
about "what customers ask for"
expect_like '^  Repair time +at_most +66\.7 % +16\.7 % +16\.7 % +4' "$out"
expect_like '^  Price +at_most +66\.7 % +33\.3 % +4 +33\.3 % +2' "$out"

about "JSON"
run check fit.yaml --json
expect_code 0
expect_json "$out" 'd["schema"], d["command"], d["rows"], d["ignored_columns"]' "(1, 'check', 6, ['phone'])"
expect_json "$out" 'd["broken_promises"][0]["offering_id"], d["broken_promises"][0]["dependable"]' "('swift', 30.0)"
expect_json "$out" 'd["attributes"][0]["need"]["unasked_rows"]' 1
expect_json "$out" '[x["demand"] for x in d["attributes"][2]["needs_nobody_meets"]]' "['10 EUR']"

about "quiet"
run check fit.yaml -q
expect_code 0
expect_empty "$out"
expect_empty "$err"

about "ids that come more than once"
printf 'K1,Again,48,North,60,,,1,desire,1\n K1 ,Once more,48,North,60,,,1,desire,1\nK2,Again,48,North,60,,,1,desire,1\n' \
    >>customers.csv
run check fit.yaml
expect_code 0
expect "2 ids in 5 rows: K1 (3 times), K2 (2 times)" "$out"
run check fit.yaml --json
expect_json "$out" 'd["duplicates"]["ids"], d["duplicates"]["rows"]' "(2, 5)"

about "columns that are missing"
workspace "$here"
sed -i 's/,stage,/,phase,/; s/,hoped_price,/,dreamt_price,/' customers.csv
run check fit.yaml
expect_code 0
expect_like 'warning: .*stage' "$err"
expect_like 'stage, hoped_price$' "$out"
expect_like 'dreamt_price, phase, phone$' "$out"
run check fit.yaml --json
expect_json "$out" 'd["missing_columns"]' "['stage', 'hoped_price']"

about "values that no offering has"
workspace "$here"
printf 'V1,a,48,North|Moon,60,,,1,desire,1\nV2,b,48,moon,60,,,1,desire,1\nV3,c,48,Mars,60,,,1,desire,1\n' >>customers.csv
run check fit.yaml
expect_like '^  Region: moon \(2 rows\), mars \(1 row\)|^  Region: Moon \(2 rows\), Mars \(1 row\)' "$out"
run check fit.yaml --json
expect_json "$out" '[(x["value"].lower(), x["rows"]) for x in d["attributes"][1]["values_nobody_has"]]' \
    "[('moon', 2), ('mars', 1)]"

about "what no offering says"
workspace "$here"
sed -i 's/,yes$/,no/' offerings.csv
run check fit.yaml
expect "No offering says anything about" "$out"
expect_like '^  Barista training$' "$out"

about "suppliers almost like the company"
workspace "$here"
sed -i 's/^island,Isle Crew/island,harbour  COFFEE/' offerings.csv
run check fit.yaml
expect_like '^  harbour  COFFEE$' "$out"

about "no customers"
workspace "$here"
sed -i '/^customers:/d' fit.yaml
run check fit.yaml
expect_code 0
expect "no customers" "$out"
run check fit.yaml --customers customers.csv
expect_code 0
expect "6 rows" "$out"
run match fit.yaml
expect_code 1
expect "--customers" "$err"
run check fit.yaml --json
expect_json "$out" 'd["rows"], d["customers"]' "(None, None)"

about "the sample"
run check "$SOURCE_DIR/data/fit.yaml"
expect_code 0
finish
