/* The one parallel reduction: every row of a base is looked at once, by threads that each keep a state of
 * their own; the states are merged at the end. States must be such that neither the order of rows nor the
 * merging shows: counts, exact sums, sets, lists that are sorted afterwards. */
#ifndef FITMATCH_ANALYSIS_REDUCTION_H
#define FITMATCH_ANALYSIS_REDUCTION_H

#include "match/matcher.h"

#include <fitmatch/analysis.h>

/** A block with what the kernel found. */
typedef struct fm__rows {
    fm__block *block;
    fm__block *other;                     /**< what the reduction's other plan says; NULL without one */
    size_t count;                         /**< rows that exist, 1..FM__BLOCK_ROWS */
    fm_match_row results[FM__BLOCK_ROWS]; /**< if the reduction wants them */
    uint64_t numbers[FM__BLOCK_ROWS];     /**< of the rows in the base */
} fm__rows;

/** What is done with the rows. A status other than FM_OK ends the reduction with it. */
typedef struct fm__reduction {
    const fm__plan *plan;
    const fm__plan *other; /**< NULLable: of another catalog and the same base, worked out side by side */
    const fm__kernel *kernel;
    fm__depth depth;    /**< of both */
    bool results;       /**< fm__rows.results are wanted, not only the planes */
    size_t state_bytes; /**< of a thread; zeroed at first */
    /** NULLable: makes a state ready. */
    fm_status (*begin)(void *context, void *state, fm_error *error);
    fm_status (*add)(void *context, void *state, const fm__rows *rows, fm_error *error);
    /** Adds what is in `from` to `into`. */
    fm_status (*merge)(void *context, void *into, void *from, fm_error *error);
    /** Called once with everything. */
    fm_status (*finish)(void *context, void *state, fm_error *error);
    /** NULLable: frees what a state holds; also called for states that never began. */
    void (*end)(void *context, void *state);
} fm__reduction;

/** The reduction over the rows of some matches, at the kernel's full depth; functions to be filled in. */
fm__reduction fm__reduction_of(const fm_matches *matches);

/** Runs it. `run` is NULLable. */
FM_NODISCARD fm_status fm__reduce(const fm__reduction *reduction, const fm_analysis_run *run, void *context,
                                  fm_error *error);

/** Whether bit `at` of a plane of a block's is set; planes by number, see fm__group and fm__term. */
static inline bool fm__block_bit(const fm__block *block, uint32_t plane, size_t at) {
    return block->planes[(size_t)plane * FM__BLOCK_WORDS + at / 64] >> (at % 64) & 1;
}

/** The code of a row of a block in a demand column. */
static inline uint32_t fm__block_code(const fm_base *base, const fm__block *block, const fm__demands *demands,
                                      size_t at) {
    return fm__slices_code(fm__base_block(base, block->number) +
                               (size_t)demands->first_slice * FM__BLOCK_WORDS,
                           demands->slice_count, at);
}

#endif
