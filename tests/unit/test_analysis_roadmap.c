/* Changes that would win somebody: worked out by hand. */
#include "fault_lines.h"
#include "fixture.h"
#include "fixture_csv.h"
#include "support/scaled_sum.h"
#include "support/text.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const fm_attribute attributes[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h"},
    {.name = "region", .rule = FM_RULE_COVERS},
    {.name = "language", .rule = FM_RULE_ANY_OF},
    {.name = "payment", .rule = FM_RULE_NONE_OF},
    {.name = "install", .rule = FM_RULE_FLAG},
};
static const fm_role_column roles[] = {{FM_ROLE_VALUE, "money", {0, 0}}};
static const fm_model_spec spec = {
    .attributes = attributes, .attribute_count = 5, .roles = roles, .role_count = 1};

static const char offerings[] = "offering_id,supplier,hours,region,language,payment,install\n"
                                "a,,48,N,en,card|check,\n"
                                "t,Them,1,N|S,de,,yes\n";
static const char customers[] = "customer_id,money,hours,region,language,payment,install\n"
                                "1,5,24,,,,\n"
                                "2,7,-0,,,,\n"
                                "3,1,0,,,,\n"
                                "4,,,s|W,,,\n"
                                "5,2,,S,,,\n"
                                "6,3,,,DE|fr,,\n"
                                "7,4,,,fr,,\n"
                                "8,9,,,,check|cash,\n"
                                "9,8,,,,,x\n"
                                "10,100,1,S,,,\n"
                                "11,6,50,N,en,,\n";

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

static fm_report *report_of(const workspace_parts *p, const fm_roadmap_options *options,
                            fm_matches **out_matches) {
    fm_report *report = NULL;
    cr_assert_eq(fm_match(p->base, p->catalog, NULL, out_matches, NULL), FM_OK);
    cr_assert_eq(fm_roadmap(*out_matches, options, &report, NULL), FM_OK);
    return report;
}

Test(roadmap, changes) {
    workspace_parts p = parts_new(&spec, offerings, NULL, customers);
    fm_matches *matches = NULL;
    fm_report *report = report_of(&p, NULL, &matches);
    expect_table(report, "changes",
                 "a,hours,48 h,0 h,3,13,,,\n"
                 "a,region,N,N|S|w,2,2,,,\n"
                 "a,language,en,en|fr,2,7,,,\n"
                 "a,hours,48 h,24 h,1,5,,,\n"
                 "a,region,N,N|S,1,2,,,\n"
                 "a,language,en,de|en,1,3,,,\n"
                 "a,payment,card|check,card,1,9,,,\n"
                 "a,install,no,yes,1,8,,,\n");
    expect_table(report, "plan", "");
    fm_report_free(report);
    fm_matches_free(matches);
    parts_free(&p);
}

Test(roadmap, plan_by_money) {
    workspace_parts p = parts_new(&spec, offerings, NULL, customers);
    for (unsigned threads = 1; threads <= 4; threads += 3) {
        fm_matches *matches = NULL;
        fm_report *report =
            report_of(&p,
                      &(fm_roadmap_options){
                          .run = {.threads = threads}, .plan = 3, .top = 2, .by = FM_ROADMAP_BY_MONEY},
                      &matches);
        expect_table(report, "changes", "a,hours,48 h,0 h,3,13,,,\na,payment,card|check,card,1,9,,,\n");
        /* Once hours are better, the 100 of customer 10 are one change away. */
        expect_table(report, "plan",
                     "1,a,hours,48 h,0 h,3,13,,,3,13,,\n"
                     "2,a,region,N,N|S|w,3,102,,,6,115,,\n"
                     "3,a,payment,card|check,card,1,9,,,7,124,,\n");
        fm_report_free(report);
        fm_matches_free(matches);
    }
    parts_free(&p);
}

