/* What a match says about a whole base. */
#include "base/base.h"
#include "fixture.h"
#include "fixture_csv.h"
#include "support/text.h"

#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static const unsigned thread_counts[] = {1, 2, 3, 7};
#define THREAD_COUNTS (sizeof thread_counts / sizeof *thread_counts)

/* 113 bits hold these sums of doubles exactly. */
__extension__ typedef __float128 wide;

/* Sums as they are defined: without rounding but at the end. */
static fm_match_totals plain_totals(const fixture *f, const fixture_row *rows) {
    fm_match_totals totals = {0};
    wide money[FM_VERDICT_COUNT] = {0};
    wide expected[FM_VERDICT_COUNT] = {0};
    for (size_t row = 0; row < f->row_count; row++) {
        fm_verdict verdict = rows[row].match.verdict;
        totals.rows[verdict]++;
        totals.overpromised_rows += rows[row].match.overpromise != FM_NONE;
        if (f->values == NULL || isnan(f->values[row]))
            continue;
        money[verdict] += (wide)f->values[row];
        if (f->stages[row] > 0)
            expected[verdict] += (wide)(f->values[row] * (fixture_stages[f->stages[row] - 1].percent / 100));
    }
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
        totals.money[v] = (double)money[v];
        totals.expected[v] = (double)expected[v];
    }
    return totals;
}

static void check_totals(const fm_match_totals *a, const fm_match_totals *b) {
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
        cr_assert_eq(a->rows[v], b->rows[v], "verdict %zu", v);
        cr_assert_eq(memcmp(&a->money[v], &b->money[v], sizeof(double)), 0, "verdict %zu: %a, %a", v,
                     a->money[v], b->money[v]);
        cr_assert_eq(memcmp(&a->expected[v], &b->expected[v], sizeof(double)), 0, "verdict %zu", v);
    }
    cr_assert_eq(a->overpromised_rows, b->overpromised_rows);
}

static uint64_t plain_unmet(const fixture *f, const fixture_row *rows, size_t attribute) {
    uint64_t unmet = 0;
    for (size_t row = 0; row < f->row_count; row++)
        unmet += !fixture_meets(f, rows[row].match.own, false, attribute,
                                fixture_demand_of(f, row, attribute, false));
    return unmet;
}

/* Every number of threads and every instruction set gives the sums of the plain definition, to the bit. */
static void check_everywhere(const fixture_options *options) {
    fixture *f = fixture_new(options);
    fixture_row *rows = fixture_expect(f);
    fm_match_totals expected = plain_totals(f, rows);
    for (int set = FM_INSTRUCTION_SET_AUTO; set < FM_INSTRUCTION_SET_COUNT; set++) {
        if (!fm_instruction_set_supported((fm_instruction_set)set))
            continue;
        for (size_t t = 0; t < THREAD_COUNTS; t++) {
            fm_matches *matches = fixture_match(f, (fm_instruction_set)set, thread_counts[t]);
            check_totals(fm_matches_totals(matches), &expected);
            for (size_t a = 0; a < f->attribute_count; a++)
                cr_assert_eq(fm_matches_unmet_rows(matches, a), plain_unmet(f, rows, a), "attribute %zu", a);
            fm_instruction_set used = fm_matches_instruction_set(matches);
            cr_assert_eq(used, set == FM_INSTRUCTION_SET_AUTO ? fm_instruction_set_best()
                                                              : (fm_instruction_set)set);
            fm_matches_free(matches);
        }
    }
    free(rows);
    fixture_free(f);
}

static const fixture_options usual = {
    .rows = 1000,
    .offerings = 12,
    .attributes = 7,
    .need_percent = 35,
    .want_percent = 20,
    .unasked_percent = 5,
    .records_percent = 40,
    .partner_percent = 50,
    .weight_max = 7,
    .ease = 2,
    .money = true,
};

Test(matches, totals) {
    static const size_t sizes[] = {1, 512, 513, 8192, 8193, 20000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        fixture_options o = usual;
        o.seed = i + 1;
        o.rows = sizes[i];
        check_everywhere(&o);
    }
}

/* More rows than a segment of the base has: money is read across the seam. */
Test(matches, totals_of_several_segments) {
    fixture_options o = usual;
    o.seed = 9;
    o.rows = FM__SEGMENT_ROWS_MAX + 1300;
    o.offerings = 3;
    o.attributes = 3;
    check_everywhere(&o);
}

Test(matches, totals_without_money) {
    fixture_options o = usual;
    o.seed = 10;
    o.money = false;
    check_everywhere(&o);
    fixture *f = fixture_new(&o);
    fm_matches *matches = fixture_match(f, FM_INSTRUCTION_SET_AUTO, 0);
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        cr_assert(fm_matches_totals(matches)->money[v] == 0 && fm_matches_totals(matches)->expected[v] == 0);
    cr_assert_not(fm_base_has_value(f->base));
    fm_matches_free(matches);
    fixture_free(f);
}

