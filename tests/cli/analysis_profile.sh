#!/usr/bin/env bash
# fitmatch profile.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
here=$WORK_DIR/w
workspace "$here"
cd "$here" || exit 1

about "no favourites"
run profile fit.yaml
expect_code 0
expect 'names no column for `favourite`' <(tr '\n' ' ' <"$out" | tr -s ' ')

about "too few favourites"
sed -i 's/stage: stage}/stage: stage, favourite: phone}/' fit.yaml
sed -i 's/,111$/,yes/; s/,[2-6]\{3\}$/,/' customers.csv
run profile fit.yaml
expect_code 0
expect "There are 1 favourites and 5 other customers" <(tr '\n' ' ' <"$out" | tr -s ' ')

about "enough of them"
for ((i = 0; i < 20; i++)); do echo "F$i,Fan,24,North,,,,,,yes"; done >>customers.csv
run profile fit.yaml
expect_code 0
expect_like '^  Repair time +24 h +20 +1 ' "$out"
run profile fit.yaml --csv
expect_code 0
expect_like '^repair_hours,12 h,0,1,-[0-9]+\.[0-9]{4},-' "$out"
run profile fit.yaml --csv --table prospects
expect_equal "$(sed -n 2p "$out" | cut -d, -f1)" K2 "the best prospect"
expect_equal "$(wc -l <"$out")" 6 "lines"
run profile fit.yaml --csv --table prospects --top 2
expect_equal "$(wc -l <"$out")" 3 "lines of the first two"
run profile fit.yaml --json --top 1
expect_code 0
expect_json "$out" 'len(d["tables"]["prospects"]), d["tables"]["prospects"][0]["customer_id"]' "(1, 'K2')"
run profile fit.yaml --tables all
expect_code 0
expect_file all/features.csv
expect_file all/prospects.csv

about "mistakes"
run profile fit.yaml --top many
expect_code 2
run profile fit.yaml --csv --table feature
expect_code 2
expect 'did you mean `features`' "$err"
finish
