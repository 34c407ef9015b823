/* What every benchmark needs: memory that must be there, random numbers, clocks, samples. */
#ifndef FITMATCH_BENCH_SUPPORT_H
#define FITMATCH_BENCH_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Prints a message and ends the benchmark: a benchmark that goes on after a failure measures nothing. */
_Noreturn void bench_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Zeroed memory for `count` elements; ends the benchmark when there is none. Free with free(). */
void *bench_new(size_t count, size_t element_bytes);

/** 64-byte aligned, on huge pages where the system has them, zeroed by all threads. Free with
 * free(). */
void *bench_big_new(size_t count, size_t element_bytes);

/** free() of what was only read since it was filled. */
void bench_free(const void *memory);

/** A bijection that makes neighbouring numbers look unrelated (the finaliser of splitmix64). */
static inline uint64_t bench_mix(uint64_t x) {
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/** splitmix64: a counter through a bijection, so that every row can have a generator of its own. */
static inline uint64_t bench_next(uint64_t *state) {
    return bench_mix(*state += UINT64_C(0x9e3779b97f4a7c15));
}

/** Evenly from [0, 1). */
static inline double bench_unit(uint64_t *state) {
    return (double)(bench_next(state) >> 11) * 0x1p-53;
}

/** Evenly from 0 .. count - 1. */
static inline uint32_t bench_below(uint64_t *state, uint32_t count) {
    return (uint32_t)(((bench_next(state) >> 32) * count) >> 32);
}

/** Seconds on the wall, and of processor time of all threads of this process. */
typedef struct bench_time {
    double wall;
    double cpu;
} bench_time;

bench_time bench_now(void);
bench_time bench_since(bench_time start);

#define BENCH_SAMPLES_MAX 64

/** Repeated measurements of one thing. */
typedef struct bench_samples {
    size_t count;
    double wall[BENCH_SAMPLES_MAX];
    double cpu[BENCH_SAMPLES_MAX];
} bench_samples;

void bench_sample(bench_samples *samples, bench_time seconds);

typedef enum bench_clock { BENCH_WALL, BENCH_CPU } bench_clock;

double bench_minimum(const bench_samples *samples, bench_clock clock);
double bench_median(const bench_samples *samples, bench_clock clock);

/** The median of numbers; sorts them. */
double bench_median_of(double *numbers, size_t count);

/** Median of the ratios a / b of the measurements that were taken one after the other. */
double bench_ratio(const bench_samples *a, const bench_samples *b, bench_clock clock);

/** Reads a whole number with k, M or G for thousands (of bytes too: what is meant is "about"); ends the
 * benchmark if it is none or out of bounds. `*out_end` is behind it. */
uint64_t bench_read_count(const char *text, uint64_t least, uint64_t most, char **out_end);
/** The same for a text that is to hold nothing else. */
uint64_t bench_read_number(const char *text, uint64_t least, uint64_t most);

/** Reads "wall" or "cpu"; ends the benchmark if it is neither. */
bench_clock bench_read_clock(const char *text);

/** Has OpenMP's threads sleep while they wait. Spinning looks like work on the processor's clock, and on the
 * wall's it is done at the cost of whoever is measured next: milliseconds of it, beside the engine's own
 * threads. The run-time library looks at its environment once, before main, so the program starts itself
 * again. */
void bench_wait_passively(char **arguments);

#endif
