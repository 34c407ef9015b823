#include "match/plan.h"

#include "match/contests.h"
#include "match/signatures.h"
#include "model/cell.h"
#include "support/error.h"

#include <math.h>

/* Rows of patterns cost about as much as this many steps of folding tables, for each 64 patterns. */
#define ROWS_WORK 8192

/* What building needs beside the plan. */
typedef struct builder {
    fm__plan *plan;
    uint32_t *plane_of; /* [group][variant] */
    uint32_t *patterns; /* [variant] scratch */
} builder;

/* The value of a variant on a numeric attribute. */
static double variant_number(const fm__plan *plan, size_t variant, size_t attribute) {
    const fm__offered *offered = &plan->catalog->offered[attribute];
    bool nominal = variant >= plan->catalog->offering_count;
    uint32_t offering = plan->variants[variant].offering;
    return nominal ? offered->nominal[offering] : offered->dependable[offering];
}

uint32_t fm__number_threshold(const fm__demands *demands, double offered) {
    if (isnan(offered))
        return FM__CODE_FIRST;
    bool at_least = demands->attribute->rule == FM_RULE_AT_LEAST;
    uint32_t low = 0;
    for (uint32_t high = demands->count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        double demand = demands->numbers[middle];
        if (at_least ? offered >= demand : offered <= demand)
            low = middle + 1;
        else
            high = middle;
    }
    return FM__CODE_FIRST + low;
}

static uint32_t variant_threshold(const fm__plan *plan, const fm__demands *demands, size_t variant,
                                  size_t attribute) {
    if (demands->attribute->rule != FM_RULE_FLAG)
        return fm__number_threshold(demands, variant_number(plan, variant, attribute));
    bool yes = plan->catalog->offered[attribute].flags[plan->variants[variant].offering];
    return yes ? FM__CODE_FIRST + demands->count : FM__CODE_FIRST;
}

