/* Four customers a register. */
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define LANES 4
typedef __m256i vec;

static inline vec load(const uint64_t *from) {
    return _mm256_loadu_si256((const __m256i *)(const void *)from);
}
static inline void save(uint64_t *to, vec v) {
    _mm256_storeu_si256((__m256i *)(void *)to, v);
}
static inline vec all(uint64_t word) {
    return _mm256_set1_epi64x((long long)word);
}
static inline vec both(vec a, vec b) {
    return _mm256_and_si256(a, b);
}
static inline vec either(vec a, vec b) {
    return _mm256_or_si256(a, b);
}
static inline vec add(vec a, vec b) {
    return _mm256_add_epi64(a, b);
}
static inline vec shift_left(vec a, int bits) {
    return _mm256_slli_epi64(a, bits);
}
static inline vec shift_right(vec a, int bits) {
    return _mm256_srli_epi64(a, bits);
}
/* Keys are below 2^63, so that comparing them as signed numbers is right. */
static inline vec is_above(vec a, vec b) {
    return _mm256_cmpgt_epi64(a, b);
}
static inline vec least(vec a, vec b) {
    return _mm256_blendv_epi8(a, b, is_above(a, b));
}
static inline unsigned lanes_of(vec mask) {
    return (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(mask));
}
static inline unsigned apart(vec a, vec b) {
    return lanes_of(_mm256_cmpeq_epi64(both(a, b), _mm256_setzero_si256()));
}
static inline unsigned below(vec a, vec b) {
    return lanes_of(is_above(b, a));
}
static inline vec mask_of(unsigned lanes) {
    const vec bits = _mm256_set_epi64x(8, 4, 2, 1);
    return _mm256_cmpeq_epi64(both(all(lanes), bits), bits);
}
static inline vec least_where(vec old, vec v, unsigned lanes) {
    return _mm256_blendv_epi8(old, v, both(mask_of(lanes), is_above(old, v)));
}
/* The kept lanes moved to the front: for each set of lanes, which halves of 64-bit words go where. */
static inline void pack(uint64_t *to, vec v, unsigned lanes) {
    static const uint32_t order[16][8] = {
        {0, 1, 2, 3, 4, 5, 6, 7}, {0, 1, 2, 3, 4, 5, 6, 7}, {2, 3, 0, 1, 4, 5, 6, 7},
        {0, 1, 2, 3, 4, 5, 6, 7}, {4, 5, 0, 1, 2, 3, 6, 7}, {0, 1, 4, 5, 2, 3, 6, 7},
        {2, 3, 4, 5, 0, 1, 6, 7}, {0, 1, 2, 3, 4, 5, 6, 7}, {6, 7, 0, 1, 2, 3, 4, 5},
        {0, 1, 6, 7, 2, 3, 4, 5}, {2, 3, 6, 7, 0, 1, 4, 5}, {0, 1, 2, 3, 6, 7, 4, 5},
        {4, 5, 6, 7, 0, 1, 2, 3}, {0, 1, 4, 5, 6, 7, 2, 3}, {2, 3, 4, 5, 6, 7, 0, 1},
        {0, 1, 2, 3, 4, 5, 6, 7}};
    save(to, _mm256_permutevar8x32_epi32(v, load((const uint64_t *)(const void *)order[lanes])));
}
static inline vec counts_of_bytes(vec v) {
    const vec nibbles = _mm256_set1_epi8(15);
    const vec table =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    vec low = _mm256_shuffle_epi8(table, both(v, nibbles));
    vec high = _mm256_shuffle_epi8(table, both(_mm256_srli_epi16(v, 4), nibbles));
    return _mm256_add_epi8(low, high);
}
static inline vec weigh(vec sums, vec missed, vec weights) {
    vec pairs = _mm256_maddubs_epi16(counts_of_bytes(missed), weights);
    return _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
static inline vec count_halves(vec sums, vec missed) {
    return weigh(sums, missed, _mm256_set1_epi8(1));
}

#define UNIT yard_avx2
#define UNIT_NAME "avx2"
#include "yardstick_body.h"
