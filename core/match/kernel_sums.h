/* Bit-sliced sums of weights, and comparing them: part of the kernels' one body.
 *
 * A sum of 512 rows is a few slices, the lowest digit first. What steers an adder is the same for all
 * variants, so several are added up at once. */
#ifndef FITMATCH_MATCH_KERNEL_SUMS_H
#define FITMATCH_MATCH_KERNEL_SUMS_H

#include "match/kernel_vectors.h"

/* Variants that are worked on at once: enough to share the steering, few enough for the registers. */
#define QUAD 4

/* The same of up to QUAD variants; functions below work on the first `width` of them. */
typedef struct vecs {
    vec of[QUAD];
} vecs;

/* Some variants: the planes of each, by column, as words behind the first plane. */
typedef struct quad {
    const uint32_t *planes[QUAD];
} quad;

/* Planes are those of a lane: moved on by its words. */
static inline INLINE vecs load_column(const uint64_t *planes, const quad *variants, uint32_t column,
                                      uint32_t width) {
    vecs result = {{{0}}};
    for (uint32_t j = 0; j < width; j++)
        result.of[j] = *(const vec *)(const void *)(planes + variants->planes[j][column]);
    return result;
}

/* Adds planes to the digits of sums from `digit` on, [slice][width]; the sums are wide enough. */
static inline INLINE void ripple(vec *sum, uint32_t digit, uint32_t sum_slices, vecs carry, uint32_t width) {
    for (uint32_t s = digit; s < sum_slices; s++) {
        for (uint32_t j = 0; j < width; j++) {
            vec both = sum[s * width + j] & carry.of[j];
            sum[s * width + j] ^= carry.of[j];
            carry.of[j] = both;
        }
    }
}

/* A full adder (Wallace 1964): two planes into one digit of the sums; returns what is carried. */
static inline INLINE vecs add_two(vec *digits, vecs a, vecs b, uint32_t width) {
    vecs carry = {{{0}}};
    for (uint32_t j = 0; j < width; j++) {
        carry.of[j] = majority(digits[j], a.of[j], b.of[j]);
        digits[j] = parity(digits[j], a.of[j], b.of[j]);
    }
    return carry;
}

/* Adds the addends of one digit up, which is a constant: so the sums stay in registers. Four at a time: fewer
 * carries go all the way. */
static inline INLINE const uint32_t *add_digit(uint32_t digit, const fm__adder *adder,
                                               const uint32_t *addends, const uint64_t *planes,
                                               const quad *variants, uint32_t width, uint32_t sum_slices,
                                               vec *sum) {
    uint32_t count = adder->counts[digit];
    vec *here = sum + (size_t)digit * width;
    if (digit >= sum_slices)
        return addends;
    for (; count >= 4; count -= 4, addends += 4) {
        vecs low = add_two(here, load_column(planes, variants, addends[0], width),
                           load_column(planes, variants, addends[1], width), width);
        vecs high = add_two(here, load_column(planes, variants, addends[2], width),
                            load_column(planes, variants, addends[3], width), width);
        if (digit + 1 < sum_slices)
            ripple(sum, digit + 2, sum_slices, add_two(here + width, low, high, width), width);
    }
    if (count >= 2) {
        vecs carry = add_two(here, load_column(planes, variants, addends[0], width),
                             load_column(planes, variants, addends[1], width), width);
        ripple(sum, digit + 1, sum_slices, carry, width);
        addends += 2;
    }
    if (count % 2 != 0)
        ripple(sum, digit, sum_slices, load_column(planes, variants, *addends++, width), width);
    return addends;
}

/* Digits of the weights that most models make do with. */
#define FEW_DIGITS 4

/* Adds the weights of what `width` variants miss to `sum`, [slice][width], digit by digit; digits that are no
 * constants cost going through memory. */
static inline INLINE void add_digits(const fm__adder *adder, const uint32_t *addends, uint32_t digit,
                                     const uint64_t *planes, const quad *variants, uint32_t width,
                                     uint32_t sum_slices, vec *sum) {
    for (; digit < FM__WEIGHT_BITS; digit++)
        addends = add_digit(digit, adder, addends, planes, variants, width, sum_slices, sum);
}

