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
    expect_equal "$(grep -cE '^  standard  Spare part( on( site)?)?  ' "$out")" "$(grep -c '^  standard  Sp' "$out")" "lines"
    expect_like '^  standard  Spare part' "$out"
done

about "on the screen an offering and an attribute have one line"
cat >check.py <<'PY'
# The lines worked out from all changes (JSON) are those of the text: to, half at, others.
import json, re, sys
by, changes, text = sys.argv[1], json.load(open(sys.argv[2]))["tables"]["changes"], open(sys.argv[3]).read()
lines = {}
for change in changes:
    key = change["offering_id"], change["attribute"]
    lines.setdefault(key, []).append(change)
wanted = []
for (offering, attribute), of in lines.items():
    number = re.match(r"-?[0-9.]+ ", of[0]["to"])
    half = [c for c in of if 2 * (c[by] or 0) >= (of[0][by] or 0)][-1]["to"] if number else of[0]["to"]
    wanted.append([offering, of[0]["to"], "" if half == of[0]["to"] else half, str(len(of) - 1)])
table = text.split("Changes\n")[1].split("\n  and ")[0].split("\n\n")[0].splitlines()
places = [(m.start(), m.group()) for m in re.finditer(r"\S+( \S+)*", table[0])]
def cell(line, title):
    i = [name for _, name in places].index(title)
    return line[places[i][0]:places[i + 1][0] if i + 1 < len(places) else None].strip()
found = []
for l in table[1:]:
    if cell(l, "Offering"):
        found.append([cell(l, "Offering"), cell(l, "To"), cell(l, "Half at"), cell(l, "Others")])
    else:  # the rest of a long cell
        found[-1][1] += cell(l, "To")
print("same" if found == wanted[:len(found)] else f"{found} instead of {wanted}", len(found))
PY
run roadmap "$SOURCE_DIR/data/fit.yaml" --json
cp "$out" changes.json
most=$(python3 -c 'import json; c = json.load(open("changes.json"))["tables"]["changes"]
print(min(20, len({(x["offering_id"], x["attribute"]) for x in c})), len(c))')
lines=${most% *} all=${most#* }
for by in rows money expected_money; do
    run roadmap "$SOURCE_DIR/data/fit.yaml" --by "$by" --json
    cp "$out" changes.json
    COLUMNS=250 run roadmap "$SOURCE_DIR/data/fit.yaml" --by "$by"
    expect_code 0
    expect_equal "$(python3 check.py "$by" changes.json "$out")" "same $lines" "lines by $by"
    expect "and $((all - lines)) more: --all shows every change" "$out"
done
COLUMNS=250 run roadmap "$SOURCE_DIR/data/fit.yaml" --top 3
expect_equal "$(python3 check.py rows changes.json "$out" | grep -o '[0-9]*$')" 3 "lines"
COLUMNS=250 run roadmap "$SOURCE_DIR/data/fit.yaml" --all
expect_equal "$(grep -cE '^  [a-z]' "$out")" "$all" "lines of all changes"
expect_not "Half at" "$out"
COLUMNS=250 run roadmap "$SOURCE_DIR/data/fit.yaml" --all --top 3
expect_equal "$(grep -cE '^  [a-z]' "$out")" 3 "lines of three changes"

about "costs"
printf 'cost;value;offering;attribute\n10;20 h;swift;repair_hours\n5;Islands|North;swift;region\n' >costs.csv
run roadmap fit.yaml --cost costs.csv --csv
expect_code 0
expect "swift,repair_hours,30 h,20 h,1,2000,500,10,0.1" "$out"
run roadmap fit.yaml --cost costs.csv
expect_like 'Per cost$' "$out"
expect_not "Half at" "$out"
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
