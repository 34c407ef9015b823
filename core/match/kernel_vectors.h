/* The vectors of one kernel unit and the few operations on them that instruction sets do differently.
 *
 * A unit defines FM__VECTOR_BYTES (8, 16, 32, 64) before. A `lane` is the part of a block of 512 rows that
 * one vector covers. */
#ifndef FITMATCH_MATCH_KERNEL_VECTORS_H
#define FITMATCH_MATCH_KERNEL_VECTORS_H

#include "match/kernel.h"

typedef uint64_t vec __attribute__((vector_size(FM__VECTOR_BYTES)));

#define LANES (64 / FM__VECTOR_BYTES)
#define LANE_WORDS (FM__VECTOR_BYTES / 8)
/* For functions that pay off only when a count that they are given is known where they are compiled.
 * Sanitized builds look for mistakes, not for speed, and would take a minute to compile each unit. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define INLINE
#endif
#endif
#ifndef INLINE
#define INLINE __attribute__((always_inline))
#endif

static inline vec load(const uint64_t *planes, size_t plane, size_t lane) {
    return *(const vec *)(const void *)(planes + plane * FM__BLOCK_WORDS + lane * LANE_WORDS);
}

static inline void store(uint64_t *planes, size_t plane, size_t lane, vec value) {
    *(vec *)(void *)(planes + plane * FM__BLOCK_WORDS + lane * LANE_WORDS) = value;
}

static inline vec broadcast(uint64_t word) {
    return word - (vec){0};
}

#if FM__VECTOR_BYTES == 64
/* Three-input logic is one instruction here, and gcc 12 does not find it in nested expressions; the test for
 * zero likewise. Measured: a third less time for a whole match. */
#include <immintrin.h>

#define TERNARY(a, b, c, table) \
    (vec) _mm512_ternarylogic_epi64((__m512i)(a), (__m512i)(b), (__m512i)(c), table)

static inline bool any(vec v) {
    return _mm512_test_epi64_mask((__m512i)v, (__m512i)v) != 0;
}

/* Two or three of the three: the carry of a full adder. */
static inline vec majority(vec a, vec b, vec c) {
    return TERNARY(a, b, c, 0xe8);
}

/* One or all of the three: the sum of a full adder. */
static inline vec parity(vec a, vec b, vec c) {
    return TERNARY(a, b, c, 0x96);
}

/* `then` where `mask`, else `otherwise`. */
static inline vec choose(vec mask, vec then, vec otherwise) {
    return TERNARY(mask, then, otherwise, 0xca);
}

/* One step of comparing from the lowest bit: a < b here, or not a > b here and `below` so far. */
static inline vec less_step(vec a, vec b, vec below) {
    return TERNARY(a, b, below, 0x8e);
}

/* `different`, or a differs from b. */
static inline vec differ_step(vec a, vec b, vec different) {
    return TERNARY(a, b, different, 0xbe);
}
#else
static inline bool any(vec v) {
    uint64_t all = 0;
    for (size_t i = 0; i < LANE_WORDS; i++)
        all |= v[i];
    return all != 0;
}

static inline vec majority(vec a, vec b, vec c) {
    return (a & b) | (c & (a | b));
}

static inline vec parity(vec a, vec b, vec c) {
    return a ^ b ^ c;
}

static inline vec choose(vec mask, vec then, vec otherwise) {
    return otherwise ^ ((otherwise ^ then) & mask);
}

static inline vec less_step(vec a, vec b, vec below) {
    return (~a & b) | (~(a ^ b) & below);
}

static inline vec differ_step(vec a, vec b, vec different) {
    return (a ^ b) | different;
}
#endif

#endif
