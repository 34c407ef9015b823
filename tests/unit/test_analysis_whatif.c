/* What another catalog would change: worked out by hand, and against two matches looked at row by row. */
#include "fixture.h"
#include "fixture_csv.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const fm_attribute attributes[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h", .ask_when_blank = true},
    {.name = "region", .rule = FM_RULE_COVERS},
};
static const fm_stage stages[] = {{"early", 10, {0, 0}}, {"late", 50, {0, 0}}};
static const fm_role_column roles[] = {{FM_ROLE_VALUE, "money", {0, 0}}, {FM_ROLE_STAGE, "stage", {0, 0}}};
static const fm_model_spec spec = {.attributes = attributes,
                                   .attribute_count = 2,
                                   .stages = stages,
                                   .stage_count = 2,
                                   .roles = roles,
                                   .role_count = 2,
                                   .min_records = 1};
static const fm_model_spec poor_spec = {.attributes = attributes, .attribute_count = 2};

static const char offerings[] = "offering_id,supplier,hours,region\na,,48,N\nb,,24,S\nt,Them,12,N|S\n";
static const char history[] = "offering_id,attribute,value\na,hours,50\n";
static const char customers[] = "customer_id,hours,region,money,stage\n"
                                "1,48,N,100,late\n"
                                "1,24,N,10,early\n"
                                "2,24,N,,late\n"
                                "3,,S,7,\n"
                                "4,1,S,5,late\n";

static fm_report *report_of(const workspace_parts *p, const fm_catalog_set *sets, size_t count,
                            fm_catalog **out_after, fm_matches **out_matches) {
    fm_report *report = NULL;
    fm_whatif_options options = {.run = {.threads = 1}, .customers = true};
    fm_catalog_change_options change = {.sets = sets, .set_count = count};
    cr_assert_eq(fm_catalog_change(p->catalog, &change, NULL, out_after, NULL), FM_OK);
    cr_assert_eq(fm_match(p->base, p->catalog, NULL, out_matches, NULL), FM_OK);
    cr_assert_eq(fm_whatif(*out_matches, *out_after, &options, &report, NULL), FM_OK);
    return report;
}

/* A table as it would be written, its header left out. */
static void expect_table(fm_report *report, const char *name, const char *expected) {
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    folder_new(folder);
    folder_path(folder, "table.csv", path);
    cr_assert_eq(fm_report_write_csv(report, fm_report_find_table(report, name), path, NULL), FM_OK);
    char *content = file_read(path);
    cr_assert_str_eq(strchr(content, '\n') + 1, expected);
    free(content);
    folder_free(folder);
}

Test(whatif, by_hand) {
    workspace_parts p = parts_new(&spec, offerings, history, customers);
    const fm_catalog_set sets[] = {{"a", "hours", {"24", 2}}, {"b", "region", {"", 0}}};
    fm_catalog *after = NULL;
    fm_matches *matches = NULL;
    fm_report *report = report_of(&p, sets, 2, &after, &matches);
    expect_table(report, "verdicts",
                 "fit,0,3,3,0,110,110,0,51,51\n"
                 "ask,1,0,-1,7,0,-7,0,0,0\n"
                 "refer,3,1,-2,110,7,-103,51,0,-51\n"
                 "walk_away,1,1,0,5,5,0,2.5,2.5,0\n");
    expect_table(report, "flips",
                 "ask,refer,1,7,0\n"
                 "refer,fit,3,110,51\n");
    expect_table(report, "customers",
                 "1,refer,fit,a,a,100\n"
                 "1,refer,fit,a,a,10\n"
                 "2,refer,fit,a,a,\n"
                 "3,ask,refer,b,a,7\n");
    fm_report_free(report);
    fm_matches_free(matches);
    fm_catalog_free(after);
    parts_free(&p);
}

Test(whatif, without_money) {
    workspace_parts p = parts_new(&poor_spec, offerings, NULL, customers);
    const fm_catalog_set sets[] = {{"a", "hours", {"24", 2}}};
    fm_catalog *after = NULL;
    fm_matches *matches = NULL;
    fm_report *report = report_of(&p, sets, 1, &after, &matches);
    expect_table(report, "verdicts",
                 "fit,1,3,2,,,,,,\nask,1,1,0,,,,,,\nrefer,2,0,-2,,,,,,\nwalk_away,1,1,0,,,,,,\n");
    expect_table(report, "flips", "refer,fit,2,,\n");
    expect_table(report, "customers", "1,refer,fit,a,a,\n2,refer,fit,a,a,\n");
    fm_report_free(report);
    fm_matches_free(matches);
    fm_catalog_free(after);
    parts_free(&p);
}

Test(whatif, another_model) {
    workspace_parts p = parts_new(&spec, offerings, NULL, customers);
    workspace_parts q = parts_new(&poor_spec, offerings, NULL, NULL);
    fm_matches *matches = NULL;
    fm_report *report = NULL;
    cr_assert_eq(fm_match(p.base, p.catalog, NULL, &matches, NULL), FM_OK);
    cr_assert_eq(fm_whatif(matches, q.catalog, NULL, &report, NULL), FM_ERROR_ARGUMENT);
    cr_assert_null(report);
    fm_matches_free(matches);
    parts_free(&p);
    parts_free(&q);
}

