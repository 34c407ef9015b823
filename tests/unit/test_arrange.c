/* Blocks of likes: nothing but the time that a match takes may change when rows are put in another order. */
#include "arrange_met.h"
#include "base/order.h"
#include "fixture.h"
#include "fixture_csv.h"
#include "match/kernel.h"
#include "model/cell.h"
#include "order_checks.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const unsigned thread_counts[] = {1, 3};
#define THREAD_COUNTS (sizeof thread_counts / sizeof *thread_counts)

/* --- a catalog beside that of the fixture --- */

static void put_offer(FILE *csv, fm_rule rule, const fixture_offer *offer) {
    const char *bar = "";
    if (rule == FM_RULE_FLAG)
        (void)fprintf(csv, ",%s", offer->flag ? "yes" : "no");
    else if (rule == FM_RULE_AT_MOST || rule == FM_RULE_AT_LEAST)
        (void)(isnan(offer->nominal) ? fprintf(csv, ",") : fprintf(csv, ",%.17g", offer->nominal));
    else
        (void)fprintf(csv, ",");
    for (unsigned v = 0; v < FIXTURE_VALUES_MAX && fm__rule_is_set(rule); v++) {
        if ((offer->set >> v & 1) == 0)
            continue;
        (void)fprintf(csv, "%sv%02u", bar, v);
        bar = "|";
    }
}

/* The offerings and the delivery records of a fixture's content. */
static void put_catalog(const fixture *f, FILE *offerings, FILE *records) {
    (void)fprintf(offerings, "offering_id,supplier");
    (void)fprintf(records, "offering_id,attribute,value\n");
    for (size_t a = 0; a < f->attribute_count; a++)
        (void)fprintf(offerings, ",%s", f->attributes[a].name);
    for (size_t o = 0; o < f->offering_count; o++) {
        (void)fprintf(offerings, "\nx%zu,%s", o, f->own[o] ? "us" : "others");
        for (size_t a = 0; a < f->attribute_count; a++) {
            const fixture_offer *offer = &f->offers[o * f->attribute_count + a];
            fm_rule rule = f->attributes[a].rule;
            put_offer(offerings, rule, offer);
            bool same = offer->nominal == offer->dependable || isnan(offer->dependable);
            if ((rule == FM_RULE_AT_MOST || rule == FM_RULE_AT_LEAST) && !same)
                (void)fprintf(records, "x%zu,%s,%.17g\n", o, f->attributes[a].name, offer->dependable);
        }
    }
    (void)fprintf(offerings, "\n");
}

static fm_catalog *read_catalog(const fixture *f, const fm_model *model) {
    char *documents[2] = {NULL, NULL};
    size_t bytes;
    FILE *offerings = open_memstream(&documents[0], &bytes);
    FILE *records = open_memstream(&documents[1], &bytes);
    put_catalog(f, offerings, records);
    (void)fclose(offerings);
    (void)fclose(records);
    fm_table *offering_table = table_of(documents[0], "offerings.csv");
    fm_table *record_table = table_of(documents[1], "records.csv");
    fm_catalog *catalog = NULL;
    fm_error error = {0};
    cr_assert_eq(fm_catalog_read(model, offering_table, record_table, NULL, &catalog, &error), FM_OK, "%s",
                 error.message);
    fm_table_free(offering_table);
    fm_table_free(record_table);
    free(documents[0]);
    free(documents[1]);
    return catalog;
}

/* The same customers and another catalog of the same model: some values are others' values, some own
 * offerings are partners' and the other way round. Base and model are borrowed. */
static fixture *with_other_catalog(const fixture *f, uint64_t seed) {
    fixture *other = fixture_copy(f, f->row_count, f->offering_count);
    for (size_t i = 0; i < f->offering_count * f->attribute_count; i++) {
        size_t from = (size_t)fixture_below(&seed, f->offering_count);
        if (fixture_below(&seed, 3) == 0)
            other->offers[i] = f->offers[from * f->attribute_count + i % f->attribute_count];
    }
    for (size_t o = 1; o < f->offering_count; o++)
        other->own[o] ^= fixture_below(&seed, 5) == 0;
    other->own[0] = true;
    other->base = f->base;
    other->catalog = read_catalog(other, f->model);
    return other;
}