static int by_size(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint32_t find_threshold(const fm__group *group, uint32_t threshold) {
    uint32_t low = 0;
    for (uint32_t high = group->plane_count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        if (group->thresholds[middle] < threshold)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Patterns of a numeric rule or a flag: the distinct thresholds that somebody's demand is beyond. */
static bool build_thresholds(builder *b, fm__group *group, const fm__demands *demands, uint32_t *plane_of) {
    fm__plan *plan = b->plan;
    uint32_t beyond = FM__CODE_FIRST + demands->count;
    for (size_t v = 0; v < plan->variant_count; v++) {
        plane_of[v] = variant_threshold(plan, demands, v, group->attribute);
        if (v < plan->catalog->offering_count && group->loosest_threshold < plane_of[v])
            group->loosest_threshold = plane_of[v];
    }
    group->met_by_some = group->loosest_threshold == beyond;
    memcpy(b->patterns, plane_of, plan->variant_count * sizeof *plane_of);
    qsort(b->patterns, plan->variant_count, sizeof *b->patterns, by_size);
    group->method = FM__METHOD_THRESHOLD;
    group->thresholds = fm__arena_array(&plan->arena, plan->variant_count, sizeof *group->thresholds);
    if (group->thresholds == NULL)
        return false;
    for (size_t v = 0; v < plan->variant_count && b->patterns[v] < beyond; v++)
        if (group->plane_count == 0 || group->thresholds[group->plane_count - 1] != b->patterns[v])
            group->thresholds[group->plane_count++] = b->patterns[v];
    size_t words;
    if (!fm__size_product(group->plane_count, group->slice_count, &words))
        return false;
    group->not_bits = fm__arena_array(&plan->arena, words, sizeof *group->not_bits);
    if (group->not_bits == NULL)
        return false;
    for (uint32_t p = 0; p < group->plane_count; p++)
        for (uint32_t s = 0; s < group->slice_count; s++)
            group->not_bits[p * group->slice_count + s] = (group->thresholds[p] >> s & 1) - UINT64_C(1);
    group->classes = fm__arena_array(&plan->arena, beyond, sizeof *group->classes);
    if (group->classes == NULL)
        return false;
    for (uint32_t code = 0, class = 0; code < beyond; code++) {
        while (class < group->plane_count && group->thresholds[class] <= code)
            class ++;
        group->classes[code] = class;
    }
    group->first_plane = (uint32_t)plan->plane_count;
    plan->plane_count += group->plane_count;
    for (size_t v = 0; v < plan->variant_count; v++)
        plane_of[v] =
            plane_of[v] == beyond ? FM__PLANE_ZERO : group->first_plane + find_threshold(group, plane_of[v]);
    return true;
}

/* Adds a demand to the truth tables of the patterns that miss it. */
static void table_demand(fm__group *group, uint32_t demand, const uint64_t *row) {
    uint32_t code = FM__CODE_FIRST + demand;
    for (uint32_t p = 0; p < group->plane_count; p++)
        if (row[p / 64] >> (p % 64) & 1)
            group->tables[p * fm__table_bytes(group->slice_count) + code / 4] |= (uint8_t)(1 << (code % 4));
}

/* Truth tables where folding them is less work than rows of patterns. */
static bool choose_method(fm__plan *plan, fm__group *group) {
    size_t work;
    bool overflow = !fm__size_product(group->plane_count, fm__table_bytes(group->slice_count), &work);
    if (overflow || work > ROWS_WORK * group->signatures.words) {
        group->method = FM__METHOD_ROWS;
        if (plan->row_words < group->signatures.words)
            plan->row_words = group->signatures.words;
        return true;
    }
    group->method = FM__METHOD_TABLE;
    group->tables = fm__arena_array(&plan->arena, work, sizeof *group->tables);
    return group->tables != NULL;
}

/* Patterns of a set rule. */
static bool build_sets(builder *b, fm__group *group, const fm__demands *demands, uint32_t *plane_of) {
    fm__plan *plan = b->plan;
    fm__signatures *s = &group->signatures;
    if (!fm__signatures_build(s, demands, plan->catalog, group->attribute, &plan->arena, b->patterns,
                              &group->plane_count) ||
        !choose_method(plan, group))
        return false;
    group->first_plane = (uint32_t)plan->plane_count;
    plan->plane_count += group->plane_count;
    uint64_t *row = fm__array_new(s->words, sizeof *row);
    uint64_t *any = fm__array_new(s->words, sizeof *any);
    bool done = row != NULL && any != NULL;
    for (uint32_t d = 0; done && d < demands->count; d++) {
        fm__signatures_row(s, d, row);
        for (size_t w = 0; w < s->words; w++)
            any[w] |= row[w];
        if (group->method == FM__METHOD_TABLE)
            table_demand(group, d, row);
    }
    for (size_t v = 0; done && v < plan->variant_count; v++) {
        uint32_t pattern = b->patterns[plan->variants[v].offering];
        bool misses = any[pattern / 64] >> (pattern % 64) & 1;
        plane_of[v] = misses ? group->first_plane + pattern : FM__PLANE_ZERO;
        group->met_by_some |= v < plan->catalog->offering_count && !misses;
    }
    free(row);
    free(any);
    return done;
}

static bool build_group(builder *b, size_t attribute, bool want) {
    fm__plan *plan = b->plan;
    const fm__demands *demands = fm__base_demands(plan->base, attribute, want);
    plan->group_of[2 * attribute + want] = UINT32_MAX;
    if (demands->slice_count == 0)
        return true;
    uint32_t *plane_of = b->plane_of + plan->group_count * plan->variant_count;
    plan->group_of[2 * attribute + want] = (uint32_t)plan->group_count;
    fm__group *group = &plan->groups[plan->group_count++];
    *group = (fm__group){
        .attribute = attribute,
        .want = want,
        .demand = (size_t)(demands - plan->base->demands),
        .column = FM__NO_COLUMN,
        .first_slice = demands->first_slice,
        .slice_count = demands->slice_count,
    };
    if (demands->rows[FM__CODE_UNASKED] > 0) {
        group->unasked_plane = (uint32_t)plan->plane_count++;
        plan->unasked[plan->unasked_count++] = (uint32_t)(plan->group_count - 1);
    }
    if (demands->count == 0) {
        group->met_by_some = true;
        return true;
    }
    group->stated_plane = (uint32_t)plan->plane_count++;
    return fm__rule_is_set(demands->attribute->rule) ? build_sets(b, group, demands, plane_of)
                                                     : build_thresholds(b, group, demands, plane_of);
}

/* Offerings on their dependable values, then own offerings that promise something else on their nominal ones.
 */
static bool list_variants(fm__plan *plan) {
    const fm_catalog *catalog = plan->catalog;
    size_t offerings = catalog->offering_count;
    plan->variants = fm__arena_array(&plan->arena, 2 * offerings, sizeof *plan->variants);
    plan->nominal_of = fm__arena_array(&plan->arena, offerings, sizeof *plan->nominal_of);
    if (plan->variants == NULL || plan->nominal_of == NULL)
        return false;
    for (size_t o = 0; o < offerings; o++) {
        plan->nominal_of[o] = (uint32_t)o;
        plan->variants[plan->variant_count++].offering = (uint32_t)o;
    }
    for (size_t o = 0; o < offerings; o++) {
        bool differs = false;
        for (size_t a = 0; a < plan->model->attribute_count && !differs && catalog->offerings[o].own; a++) {
            const fm__offered *offered = &catalog->offered[a];
            /* Written so that two blanks (NaN) are no difference. */
            if (offered->nominal != NULL && !(isnan(offered->nominal[o]) && isnan(offered->dependable[o])))
                differs = !(offered->nominal[o] == offered->dependable[o]);
        }
        if (differs) {
            plan->nominal_of[o] = (uint32_t)plan->variant_count;
            plan->variants[plan->variant_count++].offering = (uint32_t)o;
        }
    }
    return true;
}

bool fm__plan_count_missed(const fm__plan *plan, const fm__group *group, uint64_t *plane_rows) {
    const fm__demands *demands = fm__base_demands(plan->base, group->attribute, group->want);
    uint64_t *rows_of = plane_rows + group->first_plane;
    if (group->method == FM__METHOD_THRESHOLD) {
        for (uint32_t p = 0; p < group->plane_count; p++)
            for (uint32_t code = group->thresholds[p]; code < FM__CODE_FIRST + demands->count; code++)
                rows_of[p] += demands->rows[code];
        return true;
    }
    uint64_t *row = fm__array_new(group->signatures.words, sizeof *row);
    if (row == NULL)
        return false;
    for (uint32_t d = 0; d < demands->count; d++) {
        fm__signatures_row(&group->signatures, d, row);
        for (uint32_t p = 0; p < group->plane_count; p++)
            if (row[p / 64] >> (p % 64) & 1)
                rows_of[p] += demands->rows[FM__CODE_FIRST + d];
    }
    free(row);
    return true;
}

int fm__risk_compare(const void *a, const void *b) {
    const fm__risk *x = a;
    const fm__risk *y = b;
    unsigned __int128 left = (unsigned __int128)x->missed * y->stated;
    unsigned __int128 right = (unsigned __int128)y->missed * x->stated;
    if (left != right)
        return left > right ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

/* For each own offering, the attributes in the order in which to ask about them. */
static bool build_ask_order(fm__plan *plan) {
    size_t count = plan->unasked_count;
    size_t cells;
    if (count == 0)
        return true;
    if (!fm__size_product(plan->own.count, count, &cells))
        return false;
    plan->ask_order = fm__arena_array(&plan->arena, cells, sizeof *plan->ask_order);
    plan->plane_rows = fm__arena_array(&plan->arena, plan->plane_count, sizeof *plan->plane_rows);
    fm__risk *risks = fm__array_new(count, sizeof *risks);
    bool done = plan->ask_order != NULL && plan->plane_rows != NULL && risks != NULL;
    for (size_t i = 0; done && i < count; i++)
        done = fm__plan_count_missed(plan, &plan->groups[plan->unasked[i]], plan->plane_rows);
    for (size_t place = 0; done && place < plan->own.count; place++) {
        for (size_t i = 0; i < count; i++) {
            size_t attribute = plan->groups[plan->unasked[i]].attribute;
            uint32_t plane = fm__variant_plane(plan->own.variants[place], attribute, false);
            uint64_t stated = fm_base_demand_count(plan->base, attribute, false).rows[FM_DEMAND_STATED];
            risks[i] = fm__risk_of(plan->plane_rows[plane], stated, (uint32_t)i);
        }
        qsort(risks, count, sizeof *risks, fm__risk_compare);
        for (size_t i = 0; i < count; i++)
            plan->ask_order[place * count + i] = (uint16_t)risks[i].place;
    }
    free(risks);
    return done;
}

/* Variants up to which it pays to look at all of them: leaving some out costs about as much as twice so many.
 * Of rows that were put in order half as many, as more is known of their blocks from the ranges alone. */
#define STRAIGHT_VARIANTS_MAX 64

/* Whether deciding goes straight through everything. */
static bool is_straight(const fm__plan *plan) {
    size_t most = plan->base->is_arranged ? STRAIGHT_VARIANTS_MAX / 2 : STRAIGHT_VARIANTS_MAX;
    bool result = (size_t)plan->own.count + plan->partners.count <= most;
    for (size_t g = 0; g < plan->group_count && result; g++)
        result = plan->groups[g].want || plan->groups[g].method != FM__METHOD_ROWS;
    return result;
}

static bool build(builder *b) {
    fm__plan *plan = b->plan;
    size_t columns = plan->base->demand_count;
    size_t cells;
    plan->plane_count = 1; /* FM__PLANE_ZERO */
    plan->groups = fm__arena_array(&plan->arena, columns, sizeof *plan->groups);
    plan->group_of = fm__arena_array(&plan->arena, columns, sizeof *plan->group_of);
    plan->unasked = fm__arena_array(&plan->arena, plan->model->attribute_count, sizeof *plan->unasked);
    if (plan->groups == NULL || plan->group_of == NULL || plan->unasked == NULL || !list_variants(plan))
        return false;
    size_t used = 0;
    for (size_t c = 0; c < columns; c++)
        used += plan->base->demands[c].slice_count > 0;
    if (!fm__size_product(used, plan->variant_count, &cells))
        return false;
    b->plane_of = fm__array_new(cells, sizeof *b->plane_of);
    b->patterns = fm__array_new(plan->variant_count, sizeof *b->patterns);
    if (b->plane_of == NULL || b->patterns == NULL)
        return false;
    for (size_t a = 0; a < plan->model->attribute_count; a++)
        if (!build_group(b, a, false) || !build_group(b, a, true))
            return false;
    if (!fm__contests_build(plan, b->plane_of) || !build_ask_order(plan))
        return false;
    plan->is_straight = is_straight(plan);
    return true;
}

fm_status fm__plan_new(const fm_base *base, const fm_catalog *catalog, fm__plan **out_plan, fm_error *error) {
    if (base->model != catalog->model)
        return fm__fail(error, FM_ERROR_ARGUMENT, "the base and the catalog were made from different models");
    fm__plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL)
        return fm__fail_memory(error);
    plan->base = base;
    plan->catalog = catalog;
    plan->model = fm_model_content(base->model);
    builder b = {.plan = plan};
    bool built = build(&b);
    free(b.plane_of);
    free(b.patterns);
    if (!built) {
        fm__plan_free(plan);
        return fm__fail_memory(error);
    }
    *out_plan = plan;
    return FM_OK;
}

void fm__plan_free(fm__plan *plan) {
    if (plan == NULL)
        return;
    fm__arena_destroy(&plan->arena);
    free(plan);
}

uint32_t fm__variant_plane(const fm__variant *variant, size_t attribute, bool want) {
    const fm__term *terms = want ? variant->wants : variant->needs;
    uint32_t low = 0;
    uint32_t count = want ? variant->want_count : variant->need_count;
    for (uint32_t high = count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        if (terms[middle].attribute < attribute)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && terms[low].attribute == attribute ? terms[low].plane : FM__PLANE_ZERO;
}
