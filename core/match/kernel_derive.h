/* From slices to planes: part of the kernels' one body. */
#ifndef FITMATCH_MATCH_KERNEL_DERIVE_H
#define FITMATCH_MATCH_KERNEL_DERIVE_H

#include "match/kernel_vectors.h"
#include "match/signatures.h"

/* Up to so many patterns of a column are all derived where some are. */
#define FEW_PATTERNS 16

/* Slices that stay in registers. Only constants index them: an array that a loop fills is kept on the stack,
 * and its stores alone took a tenth of the time of deciding who fits. */
#define FEW_SLICES 7
typedef struct few {
    vec of[FEW_SLICES];
} few;

static inline INLINE few load_few(const uint64_t *stored, uint32_t count, size_t lane) {
    const vec none = {0};
    return (few){{
        count > 0 ? load(stored, 0, lane) : none,
        count > 1 ? load(stored, 1, lane) : none,
        count > 2 ? load(stored, 2, lane) : none,
        count > 3 ? load(stored, 3, lane) : none,
        count > 4 ? load(stored, 4, lane) : none,
        count > 5 ? load(stored, 5, lane) : none,
        count > 6 ? load(stored, 6, lane) : none,
    }};
}

/* code >= threshold, bit by bit from the lowest: a one in the threshold asks for a one (and), a zero is
 * content with one (or). Both at once is the majority of the result so far, the slice and the inverted bit.
 */
static inline INLINE vec at_least(const few *slices, const uint64_t *not_bits, uint32_t slice_count) {
    vec result = ~(vec){0};
    result = slice_count > 0 ? majority(result, slices->of[0], broadcast(not_bits[0])) : result;
    result = slice_count > 1 ? majority(result, slices->of[1], broadcast(not_bits[1])) : result;
    result = slice_count > 2 ? majority(result, slices->of[2], broadcast(not_bits[2])) : result;
    result = slice_count > 3 ? majority(result, slices->of[3], broadcast(not_bits[3])) : result;
    result = slice_count > 4 ? majority(result, slices->of[4], broadcast(not_bits[4])) : result;
    result = slice_count > 5 ? majority(result, slices->of[5], broadcast(not_bits[5])) : result;
    result = slice_count > 6 ? majority(result, slices->of[6], broadcast(not_bits[6])) : result;
    return result;
}

static inline INLINE void derive_thresholds(const fm__group *group, const uint64_t *stored, const few *slices,
                                            uint32_t slice_count, uint32_t begin, uint32_t end,
                                            uint64_t *planes, size_t lane) {
    for (uint32_t p = begin; p < end; p++) {
        const uint64_t *not_bits = group->not_bits + (size_t)p * slice_count;
        vec result = at_least(slices, not_bits, slice_count);
        for (uint32_t s = FEW_SLICES; s < slice_count; s++)
            result = majority(result, load(stored, s, lane), broadcast(not_bits[s]));
        store(planes, group->first_plane + p, lane, result);
    }
}

/* Folding a truth table over so many slices, four entries a byte: four entries at once come ready from the 16
 * functions of the two lowest slices, then every further slice chooses between the halves. */
static inline INLINE vec fold2(const vec *of_two, const uint8_t *table, const few *slices) {
    (void)slices;
    return of_two[*table];
}

#define DEFINE_FOLD(count, below)                                                                      \
    static inline INLINE vec fold##count(const vec *of_two, const uint8_t *table, const few *slices) { \
        return choose(slices->of[count - 1], fold##below(of_two, table + (1U << (count - 3)), slices), \
                      fold##below(of_two, table, slices));                                             \
    }
DEFINE_FOLD(3, 2)
DEFINE_FOLD(4, 3)
DEFINE_FOLD(5, 4)
DEFINE_FOLD(6, 5)
DEFINE_FOLD(7, 6)

/* More slices: results that wait for their other half stand in `halves`, one a slice, as in a binary counter.
 */
static inline vec fold_many(const vec *of_two, const uint8_t *table, const few *slices,
                            const uint64_t *stored, uint32_t slice_count, size_t lane) {
    vec halves[32];
    vec result = fold7(of_two, table, slices);
    uint32_t parts = (uint32_t)1 << (slice_count - FEW_SLICES);
    for (uint32_t i = 1; i < parts; i++) {
        halves[__builtin_ctz(i)] = result;
        result = fold7(of_two, table + (size_t)i * 32, slices);
        for (uint32_t s = 0; i >> s & 1; s++)
            result = choose(load(stored, FEW_SLICES + s, lane), result, halves[s]);
    }
    return result;
}

static inline INLINE vec fold(const vec *of_two, const uint8_t *table, const few *slices,
                              const uint64_t *stored, uint32_t slice_count, size_t lane) {
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
    case FEW_SLICES:
        return fold7(of_two, table, slices);
    default:
        return fold_many(of_two, table, slices, stored, slice_count, lane);
    }
}

