/* Existing customers by days since purchase, worked out by hand. */
#include "fixture_report.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static const fm_attribute attributes[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h", .ask_when_blank = true},
    {.name = "region", .rule = FM_RULE_COVERS},
};
static const fm_stage stages[] = {{"late", 50, {0, 0}}};
static const fm_role_column roles[] = {
    {FM_ROLE_NAME, "name", {0, 0}},   {FM_ROLE_OWNER, "owner", {0, 0}},
    {FM_ROLE_VALUE, "value", {0, 0}}, {FM_ROLE_STAGE, "stage", {0, 0}},
    {FM_ROLE_SINCE, "since", {0, 0}}, {FM_ROLE_EXISTING, "existing", {0, 0}},
};
static const fm_model_spec spec = {.company = "Us",
                                   .attributes = attributes,
                                   .attribute_count = 2,
                                   .stages = stages,
                                   .stage_count = 1,
                                   .roles = roles,
                                   .role_count = 6};
static const char offerings[] = "offering_id,supplier,hours,region\na,,24,North\nthem,Them,10,South\n";

#define PHASES "phase,verdict,rows,money,expected_money\n"
#define NEEDS "phase,attribute,stated_rows,unmet_rows\n"
#define CUSTOMERS "customer_id,name,owner,since,days,phase,verdict,gap\n"

static fm_status make(const fm_matches *matches, const fm_analysis_run *run, fm_report **out_report) {
    fm_care_options options = {.run = *run, .today = "2026-03-01"};
    return fm_care(matches, &options, out_report, NULL);
}

static void expect(const char *customers, const char *phases, const char *needs, const char *list,
                   const char *note) {
    workspace_parts parts = parts_new(&spec, offerings, NULL, customers);
    fm_matches *matches = parts_match(&parts, FM_INSTRUCTION_SET_AUTO);
    fm_report *report = report_of(matches, make);
    cr_assert(report_is(report, "phases", phases));
    cr_assert(report_is(report, "needs", needs));
    cr_assert(report_is(report, "customers", list));
    cr_assert(note == NULL ? fm_report_note_count(report) == 0 : report_notes(report, note));
    fm_report_free(report);
    fm_matches_free(matches);
    cr_assert(report_is_steady(&parts, make));
    parts_free(&parts);
}

Test(analysis_care, phases_and_their_bounds) {
    expect("customer_id,name,owner,value,stage,since,existing,hours,region\n"
           "1,N,O,10,late,2026-03-01,yes,24,North\n" /* 0 days */
           "2,,,20,,2026-01-30,x,24,North\n"         /* 30 */
           "3,,,,late,2026-01-29,1,12,North\n"       /* 31 */
           "4,,,1,late,2025-12-01,y,,South\n"        /* 90 */
           "5,,,1,late,2025-11-30,true,12,South\n"   /* 91 */
           "6,,,1,late,2026-03-02,yes,,\n"           /* -1 */
           "7,,,1,late,,yes,20,\n"                   /* unknown */
           "8,,,1,late,2026-01-01,no,20,\n"          /* no customer */
           "9,,,1,late,2026-01-01,,20,\n"            /* no customer */
           "1,M,,3,late, 2026-03-01 ,yes,24,South\n" /* the same id and day */
           "10,,,1,late,2020-02-29,yes,any,North\n"  /* 2192 */
           "11,,,1,late,9999-12-31,yes,any,North\n",
           PHASES "novelty,fit,2,30,5\n"
                  "novelty,refer,1,3,1.5\n"
                  "learning,refer,1,1,0.5\n"
                  "learning,walk_away,1,0,0\n"
                  "effectiveness,fit,1,1,0.5\n"
                  "effectiveness,refer,1,1,0.5\n"
                  "not_yet,fit,1,1,0.5\n"
                  "not_yet,ask,1,1,0.5\n"
                  "unknown,refer,1,1,0.5\n",
           NEEDS "novelty,hours,3,0\nnovelty,region,3,1\n"
                 "learning,hours,1,1\nlearning,region,2,1\n"
                 "effectiveness,hours,1,1\neffectiveness,region,2,1\n"
                 "not_yet,region,1,0\n"
                 "unknown,hours,1,1\n",
           CUSTOMERS "1,N,O,2026-03-01,0,novelty,fit,\n"
                     "1,M,, 2026-03-01 ,0,novelty,refer,\"region needs South, offers North\"\n"
                     "2,,,2026-01-30,30,novelty,fit,\n"
                     "3,,,2026-01-29,31,learning,walk_away,\"hours needs <= 12 h, offers 24 h\"\n"
                     "4,,,2025-12-01,90,learning,refer,\"region needs South, offers North\"\n"
                     "5,,,2025-11-30,91,effectiveness,refer,\"hours needs <= 12 h, offers 24 h; region needs "
                     "South, offers North\"\n"
                     "10,,,2020-02-29,2192,effectiveness,fit,\n"
                     "11,,,9999-12-31,-2912383,not_yet,fit,\n"
                     "6,,,2026-03-02,-1,not_yet,ask,\n"
                     "7,,,,,unknown,refer,\"hours needs <= 20 h, offers 24 h\"\n",
           NULL);
}

Test(analysis_care, columns_that_are_missing) {
    expect("customer_id,name,owner,value,stage,since,hours\n1,,,1,late,2026-02-01,24\n2,,,1,late,,24\n",
           PHASES "novelty,fit,1,1,0.5\n", NEEDS "novelty,hours,1,0\n",
           CUSTOMERS "1,,,2026-02-01,28,novelty,fit,\n", "those with a date");
    expect("customer_id,existing,hours\n1,yes,24\n2,no,24\n3,yes,?\n",
           PHASES "unknown,fit,1,,\nunknown,ask,1,,\n", NEEDS "unknown,hours,1,0\n",
           CUSTOMERS "1,,,,,unknown,fit,\n3,,,,,unknown,ask,\n", "how long ago");
    expect("customer_id,hours\n1,24\n", PHASES, NEEDS, CUSTOMERS, "no existing customers");
}

Test(analysis_care, today_must_be_a_date) {
    static const char *const wrong[] = {"", "2026-02-29", "today", "2026-1-1"};
    workspace_parts parts = parts_new(&spec, offerings, NULL, "customer_id,hours\n1,24\n");
    fm_matches *matches = parts_match(&parts, FM_INSTRUCTION_SET_AUTO);
    fm_report *report = NULL;
    fm_error error = {0};
    cr_assert_eq(fm_care(matches, NULL, &report, &error), FM_ERROR_ARGUMENT);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        fm_care_options options = {.today = wrong[i]};
        cr_assert_eq(fm_care(matches, &options, &report, &error), FM_ERROR_ARGUMENT, "%s", wrong[i]);
    }
    cr_assert_null(report);
    fm_matches_free(matches);
    parts_free(&parts);
}

Test(analysis_care, many_rows) {
    size_t rows = 9000;
    char *customers = malloc(rows * 64 + 64);
    char *at = customers + sprintf(customers, "customer_id,value,stage,since,existing,hours,region\n");
    for (size_t i = 0; i < rows; i++)
        at += sprintf(at, "%zu,%zu.3,%s,2026-%02zu-%02zu,%s,%zu,%s\n", i, i % 911, i % 3 ? "late" : "",
                      1 + i % 5, 1 + i * i % 28, i % 7 ? "yes" : "", i * 11 % 50,
                      i % 4 == 0 ? "South" : "North");
    workspace_parts parts = parts_new(&spec, offerings, NULL, customers);
    cr_assert(report_is_steady(&parts, make));
    parts_free(&parts);
    free(customers);
}
