/* Who wins: part of the kernels' one body.
 *
 * A contest goes through its variants in the order of preference, but only through those that can still win
 * in this block. What is known of them before any row is looked at: the weights of the needs that no row of
 * the block has met, as bit-sliced numbers over the places of the contest (`bounds`). */
#ifndef FITMATCH_MATCH_KERNEL_CONTESTS_H
#define FITMATCH_MATCH_KERNEL_CONTESTS_H

#include "match/kernel_sums.h"

/* Quads between two looks at whether a tighter bound rules more variants out. */
#define QUADS_PER_BOUND 4
/* Contests with fewer places are gone through as they are. */
#define PLACES_TO_BOUND 24

/* --- sets of places --- */

static inline vec *places_at(uint64_t *set, size_t word) {
    return (vec *)(void *)(set + word);
}

static inline vec places_of(const uint64_t *set, size_t word) {
    return *(const vec *)(const void *)(set + word);
}

/* Goes through the places of a set. */
typedef struct cursor {
    const uint64_t *set;
    size_t words;
    size_t word;
    uint64_t bits; /* of that word, those to come */
} cursor;

static inline cursor cursor_new(const fm__contest *contest, const uint64_t *set) {
    return (cursor){set, contest->place_words, 0, contest->place_words == 0 ? 0 : set[0]};
}

/* The next places, QUAD of them as long as there are; the last one fills up. Returns how many. */
static inline uint32_t next_places(cursor *c, uint32_t *out_places) {
    uint32_t count = 0;
    while (count < QUAD) {
        while (c->bits == 0) {
            if (c->word + 1 >= c->words)
                goto end;
            c->bits = c->set[++c->word];
        }
        out_places[count++] = (uint32_t)(c->word * 64 + (size_t)__builtin_ctzll(c->bits));
        c->bits &= c->bits - 1;
    }
end:
    for (uint32_t j = count; j < QUAD && count > 0; j++)
        out_places[j] = out_places[count - 1];
    return count;
}

static inline quad quad_of(const uint32_t *planes, uint32_t columns, const uint32_t *places) {
    quad result;
    for (uint32_t j = 0; j < QUAD; j++)
        result.planes[j] = planes + (size_t)places[j] * columns;
    return result;
}

/* The places that miss every row of the block in the column of block->common[*at]; moves on to the next
 * column. Who misses the demand of a pattern that is missed by all misses the looser ones too: of numbers one
 * pattern says it all. */
static const uint64_t *next_common(const fm__plan *plan, const fm__contest *contest, fm__block *block,
                                   uint32_t *at) {
    const fm__common *common = &block->common[(*at)++];
    const uint64_t *members =
        contest->members + (size_t)plan->needs.first_patterns[common->column] * contest->place_words;
    const uint64_t *set = members + common->pattern * contest->place_words;
    while (*at < block->common_count && block->common[*at].column == common->column) {
        const uint64_t *next = members + block->common[(*at)++].pattern * contest->place_words;
        for (size_t w = 0; w < contest->place_words; w += LANE_WORDS)
            *places_at(block->some, w) = places_of(set, w) | places_of(next, w);
        set = block->some;
    }
    return set;
}

/* Adds a weight to bit-sliced numbers over places, for the places of a set. */
static void add_weight(uint64_t *numbers, size_t words, uint32_t slices, const uint64_t *set,
                       unsigned weight) {
    for (size_t w = 0; w < words; w += LANE_WORDS) {
        for (uint32_t digit = 0; weight >> digit != 0; digit++) {
            vec carry = weight >> digit & 1 ? places_of(set, w) : (vec){0};
            for (uint32_t s = digit; s < slices && any(carry); s++) {
                vec *number = places_at(numbers + s * words, w);
                vec both = *number & carry;
                *number ^= carry;
                carry = both;
            }
        }
    }
}

/* Fills block->bounds and block->constants in for the own offerings. */
static void find_bounds(const fm__plan *plan, fm__block *block) {
    const fm__contest *own = &plan->own;
    uint32_t slices = plan->needs.sum_slices;
    uint32_t open = 0;
    memset(block->bounds, 0, (size_t)slices * own->place_words * sizeof(uint64_t));
    memset(block->constants, 0, (size_t)slices * own->place_words * sizeof(uint64_t));
    for (uint32_t i = 0; i < block->common_count;) {
        uint32_t column = block->common[i].column;
        const uint64_t *all = next_common(plan, own, block, &i);
        while (open < block->needs.column_count && block->needs.columns[open] < column)
            open++;
        add_weight(block->bounds, own->place_words, slices, all, plan->needs.weights[column]);
        if (open == block->needs.column_count || block->needs.columns[open] != column)
            add_weight(block->constants, own->place_words, slices, all, plan->needs.weights[column]);
    }
}

