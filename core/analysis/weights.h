/* Weights: rows with their money, thousands at a time, summed exactly.
 *
 * A weight is fm__weighing.bytes long: the rows, then a sum of values and one of expected values, as far as
 * the base has them. All zeroes is none. Sums that are whole numbers of 128 bits make a weight of 48 bytes.
 */
#ifndef FITMATCH_ANALYSIS_WEIGHTS_H
#define FITMATCH_ANALYSIS_WEIGHTS_H

#include "analysis/money.h"
#include "support/scaled_sum.h"

typedef struct fm__weighing {
    const fm__worth *worth;
    fm__sum_scale scale;
    size_t bytes; /**< of a weight, a multiple of 16 */
    size_t expected_at;
} fm__weighing;

/** Where the sum of values begins. */
#define FM__WEIGHT_VALUE_AT ((size_t)16)

/** Looks at all rows once. */
void fm__weighing_init(fm__weighing *weighing, const fm__worth *worth);

/** Adds a row; `value` and `expected` are its own, 0 where the base has none. */
static inline void fm__weight_add(const fm__weighing *w, void *weight, double value, double expected) {
    char *at = weight;
    ++*(uint64_t *)weight;
    if (w->worth->has_value)
        fm__scaled_add(&w->scale, at + FM__WEIGHT_VALUE_AT, value);
    if (w->worth->has_expected)
        fm__scaled_add(&w->scale, at + w->expected_at, expected);
}

/** Adds another weight. */
static inline void fm__weight_merge(const fm__weighing *w, void *weight, const void *other) {
    char *at = weight;
    const char *from = other;
    *(uint64_t *)weight += *(const uint64_t *)other;
    if (w->worth->has_value)
        fm__scaled_merge(&w->scale, at + FM__WEIGHT_VALUE_AT, from + FM__WEIGHT_VALUE_AT);
    if (w->worth->has_expected)
        fm__scaled_merge(&w->scale, at + w->expected_at, from + w->expected_at);
}

/** A weight in numbers: sums rounded once, 0 where the base has none. */
typedef struct fm__weight {
    uint64_t rows;
    double money;
    double expected;
} fm__weight;

fm__weight fm__weight_round(const fm__weighing *weighing, const void *weight);

/** Room for `count` weights of none, freed with fm__region_free; NULL when memory ran out. */
void *fm__weights_new(const fm__weighing *weighing, size_t count);

/** Money and expected money of a weight as cells, null where the base has none. */
void fm__weight_cells(const fm__weighing *weighing, const fm__weight *weight, fm_cell *out_two);

#endif
