/* Money of rows: value and expected value, summed exactly. */
#ifndef FITMATCH_ANALYSIS_MONEY_H
#define FITMATCH_ANALYSIS_MONEY_H

#include "analysis/report.h"
#include "base/base.h"
#include "support/exact_sum.h"

/** What the rows of a base are worth. */
typedef struct fm__worth {
    const fm_base *base;
    double *chances;     /**< [1 + place in the model's stages]; 0 for no stage */
    size_t value_column; /**< among the carried ones, or SIZE_MAX */
    bool has_value;
    bool has_expected;
} fm__worth;

/** False when memory ran out. */
bool fm__worth_init(fm__worth *worth, const fm_base *base);
void fm__worth_destroy(fm__worth *worth);

/** The value of a row; 0 without a value column. */
static inline double fm__worth_value(const fm__worth *worth, uint64_t row) {
    const fm__segment *segment = worth->base->segments[row / worth->base->segment_rows];
    return worth->has_value ? segment->values[row % worth->base->segment_rows] : 0;
}

/** Has the value of a row on its way, for who jumps from row to row. */
static inline void fm__worth_prefetch(const fm__worth *worth, uint64_t row) {
    const fm__segment *segment = worth->base->segments[row / worth->base->segment_rows];
    if (worth->has_value)
        __builtin_prefetch(&segment->values[row % worth->base->segment_rows]);
}

/** The stage of a row: 0 for none, else 1 + its place in the model's stages. */
static inline unsigned fm__worth_stage(const fm__worth *worth, uint64_t row) {
    const fm__segment *segment = worth->base->segments[row / worth->base->segment_rows];
    return segment->stages != NULL ? segment->stages[row % worth->base->segment_rows] : 0;
}

/** The expected value of a row; 0 where there are no stages. */
static inline double fm__worth_expected(const fm__worth *worth, uint64_t row) {
    return fm__worth_value(worth, row) * worth->chances[fm__worth_stage(worth, row)];
}

/** The value of a row as a cell; null where it is blank. */
fm_cell fm__worth_cell(const fm__worth *worth, uint64_t row);

/** Values and expected values of `count` rows of a block; a member's array is written only if the base has
 * it. */
void fm__worth_rows(const fm__worth *worth, const uint64_t *rows, size_t count, double *out_values,
                    double *out_expected);

/** Some rows and their money; all zeroes is none. */
typedef struct fm__tally {
    uint64_t rows;
    fm__exact_sum value;
    fm__exact_sum expected;
} fm__tally;

/** Counts a row. */
void fm__tally_add(fm__tally *tally, const fm__worth *worth, uint64_t row);

/** Adds the rows of another tally. */
void fm__tally_merge(fm__tally *tally, const fm__tally *other);

/** Money and expected money as cells, null where the base has none. */
fm_cell fm__tally_money(const fm__tally *tally, const fm__worth *worth);
fm_cell fm__tally_expected(const fm__tally *tally, const fm__worth *worth);

#endif