/* The places that may fit some row of the block, into block->candidates. */
static const uint64_t *find_fitting(const fm__plan *plan, const fm__contest *contest, fm__block *block) {
    size_t words = contest->place_words;
    if (block->common_count == 0)
        return contest->places;
    for (size_t w = 0; w < words; w += LANE_WORDS)
        *places_at(block->candidates, w) = places_of(contest->places, w);
    for (uint32_t i = 0; i < block->common_count;) {
        const uint64_t *all = next_common(plan, contest, block, &i);
        for (size_t w = 0; w < words; w += LANE_WORDS)
            *places_at(block->candidates, w) &= ~places_of(all, w);
    }
    return block->candidates;
}

/* The places whose bound is no higher than `bound`, into block->candidates. */
static void find_within(const fm__plan *plan, fm__block *block, uint32_t bound) {
    const fm__contest *own = &plan->own;
    size_t words = own->place_words;
    for (size_t w = 0; w < words; w += LANE_WORDS) {
        vec above = {0};
        for (uint32_t s = 0; s < plan->needs.sum_slices; s++) {
            vec number = places_of(block->bounds + s * words, w);
            above = bound >> s & 1 ? above & number : above | number;
        }
        *places_at(block->candidates, w) = places_of(block->contenders, w) & ~above;
    }
}

/* The places of a set with the lowest bound, into block->candidates. */
static void find_lowest(const fm__plan *plan, fm__block *block, const uint64_t *set) {
    const fm__contest *own = &plan->own;
    size_t words = own->place_words;
    memcpy(block->candidates, set, words * sizeof(uint64_t));
    for (uint32_t s = plan->needs.sum_slices; s-- > 0;) {
        vec some = {0};
        for (size_t w = 0; w < words; w += LANE_WORDS) {
            vec lower = places_of(block->candidates, w) & ~places_of(block->bounds + s * words, w);
            *places_at(block->some, w) = lower;
            some |= lower;
        }
        if (any(some))
            memcpy(block->candidates, block->some, words * sizeof(uint64_t));
    }
}

/* --- contests --- */

/* Rows in which each variant misses a need. */
static inline INLINE void missed_needs(const fm__adder *adder, const uint64_t *planes, const quad *variants,
                                       vec *out_missed) {
    vecs missed = {{{0}}};
    for (uint32_t i = 0; i < adder->column_count; i++) {
        vecs here = load_column(planes, variants, adder->columns[i], QUAD);
        for (uint32_t j = 0; j < QUAD; j++)
            missed.of[j] |= here.of[j];
    }
    for (uint32_t j = 0; j < QUAD; j++)
        out_missed[j] = missed.of[j];
}

/* Remembers that a variant took rows over from those before it. */
static inline void note_take(fm__block *block, uint32_t count, uint32_t place, vec rows, size_t lane) {
    block->taken[count] = place;
    store(block->takes, count, lane, rows);
}

/* Who took each row last has won it. */
static void note_winners(fm__block *block, uint32_t taken, vec rows, size_t lane, fm__winners *winners) {
    while (taken-- > 0 && any(rows)) {
        vec here = rows & load(block->takes, taken, lane);
        if (!any(here))
            continue;
        for (size_t l = 0; l < LANES; l++)
            store(winners->rows, winners->count, l, l == lane ? here : (vec){0});
        winners->places[winners->count++] = block->taken[taken];
        rows &= ~here;
    }
}

/* Of the variants that fit a row, the one that misses the least wants, the first among equals.
 *
 * Returns the rows that found one. */
static inline INLINE vec best_fitting(const fm__plan *plan, const fm__contest *contest,
                                      const uint64_t *candidates, fm__block *block, vec rows, size_t lane,
                                      uint32_t slices, fm__winners *winners) {
    const uint64_t *planes = block->planes + lane * LANE_WORDS;
    cursor at = cursor_new(contest, candidates);
    vec wants[FM__SUM_SLICES_MAX];
    uint32_t places[QUAD];
    uint32_t taken = 0;
    uint32_t count;
    vec found = {0};
    vec open = rows; /* rows that a later variant could still win */
    set_all(wants, ~(vec){0}, slices);
    while (any(open) && (count = next_places(&at, places)) > 0) {
        vec missed[QUAD];
        vec sums[FM__SUM_SLICES_MAX * QUAD];
        quad variants = quad_of(contest->need_planes, plan->needs.column_count, places);
        missed_needs(&block->needs, planes, &variants, missed);
        if (!any(open & ~(missed[0] & missed[1] & missed[2] & missed[3])))
            continue;
        variants = quad_of(contest->want_planes, plan->wants.column_count, places);
        set_all(sums, (vec){0}, slices * QUAD);
        add_quad(&block->wants, planes, &variants, slices, sums);
        for (uint32_t j = 0; j < count; j++) {
            vec take = open & ~missed[j] & less(sums + j, wants, slices, QUAD);
            vec imperfect = {0};
            for (uint32_t s = 0; s < slices; s++)
                imperfect |= sums[s * QUAD + j];
            blend(wants, sums + j, take, slices, QUAD);
            note_take(block, taken, places[j], take, lane);
            taken += any(take);
            found |= take;
            open &= ~take | imperfect;
        }
    }
    note_winners(block, taken, found, lane, winners);
    return found;
}