static void other_free(fixture *other) {
    other->base = NULL;
    fixture_free(other);
}

/* --- everything that a match says --- */

#define TEXT_BYTES 65536

typedef struct saying {
    fm_match_totals totals;
    uint64_t *unmet_rows; /* [attribute] */
    char **rows;          /* [row] all that a walk tells */
    char *tables[2];      /* whole, and of some verdicts */
} saying;

static const unsigned table_verdicts[2] = {0, 1 << FM_VERDICT_WALK_AWAY | 1 << FM_VERDICT_ASK};

/* What a walk tells about a row and an offering. */
static size_t tell_offering(fm_walk *walk, const fixture *f, size_t row, size_t offering, char *text,
                            size_t at) {
    uint32_t unmet[FM_ATTRIBUTES_MAX];
    size_t count = fm_walk_unmet(walk, row, offering, unmet);
    at += (size_t)snprintf(text + at, TEXT_BYTES - at, "; %zu misses", offering);
    for (size_t i = 0; i < count; i++)
        at += (size_t)snprintf(text + at, TEXT_BYTES - at, " %u", unmet[i]);
    at += (size_t)snprintf(text + at, TEXT_BYTES - at, "; gap ");
    at += fm_walk_gap(walk, row, offering, text + at, TEXT_BYTES - at);
    at += (size_t)snprintf(text + at, TEXT_BYTES - at, "; cells");
    for (size_t a = 0; a < f->attribute_count; a++) {
        fm_fit_cell cell = fm_walk_cell(walk, row, offering, a);
        at += (size_t)snprintf(text + at, TEXT_BYTES - at, " %d%d%d%d", (int)cell.need, (int)cell.want,
                               cell.need_met, cell.want_met);
    }
    cr_assert_lt(at, TEXT_BYTES);
    return at;
}

/* An offering to ask about, beside the one that won. */
static size_t offering_beside(const fixture *f, size_t row) {
    return row * 7 % f->offering_count;
}

static char *tell_row(fm_walk *walk, const fixture *f, size_t row) {
    static char text[TEXT_BYTES];
    fm_match_row r = fm_walk_row(walk, row);
    size_t at = (size_t)snprintf(text, TEXT_BYTES, "%d %u %u %u %u %u", (int)r.verdict, r.own, r.refer_to,
                                 r.overpromise, r.ask, r.score);
    at = tell_offering(walk, f, row, r.own, text, at);
    at = tell_offering(walk, f, row, offering_beside(f, row), text, at);
    for (size_t a = 0; a < f->attribute_count; a++) {
        for (int want = 0; want < 2; want++) {
            at += (size_t)snprintf(text + at, TEXT_BYTES - at, ";");
            at += fm_walk_demand(walk, row, a, want, text + at, TEXT_BYTES - at);
        }
    }
    cr_assert_lt(at, TEXT_BYTES);
    return strdup(text);
}

static char *table_text(const fm_matches *matches, unsigned verdicts, unsigned threads) {
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    folder_new(folder);
    fm_match_table_options options = {.verdicts = verdicts, .threads = threads};
    (void)folder_path(folder, "matches.csv", path);
    cr_assert_eq(fm_match_table_write(matches, path, &options, NULL), FM_OK);
    char *text = file_read(path);
    folder_free(folder);
    return text;
}

static fm_walk *walk_of(const fm_matches *matches) {
    fm_walk *walk = NULL;
    cr_assert_eq(fm_walk_new(matches, &walk, NULL), FM_OK);
    return walk;
}

static saying saying_of(const fixture *f) {
    saying s;
    fm_matches *matches = fixture_match(f, FM_INSTRUCTION_SET_AUTO, 1);
    fm_walk *walk = walk_of(matches);
    s.totals = *fm_matches_totals(matches);
    s.unmet_rows = calloc(f->attribute_count, sizeof *s.unmet_rows);
    for (size_t a = 0; a < f->attribute_count; a++)
        s.unmet_rows[a] = fm_matches_unmet_rows(matches, a);
    s.rows = calloc(f->row_count, sizeof *s.rows);
    for (size_t row = 0; row < f->row_count; row++)
        s.rows[row] = tell_row(walk, f, row);
    for (size_t i = 0; i < 2; i++)
        s.tables[i] = table_text(matches, table_verdicts[i], 1);
    fm_walk_free(walk);
    fm_matches_free(matches);
    return s;
}

