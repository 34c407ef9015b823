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

about "the worst of our own first"
cp -r . ../p
(
    cd ../p || exit 1
    sed -i 's/min_records: 3/min_records: 4/' fit.yaml
    {
        echo "offering_id,supplier,repair_hours,region,price,training"
        printf '%s,,24,,1,\n' few kept bad worse good bad2
        echo "theirs,Them,24,,1,"
    } >offerings.csv
    {
        echo offering_id,attribute,value
        for of in "few 1 99" "kept 24 24 24 24" "bad 24 24 30 30" "worse 24 30 30 30" "good 1 1 1 1" "bad2 30 30 24 24" \
            "theirs 30 30 30 30"; do
            for hours in ${of#* }; do echo "${of%% *},repair_hours,$hours"; done
        done
    } >history.csv
)
COLUMNS=120 run promises ../p/fit.yaml
expect_code 0
expect_equal "$(sed -n '/ours first/,$p' "$out" | awk 'NR > 2 { print $1 }' | tr '\n' ' ')" \
    "worse bad bad2 good kept few theirs " "the order"
expect_like '^  broken +3 +1$' "$out"
expect_like '^  better +1 +0$' "$out"
expect_like '^  kept +1 +0$' "$out"
expect_like '^  too few records +1 +0$' "$out"
run promises ../p/fit.yaml --csv
expect_equal "$(cut -d, -f1 "$out" | tr '\n' ' ')" "offering_id few kept bad worse good bad2 theirs " "the order of the table"

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