Test(roadmap, costs) {
    workspace_parts p = parts_new(&spec, offerings, NULL, customers);
    const fm_roadmap_cost costs[] = {
        {"a", "hours", fm__text("12 h"), 2},       {"a", "region", fm__text("S | n"), 4},
        {"a", "install", fm__text("yes"), 0},      {"a", "hours", fm__text("60"), 1},
        {"a", "language", fm__text("FR|en"), 0.5}, {"a", "region", fm__text("Mars"), 0},
    };
    fm_matches *matches = NULL;
    fm_report *report =
        report_of(&p, &(fm_roadmap_options){.costs = costs, .cost_count = 6, .plan = 9}, &matches);
    expect_table(report, "changes",
                 "a,install,no,yes,1,8,,0,\n"
                 "a,region,N,mars,0,0,,0,\n"
                 "a,language,en,en|fr,2,7,,0.5,4\n"
                 "a,hours,48 h,12 h,1,5,,2,0.5\n"
                 "a,region,N,N|S,1,2,,4,0.25\n"
                 "a,hours,48 h,60 h,0,0,,1,0\n");
    expect_table(report, "plan",
                 "1,a,install,no,yes,1,8,,0,1,8,,0\n"
                 "2,a,language,en,en|fr,2,7,,0.5,3,15,,0.5\n"
                 "3,a,hours,48 h,12 h,1,5,,2,4,20,,2.5\n"
                 "4,a,region,N,N|S,1,2,,4,5,22,,6.5\n");
    fm_report_free(report);
    report = NULL;
    fm_error error;
    const fm_roadmap_cost wrong = {"t", "hours", fm__text("1"), 1};
    cr_assert_eq(
        fm_roadmap(matches, &(fm_roadmap_options){.costs = &wrong, .cost_count = 1}, &report, &error),
        FM_ERROR_INPUT);
    cr_assert_null(report);
    fm_matches_free(matches);
    parts_free(&p);
}

Test(roadmap, cost_tables) {
    workspace_parts p = parts_new(&spec, offerings, NULL, NULL);
    fm_roadmap_costs *costs = NULL;
    size_t count = 0;
    fm_table *table =
        table_of("cost,value,offering,attribute,note\n1.5,S|N,a,region,x\n0,,a,hours,\n", "costs");
    cr_assert_eq(fm_roadmap_costs_read(p.catalog, table, NULL, &costs, NULL), FM_OK);
    const fm_roadmap_cost *list = fm_roadmap_costs_list(costs, &count);
    cr_assert_eq(count, 2);
    cr_assert(list[0].cost == 1.5 && strcmp(list[0].attribute, "region") == 0 && list[0].value.length == 3);
    fm_roadmap_costs_free(costs);
    fm_table_free(table);
    costs = NULL;
    fault_lines lines = {0};
    fm_faults faults = {.report = add_line, .context = &lines};
    table = table_of(
        "offering,attribute,value,cost\nb,hour,1,1\nt,hours,x,-1\na,install,maybe,\na,hours,1,z\n", "costs");
    cr_assert_eq(fm_roadmap_costs_read(p.catalog, table, &faults, &costs, NULL), FM_ERROR_INPUT);
    cr_assert_null(costs);
    cr_assert_str_eq(lines.text, "2:1 there is no offering `b`\n"
                                 "2:3 there is no attribute `hour`; did you mean `hours`?\n"
                                 "3:1 a partner's offering; costs are for your own\n"
                                 "3:9 \"x\" is not a number\n"
                                 "3:11 a cost is 0 or more\n"
                                 "4:11 \"maybe\" is neither yes nor no; write yes, no, or leave it blank\n"
                                 "4:17 the cost is blank; write 0 if there is none\n"
                                 "5:11 \"z\" is not a number\n");
    fm_table_free(table);
    parts_free(&p);
}

/* Sums of 128 bits and of any length say the same; numbers that span too much are summed at length. */
Test(scaled_sum, as_exact_sums) {
    uint64_t seed = 7;
    for (int span = 0; span < 2; span++) {
        fm__sum_scale scale = {0};
        double numbers[300];
        for (int i = 0; i < 300; i++) {
            double cents = (double)fixture_below(&seed, 100000000) / 100;
            numbers[i] = span ? ldexp(cents, (int)fixture_below(&seed, 900) - 450) : cents * (i % 3 - 1);
            fm__sum_scale_look(&scale, numbers[i]);
        }
        fm__sum_scale_settle(&scale, 300);
        cr_assert_eq(scale.fits, span == 0);
        _Alignas(16) char one[sizeof(fm__exact_sum) + 16] = {0};
        _Alignas(16) char two[sizeof(fm__exact_sum) + 16] = {0};
        fm__exact_sum exact = {0};
        for (int i = 0; i < 300; i++) {
            fm__scaled_add(&scale, i % 2 ? one : two, numbers[i]);
            fm__exact_sum_add(&exact, numbers[i]);
        }
        fm__scaled_merge(&scale, one, two);
        cr_assert(fm__scaled_round(&scale, one) == fm__exact_sum_round(&exact));
    }
}
