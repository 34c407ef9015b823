/* The engine as the benchmarks see it: the one room that knows its insides. */
#ifndef FITMATCH_BENCH_ENGINE_H
#define FITMATCH_BENCH_ENGINE_H

#include "support.h"
#include "workload.h"
#include "yardstick.h"

/** A workload inside the engine, compiled and ready to match. */
typedef struct engine engine;

/** What was paid before matching. */
typedef struct engine_build {
    bench_time base;        /**< reading the customers: all of fm_base_read */
    fm_base_timings phases; /**< of that, by the engine's own clock */
    bench_time plan;        /**< compiling the catalog against the base */
    bench_time arrange;     /**< fm_base_arrange */
    uint64_t slice_bytes;   /**< the demands as the base holds them */
    uint64_t fit_bytes;     /**< of these, what is needed to tell who fits */
} engine_build;

/** How to bring a workload into the engine. */
typedef struct engine_options {
    fm_instruction_set set;
    bool as_read; /**< rows stay in the order in which they were read */
    bool drawn;   /**< customers are drawn while they are read; the workload need not keep its rows */
    unsigned threads;
} engine_options;

engine *engine_new(const workload *workload, const engine_options *options, engine_build *out_build);
void engine_free(engine *engine);

/** The parts of engine_new that read and arrange the customers; for counting their instructions. */
void engine_build_base(engine *engine, fm_table *customers, unsigned threads);
void engine_arrange(engine *engine, unsigned threads);

/** Memory that a base takes for the demands, in bytes; ids and business columns come on top. */
typedef struct engine_bytes {
    uint64_t slices;
    uint64_t ranges;    /**< lowest and highest code of every block and column */
    uint64_t positions; /**< where rows are and which row is where; only of arranged bases */
    uint64_t repeats;   /**< rows at each place; only of folded bases */
} engine_bytes;

engine_bytes engine_demand_bytes(const fm_base *base);

/** fit: how many rows an own offering fits. */
uint64_t engine_fit(const engine *engine, unsigned threads);
/** full: every result plane of every block (own or closest miss, partner, overpromise, unmet needs, sums),
 * counted. */
yard_counts engine_full(const engine *engine, unsigned threads);
/** rows: the same, and each block's planes expanded to one record a row, the attribute to ask about included.
 */
yard_counts engine_rows(const engine *engine, unsigned threads);
/** match: what a caller of the library gets from fm_match, compiling included. */
yard_counts engine_match(const engine *engine, unsigned threads);

/** The results of every row, kept, for the comparison. */
void engine_match_rows(const engine *engine, unsigned threads, bench_rows *out_rows);

#endif
