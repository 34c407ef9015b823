#!/usr/bin/env bash
# fitmatch promises.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
here=$WORK_DIR/w
workspace "$here"
cd "$here" || exit 1
# Customers are not read.
rm customers.csv

about "text"
COLUMNS=120 run promises fit.yaml
expect_code 0
expect_empty "$err"
expect_like '^  swift +Repair time +24 h +30 h +3 +2 +66\.7 % .*broken' "$out"
expect_like '^  basic +Repair time +48 h +48 h +1 +0 +0 % +too few records' "$out"

about "parted on a narrow screen, with offering and attribute in each part"
COLUMNS=60 run promises fit.yaml
expect_like '^  swift +Repair time +66\.7 % .*broken' "$out"

about "CSV"
run promises fit.yaml --csv
expect_code 0
cat >"$WORK_DIR/wanted" <<'CSV'
offering_id,attribute,nominal,dependable,records,kept_records,kept_share,state
basic,repair_hours,48 h,48 h,1,0,0,too few records
swift,repair_hours,24 h,30 h,3,2,0.666666666666667,broken
CSV
expect_same "$out" "$WORK_DIR/wanted"
run promises fit.yaml --csv --table promises -o p.csv
expect_code 0
expect_empty "$out"
expect_same p.csv "$WORK_DIR/wanted"
run promises fit.yaml --tables folder
expect_code 0
expect_same folder/promises.csv "$WORK_DIR/wanted"

about "JSON"
run promises fit.yaml --json
expect_code 0
expect_json "$out" 'd["analysis"], d["tables"]["promises"][1]["state"], d["tables"]["promises"][1]["kept_records"]' \
    "('promises', 'broken', 2)"

about "no records"
sed -i '/^history/d' fit.yaml
run promises fit.yaml
expect_code 0
expect "no delivery records" "$out"

about "options of customers, and mistakes"
run promises fit.yaml --customers customers.csv
expect_code 2
run promises fit.yaml --csv --table promise
expect_code 2
expect 'did you mean `promises`' "$err"
run promises nowhere.yaml
expect_code 1
run promises --help
expect_code 0
expect "usage: fitmatch promises fit.yaml" "$out"
expect_not "--customers" "$out"
finish
