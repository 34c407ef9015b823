#!/usr/bin/env bash
# fitmatch deals.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
here=$WORK_DIR/w
workspace "$here"
cd "$here" || exit 1

about "no column of deals"
run deals fit.yaml
expect_code 0
expect 'names no column for `offered`' "$out"

about "deals"
sed -i 's/stage: stage}/stage: stage, owner: owner, offered: offered}/' fit.yaml
paste -d, customers.csv <(printf 'owner,offered\nZoe,basic\nZoe,swift\nAl,island\nAl,basic\nAl,nobody\nAl,swift\n') >x
mv x customers.csv
run deals fit.yaml
expect_code 0
expect_empty "$err"
expect_like '^  Al +4 +1 +0 +1 +1 +1' "$out"
expect_like '^  K2 +Zoe +swift +overpromises' "$out"
run deals fit.yaml --csv --table deals -o d.csv
expect_code 0
cat >"$WORK_DIR/wanted" <<'CSV'
customer_id,owner,offered,state,value,unmet,fitting
K2,Zoe,swift,overpromises,2000,repair_hours,
K6,Al,swift,does_not_fit,800,repair_hours;price,
CSV
expect_same d.csv "$WORK_DIR/wanted"
run deals fit.yaml --json
expect_code 0
expect_json "$out" 'd["tables"]["owners"][0]["owner"], d["tables"]["owners"][0]["referrals_money"]' "('Al', 4000.5)"
run deals fit.yaml --tables all
expect_code 0
expect_same all/deals.csv "$WORK_DIR/wanted"
expect_file all/owners.csv

about "mistakes"
run deals fit.yaml --csv --table deal
expect_code 2
expect 'did you mean `deals`' "$err"
run deals fit.yaml --top 3
expect_code 2
finish
