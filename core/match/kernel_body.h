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
static inline __attribute__((always_inline)) void
thresholds_of(const fm__group *group, const uint64_t *slices, uint64_t *planes, uint32_t slice_count) {
    const uint64_t *not_bits = group->not_bits;
    for (size_t lane = 0; lane < LANES; lane++) {
        for (uint32_t p = 0; p < group->plane_count; p++) {
            vec result = ~(vec){0};
            for (uint32_t s = 0; s < slice_count; s++)
                result = majority(result, load(slices, s, lane), broadcast(not_bits[p * slice_count + s]));
            store(planes, group->first_plane + p, lane, result);
        }
    }
}

/* The usual numbers of slices get a body of their own, unrolled and with the slices in registers. */
static void derive_thresholds(const fm__group *group, const uint64_t *slices, uint64_t *planes) {
    switch (group->slice_count) {
    case 2:
        thresholds_of(group, slices, planes, 2);
        break;
    case 3:
        thresholds_of(group, slices, planes, 3);
        break;
    case 4:
        thresholds_of(group, slices, planes, 4);
        break;
    case 5:
        thresholds_of(group, slices, planes, 5);
        break;
    case 6:
        thresholds_of(group, slices, planes, 6);
        break;
    case 7:
        thresholds_of(group, slices, planes, 7);
        break;
    case 8:
        thresholds_of(group, slices, planes, 8);
        break;
    default:
        thresholds_of(group, slices, planes, group->slice_count);
    }
}

/* Planes of all codes: starting from one plane of all rows, each slice from the highest splits every plane in
 * two. Going down through the planes, a split never overwrites one that is still to be split. */
static void split_codes(const fm__group *group, const uint64_t *slices, uint64_t *one_hot, size_t lane) {
    size_t count = 1;
    store(one_hot, 0, lane, ~(vec){0});
    for (uint32_t s = group->slice_count; s-- > 0;) {
        vec slice = load(slices, s, lane);
        /* Codes from code_count on do not occur: no planes for prefixes that only they have. */
        size_t wanted = ((size_t)group->code_count + ((size_t)1 << s) - 1) >> s;
        for (size_t i = count; i-- > 0;) {
            vec plane = load(one_hot, i, lane);
            if (2 * i + 1 < wanted)
                store(one_hot, 2 * i + 1, lane, plane & slice);
            store(one_hot, 2 * i, lane, plane & ~slice);
        }
        count = wanted;
    }
}

static void derive_one_hot(const fm__group *group, const uint64_t *slices, fm__block *block) {
    for (size_t lane = 0; lane < LANES; lane++) {
        split_codes(group, slices, block->one_hot, lane);
        vec stated = load(block->planes, group->stated_plane, lane);
        for (uint32_t p = 0; p < group->plane_count; p++) {
            vec missed = {0};
            for (uint32_t i = group->list_begins[p]; i < group->list_begins[p + 1]; i++)
                missed |= load(block->one_hot, group->list_codes[i], lane);
            store(block->planes, group->first_plane + p, lane,
                  group->complement[p] ? stated & ~missed : missed);
        }
    }
}

/* Codes are 0 (no demand), 1 (unasked), or from 2 on a demand: any slice but the lowest says that one is
 * stated. */
static void derive_states(const fm__group *group, const uint64_t *slices, uint64_t *planes) {
    for (size_t lane = 0; lane < LANES; lane++) {
        vec stated = {0};
        for (uint32_t s = 1; s < group->slice_count; s++)
            stated |= load(slices, s, lane);
        if (group->stated_plane != FM__PLANE_ZERO)
            store(planes, group->stated_plane, lane, stated);
        if (group->unasked_plane != FM__PLANE_ZERO)
            store(planes, group->unasked_plane, lane, load(slices, 0, lane) & ~stated);
    }
}

static void derive(const fm__plan *plan, const uint64_t *slices, fm__block *block) {
    for (size_t g = 0; g < plan->group_count; g++) {
        const fm__group *group = &plan->groups[g];
        const uint64_t *own_slices = slices + (size_t)group->first_slice * FM__BLOCK_WORDS;
        /* The same slices of the next block, spread over the work on this one; behind the last block it does
         * nothing. */
        for (uint32_t s = 0; s < group->slice_count; s++)
            __builtin_prefetch(own_slices + plan->base->block_words + (size_t)s * FM__BLOCK_WORDS);
        derive_states(group, own_slices, block->planes);
        if (group->plane_count == 0)
            continue;
        if (group->method == FM__METHOD_THRESHOLD)
            derive_thresholds(group, own_slices, block->planes);
        else if (group->method == FM__METHOD_ONE_HOT)
            derive_one_hot(group, own_slices, block);
        else
            fm__signatures_planes(group, own_slices, block->rows, block->planes);
    }
}

