#!/usr/bin/env bash
# Every analysis says of a base file what it says of the table that the file was made from.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
here=$WORK_DIR/data
mkdir -p "$here"
cp -- "$SOURCE_DIR"/data/* "$here"
cd "$here" || exit 1
printf 'cost,offering,attribute,value\n500,express,delivery_hours,12\n90,basic,weekend,yes\n' >costs.csv
head -3 offerings.csv | sed 's/^basic/newer/; s/^standard/newest/' >add.csv

# both END NAME ARGUMENTS...: the tables of an analysis of the table and of the base file, which end alike.
both() {
    local end=$1 name=$2
    shift 2
    about "$name $*"
    for from in "$customers" "$base"; do
        run "$name" fit.yaml --customers "$from" --tables "${from##*.}" -q "$@"
        expect_code "$end"
        expect_empty "$err"
        run "$name" fit.yaml --customers "$from" --json -q "$@"
        expect_code "$end"
        cp -- "$out" "${from##*.}.json"
    done
    expect_same csv.json fmb.json
    checks=$((checks + 1))
    diff -r csv fmb >"$out" || fail "the tables differ" "$out"
    expect_like . "$(find csv -name '*.csv' | head -1)"
    rm -rf csv fmb
}

# every END OTHER: all analyses; with whom customers are compared.
every() {
    for threads in 1 4; do
        both "$1" summary --threads "$threads"
        both "$1" walkaway --threads "$threads"
        both "$1" segments --rows --threads "$threads"
        both "$1" matrix --threads "$threads"
        both "$1" questions --threads "$threads"
        both "$1" deals --threads "$threads"
        both "$1" care --today 2026-03-31 --threads "$threads"
        both "$1" roadmap --plan 3 --threads "$threads"
    done
    about "walkaway --by owner"
    for from in "$customers" "$base"; do
        run walkaway fit.yaml --customers "$from" --by owner -o "lists-${from##*.}" -q
        expect_code "$1"
    done
    checks=$((checks + 1))
    diff -r lists-csv lists-fmb >"$out" || fail "the lists of owners differ" "$out"
    rm -r lists-csv lists-fmb
    both "$1" walkaway --min-value 3000 --stage desire --top 5
    both "$1" roadmap --cost costs.csv --plan 2 --by expected_money
    both "$1" whatif --rows --set express.delivery_hours=12 --add add.csv --drop basic
    both "$1" diff --against "$2"
}

customers=customers.csv
base=customers.fmb
run encode fit.yaml -o "$base" -q
expect_code 0
every 0 customers.csv
both 0 diff --against customers.fmb
both 0 profile
both 0 profile --top 7

about "damage where an analysis does not look, and where it does"
LC_ALL=C sed 's/K0001/K0X01/' $base >damaged.fmb
for name in summary questions; do
    run $name fit.yaml --customers damaged.fmb --csv -q
    expect_code 0
    cp -- "$out" damaged.csv
    run $name fit.yaml --csv -q
    expect_same damaged.csv "$out"
done
for name in walkaway segments matrix deals care profile roadmap "whatif --drop basic" "diff --against customers.csv"; do
    # shellcheck disable=SC2086 # some have options
    run $name fit.yaml --customers damaged.fmb --csv -q
    expect_code 1
    expect_empty "$out"
    expect "damaged" "$err"
done

about "rows that could not be read"
customers="customers-with-mistakes.csv"
base=mistakes.fmb
run encode fit.yaml --customers "$customers" -o "$base" -q
expect_code 3
every 3 customers.csv
both 3 diff --against customers.fmb

finish
