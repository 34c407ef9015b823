#!/usr/bin/env bash
# Streams, selections, summaries, and ends in the middle of the work.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
here=$WORK_DIR/w
workspace "$here"
cd "$here" || exit 1

about "table on standard output"
run match fit.yaml
expect_code 0
expect_same expected.csv "$out"
expect "6 customer rows" "$err"
run match fit.yaml -o -
expect_same expected.csv "$out"

about "customers from standard input"
run_from customers.csv match fit.yaml --customers - -o matches.csv
expect_code 0
expect_same expected.csv matches.csv
sed -i 's/^customers: .*/customers: "-"/' fit.yaml
run_from customers.csv match fit.yaml
expect_code 0
expect_same expected.csv "$out"
workspace "$here"
run match fit.yaml --customers /dev/null
expect_code 1

about "summary"
run match fit.yaml -o matches.csv
expect_code 0
expect_empty "$out"
expect "6 customer rows against 2 of our offerings and 1 of 1 partner" "$err"
expect_like 'fit: ours to sell +2 +33\.3 % .*1,000 +750' "$err"
expect_like 'ask: question open +1 +16\.7 % .*500 +125' "$err"
expect_like 'refer: partner fits +1 +16\.7 % .*4,00[01] +3,000' "$err"
expect_like 'walk away: nobody fits +2 +33\.3 % .*2,800 +1,100' "$err"
expect_like 'Repair time +2 +66\.7 %' "$err"
expect "1 of them could be won only by promising" "$err"
expect "Table: matches.csv" "$err"
expect "█" "$err"

about "plain characters where the terminal has no others"
LC_ALL=C run match fit.yaml -o matches.csv
expect_not "█" "$err"
expect_like 'fit: ours to sell .* ##' "$err"

about "-q prints nothing"
run match fit.yaml -o matches.csv -q
expect_code 0
expect_empty "$out"
expect_empty "$err"

about "--timings"
run match fit.yaml -o matches.csv --timings
expect_code 0
expect_like 'encode customers +[0-9.]+ s' "$err"
expect_like 'memory at the peak +[0-9.]+ MB' "$err"

about "--json"
run match fit.yaml -o matches.csv --json
expect_code 0
expect_empty "$err"
expect_json "$out" 'd["schema"], d["command"], d["rows"]' "(1, 'match', 6)"
expect_json "$out" 'd["verdicts"]["refer"]["rows"], d["verdicts"]["refer"]["money"]' "(1, 4000.5)"
expect_json "$out" 'd["verdicts"]["refer"]["expected_money"]' "3000.375"
expect_json "$out" 'd["unmet"][0]["attribute"], d["unmet"][0]["rows"]' "('repair_hours', 2)"
expect_json "$out" 'd["overpromised_rows"], d["rejects"]["rows"], d["table"]' "(1, 0, 'matches.csv')"
expect_json "$out" 'd["offerings"]' "{'own': 2, 'partner': 1}"
run match fit.yaml --json
expect_code 0
expect_same expected.csv "$out"
expect_json "$err" 'd["table"], d["rows_written"]' "(None, 6)"

about "--verdict"
run match fit.yaml -q --verdict refer,walk_away
expect_code 0
expect_equal "$(cut -d, -f1 "$out" | tr '\n' ' ')" "customer_id K2 K3 K6 " "rows"
run match fit.yaml --verdict fit -o fits.csv
expect "(2 rows: fit only)" "$err"
expect_equal "$(cut -d, -f1 fits.csv | tr '\n' ' ')" "customer_id K1 K5 " "rows"
run match fit.yaml -q --verdict fit --verdict ask,refer,walk_away
expect_same expected.csv "$out"

about "--keep"
run match fit.yaml -q --keep phone,max_price
expect_code 0
expect_like '^customer_id,.*,name,deal_value,stage,phone,max_price$' "$out"
expect_like '^K3,.*,desire,333,$' "$out"
run match fit.yaml -q --keep ' phone , name' --keep phone,customer_id
expect_code 0
expect_like '^customer_id,.*,name,deal_value,stage,phone$' "$out"
sed 's/,phone$/,"phone, home"/' customers.csv >comma.csv
run match fit.yaml -q --customers comma.csv --keep 'phone\, home'
expect_code 0
expect_like '^customer_id,.*,stage,"phone, home"$' "$out"

