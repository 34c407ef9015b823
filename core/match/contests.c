#include "match/contests.h"

#include "match/dominance.h"

/* Words of a set of places are made up to this many: the longest vector. */
#define PLACE_WORDS_STEP 8
/* So many own offerings are worth sharing sums, of up to so many slices. */
#define PLACES_TO_SHARE 128
#define SLICES_TO_SHARE 8
#define WANTS_SHARED 72

/* What building needs beside the plan. */
typedef struct builder {
    fm__plan *plan;
    const uint32_t *plane_of; /* [group][variant] */
} builder;

static uint32_t plane_of(const builder *b, uint32_t group, size_t variant) {
    return b->plane_of[group * b->plan->variant_count + variant];
}

/* --- sides --- */

/* Groups that become columns of a side, with their weights. */
static void add_column(fm__plan *plan, fm__side *side, size_t group) {
    uint8_t weight = (uint8_t)plan->model->attributes[plan->groups[group].attribute].weight;
    side->groups[side->column_count] = (uint32_t)group;
    side->weights[side->column_count] = weight;
    side->first_patterns[side->column_count] = side->pattern_count;
    side->weight_digits |= weight;
    side->pattern_count += plan->groups[group].plane_count;
    side->column_count++;
}

static bool side_init(fm__plan *plan, fm__side *side) {
    side->groups = fm__arena_array(&plan->arena, plan->group_count, sizeof *side->groups);
    side->weights = fm__arena_array(&plan->arena, plan->group_count, sizeof *side->weights);
    side->first_patterns = fm__arena_array(&plan->arena, plan->group_count, sizeof *side->first_patterns);
    return side->groups != NULL && side->weights != NULL && side->first_patterns != NULL;
}

/* The columns in which some variant misses somebody. */
static bool list_columns(const builder *b, bool want, fm__side *side) {
    fm__plan *plan = b->plan;
    if (!side_init(plan, side))
        return false;
    for (uint32_t g = 0; g < plan->group_count; g++) {
        bool missed = false;
        for (size_t v = 0; v < plan->variant_count && plan->groups[g].want == want; v++)
            missed |= plane_of(b, g, v) != FM__PLANE_ZERO;
        if (!missed)
            continue;
        plan->groups[g].column = side->column_count;
        add_column(plan, side, g);
    }
    return true;
}

/* The terms of one side of a variant, columns without a miss left out. */
static bool list_terms(const builder *b, fm__side *side, size_t v, const fm__term **out_terms,
                       uint32_t *out_count) {
    fm__plan *plan = b->plan;
    uint32_t count = 0;
    uint32_t sum = 0;
    for (uint32_t c = 0; c < side->column_count; c++)
        count += plane_of(b, side->groups[c], v) != FM__PLANE_ZERO;
    fm__term *terms = fm__arena_array(&plan->arena, count, sizeof *terms);
    if (terms == NULL)
        return false;
    *out_terms = terms;
    *out_count = count;
    for (uint32_t c = 0; c < side->column_count; c++) {
        uint32_t plane = plane_of(b, side->groups[c], v);
        if (plane == FM__PLANE_ZERO)
            continue;
        *terms++ = (fm__term){plane, (uint16_t)plan->groups[side->groups[c]].attribute, side->weights[c]};
        sum += side->weights[c];
    }
    side->most = side->most > sum ? side->most : sum;
    return true;
}

static bool build_sides(const builder *b) {
    fm__plan *plan = b->plan;
    if (!list_columns(b, false, &plan->needs) || !list_columns(b, true, &plan->wants))
        return false;
    for (size_t v = 0; v < plan->variant_count; v++) {
        fm__variant *variant = &plan->variants[v];
        if (!list_terms(b, &plan->needs, v, &variant->needs, &variant->need_count) ||
            !list_terms(b, &plan->wants, v, &variant->wants, &variant->want_count))
            return false;
    }
    plan->needs.sum_slices = fm__slice_count(plan->needs.most);
    plan->wants.sum_slices = fm__slice_count(plan->wants.most);
    uint32_t most = plan->needs.most > plan->wants.most ? plan->needs.most : plan->wants.most;
    plan->slices = fm__slice_count(most + 1);
    return true;
}

