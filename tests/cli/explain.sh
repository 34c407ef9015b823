#!/usr/bin/env bash
# One customer explained, in words and as a table.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
here=$WORK_DIR/w
workspace "$here"
cd "$here" || exit 1

# words TEXT: the sentences of the answer, joined into one line, hold the text.
words() {
    tr '\n' ' ' <"$out" | tr -s ' ' >"$WORK_DIR/words"
    expect "$1" "$WORK_DIR/words"
}

about "fit"
run explain fit.yaml K1
expect_code 0
expect_empty "$err"
expect "Anchor Bar (K1, row 1)" <(tr -s ' ' <"$out")
expect "FIT, score 100 of 100" "$out"
words 'Go ahead: offer Anchor Bar our `basic`. It meets all 3 of their needs, and grants their one wish.'
expect_like '^  Repair time +at most 48 h +✓ +48 h' "$out"
expect_like '^  all needs met +yes' "$out"
expect "✓+ 40 EUR" "$out"
expect "✓- " <(sed 's/✗- /✓- /' "$out")

about "walk away and overpromise"
run explain fit.yaml K2
expect_code 0
words "Step back: nobody's offer fits Brine, Salt & Co. Our closest, \`basic\`, falls short."
words 'Repair time: they need at most 24 h, it delivers 48 h.'
words 'Do not be tempted: `swift` promises 24 h but delivers 30 h (Repair time, 3 records).'
expect_like '^  swift +Repair time +24 h +30 h +3 +not kept' "$out"
expect_like '^  basic +Repair time +48 h +48 h +1 +too few to tell' "$out"

about "refer"
run explain fit.yaml K3
expect_code 0
words 'Step back: no offer of ours fits Café Düne.'
words 'Region: they need "Islands", it offers "North".'
words 'Refer them to Isle Crew: `island` meets everything they need.'
expect "partner: Isle Crew" <(tr '\n' ' ' <"$out" | tr -s ' ')

about "ask"
run explain fit.yaml K4
expect_code 0
words 'Ask: "How long can you do without your machine?" (Repair time)'
expect "? not asked yet" "$out"

about "a need that is a flag"
run explain fit.yaml K6
expect_code 0
words 'Repair time: they need at most 12 h, it delivers 30 h (promised 24 h); Price: they need at most 10 EUR'

about "plain characters"
LC_ALL=C run explain fit.yaml K2
expect_code 0
expect_not "✓" "$out"
expect_like 'NO  ?48 h' "$out"

about "columns are aligned by characters, not bytes"
sed 's/Islands/Förde/' offerings.csv >x && mv x offerings.csv
sed 's/,Islands,/,Förde,/' customers.csv >x && mv x customers.csv
sed -i 's/label: Price/label: Prix été/' fit.yaml
COLUMNS=200 run explain fit.yaml K3
sed -n '/^  attribute/,/^$/p' "$out" >"$WORK_DIR/table"
if command -v python3 >/dev/null; then
    python3 - "$WORK_DIR/table" >"$WORK_DIR/aligned" <<'PYTHON'
import re
import sys
rows = [line.rstrip("\n") for line in open(sys.argv[1], encoding="utf-8") if line.strip()]
begins = [match.start() for match in re.finditer(r"(?<=  )\S", rows[0])]
for row in rows:
    wrong = [at for at in begins if at < len(row) and row[at - 2 : at] != "  "]
    wrong += [at for at, mark in enumerate(row) if mark in "✓✗" and at not in begins]
    if wrong:
        print(row, wrong)
print(len(begins), len(rows))
PYTHON
    expect_equal "$(cat "$WORK_DIR/aligned")" "5 7" "columns and lines, after those that are not aligned"
fi
workspace "$here"

# widest: columns of the widest line of the answer.
widest() { wc -L <"$out"; }

# expect_width COLUMNS: no line is wider.
expect_width() {
    checks=$((checks + 1))
    [ "$(widest)" -le "$1" ] || fail "a line of $(widest) columns at width $1" "$out"
}

about "width"
for width in 40 60 80 200; do
    for id in K1 K2 K3 K4; do
        COLUMNS=$width run explain fit.yaml $id
        expect_code 0
        expect_width $width
        COLUMNS=$width LC_ALL=C run explain fit.yaml $id --all
        expect_width $width
    done
