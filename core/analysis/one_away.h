/* One change away: rows that miss exactly one need of an offering. */
#ifndef FITMATCH_ANALYSIS_ONE_AWAY_H
#define FITMATCH_ANALYSIS_ONE_AWAY_H

#include "match/kernel.h"

/**
 * The rows of a block that miss exactly one need of a variant, read off the kernel's miss planes.
 *
 * Which need that is: the term of the variant whose plane a row is in, so that the rows which only the need
 * of one term keeps from fitting are those of `out_rows` and the term's plane.
 *
 * @param block   derived, at any depth.
 * @param variant any of plan->variants, also one that no contest has.
 * @param mask    [FM__BLOCK_WORDS] rows to look at; fewer rows, less work. Rows that do not exist are left
 * out of it: block->valid.
 * @param out_rows [FM__BLOCK_WORDS] gets those of them that miss one need; not `mask`.
 * @return whether there is one.
 */
static inline bool fm__one_away(const fm__block *block, const fm__variant *variant, const uint64_t *mask,
                                uint64_t *restrict out_rows) {
    uint64_t missed[FM__BLOCK_WORDS] = {0}; /* at least one need */
    uint64_t open[FM__BLOCK_WORDS];         /* not two or more */
    memcpy(open, mask, sizeof open);
    for (uint32_t i = 0; i < variant->need_count; i++) {
        const uint64_t *plane = block->planes + (size_t)variant->needs[i].plane * FM__BLOCK_WORDS;
        uint64_t left = 0;
        if (block->states[variant->needs[i].plane] == FM__STATE_NONE)
            continue;
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++) {
            open[w] &= ~(missed[w] & plane[w]);
            missed[w] |= plane[w];
            left |= open[w];
        }
        if (left == 0)
            break;
    }
    uint64_t some = 0;
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        some |= out_rows[w] = open[w] & missed[w];
    return some != 0;
}

#endif