static void saying_free(saying *s, const fixture *f) {
    for (size_t row = 0; row < f->row_count; row++)
        free(s->rows[row]);
    free(s->rows);
    free(s->unmet_rows);
    free(s->tables[0]);
    free(s->tables[1]);
}

/* --- and that it says the same of an arranged base --- */

static void check_cell(fm_walk *walk, const fixture *f, size_t row, size_t offering, size_t attribute) {
    const fixture_demand *need = fixture_demand_of(f, row, attribute, false);
    const fixture_demand *want = fixture_demand_of(f, row, attribute, true);
    fm_fit_cell cell = fm_walk_cell(walk, row, offering, attribute);
    cr_assert(cell.need == need->state && cell.want == want->state &&
                  cell.need_met == fixture_meets(f, offering, false, attribute, need) &&
                  cell.want_met == fixture_meets(f, offering, false, attribute, want),
              "row %zu offering %zu attribute %zu", row, offering, attribute);
}

static void check_plain(fm_walk *walk, const fixture *f, size_t row, const fixture_row *expected) {
    fm_match_row found = fm_walk_row(walk, row);
    const fm_match_row *e = &expected->match;
    cr_assert(fixture_same_row(&found, e), "row %zu: %d %u %u %u %u %u instead of %d %u %u %u %u %u", row,
              found.verdict, found.own, found.refer_to, found.overpromise, found.ask, found.score, e->verdict,
              e->own, e->refer_to, e->overpromise, e->ask, e->score);
    uint32_t unmet[FM_ATTRIBUTES_MAX];
    size_t count = fm_walk_unmet(walk, row, e->own, unmet);
    size_t missed = 0;
    for (size_t a = 0; a < f->attribute_count; a++) {
        check_cell(walk, f, row, e->own, a);
        check_cell(walk, f, row, offering_beside(f, row), a);
        if (!fixture_meets(f, e->own, false, a, fixture_demand_of(f, row, a, false)))
            cr_assert(missed < count && unmet[missed++] == a, "row %zu attribute %zu", row, a);
    }
    cr_assert_eq(count, missed, "row %zu", row);
}

/* Rows in the order in which they stand, which is fast, and some in another. */
static void check_walks(const fm_matches *matches, const fixture *f, const fixture_row *expected,
                        const saying *before) {
    fm_walk *walk = walk_of(matches);
    for (size_t at = 0; at < f->row_count; at++) {
        size_t row = (size_t)fm__base_row_at(f->base, at);
        char *text = tell_row(walk, f, row);
        cr_assert_str_eq(text, before->rows[row], "row %zu", row);
        free(text);
        check_plain(walk, f, row, &expected[row]);
    }
    for (size_t row = 0; row < f->row_count; row += 1 + f->row_count / 97)
        check_plain(walk, f, row, &expected[row]);
    fm_walk_free(walk);
}

static void check_rows(const fm_matches *matches, const fixture *f, const fixture_row *expected) {
    fm_walk *walk = walk_of(matches);
    for (size_t at = 0; at < f->row_count; at++) {
        size_t row = (size_t)fm__base_row_at(f->base, at);
        fm_match_row found = fm_walk_row(walk, row);
        if (!fixture_same_row(&found, &expected[row].match))
            cr_assert_fail("row %zu at %zu", row, at);
    }
    fm_walk_free(walk);
}

static void check_totals(const fm_matches *matches, const fixture *f, const saying *before) {
    cr_assert_eq(memcmp(fm_matches_totals(matches), &before->totals, sizeof before->totals), 0);
    for (size_t a = 0; a < f->attribute_count; a++)
        cr_assert_eq(fm_matches_unmet_rows(matches, a), before->unmet_rows[a], "attribute %zu", a);
}

/* Rows and money by verdict are those of the whole match, and nothing else is counted. */
static void check_verdicts_only(const fixture *f, fm_instruction_set set, unsigned threads,
                                const saying *before) {
    fm_match_options options = {.threads = threads, .instruction_set = set, .verdicts_only = true};
    fm_match_totals expected = before->totals;
    fm_matches *matches = NULL;
    expected.overpromised_rows = 0;
    cr_assert_eq(fm_match(f->base, f->catalog, &options, &matches, NULL), FM_OK);
    cr_assert_eq(memcmp(fm_matches_totals(matches), &expected, sizeof expected), 0);
    for (size_t a = 0; a < f->attribute_count; a++)
        cr_assert_eq(fm_matches_unmet_rows(matches, a), 0);
    fm_matches_free(matches);
}

