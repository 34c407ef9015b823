/* Customers in parts and without their texts: counted the same as all at once, to the last bit. */
#include "fixture_coffee.h"
#include "tables/csv.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const fm_attribute attributes[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h", .ask_when_blank = true},
    {.name = "region", .rule = FM_RULE_COVERS},
    {.name = "install", .rule = FM_RULE_FLAG},
};
static const fm_stage stages[] = {{"early", 10, {0, 0}}, {"late", 90, {0, 0}}};
static const fm_role_column roles[] = {
    {FM_ROLE_NAME, "name", {0, 0}},           {FM_ROLE_VALUE, "money", {0, 0}},
    {FM_ROLE_STAGE, "stage", {0, 0}},         {FM_ROLE_OWNER, "owner", {0, 0}},
    {FM_ROLE_FAVOURITE, "favourite", {0, 0}}, {FM_ROLE_EXISTING, "favourite", {0, 0}},
    {FM_ROLE_OFFERED, "offered", {0, 0}},     {FM_ROLE_SINCE, "since", {0, 0}},
};
static const fm_model_spec spec = {.attributes = attributes,
                                   .attribute_count = 3,
                                   .stages = stages,
                                   .stage_count = 2,
                                   .roles = roles,
                                   .role_count = 8};
static const char offerings[] = "offering_id,supplier,hours,region,install\n"
                                "a,,24,N|S,no\nb,,48,N,yes\nt,Them,1,N|S|W,yes\n";

/* All kinds of money; in the middle and at the end long runs of rows that cannot be read. */
static const char *customers(void) {
    static char text[1 << 18];
    static const char *const money[] = {"0.1", "1e15", "", "-0", "0.3", "1e-300", "1e16", "7"};
    static const char *const bad[] = {"x,,,,,,", ",perhaps,,,,,", ",,,soon,,,", ",,,,,,perhaps",
                                      ",,,,never,,"};
    size_t used = (size_t)sprintf(text, "customer_id,note,money,favourite,hours,since,region,install,stage,"
                                        "owner,name,offered\n");
    for (unsigned i = 0; i < 1300; i++)
        if ((i >= 500 && i < 1000) || i >= 1200)
            used += (size_t)sprintf(text + used, "r%u,\"a \"\"note\"\"\",%s,,x,,\n", i, bad[i % 5]);
        else
            used += (size_t)sprintf(text + used, "c%u,n,%s,%s,%s,%s,%s,%s,%s,o%u,\"N, %u\",%s\n", i,
                                    money[i * 7 % 8], i % 9 ? "" : "yes", i % 6 ? "30" : "",
                                    i % 4 ? "" : "2026-01-31", i % 5 ? "N|S" : "W", i % 3 ? "" : "x",
                                    i % 7 == 0   ? ""
                                    : i % 2 == 0 ? "Early"
                                                 : "late",
                                    i % 11, i, i % 10 ? "" : "a");
    return text;
}

/* What is said of the rows that are set aside. */
typedef struct aside {
    uint64_t count;
    char text[1 << 17];
    size_t used;
} aside;

static fm_status note(void *context, const fm_reject *reject, fm_error *error) {
    aside *to = context;
    (void)error;
    to->count++;
    to->used += (size_t)snprintf(to->text + to->used, sizeof to->text - to->used, "%u:%u %.*s: %.*s\n",
                                 (unsigned)reject->line, (unsigned)reject->column, (int)reject->reason.length,
                                 reject->reason.bytes, (int)reject->record.length, reject->record.bytes);
    cr_assert_lt(to->used, sizeof to->text);
    return FM_OK;
}

/* All cells of all tables, numbers to the last bit. */
static char *text_of(fm_report *report) {
    char *text = calloc(1, 1);
    size_t used = 0;
    for (size_t t = 0; t < fm_report_table_count(report); t++)
        for (uint64_t row = 0; row < fm_report_row_count(report, t); row++) {
            fm_cell cells[16];
            cr_assert_eq(fm_report_row(report, t, row, cells, NULL), FM_OK);
            for (size_t c = 0; c < fm_report_column_count(report, t); c++) {
                text = realloc(text, used + cells[c].text.length + 100);
                cr_assert_not_null(text);
                used += (size_t)sprintf(text + used, "%s%.*s,%u,%d,%a\n", cells[c].is_null ? "-" : "",
                                        (int)cells[c].text.length, cells[c].text.bytes,
                                        (unsigned)cells[c].count, (int)cells[c].change, cells[c].number);
            }
        }
    fm_report_free(report);
    return text;
}

/* How customers are read. */
typedef struct way {
    size_t part_bytes;
    size_t window_bytes;
    unsigned threads;
    bool without_texts;
} way;