/* The weights of everything stated, needs and wants alike. */
static bool build_stated(fm__plan *plan) {
    fm__side *side = &plan->stated;
    if (!side_init(plan, side))
        return false;
    for (size_t g = 0; g < plan->group_count; g++)
        if (plan->groups[g].stated_plane != FM__PLANE_ZERO)
            add_column(plan, side, g);
    plan->stated_planes = fm__arena_array(&plan->arena, side->column_count, sizeof *plan->stated_planes);
    if (plan->stated_planes == NULL || !fm__adder_init(&plan->stated_adder, side, &plan->arena))
        return false;
    for (uint32_t c = 0; c < side->column_count; c++) {
        plan->stated_planes[c] = plan->groups[side->groups[c]].stated_plane * FM__BLOCK_WORDS;
        plan->stated_adder.columns[plan->stated_adder.column_count++] = c;
        side->most += side->weights[c];
    }
    side->sum_slices = fm__slice_count(side->most);
    fm__adder_plan(&plan->stated_adder, side);
    return true;
}

/* --- adders --- */

bool fm__adder_init(fm__adder *adder, const fm__side *side, fm__arena *arena) {
    *adder = (fm__adder){0};
    adder->columns = fm__arena_array(arena, side->column_count, sizeof *adder->columns);
    adder->addends =
        fm__arena_array(arena, (size_t)side->column_count * FM__WEIGHT_BITS + 1, sizeof *adder->addends);
    return adder->columns != NULL && adder->addends != NULL;
}

void fm__adder_plan(fm__adder *adder, const fm__side *side) {
    uint32_t *addend = adder->addends;
    for (unsigned digit = 0; digit < FM__WEIGHT_BITS; digit++) {
        const uint32_t *begin = addend;
        for (uint32_t i = 0; i < adder->column_count && (side->weight_digits >> digit & 1) != 0; i++) {
            /* Written in any case, and kept by moving on. */
            *addend = adder->columns[i];
            addend += side->weights[adder->columns[i]] >> digit & 1;
        }
        adder->counts[digit] = (uint32_t)(addend - begin);
    }
}

/* --- contests --- */

static void set_place(uint64_t *set, uint32_t place) {
    set[place / 64] |= UINT64_C(1) << (place % 64);
}

/* Who misses what a pattern misses. Patterns of numbers are sorted by whom they miss, the most first. */
static void fill_members(const builder *b, fm__contest *contest, uint32_t column) {
    const fm__side *side = &b->plan->needs;
    const fm__group *group = &b->plan->groups[side->groups[column]];
    uint64_t *members = contest->members + side->first_patterns[column] * contest->place_words;
    for (uint32_t i = 0; i < contest->count; i++) {
        size_t v = (size_t)(contest->variants[i] - b->plan->variants);
        uint32_t plane = plane_of(b, side->groups[column], v);
        if (plane != FM__PLANE_ZERO)
            set_place(members + (plane - group->first_plane) * contest->place_words, i);
    }
    for (uint32_t p = 1; p < group->plane_count && group->method == FM__METHOD_THRESHOLD; p++)
        for (size_t w = 0; w < contest->place_words; w++)
            members[p * contest->place_words + w] |= members[(p - 1) * contest->place_words + w];
}

static uint32_t *list_planes(const builder *b, const fm__contest *contest, const fm__side *side) {
    size_t cells;
    if (!fm__size_product(contest->count, side->column_count, &cells))
        return NULL;
    uint32_t *planes = fm__arena_array(&b->plan->arena, cells, sizeof *planes);
    for (uint32_t i = 0; planes != NULL && i < contest->count; i++) {
        size_t v = (size_t)(contest->variants[i] - b->plan->variants);
        for (uint32_t c = 0; c < side->column_count; c++)
            planes[(size_t)i * side->column_count + c] = plane_of(b, side->groups[c], v) * FM__BLOCK_WORDS;
    }
    return planes;
}

static bool build_contest(const builder *b, fm__contest *contest) {
    fm__plan *plan = b->plan;
    size_t words = ((size_t)contest->count + 63) / 64;
    size_t cells;
    words = (words + PLACE_WORDS_STEP - 1) / PLACE_WORDS_STEP * PLACE_WORDS_STEP;
    if (!fm__size_product(words, plan->needs.pattern_count, &cells))
        return false;
    contest->place_words = words;
    contest->places = fm__arena_vectors(&plan->arena, words);
    contest->members = fm__arena_vectors(&plan->arena, cells);
    contest->need_planes = list_planes(b, contest, &plan->needs);
    contest->want_planes = list_planes(b, contest, &plan->wants);
    if (contest->places == NULL || contest->members == NULL || contest->need_planes == NULL ||
        contest->want_planes == NULL)
        return false;
    for (uint32_t i = 0; i < contest->count; i++)
        set_place(contest->places, i);
    for (uint32_t c = 0; c < plan->needs.column_count; c++)
        fill_members(b, contest, c);
    return true;
}