static void check_tables(const fm_matches *matches, unsigned threads, const saying *before) {
    for (size_t i = 0; i < 2; i++) {
        char *text = table_text(matches, table_verdicts[i], threads);
        cr_assert(strcmp(text, before->tables[i]) == 0, "table %zu, %u threads", i, threads);
        free(text);
    }
}

/* Every instruction set and number of threads. */
static void check_everywhere(const fixture *f, const fixture_row *expected, const saying *before) {
    for (int set = FM_INSTRUCTION_SET_AUTO; set < FM_INSTRUCTION_SET_COUNT; set++) {
        if (!fm_instruction_set_supported((fm_instruction_set)set))
            continue;
        for (size_t t = 0; t < THREAD_COUNTS; t++) {
            fm_matches *matches = fixture_match(f, (fm_instruction_set)set, thread_counts[t]);
            check_totals(matches, f, before);
            check_verdicts_only(f, (fm_instruction_set)set, thread_counts[t], before);
            if (set == FM_INSTRUCTION_SET_AUTO)
                check_tables(matches, thread_counts[t], before);
            if (set == FM_INSTRUCTION_SET_AUTO && t == 0)
                check_walks(matches, f, expected, before);
            else if (t == 0)
                check_rows(matches, f, expected);
            fm_matches_free(matches);
        }
    }
}

/* Less than that, for bases that were arranged again. */
static void check_again(const fixture *f, const fixture_row *expected, const saying *before) {
    fm_matches *matches = fixture_match(f, FM_INSTRUCTION_SET_AUTO, 3);
    check_totals(matches, f, before);
    check_rows(matches, f, expected);
    check_tables(matches, 3, before);
    fm_matches_free(matches);
}

/* --- shapes --- */

static void arrange(fm_base *base, const fm_catalog *catalog, unsigned threads) {
    fm_error error = {0};
    cr_assert_eq(fm_base_arrange(base, catalog, threads, &error), FM_OK, "%s", error.message);
}

/* Takes the fixture over: arranged by its catalog, by that again, and by another one. */
static void check_fixture(arrange_met *m, fixture *f, uint64_t seed) {
    fixture *g = with_other_catalog(f, seed);
    fixture_row *f_rows = fixture_expect(f);
    fixture_row *g_rows = fixture_expect(g);
    saying f_before = saying_of(f);
    saying g_before = saying_of(g);
    order_content before = order_content_of(f->base);
    check_verdicts_only(f, FM_INSTRUCTION_SET_AUTO, 1, &f_before);
    arrange(f->base, f->catalog, thread_counts[seed % 2]);
    order_check_places(f->base, FM__WINDOW_ROWS);
    order_check_ranges(f->base);
    order_check_unsort(f->base, &before);
    arrange_note_paths(m, f);
    arrange_note_paths(m, g);
    check_everywhere(f, f_rows, &f_before);
    check_again(g, g_rows, &g_before);
    arrange(f->base, f->catalog, 3);
    order_check_places(f->base, FM__WINDOW_ROWS);
    check_again(f, f_rows, &f_before);
    arrange(f->base, g->catalog, 1);
    order_check_places(f->base, FM__WINDOW_ROWS);
    order_check_ranges(f->base);
    order_check_unsort(f->base, &before);
    check_everywhere(g, g_rows, &g_before);
    check_again(f, f_rows, &f_before);
    order_content_free(&before);
    saying_free(&f_before, f);
    saying_free(&g_before, g);
    free(f_rows);
    free(g_rows);
    other_free(g);
    fixture_free(f);
}

/* Has the rows of a fixture from some row on repeat the demands of its first few. */
static void repeat_rows(fixture *f, size_t from, size_t distinct) {
    size_t cells = f->attribute_count;
    for (size_t row = from; row < f->row_count; row++) {
        memcpy(f->needs + row * cells, f->needs + row % distinct * cells, cells * sizeof *f->needs);
        memcpy(f->wants + row * cells, f->wants + row % distinct * cells, cells * sizeof *f->wants);
    }
    fixture_build(f);
}

