#!/usr/bin/env bash
# fitmatch care.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
here=$WORK_DIR/w
workspace "$here"
cd "$here" || exit 1

about "no columns of customers and dates"
run care fit.yaml
expect_code 0
expect "no existing customers are known" <(tr '\n' ' ' <"$out" | tr -s ' ')

about "phases"
today=$(date -u +%Y-%m-%d)
sed -i 's/stage: stage}/stage: stage, existing: buys, since: since}/' fit.yaml
paste -d, customers.csv <(printf 'buys,since\nyes,%s\nyes,2020-01-01\nno,2020-01-01\nyes,\n,\nyes,2019-12-31\n' "$today") >x
mv x customers.csv
run care fit.yaml --today 2020-01-31 --csv --table customers
expect_code 0
expect_empty "$err"
expect_equal "$(cut -d, -f1 "$out" | tr '\n' ' ')" "customer_id K2 K6 K1 K4 " "order"
expect_like '^K2,.*,30,novelty,walk_away,' "$out"
expect_like '^K6,.*,31,learning,walk_away,' "$out"
expect_like "^K1,.*,-[0-9]+,not_yet,fit," "$out"
expect_like '^K4,.*,,unknown,ask,' "$out"
run care fit.yaml --json
expect_code 0
expect_json "$out" '[x["days"] for x in d["tables"]["customers"]][0] in (0, 1)' True
expect_json "$out" 'd["analysis"], list(d["tables"])' "('care', ['phases', 'needs', 'customers'])"
COLUMNS=120 run care fit.yaml --today 2020-01-31
expect_code 0
expect_like '^  K6 .* \+31 +learning' "$out"
run care fit.yaml --tables all
expect_code 0
expect_file all/needs.csv

about "mistakes"
for wrong in 2026-02-29 today 2026-1-1 2026-01-01x ''; do
    run care fit.yaml --today "$wrong"
    expect_code 2
    expect "not a date like 2026-03-31" "$err"
done
run care fit.yaml --csv --table customer
expect_code 2
expect 'did you mean `customers`' "$err"
finish