static inline INLINE void derive_tables(const fm__group *group, const uint64_t *stored, const few *slices,
                                        uint32_t slice_count, uint64_t *planes, size_t lane) {
    const vec of_lowest[4] = {(vec){0}, ~slices->of[0], slices->of[0], ~(vec){0}};
    vec of_two[16];
    for (uint32_t i = 0; i < 16; i++)
        of_two[i] = choose(slices->of[1], of_lowest[i / 4], of_lowest[i % 4]);
    for (uint32_t p = 0; p < group->plane_count; p++)
        store(planes, group->first_plane + p, lane,
              fold(of_two, group->tables + p * fm__table_bytes(slice_count), slices, stored, slice_count,
                   lane));
}

/* The miss planes begin..end of one column (of sets, all). The usual numbers of slices are compiled each by
 * itself. */
static inline INLINE void derive_column(const fm__group *group, const uint64_t *stored, uint32_t slice_count,
                                        uint32_t begin, uint32_t end, uint64_t *planes) {
    for (size_t lane = 0; lane < LANES; lane++) {
        const few slices = load_few(stored, slice_count, lane);
        if (group->method == FM__METHOD_THRESHOLD)
            derive_thresholds(group, stored, &slices, slice_count, begin, end, planes, lane);
        else
            derive_tables(group, stored, &slices, slice_count, planes, lane);
    }
}

static void derive_mixed(const fm__group *group, const uint64_t *stored, uint32_t begin, uint32_t end,
                         uint64_t *planes) {
    switch (group->slice_count) {
    case 2:
        derive_column(group, stored, 2, begin, end, planes);
        break;
    case 3:
        derive_column(group, stored, 3, begin, end, planes);
        break;
    case 4:
        derive_column(group, stored, 4, begin, end, planes);
        break;
    case 5:
        derive_column(group, stored, 5, begin, end, planes);
        break;
    case 6:
        derive_column(group, stored, 6, begin, end, planes);
        break;
    case 7:
        derive_column(group, stored, 7, begin, end, planes);
        break;
    default:
        derive_column(group, stored, group->slice_count, begin, end, planes);
    }
}

/* Makes a plane the same for all rows; it often was so in the block before. */
static inline void settle(fm__block *block, size_t plane, uint8_t state) {
    if (block->states[plane] == state)
        return;
    block->states[plane] = state;
    vec all = state == FM__STATE_ALL ? ~(vec){0} : (vec){0};
    for (size_t lane = 0; lane < LANES; lane++)
        store(block->planes, plane, lane, all);
}

/* What the planes of a column are like in a block. */
typedef struct outcome {
    bool settled; /* each plane is the same for all rows */
    bool missed;  /* some plane is not empty */
} outcome;

/* A need that no row has met. */
static inline void note_common(const fm__group *group, uint32_t pattern, fm__block *block) {
    if (!group->want && group->column != FM__NO_COLUMN)
        block->common[block->common_count++] = (fm__common){group->column, pattern};
}

/* Which patterns of a need are not known to be like their neighbour. */
static inline void note_span(const fm__group *group, uint32_t lowest, uint32_t highest, fm__block *block) {
    if (!group->want && group->column != FM__NO_COLUMN)
        block->spans[group->column] = (fm__span){group->column, lowest, highest};
}

/* Numbers: whom a pattern misses is known from the ends of the range of codes, unless its threshold lies
 * within. Of few patterns all are derived: that is cheaper than loops of ever different length. */
static outcome derive_numbers(const fm__group *group, const uint64_t *stored, fm__range range,
                              fm__block *block) {
    uint32_t begin = group->classes[range.lowest];
    uint32_t end = group->classes[range.highest];
    uint8_t *states = block->states + group->first_plane;
    note_span(group, begin - (begin > 0), end, block);
    if (begin > 0)
        note_common(group, begin - 1, block);
    if (begin < end && group->plane_count <= FEW_PATTERNS) {
        for (uint32_t p = 0; p < group->plane_count; p++)
            states[p] = FM__STATE_MIXED;
        derive_mixed(group, stored, 0, group->plane_count, block->planes);
        return (outcome){false, true};
    }
    for (uint32_t p = 0; p < begin; p++)
        settle(block, group->first_plane + p, FM__STATE_ALL);
    for (uint32_t p = begin; p < end; p++)
        states[p] = FM__STATE_MIXED;
    for (uint32_t p = end; p < group->plane_count; p++)
        settle(block, group->first_plane + p, FM__STATE_NONE);
    if (begin < end)
        derive_mixed(group, stored, begin, end, block->planes);
    return (outcome){begin == end, end > 0};
}

