/* The matcher: every block of the base through the kernel, on all threads. The only parallel loop of the
 * engine. */
#ifndef FITMATCH_MATCH_MATCHER_H
#define FITMATCH_MATCH_MATCHER_H

#include "match/kernel.h"
#include "support/error.h"
#include "support/exact_sum.h"

struct fm_matches {
    fm__plan *plan;
    const fm__kernel *kernel;
    fm_match_totals totals;
    fm__exact_sum money[FM_VERDICT_COUNT]; /**< what the totals were rounded from */
    fm__exact_sum expected[FM_VERDICT_COUNT];
    uint64_t *unmet_rows; /**< [attribute] */
};

/**
 * What is done with the blocks. Blocks come in tiles, runs of neighbouring blocks that one thread works on.
 *
 * A status other than FM_OK from `visit` or `commit` ends the run with it.
 */
typedef struct fm__visitor {
    /** Called for each block, by any thread; `slot` (0 .. slots - 1) and `block` are that thread's own. */
    fm_status (*visit)(void *context, unsigned slot, fm__block *block, size_t number, fm_error *error);
    /** NULLable: called after the blocks of a tile, one tile at a time, in the order of the tiles. */
    fm_status (*commit)(void *context, unsigned slot, fm_error *error);
    void *context;
    fm__depth depth; /**< how much of each block is worked out */
    fm_phase phase;
    const fm_progress *progress; /**< NULLable */
} fm__visitor;

/** Threads, and so slots, that a run with this wish will have; 0 asks for OpenMP's choice. */
unsigned fm__matcher_slots(unsigned threads);

/** Computes all blocks of the plan's base and shows them to the visitor. `slots` from fm__matcher_slots. */
FM_NODISCARD fm_status fm__matcher_run(const fm__plan *plan, const fm__kernel *kernel, unsigned slots,
                                       const fm__visitor *visitor, fm_error *error);

/**
 * Works `count` items out one by one, by as many threads as a run would have; for what is left to do when
 * rows are known. Items that take longest should come first.
 *
 * @param work  called once for each item, by any thread; `slot` is that thread's own. False when memory ran
 * out; further items may then be left out.
 * @return whether all of them are done.
 */
bool fm__matcher_items(unsigned slots, size_t count, bool (*work)(void *context, unsigned slot, size_t item),
                       void *context);

#endif
