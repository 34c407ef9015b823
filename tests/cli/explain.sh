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
expect_like '^  meets every need +yes' "$out"
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

about "width"
for width in 40 60 80 200; do
    COLUMNS=$width run explain fit.yaml K2
    expect_code 0
    longest=$(sed -n '/^  attribute/,/meets the need/p' "$out" | awk '{ if (length > most) most = length } END { print most + 0 }')
    checks=$((checks + 1))
    [ "$longest" -le $((width < 60 ? 50 : width)) ] || fail "a line of $longest characters at width $width" "$out"
done
COLUMNS=200 run explain fit.yaml K2
expect_equal "$(grep -c '^  attribute' "$out")" 1 "tables at width 200"
COLUMNS=60 run explain fit.yaml K2
checks=$((checks + 1))
[ "$(grep -c '^  attribute' "$out")" -gt 1 ] || fail "one table at width 60" "$out"

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
expect "(K2, row 7)" "$out"
run explain fit.yaml K2 --json
expect_json "$out" '[r["row"] for r in d["rows"]]' "[2, 7]"

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

about "many offerings"
workspace "$here"
for i in $(seq 20); do echo "other$i,Partner $i,Other,99,South,99,no"; done >>offerings.csv
run explain fit.yaml K1
expect_code 0
expect "8 of 23 offerings shown" "$out"
expect "basic" "$out"
run explain fit.yaml K1 --all
expect_code 0
expect_not "offerings shown" "$out"
expect "other20" "$out"
finish
