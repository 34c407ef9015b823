/* Eight customers a register; population counts of bytes and of halves are instructions (BITALG,
 * VPOPCNTDQ), and so is the sum of four of them times their weights (VNNI). */
#include <immintrin.h>
#include <stdint.h>

#define LANES 8
typedef __m512i vec;

static inline vec load(const uint64_t *from) {
    return _mm512_loadu_si512(from);
}
static inline void save(uint64_t *to, vec v) {
    _mm512_storeu_si512(to, v);
}
static inline vec all(uint64_t word) {
    return _mm512_set1_epi64((long long)word);
}
static inline vec both(vec a, vec b) {
    return _mm512_and_si512(a, b);
}
static inline vec either(vec a, vec b) {
    return _mm512_or_si512(a, b);
}
static inline vec add(vec a, vec b) {
    return _mm512_add_epi64(a, b);
}
static inline vec shift_left(vec a, unsigned bits) {
    return _mm512_slli_epi64(a, bits);
}
static inline vec shift_right(vec a, unsigned bits) {
    return _mm512_srli_epi64(a, bits);
}
static inline vec least(vec a, vec b) {
    return _mm512_min_epu64(a, b);
}
static inline unsigned apart(vec a, vec b) {
    return _mm512_testn_epi64_mask(a, b);
}
static inline unsigned below(vec a, vec b) {
    return _mm512_cmplt_epu64_mask(a, b);
}
static inline vec least_where(vec old, vec v, unsigned lanes) {
    return _mm512_mask_min_epu64(old, (__mmask8)lanes, old, v);
}
static inline void pack(uint64_t *to, vec v, unsigned lanes) {
    /* Into a register first: writing a part of a vector is slow on some processors. */
    save(to, _mm512_maskz_compress_epi64((__mmask8)lanes, v));
}
static inline vec weigh(vec sums, vec missed, vec weights) {
    return _mm512_dpbusd_epi32(sums, _mm512_popcnt_epi8(missed), weights);
}
static inline vec count_halves(vec sums, vec missed) {
    return _mm512_add_epi32(sums, _mm512_popcnt_epi32(missed));
}

#define UNIT yard_avx512
#define UNIT_NAME "avx512 (vpopcntdq, bitalg, vnni)"
#include "yardstick_body.h"
