/* The one body of all kernels. A unit defines FM__VECTOR_BYTES (8, 16, 32, 64) and FM__KERNEL_NAME, then
 * includes it.
 *
 * Everything is `& | ^ ~` on GNU vectors: what an instruction set adds is width (and AVX-512 the three-input
 * logic that compilers find by themselves). Names: `lane` is the part of a block that one vector covers. */
#include "match/kernel.h"
#include "match/signatures.h"

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

/* --- from slices to planes --- */

/* code >= threshold, bit by bit from the lowest: a one in the threshold asks for a one (and), a zero is
 * content with one (or). Both at once is the majority of the result so far, the slice and the inverted bit.
 */
static inline INLINE void derive_thresholds(const fm__group *group, const vec *slices, uint32_t slice_count,
                                            uint64_t *planes, size_t lane) {
    const uint64_t *not_bits = group->not_bits;
    for (uint32_t p = 0; p < group->plane_count; p++) {
        vec result = ~(vec){0};
        for (uint32_t s = 0; s < slice_count; s++)
            result = majority(result, slices[s], broadcast(*not_bits++));
        store(planes, group->first_plane + p, lane, result);
    }
}

/* Folding a truth table over so many slices, four entries a byte: four entries at once come ready from the 16
 * functions of the two lowest slices, then every further slice chooses between the halves. */
static inline INLINE vec fold2(const vec *of_two, const uint8_t *table, const vec *slices) {
    (void)slices;
    return of_two[*table];
}

#define DEFINE_FOLD(count, below)                                                                      \
    static inline INLINE vec fold##count(const vec *of_two, const uint8_t *table, const vec *slices) { \
        return choose(slices[count - 1], fold##below(of_two, table + (1U << (count - 3)), slices),     \
                      fold##below(of_two, table, slices));                                             \
    }
DEFINE_FOLD(3, 2)
DEFINE_FOLD(4, 3)
DEFINE_FOLD(5, 4)
DEFINE_FOLD(6, 5)
DEFINE_FOLD(7, 6)

/* More slices: results that wait for their other half stand in `halves`, one a slice, as in a binary counter.
 */
static inline vec fold_many(const vec *of_two, const uint8_t *table, const vec *slices,
                            uint32_t slice_count) {
    vec halves[32];
    vec result = fold7(of_two, table, slices);
    uint32_t parts = (uint32_t)1 << (slice_count - 7);
    for (uint32_t i = 1; i < parts; i++) {
        halves[__builtin_ctz(i)] = result;
        result = fold7(of_two, table + (size_t)i * 32, slices);
        for (uint32_t s = 0; i >> s & 1; s++)
            result = choose(slices[7 + s], result, halves[s]);
    }
    return result;
}

static inline INLINE vec fold(const vec *of_two, const uint8_t *table, const vec *slices,
                              uint32_t slice_count) {
    switch (slice_count) {
    case 2:
        return fold2(of_two, table, slices);
    case 3:
        return fold3(of_two, table, slices);
    case 4:
        return fold4(of_two, table, slices);
    case 5:
        return fold5(of_two, table, slices);
    case 6:
        return fold6(of_two, table, slices);
    case 7:
        return fold7(of_two, table, slices);
    default:
        return fold_many(of_two, table, slices, slice_count);
    }
}

static inline INLINE void derive_tables(const fm__group *group, const vec *slices, uint32_t slice_count,
                                        uint64_t *planes, size_t lane) {
    const vec of_lowest[4] = {(vec){0}, ~slices[0], slices[0], ~(vec){0}};
    vec of_two[16];
    for (uint32_t i = 0; i < 16; i++)
        of_two[i] = choose(slices[1], of_lowest[i / 4], of_lowest[i % 4]);
    for (uint32_t p = 0; p < group->plane_count; p++)
        store(planes, group->first_plane + p, lane,
              fold(of_two, group->tables + p * fm__table_bytes(slice_count), slices, slice_count));
}

/* One column. Codes are 0 (no demand), 1 (unasked), or from 2 on a demand: any slice but the lowest says that
 * one is stated. The usual numbers of slices are compiled each by itself: unrolled, slices in registers. */
