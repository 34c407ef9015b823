#!/usr/bin/env bash
# fitmatch diff: whose verdict changed between two runs.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
here=$WORK_DIR/w
workspace "$here"
cd "$here" || exit 1
run match fit.yaml -q -o before.csv
sed -i "/^swift,repair_hours,30/d" history.csv
run match fit.yaml -q -o after.csv

about "two match tables"
run diff before.csv after.csv --csv
expect_code 0
expect_empty "$err"
expect "walk_away,fit,1" "$out"
run diff before.csv after.csv --csv --table customers
expect "K2,walk_away,fit,,repair_hours" "$out"
run diff before.csv after.csv --json
expect_json "$out" 'd["analysis"]' diff
run diff before.csv after.csv
expect "walk_away" "$out"

about "two tables of customers"
{ head -n 1 customers.csv; sed -n '3,$p' customers.csv | sed 's/^K3,/K3b,/'; } >later.csv
run diff fit.yaml --customers later.csv --against customers.csv --csv --table customers
expect_code 0
expect "K3b,,refer,," "$out"
expect "K1,fit,,," "$out"
expect "K3,refer,,," "$out"

about "what is typed wrongly"
run diff before.csv
expect_code 2
expect "name two tables" "$err"
run diff fit.yaml
expect_code 2
expect "compared with what?" "$err"
run diff before.csv after.csv --against customers.csv
expect_code 2
run diff before.csv nothere.csv
expect_code 1
run diff before.csv customers.csv
expect_code 1
expect 'customers.csv:1:1: error: the match table has no column `verdict`' "$err"

about "help"
run diff --help
expect_code 0
expect "fitmatch diff before.csv after.csv [options]" "$out"
finish
