#!/usr/bin/env bash
# Rows that cannot be read: what is written about each, and where.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
here=$WORK_DIR/w
workspace "$here"
cd "$here" || exit 1

about "nothing to reject"
run match fit.yaml -o matches.csv
expect_code 0
expect_same expected.csv matches.csv
expect_no_file matches.rejects.csv
expect_not "set aside" "$err"

about "every kind of reject"
cat >bad.csv <<'CSV'
customer_id,name,repair_hours,region,max_price,hoped_price,training,deal_value,stage,phone
K1,Anchor Bar,48,North,60,40,,1000,desire,111
R1,too few,48
R2,"too, ""many""",48,North,60,40,,1000,desire,111,112
R3,no number,soon,North,60,40,,1000,desire,111
R4,not finite,1e999,North,60,40,,1000,desire,111
R5,bad want,48,North,60,4x,,1000,desire,111
R6,bad flag,48,North,60,40,maybe,1000,desire,111
R7,negative value,48,North,60,40,,-1,desire,111
R8,no value,48,North,60,40,,much,desire,111
R9,unknown stage,48,North,60,40,,1000,desires,111
,no id,48,North,60,40,,1000,desire,111
  ,blank id,48,North,60,40,,1000,desire,111
R12,"two
lines",soon,North,60,40,,1000,desire,111
R13,"quoted"text,48,North,60,40,,1000,desire,111
K5,Ebb,any,North,,,x,,,555
CSV
run match fit.yaml --customers bad.csv -o matches.csv
expect_code 3
expect_equal "$(cut -d, -f1 matches.csv | tr '\n' ' ')" "customer_id K1 K5 " "rows matched"
expect "13 rows were set aside" "$err"
expect "matches.rejects.csv" "$err"
expect "bad.csv:3:" "$err"
expect_equal "$(head -1 matches.rejects.csv)" "line,column,reason,row" "header"
python3 - <<'PYTHON' >"$WORK_DIR/got"
import csv
source = open("bad.csv", newline="").read().split("\n")
for row in list(csv.reader(open("matches.rejects.csv", newline="")))[1:]:
    line, column, reason, text = row
    first = text.split("\n")[0]
    print(line, column, "as it stood" if source[int(line) - 1] == first else "CHANGED: " + text, bool(reason))
PYTHON
cat >"$WORK_DIR/wanted" <<'EXPECTED'
3 0 as it stood True
4 0 as it stood True
5 14 as it stood True
6 15 as it stood True
7 25 as it stood True
8 28 as it stood True
9 35 as it stood True
10 29 as it stood True
11 39 as it stood True
12 1 as it stood True
13 1 as it stood True
14 8 as it stood True
16 0 as it stood True
EXPECTED
cp "$WORK_DIR/got" "$WORK_DIR/got.all"
# The cell of a record of two lines lies on the second.
sed -i 's/^14 [0-9]* /14 8 /; s/^16 [0-9]* /16 0 /' "$WORK_DIR/got"
expect_same "$WORK_DIR/wanted" "$WORK_DIR/got"
[ "$failures" -eq 0 ] || cat "$WORK_DIR/got.all"
expect_equal "$(sed -n 3p matches.rejects.csv | sed 's/.*,"R2/"R2/')" \
    '"R2,""too, """"many"""""",48,North,60,40,,1000,desire,111,112"' "quoting of the row"
for reason in soon 1e999 4x maybe desires; do
    expect "$reason" matches.rejects.csv
done
expect_like 'did you mean .desire' matches.rejects.csv
expect_safe matches.rejects.csv

about "check lists them"
run check fit.yaml --customers bad.csv
expect_code 3
expect_like '^bad\.csv:5:14: warning: row set aside: .*soon' "$err"
expect_equal "$(grep -c 'row set aside' "$err")" 13 "rows listed"
expect "2 rows, 13 set aside" "$out"
run check fit.yaml --customers bad.csv -q
expect_code 3
expect_empty "$out"
expect_empty "$err"

about "explain goes on without them"
run explain fit.yaml K5 --customers bad.csv
expect_code 0
run explain fit.yaml R3 --customers bad.csv
expect_code 1
expect "13 rows were set aside" "$err"

about "strict"
cp matches.csv before.csv
cp matches.rejects.csv before.rejects.csv
run match fit.yaml --customers bad.csv -o matches.csv --strict
expect_code 1
expect_like '^bad\.csv:3(:[0-9]+)?: error: ' "$err"
expect_same before.csv matches.csv
expect_same before.rejects.csv matches.rejects.csv
run match fit.yaml -o strict.csv --strict
expect_code 0
expect_same expected.csv strict.csv

about "what an earlier run rejected is not left behind"
run match fit.yaml -o matches.csv
expect_code 0
expect_no_file matches.rejects.csv
about "a file that is not ours stays"
echo "my own notes" >matches.rejects.csv
run match fit.yaml -o matches.csv
expect_code 0
expect_equal "$(cat matches.rejects.csv)" "my own notes" "content"
rm matches.rejects.csv

about "other names"
run match fit.yaml --customers bad.csv -o table.txt
expect_code 3
expect_file table.txt.rejects.csv
run match fit.yaml --customers bad.csv -o table.txt --rejects aside.csv
expect_code 3
expect_same table.txt.rejects.csv aside.csv
rm table.txt.rejects.csv
run match fit.yaml --customers bad.csv -o table.txt --rejects aside.csv
expect_no_file table.txt.rejects.csv
run match fit.yaml -o table.txt --rejects aside.csv
expect_code 0
expect_no_file aside.csv

about "the table on standard output"
snapshot . >"$WORK_DIR/before"
run match fit.yaml --customers bad.csv
snapshot . >"$WORK_DIR/after"
expect_code 3
expect_same "$WORK_DIR/before" "$WORK_DIR/after"
expect "--rejects FILE" "$err"
run match fit.yaml --customers bad.csv --rejects aside.csv
expect_code 3
expect_file aside.csv
run match fit.yaml --customers bad.csv -o /dev/null
expect_code 3
expect_no_file /dev/null.rejects.csv

about "every row is bad"
{ head -1 bad.csv; sed -n '3,6p' bad.csv; } >none.csv
rm -f matches.csv matches.rejects.csv
run match fit.yaml --customers none.csv -o matches.csv
expect_code 3
expect_equal "$(wc -l <matches.csv)" 1 "lines of the table"
expect_equal "$(wc -l <matches.rejects.csv)" 5 "lines of the rejects"
expect "4 rows were set aside" "$err"
run match fit.yaml --customers none.csv -o matches.csv --json
expect_json "$out" 'd["rows"], d["verdicts"]["fit"]["share"], d["rejects"]["rows"]' "(0, 0.0, 4)"
run check fit.yaml --customers none.csv
expect_code 3
run explain fit.yaml R1 --customers none.csv
expect_code 1
finish