static inline INLINE void derive_column(const fm__group *group, const uint64_t *stored, uint32_t slice_count,
                                        uint64_t *planes) {
    for (size_t lane = 0; lane < LANES; lane++) {
        vec slices[32];
        vec stated = {0};
        for (uint32_t s = 0; s < slice_count; s++) {
            slices[s] = load(stored, s, lane);
            if (s > 0)
                stated |= slices[s];
        }
        if (group->stated_plane != FM__PLANE_ZERO)
            store(planes, group->stated_plane, lane, stated);
        if (group->unasked_plane != FM__PLANE_ZERO)
            store(planes, group->unasked_plane, lane, slices[0] & ~stated);
        if (group->method == FM__METHOD_THRESHOLD)
            derive_thresholds(group, slices, slice_count, planes, lane);
        else if (group->method == FM__METHOD_TABLE)
            derive_tables(group, slices, slice_count, planes, lane);
    }
}

static void derive_group(const fm__group *group, const uint64_t *stored, uint64_t *planes) {
    switch (group->slice_count) {
    case 2:
        derive_column(group, stored, 2, planes);
        break;
    case 3:
        derive_column(group, stored, 3, planes);
        break;
    case 4:
        derive_column(group, stored, 4, planes);
        break;
    case 5:
        derive_column(group, stored, 5, planes);
        break;
    case 6:
        derive_column(group, stored, 6, planes);
        break;
    case 7:
        derive_column(group, stored, 7, planes);
        break;
    default:
        derive_column(group, stored, group->slice_count, planes);
    }
}

static void derive(const fm__plan *plan, const uint64_t *slices, fm__block *block) {
    for (size_t g = 0; g < plan->group_count; g++) {
        const fm__group *group = &plan->groups[g];
        const uint64_t *stored = slices + (size_t)group->first_slice * FM__BLOCK_WORDS;
        /* The same slices of the next block, spread over the work on this one; behind the last block it does
         * nothing. */
        for (uint32_t s = 0; s < group->slice_count; s++)
            __builtin_prefetch(stored + plan->base->block_words + (size_t)s * FM__BLOCK_WORDS);
        derive_group(group, stored, block->planes);
        if (group->method == FM__METHOD_ROWS)
            fm__signatures_planes(group, stored, block->rows, block->planes);
    }
}

/* --- bit-sliced sums --- */

/* The same of up to FM__QUAD variants; functions below work on the first `width` of them. */
typedef struct vecs {
    vec of[FM__QUAD];
} vecs;

