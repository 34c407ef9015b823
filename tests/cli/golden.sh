#!/usr/bin/env bash
# The match table equals the expected one byte for byte: for any number of threads, with every instruction set that
# this machine has, from a file and from standard input, to a file and to standard output.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

instruction_sets=$("$FITMATCH" --version | sed -n 's/.*this machine has \(.*\)).*/\1/p')
about "instruction sets"
expect_like 'scalar' <(echo "$instruction_sets")
echo "instruction sets: $instruction_sets"

table=$WORK_DIR/table.csv

# same_table EXPECTED: the run ended well and gave this table.
same_table() {
    checks=$((checks + 1))
    if [ "$code" -ne 0 ] && [ "$code" -ne 3 ]; then
        fail "exit code $code" "$err"
    elif ! cmp -s -- "$1" "$2"; then
        fail "the table differs: $(cmp -- "$1" "$2" 2>&1)"
    fi
}

# every_way FOLDER EXPECTED
every_way() {
    local folder=$1 expected=$2 threads set customers
    customers=$folder/customers.csv
    for threads in 1 2 7; do
        for set in $instruction_sets; do
            about "$(basename "$folder"), $threads threads, $set, file"
            rm -f -- "$table"
            run match "$folder/fit.yaml" -q --threads "$threads" --instruction-set "$set" -o "$table"
            same_table "$expected" "$table"
            about "$(basename "$folder"), $threads threads, $set, standard input"
            run_from "$customers" match "$folder/fit.yaml" -q --threads "$threads" --instruction-set "$set" \
                --customers -
            same_table "$expected" "$out"
        done
    done
}

workspace "$WORK_DIR/harbour"
every_way "$WORK_DIR/harbour" "$WORK_DIR/harbour/expected.csv"

shared=${FITMATCH_SHARED:-$SOURCE_DIR/../shared}
folders=0
for folder in "$shared"/golden/*/ "$shared"/realdata/scms-deliveries/workspace/; do
    [ -e "$folder/expected.csv" ] || continue
    folder=${folder%/}
    folders=$((folders + 1))
    every_way "$folder" "$folder/expected.csv"
done
if [ "$folders" -eq 0 ]; then
    about "shared"
    skip "no golden workspaces in $shared: only data/ is compared with itself"
fi

about "data/"
run match "$SOURCE_DIR/data/fit.yaml" -q --threads 1 --instruction-set scalar
expect_code 0
cp -- "$out" "$WORK_DIR/data-expected.csv"
expect_like '^[^,]*,refer,' "$out"
every_way "$SOURCE_DIR/data" "$WORK_DIR/data-expected.csv"

echo "workspaces: $((folders + 2))"
finish
