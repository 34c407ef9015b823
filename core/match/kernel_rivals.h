/* Offerings that another one beats in every row of the block: part of the kernels' one body.
 *
 * An offering is out when its constant is above that of a rival by more than the weights of the columns in
 * which the rival might miss a row that it does not. That is worked out for all places at once. */
#ifndef FITMATCH_MATCH_KERNEL_RIVALS_H
#define FITMATCH_MATCH_KERNEL_RIVALS_H

#include "match/kernel_contests.h"

/* Contests with so many are worth looking for some that another one beats; with how many that is tried. */
#define PLACES_TO_BEAT 64
#define RIVALS 12
/* Sets of places that a rival is compared by; more are not looked at. */
#define SHARERS 128
#define PATTERNS_TO_SHARE 64
/* With rivals that rule out fewer than that, looking at them costs more than they save. */
#define WORTH_A_RIVAL 3

/* Places that miss all that the rival misses in a column: the union of some sets. */
typedef struct sharers {
    const uint64_t *set;
    uint32_t weight; /* of the column, with its last set; 0 with those before */
} sharers;

/* Whether each row of a plane is in another one as well. */
static bool is_within(const fm__block *block, size_t plane, size_t other) {
    vec outside = {0};
    for (size_t lane = 0; lane < LANES; lane++)
        outside |= load(block->planes, plane, lane) & ~load(block->planes, other, lane) &
                   load(block->valid, 0, lane);
    return !any(outside);
}

/* Fills block->sharing in for a column of numbers. A tighter pattern that misses the same rows here is as
 * good as the pattern itself, and has more members: those of all looser ones too. */
static void share_numbers(const fm__block *block, const fm__group *group, const fm__span *span,
                          uint64_t *out_sharing) {
    uint64_t sharing = 0;
    for (uint32_t p = group->plane_count; p-- > 0;) {
        size_t plane = group->first_plane + p;
        if (p >= span->highest)
            sharing = 0;
        else if (p >= span->lowest && (sharing == 0 || !is_within(block, plane, plane + 1)))
            sharing = is_within(block, plane, FM__PLANE_ZERO) ? 0 : UINT64_C(1) << p;
        out_sharing[p] = sharing;
    }
}

static void share_sets(const fm__block *block, const fm__group *group, uint64_t *out_sharing) {
    for (uint32_t p = 0; p < group->plane_count; p++) {
        size_t plane = group->first_plane + p;
        out_sharing[p] = 0;
        if (is_within(block, plane, FM__PLANE_ZERO))
            continue;
        for (uint32_t q = 0; q < group->plane_count; q++)
            out_sharing[p] |= (uint64_t)(q == p || is_within(block, plane, group->first_plane + q)) << q;
    }
}

/* Fills block->sharing in for the columns in which rows differ. */
static void find_sharing(const fm__plan *plan, fm__block *block) {
    for (uint32_t i = 0; i < block->needs.column_count; i++) {
        uint32_t column = block->needs.columns[i];
        const fm__group *group = &plan->groups[plan->needs.groups[column]];
        uint64_t *sharing = block->sharing + plan->needs.first_patterns[column];
        if (group->plane_count > PATTERNS_TO_SHARE)
            continue;
        if (group->method == FM__METHOD_THRESHOLD)
            share_numbers(block, group, &block->spans[column], sharing);
        else
            share_sets(block, group, sharing);
    }
}

/* Lists the columns in which the rival misses a row. Columns with too many patterns, or for which there is no
 * room left, count as if nobody shared: `*out_extra` more for everybody. */
static uint32_t list_columns(const fm__plan *plan, const fm__block *block, uint32_t rival, sharers *out,
                             uint32_t *out_extra) {
    const fm__contest *own = &plan->own;
    const uint32_t *planes = own->need_planes + (size_t)rival * plan->needs.column_count;
    uint32_t count = 0;
    *out_extra = 0;
    for (uint32_t i = 0; i < block->needs.column_count; i++) {
        uint32_t column = block->needs.columns[i];
        uint32_t plane = planes[column] / FM__BLOCK_WORDS;
        const fm__group *group = &plan->groups[plan->needs.groups[column]];
        size_t first = plan->needs.first_patterns[column];
        if (plane == FM__PLANE_ZERO)
            continue;
        if (group->plane_count > PATTERNS_TO_SHARE || count + group->plane_count > SHARERS) {
            *out_extra += plan->needs.weights[column];
            continue;
        }
        uint64_t sharing = block->sharing[first + plane - group->first_plane];
        for (; sharing != 0; sharing &= sharing - 1) {
            size_t pattern = first + (size_t)__builtin_ctzll(sharing);
            out[count].set = own->members + pattern * own->place_words;
            out[count++].weight = (sharing & (sharing - 1)) == 0 ? plan->needs.weights[column] : 0;
        }
    }
    return count;
}

