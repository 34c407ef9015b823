/* The one body of all kernels. A unit defines FM__VECTOR_BYTES (8, 16, 32, 64), FM__KERNEL_NAME and
 * FM__KERNEL_SET, then includes it.
 *
 * Everything is `& | ^ ~` on GNU vectors: what an instruction set adds is width, and AVX-512 three-input
 * logic. */
#include "match/kernel_contests.h"
#include "match/kernel_derive.h"
#include "match/kernel_nearest.h"

/* Makes the results of a block those of rows where nothing is found and nothing missed. */
static void clear(const fm__plan *plan, fm__block *block) {
    size_t plane_bytes = FM__BLOCK_WORDS * sizeof(uint64_t);
    memset(block->partner_fits, 0, plane_bytes);
    memset(block->overpromised, 0, plane_bytes);
    memset(block->need_miss, 0, plan->needs.sum_slices * plane_bytes);
    memset(block->want_miss, 0, plan->wants.sum_slices * plane_bytes);
    block->own.count = 0;
    block->partners.count = 0;
    block->nominal.count = 0;
}

static void find_unasked(const fm__plan *plan, fm__block *block) {
    for (size_t lane = 0; lane < LANES; lane++) {
        vec unasked = {0};
        for (size_t i = 0; i < plan->unasked_count; i++)
            unasked |= load(block->planes, plan->groups[plan->unasked[i]].unasked_plane, lane);
        store(block->unasked, 0, lane, unasked & load(block->valid, 0, lane));
    }
}

/* Rows that are not in `own_fits`. */
static inline vec others_of(const fm__block *block, size_t lane) {
    return load(block->valid, 0, lane) & ~load(block->own_fits, 0, lane);
}

static bool some_do_not_fit(const fm__block *block) {
    vec others = {0};
    for (size_t lane = 0; lane < LANES; lane++)
        others |= others_of(block, lane);
    return any(others);
}

static inline INLINE void match_lanes(const fm__plan *plan, fm__block *block, uint32_t slices) {
    find_nearest(plan, block, slices);
    if (!some_do_not_fit(block))
        return;
    const uint64_t *candidates = find_fitting(plan, &plan->partners, block);
    for (size_t lane = 0; lane < LANES; lane++)
        store(block->partner_fits, 0, lane,
              best_fitting(plan, &plan->partners, candidates, block, others_of(block, lane), lane, slices,
                           &block->partners));
    candidates = find_fitting(plan, &plan->nominal, block);
    for (size_t lane = 0; lane < LANES; lane++)
        store(block->overpromised, 0, lane,
              best_fitting(plan, &plan->nominal, candidates, block, others_of(block, lane), lane, slices,
                           &block->nominal));
}

/* Sums are worked on with a few fixed numbers of slices, so that they are unrolled and stay in registers. */
static void match(const fm__plan *plan, fm__block *block) {
    clear(plan, block);
    find_unasked(plan, block);
    fm__adder_plan(&block->needs, &plan->needs);
    fm__adder_plan(&block->wants, &plan->wants);
    if (plan->slices <= 4)
        match_lanes(plan, block, 4);
    else if (plan->slices <= 6)
        match_lanes(plan, block, 6);
    else if (plan->slices <= 8)
        match_lanes(plan, block, 8);
    else
        match_lanes(plan, block, plan->slices);
}

static void decide(const fm__plan *plan, fm__block *block) {
    find_unasked(plan, block);
    memset(block->partner_fits, 0, FM__BLOCK_WORDS * sizeof(uint64_t));
    const uint64_t *candidates = find_fitting(plan, &plan->own, block);
    for (size_t lane = 0; lane < LANES; lane++)
        store(block->own_fits, 0, lane,
              some_fitting(plan, &plan->own, candidates, block, load(block->valid, 0, lane), lane));
    if (!some_do_not_fit(block))
        return;
    candidates = find_fitting(plan, &plan->partners, block);
    for (size_t lane = 0; lane < LANES; lane++)
        store(block->partner_fits, 0, lane,
              some_fitting(plan, &plan->partners, candidates, block, others_of(block, lane), lane));
}

/* The rows in which each of `width` variants, from a place on, misses something. */
static inline INLINE vec missed_by_each(const fm__contest *contest, uint32_t columns, uint32_t place,
                                        uint32_t width, const uint64_t *planes) {
    quad variants;
    vecs missed = {{{0}}};
    vec each = ~(vec){0};
    for (uint32_t j = 0; j < width; j++)
        variants.planes[j] = contest->need_planes + (size_t)(place + j) * columns;
    for (uint32_t c = 0; c < columns; c++) {
        vecs here = load_column(planes, &variants, c, width);
        for (uint32_t j = 0; j < width; j++)
            missed.of[j] |= here.of[j];
    }
    for (uint32_t j = 0; j < width; j++)
        each &= missed.of[j];
    return each;
}

/* The rows that some variant of a contest fits, every one of them looked at. */
static inline vec fitting_of_all(const fm__plan *plan, const fm__contest *contest, const uint64_t *planes,
                                 vec rows) {
    uint32_t columns = plan->needs.column_count;
    uint32_t place = 0;
    vec open = rows;
    for (; contest->count - place >= QUAD && any(open); place += QUAD)
        open &= missed_by_each(contest, columns, place, QUAD, planes);
    switch (contest->count - place) {
    case 3:
        open &= missed_by_each(contest, columns, place, 3, planes);
        break;
    case 2:
        open &= missed_by_each(contest, columns, place, 2, planes);
        break;
    case 1:
        open &= missed_by_each(contest, columns, place, 1, planes);
        break;
    default: /* no more than whole quads, or nobody is left */
        break;
    }
    return rows & ~open;
}