done
COLUMNS=200 run explain fit.yaml K2
expect_equal "$(grep -c '^  attribute' "$out")" 1 "tables at width 200"
COLUMNS=40 run explain fit.yaml K2 --all
checks=$((checks + 1))
[ "$(grep -c '^  attribute' "$out")" -gt 1 ] || fail "one table for all at width 40" "$out"
COLUMNS=40 run explain fit.yaml K2
expect "1 of 3 offerings are left out" <(tr '\n' ' ' <"$out" | tr -s ' ')
expect '`swift`, Repair time: promised 24 h, delivered 30 h, 3 records: not kept' \
    <(tr '\n' ' ' <"$out" | tr -s ' ')

about "whole numbers end under each other"
sed -i 's/^basic,,Basic,48,North|South,40,/basic,,Basic,48,North|South,140.5,/' offerings.csv
run explain fit.yaml K1
expect_like '^  Repair time +at most 48 h +✓ +  48 h  ' "$out"
expect_like '✗- 140\.5 EUR' "$out"
workspace "$here"

about "--offering"
run explain fit.yaml K2 --offering island,swift
expect_code 0
expect_like '^  attribute +need +island +swift' "$out"
run explain fit.yaml K2 --offering swift --offering basic
expect_code 0
run explain fit.yaml K2 --offering swfit
expect_code 1
expect 'no offering swfit; did you mean `swift`?' "$err"
expect_empty "$out"

about "an id that comes twice"
printf 'K2,Second,48,South,60,,,1,desire,1\n' >>customers.csv
run explain fit.yaml K2
expect_code 0
expect "(K2, row 2)" "$out"
expect_not "row 7)" "$out"
words '2 rows have this id; that id is in row 2, 7. --all-rows explains them all, --row N one of them.'
run explain fit.yaml K2 --all-rows
expect_code 0
expect "(K2, row 2)" "$out"
expect "Second (K2, row 7)" "$out"
expect_not "rows have this id" "$out"
run explain fit.yaml K2 --row 7
expect_code 0
expect_not "(K2, row 2)" "$out"
expect "(K2, row 7)" "$out"
expect_not "rows have this id" "$out"
run explain fit.yaml --row 7
expect "(K2, row 7)" "$out"
run explain fit.yaml K2 --row 3
expect_code 1
expect_empty "$out"
expect_equal "$(cat "$err")" "fitmatch: error: row 3 is of K3, not of K2; that id is in row 2, 7" "message"
run explain fit.yaml --row 8
expect_code 1
expect_equal "$(cat "$err")" "fitmatch: error: --row 8: there are 7 rows" "message"
run explain fit.yaml K2 --json
expect_json "$out" '[(r["row"], r["rows_with_id"]) for r in d["rows"]]' "[(2, 2)]"
expect 'K2 has 2 rows, of which the first is explained; that id is in row 2, 7 (--all-rows, --row N)' "$err"
run explain fit.yaml K2 --json -q
expect_empty "$err"
run explain fit.yaml K2 --json --all-rows
expect_json "$out" '[(r["row"], r["rows_with_id"]) for r in d["rows"]]' "[(2, 2), (7, 2)]"
expect_empty "$err"
for i in 1 2 3 4 5; do printf 'K2,Again,48,South,60,,,1,desire,1\n'; done >>customers.csv
run explain fit.yaml K2
words '7 rows have this id; that id is in row 2, 7, 8, 9, 10, ....'

about "several ids"
run explain fit.yaml K1 K3
expect_code 0
expect_like '^Anchor Bar \(K1, row 1\)$' "$out"
expect_like '^Café Düne \(K3, row 3\)$' "$out"
run explain fit.yaml K3 K1 --json
expect_json "$out" '[r["customer_id"] for r in d["rows"]]' "['K3', 'K1']"
run explain fit.yaml K1 K99
expect_code 1
expect_empty "$out"
expect "no customer K99" "$err"

about "unknown ids"
run explain fit.yaml K9
expect_code 1
expect_empty "$out"
expect_like '^fitmatch: error: no customer K9 in customers.csv; near it: K1, K2, K3$' "$err"
run explain fit.yaml nobody-at-all
expect_code 1
expect_equal "$(cat "$err")" "fitmatch: error: no customer nobody-at-all in customers.csv" "message"
run explain fit.yaml k1
expect_code 1
expect "near it: K1" "$err"
run explain fit.yaml ' K1 '
expect_code 0

