#include "match/matcher.h"
#include "match/phrases.h"
#include "match/rows.h"

struct fm_walk {
    const fm_matches *matches;
    fm__block block;
    size_t number; /* of the block that is loaded; SIZE_MAX: none */
    fm_match_row rows[FM__BLOCK_ROWS];
};

fm_status fm_walk_new(const fm_matches *matches, fm_walk **out_walk, fm_error *error) {
    fm_walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL)
        return fm__fail_memory(error);
    walk->matches = matches;
    walk->number = SIZE_MAX;
    if (!fm__block_init(&walk->block, matches->plan)) {
        fm_walk_free(walk);
        return fm__fail_memory(error);
    }
    *out_walk = walk;
    return FM_OK;
}

void fm_walk_free(fm_walk *walk) {
    if (walk == NULL)
        return;
    fm__block_destroy(&walk->block);
    free(walk);
}

/* Loads the block of a row; returns the row's place in it. */
static size_t load_row(fm_walk *walk, uint64_t row) {
    const fm_matches *matches = walk->matches;
    uint64_t position = fm__base_position(matches->plan->base, row);
    size_t number = (size_t)(position / FM__BLOCK_ROWS);
    if (walk->number != number) {
        fm__block_compute(&walk->block, matches->plan, matches->kernel, FM__DEPTH_MATCH, number);
        fm__rows_of(matches->plan, matches->kernel, &walk->block, walk->rows);
        walk->number = number;
    }
    return (size_t)(position % FM__BLOCK_ROWS);
}

static bool bit(const fm_walk *walk, uint32_t plane, size_t at) {
    return walk->block.planes[(size_t)plane * FM__BLOCK_WORDS + at / 64] >> (at % 64) & 1;
}

fm_match_row fm_walk_row(fm_walk *walk, uint64_t row) {
    return walk->rows[load_row(walk, row)];
}

size_t fm_walk_unmet(fm_walk *walk, uint64_t row, size_t offering, uint32_t *out_attributes) {
    size_t at = load_row(walk, row);
    const fm__variant *variant = &walk->matches->plan->variants[offering];
    size_t count = 0;
    for (uint32_t i = 0; i < variant->need_count; i++)
        if (bit(walk, variant->needs[i].plane, at))
            out_attributes[count++] = variant->needs[i].attribute;
    return count;
}

static fm_demand_state state_of(const fm_walk *walk, size_t at, size_t attribute, bool want) {
    const fm__group *group = fm__plan_group(walk->matches->plan, attribute, want);
    if (group != NULL && bit(walk, group->stated_plane, at))
        return FM_DEMAND_STATED;
    return group != NULL && bit(walk, group->unasked_plane, at) ? FM_DEMAND_UNASKED : FM_DEMAND_NONE;
}

fm_fit_cell fm_walk_cell(fm_walk *walk, uint64_t row, size_t offering, size_t attribute) {
    size_t at = load_row(walk, row);
    const fm__variant *variant = &walk->matches->plan->variants[offering];
    return (fm_fit_cell){
        .need = state_of(walk, at, attribute, false),
        .want = state_of(walk, at, attribute, true),
        .need_met = !bit(walk, fm__variant_plane(variant, attribute, false), at),
        .want_met = !bit(walk, fm__variant_plane(variant, attribute, true), at),
    };
}

/* The code of a row in a demand column. */
static uint32_t code_of(const fm_walk *walk, size_t at, const fm__demands *demands) {
    const uint64_t *slices = fm__base_block(walk->matches->plan->base, walk->number);
    return fm__slices_code(slices + (size_t)demands->first_slice * FM__BLOCK_WORDS, demands->slice_count, at);
}

size_t fm_walk_gap(fm_walk *walk, uint64_t row, size_t offering, char *buffer, size_t capacity) {
    size_t at = load_row(walk, row);
    const fm__plan *plan = walk->matches->plan;
    const fm__variant *variant = &plan->variants[offering];
    fm__phrase phrase = {.buffer = buffer, .capacity = capacity};
    for (uint32_t i = 0; i < variant->need_count; i++) {
        size_t attribute = variant->needs[i].attribute;
        if (!bit(walk, variant->needs[i].plane, at))
            continue;
        const fm__demands *demands = fm__base_demands(plan->base, attribute, false);
        if (phrase.length > 0)
            fm__phrase_add(&phrase, fm__text("; "));
        fm__phrase_need(&phrase, plan->catalog, attribute, demands,
                        code_of(walk, at, demands) - FM__CODE_FIRST);
        fm__phrase_shortfall(&phrase, plan->catalog, attribute, offering);
    }
    return fm__phrase_end(&phrase);
}

size_t fm_walk_demand(fm_walk *walk, uint64_t row, size_t attribute, bool want, char *buffer,
                      size_t capacity) {
    size_t at = load_row(walk, row);
    const fm__plan *plan = walk->matches->plan;
    const fm__demands *demands = fm__base_demands(plan->base, attribute, want);
    fm__phrase phrase = {.buffer = buffer, .capacity = capacity};
    uint32_t code = code_of(walk, at, demands);
    if (code >= FM__CODE_FIRST)
        fm__phrase_demand(&phrase, plan->catalog, attribute, demands, code - FM__CODE_FIRST);
    return fm__phrase_end(&phrase);
}

size_t fm_walk_offer(fm_walk *walk, size_t offering, size_t attribute, char *buffer, size_t capacity) {
    fm__phrase phrase = {.buffer = buffer, .capacity = capacity};
    fm__phrase_offer(&phrase, walk->matches->plan->catalog, attribute, offering);
    return fm__phrase_end(&phrase);
}
