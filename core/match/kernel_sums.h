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

/* A full adder: three in (the sum so far, a and b), one stays, one is carried (Wallace 1964). */
static inline INLINE vecs add_two(vecs *sum, vecs a, vecs b, uint32_t width) {
    vecs carry = {{{0}}};
    for (uint32_t j = 0; j < width; j++) {
        carry.of[j] = majority(sum->of[j], a.of[j], b.of[j]);
        sum->of[j] = parity(sum->of[j], a.of[j], b.of[j]);
    }
    return carry;
}

static inline INLINE vecs add_one(vecs *sum, vecs a, uint32_t width) {
    vecs carry = {{{0}}};
    for (uint32_t j = 0; j < width; j++) {
        carry.of[j] = sum->of[j] & a.of[j];
        sum->of[j] ^= a.of[j];
    }
    return carry;
}

/* Adds the planes of one chunk up, to what `sum` holds unless it is `fresh`, [slice][width]; a level is a
 * binary digit. Returns behind the addends used. Carries are written where those of the level below have been
 * read. */
static inline INLINE const uint32_t *sum_chunk(const uint32_t *counts, const uint32_t *addends,
                                               const uint64_t *planes, const quad *variants, uint32_t width,
                                               uint32_t sum_slices, bool fresh, vec *sum) {
    vecs carries[FM__CHUNK_COLUMNS + 1];
    uint32_t waiting = 0;
    for (uint32_t digit = 0; digit < sum_slices; digit++) {
        uint32_t left = digit < FM__WEIGHT_BITS ? counts[digit] : 0;
        uint32_t carried = 0;
        uint32_t i = 0;
        vecs here = {{{0}}};
        for (uint32_t j = 0; j < width && !fresh; j++)
            here.of[j] = sum[digit * width + j];
        for (; i + 1 < waiting; i += 2)
            carries[carried++] = add_two(&here, carries[i], carries[i + 1], width);
        if (i < waiting && left > 0) {
            carries[carried++] =
                add_two(&here, carries[i], load_column(planes, variants, *addends++, width), width);
            left--;
        } else if (i < waiting) {
            carries[carried++] = add_one(&here, carries[i], width);
        }
        /* A chunk has so many columns at most; compilers do not know. */
        for (; left > 1 && carried < FM__CHUNK_COLUMNS; left -= 2, addends += 2)
            carries[carried++] = add_two(&here, load_column(planes, variants, addends[0], width),
                                         load_column(planes, variants, addends[1], width), width);
        if (left == 1)
            carries[carried++] = add_one(&here, load_column(planes, variants, *addends++, width), width);
        for (uint32_t j = 0; j < width; j++)
            sum[digit * width + j] = here.of[j];
        waiting = carried;
    }
    return addends;
}

/* Adds the weights of what `width` variants miss to `sum`, [slice][width], or writes them there. */
static inline INLINE void add_weights(const fm__adder *adder, const uint64_t *planes, const quad *variants,
                                      uint32_t width, uint32_t sum_slices, bool fresh, vec *sum) {
    static const uint32_t nothing[FM__WEIGHT_BITS];
    const uint32_t *addends = adder->addends;
    if (fresh)
        addends = sum_chunk(adder->chunk_count == 0 ? nothing : adder->counts[0], addends, planes, variants,
                            width, sum_slices, true, sum);
    for (uint32_t c = fresh; c < adder->chunk_count; c++)
        addends = sum_chunk(adder->counts[c], addends, planes, variants, width, sum_slices, false, sum);
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