static void decide_straight(const fm__plan *plan, const uint64_t *slices, fm__block *block) {
    /* All planes but the one that is always zero: who looks at them afterwards knows nothing before. */
    memset(block->states + 1, FM__STATE_MIXED, plan->plane_count - 1);
    for (size_t g = 0; g < plan->group_count; g++) {
        const fm__group *group = &plan->groups[g];
        const uint64_t *stored = slices + (size_t)group->first_slice * FM__BLOCK_WORDS;
        if (group->want)
            continue;
        for (uint32_t s = 0; s < group->slice_count; s++)
            __builtin_prefetch(stored + 2 * plan->base->block_words + (size_t)s * FM__BLOCK_WORDS, 0, 2);
        if (group->plane_count > 0)
            derive_mixed(group, stored, 0, group->plane_count, block->planes);
        for (size_t lane = 0; group->unasked_plane != FM__PLANE_ZERO && lane < LANES; lane++)
            store(block->planes, group->unasked_plane, lane,
                  load(stored, 0, lane) & ~stated_rows(stored, group->slice_count, lane));
    }
    find_unasked(plan, block);
    for (size_t lane = 0; lane < LANES; lane++) {
        const uint64_t *planes = block->planes + lane * LANE_WORDS;
        vec valid = load(block->valid, 0, lane);
        vec own = fitting_of_all(plan, &plan->own, planes, valid);
        store(block->own_fits, 0, lane, own);
        store(block->partner_fits, 0, lane, fitting_of_all(plan, &plan->partners, planes, valid & ~own));
    }
}

static void unmet(const fm__plan *plan, fm__block *block) {
    const fm__contest *own = &plan->own;
    memset(block->unmet, 0, plan->model->attribute_count * FM__BLOCK_WORDS * sizeof(uint64_t));
    for (uint32_t i = 0; i < block->own.count; i++) {
        const uint32_t *planes = own->need_planes + (size_t)block->own.places[i] * plan->needs.column_count;
        for (uint32_t c = 0; c < plan->needs.column_count; c++) {
            size_t attribute = plan->groups[plan->needs.groups[c]].attribute;
            if (block->states[planes[c] / FM__BLOCK_WORDS] == FM__STATE_NONE)
                continue;
            for (size_t lane = 0; lane < LANES; lane++) {
                vec missed = load(block->own.rows, i, lane) &
                             *(const vec *)(const void *)(block->planes + planes[c] + lane * LANE_WORDS);
                store(block->unmet, attribute, lane, load(block->unmet, attribute, lane) | missed);
            }
        }
    }
}

static void stated(const fm__plan *plan, const uint64_t *slices, fm__block *block) {
    quad one = {{plan->stated_planes}};
    for (size_t lane = 0; lane < LANES; lane++) {
        vec sum[FM__SUM_SLICES_MAX];
        for (size_t g = 0; g < plan->group_count; g++) {
            const fm__group *group = &plan->groups[g];
            if (group->stated_plane != FM__PLANE_ZERO)
                store(block->planes, group->stated_plane, lane,
                      stated_rows(slices + (size_t)group->first_slice * FM__BLOCK_WORDS, group->slice_count,
                                  lane));
        }
        set_all(sum, (vec){0}, plan->stated.sum_slices);
        add_digits(&plan->stated_adder, plan->stated_adder.addends, 0, block->planes + lane * LANE_WORDS,
                   &one, 1, plan->stated.sum_slices, sum);
        for (uint32_t s = 0; s < plan->stated.sum_slices; s++)
            store(block->stated, s, lane, sum[s]);
    }
}

static void unpack(const uint64_t *slices, uint32_t slice_count, uint32_t *out_numbers) {
#if FM__VECTOR_BYTES == 64
    /* A slice's bits are the mask of an instruction. Measured: a sixth of the instructions of turning it. */
    for (size_t row = 0; row < FM__BLOCK_ROWS; row += 16) {
        __m512i numbers = _mm512_setzero_si512();
        for (uint32_t s = 0; s < slice_count; s++) {
            __mmask16 rows = (__mmask16)(slices[s * FM__BLOCK_WORDS + row / 64] >> (row % 64));
            numbers = _mm512_mask_or_epi32(numbers, rows, numbers, _mm512_set1_epi32((int)(1U << s)));
        }
        _mm512_storeu_si512(out_numbers + row, numbers);
    }
#else
    fm__slices_unpack(slices, slice_count, out_numbers);
#endif
}

static uint64_t count(const uint64_t *plane, const uint64_t *mask) {
    uint64_t rows = 0;
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        rows += (uint64_t)__builtin_popcountll(plane[w] & mask[w]);
    return rows;
}

/* In lanes of 64 bits, as two weights of 32 may not fit in 32. */
static uint64_t weigh(const uint64_t *plane, const uint64_t *mask, const uint32_t *weights) {
    enum { AT_ONCE = 8 };
    uint64_t sums[AT_ONCE] = {0};
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++) {
        uint64_t rows = plane[w] & mask[w];
        if (rows == 0)
            continue;
        for (size_t first = 0; first < 64; first += AT_ONCE)
            for (size_t i = 0; i < AT_ONCE; i++)
                sums[i] += weights[w * 64 + first + i] & (0 - (rows >> (first + i) & 1));
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < AT_ONCE; i++)
        sum += sums[i];
    return sum;
}

const fm__kernel FM__KERNEL_NAME = {FM__KERNEL_SET, derive, match,  decide, decide_straight,
                                    unmet,          stated, unpack, count,  weigh};
