/* The ideal customer, against a plain loop over the rows and worked out by hand. */
#include "fixture_report.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const fm_attribute attributes[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h", .ask_when_blank = true},
    {.name = "uptime", .rule = FM_RULE_AT_LEAST, .unit = "%"},
    {.name = "region", .rule = FM_RULE_COVERS},
    {.name = "setup", .rule = FM_RULE_FLAG},
};
static const fm_role_column roles[] = {
    {FM_ROLE_NAME, "name", {0, 0}}, {FM_ROLE_FAVOURITE, "fav", {0, 0}}, {FM_ROLE_EXISTING, "old", {0, 0}}};
static const fm_model_spec spec = {
    .company = "Us", .attributes = attributes, .attribute_count = 4, .roles = roles, .role_count = 3};
static const char offerings[] = "offering_id,hours,uptime,region,setup\na,24,99,North|South,yes\n";

#define HEADER "customer_id,name,fav,old,hours,uptime,region,setup\n"
#define FEATURES "attribute,demand,favourites,others,log_odds,low,high\n"
#define PROSPECTS "customer_id,name,score,raised,lowered\n"

static uint64_t top;

static fm_status make(const fm_matches *matches, const fm_analysis_run *run, fm_report **out_report) {
    fm_profile_options options = {.run = *run, .top = top};
    return fm_profile(matches, &options, out_report, NULL);
}

static void expect(const char *customers, const char *features, const char *prospects, const char *note) {
    workspace_parts parts = parts_new(&spec, offerings, NULL, customers);
    fm_matches *matches = parts_match(&parts, FM_INSTRUCTION_SET_AUTO);
    fm_report *report = report_of(matches, make);
    cr_assert(report_is(report, "features", features));
    cr_assert(report_is(report, "prospects", prospects));
    cr_assert(note == NULL ? fm_report_note_count(report) == 0 : report_notes(report, note));
    fm_report_free(report);
    fm_matches_free(matches);
    cr_assert(report_is_steady(&parts, make));
    parts_free(&parts);
}

/* Rows of a kind, with their line of cells behind the id. */
static char *add(char *at, size_t count, const char *cells) {
    for (size_t i = 0; i < count; i++)
        at += sprintf(at, "f,%s\n", cells);
    return at;
}

static double log_odds(double f, double favourites, double r, double others) {
    return log((f + .5) / (favourites - f + .5)) - log((r + .5) / (others - r + .5));
}

static char *put_feature(char *at, const char *name, double f, double favourites, double r, double others) {
    double odds = log_odds(f, favourites, r, others);
    double error =
        1.96 * sqrt(1 / (f + .5) + 1 / (favourites - f + .5) + 1 / (r + .5) + 1 / (others - r + .5));
    return at + sprintf(at, "%s,%.0f,%.0f,%.4f,%.4f,%.4f\n", name, f, r, odds, odds - error, odds + error);
}

/* 20 favourites: 15 need 24 h, 10 of these North; 5 need nothing. Others: an existing one, and prospects. */
Test(analysis_profile, by_hand) {
    char customers[4096] = HEADER;
    char features[1024] = FEATURES;
    char prospects[1024] = PROSPECTS;
    char *at = add(customers + strlen(customers), 10, "F,yes,,24,,North,");
    at = add(at, 5, "F,x,yes,24 h,,,");
    at = add(at, 5, "F,1,,any,,,");
    at += sprintf(at, "old,O,no,yes,24,-0,,\n"
                      "p1,P,,,12,0,north|Mars,x\n"
                      "p2,Q,no,no,?,,,\n"
                      "p3,R,,,24,,North,\n"
                      "p2,Q,no,no,,5,,\n");
    char *f = features + strlen(features);
    f = put_feature(f, "hours,12 h", 0, 20, 1, 5);
    f = put_feature(f, "hours,24 h", 15, 20, 2, 5);
    f = put_feature(f, "uptime,0 %", 0, 20, 2, 5);
    f = put_feature(f, "uptime,5 %", 0, 20, 1, 5);
    f = put_feature(f, "region,mars", 0, 20, 1, 5);
    f = put_feature(f, "region,North", 10, 20, 2, 5);
    (void)put_feature(f, "setup,yes", 0, 20, 1, 5);
    double h12 = log_odds(0, 20, 1, 5);
    double h24 = log_odds(15, 20, 2, 5);
    double zero = log_odds(0, 20, 2, 5);
    double north = log_odds(10, 20, 2, 5);
    char *p = prospects + strlen(prospects);
    p += sprintf(p, "p3,R,%.4f,hours 24 h (%+.4f); region North (%+.4f),\n", h24 + north, h24, north);
    p += sprintf(p, "p2,Q,0.0000,,\n");
    p += sprintf(p, "p2,Q,%.4f,,uptime 5 %% (%+.4f)\n", h12, h12);
    /* All that one row of five needs weighs the same; the first of equals are named. */
    sprintf(p,
            "p1,P,%.4f,region North (%+.4f),uptime 0 %% (%+.4f); hours 12 h (%+.4f); region mars (%+.4f)\n",
            h12 + zero + h12 + north + h12, north, zero, h12, h12);
    top = 0;
    expect(customers, features, prospects, NULL);
    top = 2;
    *strstr(strstr(prospects, "0.0000"), "p2") = '\0';
    expect(customers, features, prospects, NULL);
    top = 0;
}