static fm_table *open_customers(const char *document, size_t window_bytes) {
    const fm_csv_options csv = {.window_bytes = window_bytes};
    fm_table *table = NULL;
    cr_assert_eq(
        fm__table_open_csv_memory((fm_text){document, strlen(document)}, "c.csv", &csv, &table, NULL), FM_OK);
    return table;
}

/* The summary of customers read in parts; counts the parts, and those without rows. */
static char *sum_parts(const workspace_parts *p, const char *document, way how, aside *to,
                       unsigned *out_parts, unsigned *out_empty) {
    const fm_base_options options = {
        .reject = note, .context = to, .without_texts = how.without_texts, .threads = how.threads};
    const fm_match_options matching = {.no_totals = true};
    const fm_analysis_run run = {.threads = how.threads};
    fm_table *table = open_customers(document, how.window_bytes);
    fm_customers *reading = NULL;
    fm_summing *summing = NULL;
    fm_report *report = NULL;
    fm_base *base = NULL;
    *out_parts = *out_empty = 0;
    to->used = to->count = 0;
    cr_assert_eq(fm_customers_open(p->model, table, &options, NULL, &reading, NULL), FM_OK);
    cr_assert_eq(fm_summing_new(p->model, &summing, NULL), FM_OK);
    while (fm_customers_next(reading, how.part_bytes, &base, NULL) == FM_OK && base != NULL) {
        fm_matches *matches = NULL;
        cr_assert_eq(fm_match(base, p->catalog, &matching, &matches, NULL), FM_OK);
        cr_assert_eq(fm_summing_add(summing, matches, &run, NULL), FM_OK);
        ++*out_parts;
        *out_empty += fm_base_row_count(base) == 0;
        fm_matches_free(matches);
        fm_base_free(base);
        base = NULL;
    }
    fm_customers_close(reading);
    fm_table_free(table);
    cr_assert_eq(fm_summing_report(summing, &report, NULL), FM_OK);
    fm_summing_free(summing);
    return text_of(report);
}

static char *sum_whole(const workspace_parts *p, const char *document, aside *to) {
    const fm_base_options options = {.reject = note, .context = to, .threads = 1};
    fm_table *table = open_customers(document, 0);
    fm_base *base = NULL;
    fm_matches *matches = NULL;
    fm_report *report = NULL;
    to->used = to->count = 0;
    cr_assert_eq(fm_base_read(p->model, table, &options, NULL, &base, NULL), FM_OK);
    cr_assert_eq(fm_match(base, p->catalog, NULL, &matches, NULL), FM_OK);
    cr_assert_eq(fm_summary(matches, NULL, &report, NULL), FM_OK);
    char *text = text_of(report);
    fm_matches_free(matches);
    fm_base_free(base);
    fm_table_free(table);
    return text;
}

Test(summing, parts, .timeout = 120) {
    workspace_parts p = parts_new(&spec, offerings, NULL, NULL);
    static aside expected_aside, found_aside;
    char *expected = sum_whole(&p, customers(), &expected_aside);
    unsigned most_parts = 0;
    unsigned most_empty = 0;
    cr_assert_eq(expected_aside.count, 600);
    for (unsigned k = 0; k < 24; k++) {
        static const size_t part_bytes[] = {0, 1, 40000};
        way how = {part_bytes[k % 3], k / 3 % 2 ? 300 : 0, k / 6 % 2 ? 4 : 1, k >= 12};
        unsigned parts;
        unsigned empty;
        char *found = sum_parts(&p, customers(), how, &found_aside, &parts, &empty);
        cr_assert_str_eq(found, expected, "parts of %zu bytes, way %u", how.part_bytes, k);
        cr_assert_eq(found_aside.count, expected_aside.count);
        cr_assert_str_eq(found_aside.text, expected_aside.text, "way %u", k);
        cr_assert(how.part_bytes > 0 || parts == 1);
        most_parts = parts > most_parts ? parts : most_parts;
        most_empty = empty > most_empty ? empty : most_empty;
        free(found);
    }
    cr_assert_gt(most_parts, 10);
    cr_assert_gt(most_empty, 0);
    free(expected);
    parts_free(&p);
}

/* Added one by one as doubles, neither 0.6 would move the 1e16. */
Test(summing, sums_are_exact) {
    workspace_parts p = parts_new(&spec, offerings, NULL, NULL);
    static aside to;
    char wanted[40];
    unsigned parts;
    unsigned empty;
    char *found = sum_parts(&p,
                            "customer_id,money,stage,hours\n1,1e16,,24\n2,0.6,,24\n3,0.6,,24\n"
                            "4,0.1,early,24\n5,1e-300,late,24\n",
                            (way){.part_bytes = 1, .window_bytes = 20, .threads = 1}, &to, &parts, &empty);
    cr_assert_geq(parts, 2);
    (void)sprintf(wanted, "%a\n", 10000000000000002.0);
    cr_assert_not_null(strstr(found, wanted), "%s in %s", wanted, found);
    (void)sprintf(wanted, "%a\n", 1e16);
    cr_assert_null(strstr(found, wanted), "%s in %s", wanted, found);
    (void)sprintf(wanted, "%a\n", 1e-300 * 0.9);
    cr_assert_not_null(strstr(found, wanted), "%s in %s", wanted, found);
    free(found);
    parts_free(&p);
}