/* What two walks say, pair by pair; the listed customers in their order. */
static void expect_as_walked(const fixture *f, const fm_catalog *after, fm_report *report,
                             fm_instruction_set set) {
    fm_matches *one = fixture_match(f, set, 1);
    fm_matches *two = NULL;
    fm_walk *before_walk = NULL;
    fm_walk *after_walk = NULL;
    uint64_t pairs[FM_VERDICT_COUNT][FM_VERDICT_COUNT] = {{0}};
    uint64_t listed = 0;
    fm_cell cells[16];
    cr_assert_eq(fm_match(f->base, after, NULL, &two, NULL), FM_OK);
    cr_assert_eq(fm_walk_new(one, &before_walk, NULL), FM_OK);
    cr_assert_eq(fm_walk_new(two, &after_walk, NULL), FM_OK);
    for (size_t row = 0; row < f->row_count; row++) {
        fm_match_row x = fm_walk_row(before_walk, row);
        fm_match_row y = fm_walk_row(after_walk, row);
        pairs[x.verdict][y.verdict]++;
        if (x.verdict == y.verdict)
            continue;
        cr_assert_lt(listed, fm_report_row_count(report, 2));
        cr_assert_eq(fm_report_row(report, 2, listed++, cells, NULL), FM_OK);
        fm_text id = fm_base_id(f->base, row);
        cr_assert(cells[0].text.length == id.length && memcmp(cells[0].text.bytes, id.bytes, id.length) == 0);
        cr_assert_eq(strncmp(cells[3].text.bytes, fm_catalog_offering(f->catalog, x.own)->id, 8), 0);
        cr_assert_eq(strncmp(cells[4].text.bytes, fm_catalog_offering(after, y.own)->id, 8), 0);
        cr_assert_eq(cells[5].is_null, isnan(f->values[row]));
        cr_assert(cells[5].is_null || cells[5].number == f->values[row]);
    }
    cr_assert_eq(listed, fm_report_row_count(report, 2));
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
        cr_assert_eq(fm_report_row(report, 0, v, cells, NULL), FM_OK);
        cr_assert_eq(cells[1].count, fm_matches_totals(one)->rows[v]);
        cr_assert_eq(cells[2].count, fm_matches_totals(two)->rows[v]);
        cr_assert(cells[4].number == fm_matches_totals(one)->money[v]);
        cr_assert(cells[5].number == fm_matches_totals(two)->money[v]);
        cr_assert(cells[7].number == fm_matches_totals(one)->expected[v]);
        cr_assert(cells[8].number == fm_matches_totals(two)->expected[v]);
    }
    uint64_t flip = 0;
    for (size_t from = 0; from < FM_VERDICT_COUNT; from++)
        for (size_t to = 0; to < FM_VERDICT_COUNT; to++) {
            if (from == to || pairs[from][to] == 0)
                continue;
            cr_assert_eq(fm_report_row(report, 1, flip++, cells, NULL), FM_OK);
            cr_assert_eq(cells[2].count, pairs[from][to]);
        }
    cr_assert_eq(flip, fm_report_row_count(report, 1));
    fm_walk_free(before_walk);
    fm_walk_free(after_walk);
    fm_matches_free(one);
    fm_matches_free(two);
}

/* Every instruction set, one thread and four, as read and arranged. */
Test(whatif, as_two_matches) {
    for (uint64_t seed = 1; seed <= 12; seed++) {
        fixture *f = fixture_new(&(fixture_options){.seed = seed,
                                                    .rows = 3000,
                                                    .offerings = 8,
                                                    .attributes = 5,
                                                    .need_percent = 60,
                                                    .want_percent = 20,
                                                    .unasked_percent = 5,
                                                    .records_percent = 20,
                                                    .partner_percent = 40,
                                                    .ease = 1,
                                                    .money = true});
        size_t own = 0;
        while (!f->own[own])
            own++;
        char id[16];
        (void)snprintf(id, sizeof id, "o%zu", own);
        fm_catalog_set sets[3];
        for (size_t a = 0; a < 3; a++) {
            static const char *const values[] = {"0.25", "0.25", "v01|v02", "v03", "", "yes"};
            const char *value = values[f->attributes[a].rule];
            sets[a] = (fm_catalog_set){id, f->attributes[a].name, {value, strlen(value)}};
        }
        fm_catalog *after = NULL;
        const fm_catalog_change_options change = {.sets = sets, .set_count = 3};
        cr_assert_eq(fm_catalog_change(f->catalog, &change, NULL, &after, NULL), FM_OK);
        for (int set = FM_INSTRUCTION_SET_SCALAR; set < FM_INSTRUCTION_SET_COUNT; set++) {
            if (!fm_instruction_set_supported((fm_instruction_set)set))
                continue;
            if (set == FM_INSTRUCTION_SET_SSE && seed % 2)
                cr_assert_eq(fm_base_arrange(f->base, f->catalog, 1, NULL), FM_OK);
            fm_matches *matches = fixture_match(f, (fm_instruction_set)set, 1);
            fm_whatif_options options = {.run = {.threads = set % 2 ? 4 : 1}, .customers = true};
            fm_report *report = NULL;
            cr_assert_eq(fm_whatif(matches, after, &options, &report, NULL), FM_OK);
            expect_as_walked(f, after, report, (fm_instruction_set)set);
            fm_report_free(report);
            fm_matches_free(matches);
        }
        fm_catalog_free(after);
        fixture_free(f);
    }
}
