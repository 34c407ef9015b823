#include "arrange_met.h"

#include "base/order.h"
#include "match/kernel.h"

#include <criterion/criterion.h>

static size_t count_places(const uint64_t *set, size_t words) {
    size_t count = 0;
    for (size_t w = 0; w < words; w++)
        count += (size_t)__builtin_popcountll(set[w]);
    return count;
}

static bool is_open(const fm__block *block, uint32_t column) {
    for (uint32_t i = 0; i < block->needs.column_count; i++)
        if (block->needs.columns[i] == column)
            return true;
    return false;
}

static void note_common(arrange_met *m, const fm__plan *plan, const fm__block *block) {
    const fm__contest *contests[3] = {&plan->own, &plan->partners, &plan->nominal};
    for (uint32_t i = 0; i < block->common_count; i++) {
        const fm__common *common = &block->common[i];
        size_t pattern = plan->needs.first_patterns[common->column] + common->pattern;
        for (size_t c = 0; c < 3; c++)
            m->ruled_out[c] |= count_places(contests[c]->members + pattern * contests[c]->place_words,
                                            contests[c]->place_words) > 0;
        bool open = is_open(block, common->column);
        m->open |= open;
        m->constant |= !open;
        m->several |= i > 0 && block->common[i - 1].column == common->column;
    }
    m->common |= block->common_count > 0;
    m->nothing_open |= block->common_count > 0 && block->needs.column_count == 0;
}

/* The weights of the needs that a row of a block does not get from each own offering. */
static void sum_misses(const fm__plan *plan, const fm__block *block, size_t row, uint32_t *out_sums) {
    const fm__side *needs = &plan->needs;
    for (uint32_t place = 0; place < plan->own.count; place++) {
        const uint32_t *planes = plan->own.need_planes + (size_t)place * needs->column_count;
        out_sums[place] = 0;
        for (uint32_t c = 0; c < needs->column_count; c++)
            if (block->planes[planes[c] + row / 64] >> (row % 64) & 1)
                out_sums[place] += needs->weights[c];
    }
}

static bool is_in(const uint64_t *set, uint32_t place) {
    return set[place / 64] >> (place % 64) & 1;
}

/* Whoever was ruled out is beaten in every row by one and the same offering that was not. */
static void check_contenders(const fm__plan *plan, const fm__block *block) {
    uint32_t count = plan->own.count;
    uint32_t *sums = calloc((size_t)count * FM__BLOCK_ROWS, sizeof *sums);
    size_t rows = 0;
    cr_assert_not_null(sums);
    for (; rows < FM__BLOCK_ROWS && (block->valid[rows / 64] >> (rows % 64) & 1); rows++)
        sum_misses(plan, block, rows, sums + rows * count);
    for (uint32_t out = 0; out < count; out++) {
        bool beaten = is_in(block->contenders, out);
        for (uint32_t by = 0; by < count && !beaten; by++) {
            beaten = is_in(block->contenders, by);
            for (size_t r = 0; r < rows && beaten; r++)
                beaten = sums[r * count + by] < sums[r * count + out];
        }
        cr_assert(beaten, "place %u of block %zu", out, block->number);
    }
    free(sums);
}

static void note_bounds(arrange_met *m, const fm__plan *plan, const fm__block *block) {
    bool somebody = false;
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        somebody |= (block->valid[w] & ~block->own_fits[w]) != 0;
    if (!somebody || block->common_count == 0 || plan->own.count < 24)
        return;
    m->bounded = true;
    m->vectors |= plan->own.count > 512;
    m->pruned |= count_places(block->candidates, plan->own.place_words) < plan->own.count;
    m->beaten |= count_places(block->contenders, plan->own.place_words) < plan->own.count;
    if (plan->own.count <= 200)
        check_contenders(plan, block);
    for (uint32_t i = 0; i < block->own.count; i++) {
        m->late_winner |= block->own.places[i] >= 64;
        m->last_winner |= block->own.places[i] / 64 + 1 == plan->own.place_words;
    }
}

static void note_group(arrange_met *m, const fm__group *group, const fm__block *block, fm__range range) {
    if (group->unasked_plane != FM__PLANE_ZERO && block->states[group->unasked_plane] == FM__STATE_NONE)
        m->unasked_nowhere = true;
    if (group->plane_count == 0 || group->want || group->column == FM__NO_COLUMN)
        return;
    if (group->method == FM__METHOD_THRESHOLD) {
        uint32_t begin = group->classes[range.lowest];
        uint32_t end = group->classes[range.highest];
        m->between |= range.lowest < range.highest && begin == end && begin > 0;
        m->few |= begin < end && group->plane_count <= 16;
        m->many |= begin > 0 && begin < end && end < group->plane_count && group->plane_count > 16;
        return;
    }
    bool missed = false;
    for (uint32_t i = 0; i < block->common_count; i++)
        missed |= block->common[i].column == group->column;
    m->one_set[group->method] |= missed && range.lowest == range.highest;
    m->alike_sets[group->method] |= missed && range.lowest < range.highest && !is_open(block, group->column);
}

void arrange_note_paths(arrange_met *m, const fixture *f) {
    fm__plan *plan = NULL;
    fm__block block;
    uint32_t digits = 0;
    cr_assert_eq(fm__plan_new(f->base, f->catalog, &plan, NULL), FM_OK);
    cr_assert(fm__block_init(&block, plan));
    for (size_t number = 0; number < f->base->block_count; number++) {
        fm__block_compute(&block, plan, &fm__kernel_scalar, FM__DEPTH_MATCH, number);
        note_common(m, plan, &block);
        note_bounds(m, plan, &block);
        for (size_t g = 0; g < plan->group_count; g++)
            note_group(m, &plan->groups[g], &block, fm__base_ranges(f->base, number)[plan->groups[g].demand]);
    }
    for (size_t g = 0; g < plan->group_count; g++)
        if (plan->groups[g].column != FM__NO_COLUMN && plan->groups[g].method == FM__METHOD_THRESHOLD)
            digits += fm__slice_count(plan->groups[g].plane_count);
    m->full_keys |= digits > FM__KEY_BITS;
    fm__block_destroy(&block);
    fm__plan_free(plan);
}