static const size_t row_counts[] = {1, 2, 63, 511, 512, 513, 1024, 1025, 1536, 2100, 6000};
#define ROW_COUNTS (sizeof row_counts / sizeof *row_counts)

Test(arrange, random_shapes) {
    arrange_met m = {0};
    for (uint64_t seed = 0; seed < 3 * ROW_COUNTS; seed++) {
        fixture_options o = {
            .seed = seed,
            .rows = row_counts[seed % ROW_COUNTS],
            .offerings = seed % 5 == 0 ? 200 - seed : 1 + seed * 2,
            .attributes = 1 + seed % 12,
            .need_percent = 10 + 15 * (unsigned)(seed % 5),
            .want_percent = 10 * (unsigned)(seed % 6),
            .unasked_percent = seed % 3 == 0 ? 0 : 8,
            .records_percent = 40,
            .partner_percent = seed % 4 == 0 ? 0 : 40,
            .twin_percent = 15,
            .weight_max = seed % 2 ? 5 : FM_WEIGHT_MAX,
            .values = 3 + (unsigned)(seed % 40),
            .ease = (unsigned)(seed % 3),
            .money = seed % 3 != 1,
        };
        if (o.rows > 3000)
            o.offerings = o.offerings % 40 + 1;
        check_fixture(&m, fixture_new(&o), seed);
    }
    cr_assert(m.common && m.between && m.few && m.many && m.full_keys && m.constant && m.open);
}

/* Few different rows, so that blocks are of one kind or two and own offerings are ruled out in bulk. */
Test(arrange, few_different_rows) {
    static const size_t distinct[] = {1, 2, 3, 5, 9, 20, 60, 150};
    arrange_met m = {0};
    for (uint64_t seed = 0; seed < 24; seed++) {
        fixture_options o = {
            .seed = 100 + seed,
            .rows = 600 + seed * 53 % 1400,
            .offerings = 24 + seed * 29 % 150,
            .attributes = 2 + seed % 9,
            .rules = seed % 4 == 1 ? 1 << FM_RULE_AT_MOST | 1 << FM_RULE_AT_LEAST : 0,
            .need_percent = 60 + (unsigned)(seed % 3) * 15,
            .want_percent = seed % 3 == 0 ? 0 : 50,
            .unasked_percent = 5,
            .records_percent = 50,
            .partner_percent = seed % 2 ? 0 : 35,
            .twin_percent = 20,
            .weight_max = seed % 3 ? 3 : 40,
            .values = seed % 2 ? 6 : 30,
            .money = seed % 2,
        };
        fixture *f = fixture_new(&o);
        repeat_rows(f, 0, distinct[seed % (sizeof distinct / sizeof *distinct)]);
        check_fixture(&m, f, seed);
    }
    cr_assert(m.common && m.bounded && m.pruned && m.late_winner && m.beaten);
    cr_assert(m.ruled_out[0] && m.ruled_out[1] && m.ruled_out[2]);
    cr_assert(m.constant && m.open && m.nothing_open && m.several && m.few && m.many);
    cr_assert(m.one_set[FM__METHOD_TABLE] && m.unasked_nowhere);
}

/* More own offerings than a vector has bits: sets of places are several of the longest vectors. So many
 * attributes that few of so many offerings fit anybody. */
Test(arrange, many_own_offerings) {
    static const size_t offerings[] = {512, 513, 640, 1024};
    arrange_met m = {0};
    for (uint64_t seed = 0; seed < 6; seed++) {
        fixture_options o = {
            .seed = 200 + seed,
            .rows = seed % 2 ? 1025 : 600,
            .offerings = offerings[seed % 4],
            .attributes = 10 + seed,
            .need_percent = 95,
            .want_percent = 20,
            .records_percent = 30,
            .partner_percent = seed == 3 ? 20 : 0,
            .weight_max = 6,
            .values = seed < 4 ? 50 : 7,
        };
        fixture *f = fixture_new(&o);
        repeat_rows(f, 0, 1 + seed * 11);
        check_fixture(&m, f, seed);
    }
    cr_assert(m.common && m.bounded && m.vectors && m.pruned && m.late_winner && m.last_winner && m.beaten);
}