about "odd ids"
printf -- '-7,Minus,48,North,60,,,1,desire,1\n-,Dash,48,North,60,,,1,desire,1\n' >>customers.csv
run explain fit.yaml -- -7
expect_code 0
expect "Minus (-7, row 13)" "$out"
run explain fit.yaml -
expect_code 0
expect "Dash (-, row 14)" "$out"
run explain fit.yaml -q K1 --row 1
expect_code 0
workspace "$here"

about "JSON"
run explain fit.yaml K6 --json
expect_code 0
expect_json "$out" 'd["schema"], d["command"], len(d["rows"])' "(1, 'explain', 1)"
expect_json "$out" 'd["rows"][0]["verdict"], d["rows"][0]["score"], d["rows"][0]["unmet"]' \
    "('walk_away', 20, ['repair_hours', 'price'])"
expect_json "$out" 'd["rows"][0]["columns"]["name"]' "Flow"
expect_json "$out" '[o["offering_id"] for o in d["rows"][0]["attributes"][0]["offerings"]]' "['basic', 'swift', 'island']"
expect_json "$out" 'd["rows"][0]["attributes"][0]["offerings"][1]["dependable"]' "30.0"
expect_json "$out" 'd["rows"][0]["attributes"][1]["need"]' "{'state': 'none', 'text': None}"

about "from standard input"
run_from customers.csv explain fit.yaml K3 --customers -
expect_code 0
words 'Refer them to Isle Crew'

about "what is offered now"
sed -i 's/stage: stage}/stage: stage, offered: phone}/' fit.yaml
sed -i 's/^\(K2,.*\),222$/\1,swift/' customers.csv
run explain fit.yaml K2
expect_code 0
words 'They are being offered `swift` now, which does not fit. Repair time: they need at most 24 h, it delivers 30 h (promised 24 h).'

# offered COUNT: so many more partners, each of whom misses more than the ones before.
offered() {
    workspace "$here"
    for i in $(seq "$1"); do echo "other$i,Partner $i,Other,$((100 + i)),South,99,no"; done >>offerings.csv
}

for count in 20 200; do
    about "$count more offerings"
    offered $count
    for width in 40 80 200; do
        COLUMNS=$width run explain fit.yaml K2
        expect_code 0
        expect_width $width
        expect_equal "$(grep -c '^  attribute' "$out")" $((width < 60 ? 2 : 1)) "tables at width $width"
        expect "of $((count + 3)) offerings are left out; --all shows them all" <(tr '\n' ' ' <"$out" | tr -s ' ')
    done
    # What the verdict names comes first, then whoever is closest.
    COLUMNS=80 run explain fit.yaml K2
    expect_like '^  attribute +need +basic +swift +island' "$out"
    COLUMNS=80 run explain fit.yaml K3
    expect_like '^  attribute +need +swift +island ' "$out"
    run explain fit.yaml K1 --all
    expect_code 0
    expect_width 80
    expect_not "left out" "$out"
    expect " other$count" "$out"
    expect_equal "$(grep -o '\bother[0-9]*' "$out" | sort -u | wc -l)" "$count" "others shown"
    run explain fit.yaml K1 --json
    expect_json "$out" 'len(d["rows"][0]["attributes"][0]["offerings"])' "$((count + 3))"
done
offered 20
sed -i 's/stage: stage}/stage: stage, offered: phone}/' fit.yaml
sed -i 's/^\(K1,.*\),111$/\1,other20/' customers.csv
run explain fit.yaml K1
expect_like '^  attribute +need, wish +basic +other20 ' "$out"

about "CSV"
workspace "$here"
run explain fit.yaml K6 --csv
expect_code 0
expect_empty "$err"
cat >"$WORK_DIR/wanted" <<'CSV'
row,customer_id,attribute,demand,kind,offering_id,offer,met
6,K6,repair_hours,12 h,need,basic,48 h,no
6,K6,repair_hours,12 h,need,swift,30 h,no
6,K6,repair_hours,12 h,need,island,30 h,no
6,K6,region,,need,basic,North|South,
6,K6,region,,need,swift,North,
6,K6,region,,need,island,Islands,
6,K6,price,10 EUR,need,basic,40 EUR,no
6,K6,price,10 EUR,need,swift,80 EUR,no
6,K6,price,10 EUR,need,island,90 EUR,no
6,K6,training,yes,need,basic,no,no
6,K6,training,yes,need,swift,yes,yes
6,K6,training,yes,need,island,no,no
CSV
expect_same "$WORK_DIR/wanted" "$out"
run explain fit.yaml K4 --csv --offering swift
expect "4,K4,repair_hours,?,need,swift,30 h," "$out"
expect "4,K4,price,30 EUR,want,swift,80 EUR,no" "$out"
expect_equal "$(wc -l <"$out")" 6 "lines"
run explain fit.yaml K6 K1 --csv -o both.csv
expect_code 0
expect_empty "$out"
expect_equal "$(head -13 both.csv | cmp - "$WORK_DIR/wanted" && wc -l <both.csv)" 28 "lines of two customers"
sed -i 's/^K1,/"K,1",/' customers.csv
run explain fit.yaml K,1 --csv -o -
expect '1,"K,1",region,North,need,basic,North|South,yes' "$out"