Test(summing, nobody) {
    workspace_parts p = parts_new(&spec, offerings, NULL, NULL);
    fm_summing *summing = NULL;
    fm_report *report = NULL;
    cr_assert_eq(fm_summing_new(p.model, &summing, NULL), FM_OK);
    cr_assert_eq(fm_summing_report(summing, &report, NULL), FM_OK);
    coffee_expect(report, "stages", "stage,verdict,rows,money,expected_money\n");
    coffee_expect(report, "totals", "rows,money,expected_money,fit_share,overpromised_rows\n0,,,0,0\n");
    fm_report_free(report);
    fm_summing_free(summing);
    fm_summing_free(NULL);
    parts_free(&p);
}

static bool stop(void *context, fm_phase phase, uint64_t done, uint64_t total) {
    (void)context;
    (void)phase;
    (void)done;
    (void)total;
    return false;
}

/* What could not be added leaves no trace. */
Test(summing, cancelled) {
    workspace_parts p = parts_new(&spec, offerings, NULL, customers());
    const fm_progress progress = {stop, NULL};
    const fm_analysis_run run = {.threads = 1, .progress = &progress};
    fm_matches *matches = NULL;
    fm_summing *summing = NULL;
    fm_report *report = NULL;
    cr_assert_eq(fm_match(p.base, p.catalog, NULL, &matches, NULL), FM_OK);
    cr_assert_eq(fm_summing_new(p.model, &summing, NULL), FM_OK);
    cr_assert_eq(fm_summing_add(summing, matches, &run, NULL), FM_ERROR_CANCELLED);
    cr_assert_eq(fm_summing_report(summing, &report, NULL), FM_OK);
    coffee_expect(report, "totals", "rows,money,expected_money,fit_share,overpromised_rows\n0,,,0,0\n");
    fm_report_free(report);
    fm_summing_free(summing);
    fm_matches_free(matches);
    parts_free(&p);
}

/* --- without texts --- */

typedef struct pair {
    workspace_parts with;
    fm_base *without;
    fm_matches *matches_with;
    fm_matches *matches_without;
    aside *aside_with;
    aside *aside_without;
} pair;

static pair pair_new(void) {
    static const char *const keep[] = {"note", "owner"};
    static aside one, other;
    pair p = {.with = parts_new(&spec, offerings, NULL, NULL), .aside_with = &one, .aside_without = &other};
    fm_base_options options = {.keep = keep, .keep_count = 2, .reject = note, .context = &one};
    fm_table *table = open_customers(customers(), 0);
    cr_assert_eq(fm_base_read(p.with.model, table, &options, NULL, &p.with.base, NULL), FM_OK);
    fm_table_free(table);
    options.without_texts = true;
    options.context = &other;
    table = open_customers(customers(), 0);
    cr_assert_eq(fm_base_read(p.with.model, table, &options, NULL, &p.without, NULL), FM_OK);
    fm_table_free(table);
    cr_assert_eq(fm_match(p.with.base, p.with.catalog, NULL, &p.matches_with, NULL), FM_OK);
    cr_assert_eq(fm_match(p.without, p.with.catalog, NULL, &p.matches_without, NULL), FM_OK);
    return p;
}

static void pair_free(pair *p) {
    fm_matches_free(p->matches_with);
    fm_matches_free(p->matches_without);
    fm_base_free(p->without);
    parts_free(&p->with);
}

Test(without_texts, the_same_customers) {
    pair p = pair_new();
    cr_assert_eq(p.aside_without->count, 600);
    cr_assert_str_eq(p.aside_without->text, p.aside_with->text);
    cr_assert_eq(fm_base_reject_count(p.without), 600);
    cr_assert_eq(fm_base_row_count(p.without), fm_base_row_count(p.with.base));
    cr_assert_eq(fm_base_column_count(p.with.base), 8);
    cr_assert_eq(fm_base_column_count(p.without), 0);
    cr_assert(fm_base_has_value(p.without));
    cr_assert_eq(fm_base_id(p.without, 0).length, 0);
    cr_assert_eq(fm_base_id(p.without, 699).length, 0);
    cr_assert_eq(fm_base_find(p.without, "c7", 0), UINT64_MAX);
    for (size_t a = 0; a < 3; a++) {
        fm_demand_count with = fm_base_demand_count(p.with.base, a, false);
        fm_demand_count without = fm_base_demand_count(p.without, a, false);
        cr_assert_eq(memcmp(with.rows, without.rows, sizeof with.rows), 0);
        cr_assert_eq(with.distinct, without.distinct);
    }
    cr_assert_eq(memcmp(fm_matches_totals(p.matches_with), fm_matches_totals(p.matches_without),
                        sizeof(fm_match_totals)),
                 0);
    pair_free(&p);
}