/* Nine distinct numbers are put into levels. Ascending: 1 2 3 4 5 6 7 8 9 of 20 x 5, 1 each else; 28 stated,
 * cuts at ranks 7, 14 and 21. */
Test(analysis_profile, levels) {
    char customers[4096] = HEADER;
    char features[1024] = FEATURES;
    char *at = add(customers + strlen(customers), 20, "F,yes,,5,99,,");
    for (int n = 1; n <= 9; n++)
        if (n != 5)
            at += sprintf(at, "p%d,,,yes,%d,9%d,,\n", n, n, n);
    char *f = features + strlen(features);
    /* 7th, 14th and 21st of 1 2 3 4 5 x 20 6 7 8 9 are all 5. */
    f = put_feature(f, "hours,<= 5 h", 20, 20, 4, 8);
    f = put_feature(f, "hours,> 5 h", 0, 20, 4, 8);
    /* Ascending 91 92 93 94 96 97 98 99 x 21: eight distinct numbers, each a feature. */
    for (int n = 1; n <= 8; n++) {
        char name[32];
        sprintf(name, "uptime,9%d %%", n);
        if (n != 5)
            f = put_feature(f, name, 0, 20, 1, 8);
    }
    (void)put_feature(f, "uptime,99 %", 20, 20, 1, 8);
    expect(customers, features, PROSPECTS, NULL);
}

Test(analysis_profile, three_cuts) {
    char customers[4096] = HEADER;
    char features[1024] = FEATURES;
    char *at = add(customers + strlen(customers), 20, "F,yes,,,,,");
    for (int n = 1; n <= 10; n++)
        at += sprintf(at, "p%d,,,yes,%d,-%d,,\n", n, n, n);
    char *f = features + strlen(features);
    /* Ranks 3, 5 and 8 of 10. */
    f = put_feature(f, "hours,<= 3 h", 0, 20, 3, 10);
    f = put_feature(f, "hours,> 3 h to 5 h", 0, 20, 2, 10);
    f = put_feature(f, "hours,> 5 h to 8 h", 0, 20, 3, 10);
    f = put_feature(f, "hours,> 8 h", 0, 20, 2, 10);
    f = put_feature(f, "uptime,<= -8 %", 0, 20, 3, 10);
    f = put_feature(f, "uptime,> -8 % to -6 %", 0, 20, 2, 10);
    f = put_feature(f, "uptime,> -6 % to -3 %", 0, 20, 3, 10);
    (void)put_feature(f, "uptime,> -3 %", 0, 20, 2, 10);
    expect(customers, features, PROSPECTS, NULL);
}

Test(analysis_profile, too_few) {
    char customers[4096] = HEADER;
    char *at = add(customers + strlen(customers), 19, "F,yes,,24,,,");
    sprintf(at, "p,,,,12,,,\n");
    expect(customers, FEATURES, PROSPECTS, "19 favourites and 1 other");
    strcpy(customers, HEADER);
    (void)add(customers + strlen(customers), 25, "F,yes,,24,,,");
    expect(customers, FEATURES, PROSPECTS, "25 favourites and 0 other");
    expect("customer_id,hours\n1,24\n", FEATURES, PROSPECTS, "no favourites are known");
}

/* Many blocks and many ties; with and without a limit. */
Test(analysis_profile, many_rows) {
    static const char *const regions[] = {"", "North", "north|East", "South|West|East", "West"};
    size_t rows = 9000;
    char *customers = malloc(rows * 64 + 128);
    char *at = customers + sprintf(customers, HEADER);
    for (size_t i = 0; i < rows; i++)
        at += sprintf(at, "%zu,,%s,%s,%zu,%s,%s,%s\n", i, i * i % 7 == 1 ? "yes" : "", i % 5 ? "" : "yes",
                      i * i % 53, i % 3 ? "99" : "", regions[i * i % 5], i % 4 ? "" : "x");
    workspace_parts parts = parts_new(&spec, offerings, NULL, customers);
    top = 0;
    cr_assert(report_is_steady(&parts, make));
    top = 777;
    cr_assert(report_is_steady(&parts, make));
    fm_matches *matches = parts_match(&parts, FM_INSTRUCTION_SET_AUTO);
    fm_report *some = report_of(matches, make);
    top = 0;
    fm_report *all = report_of(matches, make);
    cr_assert_eq(fm_report_row_count(some, 1), 777);
    char *short_list = report_csv(some, "prospects");
    char *long_list = report_csv(all, "prospects");
    cr_assert_eq(strncmp(short_list, long_list, strlen(short_list)), 0);
    free(short_list);
    free(long_list);
    fm_report_free(some);
    fm_report_free(all);
    fm_matches_free(matches);
    parts_free(&parts);
    free(customers);
}