static inline INLINE vecs load_addend(const uint64_t *planes, const uint32_t *addend, size_t lane,
                                      uint32_t width) {
    vecs result = {{{0}}};
    for (uint32_t j = 0; j < width; j++)
        result.of[j] = load(planes, addend[j], lane);
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

/* Adds the planes of one chunk up, a level being a binary digit; returns behind the addends used. Carries are
 * written where those of the level below have been read. */
static inline INLINE const uint32_t *sum_chunk(const uint32_t *counts, const uint32_t *addends,
                                               const uint64_t *planes, size_t lane, uint32_t width,
                                               uint32_t sum_slices, vec *out_sum) {
    vecs carries[FM__CHUNK_COLUMNS];
    uint32_t waiting = 0;
    for (uint32_t digit = 0; digit < sum_slices; digit++) {
        uint32_t plane_count = digit < FM__WEIGHT_BITS ? counts[digit] : 0;
        uint32_t carried = 0;
        uint32_t i = 0;
        vecs sum = {{{0}}};
        for (; i + 1 < waiting; i += 2)
            carries[carried++] = add_two(&sum, carries[i], carries[i + 1], width);
        if (i < waiting && plane_count > 0) {
            carries[carried++] = add_two(&sum, carries[i], load_addend(planes, addends, lane, width), width);
            addends += width;
            plane_count--;
        } else if (i < waiting) {
            carries[carried++] = add_one(&sum, carries[i], width);
        }
        for (; plane_count > 1; plane_count -= 2, addends += 2 * (size_t)width)
            carries[carried++] = add_two(&sum, load_addend(planes, addends, lane, width),
                                         load_addend(planes, addends + width, lane, width), width);
        if (plane_count == 1) {
            carries[carried++] = add_one(&sum, load_addend(planes, addends, lane, width), width);
            addends += width;
        }
        for (uint32_t j = 0; j < width; j++)
            out_sum[digit * width + j] = sum.of[j];
        waiting = carried;
    }
    return addends;
}

/* Sums of weights of `width` variants, [slice][width]. */
static inline INLINE void sum_weights(const fm__side *side, const uint32_t *addends, const uint64_t *planes,
                                      size_t lane, uint32_t width, uint32_t sum_slices, vec *out_sum) {
    static const uint32_t nothing[FM__WEIGHT_BITS];
    addends = sum_chunk(side->chunk_count == 0 ? nothing : side->chunks[0], addends, planes, lane, width,
                        sum_slices, out_sum);
    for (uint32_t c = 1; c < side->chunk_count; c++) {
        vec more[FM__SUM_SLICES_MAX * FM__QUAD];
        vec carry[FM__QUAD] = {{0}};
        addends = sum_chunk(side->chunks[c], addends, planes, lane, width, sum_slices, more);
        for (uint32_t i = 0; i < sum_slices * width; i++) {
            vec total = parity(out_sum[i], more[i], carry[i % width]);
            carry[i % width] = majority(out_sum[i], more[i], carry[i % width]);
            out_sum[i] = total;
        }
    }
}

static inline void zero(vec *values, uint32_t slices) {
    for (uint32_t s = 0; s < slices; s++)
        values[s] = (vec){0};
}

/* Rows where a < b; a is one of a quad, b stands alone. */
static inline vec less(const vec *a, const vec *b, uint32_t slices) {
    vec result = {0};
    for (uint32_t s = 0; s < slices; s++)
        result = less_step(a[s * FM__QUAD], b[s], result);
    return result;
}

static inline vec equal(const vec *a, const vec *b, uint32_t slices) {
    vec different = {0};
    for (uint32_t s = 0; s < slices; s++)
        different = differ_step(a[s * FM__QUAD], b[s], different);
    return ~different;
}

static inline void blend(vec *best, const vec *challenger, vec take, uint32_t slices) {
    for (uint32_t s = 0; s < slices; s++)
        best[s] = choose(take, challenger[s * FM__QUAD], best[s]);
}

static inline void blend_place(vec *best, uint32_t place, vec take, uint32_t slices) {
    for (uint32_t s = 0; s < slices; s++)
        best[s] = place >> s & 1 ? best[s] | take : best[s] & ~take;
}

/* Writes the slices of the rows in `rows`, keeping the other rows. */
static inline void put(uint64_t *planes, const vec *values, vec rows, uint32_t slices, size_t lane) {
    for (uint32_t s = 0; s < slices; s++)
        store(planes, s, lane, choose(rows, values[s], load(planes, s, lane)));
}

/* --- contests --- */

/* The rows that each variant of a quad misses. */
static inline void missed_needs(const fm__plan *plan, const fm__contest *contest, uint32_t quad,
                                const uint64_t *planes, size_t lane, vec *out_missed) {
    uint32_t columns = plan->needs.column_count;
    const uint32_t *plane = contest->need_planes + (size_t)quad * columns * FM__QUAD;
    zero(out_missed, FM__QUAD);
    for (uint32_t c = 0; c < columns; c++, plane += FM__QUAD)
        for (uint32_t j = 0; j < FM__QUAD; j++)
            out_missed[j] |= load(planes, plane[j], lane);
}

static inline INLINE void sum_missed(const fm__side *side, const uint32_t *addends, uint32_t quad,
                                     const uint64_t *planes, size_t lane, uint32_t slices, vec *out_sum) {
    sum_weights(side, addends + (size_t)quad * side->addend_count * FM__QUAD, planes, lane, FM__QUAD, slices,
                out_sum);
}

static inline uint32_t quad_size(const fm__contest *contest, uint32_t quad) {
    uint32_t left = contest->count - quad * FM__QUAD;
    return left < FM__QUAD ? left : FM__QUAD;
}

/* Of the variants that fit a row, the one that misses the least wants, the first among equals.
 * Returns the rows that found one; their place and missed wants go to out_place and, if not NULL, out_wants.
 */
static inline INLINE vec best_fitting(const fm__plan *plan, const fm__contest *contest,
                                      const uint64_t *planes, vec rows, size_t lane, uint32_t slices,
                                      uint64_t *out_place, uint64_t *out_wants) {
    vec place[FM__PLACE_SLICES_MAX];
    vec wants[FM__SUM_SLICES_MAX];
    vec found = {0};
    vec open = rows; /* rows that a later variant could still win */
    zero(place, contest->place_slices);
    zero(wants, slices);
    for (uint32_t quad = 0; quad * FM__QUAD < contest->count && any(open); quad++) {
        vec missed[FM__QUAD];
        vec sums[FM__SUM_SLICES_MAX * FM__QUAD];
        missed_needs(plan, contest, quad, planes, lane, missed);
        if (!any(open & ~(missed[0] & missed[1] & missed[2] & missed[3])))
            continue;
        sum_missed(&plan->wants, contest->want_addends, quad, planes, lane, slices, sums);
        for (uint32_t j = 0; j < quad_size(contest, quad); j++) {
            vec imperfect = {0};
            vec take = open & ~missed[j] & (~found | less(sums + j, wants, slices));
            for (uint32_t s = 0; s < slices; s++)
                imperfect |= sums[s * FM__QUAD + j];
            blend(wants, sums + j, take, slices);
            blend_place(place, quad * FM__QUAD + j, take, contest->place_slices);
            found |= take;
            open &= ~take | imperfect;
        }
    }
    put(out_place, place, found, contest->place_slices, lane);
    if (out_wants != NULL)
        put(out_wants, wants, found, plan->wants.sum_slices, lane);
    return found;
}

/* For the rows of the own offerings at the places noted, which needs are unmet. */
static void note_unmet(const fm__plan *plan, fm__block *block, const vec *place, vec rows,
                       uint32_t closest_count, size_t lane) {
    for (uint32_t c = 0; c < closest_count; c++) {
        uint32_t i = block->closest[c];
        vec here = rows;
        for (uint32_t s = 0; s < plan->own.place_slices; s++)
            here &= i >> s & 1 ? place[s] : ~place[s];
        if (!any(here))
            continue;
        const fm__variant *variant = plan->own.variants[i];
        for (uint32_t t = 0; t < variant->need_count; t++) {
            size_t attribute = variant->needs[t].attribute;
            vec missed = here & load(block->planes, variant->needs[t].plane, lane);
            store(block->unmet, attribute, lane, load(block->unmet, attribute, lane) | missed);
        }
    }
}

/* For rows that nothing own fits: the own offering that misses the least needs, then the least wants. */
static inline INLINE void closest_miss(const fm__plan *plan, fm__block *block, vec rows, size_t lane,
                                       uint32_t slices) {
    const fm__contest *own = &plan->own;
    vec place[FM__PLACE_SLICES_MAX];
    vec needs[FM__SUM_SLICES_MAX];
    vec wants[FM__SUM_SLICES_MAX];
    uint32_t closest_count = 0;
    zero(place, own->place_slices);
    zero(wants, slices);
    zero(needs, slices);
    for (uint32_t quad = 0; quad * FM__QUAD < own->count; quad++) {
        vec need_sums[FM__SUM_SLICES_MAX * FM__QUAD];
        vec want_sums[FM__SUM_SLICES_MAX * FM__QUAD];
        sum_missed(&plan->needs, own->need_addends, quad, block->planes, lane, slices, need_sums);
        sum_missed(&plan->wants, own->want_addends, quad, block->planes, lane, slices, want_sums);
        for (uint32_t j = 0; j < quad_size(own, quad); j++) {
            uint32_t i = quad * FM__QUAD + j;
            vec closer = i == 0 ? rows : rows & less(need_sums + j, needs, slices);
            vec tie = rows & ~closer & equal(need_sums + j, needs, slices);
            vec take = closer | (tie & less(want_sums + j, wants, slices));
            if (!any(take))
                continue;
            blend(needs, need_sums + j, take, slices);
            blend(wants, want_sums + j, take, slices);
            blend_place(place, i, take, own->place_slices);
            block->closest[closest_count++] = i;
        }
    }
    put(block->own, place, rows, own->place_slices, lane);
    put(block->need_miss, needs, rows, plan->needs.sum_slices, lane);
    put(block->want_miss, wants, rows, plan->wants.sum_slices, lane);
    note_unmet(plan, block, place, rows, closest_count, lane);
}

/* Makes the results of a lane those of rows where nothing is found and nothing missed. */
static void clear(const fm__plan *plan, fm__block *block, size_t lane) {
    const vec none = {0};
    store(block->partner_fits, 0, lane, none);
    store(block->overpromised, 0, lane, none);
    for (uint32_t s = 0; s < plan->own.place_slices; s++)
        store(block->own, s, lane, none);
    for (uint32_t s = 0; s < plan->partners.place_slices; s++)
        store(block->partner, s, lane, none);
    for (uint32_t s = 0; s < plan->nominal.place_slices; s++)
        store(block->nominal, s, lane, none);
    for (uint32_t s = 0; s < plan->needs.sum_slices; s++)
        store(block->need_miss, s, lane, none);
    for (uint32_t s = 0; s < plan->wants.sum_slices; s++)
        store(block->want_miss, s, lane, none);
    for (size_t a = 0; a < plan->model->attribute_count; a++)
        store(block->unmet, a, lane, none);
}

static inline INLINE void match_lanes(const fm__plan *plan, fm__block *block, uint32_t slices) {
    const uint64_t *planes = block->planes;
    for (size_t lane = 0; lane < LANES; lane++) {
        vec valid = load(block->valid, 0, lane);
        vec unasked = {0};
        clear(plan, block, lane);
        for (size_t i = 0; i < plan->unasked_count; i++)
            unasked |= load(planes, plan->groups[plan->unasked[i]].unasked_plane, lane);
        store(block->unasked, 0, lane, unasked & valid);
        vec fits = best_fitting(plan, &plan->own, planes, valid, lane, slices, block->own, block->want_miss);
        store(block->own_fits, 0, lane, fits);
        vec others = valid & ~fits;
        if (!any(others))
            continue;
        closest_miss(plan, block, others, lane, slices);
        store(block->partner_fits, 0, lane,
              best_fitting(plan, &plan->partners, planes, others, lane, slices, block->partner, NULL));
        store(block->overpromised, 0, lane,
              best_fitting(plan, &plan->nominal, planes, others, lane, slices, block->nominal, NULL));
    }
}

/* Sums are worked on with a few fixed numbers of slices, so that they are unrolled and stay in registers. */
static void match(const fm__plan *plan, fm__block *block) {
    uint32_t needs = plan->needs.sum_slices;
    uint32_t wants = plan->wants.sum_slices;
    uint32_t slices = needs > wants ? needs : wants;
    if (slices <= 4)
        match_lanes(plan, block, 4);
    else if (slices <= 6)
        match_lanes(plan, block, 6);
    else if (slices <= 8)
        match_lanes(plan, block, 8);
    else
        match_lanes(plan, block, slices);
}

static void stated(const fm__plan *plan, fm__block *block) {
    for (size_t lane = 0; lane < LANES; lane++) {
        vec sum[FM__SUM_SLICES_MAX];
        sum_weights(&plan->stated, plan->stated_addends, block->planes, lane, 1, plan->stated.sum_slices,
                    sum);
        for (uint32_t s = 0; s < plan->stated.sum_slices; s++)
            store(block->stated, s, lane, sum[s]);
    }
}

static uint64_t count(const uint64_t *plane, const uint64_t *mask) {
    uint64_t rows = 0;
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        rows += (uint64_t)__builtin_popcountll(plane[w] & mask[w]);
    return rows;
}

const fm__kernel FM__KERNEL_NAME = {FM__KERNEL_SET, derive, match, stated, count};