/* Sorts the variants into the three contests, each in the order of the offerings table. */
static bool build_contests(const builder *b) {
    fm__plan *plan = b->plan;
    fm__contest *contests[] = {&plan->own, &plan->partners, &plan->nominal};
    for (size_t c = 0; c < sizeof contests / sizeof *contests; c++) {
        contests[c]->variants = fm__arena_array(&plan->arena, plan->variant_count, sizeof(fm__variant *));
        if (contests[c]->variants == NULL)
            return false;
    }
    for (size_t v = 0; v < plan->variant_count; v++) {
        bool nominal = v >= plan->catalog->offering_count;
        bool own = plan->catalog->offerings[plan->variants[v].offering].own;
        fm__contest *contest = nominal ? &plan->nominal : own ? &plan->own : &plan->partners;
        contest->variants[contest->count++] = &plan->variants[v];
    }
    for (size_t c = 0; c < sizeof contests / sizeof *contests; c++)
        if (!fm__drop_dominated(plan, b->plane_of, contests[c]) || !build_contest(b, contests[c]))
            return false;
    return true;
}

/* --- what own offerings share --- */

/* The pattern of each own offering in the columns of a side, and from which to which there are some. */
static bool list_patterns(const builder *b, const fm__side *side, uint16_t *patterns, fm__span *spans) {
    const fm__contest *own = &b->plan->own;
    if (patterns == NULL || spans == NULL)
        return false;
    for (uint32_t c = 0; c < side->column_count; c++) {
        const fm__group *group = &b->plan->groups[side->groups[c]];
        spans[c] = (fm__span){c, group->plane_count, 0};
        for (uint32_t i = 0; i < own->count; i++) {
            uint32_t plane = plane_of(b, side->groups[c], (size_t)(own->variants[i] - b->plan->variants));
            uint32_t pattern = plane == FM__PLANE_ZERO ? group->plane_count : plane - group->first_plane;
            *patterns++ = (uint16_t)pattern;
            spans[c].lowest = pattern < spans[c].lowest ? pattern : spans[c].lowest;
            spans[c].highest = pattern > spans[c].highest ? pattern : spans[c].highest;
        }
        for (size_t i = own->count; i < own->place_words * 64; i++)
            *patterns++ = 0;
    }
    return true;
}

static bool build_shares(const builder *b) {
    fm__plan *plan = b->plan;
    fm__shares *shares = &plan->shares;
    size_t places = plan->own.place_words * 64;
    if (plan->own.count < PLACES_TO_SHARE || plan->slices > SLICES_TO_SHARE ||
        plan->needs.pattern_count > UINT16_MAX || plan->wants.pattern_count > UINT16_MAX)
        return true;
    uint16_t *want_patterns =
        fm__arena_array(&plan->arena, places * plan->wants.column_count, sizeof *want_patterns);
    fm__span *want_spans = fm__arena_array(&plan->arena, plan->wants.column_count, sizeof *want_spans);
    shares->need_patterns =
        fm__arena_array(&plan->arena, places * plan->needs.column_count, sizeof *shares->need_patterns);
    shares->need_spans = fm__arena_array(&plan->arena, plan->needs.column_count, sizeof *shares->need_spans);
    shares->wants.entries =
        fm__arena_array(&plan->arena, places * FM__BUNDLES, sizeof *shares->wants.entries);
    if (shares->wants.entries == NULL || !list_patterns(b, &plan->wants, want_patterns, want_spans) ||
        !list_patterns(b, &plan->needs, shares->need_patterns, shares->need_spans))
        return false;
    shares->useful = fm__bundles_form(&shares->wants, want_spans, plan->wants.column_count,
                                      plan->wants.weights, WANTS_SHARED);
    if (shares->useful)
        fm__bundles_number(&shares->wants, want_patterns, places);
    return true;
}

bool fm__contests_build(fm__plan *plan, const uint32_t *plane_of_variants) {
    builder b = {plan, plane_of_variants};
    return build_sides(&b) && build_stated(plan) && build_contests(&b) && build_shares(&b);
}