/* The rows that some variant fits. */
static inline vec some_fitting(const fm__plan *plan, const fm__contest *contest, const uint64_t *candidates,
                               const fm__block *block, vec rows, size_t lane) {
    const uint64_t *planes = block->planes + lane * LANE_WORDS;
    cursor at = cursor_new(contest, candidates);
    uint32_t places[QUAD];
    vec open = rows;
    while (any(open) && next_places(&at, places) > 0) {
        vec missed[QUAD];
        quad variants = quad_of(contest->need_planes, plan->needs.column_count, places);
        missed_needs(&block->needs, planes, &variants, missed);
        open &= missed[0] & missed[1] & missed[2] & missed[3];
    }
    return rows & ~open;
}

/* The weights of the needs that own offerings do not meet, [slice][QUAD]. */
static inline INLINE void sum_needs(const fm__plan *plan, const fm__block *block, const uint32_t *places,
                                    size_t lane, uint32_t slices, vec *out_sums) {
    const fm__contest *own = &plan->own;
    const uint64_t *planes = block->planes;
    quad variants = quad_of(own->need_planes, plan->needs.column_count, places);
    planes += lane * LANE_WORDS;
    if (block->common_count == 0) {
        set_all(out_sums, (vec){0}, slices * QUAD);
        add_quad(&block->needs, planes, &variants, slices, out_sums);
        return;
    }
    for (uint32_t s = 0; s < slices; s++) {
        const uint64_t *digits = block->constants + s * (size_t)own->place_words;
        for (uint32_t j = 0; j < QUAD; j++)
            out_sums[s * QUAD + j] = s < plan->needs.sum_slices
                                         ? broadcast(-(digits[places[j] / 64] >> (places[j] % 64) & 1))
                                         : (vec){0};
    }
    add_quad(&block->needs, planes, &variants, slices, out_sums);
}

/* An upper bound of what the closest offering of each row misses: `needs` becomes what the best of a few
 * promising ones does. Returns the largest one. */
static inline INLINE uint32_t guess_bound(const fm__plan *plan, fm__block *block, vec rows, size_t lane,
                                          uint32_t slices, vec *needs) {
    uint32_t places[QUAD];
    find_lowest(plan, block, block->contenders);
    cursor at = cursor_new(&plan->own, block->candidates);
    for (uint32_t guesses = 0; guesses < 2 && next_places(&at, places) > 0; guesses++) {
        vec sums[FM__SUM_SLICES_MAX * QUAD];
        sum_needs(plan, block, places, lane, slices, sums);
        for (uint32_t j = 0; j < QUAD; j++)
            blend(needs, sums + j, less(sums + j, needs, slices, QUAD), slices, QUAD);
    }
    return largest(needs, rows, slices);
}

/* Rules offerings out that miss more than `*bound`, once `needs`, the best so far, has come below it. */
static inline INLINE void tighten(const fm__plan *plan, fm__block *block, const vec *needs, vec rows,
                                  uint32_t slices, uint32_t *bound, cursor *at) {
    uint32_t now = largest(needs, rows, slices);
    if (now >= *bound)
        return;
    *bound = now;
    find_within(plan, block, now);
    at->bits &= block->candidates[at->word];
}

/* Where to look for the closest offerings: sets `needs` and `*bound`. */
static inline INLINE cursor start_closest(const fm__plan *plan, fm__block *block, vec rows, size_t lane,
                                          uint32_t slices, vec *needs, uint32_t *bound) {
    const fm__contest *own = &plan->own;
    set_all(needs, ~(vec){0}, slices);
    *bound = 0;
    if (block->common_count == 0 || own->count < PLACES_TO_BOUND)
        return cursor_new(own, own->places);
    *bound = guess_bound(plan, block, rows, lane, slices, needs);
    find_within(plan, block, *bound);
    return cursor_new(own, block->candidates);
}

