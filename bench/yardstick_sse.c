/* Two customers a register. */
#include <nmmintrin.h>
#include <stdint.h>

#define LANES 2
typedef __m128i vec;

static inline vec load(const uint64_t *from) {
    return _mm_loadu_si128((const __m128i *)(const void *)from);
}
static inline void save(uint64_t *to, vec v) {
    _mm_storeu_si128((__m128i *)(void *)to, v);
}
static inline vec all(uint64_t word) {
    return _mm_set1_epi64x((long long)word);
}
static inline vec both(vec a, vec b) {
    return _mm_and_si128(a, b);
}
static inline vec either(vec a, vec b) {
    return _mm_or_si128(a, b);
}
static inline vec add(vec a, vec b) {
    return _mm_add_epi64(a, b);
}
static inline vec shift_left(vec a, int bits) {
    return _mm_slli_epi64(a, bits);
}
static inline vec shift_right(vec a, int bits) {
    return _mm_srli_epi64(a, bits);
}
/* Keys are below 2^63, so that comparing them as signed numbers is right. */
static inline vec is_above(vec a, vec b) {
    return _mm_cmpgt_epi64(a, b);
}
static inline vec least(vec a, vec b) {
    return _mm_blendv_epi8(a, b, is_above(a, b));
}
static inline unsigned lanes_of(vec mask) {
    return (unsigned)_mm_movemask_pd(_mm_castsi128_pd(mask));
}
static inline unsigned apart(vec a, vec b) {
    return lanes_of(_mm_cmpeq_epi64(both(a, b), _mm_setzero_si128()));
}
static inline unsigned below(vec a, vec b) {
    return lanes_of(is_above(b, a));
}
static inline vec mask_of(unsigned lanes) {
    const vec bits = _mm_set_epi64x(2, 1);
    return _mm_cmpeq_epi64(both(all(lanes), bits), bits);
}
static inline vec least_where(vec old, vec v, unsigned lanes) {
    return _mm_blendv_epi8(old, v, both(mask_of(lanes), is_above(old, v)));
}
/* What lies behind the kept lanes is written over by the next. */
static inline void pack(uint64_t *to, vec v, unsigned lanes) {
    save(to, lanes == 2 ? _mm_unpackhi_epi64(v, v) : v);
}
static inline vec counts_of_bytes(vec v) {
    const vec nibbles = _mm_set1_epi8(15);
    const vec table = _mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    vec low = _mm_shuffle_epi8(table, both(v, nibbles));
    vec high = _mm_shuffle_epi8(table, both(_mm_srli_epi16(v, 4), nibbles));
    return _mm_add_epi8(low, high);
}
static inline vec weigh(vec sums, vec missed, vec weights) {
    vec pairs = _mm_maddubs_epi16(counts_of_bytes(missed), weights);
    return _mm_add_epi32(sums, _mm_madd_epi16(pairs, _mm_set1_epi16(1)));
}
static inline vec count_halves(vec sums, vec missed) {
    return weigh(sums, missed, _mm_set1_epi8(1));
}

#define UNIT yard_sse
#define UNIT_NAME "sse"
#include "yardstick_body.h"
