/* What a cell says: numbers with units, flags, sets (SPEC 1). One reader for offerings, history and
 * customers. */
#ifndef FITMATCH_MODEL_CELL_H
#define FITMATCH_MODEL_CELL_H

#include "support/text.h"

#include <fitmatch/model.h>

/** Room for the reason why a cell cannot be read. */
#define FM__REASON_BYTES 256

static inline bool fm__rule_is_numeric(fm_rule rule) {
    return rule == FM_RULE_AT_MOST || rule == FM_RULE_AT_LEAST;
}

static inline bool fm__rule_is_set(fm_rule rule) {
    return rule == FM_RULE_COVERS || rule == FM_RULE_ANY_OF || rule == FM_RULE_NONE_OF;
}

/**
 * Reads a trimmed, non-empty cell as a finite number, optionally followed by `unit` in any case.
 *
 * @param decimal '.' or ','; with ',' both separators are read.
 * @param reason  gets what is wrong (FM__REASON_BYTES) when the answer is false.
 */
bool fm__cell_number(fm_text cell, const char *unit, char decimal, double *out_number, char *reason);

/** Reads a trimmed, non-empty cell as yes or no; `reason` as above. */
bool fm__cell_flag(fm_text cell, bool *out_flag, char *reason);

/** Whether a trimmed cell says "asked, and no demand": `any` or `-`. */
static inline bool fm__cell_is_any(fm_text cell) {
    return (cell.length == 1 && cell.bytes[0] == '-') ||
           (cell.length == 3 && fm__text_equal_fold(cell, fm__text("any")));
}

static inline bool fm__cell_is_unasked(fm_text cell) {
    return cell.length == 1 && cell.bytes[0] == '?';
}

/** Takes the next value of a set from *rest: parted by '|', trimmed, empty ones skipped; false at the end. */
bool fm__cell_set_next(fm_text *rest, fm_text *out_value);

#endif