static __attribute__((noinline)) void add_high_digits(const fm__adder *adder, const uint32_t *addends,
                                                      const uint64_t *planes, const quad *variants,
                                                      uint32_t sum_slices, vec *sums) {
    add_digits(adder, addends, FEW_DIGITS, planes, variants, QUAD, sum_slices, sums);
}

/* Adds the weights of what a quad misses to `sums`, [slice][QUAD], by pairs: their sums fit in the registers.
 */
static inline INLINE void add_pairs(const fm__adder *adder, const uint64_t *planes, const quad *variants,
                                    uint32_t slices, vec *sums) {
    const uint32_t *at = adder->addends;
    for (uint32_t j = 0; j < QUAD; j += 2) {
        const quad pair = {{variants->planes[j], variants->planes[j + 1]}};
        vec sum[FM__SUM_SLICES_MAX * 2];
        for (uint32_t s = 0; s < slices; s++) {
            sum[s * 2] = sums[s * QUAD + j];
            sum[s * 2 + 1] = sums[s * QUAD + j + 1];
        }
        _Static_assert(FEW_DIGITS == 4, "these are here");
        at = add_digit(0, adder, adder->addends, planes, &pair, 2, slices, sum);
        at = add_digit(1, adder, at, planes, &pair, 2, slices, sum);
        at = add_digit(2, adder, at, planes, &pair, 2, slices, sum);
        at = add_digit(3, adder, at, planes, &pair, 2, slices, sum);
        for (uint32_t s = 0; s < slices; s++) {
            sums[s * QUAD + j] = sum[s * 2];
            sums[s * QUAD + j + 1] = sum[s * 2 + 1];
        }
    }
    if (slices > FEW_DIGITS)
        add_high_digits(adder, at, planes, variants, slices, sums);
}

/* One function for each of the fixed numbers of slices, see `match`: long, and called from many places. */
#define DEFINE_ADD_PAIRS(slices)                                                                             \
    static __attribute__((noinline)) void add_pairs_##slices(const fm__adder *adder, const uint64_t *planes, \
                                                             const quad *variants, vec *sums) {              \
        add_pairs(adder, planes, variants, slices, sums);                                                    \
    }
DEFINE_ADD_PAIRS(4)
DEFINE_ADD_PAIRS(6)
DEFINE_ADD_PAIRS(8)

static inline INLINE void add_quad(const fm__adder *adder, const uint64_t *planes, const quad *variants,
                                   uint32_t slices, vec *sums) {
    if (slices == 4)
        add_pairs_4(adder, planes, variants, sums);
    else if (slices == 6)
        add_pairs_6(adder, planes, variants, sums);
    else if (slices == 8)
        add_pairs_8(adder, planes, variants, sums);
    else
        add_pairs(adder, planes, variants, slices, sums);
}

/* Rows where a < b, or a = b and `equal`; a is one of several, `stride` apart, b stands alone. */
static inline INLINE vec less_after(const vec *a, const vec *b, uint32_t slices, uint32_t stride, vec equal) {
    for (uint32_t s = 0; s < slices; s++)
        equal = less_step(a[(size_t)s * stride], b[s], equal);
    return equal;
}

/* Rows where a < b. */
static inline INLINE vec less(const vec *a, const vec *b, uint32_t slices, uint32_t stride) {
    return less_after(a, b, slices, stride, (vec){0});
}

/* Takes over a where `mask`. */
static inline INLINE void blend(vec *b, const vec *a, vec mask, uint32_t slices, uint32_t stride) {
    for (uint32_t s = 0; s < slices; s++)
        b[s] = choose(mask, a[(size_t)s * stride], b[s]);
}

/* The largest number among some rows; 0 where there are none. */
static inline INLINE uint32_t largest(const vec *number, vec rows, uint32_t slices) {
    uint32_t result = 0;
    for (uint32_t s = slices; s-- > 0;) {
        vec ones = rows & number[s];
        if (any(ones)) {
            result |= (uint32_t)1 << s;
            rows = ones;
        }
    }
    return result;
}

static inline INLINE void set_all(vec *number, vec value, uint32_t slices) {
    for (uint32_t s = 0; s < slices; s++)
        number[s] = value;
}

/* Writes the number of some rows, beside those that are there. */
static inline void put(uint64_t *planes, const vec *number, vec rows, uint32_t slices, size_t lane) {
    for (uint32_t s = 0; s < slices; s++)
        store(planes, s, lane, load(planes, s, lane) | (number[s] & rows));
}

#endif
