/* The nearest own offerings out of many: part of the kernels' one body.
 *
 * Whether an offering fits is not looked at first: who fits misses needs of weight 0, and nobody misses less.
 * So one round finds who misses the least needs, and another one, among those, the least wants. */
#ifndef FITMATCH_MATCH_KERNEL_NEAREST_H
#define FITMATCH_MATCH_KERNEL_NEAREST_H

#include "match/kernel_bundles.h"
#include "match/kernel_rivals.h"

#define NEEDS_SHARED 64

/* The contenders with one constant, into block->candidates; false if there are none. */
static bool find_with_constant(const fm__plan *plan, fm__block *block, uint32_t constant) {
    size_t words = plan->own.place_words;
    vec some = {0};
    for (size_t w = 0; w < words; w += LANE_WORDS) {
        vec different = {0};
        for (uint32_t s = 0; s < plan->needs.sum_slices; s++)
            different = differ_step(places_of(block->constants + s * words, w),
                                    broadcast(-(uint64_t)(constant >> s & 1)), different);
        vec here = places_of(block->contenders, w) & ~different;
        *places_at(block->candidates, w) = here;
        some |= here;
    }
    return any(some);
}

/* a - b for a number that is the same in all rows. Returns the rows in which a is not below it. */
static inline INLINE vec subtract(const vec *a, uint32_t b, uint32_t slices, vec *out_difference) {
    vec borrow = {0};
    for (uint32_t s = 0; s < slices; s++) {
        vec digit = broadcast(-(uint64_t)(b >> s & 1));
        out_difference[s] = parity(a[s], digit, borrow);
        borrow = majority(~a[s], digit, borrow);
    }
    return ~borrow;
}

/* b becomes a + c where `mask`. */
static inline INLINE void blend_sum(vec *b, const vec *a, uint32_t c, vec mask, uint32_t slices) {
    vec carry = {0};
    for (uint32_t s = 0; s < slices; s++) {
        vec digit = broadcast(-(uint64_t)(c >> s & 1));
        b[s] = choose(mask, parity(a[s], digit, carry), b[s]);
        carry = majority(a[s], digit, carry);
    }
}

/* Looks through the block's candidates: `needs`, the least missed so far, comes down, and for each that is
 * as near as that in some row, block->ties gets these rows and block->takes those in which it is nearer.
 * Returns how many are noted by now. */
static inline INLINE uint32_t look_through(const fm__plan *plan, fm__block *block, vec rows, size_t lane,
                                           uint32_t slices, uint32_t noted, vec *needs) {
    vec least[FM__SUM_SLICES_MAX];
    for (uint32_t s = 0; s < slices; s++)
        least[s] = needs[s];
    for (size_t w = 0; w < plan->own.place_words; w++) {
        for (uint64_t bits = block->candidates[w]; bits != 0; bits &= bits - 1) {
            uint32_t place = (uint32_t)(w * 64 + (size_t)__builtin_ctzll(bits));
            vec sum[FM__SUM_SLICES_MAX];
            sum_bundles(block->tables, block->bundles.entries + place, block->bundles.count,
                        plan->own.place_words * 64, slices, sum);
            vec as_near = rows & less_after(sum, least, slices, 1, ~(vec){0});
            vec nearer = rows & less(sum, least, slices, 1);
            blend(least, sum, nearer, slices, 1);
            /* Written in any case, and kept by moving on: every second one is. */
            store(block->takes, noted, lane, nearer);
            store(block->ties, place, lane, as_near);
            block->taken[noted] = place;
            noted += any(as_near);
        }
    }
    for (uint32_t s = 0; s < slices; s++)
        needs[s] = least[s];
    return noted;
}

/* Which own offerings miss the least needs of each row: block->some gets their places, block->ties by place
 * the rows in which none misses less. */
