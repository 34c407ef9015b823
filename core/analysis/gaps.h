/* Gaps in words, as in the match table, for rows in any order: phrases are kept as they are first needed. */
#ifndef FITMATCH_ANALYSIS_GAPS_H
#define FITMATCH_ANALYSIS_GAPS_H

#include "analysis/unmet_sets.h"
#include "match/phrases.h"

/** Zero-initialise but for the plan; free with fm__gaps_destroy. One thread at a time. */
typedef struct fm__gaps {
    const fm__plan *plan;
    fm__arena arena;
    fm_text **needs;      /**< [attribute] -> [demand] */
    fm_text **shortfalls; /**< [attribute] -> [offering] */
    char *buffer;         /**< the text */
    size_t length;
    size_t capacity;
} fm__gaps;

void fm__gaps_destroy(fm__gaps *gaps);

/**
 * The gap of a row.
 *
 * @param row      of the base.
 * @param offering that leaves the needs of `unmet` unmet.
 * @param unmet    a set of attributes, see fm__unmet_sets.
 * @param out_gap  a view, valid until the next call.
 * @return false when memory ran out.
 */
bool fm__gaps_text(fm__gaps *gaps, uint64_t row, size_t offering, const uint64_t *unmet, fm_text *out_gap);

/**
 * The same for the names of the attributes, joined with ';'.
 */
bool fm__gaps_names(fm__gaps *gaps, const uint64_t *unmet, fm_text *out_names);

#endif