/* Adds a weight where `rows` to a number. */
static inline INLINE void add_where(vec *number, vec rows, uint32_t weight, uint32_t slices) {
    vec carry = {0};
    for (uint32_t s = 0; s < slices; s++) {
        vec digit = rows & broadcast(-(uint64_t)(weight >> s & 1));
        vec before = number[s];
        number[s] = parity(before, digit, carry);
        carry = majority(before, digit, carry);
    }
}

/* Takes those out of block->contenders that miss more than the rival in every row. Returns how many. */
static inline INLINE uint32_t rule_out_worse(const fm__plan *plan, fm__block *block, uint32_t rival,
                                             uint32_t slices) {
    size_t words = plan->own.place_words;
    sharers list[SHARERS];
    uint32_t ruled_out = 0;
    uint32_t constant;
    uint32_t count = list_columns(plan, block, rival, list, &constant);
    for (uint32_t s = 0; s < plan->needs.sum_slices; s++)
        constant += (uint32_t)(block->constants[s * words + rival / 64] >> (rival % 64) & 1) << s;
    for (size_t w = 0; w < words; w += LANE_WORDS) {
        vec excess[FM__SUM_SLICES_MAX];
        vec shared = {0};
        vec worse = {0};
        for (uint32_t s = 0; s < slices; s++)
            excess[s] = broadcast(-(uint64_t)(constant >> s & 1));
        for (uint32_t i = 0; i < count; i++) {
            shared |= places_of(list[i].set, w);
            if (list[i].weight == 0)
                continue;
            add_where(excess, ~shared, list[i].weight, slices);
            shared = (vec){0};
        }
        for (uint32_t s = 0; s < slices; s++)
            worse = less_step(
                excess[s], s < plan->needs.sum_slices ? places_of(block->constants + s * words, w) : (vec){0},
                worse);
        worse &= places_of(block->contenders, w);
        *places_at(block->contenders, w) ^= worse;
        for (size_t i = 0; i < LANE_WORDS; i++)
            ruled_out += (uint32_t)__builtin_popcountll(worse[i]);
    }
    return ruled_out;
}

/* Fills block->contenders in, with the most promising offerings as the ones to beat. */
static inline INLINE void find_contenders(const fm__plan *plan, fm__block *block, uint32_t slices) {
    size_t words = plan->own.place_words;
    uint32_t rivals = RIVALS;
    vec left = ~(vec){0};
    memcpy(block->contenders, plan->own.places, words * sizeof(uint64_t));
    if (plan->own.count < PLACES_TO_BEAT || block->common_count == 0)
        return;
    find_sharing(plan, block);
    memcpy(block->pool, plan->own.places, words * sizeof(uint64_t));
    while (rivals > 0 && any(left)) {
        find_lowest(plan, block, block->pool);
        for (size_t w = 0; w < words; w++) {
            uint64_t bits = block->candidates[w] & block->contenders[w];
            for (; bits != 0 && rivals > 0; bits &= block->contenders[w] & (bits - 1)) {
                uint32_t place = (uint32_t)(w * 64 + (size_t)__builtin_ctzll(bits));
                /* Two that are hardly worth it cost one that might be. */
                uint32_t spent = rule_out_worse(plan, block, place, slices) < WORTH_A_RIVAL ? 2 : 1;
                rivals -= spent < rivals ? spent : rivals;
            }
        }
        left = (vec){0};
        for (size_t w = 0; w < words; w += LANE_WORDS) {
            *places_at(block->pool, w) = places_of(block->contenders, w) & places_of(block->pool, w) &
                                         ~places_of(block->candidates, w);
            left |= places_of(block->pool, w);
        }
    }
}

#endif