/* Writes the needs that rows miss; who misses none fits. */
static inline INLINE void put_needs(const fm__plan *plan, fm__block *block, const vec *needs, vec rows,
                                    size_t lane, uint32_t slices) {
    vec missed = {0};
    for (uint32_t s = 0; s < slices; s++)
        missed |= needs[s];
    store(block->own_fits, 0, lane, rows & ~missed);
    put(block->need_miss, needs, rows, plan->needs.sum_slices, lane);
}

/* Which own offerings miss the least needs of each row: for each of those noted, block->ties gets the rows in
 * which none misses less. Returns how many are noted, in their order. */
static inline INLINE uint32_t least_needs(const fm__plan *plan, fm__block *block, vec rows, size_t lane,
                                          uint32_t slices) {
    vec needs[FM__SUM_SLICES_MAX];
    uint32_t places[QUAD];
    uint32_t noted = 0;
    uint32_t count;
    uint32_t bound;
    cursor at = start_closest(plan, block, rows, lane, slices, needs, &bound);
    for (uint32_t quads = 1; (count = next_places(&at, places)) > 0; quads++) {
        vec sums[FM__SUM_SLICES_MAX * QUAD];
        sum_needs(plan, block, places, lane, slices, sums);
        for (uint32_t j = 0; j < count; j++) {
            vec as_close = rows & less_after(sums + j, needs, slices, QUAD, ~(vec){0});
            vec closer = rows & less(sums + j, needs, slices, QUAD);
            blend(needs, sums + j, closer, slices, QUAD);
            store(block->takes, noted, lane, closer);
            store(block->ties, noted, lane, as_close);
            block->taken[noted] = places[j];
            noted += any(as_close);
        }
        if (bound > 0 && quads % QUADS_PER_BOUND == 0)
            tighten(plan, block, needs, rows, slices, &bound, &at);
    }
    put_needs(plan, block, needs, rows, lane, slices);
    /* As good as the best up to then is as good as the best of all unless somebody was closer later. */
    for (uint32_t i = noted; i-- > 0;) {
        store(block->ties, i, lane, load(block->ties, i, lane) & rows);
        rows &= ~load(block->takes, i, lane);
    }
    return noted;
}

/* The next offerings noted that may win a row, QUAD of them as long as there are; the last one fills up. */
static inline uint32_t next_ties(const fm__block *block, uint32_t noted, vec open, size_t lane, uint32_t *at,
                                 uint32_t *out_places, vec *out_ties) {
    uint32_t count = 0;
    for (; *at < noted && count < QUAD; (*at)++) {
        out_ties[count] = load(block->ties, *at, lane);
        out_places[count] = block->taken[*at];
        count += any(out_ties[count] & open);
    }
    for (uint32_t j = count; j < QUAD && count > 0; j++)
        out_places[j] = out_places[count - 1];
    return count;
}

/* The own offering that misses the least needs, then the least wants, one by one. */
static inline INLINE void nearest_of_few(const fm__plan *plan, fm__block *block, vec rows, size_t lane,
                                         uint32_t slices) {
    const fm__contest *own = &plan->own;
    const uint64_t *planes = block->planes + lane * LANE_WORDS;
    vec wants[FM__SUM_SLICES_MAX];
    vec ties[QUAD];
    uint32_t places[QUAD];
    uint32_t taken = 0;
    uint32_t count;
    uint32_t at = 0;
    uint32_t noted = least_needs(plan, block, rows, lane, slices);
    vec open = rows; /* rows that a later offering could still win */
    set_all(wants, ~(vec){0}, slices);
    while ((count = next_ties(block, noted, open, lane, &at, places, ties)) > 0) {
        vec sums[FM__SUM_SLICES_MAX * QUAD];
        quad variants = quad_of(own->want_planes, plan->wants.column_count, places);
        set_all(sums, (vec){0}, slices * QUAD);
        add_quad(&block->wants, planes, &variants, slices, sums);
        for (uint32_t j = 0; j < count; j++) {
            vec take = open & ties[j] & less(sums + j, wants, slices, QUAD);
            vec imperfect = {0};
            for (uint32_t s = 0; s < slices; s++)
                imperfect |= sums[s * QUAD + j];
            blend(wants, sums + j, take, slices, QUAD);
            open &= ~take | imperfect;
            /* Behind `at`, so what is read next is not overwritten. */
            store(block->takes, taken, lane, take);
            block->taken[taken] = places[j];
            taken += any(take);
        }
    }
    note_winners(block, taken, rows, lane, &block->own);
    put(block->want_miss, wants, rows, plan->wants.sum_slices, lane);
}

#endif
