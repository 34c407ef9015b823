/* Matching by plain loops, one offering and one attribute after the other: too slow to be compared with, too
 * short to be wrong. */
#ifndef FITMATCH_BENCH_PLAIN_H
#define FITMATCH_BENCH_PLAIN_H

#include "workload.h"

/** What is decided about a customer; which offering it is, is not looked at. */
typedef struct plain_verdict {
    fm_verdict verdict;
    bool overpromised; /**< refer or walk away, and an own offering would fit on its nominal values */
} plain_verdict;

/** The verdict on a customer with these needs, [attribute] codes. */
plain_verdict plain_match(const workload *workload, const uint16_t *needs);

/** Verdicts of some rows. */
typedef struct plain_counts {
    uint64_t rows[FM_VERDICT_COUNT];
    uint64_t overpromised;
} plain_counts;

/** Draws and matches rows `first`, `first + step`, ..., `count` of them, by all threads. */
plain_counts plain_count(const workload *workload, uint64_t first, uint64_t step, uint64_t count);

#endif
