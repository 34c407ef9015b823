/* What rows miss as sets of attributes, each distinct set with a number. */
#ifndef FITMATCH_ANALYSIS_UNMET_SETS_H
#define FITMATCH_ANALYSIS_UNMET_SETS_H

#include "match/kernel.h"
#include "support/hash.h"

/** Distinct sets, numbered in the order in which they came. Begin with fm__unmet_sets_init. */
typedef struct fm__unmet_sets {
    size_t words;   /**< of a set: bit a % 64 of word a / 64 for attribute a */
    uint64_t *bits; /**< [count][words] */
    size_t count;
    size_t capacity;
    fm__index index;
} fm__unmet_sets;

void fm__unmet_sets_init(fm__unmet_sets *sets, const fm__plan *plan);
void fm__unmet_sets_destroy(fm__unmet_sets *sets);

/** The number of a set of `words` words, added if new; FM__INDEX_NONE when memory ran out. */
uint32_t fm__unmet_sets_add(fm__unmet_sets *sets, const uint64_t *bits);

/**
 * Adds all sets of another collection.
 *
 * @param out_numbers receives the new number of each set of `from`, [from->count]; caller frees.
 * @return false when memory ran out.
 */
bool fm__unmet_sets_merge(fm__unmet_sets *into, const fm__unmet_sets *from, uint32_t **out_numbers);

static inline const uint64_t *fm__unmet_set(const fm__unmet_sets *sets, uint32_t number) {
    return sets->bits + (size_t)number * sets->words;
}

/** Puts the attributes of a set, in model order, where out_attributes has room for all; returns how many. */
size_t fm__unmet_set_list(const fm__unmet_sets *sets, uint32_t number, uint16_t *out_attributes);

/**
 * The numbers of what the rows of a block miss of `own`.
 *
 * @param block   with block->unmet filled in.
 * @param mask    rows that are asked for.
 * @param scratch FM__BLOCK_ROWS * sets->words words.
 * @param out_numbers of the rows of the mask; others are left as they are.
 * @return false when memory ran out.
 */
bool fm__unmet_sets_of_rows(fm__unmet_sets *sets, const fm__plan *plan, const fm__block *block,
                            const uint64_t *mask, uint64_t *scratch, uint32_t out_numbers[FM__BLOCK_ROWS]);

#endif