static inline INLINE void nearest_by_needs(const fm__plan *plan, fm__block *block, vec rows, size_t lane,
                                           uint32_t slices, vec *out_needs) {
    uint32_t noted = 0;
    set_all(out_needs, ~(vec){0}, slices);
    fill_tables(plan, &plan->needs, &block->bundles, block, lane);
    /* Ascending: rows that miss less than the constants to come are done with. */
    for (uint32_t constant = 0; constant <= plan->needs.most; constant++) {
        vec needs[FM__SUM_SLICES_MAX];
        if (!find_with_constant(plan, block, constant))
            continue;
        vec open = rows & subtract(out_needs, constant, slices, needs);
        if (!any(open))
            break;
        noted = look_through(plan, block, open, lane, slices, noted, needs);
        blend_sum(out_needs, needs, constant, open, slices);
    }
    /* As good as the best up to then is as good as the best of all unless somebody was nearer later. */
    memset(block->some, 0, plan->own.place_words * sizeof(uint64_t));
    for (uint32_t i = noted; i-- > 0;) {
        uint32_t place = block->taken[i];
        vec ties = load(block->ties, place, lane) & rows;
        store(block->ties, place, lane, ties);
        block->some[place / 64] |= (uint64_t)any(ties) << (place % 64);
        rows &= ~load(block->takes, i, lane);
    }
}

/* Of those the one that misses the least wants, the first among equals. */
static inline INLINE void nearest_by_wants(const fm__plan *plan, fm__block *block, vec rows, size_t lane,
                                           uint32_t slices) {
    vec wants[FM__SUM_SLICES_MAX];
    vec open = rows; /* rows that a later offering could still win */
    uint32_t taken = 0;
    set_all(wants, ~(vec){0}, slices);
    fill_tables(plan, &plan->wants, &plan->shares.wants, block, lane);
    for (size_t w = 0; w < plan->own.place_words; w++) {
        for (uint64_t bits = block->some[w]; bits != 0; bits &= bits - 1) {
            uint32_t place = (uint32_t)(w * 64 + (size_t)__builtin_ctzll(bits));
            vec sum[FM__SUM_SLICES_MAX];
            vec imperfect = {0};
            vec ties = open & load(block->ties, place, lane);
            if (!any(ties))
                continue;
            sum_bundles(block->tables, plan->shares.wants.entries + place, plan->shares.wants.count,
                        plan->own.place_words * 64, slices, sum);
            vec take = ties & less(sum, wants, slices, 1);
            for (uint32_t s = 0; s < slices; s++)
                imperfect |= sum[s];
            blend(wants, sum, take, slices, 1);
            open &= ~take | imperfect;
            store(block->takes, taken, lane, take);
            block->taken[taken] = place;
            taken += any(take);
        }
    }
    note_winners(block, taken, rows, lane, &block->own);
    put(block->want_miss, wants, rows, plan->wants.sum_slices, lane);
}

static inline uint32_t clamp(uint32_t value, const fm__span *span) {
    value = value < span->lowest ? span->lowest : value;
    return value > span->highest ? span->highest : value;
}

/* Bundles the columns of block->needs; false if that cannot be done. */
static bool bundle_needs(const fm__plan *plan, fm__block *block) {
    fm__span spans[FM__BUNDLES * FM__BUNDLE_COLUMNS];
    uint32_t count = block->needs.column_count;
    if (count > sizeof spans / sizeof *spans)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t column = block->needs.columns[i];
        const fm__span *all = &plan->shares.need_spans[column];
        const fm__span *here = &block->spans[column];
        spans[i] = (fm__span){column, clamp(here->lowest, all), clamp(here->highest, all)};
    }
    if (!fm__bundles_form(&block->bundles, spans, count, plan->needs.weights, NEEDS_SHARED))
        return false;
    fm__bundles_number(&block->bundles, plan->shares.need_patterns, plan->own.place_words * 64);
    return true;
}

/* The own offering of every row, and who fits. */
static inline INLINE void find_nearest(const fm__plan *plan, fm__block *block, uint32_t slices) {
    bool shares = plan->shares.useful && bundle_needs(plan, block);
    if (shares || block->common_count > 0) {
        find_bounds(plan, block);
        find_contenders(plan, block, slices);
    }
    for (size_t lane = 0; lane < LANES; lane++) {
        vec rows = load(block->valid, 0, lane);
        vec needs[FM__SUM_SLICES_MAX];
        if (!shares) {
            nearest_of_few(plan, block, rows, lane, slices);
            continue;
        }
        nearest_by_needs(plan, block, rows, lane, slices, needs);
        put_needs(plan, block, needs, rows, lane, slices);
        nearest_by_wants(plan, block, rows, lane, slices);
    }
}

#endif
