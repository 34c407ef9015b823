#!/usr/bin/env bash
# Customers read in parts: the same table and summary whatever the parts, in bounded memory, whole or not at all.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
here=$WORK_DIR/w
workspace "$here"
cd "$here" || exit 1
export TMPDIR=$WORK_DIR

# Both needs can be unasked, and how often either is not met tips over on the way: first guesses are wrong.
cat >fit.yaml <<'END'
company: Us
offerings: offerings.csv
customers: customers.csv
attributes:
  - {name: a, rule: at_most, when_blank: ask}
  - {name: "b, or c", need: b, offer: b, rule: at_most, when_blank: ask}
customer: {id: id, value: money}
END
printf 'offering_id,supplier,a,b\no1,Us,10,10\no2,Us,20,20\n' >offerings.csv
{
    echo id,a,b,money
    for i in $(seq 1 400); do
        [ "$i" -lt 150 ] && echo "x$i,5,50,0.1" || echo "y$i,5,$((i % 3 * 10)),1e15"
        [ $((i % 5)) -eq 0 ] && echo "\"h,$i\",,,0.3"
        [ "$i" -gt 200 ] && echo "z$i,1,5,-0"
    done
} >customers.csv

about "the table and the summary are the same for any parts"
run match fit.yaml -o whole.csv
expect_code 0
sed 's/, in .*//; s/whole/parts/' "$err" >whole.txt
expect '"h,5",ask,o1,100,,,,,,a,0.3' whole.csv
for bytes in 1 700 3000; do
    run match fit.yaml -o parts.csv --x-part-bytes $bytes
    expect_code 0
    expect_same whole.csv parts.csv
    sed 's/, in .*//' "$err" >parts.txt
    tail -n +3 parts.txt >parts.tail
    tail -n +3 whole.txt >whole.tail
    expect_same whole.tail parts.tail
    run match fit.yaml --x-part-bytes $bytes --threads 3
    expect_same whole.csv "$out"
done

about "guesses that turn out wrong"
{
    echo id,a,b,money
    for i in $(seq 1 200); do echo "x$i,5,50,1" && echo "h$i,,,1"; done
    for i in $(seq 1 900); do echo "y$i,50,5,1"; done
} >customers.csv
run match fit.yaml -o whole.csv
expect 'h1,ask,o1,100,,,,,,"b, or c",1' whole.csv
run match fit.yaml -o parts.csv --x-part-bytes 500
expect_same whole.csv parts.csv
run match fit.yaml --x-part-bytes 500
expect_same whole.csv "$out"
run match fit.yaml -o parts.csv --x-part-bytes 500 --verdict ask
(head -1 whole.csv && tail -n +2 whole.csv | grep ,ask,) >asked.csv
expect_same asked.csv parts.csv

about "a bad row among the parts"
rm -f matches.csv
{
    cat customers.csv
    echo bad,x,1,1
    echo good,1,1,1
} >bad.csv
run match fit.yaml --customers bad.csv -o matches.csv --x-part-bytes 500
expect_code 3
expect "bad.csv:1302:5: a: \"x\" is not a number" "$err"
expect_equal "$(wc -l <matches.csv)" 1302 "lines"
rm -f matches.csv matches.rejects.csv
run match fit.yaml --customers bad.csv -o matches.csv --x-part-bytes 500 --strict
expect_code 1
expect "bad.csv:1302:5: error" "$err"
expect_equal "$(ls matches.* 2>/dev/null)" "" "files"

about "a pipe that does not end is matched as it comes"
(
    head -1 customers.csv
    while echo "p$RANDOM,1,1,1"; do :; done
) 2>/dev/null | defaults "$FITMATCH" match fit.yaml --customers - --x-part-bytes 500 -q 2>"$err" | head -3000 >"$out"
expect_equal "$(wc -l <"$out")" 3000 "lines"

about "no room for the table"
(ulimit -f 8 && trap '' XFSZ && "$FITMATCH" match fit.yaml -o big.csv --x-part-bytes 500 2>"$err")
code=$?
expect_code 1
expect "cannot write" "$err"
expect_equal "$(ls big.csv .fitmatch-* "$TMPDIR"/.fitmatch-* 2>/dev/null)" "" "files"

about "no room for what is held beside standard output"
mkdir -p spool
(ulimit -f 2 && trap '' XFSZ && TMPDIR=$PWD/spool "$FITMATCH" match fit.yaml --x-part-bytes 500 2>"$err" | cat >/dev/null
    exit "${PIPESTATUS[0]}")
code=$?
expect_code 1
expect "cannot write: " "$err"
expect "a temporary file in $PWD/spool" "$err"
expect_equal "$(ls -A spool)" "" "files"
if [ -c /dev/full ]; then
    "$FITMATCH" match fit.yaml --x-part-bytes 500 >/dev/full 2>"$err"
    code=$?
    expect_code 1
    expect "<stdout>" "$err"
fi

about "nowhere to hold what is beside standard output"
TMPDIR=$PWD/nowhere "$FITMATCH" match fit.yaml --x-part-bytes 500 >"$out" 2>"$err"
code=$?
expect_code 1
expect "a temporary file in $PWD/nowhere" "$err"

about "nobody reads the table"
defaults "$FITMATCH" match fit.yaml --x-part-bytes 500 -q 2>"$err" | true
expect_empty "$err"

about "nothing but rows that cannot be read, in the last part"
{
    cat customers.csv
    for i in $(seq 1 300); do echo "bad$i,x,1,1"; done
} >bad.csv
run match fit.yaml --customers bad.csv -o matches.csv --x-part-bytes 500
expect_code 3
expect_same whole.csv matches.csv
expect_equal "$(wc -l <matches.rejects.csv)" 301 "lines"
rm -f matches.csv matches.rejects.csv

about "--strict in the middle"
sed '600s/.*/bad,x,1,1/' customers.csv >bad.csv
run match fit.yaml --customers bad.csv -o matches.csv --x-part-bytes 500 --strict
expect_code 1
expect "bad.csv:600:5: error" "$err"
expect_equal "$(ls matches.* 2>/dev/null)" "" "files"

about "--memory"
run match fit.yaml -o matches.csv --memory 64m
expect_code 0
expect_same whole.csv matches.csv
for size in 1M 0 12 x 64MB 5G5 "" 99999999999999T; do
    run match fit.yaml --memory "$size"
    expect_code 2
    expect "not a size from 32M on, such as 512M or 2G" "$err"
done

finish
