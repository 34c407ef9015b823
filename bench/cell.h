/* One cell of the grid: a workload, measured and verified. */
#ifndef FITMATCH_BENCH_CELL_H
#define FITMATCH_BENCH_CELL_H

#include "engine.h"
#include "memory_bandwidth.h"

/** What is measured. */
typedef enum bench_job {
    BENCH_FIT,   /**< how many rows an own offering fits */
    BENCH_FULL,  /**< all of SPEC 3 for every row, as result planes */
    BENCH_ROWS,  /**< the same as one record a row */
    BENCH_MATCH, /**< fm_match as a user calls it: compiling, matching, counting */
    BENCH_JOB_COUNT
} bench_job;

const char *bench_job_name(bench_job job);

/** How to measure. */
typedef struct cell_options {
    fm_instruction_set set;
    unsigned threads;
    unsigned jobs;    /**< bit 1 << bench_job for each wanted */
    size_t repeat;    /**< measurements of each */
    double seconds;   /**< when these are over, three measurements are enough */
    bool as_read;     /**< rows are matched in the order in which they were read */
    bool drawn;       /**< the engine's customers are drawn while they are read, see drawn_table.h */
    bool yardstick;   /**< off: neither yardstick nor verification, for profiling the engine alone */
    bool only_verify; /**< the yardstick's answers are compared, its time is not measured */
    bool bandwidth;
} cell_options;

typedef struct cell_result {
    workload_options workload;
    cell_options how;
    fm_instruction_set set; /* never AUTO */
    const char *yardstick;
    size_t yard_row_bytes;
    size_t yard_words[2]; /* needs, wants */
    bool one_pass;
    engine_build engine_build;
    yard_build yard_build;
    bench_samples engine[BENCH_JOB_COUNT];
    bench_samples yard[2];    /* fit, full */
    bench_samples reading[2]; /* with one thread, with all */
    size_t reading_bytes;
    yard_counts counts;
    uint64_t checksum; /* of the results of all rows */
} cell_result;

/** The yardstick's measurements that a job is compared with. */
static inline const bench_samples *cell_yardstick(const cell_result *result, bench_job job) {
    return &result->yard[job == BENCH_FIT ? 0 : 1];
}

/** Rows x offerings. */
static inline double cell_pairs(const cell_result *result) {
    return (double)result->workload.rows * result->workload.offerings;
}

/** Measures; ends the benchmark when engine and yardstick disagree on anything. */
void cell_run(const workload_options *options, const cell_options *how, const memory_bandwidth *memory,
              cell_result *out_result);

#endif
