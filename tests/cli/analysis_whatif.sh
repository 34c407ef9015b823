#!/usr/bin/env bash
# fitmatch whatif: before and after a change of what is offered.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
here=$WORK_DIR/w
workspace "$here"
cd "$here" || exit 1

about "a value that is set"
run whatif fit.yaml --set swift.repair_hours=20 --csv
expect_code 0
expect_empty "$err"
expect_equal "$(cat "$out")" "verdict,rows_before,rows_after,rows_change,money_before,money_after,money_change,expected_money_before,expected_money_after,expected_money_change
fit,2,3,1,1000,3000,2000,750,1250,500
ask,1,1,0,500,500,0,125,125,0
refer,1,1,0,4000.5,4000.5,0,3000.375,3000.375,0
walk_away,2,1,-1,2800,800,-2000,1100,600,-500" "verdicts"
run whatif fit.yaml --set 'swift.repair_hours = 20 h' --csv --table flips
expect "walk_away,fit,1,2000,500" "$out"
run whatif fit.yaml --set swift.repair_hours=20 --csv --table customers
expect_equal "$(wc -l <"$out")" 1 "customers are listed only when asked"
run whatif fit.yaml --set swift.repair_hours=20 --csv --table customers --rows
expect "K2,walk_away,fit,basic,swift,2000" "$out"

about "offerings added and dropped"
printf 'offering_id,repair_hours,region,price,training\nisles,30,islands,90,\n' >new.csv
run whatif fit.yaml --add new.csv --drop basic,island --json
expect_code 0
expect_json "$out" 'd["tables"]["verdicts"][0]["rows_after"]' 2
expect_json "$out" 'd["tables"]["verdicts"][2]["rows_after"]' 0
expect_json "$out" 'd["analysis"]' whatif

about "dots and equals signs in names"
sed -i 's/^swift,/a.swift=x,/' offerings.csv
sed -i 's/^swift,/a.swift=x,/' history.csv
run whatif fit.yaml --set a.swift=x.repair_hours=20 --csv --table flips
expect_code 0
expect "walk_away,fit,1" "$out"
workspace "$here"

about "what is typed wrongly"
run whatif fit.yaml
expect_code 2
expect "what changes? Give --set, --add or --drop" "$err"
run whatif fit.yaml --set swft.repair_hours=20
expect_code 2
expect 'there is no offering `swft`; did you mean `swift`?' "$err"
run whatif fit.yaml --set swift.repair_hour=20
expect_code 2
expect 'there is no attribute `repair_hour`; did you mean `repair_hours`?' "$err"
run whatif fit.yaml --set swift
expect_code 2
expect "write OFFERING.ATTRIBUTE=VALUE" "$err"
run whatif fit.yaml --set swift.repair_hours=soon
expect_code 2
expect '"soon" is not a number' "$err"
run whatif fit.yaml --drop basc
expect_code 2
expect 'there is no offering `basc`; did you mean `basic`?' "$err"
run whatif fit.yaml --drop basic,swift
expect_code 2
expect "no own offering would be left" "$err"
run whatif fit.yaml --set swft.repair_hours=20 --customers nowhere.csv
expect_code 2
expect 'did you mean `swift`?' "$err"
run whatif fit.yaml --set swift.price=1 --csv --table flip
expect_code 2
expect 'did you mean `flips`?' "$err"
printf 'offering_id,repair_hours,region,price,training\nisles,many,islands,90,\nswift,1,,1,\n' >bad.csv
run whatif fit.yaml --add bad.csv
expect_code 1
expect 'bad.csv:2:7: error: repair_hours: "many" is not a number' "$err"
expect 'bad.csv:3:1: error: there is an offering `swift` already' "$err"
run whatif fit.yaml --add nothere.csv
expect_code 1

about "help"
run whatif --help
expect_code 0
expect "OFFERING.ATTRIBUTE=VALUE" "$out"
finish
