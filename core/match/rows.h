/* From the planes of a block to the verdict of each row. */
#ifndef FITMATCH_MATCH_ROWS_H
#define FITMATCH_MATCH_ROWS_H

#include "match/kernel.h"

/** The four verdicts of a block as planes; rows that do not exist are in none. */
typedef struct fm__verdict_planes {
    uint64_t planes[FM_VERDICT_COUNT][FM__BLOCK_WORDS];
} fm__verdict_planes;

void fm__verdict_planes_of(const fm__block *block, fm__verdict_planes *out_verdicts);

/** The offering that won each row; rows that nobody won are left as they are. */
void fm__winners_offerings(const fm__contest *contest, const fm__winners *winners,
                           uint32_t out_offerings[FM__BLOCK_ROWS]);

/** Fills the results of all rows of a block in; calls the kernel for the sums that the score needs. */
void fm__rows_of(const fm__plan *plan, const fm__kernel *kernel, fm__block *block,
                 fm_match_row out_rows[FM__BLOCK_ROWS]);

#endif
