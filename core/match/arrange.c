/* Blocks of likes: rows ordered so that neighbours demand alike, as a catalog sees it.
 *
 * Where all rows of a block demand the same, or between the same two offered values, whoever misses one of
 * them misses all: most offerings are then ruled out before any row is looked at. What a block demands is
 * known by the range of its codes (small materialized aggregates, Moerkotte, VLDB 1998), and the order is
 * there to make the ranges narrow. */
#include "base/base_file.h"
#include "base/order.h"
#include "match/matcher.h"
#include "match/signatures.h"
#include "support/hash.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* A column, and in how many ways the catalog's values can be missed there. */
typedef struct classes {
    const fm__group *group;
    uint32_t *of_code; /* [code] class */
    uint32_t count;
    double telling;
} classes;

/* Codes of numbers and flags: between which two thresholds they are. */
static void classify_numbers(classes *c, uint32_t codes) {
    memcpy(c->of_code, c->group->classes, codes * sizeof *c->of_code);
    c->count = c->group->plane_count + 1;
}

/* A demanded set: whom it misses. */
typedef struct set_class {
    uint64_t hash;
    uint32_t missed; /* patterns */
    uint32_t code;
} set_class;

static int by_missed(const void *a, const void *b) {
    const set_class *x = a;
    const set_class *y = b;
    if (x->missed != y->missed)
        return x->missed < y->missed ? -1 : 1;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

/* Sets: which patterns miss them, the loosest first. Two that should be apart and have one hash are merely
 * sorted together. */
static bool classify_sets(classes *c, const fm__demands *demands) {
    const fm__signatures *s = &c->group->signatures;
    set_class *list = fm__array_new(demands->count, sizeof *list);
    uint64_t *row = fm__array_new(s->words, sizeof *row);
    bool done = list != NULL && row != NULL;
    for (uint32_t d = 0; done && d < demands->count; d++) {
        fm__signatures_row(s, d, row);
        list[d] = (set_class){fm__hash_bytes(row, s->words * sizeof *row), 0, FM__CODE_FIRST + d};
        for (size_t w = 0; w < s->words; w++)
            list[d].missed += (uint32_t)__builtin_popcountll(row[w]);
    }
    if (done)
        qsort(list, demands->count, sizeof *list, by_missed);
    uint32_t last = 0;
    uint64_t hash = 0;
    for (uint32_t i = 0; done && i < demands->count; i++) {
        if (list[i].missed > 0 && (last == 0 || list[i].hash != hash))
            last++;
        hash = list[i].hash;
        c->of_code[list[i].code] = last;
    }
    c->count = last + 1;
    free(list);
    free(row);
    return done;
}

/* How much knowing a row's class tells: the weight at stake, over the digits that it takes to say it
 * (measured: of the weight, what is missed, the digits and their products this one rules the most out). */
static bool find_telling(const fm__plan *plan, classes *c, const fm__demands *demands) {
    double rows = (double)plan->base->row_count;
    double missed = 0;
    double digits = 0.1; /* a column that is nearly always the same is no bargain */
    double *shares = fm__array_new(c->count, sizeof *shares);
    if (shares == NULL)
        return false;
    for (uint32_t code = 0; code < FM__CODE_FIRST + demands->count; code++)
        shares[c->of_code[code]] += (double)demands->rows[code] / rows;
    for (uint32_t k = 0; k < c->count; k++) {
        missed += shares[k] * k / c->count;
        if (shares[k] > 0)
            digits -= shares[k] * log2(shares[k]);
    }
    free(shares);
    c->telling = demands->attribute->weight * missed / digits;
    return true;
}

static int by_telling(const void *a, const void *b) {
    const classes *x = a;
    const classes *y = b;
    if (x->group->want != y->group->want)
        return x->group->want ? 1 : -1;
    if (x->telling != y->telling)
        return x->telling > y->telling ? -1 : 1;
    return (x->group > y->group) - (x->group < y->group);
}

static bool classify(const fm__plan *plan, const fm__group *group, classes *c) {
    const fm__demands *demands = &plan->base->demands[group->demand];
    uint32_t codes = FM__CODE_FIRST + demands->count;
    c->group = group;
    c->of_code = fm__array_new(codes, sizeof *c->of_code);
    if (c->of_code == NULL)
        return false;
    if (group->method == FM__METHOD_THRESHOLD)
        classify_numbers(c, codes);
    else if (!classify_sets(c, demands))
        return false;
    return find_telling(plan, c, demands);
}

/* Makes the classes of all columns digits of one key, the most telling column first. */
static bool fill_keys(const fm__plan *plan, classes *list, size_t count, uint64_t **keys) {
    uint32_t left = FM__KEY_BITS;
    qsort(list, count, sizeof *list, by_telling);
    for (size_t i = 0; i < count && left > 0; i++) {
        const fm__group *group = list[i].group;
        uint32_t codes = FM__CODE_FIRST + plan->base->demands[group->demand].count;
        uint32_t digits = fm__slice_count(list[i].count - 1);
        uint32_t dropped = digits > left ? digits - left : 0;
        uint64_t *of_code = keys[group->demand] = fm__array_new(codes, sizeof *of_code);
        if (of_code == NULL)
            return false;
        left -= digits - dropped;
        for (uint32_t code = 0; code < codes; code++)
            of_code[code] = (uint64_t)(list[i].of_code[code] >> dropped) << left;
    }
    return true;
}

static bool sort_rows(fm_base *base, const fm__plan *plan, unsigned threads) {
    classes *list = fm__array_new(plan->group_count, sizeof *list);
    uint64_t **keys = fm__array_new(base->demand_count, sizeof *keys);
    bool done = list != NULL && keys != NULL;
    size_t count = 0;
    for (size_t g = 0; done && g < plan->group_count; g++)
        if (plan->groups[g].column != FM__NO_COLUMN)
            done = classify(plan, &plan->groups[g], &list[count++]);
    done = done && fill_keys(plan, list, count, keys) && fm__base_sort(base, keys, FM__WINDOW_ROWS, threads);
    for (size_t i = 0; list != NULL && i < count; i++)
        free(list[i].of_code);
    for (size_t d = 0; keys != NULL && d < base->demand_count; d++)
        free(keys[d]);
    free(list);
    free(keys);
    return done;
}

fm_status fm_base_arrange(fm_base *base, const fm_catalog *catalog, unsigned threads, fm_error *error) {
    fm__plan *plan;
    if (fm__base_place_count(base) > UINT32_MAX)
        return fm__fail(error, FM_ERROR_LIMIT, "a base of more than %" PRIu32 " rows cannot be arranged",
                        UINT32_MAX);
    fm_status status = fm__base_file_own_demands(base, threads, error);
    if (status == FM_OK)
        status = fm__plan_new(base, catalog, &plan, error);
    if (status != FM_OK)
        return status;
    if (!sort_rows(base, plan, fm__matcher_slots(threads)))
        status = fm__fail_memory(error);
    fm__plan_free(plan);
    return status;
}
