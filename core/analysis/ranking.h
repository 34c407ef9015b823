/* The order of long lists: by a 64-bit key, ties as they were. */
#ifndef FITMATCH_ANALYSIS_RANKING_H
#define FITMATCH_ANALYSIS_RANKING_H

#include "support/memory.h"

#include <string.h>

/** An entry: the lower its key, the sooner it comes. */
typedef struct fm__ranked {
    uint64_t key;
    uint64_t place; /**< the caller's */
} fm__ranked;

/** A key that sorts numbers from the largest to the smallest; 0 and -0 are the same. No NaN. */
static inline uint64_t fm__rank_largest_first(double number) {
    uint64_t bits;
    number += 0.0;
    memcpy(&bits, &number, sizeof bits);
    /* The bits of numbers that are not negative ascend with them, those of the others descend. */
    return bits >> 63 ? bits : ~bits & INT64_MAX;
}

/**
 * Sorts entries by key; equal keys stay in their order.
 *
 * @param top   only so many are wanted: the first ones of `entries` are then those, in order. 0: all.
 * @return false when memory ran out; the order is then undefined.
 */
bool fm__rank(fm__ranked *entries, size_t count, uint64_t top);

/** A copy of `count` items of `item_bytes` in the order of the entries' places, for the caller to free; NULL
 * when memory ran out. */
void *fm__ranked_copy(const fm__ranked *entries, size_t count, const void *items, size_t item_bytes);

/** Places by group. */
typedef struct fm__grouping {
    size_t *begins; /**< [groups + 1] in `places` */
    size_t *places; /**< of each group, ascending */
} fm__grouping;

/**
 * Sorts places by group.
 *
 * @param groups_of [count] groups, each below `groups`.
 * @param out_grouping free with fm__grouping_destroy.
 * @return false when memory ran out.
 */
bool fm__group_places(const uint32_t *groups_of, size_t count, size_t groups, fm__grouping *out_grouping);

void fm__grouping_destroy(fm__grouping *grouping);

#endif
