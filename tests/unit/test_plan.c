/* The compiled catalog: which planes an offering is made of, and who competes with whom. */
#include "fixture.h"
#include "fixture_csv.h"
#include "match/plan.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static fm__plan *plan_of(const fm_base *base, const fm_catalog *catalog) {
    fm__plan *plan = NULL;
    cr_assert_eq(fm__plan_new(base, catalog, &plan, NULL), FM_OK);
    return plan;
}

static bool somebody_misses(const fixture *f, size_t offering, bool nominal, size_t attribute, bool want) {
    for (size_t row = 0; row < f->row_count; row++)
        if (!fixture_meets(f, offering, nominal, attribute, fixture_demand_of(f, row, attribute, want)))
            return true;
    return false;
}

/* The terms of one side of a variant are the attributes that somebody misses there, in model order. */
static uint32_t check_terms(const fixture *f, const fm__variant *variant, bool nominal, bool want) {
    const fm__term *terms = want ? variant->wants : variant->needs;
    uint32_t count = want ? variant->want_count : variant->need_count;
    uint32_t at = 0;
    uint32_t sum = 0;
    for (size_t a = 0; a < f->attribute_count; a++) {
        uint32_t plane = fm__variant_plane(variant, a, want);
        if (!somebody_misses(f, variant->offering, nominal, a, want)) {
            cr_assert_eq(plane, FM__PLANE_ZERO, "offering %u attribute %zu", variant->offering, a);
            continue;
        }
        cr_assert_lt(at, count);
        cr_assert_eq(terms[at].attribute, a);
        cr_assert_eq(terms[at].weight, f->attributes[a].weight);
        cr_assert_eq(terms[at].plane, plane);
        cr_assert_neq(plane, FM__PLANE_ZERO);
        sum += terms[at++].weight;
    }
    cr_assert_eq(at, count, "offering %u", variant->offering);
    return sum;
}

/* Variants that miss the same rows on an attribute share a plane, where the rule is a number or a flag. */
static void check_sharing(const fixture *f, const fm__plan *plan, size_t a, bool want) {
    fm_rule rule = f->attributes[a].rule;
    if (rule != FM_RULE_AT_MOST && rule != FM_RULE_AT_LEAST && rule != FM_RULE_FLAG)
        return;
    for (size_t v = 0; v < plan->variant_count; v++) {
        for (size_t u = 0; u < v; u++) {
            bool same = true;
            for (size_t row = 0; row < f->row_count && same; row++) {
                const fixture_demand *d = fixture_demand_of(f, row, a, want);
                same = fixture_meets(f, plan->variants[v].offering, v >= f->offering_count, a, d) ==
                       fixture_meets(f, plan->variants[u].offering, u >= f->offering_count, a, d);
            }
            bool shared = fm__variant_plane(&plan->variants[v], a, want) ==
                          fm__variant_plane(&plan->variants[u], a, want);
            cr_assert_eq(shared, same, "attribute %zu variants %zu and %zu", a, v, u);
        }
    }
}

static bool promises_other(const fixture *f, size_t offering) {
    for (size_t a = 0; a < f->attribute_count; a++) {
        const fixture_offer *offer = &f->offers[offering * f->attribute_count + a];
        bool numeric = f->attributes[a].rule == FM_RULE_AT_MOST || f->attributes[a].rule == FM_RULE_AT_LEAST;
        bool blank = offer->nominal != offer->nominal && offer->dependable != offer->dependable;
        if (numeric && !blank && !(offer->nominal == offer->dependable))
            return true;
    }
    return false;
}

static void check_contest(const fm__contest *contest, const uint32_t *offerings, uint32_t count) {
    cr_assert_eq(contest->count, count);
    for (uint32_t i = 0; i < count; i++)
        cr_assert_eq(contest->variants[i]->offering, offerings[i]);
    for (uint32_t place = 0; place < contest->place_words * 64; place++)
        cr_assert_eq(contest->places[place / 64] >> (place % 64) & 1, place < count);
}

/* Whether a row's demand that `a` does not meet is never met by `b`. */
static bool is_as_good(const fixture *f, uint32_t a, uint32_t b, bool nominal) {
    for (size_t row = 0; row < f->row_count; row++)
        for (size_t attribute = 0; attribute < f->attribute_count; attribute++)
            for (int want = 0; want < 2; want++) {
                const fixture_demand *d = fixture_demand_of(f, row, attribute, want);
                if (!fixture_meets(f, a, nominal, attribute, d) && fixture_meets(f, b, nominal, attribute, d))
                    return false;
            }
    return true;
}

/* Leaves those out that come behind one which is as good. */
static uint32_t drop_dominated(const fixture *f, uint32_t *offerings, uint32_t count, bool nominal) {
    uint32_t all[64];
    uint32_t kept = 0;
    memcpy(all, offerings, count * sizeof *all);
    for (uint32_t i = 0; i < count; i++) {
        bool dominated = false;
        for (uint32_t j = 0; j < i; j++)
            dominated |= is_as_good(f, all[j], all[i], nominal);
        offerings[kept] = all[i];
        kept += !dominated;
    }
    return kept;
}

static void check_contests(const fixture *f, const fm__plan *plan) {
    uint32_t lists[3][64];
    uint32_t counts[3] = {0};
    cr_assert_leq(f->offering_count, 64);
    for (uint32_t o = 0; o < f->offering_count; o++) {
        unsigned kind = f->own[o] ? 0 : 1;
        lists[kind][counts[kind]++] = o;
        if (f->own[o] && promises_other(f, o))
            lists[2][counts[2]++] = o;
    }
    cr_assert_eq(plan->variant_count, f->offering_count + counts[2]);
    for (unsigned kind = 0; kind < 3; kind++)
        counts[kind] = drop_dominated(f, lists[kind], counts[kind], kind == 2);
    check_contest(&plan->own, lists[0], counts[0]);
    check_contest(&plan->partners, lists[1], counts[1]);
    check_contest(&plan->nominal, lists[2], counts[2]);
}

