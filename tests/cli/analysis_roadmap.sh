#!/usr/bin/env bash
# fitmatch roadmap: which change of an offering would win most.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
here=$WORK_DIR/w
workspace "$here"
cd "$here" || exit 1

about "changes"
run roadmap fit.yaml --csv
expect_code 0
expect_empty "$err"
expect "offering_id,attribute,from,to,rows,money,expected_money,cost,per_cost" "$out"
expect "swift,repair_hours,30 h,24 h,1,2000,500,," "$out"
run roadmap fit.yaml --csv --by money --top 1
expect_equal "$(wc -l <"$out")" 2 "lines"
run roadmap fit.yaml --plan 2 --json
expect_code 0
expect_json "$out" 'd["tables"]["plan"][0]["step"]' 1
expect_json "$out" 'd["tables"]["plan"][0]["cost"]' None

about "no word is cut in two on a narrow screen"
for width in 60 80 100; do
    COLUMNS=$width run roadmap "$SOURCE_DIR/data/fit.yaml" --top 3
    expect_code 0
    expect_equal "$(grep -cE '^  standard  Spare part on( site)? ' "$out")" "$(grep -c '^  standard  Sp' "$out")" "lines"
    expect_like '^  standard  Spare part on ' "$out"
done

about "costs"
printf 'cost;value;offering;attribute\n10;20 h;swift;repair_hours\n5;Islands|North;swift;region\n' >costs.csv
run roadmap fit.yaml --cost costs.csv --csv
expect_code 0
expect "swift,repair_hours,30 h,20 h,1,2000,500,10,0.1" "$out"
printf 'cost,value,offering,attribute\n1,soon,swift,repair_hours\n1,1,swft,price\n' >bad.csv
run roadmap fit.yaml --cost bad.csv
expect_code 1
expect 'bad.csv:2:3: error: "soon" is not a number' "$err"
expect 'bad.csv:3:5: error: there is no offering `swft`; did you mean `swift`?' "$err"
run roadmap fit.yaml --cost bad.csv --customers nowhere.csv
expect_code 1
expect 'bad.csv:2:3: error: "soon" is not a number' "$err"
expect_not "nowhere" "$err"

about "what is typed wrongly"
run roadmap fit.yaml --by mony
expect_code 2
expect 'did you mean `money`?' "$err"
run roadmap fit.yaml --plan many
expect_code 2

about "help"
run roadmap --help
expect_code 0
expect "most customers of those" "$out"
finish
