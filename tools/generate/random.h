/* Reproducible random numbers: the same on every machine, compiler and C library. */
#ifndef GEN_RANDOM_H
#define GEN_RANDOM_H

#include <stdint.h>

/* SplitMix64: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
 * The state is a plain counter, so draws do not wait for each other, which is what the row loop needs. */
typedef struct gen_random {
    uint64_t state;
} gen_random;

static inline uint64_t gen_random_next(gen_random *random) {
    random->state += 0x9E3779B97F4A7C15u;
    uint64_t z = random->state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* One stream per purpose, so that switching one option on does not change what the others produce. */
static inline gen_random gen_random_stream(uint64_t seed, uint64_t purpose) {
    gen_random outer = {seed};
    gen_random inner = {gen_random_next(&outer) ^ (purpose * 0xD1342543DE82EF95u)};
    return (gen_random){gen_random_next(&inner)};
}

/* 0 .. bound-1. The multiply-shift's bias (below 2^-32 x bound) does not matter for workloads. */
static inline uint32_t gen_random_below(gen_random *random, uint32_t bound) {
    return (uint32_t)(((gen_random_next(random) >> 32) * bound) >> 32);
}

#endif