Test(plan, random) {
    for (uint64_t seed = 1; seed <= 60; seed++) {
        fixture_options o = {
            .seed = seed,
            .rows = 1 + seed * 7 % 90,
            .offerings = 1 + seed % 40,
            .attributes = 1 + seed % 9,
            .need_percent = 30,
            .want_percent = 20,
            .unasked_percent = 5,
            .records_percent = 15,
            .partner_percent = 40,
            .weight_max = FM_WEIGHT_MAX,
            .ease = 3,
        };
        fixture *f = fixture_new(&o);
        fm__plan *plan = plan_of(f->base, f->catalog);
        uint32_t most_need = 0;
        uint32_t most_want = 0;
        check_contests(f, plan);
        for (size_t v = 0; v < plan->variant_count; v++) {
            uint32_t need = check_terms(f, &plan->variants[v], v >= f->offering_count, false);
            uint32_t want = check_terms(f, &plan->variants[v], v >= f->offering_count, true);
            most_need = need > most_need ? need : most_need;
            most_want = want > most_want ? want : most_want;
        }
        cr_assert_eq(plan->needs.sum_slices, fm__slice_count(most_need));
        cr_assert_eq(plan->wants.sum_slices, fm__slice_count(most_want));
        for (size_t a = 0; a < f->attribute_count; a++) {
            check_sharing(f, plan, a, false);
            check_sharing(f, plan, a, true);
        }
        fm__plan_free(plan);
        fixture_free(f);
    }
}

static const fm_attribute three[] = {
    {.name = "price", .rule = FM_RULE_AT_MOST, .ask_when_blank = true},
    {.name = "region", .rule = FM_RULE_COVERS, .ask_when_blank = true},
    {.name = "flag", .rule = FM_RULE_FLAG, .ask_when_blank = true},
};
static const fm_model_spec spec = {.attributes = three, .attribute_count = 3, .company = "us"};

static void expect_order(const fm__plan *plan, size_t place, const uint16_t *expected) {
    for (size_t i = 0; i < plan->unasked_count; i++) {
        const fm__group *group =
            &plan->groups[plan->unasked[plan->ask_order[place * plan->unasked_count + i]]];
        cr_assert_eq(group->attribute, expected[i], "place %zu, question %zu", place, i);
    }
}

/* Risks of `a`: price 1 of 2, region 1 of 3, flag 2 of 2; of `b`: 0, 2 of 3, 0; ties go by model order. */
Test(plan, questions_by_risk) {
    workspace_parts p =
        parts_new(&spec, "offering_id,supplier,price,region,flag\na,,10,x,no\nt,them,1,x,yes\nb,,1,y,yes\n",
                  NULL, "customer_id,price,region,flag\n1,10,x,\n2,5,,x\n3,,y,x\n4,,x|x,no\n5,,,no\n");
    fm__plan *plan = plan_of(p.base, p.catalog);
    cr_assert_eq(plan->unasked_count, 3);
    cr_assert_eq(plan->own.count, 2);
    expect_order(plan, 0, (const uint16_t[]){2, 0, 1});
    expect_order(plan, 1, (const uint16_t[]){1, 0, 2});
    fm__plan_free(plan);
    parts_free(&p);
}

/* An attribute that nobody states has no risk, so that it comes after one with any. */
Test(plan, questions_that_nobody_answers) {
    workspace_parts p = parts_new(&spec, "offering_id,price,region,flag\na,,,no\n", NULL,
                                  "customer_id,price,region,flag\n1,,?,\n2,?,,x\n3,?,?,\n");
    fm__plan *plan = plan_of(p.base, p.catalog);
    expect_order(plan, 0, (const uint16_t[]){2, 0, 1});
    fm__plan_free(plan);
    parts_free(&p);
}

Test(plan, nothing_stated_costs_nothing) {
    fm_attribute quiet[] = {{.name = "price", .rule = FM_RULE_AT_MOST},
                            {.name = "region", .rule = FM_RULE_COVERS}};
    fm_model_spec silent = {.attributes = quiet, .attribute_count = 2};
    workspace_parts p =
        parts_new(&silent, "offering_id,price,region\na,1,x\n", NULL, "customer_id,price\n1,any\n2,\n");
    fm__plan *plan = plan_of(p.base, p.catalog);
    cr_assert_eq(plan->group_count, 0);
    cr_assert_eq(plan->plane_count, 1);
    cr_assert(plan->needs.sum_slices == 0 && plan->wants.sum_slices == 0 && plan->stated.sum_slices == 0);
    cr_assert_null(fm__plan_group(plan, 0, false));
    cr_assert_null(fm__plan_group(plan, 1, true));
    fm__plan_free(plan);
    parts_free(&p);
}

Test(plan, models_must_be_the_same) {
    workspace_parts p = parts_new(&spec, "offering_id,price,region,flag\na,,,no\n", NULL, "customer_id\n1\n");
    workspace_parts q = parts_new(&spec, "offering_id,price,region,flag\na,,,no\n", NULL, "customer_id\n1\n");
    fm__plan *plan = (fm__plan *)&p;
    fm_error error = {0};
    cr_assert_eq(fm__plan_new(p.base, q.catalog, &plan, &error), FM_ERROR_ARGUMENT);
    cr_assert_eq(plan, (fm__plan *)&p, "the output is untouched");
    cr_assert_str_eq(error.message, "the base and the catalog were made from different models");
    parts_free(&p);
    parts_free(&q);
}