Test(without_texts, walk) {
    pair p = pair_new();
    fm_walk *with = NULL;
    fm_walk *without = NULL;
    cr_assert_eq(fm_walk_new(p.matches_with, &with, NULL), FM_OK);
    cr_assert_eq(fm_walk_new(p.matches_without, &without, NULL), FM_OK);
    for (uint64_t row = 0; row < fm_base_row_count(p.without); row++) {
        fm_match_row one = fm_walk_row(with, row);
        fm_match_row other = fm_walk_row(without, row);
        char gap[200];
        char other_gap[200];
        cr_assert(one.verdict == other.verdict && one.own == other.own && one.ask == other.ask);
        (void)fm_walk_gap(with, row, one.own, gap, sizeof gap);
        (void)fm_walk_gap(without, row, one.own, other_gap, sizeof other_gap);
        cr_assert_str_eq(gap, other_gap);
    }
    fm_walk_free(with);
    fm_walk_free(without);
    pair_free(&p);
}

/* A table or file of customers without ids would be of no use to anybody. */
Test(without_texts, nothing_to_write) {
    pair p = pair_new();
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    fm_error error = {0};
    folder_new(folder);
    folder_path(folder, "file", path);
    cr_assert_eq(fm_match_table_write(p.matches_without, path, NULL, &error), FM_ERROR_ARGUMENT);
    cr_assert_str_eq(error.message, "customers read without their texts have no ids to write");
    error = (fm_error){0};
    cr_assert_eq(fm_base_write(p.without, path, NULL, &error), FM_ERROR_ARGUMENT);
    cr_assert_str_eq(error.message, "customers read without their texts have no ids to write");
    cr_assert_eq(fm_base_arrange(p.without, p.with.catalog, 2, NULL), FM_OK);
    cr_assert_eq(fm_base_write(p.without, path, NULL, NULL), FM_ERROR_ARGUMENT);
    cr_assert_eq(folder_count(folder), 0);
    folder_free(folder);
    pair_free(&p);
}

/* Whatever is made of them, no analysis looks for texts that are not there. */
Test(without_texts, every_analysis) {
    pair p = pair_new();
    const char *drop = "a";
    fm_catalog *after = NULL;
    fm_report *reports[11] = {NULL};
    size_t n = 0;
    const fm_catalog_change_options change = {.drops = &drop, .drop_count = 1};
    cr_assert_eq(fm_catalog_change(p.with.catalog, &change, NULL, &after, NULL), FM_OK);
    const fm_matches *m = p.matches_without;
    const fm_segments_options segments = {.members = true};
    const fm_whatif_options whatif = {.customers = true};
    const fm_care_options care = {.today = "2026-03-31"};
    const fm_walkaway_options owner = {.owner = "o1"};
    cr_assert_eq(fm_summary(m, NULL, &reports[n++], NULL), FM_OK);
    cr_assert_eq(fm_walkaway(m, NULL, &reports[n++], NULL), FM_OK);
    cr_assert_eq(fm_walkaway(m, &owner, &reports[n++], NULL), FM_OK);
    cr_assert_eq(fm_segments(m, &segments, &reports[n++], NULL), FM_OK);
    cr_assert_eq(fm_matrix(m, NULL, &reports[n++], NULL), FM_OK);
    cr_assert_eq(fm_questions(m, NULL, &reports[n++], NULL), FM_OK);
    cr_assert_eq(fm_profile(m, NULL, &reports[n++], NULL), FM_OK);
    cr_assert_eq(fm_deals(m, NULL, &reports[n++], NULL), FM_OK);
    cr_assert_eq(fm_care(m, &care, &reports[n++], NULL), FM_OK);
    cr_assert_eq(fm_roadmap(m, NULL, &reports[n++], NULL), FM_OK);
    cr_assert_eq(fm_whatif(m, after, &whatif, &reports[n++], NULL), FM_OK);
    for (size_t i = 0; i < n; i++)
        free(text_of(reports[i]));
    fm_report *diff = NULL;
    cr_assert_eq(fm_diff(m, p.matches_with, NULL, &diff, NULL), FM_OK);
    free(text_of(diff));
    fm_catalog_free(after);
    pair_free(&p);
}