about "colours only where they are wanted"
run match fit.yaml -o matches.csv
expect_not $'\033' "$err"
run match fit.yaml -o matches.csv --color always
expect $'\033[' "$err"
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    on_terminal() { TERM=xterm script -qec "$FITMATCH $1" /dev/null </dev/null >"$out" 2>&1; }
    on_terminal "explain fit.yaml K2"
    expect $'\033[' "$out"
    NO_COLOR=1 on_terminal "explain fit.yaml K2"
    expect_not $'\033[' "$out"
    on_terminal "explain fit.yaml K2 --color never"
    expect_not $'\033[' "$out"
    about "progress on a terminal"
    mkfifo slow.fifo
    { cat customers.csv; for i in 1 2 3 4 5 6; do echo "P$i,slow,48,North,,,,1,desire,1"; sleep 0.3; done; } >slow.fifo &
    writer=$!
    on_terminal "match fit.yaml --customers slow.fifo -o matches.csv"
    kill "$writer" 2>/dev/null # it still waits for a reader if the run failed
    wait "$writer" 2>/dev/null
    expect "12 customer rows" "$out"
    # The bar, where one was drawn, is gone before the summary comes.
    checks=$((checks + 1))
    tr '\r' '\n' <"$out" | grep -E 'Reading customers' | tail -1 | grep -q '12 customer rows' && fail "the bar stays" "$out"
    rm -f slow.fifo
else
    skip "script or a pseudo-terminal is missing: nothing is tried on a terminal"
fi

about "a reader that leaves"
{ head -1 customers.csv; for i in $(seq 20000); do echo "L$i,Customer $i,36,North,,,,1,desire,0"; done; } >many.csv
for command in "match fit.yaml --customers many.csv" "explain fit.yaml L1 --customers twice.csv --all-rows" \
    "explain fit.yaml L1 --customers twice.csv --all-rows --json" \
    "explain fit.yaml L1 --customers twice.csv --all-rows --csv"; do
    about "a reader that leaves: $command"
    { head -1 customers.csv; for i in $(seq 500); do echo "L1,Customer $i,36,North,,,,1,desire,0"; done; } >twice.csv
    # shellcheck disable=SC2086
    defaults "$FITMATCH" $command 2>"$err" | head -1 >"$out"
    code=${PIPESTATUS[0]}
    expect_code 141
    expect_empty "$err"
    expect_equal "$(wc -l <"$out")" 1 "lines read"
done

# interrupted SIGNAL WHAT: a run that waits for its input gets the signal; nothing but the old files remains.
interrupted() {
    local signal=$1 wanted=$2
    about "signal $signal while reading"
    rm -rf run
    mkdir run
    echo "an earlier table" >run/matches.csv
    mkfifo "$WORK_DIR/endless"
    # Held open by ourselves too, so that the input never ends.
    exec 9<>"$WORK_DIR/endless"
    cat bad.csv >&9 &
    local writer=$!
    snapshot run >"$WORK_DIR/before"
    defaults timeout --preserve-status -k 5 -s "$signal" 1 "$FITMATCH" match fit.yaml --customers "$WORK_DIR/endless" \
        -o run/matches.csv >"$out" 2>"$err"
    code=$?
    kill "$writer" 2>/dev/null
    wait "$writer" 2>/dev/null
    exec 9>&-
    rm -f "$WORK_DIR/endless"
    snapshot run >"$WORK_DIR/after"
    expect_code "$wanted"
    expect_empty "$out"
    expect_same "$WORK_DIR/before" "$WORK_DIR/after"
}
{ cat customers.csv; for i in $(seq 30000); do echo "R$i,Customer $i,soon,North,,,,1,desire,0"; done; } >bad.csv
interrupted INT 130
expect "interrupted, nothing was written" "$err"
interrupted TERM 143
interrupted KILL 137

if [ -x "${FITMATCH_GENERATE:-}" ]; then
    about "signals at any moment"
    "$FITMATCH_GENERATE" "$WORK_DIR/large" --rows 300000 --business -q || fail "the generator failed"
    sed -i '2,2000s/^[^,]*,[^,]*,/&broken,/' "$WORK_DIR/large/customers.csv"
    run match "$WORK_DIR/large/fit.yaml" -q -o whole.csv
    expect_code 3
    ended=0
    for moment in 0.05 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1.0 1.2 1.5 2; do
        for signal in INT KILL; do
            about "signal $signal after $moment s"
            rm -rf run
            mkdir run
            echo "an earlier table" >run/matches.csv
            defaults timeout --preserve-status -k 5 -s $signal $moment "$FITMATCH" match "$WORK_DIR/large/fit.yaml" -q \
                -o run/matches.csv >"$out" 2>"$err"
            code=$?
            checks=$((checks + 1))
            case $code in
            3) expect_same whole.csv run/matches.csv ;;
            130 | 137)
                ended=$((ended + 1))
                # The table may have appeared just before, but then it is whole.
                cmp -s whole.csv run/matches.csv || [ "$(cat run/matches.csv)" = "an earlier table" ] ||
                    fail "a partial table"
                ;;
            *) fail "exit code $code" "$err" ;;
            esac
            others=$(find run -mindepth 1 ! -name matches.csv ! -name matches.rejects.csv)
            [ -z "$others" ] || fail "left behind: $others"
        done
    done
    echo "runs ended by a signal: $ended"
    [ "$ended" -gt 0 ] || skip "every run was over before its signal came"
else
    skip "no generator: no long run is interrupted"
fi
finish