/* --- bit-sliced sums --- */

/* Adds the planes of one chunk into counters: full adders level by level (Wallace 1964), a level being a
 * binary digit. Each takes three planes of a level and leaves one there and a carry for the next; carries are
 * stored behind those that are still to be read. */
static inline void sum_chunk(const fm__addends *chunk, const uint64_t *planes, size_t lane,
                             uint32_t sum_slices, vec *out_sum) {
    vec carries[FM__CHUNK_TERMS];
    uint32_t carry_count = 0;
    const uint32_t *next = chunk->planes;
    for (uint32_t level = 0; level < sum_slices; level++) {
        uint32_t plane_count = level < FM__WEIGHT_BITS ? chunk->counts[level] : 0;
        uint32_t carried = 0;
        uint32_t i = 0;
        uint32_t p = 0;
        vec sum = {0};
        for (; i + 1 < carry_count; i += 2) {
            vec a = carries[i];
            vec b = carries[i + 1];
            carries[carried++] = majority(sum, a, b);
            sum = parity(sum, a, b);
        }
        if (i < carry_count && p < plane_count) {
            vec a = carries[i];
            vec b = load(planes, next[p++], lane);
            carries[carried++] = majority(sum, a, b);
            sum = parity(sum, a, b);
        } else if (i < carry_count) {
            vec a = carries[i];
            carries[carried++] = sum & a;
            sum ^= a;
        }
        for (; p + 1 < plane_count; p += 2) {
            vec a = load(planes, next[p], lane);
            vec b = load(planes, next[p + 1], lane);
            carries[carried++] = majority(sum, a, b);
            sum = parity(sum, a, b);
        }
        if (p < plane_count) {
            vec a = load(planes, next[p], lane);
            carries[carried++] = sum & a;
            sum ^= a;
        }
        out_sum[level] = sum;
        next += plane_count;
        carry_count = carried;
    }
}

static inline void zero(vec *values, uint32_t slices) {
    for (uint32_t s = 0; s < slices; s++)
        values[s] = (vec){0};
}

/* Sums of weights, as counters of `sum_slices` slices. */
static inline void sum_weights(const fm__sum *sum, const uint64_t *planes, size_t lane, uint32_t sum_slices,
                               vec *out_sum) {
    if (sum->chunk_count == 0) {
        zero(out_sum, sum_slices);
        return;
    }
    sum_chunk(&sum->chunks[0], planes, lane, sum_slices, out_sum);
    for (uint32_t c = 1; c < sum->chunk_count; c++) {
        vec more[FM__SUM_SLICES_MAX];
        vec carry = {0};
        sum_chunk(&sum->chunks[c], planes, lane, sum_slices, more);
        for (uint32_t s = 0; s < sum_slices; s++) {
            vec total = parity(out_sum[s], more[s], carry);
            carry = majority(out_sum[s], more[s], carry);
            out_sum[s] = total;
        }
    }
}

/* Rows where a < b. */
static inline vec less(const vec *a, const vec *b, uint32_t slices) {
    vec result = {0};
    for (uint32_t s = 0; s < slices; s++)
        result = less_step(a[s], b[s], result);
    return result;
}

static inline vec equal(const vec *a, const vec *b, uint32_t slices) {
    vec different = {0};
    for (uint32_t s = 0; s < slices; s++)
        different = differ_step(a[s], b[s], different);
    return ~different;
}

