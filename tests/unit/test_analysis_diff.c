/* Two runs compared: ids that repeat, rows in one run only, and what is newly unmet. */
#include "fault_lines.h"
#include "fixture.h"
#include "fixture_csv.h"

#include <criterion/criterion.h>
#include <string.h>

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

Test(diff, tables) {
    fm_table *before = table_of("unmet,customer_id,verdict\n"
                                ",1,fit\nb;a,2,walk_away\nz,3,refer\n,4,ask\n,4,fit\nq,gone,refer\n",
                                "before");
    fm_table *after = table_of("customer_id,verdict,score,unmet\n"
                               "4,ask,1,\n 2 ,refer,1,c;b\n1,walk_away,1,z\n4,ask,1,\n4,fit,1,\nnew,fit,1,\n"
                               "3,refer,1,a\n",
                               "after");
    fm_report *report = NULL;
    cr_assert_eq(fm_diff_tables(before, after, NULL, &report, NULL), FM_OK);
    expect_table(
        report, "transitions",
        "fit,ask,1\nfit,walk_away,1\nask,ask,1\nrefer,refer,1\nrefer,,1\nwalk_away,refer,1\n,fit,2\n");
    expect_table(report, "attributes", "a,1,1\nc,1,0\nz,1,1\n");
    expect_table(
        report, "customers",
        " 2 ,walk_away,refer,c,a\n1,fit,walk_away,z,\n4,fit,ask,,\n4,,fit,,\nnew,,fit,,\ngone,refer,,,\n");
    fm_report_free(report);
    fm_table_free(before);
    fm_table_free(after);
}

Test(diff, faults) {
    fm_table *before = table_of("customer_id,verdict,unmeet\n1,fit,\n", "before");
    fm_table *after = table_of("customer_id,verdict,unmet\n1,fitt,\n2,ask\n", "after");
    fault_lines lines = {0};
    fm_faults faults = {.report = add_line, .context = &lines};
    fm_report *report = NULL;
    cr_assert_eq(fm_diff_tables(before, after, &faults, &report, NULL), FM_ERROR_INPUT);
    cr_assert_null(report);
    cr_assert_str_eq(lines.text, "1:1 the match table has no column `unmet`; did you mean `unmeet`?\n"
                                 "2:3 \"fitt\" is no verdict; there are fit, ask, refer and walk_away\n"
                                 "3:1 2 cells, but the header has 3 columns\n");
    fm_table_free(before);
    fm_table_free(after);
}

/* The same base twice does not differ; with another catalog verdicts differ as two walks say. Any number of
 * threads, every instruction set, arranged or not. */
Test(diff, bases) {
    for (uint64_t seed = 1; seed <= 6; seed++) {
        fixture *f = fixture_new(&(fixture_options){.seed = seed,
                                                    .rows = 3000,
                                                    .offerings = 6,
                                                    .attributes = seed % 2 ? 5 : 70,
                                                    .need_percent = seed % 2 ? 60 : 4,
                                                    .unasked_percent = 5,
                                                    .records_percent = 30,
                                                    .partner_percent = 40,
                                                    .ease = 1});
        const char *drop = "o0";
        fm_catalog *other = NULL;
        const fm_catalog_change_options change = {.drops = &drop, .drop_count = 1};
        size_t own = 0;
        for (size_t o = 1; o < f->offering_count; o++)
            own += f->own[o];
        if (own == 0 || fm_catalog_change(f->catalog, &change, NULL, &other, NULL) != FM_OK) {
            fixture_free(f);
            continue;
        }
        if (seed % 3 == 0)
            cr_assert_eq(fm_base_arrange(f->base, f->catalog, 1, NULL), FM_OK);
        for (int set = FM_INSTRUCTION_SET_SCALAR; set < FM_INSTRUCTION_SET_COUNT; set++) {
            if (!fm_instruction_set_supported((fm_instruction_set)set))
                continue;
            const fm_analysis_run how = {.threads = set % 2 ? 4 : 1};
            fm_matches *one = fixture_match(f, (fm_instruction_set)set, 1);
            fm_matches *two = NULL;
            fm_report *report = NULL;
            fm_walk *walks[2];
            fm_cell cells[5];
            cr_assert_eq(fm_match(f->base, other, NULL, &two, NULL), FM_OK);
            cr_assert_eq(fm_diff(one, one, &how, &report, NULL), FM_OK);
            cr_assert_eq(fm_report_row_count(report, 1) + fm_report_row_count(report, 2), 0);
            fm_report_free(report);
            cr_assert_eq(fm_diff(one, two, &how, &report, NULL), FM_OK);
            cr_assert_eq(fm_walk_new(one, &walks[0], NULL), FM_OK);
            cr_assert_eq(fm_walk_new(two, &walks[1], NULL), FM_OK);
            uint64_t listed = 0;
            uint64_t changes[2][70] = {{0}};
            for (size_t row = 0; row < f->row_count; row++) {
                uint32_t unmet[2][70];
                bool misses[2][70] = {{false}};
                fm_match_row rows[2];
                for (size_t w = 0; w < 2; w++) {
                    rows[w] = fm_walk_row(walks[w], row);
                    size_t count = fm_walk_unmet(walks[w], row, rows[w].own, unmet[w]);
                    for (size_t i = 0; i < count; i++)
                        misses[w][unmet[w][i]] = true;
                }
                for (size_t a = 0; a < f->attribute_count; a++) {
                    changes[0][a] += misses[1][a] && !misses[0][a];
                    changes[1][a] += misses[0][a] && !misses[1][a];
                }
                if (rows[0].verdict == rows[1].verdict)
                    continue;
                cr_assert_eq(fm_report_row(report, 2, listed++, cells, NULL), FM_OK);
                fm_text id = fm_base_id(f->base, row);
                cr_assert(cells[0].text.length == id.length &&
                          memcmp(cells[0].text.bytes, id.bytes, id.length) == 0);
            }
            cr_assert_eq(listed, fm_report_row_count(report, 2));
            uint64_t at = 0;
            for (size_t a = 0; a < f->attribute_count; a++) {
                if (changes[0][a] + changes[1][a] == 0)
                    continue;
                cr_assert_eq(fm_report_row(report, 1, at++, cells, NULL), FM_OK);
                cr_assert_eq(cells[1].count, changes[0][a]);
                cr_assert_eq(cells[2].count, changes[1][a]);
            }
            cr_assert_eq(at, fm_report_row_count(report, 1));
            fm_walk_free(walks[0]);
            fm_walk_free(walks[1]);
            fm_report_free(report);
            fm_matches_free(one);
            fm_matches_free(two);
        }
        fm_catalog_free(other);
        fixture_free(f);
    }
}