/* --- demands that nobody meets --- */

typedef struct unmet_demands {
    size_t count;
    size_t last_attribute;
    uint64_t last_rows;
    uint64_t rows[64];     /* [attribute] */
    uint64_t distinct[64]; /* [attribute] */
} unmet_demands;

static void note_demand(void *context, size_t attribute, fm_text demand, uint64_t rows) {
    unmet_demands *u = context;
    cr_assert_gt(demand.length, 0);
    cr_assert_gt(rows, 0);
    bool next = u->count == 0 || attribute > u->last_attribute;
    cr_assert(next || (attribute == u->last_attribute && rows <= u->last_rows), "attribute %zu", attribute);
    u->count++;
    u->last_attribute = attribute;
    u->last_rows = rows;
    u->rows[attribute] += rows;
    u->distinct[attribute]++;
}

static bool anybody_meets(const fixture *f, size_t attribute, const fixture_demand *d) {
    for (size_t o = 0; o < f->offering_count; o++)
        if (fixture_meets(f, o, false, attribute, d))
            return true;
    return false;
}

static bool same_demand(fm_rule rule, const fixture_demand *a, const fixture_demand *b) {
    if (a->state != FM_DEMAND_STATED || b->state != FM_DEMAND_STATED)
        return false;
    if (rule == FM_RULE_FLAG)
        return true;
    if (rule == FM_RULE_AT_MOST || rule == FM_RULE_AT_LEAST)
        return memcmp(&a->number, &b->number, sizeof(double)) == 0;
    return a->set == b->set;
}

static void check_nobody_meets(const fixture *f, const unmet_demands *u, size_t a) {
    uint64_t rows = 0;
    uint64_t distinct = 0;
    for (size_t row = 0; row < f->row_count; row++) {
        const fixture_demand *d = fixture_demand_of(f, row, a, false);
        if (d->state != FM_DEMAND_STATED || anybody_meets(f, a, d))
            continue;
        rows++;
        bool known = false;
        for (size_t before = 0; before < row && !known; before++)
            known = same_demand(f->attributes[a].rule, d, fixture_demand_of(f, before, a, false));
        distinct += !known;
    }
    cr_assert_eq(u->rows[a], rows, "attribute %zu", a);
    cr_assert_eq(u->distinct[a], distinct, "attribute %zu", a);
}

Test(matches, demands_nobody_meets) {
    for (uint64_t seed = 1; seed <= 40; seed++) {
        fixture_options o = usual;
        o.seed = seed;
        o.rows = 300;
        o.offerings = 1 + seed % 5;
        o.attributes = 12;
        o.values = seed % 3 ? 9 : 30;
        o.partner_percent = 30;
        fixture *f = fixture_new(&o);
        fm_matches *matches = fixture_match(f, FM_INSTRUCTION_SET_AUTO, 1);
        unmet_demands u = {0};
        cr_assert_eq(fm_matches_demands_nobody_meets(matches, note_demand, &u, NULL), FM_OK);
        for (size_t a = 0; a < f->attribute_count; a++)
            check_nobody_meets(f, &u, a);
        fm_matches_free(matches);
        fixture_free(f);
    }
}

static void add_demand(void *context, size_t attribute, fm_text demand, uint64_t rows) {
    char *text = context;
    (void)sprintf(text + strlen(text), "%zu %.*s %d\n", attribute, (int)demand.length, demand.bytes,
                  (int)rows);
}

