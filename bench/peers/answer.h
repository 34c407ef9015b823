/* What the C contestants share: the checksum of an answer (as in measure.py), clocks, and the form of a
 * result. */
#ifndef FITMATCH_BENCH_PEERS_ANSWER_H
#define FITMATCH_BENCH_PEERS_ANSWER_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define ANSWER_PRIME UINT64_C(2147483647)
#define ANSWER_RUNS_MAX 100
#define ANSWER_RUNS_MIN 3

/** Counts (fit: one, best: one a verdict) and an order-independent checksum. */
typedef struct answer {
    uint64_t counts[4];
    uint64_t checksum;
} answer;

/** One measurement: the seconds of each run. */
typedef struct answer_times {
    unsigned count;
    double seconds[ANSWER_RUNS_MAX];
} answer_times;

static inline uint64_t answer_square(uint64_t x) {
    x %= ANSWER_PRIME;
    return x * x % ANSWER_PRIME;
}

static inline uint64_t answer_fit_row(uint64_t row) {
    return answer_square(row * 1000003);
}

/** `own` and `refer_to` count from 1; 0 is none. */
static inline uint64_t answer_best_row(uint64_t row, uint64_t own, uint64_t refer_to, uint64_t verdict) {
    return answer_square(row * 1000003 + own * 7919 + refer_to * 104729 + verdict * 15485863);
}

static inline double answer_clock(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/** Whether another run belongs to the measurement: three at least, then as many as the seconds allow. */
static inline bool answer_again(const answer_times *times, double started, double seconds) {
    return times->count < ANSWER_RUNS_MIN ||
           (times->count < ANSWER_RUNS_MAX && answer_clock() - started < seconds);
}

/** A line of JSON; `names` is what stands before the figures, ready-made and ending with a comma. */
static inline void answer_print(const char *names, uint64_t rows, double load, const answer_times *times,
                                const answer *a, unsigned count_count) {
    (void)printf("{%s \"rows\": %" PRIu64 ", \"load\": %.6f, \"times\": [", names, rows, load);
    for (unsigned i = 0; i < times->count; i++)
        (void)printf("%s%.9f", i > 0 ? ", " : "", times->seconds[i]);
    (void)printf("], \"counts\": [");
    for (unsigned i = 0; i < count_count; i++)
        (void)printf("%s%" PRIu64, i > 0 ? ", " : "", a->counts[i]);
    (void)printf("], \"checksum\": \"%" PRIu64 "\"}\n", a->checksum);
    (void)fflush(stdout);
}

#endif
