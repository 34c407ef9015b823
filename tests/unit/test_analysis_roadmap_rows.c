/* Dictionaries too large to count by demand: rows are kept one by one, and come to the same. */
#include "analysis/roadmap.h"
#include "analysis/roadmap_counts.h"
#include "fixture_coffee.h"
#include "fixture_report.h"
#include "support/text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many offerings that what a thread counts has no room for a thousand demands on each of them. */
#define IDLE_OFFERINGS 3000
#define CUSTOMERS 3000

static const fm_attribute attributes[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h"},
    {.name = "region", .rule = FM_RULE_COVERS},
    {.name = "few", .rule = FM_RULE_AT_LEAST},
    {.name = "install", .rule = FM_RULE_FLAG},
    {.name = "train", .rule = FM_RULE_FLAG},
};
static const fm_stage stages[] = {{"early", 10, {0, 0}}, {"late", 90, {0, 0}}};
static const fm_role_column roles[] = {{FM_ROLE_VALUE, "money", {0, 0}}, {FM_ROLE_STAGE, "stage", {0, 0}}};
static const fm_model_spec spec = {.attributes = attributes,
                                   .attribute_count = 5,
                                   .stages = stages,
                                   .stage_count = 2,
                                   .roles = roles,
                                   .role_count = 2};

/* All customers want what the idle ones lack twice over: no change of one attribute wins anybody for those.
 */
static char *offerings(size_t idle) {
    char *text = malloc(200 + idle * 16);
    size_t used = (size_t)sprintf(text, "offering_id,supplier,hours,region,few,install,train\n"
                                        "a,,700,r1|r2|s3,3,yes,yes\nb,,900,r5|s1|s2|s3|s4,2,yes,yes\n"
                                        "c,,100,r1|r2|r3|r4|r5|r6|s1|s2|s3|s4|s5,4,yes,yes\n");
    for (size_t i = 0; i < idle; i++)
        used += (size_t)sprintf(text + used, "i%zu,,,,,,\n", i);
    return text;
}

static const char *customers(void) {
    static char text[CUSTOMERS * 64];
    size_t used = (size_t)sprintf(text, "customer_id,hours,region,few,install,train,money,stage\n");
    for (unsigned i = 0; i < CUSTOMERS; i++)
        used += (size_t)sprintf(text + used, "c%u,%u,r%u|s%u,%u,yes,yes,%u.%u,%s\n", i, i * 7919 % 1500,
                                i * 31 % 59, i * 17 % 47, i % 6, i % 1000, i % 10, i % 3 ? "early" : "late");
    return text;
}

static fm_status by_rows(const fm_matches *matches, const fm_analysis_run *run, fm_report **out_report) {
    const fm_roadmap_options options = {.run = *run, .plan = 4};
    return fm_roadmap(matches, &options, out_report, NULL);
}

static fm_status by_money(const fm_matches *matches, const fm_analysis_run *run, fm_report **out_report) {
    const fm_roadmap_options options = {.run = *run, .plan = 2, .by = FM_ROADMAP_BY_MONEY, .top = 40};
    return fm_roadmap(matches, &options, out_report, NULL);
}

static fm_status with_costs(const fm_matches *matches, const fm_analysis_run *run, fm_report **out_report) {
    const fm_roadmap_cost costs[] = {
        {"a", "hours", fm__text("40 h"), 3},
        {"c", "hours", fm__text("7"), 2},
        {"c", "region", fm__text("r1|r2|r3|r4|r5|r6|r7|r8|r9|s1|s2|s3|s4|s5|s6|s7|s8|s9"), 4},
        {"c", "few", fm__text("5"), 1}};
    const fm_roadmap_options options = {.run = *run, .plan = 4, .costs = costs, .cost_count = 4};
    return fm_roadmap(matches, &options, out_report, NULL);
}

/* Whether rows of an attribute are kept one by one. */
static bool keeps_rows(const workspace_parts *p, size_t attribute) {
    fm_matches *matches = parts_match(p, FM_INSTRUCTION_SET_SCALAR);
    const fm_roadmap_options options = {0};
    const fm_analysis_run run = {.threads = 1};
    fm__roadmap roadmap;
    fm__roadmap_counts counts;
    cr_assert_eq(fm__roadmap_init(&roadmap, matches, &options, NULL), FM_OK);
    cr_assert_eq(fm__roadmap_count(matches->plan, matches->kernel, &roadmap.weighing, &run, &counts, NULL),
                 FM_OK);
    bool keeps = counts.begins[attribute] == SIZE_MAX;
    fm__roadmap_counts_destroy(&counts);
    fm__roadmap_destroy(&roadmap);
    fm_matches_free(matches);
    return keeps;
}

static void check(report_maker *make) {
    char *few = offerings(0);
    char *many = offerings(IDLE_OFFERINGS);
    workspace_parts counted = parts_new(&spec, few, NULL, customers());
    workspace_parts kept = parts_new(&spec, many, NULL, customers());
    free(few);
    free(many);
    cr_assert(!keeps_rows(&counted, 0) && !keeps_rows(&counted, 1));
    cr_assert(keeps_rows(&kept, 0) && keeps_rows(&kept, 1) && !keeps_rows(&kept, 2));
    fm_matches *one = parts_match(&counted, FM_INSTRUCTION_SET_AUTO);
    fm_matches *other = parts_match(&kept, FM_INSTRUCTION_SET_AUTO);
    fm_report *expected = report_of(one, make);
    fm_report *found = report_of(other, make);
    for (size_t t = 0; t < 2; t++) {
        char *csv = report_csv(expected, fm_report_table_name(expected, t));
        cr_assert_gt(fm_report_row_count(expected, t), 1);
        cr_assert(report_is(found, fm_report_table_name(expected, t), csv));
        free(csv);
    }
    fm_report_free(expected);
    fm_report_free(found);
    fm_matches_free(one);
    fm_matches_free(other);
    cr_assert(report_is_steady(&kept, make));
    parts_free(&counted);
    parts_free(&kept);
}

Test(roadmap_rows, by_rows, .timeout = 120) {
    check(by_rows);
}

Test(roadmap_rows, by_money, .timeout = 120) {
    check(by_money);
}

Test(roadmap_rows, with_costs, .timeout = 120) {
    check(with_costs);
}