about "-o"
run explain fit.yaml K6 --json -o explained.json
expect_code 0
expect_empty "$out"
expect_json explained.json 'd["rows"][0]["customer_id"]' "K6"
run explain fit.yaml K6 --json
expect_same explained.json "$out"
cp customers.csv "$WORK_DIR/customers"
for file in customers.csv fit.yaml offerings.csv history.csv; do
    run explain fit.yaml K6 --csv -o ./$file
    expect_code 1
    expect "$file is an input of this run: write to another file" "$err"
done
expect_same customers.csv "$WORK_DIR/customers"
run explain fit.yaml K6 --csv -o nowhere/x.csv
expect_code 1
expect "nowhere" "$err"
run explain fit.yaml K99 --csv -o none.csv
expect_code 1
expect_no_file none.csv

# texts: gives the model words to say, and the customers drivers and horizons.
texts() {
    workspace "$here"
    sed -i -e 's/^    label: Repair time$/&\n    avoid: No week without coffee./' \
        -e '/avoid: No week/a\    reach: >\n      Coffee again\n      in no time.' \
        -e 's/^    label: Region$/&\n    avoid: "No trip for \\"nothing\\"."\n    reach: One of us nearby./' \
        -e 's/^    label: Price$/&\n    weight: 2\n    avoid: No bill that hurts./' \
        -e 's/^    label: Barista training$/&\n    avoid: No bad cup.\n    reach: "Cups \x27 \x1b[31m to remember."/' \
        -e 's/stage: stage}/stage: stage, driver: moved, horizon: looks}/' fit.yaml
    sed -i 's/\x1b/\\e/' fit.yaml
    awk -v moved="$1" -v looks="$2" 'BEGIN { FS = OFS = "\n" } { print $0 (NR == 1 ? ",moved,looks" : "," moved "," looks) }' \
        customers.csv >x && mv x customers.csv
}

# says TEXT...: the lines to say, in this order and no others.
says() {
    words "$*"
    expect_equal "$(grep -c '^  Say' "$out")" "$(printf '%s\n' "$*" | grep -o 'Say[ :]' | wc -l)" "lines to say"
}

about "talk track: away"
texts ' AWAY ' ''
run explain fit.yaml K1
expect_code 0
expect_safe "$out"
says 'They want to get away from a trouble: say what they are spared. Say: "No week without coffee." (Repair time: at most 48 h) Say: "No bill that hurts." (Price: at most 60 EUR) Say: "No trip for "nothing"." (Region: North)'
run explain fit.yaml K1 --json
expect_json "$out" '{k: v for k, v in d["rows"][0]["talk_track"].items() if k not in ("say", "opening")}' \
    "{'driver': 'away', 'horizon': None, 'offering_id': 'basic', 'question': None, 'change': []}"
expect_json "$out" '[tuple(s.values()) for s in d["rows"][0]["talk_track"]["say"]]' \
    "[('repair_hours', 'No week without coffee.', None), ('price', 'No bill that hurts.', None), ('region', 'No trip for \"nothing\".', None)]"

about "talk track: toward, and it decides before the horizon"
texts Toward short
run explain fit.yaml K1
says 'They want to reach a goal: say what they gain. Begin with what changes soon. Say: "Coffee again in no time." (Repair time: at most 48 h) Say: "One of us nearby." (Region: North)'
run explain fit.yaml K5
says 'Say: "One of us nearby." (Region: North) Say: "Cups '"'"' \x1B[31m to remember." (Barista training)'

about "talk track: the horizon where no driver is known"
texts '' Short
run explain fit.yaml K1
says 'They think short: say what they are spared. Begin with what changes soon. Say: "No week without coffee." (Repair time: at most 48 h) Say: "No bill that hurts." (Price: at most 60 EUR) Say: "No trip for "nothing"." (Region: North)'
texts '' $'\tlong'
run explain fit.yaml K1
says 'They think long: say what they gain. Begin with what lasts. Say: "Coffee again in no time." (Repair time: at most 48 h) Say: "One of us nearby." (Region: North)'

