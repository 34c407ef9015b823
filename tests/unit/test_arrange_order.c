/* The order in which rows are put: by what a catalog tells apart of them, the most telling first. */
#include "base/order.h"
#include "fixture.h"
#include "order_checks.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static void arrange(fm_base *base, const fm_catalog *catalog, unsigned threads) {
    fm_error error = {0};
    cr_assert_eq(fm_base_arrange(base, catalog, threads, &error), FM_OK, "%s", error.message);
}

/* Whom a row's demand on an attribute misses, of all variants; 0 where it misses nobody. */
static uint64_t misses(const fixture *f, size_t row, size_t attribute, bool want) {
    uint64_t mask = 0;
    const fixture_demand *demand = fixture_demand_of(f, row, attribute, want);
    cr_assert_leq(f->offering_count, 32);
    for (size_t o = 0; o < f->offering_count; o++)
        for (int nominal = 0; nominal < 1 + f->own[o]; nominal++)
            mask |= (uint64_t)!fixture_meets(f, o, nominal, attribute, demand) << (2 * o + (size_t)nominal);
    return mask;
}

/* How many times a number changes on the way from position to position; out_different gets how many
 * different ones there are, less one: no order can change less. */
static size_t changes(const fm_base *base, const uint64_t *of_row, size_t *out_different) {
    size_t count = 0;
    uint64_t *seen = calloc((size_t)base->row_count, sizeof *seen);
    size_t different = 0;
    for (size_t at = 0; at < base->row_count; at++) {
        uint64_t here = of_row[fm__base_row_at(base, at)];
        count += at > 0 && here != of_row[fm__base_row_at(base, at - 1)];
        size_t i = 0;
        while (i < different && seen[i] != here)
            i++;
        seen[i] = here;
        different += i == different;
    }
    free(seen);
    *out_different = different - 1;
    return count;
}

/* Rows that the catalog does not tell apart are neighbours, as long as keys have room for all columns. */
Test(arrange_order, likes_are_neighbours) {
    for (uint64_t seed = 1; seed <= 30; seed++) {
        fixture_options o = {
            .seed = 400 + seed,
            .rows = 300 + seed * 31,
            .offerings = 1 + seed % 7,
            .attributes = 1 + seed % 4,
            .values = 4,
            .need_percent = 60,
            .want_percent = 40,
            .unasked_percent = 20,
            .records_percent = 50,
            .partner_percent = 40,
            .weight_max = 9,
        };
        fixture *f = fixture_new(&o);
        uint64_t *kinds = calloc(f->row_count, sizeof *kinds);
        for (size_t row = 0; row < f->row_count; row++)
            for (size_t a = 0; a < f->attribute_count; a++)
                for (int want = 0; want < 2; want++) {
                    uint64_t mixer = kinds[row] ^ misses(f, row, a, want);
                    kinds[row] = fixture_random(&mixer);
                }
        arrange(f->base, f->catalog, 2);
        size_t different;
        size_t changed = changes(f->base, kinds, &different);
        cr_assert_eq(changed, different, "seed %d", (int)seed);
        free(kinds);
        fixture_free(f);
    }
}

/* The column with the most at stake is sorted by first; wants come behind all needs. */
Test(arrange_order, the_most_telling_first) {
    for (uint64_t seed = 1; seed <= 12; seed++) {
        fixture_options o = {
            .seed = 500 + seed,
            .rows = 3000,
            .offerings = 8,
            .attributes = 3,
            .rules = 1 << FM_RULE_AT_MOST | 1 << FM_RULE_AT_LEAST,
            .values = 9,
            .need_percent = 90,
            .want_percent = 90,
        };
        fixture *f = fixture_new(&o);
        size_t heavy = seed % 3;
        uint64_t *of_row = calloc(f->row_count, sizeof *of_row);
        for (size_t a = 0; a < f->attribute_count; a++)
            f->attributes[a].weight = a == heavy ? 250 : 5;
        fixture_build(f);
        arrange(f->base, f->catalog, 1);
        for (size_t a = 0; a < f->attribute_count; a++) {
            size_t different;
            for (size_t row = 0; row < f->row_count; row++)
                of_row[row] = misses(f, row, a, false);
            size_t changed = changes(f->base, of_row, &different);
            cr_assert_eq(changed == different, a == heavy, "seed %d attribute %zu", (int)seed, a);
            for (size_t row = 0; row < f->row_count; row++)
                of_row[row] = misses(f, row, a, true);
            cr_assert_gt(changes(f->base, of_row, &different), different, "wants of attribute %zu", a);
        }
        free(of_row);
        fixture_free(f);
    }
}