/* Sets of which the block has one alone: the same for every row. */
static outcome derive_one_set(const fm__group *group, uint32_t code, fm__block *block) {
    outcome result = {true, false};
    if (group->method == FM__METHOD_ROWS && code >= FM__CODE_FIRST)
        fm__signatures_row(&group->signatures, code - FM__CODE_FIRST, block->rows);
    for (uint32_t p = 0; p < group->plane_count; p++) {
        bool missed = code >= FM__CODE_FIRST;
        if (missed && group->method == FM__METHOD_ROWS)
            missed = block->rows[p / 64] >> (p % 64) & 1;
        else if (missed)
            missed = group->tables[p * fm__table_bytes(group->slice_count) + code / 4] >> (code % 4) & 1;
        settle(block, group->first_plane + p, missed ? FM__STATE_ALL : FM__STATE_NONE);
        result.missed |= missed;
        if (missed)
            note_common(group, p, block);
    }
    return result;
}

/* Sets: derived and then looked at. */
static outcome derive_sets(const fm__group *group, const uint64_t *stored, fm__block *block) {
    outcome result = {true, false};
    note_span(group, 0, group->plane_count, block);
    if (group->method == FM__METHOD_ROWS)
        fm__signatures_planes(group, stored, block->rows, block->planes);
    else
        derive_mixed(group, stored, 0, 0, block->planes);
    for (uint32_t p = 0; p < group->plane_count; p++) {
        size_t plane = group->first_plane + p;
        vec some = {0};
        vec others = {0};
        for (size_t lane = 0; lane < LANES; lane++) {
            vec missed = load(block->planes, plane, lane);
            vec valid = load(block->valid, 0, lane);
            some |= missed & valid;
            others |= ~missed & valid;
        }
        bool is_missed = any(some);
        bool is_met = any(others);
        block->states[plane] = FM__STATE_MIXED;
        result.missed |= is_missed;
        result.settled &= !(is_missed && is_met);
        if (!is_met)
            note_common(group, p, block);
    }
    return result;
}

/* Codes are 0 (no demand), 1 (unasked), or from 2 on a demand: any slice but the lowest says that one is
 * stated. */
static inline vec stated_rows(const uint64_t *stored, uint32_t slice_count, size_t lane) {
    vec stated = {0};
    for (uint32_t s = 1; s < slice_count; s++)
        stated |= load(stored, s, lane);
    return stated;
}

static void derive_unasked(const fm__group *group, const uint64_t *stored, fm__range range,
                           fm__block *block) {
    if (range.lowest > FM__CODE_UNASKED || range.highest < FM__CODE_UNASKED) {
        settle(block, group->unasked_plane, FM__STATE_NONE);
        return;
    }
    block->states[group->unasked_plane] = FM__STATE_MIXED;
    for (size_t lane = 0; lane < LANES; lane++)
        store(block->planes, group->unasked_plane, lane,
              load(stored, 0, lane) & ~stated_rows(stored, group->slice_count, lane));
}

static outcome derive_group(const fm__group *group, const uint64_t *stored, fm__range range,
                            fm__block *block) {
    if (group->method == FM__METHOD_THRESHOLD)
        return derive_numbers(group, stored, range, block);
    if (range.lowest == range.highest || range.highest < FM__CODE_FIRST)
        return derive_one_set(group, range.highest, block);
    return derive_sets(group, stored, block);
}

/* Columns where rows differ are added up row by row; wants also where they do not. */
static void note_column(const fm__group *group, outcome of, fm__block *block) {
    fm__adder *adder = group->want ? &block->wants : &block->needs;
    if (group->column != FM__NO_COLUMN && of.missed && (group->want || !of.settled))
        adder->columns[adder->column_count++] = group->column;
}

static void derive(const fm__plan *plan, const uint64_t *slices, const fm__range *ranges, bool wants,
                   fm__block *block) {
    block->needs.column_count = 0;
    block->wants.column_count = 0;
    block->common_count = 0;
    for (size_t g = 0; g < plan->group_count; g++) {
        const fm__group *group = &plan->groups[g];
        const uint64_t *stored = slices + (size_t)group->first_slice * FM__BLOCK_WORDS;
        if (group->want && !wants)
            continue;
        fm__range range = ranges[group->demand];
        /* The same slices of the next block, which will most likely need them if this one does; spread over
         * the work on this one. Behind the last block it does nothing. */
        for (uint32_t s = 0; s < group->slice_count && range.lowest < range.highest; s++)
            __builtin_prefetch(stored + plan->base->block_words + (size_t)s * FM__BLOCK_WORDS, 0, 2);
        if (group->unasked_plane != FM__PLANE_ZERO)
            derive_unasked(group, stored, range, block);
        if (group->plane_count > 0)
            note_column(group, derive_group(group, stored, range, block), block);
    }
}

#endif