about "talk track: nothing is known"
texts '' ''
run explain fit.yaml K1
says 'It is not known what moves them: say what they are spared and what they gain. Say: "No week without coffee." and "Coffee again in no time." (Repair time: at most 48 h) Say: "No bill that hurts." (Price: at most 60 EUR) Say: "No trip for "nothing"." and "One of us nearby." (Region: North)'
# Weights decide before the order of the model.
sed -i 's/^    weight: 3$/    weight: 1/' fit.yaml
run explain fit.yaml K1
says 'Say: "No bill that hurts." (Price: at most 60 EUR) Say: "No week without coffee." and "Coffee again in no time." (Repair time: at most 48 h) Say: "No trip for "nothing"." and "One of us nearby." (Region: North)'

about "talk track: ask first"
texts away long
run explain fit.yaml K4
says 'Ask: "How long can you do without your machine?" (Repair time) They want to get away from a trouble: say what they are spared. Begin with what lasts. Say: "No bill that hurts." (Price: at most 50 EUR) Say: "No trip for "nothing"." (Region: South)'
run explain fit.yaml K4 --json
expect_json "$out" 'd["rows"][0]["talk_track"]["question"]' "How long can you do without your machine?"

about "talk track: refer"
run explain fit.yaml K3
says 'Step back: no offer of ours fits Café Düne. Our closest, `swift`, falls short. Region: they need "Islands", it offers "North". Refer them to Isle Crew: `island` meets everything they need. They want to get away from a trouble: say what they are spared. Begin with what lasts. Say of `island`: "No week without coffee." (Repair time: at most 36 h) Say of `island`: "No trip for "nothing"." (Region: Islands)'
run explain fit.yaml K3 --json
expect_json "$out" 'd["rows"][0]["talk_track"]["offering_id"]' "island"

about "talk track: walk away"
run explain fit.yaml K6
says "Step back: nobody's offer fits Flow. Our closest, \`swift\`, falls short. Repair time: they need at most 12 h, it delivers 30 h (promised 24 h); Price: they need at most 10 EUR, it delivers 80 EUR. What would have to change before \`swift\` fits: Repair time to at most 12 h; Price to at most 10 EUR."
run explain fit.yaml K6 --json
expect_json "$out" 'd["rows"][0]["talk_track"]["offering_id"], d["rows"][0]["talk_track"]["say"]' "(None, [])"
expect_json "$out" 'd["rows"][0]["talk_track"]["change"]' \
    "[{'attribute': 'repair_hours', 'text': 'Repair time to at most 12 h'}, {'attribute': 'price', 'text': 'Price to at most 10 EUR'}]"
sed -i 's/^K6,Flow,12,-,10,/K6,Flow,any,North|Islands|Mars,,/' customers.csv
run explain fit.yaml K6
words 'What would have to change before `swift` fits: Region to cover "Islands|mars|'

about "talk track: no words in the model, no such columns"
workspace "$here"
sed -i 's/stage: stage}/stage: stage, driver: moved, horizon: looks}/' fit.yaml
run explain fit.yaml K1 -q
expect_code 0
expect_not "Say" "$out"
expect_not "They want" "$out"
run explain fit.yaml K1 --json -q
expect_json "$out" 'd["rows"][0]["talk_track"]' \
    "{'driver': None, 'horizon': None, 'offering_id': 'basic', 'question': None, 'opening': None, 'say': [], 'change': []}"

about "the JSON keys that --help lists"
"$FITMATCH" explain --help | sed -n '/^JSON, schema/,/^exit codes/p' >"$WORK_DIR/schema"
cat >"$WORK_DIR/keys.py" <<'PYTHON'
import json
import re
import sys

document = json.load(open(sys.argv[1], encoding="utf-8"))
listed = set(re.findall(r"\b[a-z_]+\b", open(sys.argv[2], encoding="utf-8").read()))


def keys(value, path=""):
    if isinstance(value, dict):
        for key, inner in value.items():
            if path != "columns":
                yield key
            yield from keys(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner, path)


print(sorted(set(keys(document)) - listed))
PYTHON
if command -v python3 >/dev/null; then
    texts away short
    run explain fit.yaml K1 K6 --json
    expect_equal "$(python3 "$WORK_DIR/keys.py" "$out" "$WORK_DIR/schema")" "[]" "keys that no page has"
fi
finish