/* Whom a row's needs on the first attributes miss. */
static uint64_t misses_of_first(const fixture *f, size_t row, size_t attributes) {
    uint64_t kind = 0;
    for (size_t a = 0; a < attributes; a++) {
        uint64_t mixer = kind ^ misses(f, row, a, false);
        kind = fixture_random(&mixer);
    }
    return kind;
}

/* Nine columns of 5 digits, of which a key has room for eight and a part of the last: what does not fit is
 * left out and disturbs nobody. Nearly all rows are the same in all but the last two columns. */
Test(arrange_order, more_columns_than_digits) {
    fixture_options o = {.rows = 3000, .offerings = 32, .attributes = 9, .rules = 1 << FM_RULE_AT_MOST};
    fixture *f = fixture_new(&o);
    uint64_t seed = 1;
    for (size_t i = 0; i < f->offering_count * f->attribute_count; i++)
        f->offers[i].nominal = f->offers[i].dependable = (double)(i / f->attribute_count);
    for (size_t a = 0; a < f->attribute_count; a++)
        f->attributes[a].weight = a == 8 ? 1 : 250;
    for (size_t i = 0; i < f->row_count * f->attribute_count; i++) {
        bool any = i / f->attribute_count < 300 || i % f->attribute_count >= 7;
        f->needs[i] = (fixture_demand){FM_DEMAND_STATED, any ? (double)fixture_below(&seed, 32) : 16, 0};
    }
    fixture_build(f);
    arrange(f->base, f->catalog, 1);
    uint64_t *kinds = calloc(f->row_count, sizeof *kinds);
    for (size_t row = 0; row < f->row_count; row++)
        kinds[row] = misses_of_first(f, row, 8);
    size_t different;
    size_t changed = changes(f->base, kinds, &different);
    cr_assert_eq(changed, different);
    free(kinds);
    fixture_free(f);
}

/* --- what it is refused, and what it does not depend on --- */

static void check_refused(fm_base *base, const fm_catalog *catalog) {
    fm_error error = {0};
    order_content before = order_content_of(base);
    cr_assert_eq(fm_base_arrange(base, catalog, 2, &error), FM_ERROR_ARGUMENT);
    cr_assert_eq(fm_base_arrange(base, catalog, 0, NULL), FM_ERROR_ARGUMENT);
    cr_assert_str_eq(error.message, "the base and the catalog were made from different models");
    cr_assert(order_has_content(base, &before));
    order_content_free(&before);
}

Test(arrange_order, models_that_differ) {
    fixture_options o = {.seed = 1, .rows = 700, .offerings = 9, .attributes = 4, .need_percent = 50};
    fixture *f = fixture_new(&o);
    fixture *g = fixture_new(&o);
    check_refused(f->base, g->catalog);
    cr_assert_null(f->base->positions);
    arrange(f->base, f->catalog, 0);
    check_refused(f->base, g->catalog);
    cr_assert_not_null(f->base->positions);
    fixture_free(f);
    fixture_free(g);
}

/* The same order for any number of threads. */
Test(arrange_order, threads) {
    fixture_options o = {.seed = 8, .rows = 5000, .offerings = 30, .attributes = 6, .need_percent = 50};
    fixture *f = fixture_new(&o);
    arrange(f->base, f->catalog, 1);
    order_content one = order_content_of(f->base);
    for (unsigned threads = 0; threads < 4; threads++) {
        fixture_build(f);
        arrange(f->base, f->catalog, threads);
        cr_assert(order_has_content(f->base, &one));
    }
    order_content_free(&one);
    fixture_free(f);
}
