/* Operations on one customer at a time, for machines without the wide ones. */
#include <stdint.h>

#define LANES 1
typedef uint64_t vec;

static inline vec load(const uint64_t *from) {
    return *from;
}
static inline void save(uint64_t *to, vec v) {
    *to = v;
}
static inline vec all(uint64_t word) {
    return word;
}
static inline vec both(vec a, vec b) {
    return a & b;
}
static inline vec either(vec a, vec b) {
    return a | b;
}
static inline vec add(vec a, vec b) {
    return a + b;
}
static inline vec shift_left(vec a, int bits) {
    return a << bits;
}
static inline vec shift_right(vec a, int bits) {
    return a >> bits;
}
static inline vec least(vec a, vec b) {
    return a < b ? a : b;
}
static inline unsigned apart(vec a, vec b) {
    return (a & b) == 0;
}
static inline unsigned below(vec a, vec b) {
    return a < b;
}
static inline vec least_where(vec old, vec v, unsigned lanes) {
    return lanes != 0 && v < old ? v : old;
}
static inline void pack(uint64_t *to, vec v, unsigned lanes) {
    (void)lanes; /* what is not kept is written over by the next */
    *to = v;
}
static inline vec count_halves(vec sums, vec missed) {
    return sums + (((uint64_t)__builtin_popcountll(missed >> 32) << 32) |
                   (uint64_t)__builtin_popcountll(missed & UINT32_MAX));
}
static inline vec weigh(vec sums, vec missed, vec weights) {
    /* Counts of bits, byte by byte; four of them times their weights in each half. */
    missed -= missed >> 1 & UINT64_C(0x5555555555555555);
    missed = (missed & UINT64_C(0x3333333333333333)) + (missed >> 2 & UINT64_C(0x3333333333333333));
    missed = (missed + (missed >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    for (unsigned byte = 0; byte < 4; byte++) {
        const uint64_t low = UINT64_C(0x000000ff000000ff);
        uint64_t counts = missed >> (8 * byte) & low;
        uint64_t factors = weights >> (8 * byte) & low;
        sums += (counts & UINT32_MAX) * (factors & UINT32_MAX) + ((counts >> 32) * (factors >> 32) << 32);
    }
    return sums;
}

#define UNIT yard_scalar
#define UNIT_NAME "scalar"
#include "yardstick_body.h"
