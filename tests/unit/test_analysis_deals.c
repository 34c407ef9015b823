/* What owners offer to whom, worked out by hand. */
#include "fixture_report.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static const fm_attribute attributes[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h"},
    {.name = "region", .rule = FM_RULE_COVERS},
};
static const fm_role_column roles[] = {
    {FM_ROLE_OWNER, "owner", {0, 0}}, {FM_ROLE_OFFERED, "offered", {0, 0}}, {FM_ROLE_VALUE, "value", {0, 0}}};
static const fm_model_spec spec = {.company = "Us",
                                   .attributes = attributes,
                                   .attribute_count = 2,
                                   .roles = roles,
                                   .role_count = 3,
                                   .min_records = 2};

/* `a` promises 24 h and delivers 48. `twin` promises the same, comes later, and so never wins on promises. */
static const char offerings[] = "offering_id,supplier,hours,region\n"
                                "a,,24,North\n"
                                "twin,Us,24,North\n"
                                "slow,,72,North|South\n"
                                "them,Them,10,South\n";
static const char history[] = "offering_id,attribute,value\n"
                              "a,hours,48\na,hours,48\ntwin,hours,48\ntwin,hours,50\n";

#define OWNERS                                                                                          \
    "owner,deals,fits,overpromises,does_not_fit,referrals,unknown,money,fits_money,overpromises_money," \
    "does_not_fit_money,referrals_money\n"
#define DEALS "customer_id,owner,offered,state,value,unmet,fitting\n"

static fm_status make(const fm_matches *matches, const fm_analysis_run *run, fm_report **out_report) {
    return fm_deals(matches, run, out_report, NULL);
}

static void expect(const fm_model_spec *model, const char *customers, const char *owners, const char *deals,
                   const char *note) {
    workspace_parts parts = parts_new(model, offerings, history, customers);
    fm_matches *matches = parts_match(&parts, FM_INSTRUCTION_SET_AUTO);
    fm_report *report = report_of(matches, make);
    cr_assert(report_is(report, "owners", owners));
    cr_assert(report_is(report, "deals", deals));
    cr_assert(note == NULL ? fm_report_note_count(report) == 0 : report_notes(report, note));
    fm_report_free(report);
    fm_matches_free(matches);
    cr_assert(report_is_steady(&parts, make));
    parts_free(&parts);
}

Test(analysis_deals, all_states) {
    expect(&spec,
           "customer_id,owner,offered,value,hours,region\n"
           "1,Zoe,a,100,48,North\n"     /* kept */
           "2, Zoe ,a,10.5,24,North\n"  /* promised only; nothing fits */
           "3,Al,twin,1,30,North\n"     /* the same, on a variant that never wins */
           "4,Al,slow,,80,South\n"      /* fits */
           "5,Al,slow,7,12,South\n"     /* misses hours on both; the partner fits */
           "6,,them,5,12,South\n"       /* referral */
           "7,Cy,nobody,3,,\n"          /* no such offering */
           "8,Cy,  ,1000,,\n"           /* no deal */
           "8,Zoe, a,4,1,South|East\n", /* misses both */
           OWNERS "Zoe,3,1,1,1,0,0,114.5,100,10.5,4,0\n"
                  "Al,3,1,1,1,0,0,8,0,1,7,0\n"
                  ",1,0,0,0,1,0,5,0,0,0,5\n"
                  "Cy,1,0,0,0,0,1,3,0,0,0,0\n",
           DEALS "2, Zoe ,a,overpromises,10.5,hours,\n"
                 "3,Al,twin,overpromises,1,hours,\n"
                 "5,Al,slow,does_not_fit,7,hours,them\n"
                 "8,Zoe, a,does_not_fit,4,hours;region,\n",
           NULL);
}

Test(analysis_deals, most_deals_first_then_first_appearance) {
    expect(&spec,
           "customer_id,owner,offered,value,hours,region\n"
           "1,B,slow,1,,\n2,A,slow,,,\n3,C,slow,1,,\n4,C,slow,1e300,,\n5,A,slow,-1,,\n6,A,slow,2,,\n",
           OWNERS "A,2,2,0,0,0,0,2,2,0,0,0\n"
                  "C,2,2,0,0,0,0,1e+300,1e+300,0,0,0\n"
                  "B,1,1,0,0,0,0,1,1,0,0,0\n",
           DEALS, NULL);
}

Test(analysis_deals, what_fits_instead) {
    expect(&spec, "customer_id,owner,offered,value,hours,region\n1,B,a,,60,South\n2,B,a,,72,North|South\n",
           OWNERS "B,2,0,0,2,0,0,0,0,0,0,0\n",
           DEALS "1,B,a,does_not_fit,,region,them\n2,B,a,does_not_fit,,region,slow\n", NULL);
}

Test(analysis_deals, columns_that_are_missing) {
    fm_model_spec model = spec;
    expect(&spec, "customer_id,owner,value,hours,region\n1,B,1,,\n", OWNERS, DEALS, "no deals are known");
    expect(&spec, "customer_id,offered,hours,region\n1,a,24,\n2,slow,,\n", OWNERS ",2,1,1,0,0,0,,,,,\n",
           DEALS "1,,a,overpromises,,hours,them\n", "counted together");
    expect(&spec, "customer_id,offered,value,hours,region\n1,,5,24,\n", OWNERS ",0,0,0,0,0,0,0,0,0,0,0\n",
           DEALS, "counted together");
    expect(&spec, "customer_id,owner,offered,value,hours,region\n1,X,,5,24,\n", OWNERS, DEALS, NULL);
    model.role_count = 0;
    expect(&model, "customer_id,owner,offered,hours,region\n1,a,a,24,\n", OWNERS, DEALS, "names no column");
}

/* Many blocks, so that threads have something to share. */
Test(analysis_deals, many_rows) {
    static const char *const offered[] = {"a", "twin", "slow", "them", "x", ""};
    size_t rows = 9000;
    char *customers = malloc(rows * 64 + 64);
    char *at = customers + sprintf(customers, "customer_id,owner,offered,value,hours,region\n");
    for (size_t i = 0; i < rows; i++)
        at += sprintf(at, "%zu,o%zu,%s,%zu.1,%zu,%s\n", i, i * i % 37, offered[i * 7 % 6], i % 911,
                      i * 11 % 90, i % 3 == 0 ? "South" : "North");
    workspace_parts parts = parts_new(&spec, offerings, history, customers);
    cr_assert(report_is_steady(&parts, make));
    parts_free(&parts);
    free(customers);
}
