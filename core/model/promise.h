/* Dependable values: what delivery records say about what an offering promises (SPEC 2). */
#ifndef FITMATCH_MODEL_PROMISE_H
#define FITMATCH_MODEL_PROMISE_H

#include "model/catalog.h"
#include "support/error.h"

/** Reads the records and sets `dependable`, `records` and `kept` of every offering and numeric attribute of a
 * catalog. */
FM_NODISCARD fm_status fm__promise_read(fm_catalog *catalog, fm_table *history, fm__fault_log *faults,
                                        fm_error *error);

/**
 * The value that is kept dependably: the nearest-rank percentile, on the side that is kept.
 *
 * @param values      `count` >= 1 observations, finite; sorted by the call, best first.
 * @param at_least    whether more is better.
 * @param percentile  1..100.
 * @return at_most: the smallest x with 100 x |{v <= x}| >= percentile x count; at_least: the largest x with
 *         100 x |{v >= x}| >= percentile x count.
 */
double fm__promise_dependable(double *values, size_t count, bool at_least, unsigned percentile);

#endif