/* Many offerings, little difference between them, all rules: who is ruled out is ruled out rightly. */
Test(arrange, offerings_that_another_beats) {
    arrange_met m = {0};
    size_t beaten = 0;
    for (uint64_t seed = 0; seed < 24; seed++) {
        fixture_options o = {
            .seed = 900 + seed,
            .rows = 1100,
            .offerings = 120 + seed,
            .attributes = 8 + seed % 5,
            .need_percent = 95,
            .want_percent = 10,
            .weight_max = seed % 2 ? 9 : 40,
            .values = 4 + (unsigned)(seed % 5),
        };
        if (seed % 3 == 1)
            o.rules = 1 << FM_RULE_AT_MOST | 1 << FM_RULE_AT_LEAST;
        if (seed % 3 == 2)
            o.rules = 1 << FM_RULE_COVERS | 1 << FM_RULE_ANY_OF | 1 << FM_RULE_NONE_OF;
        fixture *f = fixture_new(&o);
        repeat_rows(f, 0, 20 + seed * 30);
        m.beaten = false;
        check_fixture(&m, f, seed);
        beaten += m.beaten;
    }
    cr_assert_gt(beaten, 8, "only %zu", beaten);
}

/* Blocks in which a set column has one demand, or some that miss alike, in columns with so many demands
 * elsewhere that they are matched by rows of patterns. */
Test(arrange, blocks_of_one_set) {
    arrange_met m = {0};
    for (uint64_t seed = 0; seed < 9; seed++) {
        static const fm_rule rules[] = {FM_RULE_COVERS, FM_RULE_ANY_OF, FM_RULE_NONE_OF};
        fixture_options o = {
            .seed = 300 + seed,
            .rows = 3500,
            .offerings = 30 + seed * 5,
            .attributes = 3 + seed % 2,
            .rules = 1U << rules[seed % 3],
            .values = FIXTURE_VALUES_MAX,
            .need_percent = 99,
            .want_percent = seed % 2 ? 30 : 0,
            .partner_percent = 20,
            .weight_max = 3,
        };
        fixture *f = fixture_new(&o);
        /* Half of the values are what nobody offers, or everybody, so that many demands miss alike; of the
         * others offerings have few. */
        uint64_t upper = ~(uint64_t)UINT32_MAX;
        for (size_t i = 0; i < f->offering_count * f->attribute_count; i++) {
            uint64_t thin = f->offers[i].set & fixture_random(&o.seed) & ~upper;
            f->offers[i].set = rules[seed % 3] == FM_RULE_NONE_OF ? f->offers[i].set | upper : thin;
        }
        repeat_rows(f, 2300, 1 + seed / 3);
        check_fixture(&m, f, seed);
    }
    cr_assert(m.one_set[FM__METHOD_ROWS] && m.alike_sets[FM__METHOD_ROWS]);
    cr_assert(m.bounded && m.pruned && m.constant && m.open && m.several);
}

/* Nothing to tell rows apart by. */
Test(arrange, nothing_stated) {
    arrange_met m = {0};
    fixture_options o = {.rows = 700, .offerings = 3, .attributes = 4, .money = true};
    check_fixture(&m, fixture_new(&o), 1);
    o.unasked_percent = 50;
    check_fixture(&m, fixture_new(&o), 2);
}

/* A base from which every row was set aside. */
Test(arrange, no_rows) {
    static const fm_attribute one[] = {{.name = "hours", .rule = FM_RULE_AT_MOST}};
    static const fm_model_spec spec = {.attributes = one, .attribute_count = 1};
    workspace_parts p = parts_new(&spec, "offering_id,hours\na,1\n", NULL, "customer_id,hours\n1,x\n");
    fm_matches *matches = NULL;
    arrange(p.base, p.catalog, 2);
    arrange(p.base, p.catalog, 1);
    cr_assert_eq(fm_match(p.base, p.catalog, NULL, &matches, NULL), FM_OK);
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        cr_assert_eq(fm_matches_totals(matches)->rows[v], 0);
    char *text = table_text(matches, 0, 2);
    cr_assert_str_eq(text, "customer_id,verdict,offering_id,score,unmet,gap,refer_to,refer_supplier,"
                           "overpromise,ask\n");
    free(text);
    fm_matches_free(matches);
    parts_free(&p);
}
