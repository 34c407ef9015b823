#!/usr/bin/env bash
# Reports for people call attributes by their labels, those for programs by their names.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
here=$WORK_DIR/w
workspace "$here"
cd "$here" || exit 1
sed -i 's/stage: stage}/stage: stage, owner: owner, offered: offered, existing: buys, since: since}/' fit.yaml
paste -d, customers.csv <(printf '%s\n' owner,offered,buys,since Zoe,basic,yes,2020-01-01 Zoe,swift,yes,2020-01-01 Al,island,, \
    Al,basic,, Al,swift,yes,2020-01-01 Al,swift,yes,2020-01-01) >x
mv x customers.csv
"$FITMATCH" match fit.yaml -o before.csv -q
sed 's/,repair_hours;price,/,region,/; s/,repair_hours,/,price;training,/' before.csv >after.csv

about "no name of an attribute stands where people read"
for of in walkaway segments matrix roadmap "roadmap --plan 2" promises questions deals "care --today 2020-02-01" summary profile \
    "whatif --set swift.repair_hours=12 --rows"; do
    # shellcheck disable=SC2086
    COLUMNS=200 run ${of%% *} fit.yaml ${of#"${of%% *}"}
    expect_code 0
    expect_not "repair_hours" "$out"
    expect_not "versold" "$out"
done
for of in walkaway segments roadmap promises questions deals "care --today 2020-02-01"; do
    # shellcheck disable=SC2086
    COLUMNS=200 run ${of%% *} fit.yaml ${of#"${of%% *}"}
    expect "Repair time" "$out"
    # shellcheck disable=SC2086
    run ${of%% *} fit.yaml ${of#"${of%% *}"} --json
    expect "repair_hours" "$out"
    expect_not "Repair time" "$out"
done

about "several in one cell"
COLUMNS=200 run deals fit.yaml
expect_like 'K6 .*  Repair time; Price( |$)' "$out"
COLUMNS=200 run care fit.yaml --today 2020-02-01
expect "Repair time needs <= 12 h, offers 30 h (nominal 24 h); Price needs <= 10 EUR, offers 80 EUR" \
    <(tr -s ' \n' ' ' <"$out")

about "match tables alone know no labels"
run diff before.csv after.csv
expect_code 0
expect "repair_hours" "$out"
expect "price" "$out"

about "a name that begins another, and a label that breaks nothing"
cat >fit.yaml <<'YAML'
offerings: o.csv
customers: c.csv
customer: {offered: offered}
attributes:
  - {name: speed, rule: at_most, label: "Pace\e[1m"}
  - {name: speed up, rule: at_most, label: Spurt}
YAML
printf 'offering_id,speed,speed up\na,5,5\n' >o.csv
printf 'customer_id,speed,speed up,offered\n1,1,1,a\n2,9,1,a\n' >c.csv
COLUMNS=120 run deals fit.yaml
expect_code 0
expect_like '^  1 +a +does_not_fit +Pace\\x1B\[1m; Spurt' "$out"
expect_like '^  2 +a +does_not_fit +Spurt' "$out"
expect_safe "$out"
finish