/* By rows, then from the loosest; with as many offered sets as make two words of patterns. */
Test(matches, demands_nobody_meets_in_words) {
    static const fm_attribute two[] = {{.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h"},
                                       {.name = "region", .rule = FM_RULE_COVERS}};
    static const fm_model_spec spec = {.attributes = two, .attribute_count = 2};
    char offerings[4000] = "offering_id,hours,region\n";
    char customers[4000] =
        "customer_id,hours,region\n1,23,Mars|r1\n2,5,r1|r2\n3,24,r3\n4,5 h,MARS|R1\n5,1,x\n6,23.5,r1\n";
    for (int i = 0; i < 70; i++)
        (void)sprintf(offerings + strlen(offerings), "o%d,%d,R%d\n", i, 24 + i, i);
    for (int i = 0; i < 70; i++) /* so that each region tells offerings apart */
        (void)sprintf(customers + strlen(customers), "c%d,,r%d\n", i, i);
    workspace_parts p = parts_new(&spec, offerings, NULL, customers);
    fm_matches *matches = NULL;
    char text[1000] = "";
    cr_assert_eq(fm_match(p.base, p.catalog, NULL, &matches, NULL), FM_OK);
    cr_assert_eq(fm_matches_demands_nobody_meets(matches, add_demand, text, NULL), FM_OK);
    cr_assert_str_eq(text, "0 5 h 2\n0 23.5 h 1\n0 23 h 1\n0 1 h 1\n1 mars|R1 2\n1 R1|R2 1\n1 x 1\n");
    fm_matches_free(matches);
    parts_free(&p);
}

/* --- failures --- */

Test(matches, arguments) {
    fixture_options o = usual;
    o.rows = 10;
    fixture *f = fixture_new(&o);
    fixture *g = fixture_new(&o);
    fm_matches *untouched = (fm_matches *)&o;
    fm_matches *matches = untouched;
    fm_error error = {0};
    cr_assert_eq(fm_match(f->base, g->catalog, NULL, &matches, &error), FM_ERROR_ARGUMENT);
    cr_assert_str_eq(error.message, "the base and the catalog were made from different models");
    for (int set = -1; set <= FM_INSTRUCTION_SET_COUNT; set++) {
        fm_match_options options = {.instruction_set = (fm_instruction_set)set};
        if (set >= 0 && set < FM_INSTRUCTION_SET_COUNT &&
            fm_instruction_set_supported((fm_instruction_set)set))
            continue;
        cr_assert_eq(fm_match(f->base, f->catalog, &options, &matches, &error), FM_ERROR_ARGUMENT);
        cr_assert_str_eq(error.message, "this machine does not have that instruction set");
    }
    cr_assert_eq(matches, untouched);
    fm_matches_free(NULL);
    fixture_free(f);
    fixture_free(g);
}

typedef struct steps {
    unsigned count;
    unsigned stop_at; /* 0: never */
    uint64_t last;
    uint64_t rows;
    pthread_t caller;
    bool wrong; /* called from elsewhere, or with numbers that make no sense */
} steps;

static bool note_step(void *context, fm_phase phase, uint64_t done, uint64_t total) {
    steps *s = context;
    s->wrong |= phase != FM_PHASE_MATCH || total != s->rows || done > total || done < s->last ||
                !pthread_equal(s->caller, pthread_self());
    s->last = done;
    return ++s->count != s->stop_at;
}

Test(matches, progress_and_cancelling) {
    fixture_options o = usual;
    o.rows = 30000;
    o.attributes = 2;
    fixture *f = fixture_new(&o);
    for (size_t t = 0; t < THREAD_COUNTS; t++) {
        for (unsigned stop_at = 0; stop_at < 5; stop_at++) {
            steps s = {.stop_at = stop_at, .rows = f->row_count, .caller = pthread_self()};
            fm_progress progress = {note_step, &s};
            fm_match_options options = {.threads = thread_counts[t], .progress = &progress};
            fm_matches *untouched = (fm_matches *)&s;
            fm_matches *matches = untouched;
            fm_error error = {0};
            fm_status status = fm_match(f->base, f->catalog, &options, &matches, &error);
            /* With several threads the caller's own may have had less to do than it takes to be asked. */
            bool stopped = stop_at > 0 && s.count >= stop_at;
            cr_assert(stopped || stop_at == 0 || thread_counts[t] > 1);
            cr_assert_eq(status, stopped ? FM_ERROR_CANCELLED : FM_OK);
            cr_assert_eq(stopped, matches == untouched);
            cr_assert_eq(error.status, stopped ? FM_ERROR_CANCELLED : FM_OK);
            cr_assert(!s.wrong && (!stopped || s.count == stop_at));
            if (thread_counts[t] == 1 && !stopped)
                cr_assert(s.count == 4 && s.last == f->row_count, "a step for each of the four tiles");
            if (!stopped)
                fm_matches_free(matches);
        }
    }
    fixture_free(f);
}

Test(matches, names) {
    static const char *const verdicts[FM_VERDICT_COUNT] = {"fit", "ask", "refer", "walk_away"};
    for (int v = 0; v < FM_VERDICT_COUNT; v++)
        cr_assert_str_eq(fm_verdict_name((fm_verdict)v), verdicts[v]);
    cr_assert_geq(fm_thread_count_default(), 1);
}

/* A base from which every row was set aside. */
Test(matches, no_rows) {
    static const fm_attribute one[] = {{.name = "hours", .rule = FM_RULE_AT_MOST}};
    static const fm_model_spec spec = {.attributes = one, .attribute_count = 1};
    workspace_parts p = parts_new(&spec, "offering_id,hours\na,1\n", NULL, "customer_id,hours\n1,x\n");
    fm_matches *matches = NULL;
    fm_walk *walk = NULL;
    cr_assert_eq(fm_match(p.base, p.catalog, NULL, &matches, NULL), FM_OK);
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        cr_assert_eq(fm_matches_totals(matches)->rows[v], 0);
    cr_assert_eq(fm_matches_demands_nobody_meets(matches, add_demand, NULL, NULL), FM_OK);
    cr_assert_eq(fm_walk_new(matches, &walk, NULL), FM_OK);
    fm_walk_free(walk);
    fm_matches_free(matches);
    parts_free(&p);
}
