# lib.sh: what the command-line tests share. Sourced, never run.
#
# A test runs the tool with `run`, then says what it expects; `finish` prints the count and fails if anything did.
# shellcheck shell=bash disable=SC2034
set -u
: "${FITMATCH:?the path of the fitmatch binary}" "${WORK_DIR:?a folder to write into}" "${SOURCE_DIR:?the repository}"
export LC_ALL=C.UTF-8 COLUMNS=80 TERM=dumb
unset NO_COLOR

checks=0
failures=0
current=""
out=$WORK_DIR/stdout
err=$WORK_DIR/stderr
code=0

# What a shell or ctest above us ignores must not reach the tool: it would honour it.
defaults() { env --default-signal=INT,TERM,HUP,PIPE "$@"; }

# about TEXT: what the next checks are about, for the failure messages.
about() { current=$1; }

fail() {
    failures=$((failures + 1))
    printf 'FAIL [%s] %s\n' "$current" "$1"
    shift
    for file in "$@"; do
        printf '  --- %s\n' "$(basename "$file")"
        head -c 2000 "$file" | cat -v | sed 's/^/  | /'
    done
}

# run ARGUMENTS...: the tool; its streams are left in $out and $err, its end in $code.
run() {
    defaults "$FITMATCH" "$@" >"$out" 2>"$err" </dev/null
    code=$?
}

# run_from FILE ARGUMENTS...: the same with standard input from a file.
run_from() {
    local input=$1
    shift
    defaults "$FITMATCH" "$@" >"$out" 2>"$err" <"$input"
    code=$?
}

expect_code() {
    checks=$((checks + 1))
    [ "$code" -eq "$1" ] || fail "exit code $code, expected $1" "$out" "$err"
}

# expect TEXT FILE: the file holds the text, word for word.
expect() {
    checks=$((checks + 1))
    grep -qF -- "$1" "$2" || fail "not found in $(basename "$2"): $1" "$2"
}

# expect_like PATTERN FILE: some line of the file matches the extended regular expression.
expect_like() {
    checks=$((checks + 1))
    grep -qE -- "$1" "$2" || fail "nothing in $(basename "$2") is like: $1" "$2"
}

expect_not() {
    checks=$((checks + 1))
    ! grep -qF -- "$1" "$2" || fail "found in $(basename "$2"): $1" "$2"
}

expect_empty() {
    checks=$((checks + 1))
    [ ! -s "$1" ] || fail "$(basename "$1") is not empty" "$1"
}

expect_same() {
    checks=$((checks + 1))
    cmp -s -- "$1" "$2" || fail "$(basename "$1") and $(basename "$2") differ: $(cmp -- "$1" "$2" 2>&1)"
}

# expect_equal GOT WANTED WHAT
expect_equal() {
    checks=$((checks + 1))
    [ "$1" = "$2" ] || fail "$3: $1, expected $2"
}

expect_file() {
    checks=$((checks + 1))
    [ -e "$1" ] || fail "$1 is missing"
}

expect_no_file() {
    checks=$((checks + 1))
    [ ! -e "$1" ] || fail "$1 is there"
}

# expect_safe FILE: nothing in it could harm a terminal: no control byte but line ends, and valid UTF-8.
expect_safe() {
    checks=$((checks + 1))
    if LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]' "$1"; then
        fail "control bytes in $(basename "$1")" "$1"
    elif ! iconv -f UTF-8 -t UTF-8 "$1" >/dev/null 2>&1; then
        fail "invalid UTF-8 in $(basename "$1")" "$1"
    fi
}

# json FILE EXPRESSION: prints what a Python expression over the document `d` gives.
json() {
    python3 -c 'import json, sys
d = json.load(open(sys.argv[1], encoding="utf-8"))
print(eval(sys.argv[2]))' "$1" "$2" 2>&1
}

# expect_json FILE EXPRESSION WANTED
expect_json() {
    if ! command -v python3 >/dev/null; then
        skip "python3 is missing: JSON is not looked into"
        return
    fi
    expect_equal "$(json "$1" "$2")" "$3" "$2"
}

skip() { printf 'SKIPPED [%s] %s\n' "$current" "$1"; }

# snapshot FOLDER: every name in it, with kind, mode and content.
snapshot() {
    (cd "$1" && find . -printf '%p %y %m\n' | LC_ALL=C sort && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r cksum)
}

finish() {
    printf '%s: %d checks, %d failures\n' "$(basename "$0" .sh)" "$checks" "$failures"
    # A test that checked nothing has proved nothing.
    [ "$failures" -eq 0 ] && [ "$checks" -gt 0 ]
    exit
}

# workspace FOLDER: a coffee-machine service with every verdict, an overpromise and no row that cannot be read.
# Its expected.csv was worked out by hand.
workspace() {
    mkdir -p -- "$1"
    # Emptied and not removed: the test may stand in it.
    find "$1" -mindepth 1 -delete
    cat >"$1/fit.yaml" <<'YAML'
company: Harbour Coffee
offerings: offerings.csv
customers: customers.csv
history: history.csv
promise: {percentile: 90, min_records: 3}
stages: {interest: 25, desire: 75}
customer: {name: name, value: deal_value, stage: stage}
attributes:
  - name: repair_hours
    label: Repair time
    unit: h
    rule: at_most
    weight: 3
    when_blank: ask
    question: How long can you do without your machine?
  - name: region
    label: Region
    rule: covers
  - name: price
    label: Price
    unit: EUR
    rule: at_most
    need: max_price
    want: hoped_price
  - name: training
    label: Barista training
    rule: flag
YAML
    cat >"$1/offerings.csv" <<'CSV'
offering_id,supplier,name,repair_hours,region,price,training
basic,,Basic,48,North|South,40,no
swift,Harbour Coffee,Swift,24 h,North,80,yes
island,Isle Crew,Island,30,Islands,90,no
CSV
    cat >"$1/history.csv" <<'CSV'
offering_id,attribute,value
swift,repair_hours,20
swift,repair_hours,22
swift,repair_hours,30
basic,repair_hours,60
CSV
    cat >"$1/customers.csv" <<'CSV'
customer_id,name,repair_hours,region,max_price,hoped_price,training,deal_value,stage,phone
K1,Anchor Bar,48,North,60,40,,1000,desire,111
K2,"Brine, Salt & Co",24h,North,100,,,2000,interest,222
K3,Café Düne,36,Islands,,,,4000.50,desire,333
K4,Deck 9,,south,50,30,no,500,interest,444
K5,Ebb,any,North,,,x,,,555
K6,Flow,12,-,10,,yes,800,desire,666
CSV
    cat >"$1/expected.csv" <<'CSV'
customer_id,verdict,offering_id,score,unmet,gap,refer_to,refer_supplier,overpromise,ask,name,deal_value,stage
K1,fit,basic,100,,,,,,,Anchor Bar,1000,desire
K2,walk_away,basic,40,repair_hours,"repair_hours needs <= 24 h, offers 48 h",,,swift,,"Brine, Salt & Co",2000,interest
K3,refer,swift,75,region,"region needs Islands, offers North",island,Isle Crew,,,Café Düne,4000.50,desire
K4,ask,basic,67,,,,,,repair_hours,Deck 9,500,interest
K5,fit,swift,100,,,,,,,Ebb,,
K6,walk_away,swift,20,repair_hours;price,"repair_hours needs <= 12 h, offers 30 h (nominal 24 h); price needs <= 10 EUR, offers 80 EUR",,,,,Flow,800,desire
CSV
}
