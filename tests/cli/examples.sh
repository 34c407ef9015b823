#!/usr/bin/env bash
# The example programs do what the README shows.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
examples=${FITMATCH_EXAMPLES:-$(dirname "$FITMATCH")}

about "match_in_memory"
"$examples/match_in_memory" >"$out" 2>"$err"
code=$?
expect_code 0
expect_empty "$err"
cat >"$WORK_DIR/wanted" <<'TEXT'
Hofmann: fit, score 100
Kessler: refer, score 17: delivery_hours needs <= 24 h, offers 48 h
TEXT
expect_same "$WORK_DIR/wanted" "$out"

about "open_workspace"
workspace "$WORK_DIR/w"
"$examples/open_workspace" "$WORK_DIR/w/fit.yaml" >"$out" 2>"$err"
code=$?
expect_code 0
expect_empty "$err"
cat >"$WORK_DIR/wanted" <<'TEXT'
fit        2
ask        1
refer      1
walk_away  2
TEXT
expect_same "$WORK_DIR/wanted" "$out"
"$examples/open_workspace" "$WORK_DIR/none.yaml" >"$out" 2>"$err"
code=$?
expect_code 1
expect "No such file" "$err"

about "an example fits on a screen"
for example in "$SOURCE_DIR"/tools/examples/*.c; do
    checks=$((checks + 1))
    [ "$(wc -l <"$example")" -le 60 ] || fail "$(basename "$example") is longer than 60 lines"
done
finish
