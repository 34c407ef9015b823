#!/usr/bin/env bash
# fitmatch walkaway, segments, matrix and questions.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
here=$WORK_DIR/w
workspace "$here"
cd "$here" || exit 1

about "the list for people"
run walkaway fit.yaml
expect_code 0
expect "Harbour Coffee: 3 customers that nothing of ours fits" "$out"
expect_like "^ +1  Café Düne \(K3\)" "$out"
expect "3,000 expected" "$out"
expect "Region: they need \"Islands\", it offers \"North\"" "$out"
expect "refer them to Isle Crew; \`island\` fits" "$out"
expect "walk away; nobody's offering fits" "$out"
expect "Overpromise! \`swift\` would fit on what it promises, not on what it" "$out"
expect "names no column for \`owner\`" "$out"
expect_safe "$out"

about "the list as CSV"
cat >rows.csv <<'CSV'
customer_id,name,owner,stage,value,expected_money,verdict,offering_id,gap,refer_to,refer_supplier,overpromise
K3,Café Düne,,desire,4000.5,3000.375,refer,swift,"region needs Islands, offers North",island,Isle Crew,
K6,Flow,,desire,800,600,walk_away,swift,"repair_hours needs <= 12 h, offers 30 h (nominal 24 h); price needs <= 10 EUR, offers 80 EUR",,,
K2,"Brine, Salt & Co",,interest,2000,500,walk_away,basic,"repair_hours needs <= 24 h, offers 48 h",,,swift
CSV
run walkaway fit.yaml --csv -o list.csv
expect_code 0
expect_empty "$out"
expect_same rows.csv list.csv
run walkaway fit.yaml --csv --stage Desire --min-value 800 --reason price
expect_equal "$(cut -d, -f1 "$out" | tr '\n' ' ')" "customer_id K6 " "filtered"
run walkaway fit.yaml --csv --top 1
expect_equal "$(cut -d, -f1 "$out" | tr '\n' ' ')" "customer_id K3 " "the first"

about "a file for each owner"
cat >customers.csv <<'CSV'
customer_id,name,repair_hours,region,max_price,deal_value,stage,seller
A,a,1,North,,100,desire,Ann
B,b,1,North,,90,desire,../Up: and?
C,c,1,North,,80,desire,ann
D,d,1,North,,70,desire, Ann 
E,e,1,North,,60,desire,
F,f,1,North,,50,desire,rows
G,g,1,North,,40,desire,NUL
H,h,1,North,,30,desire,Änne
CSV
sed -i 's/stage: stage}/stage: stage, owner: seller}/' fit.yaml
run walkaway fit.yaml --by owner -o lists -q
expect_code 0
expect_equal "$(ls lists | LC_ALL=C sort | tr '\n' '|')" \
    "Ann.csv|NUL-2.csv|_._Up_ and_.csv|ann-2.csv|no-owner.csv|owners.csv|rows-2.csv|rows.csv|totals.csv|Änne.csv|" "files"
expect_equal "$(cut -d, -f1 lists/Ann.csv | tr '\n' ' ')" "customer_id A D " "those of Ann"
expect_equal "$(cut -d, -f1 lists/no-owner.csv | tr '\n' ' ')" "customer_id E " "those of nobody"
expect_equal "$(wc -l <lists/rows.csv | tr -d ' ')" 9 "all rows"
run walkaway fit.yaml --by owner --tables other --owner Ann -q
expect_code 0
expect_equal "$(ls other | tr '\n' ' ')" "Ann.csv owners.csv rows.csv totals.csv " "files"

about "wrong options"
for wrong in "--stage dezire" "--reason regoin" "--owner Anne" "--by customer" "--by owner" "--min-value much" \
    "--min-value -1" "--top 0" "--by owner -o a --csv" "--tables x -o y"; do
    # shellcheck disable=SC2086
    run walkaway fit.yaml $wrong
    expect_code 2
    expect_empty "$out"
done
run walkaway fit.yaml --stage dezire
expect "did you mean \`desire\`?" "$err"
run walkaway fit.yaml --reason regoin
expect "did you mean \`region\`?" "$err"
# told before customers are looked for: there are none
for wrong in "--stage dezire" "--reason regoin"; do
    # shellcheck disable=SC2086
    run walkaway fit.yaml --customers nowhere.csv $wrong
    expect_code 2
    expect "did you mean" "$err"
done
run walkaway fit.yaml --owner Anm
expect "did you mean \`Ann\`?" "$err"
run segments fit.yaml --min-rows 0
expect_code 2
run walkaway fit.yaml --by owner -o "$here/fit.yaml"
expect_code 1
expect "cannot" "$err"

about "help"
for command in walkaway segments matrix questions; do
    run "$command" --help
    expect_code 0
    expect "usage: fitmatch $command fit.yaml" "$out"
    expect "examples" "$out"
    run help "$command"
    expect_code 0
done

about "segments"
workspace "$here"
run segments fit.yaml --csv
expect_code 0
expect_equal "$(cut -d, -f2,3 "$out" | tr '\n' ' ')" "unmet,rows repair_hours,1 repair_hours;price,1 region,1 " "segments"
run segments fit.yaml --rows --csv --table members
expect_equal "$(cut -d, -f2 "$out" | tr '\n' ' ')" "customer_id K2 K6 K3 " "members"
run segments fit.yaml --tables tables
expect_equal "$(ls tables | tr '\n' ' ')" "demands.csv members.csv segments.csv " "tables"
run segments fit.yaml
expect_code 0
expect_safe "$out"

about "matrix and questions"
run matrix fit.yaml --csv
expect "new,one_away,create,2,0.333333333333333,6000.5,3500.375" "$out"
expect "names no column for \`existing\`" "$err"
run questions fit.yaml --csv
expect "repair_hours,How long can you do without your machine?,1,1,500,125,1" "$out"

about "what is left out is said within the width"
for analysis in walkaway segments; do
    COLUMNS=40 run "$analysis" "$SOURCE_DIR/data/fit.yaml"
    expect_like '^ +and [0-9]+ more: --all' "$out"
    expect_equal "$(sed -n '/ more: --all/,$p' "$out" | awk 'length > 40' | wc -l)" 0 "lines over 40 characters"
done

about "nothing to ask"
sed '/when_blank/d' fit.yaml >asked.yaml
run questions asked.yaml
expect_code 0
expect "There is nothing to list." "$out"
run questions fit.yaml
expect_not "There is nothing to list." "$out"

about "JSON"
run walkaway fit.yaml --json
expect_json "$out" "[r['customer_id'] for r in d['tables']['rows']]" "['K3', 'K6', 'K2']"
expect_json "$out" "d['tables']['rows'][0]['overpromise']" "None"
run segments fit.yaml --json
expect_json "$out" "sum(s['rows'] for s in d['tables']['segments'])" "3"
run matrix fit.yaml --json
expect_json "$out" "sum(c['rows'] for c in d['tables']['cells'])" "6"
run questions fit.yaml --json
expect_json "$out" "d['tables']['questions'][0]['attribute']" "repair_hours"
finish