static inline void blend(vec *best, const vec *challenger, vec take, uint32_t slices) {
    for (uint32_t s = 0; s < slices; s++)
        best[s] = choose(take, challenger[s], best[s]);
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

static inline vec missed_needs(const fm__variant *variant, const uint64_t *planes, size_t lane) {
    vec missed = {0};
    for (uint32_t i = 0; i < variant->need_count; i++)
        missed |= load(planes, variant->needs[i].plane, lane);
    return missed;
}

/* Of the variants that fit a row, the one that misses the least wants, the first among equals.
 * Returns the rows that found one; their place and missed wants go to out_place and, if not NULL, out_wants.
 */
static vec best_fitting(const fm__plan *plan, const fm__contest *contest, const uint64_t *planes, vec rows,
                        size_t lane, uint64_t *out_place, uint64_t *out_wants) {
    vec place[FM__PLACE_SLICES_MAX];
    vec wants[FM__SUM_SLICES_MAX];
    vec found = {0};
    vec open = rows; /* rows that a later variant could still win */
    zero(place, contest->place_slices);
    zero(wants, plan->want_slices);
    for (uint32_t i = 0; i < contest->count && any(open); i++) {
        const fm__variant *variant = contest->variants[i];
        vec take = open & ~missed_needs(variant, planes, lane);
        if (!any(take))
            continue;
        vec missed[FM__SUM_SLICES_MAX];
        vec imperfect = {0};
        sum_weights(&variant->want_sum, planes, lane, plan->want_slices, missed);
        take &= ~found | less(missed, wants, plan->want_slices);
        for (uint32_t s = 0; s < plan->want_slices; s++)
            imperfect |= missed[s];
        blend(wants, missed, take, plan->want_slices);
        blend_place(place, i, take, contest->place_slices);
        found |= take;
        open &= ~take | imperfect;
    }
    put(out_place, place, found, contest->place_slices, lane);
    if (out_wants != NULL)
        put(out_wants, wants, found, plan->want_slices, lane);
    return found;
}

/* For rows that nothing own fits: the own offering that misses the least needs, then the least wants. */
static void closest_miss(const fm__plan *plan, fm__block *block, vec rows, size_t lane) {
    vec place[FM__PLACE_SLICES_MAX];
    vec needs[FM__SUM_SLICES_MAX];
    vec wants[FM__SUM_SLICES_MAX];
    uint32_t closest_count = 0;
    zero(place, plan->own.place_slices);
    zero(needs, plan->need_slices);
    zero(wants, plan->want_slices);
    for (uint32_t i = 0; i < plan->own.count; i++) {
        const fm__variant *variant = plan->own.variants[i];
        vec missed_need[FM__SUM_SLICES_MAX];
        vec missed_want[FM__SUM_SLICES_MAX];
        sum_weights(&variant->need_sum, block->planes, lane, plan->need_slices, missed_need);
        vec closer = i == 0 ? rows : rows & less(missed_need, needs, plan->need_slices);
        vec tie = rows & ~closer & equal(missed_need, needs, plan->need_slices);
        if (!any(closer | tie))
            continue;
        sum_weights(&variant->want_sum, block->planes, lane, plan->want_slices, missed_want);
        vec take = closer | (tie & less(missed_want, wants, plan->want_slices));
        if (!any(take))
            continue;
        blend(needs, missed_need, take, plan->need_slices);
        blend(wants, missed_want, take, plan->want_slices);
        blend_place(place, i, take, plan->own.place_slices);
        block->closest[closest_count++] = i;
    }
    put(block->own, place, rows, plan->own.place_slices, lane);
    put(block->need_miss, needs, rows, plan->need_slices, lane);
    put(block->want_miss, wants, rows, plan->want_slices, lane);
    for (uint32_t c = 0; c < closest_count; c++) {
        uint32_t i = block->closest[c];
        vec here = rows;
        for (uint32_t s = 0; s < plan->own.place_slices; s++)
            here &= ~(place[s] ^ broadcast(UINT64_C(0) - (i >> s & 1)));
        const fm__variant *variant = plan->own.variants[i];
        for (uint32_t t = 0; t < variant->need_count && any(here); t++) {
            size_t attribute = variant->needs[t].attribute;
            vec missed = here & load(block->planes, variant->needs[t].plane, lane);
            store(block->unmet, attribute, lane, load(block->unmet, attribute, lane) | missed);
        }
    }
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
    for (uint32_t s = 0; s < plan->need_slices; s++)
        store(block->need_miss, s, lane, none);
    for (uint32_t s = 0; s < plan->want_slices; s++)
        store(block->want_miss, s, lane, none);
    for (size_t a = 0; a < plan->model->attribute_count; a++)
        store(block->unmet, a, lane, none);
}

static void match(const fm__plan *plan, fm__block *block) {
    const uint64_t *planes = block->planes;
    for (size_t lane = 0; lane < LANES; lane++) {
        vec valid = load(block->valid, 0, lane);
        vec unasked = {0};
        clear(plan, block, lane);
        for (size_t i = 0; i < plan->unasked_count; i++)
            unasked |= load(planes, plan->groups[plan->unasked[i]].unasked_plane, lane);
        store(block->unasked, 0, lane, unasked & valid);
        vec fits = best_fitting(plan, &plan->own, planes, valid, lane, block->own, block->want_miss);
        store(block->own_fits, 0, lane, fits);
        vec others = valid & ~fits;
        if (!any(others))
            continue;
        closest_miss(plan, block, others, lane);
        store(block->partner_fits, 0, lane,
              best_fitting(plan, &plan->partners, planes, others, lane, block->partner, NULL));
        store(block->overpromised, 0, lane,
              best_fitting(plan, &plan->nominal, planes, others, lane, block->nominal, NULL));
    }
}

static void stated(const fm__plan *plan, fm__block *block) {
    for (size_t lane = 0; lane < LANES; lane++) {
        vec sum[FM__SUM_SLICES_MAX];
        sum_weights(&plan->stated_sum, block->planes, lane, plan->stated_slices, sum);
        for (uint32_t s = 0; s < plan->stated_slices; s++)
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
