/* Reasons of loss, the matrix, and what to ask. */
#include "fixture_coffee.h"
#include "support/hash.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The digits of a segment. */
static const char *digits(const char *unmet) {
    static char texts[8][17];
    static unsigned next;
    char *text = texts[next++ % 8];
    (void)snprintf(text, 17, "%016" PRIx64, fm__hash_bytes(unmet, strlen(unmet)));
    return text;
}

static fm_report *segments(const coffee *c, const fm_segments_options *options) {
    fm_report *report = NULL;
    cr_assert_eq(fm_segments(c->matches, options, &report, NULL), FM_OK);
    return report;
}

#define SEGMENTS "segment,unmet,rows,share,money,expected_money,partner,partner_supplier,partner_rows\n"
#define DEMANDS "segment,attribute,median,tightest,wanted\n"

Test(segments, by_hand) {
    char expected[1024];
    const char *a = digits("hours");
    const char *b = digits("hours;region");
    const char *d = digits("hours;training");
    coffee c = coffee_new(coffee_offerings, coffee_customers, NULL, 0);
    fm_report *report = segments(&c, NULL);
    (void)snprintf(expected, sizeof expected,
                   SEGMENTS
                   "%s,hours,2,0.5,600,150,island,Isle,2\n%s,hours;region,1,0.25,50,37.5,island,Isle,1\n"
                   "%s,hours;training,1,0.25,0,0,,,0\n",
                   a, b, d);
    coffee_expect(report, "segments", expected);
    (void)snprintf(expected, sizeof expected,
                   DEMANDS
                   "%s,hours,24 h,24 h,\n%s,hours,24 h,24 h,\n%s,region,,,Islands (1)\n%s,hours,12 h,12 h,\n"
                   "%s,training,,,\n",
                   a, b, b, d, d);
    coffee_expect(report, "demands", expected);
    coffee_expect(report, "members", "segment,customer_id\n");
    fm_report_free(report);
    coffee_free(&c);
}

Test(segments, members_and_least_rows) {
    char expected[512];
    const char *a = digits("hours");
    coffee c = coffee_new(coffee_offerings, coffee_customers, NULL, 0);
    fm_report *report = segments(&c, &(fm_segments_options){.members = true});
    (void)snprintf(expected, sizeof expected, "segment,customer_id\n%s,K2\n%s,K5\n%s,K4\n%s,K3\n", a, a,
                   digits("hours;region"), digits("hours;training"));
    coffee_expect(report, "members", expected);
    cr_assert_eq(fm_report_customer(report, 2, 1), 4);
    fm_report_free(report);
    report = segments(&c, &(fm_segments_options){.members = true, .min_rows = 2});
    (void)snprintf(expected, sizeof expected, SEGMENTS "%s,hours,2,0.5,600,150,island,Isle,2\n", a);
    coffee_expect(report, "segments", expected);
    (void)snprintf(expected, sizeof expected, "segment,customer_id\n%s,K2\n%s,K5\n", a, a);
    coffee_expect(report, "members", expected);
    fm_report_free(report);
    report = segments(&c, &(fm_segments_options){.min_rows = 3});
    coffee_expect(report, "segments", SEGMENTS);
    coffee_expect(report, "demands", DEMANDS);
    fm_report_free(report);
    coffee_free(&c);
}

/* The median of an even number of needs is the lower one; values of sets tie by their bytes, and the fourth
 * is left out. Partners tie in the order of their table. */
Test(segments, what_is_demanded) {
    char expected[512];
    coffee c = coffee_new(
        "offering_id,supplier,name,hours,region,training\nown,,O,90,,no\n"
        "p,P,P,40,b|c,no\nq,Q,Q,20,,no\n",
        "customer_id,hours,region\n1,40,\n2,80,\n3,20,\n4,60,\n5,,d|b\n6,,a|C\n7,,c|d\n8,,b|e\n", NULL, 0);
    fm_report *report = segments(&c, NULL);
    (void)snprintf(expected, sizeof expected, DEMANDS "%s,hours,40 h,20 h,\n%s,region,,,b (2)|c (2)|d (2)\n",
                   digits("hours"), digits("region"));
    coffee_expect(report, "demands", expected);
    fm_report_free(report);
    coffee_free(&c);
}

/* More different needs than a dictionary is counted through for few rows. */
Test(segments, few_rows_of_many_demands) {
    size_t capacity = 1 << 16;
    char *customers = malloc(capacity);
    char expected[256];
    cr_assert_not_null(customers);
    size_t used = (size_t)snprintf(customers, capacity, "customer_id,hours,region\n");
    for (int i = 0; i < 1000; i++)
        used += (size_t)snprintf(customers + used, capacity - used, "c%d,%d,\n", i, 1000 + i);
    for (int i = 0; i < 5; i++)
        used += (size_t)snprintf(customers + used, capacity - used, "d%d,%d,x\n", i, 10 + i * 10);
    coffee c =
        coffee_new("offering_id,supplier,name,hours,region,training\nown,,O,900,,no\n", customers, NULL, 0);
    fm_report *report = segments(&c, NULL);
    (void)snprintf(expected, sizeof expected, DEMANDS "%s,hours,30 h,10 h,\n%s,region,,,x (5)\n",
                   digits("hours;region"), digits("hours;region"));
    coffee_expect(report, "demands", expected);
    fm_report_free(report);
    coffee_free(&c);
    free(customers);
}

Test(matrix, by_hand) {
    coffee c = coffee_new(coffee_offerings, coffee_customers, NULL, 0);
    fm_report *report = NULL;
    cr_assert_eq(fm_matrix(c.matches, NULL, &report, NULL), FM_OK);
    coffee_expect(report, "cells",
                  "customers,reach,strategy,rows,share,money,expected_money\n"
                  "existing,served_today,manage,1,0.166666666666667,100,75\n"
                  "existing,one_away,extend,0,0,0,0\n"
                  "existing,further,extend,1,0.166666666666667,50,37.5\n"
                  "new,served_today,adapt,1,0.166666666666667,10,7.5\n"
                  "new,one_away,create,2,0.333333333333333,600,150\n"
                  "new,further,create,1,0.166666666666667,0,0\n");
    cr_assert_eq(fm_report_note_count(report), 0);
    fm_report_free(report);
    coffee_free(&c);
}

Test(matrix, without_business_columns) {
    coffee c = coffee_new(coffee_offerings, coffee_customers,
                          &(fm_role_column){FM_ROLE_ID, "customer_id", {0, 0}}, 1);
    fm_report *report = NULL;
    cr_assert_eq(fm_matrix(c.matches, NULL, &report, NULL), FM_OK);
    coffee_expect(report, "cells",
                  "customers,reach,strategy,rows,share,money,expected_money\n"
                  "existing,served_today,manage,0,0,,\nexisting,one_away,extend,0,0,,\n"
                  "existing,further,extend,0,0,,\nnew,served_today,adapt,2,0.333333333333333,,\n"
                  "new,one_away,create,2,0.333333333333333,,\nnew,further,create,2,0.333333333333333,,\n");
    cr_assert(coffee_notes(report, "`existing`"));
    fm_report_free(report);
    coffee_free(&c);
}

/* The closest offering misses two light needs, another one a heavy one alone: that is one need away. */
Test(matrix, one_away_is_about_any_offering) {
    static const fm_attribute attributes[] = {{.name = "a", .rule = FM_RULE_FLAG},
                                              {.name = "b", .rule = FM_RULE_FLAG},
                                              {.name = "c", .rule = FM_RULE_FLAG, .weight = 9}};
    const fm_model_spec spec = {.attributes = attributes, .attribute_count = 3};
    workspace_parts parts = parts_new(&spec, "offering_id,supplier,a,b,c\no,,no,no,yes\np,,yes,yes,no\n",
                                      NULL, "customer_id,a,b,c\n1,yes,yes,yes\n");
    fm_matches *matches = NULL;
    fm_report *report = NULL;
    cr_assert_eq(fm_match(parts.base, parts.catalog, NULL, &matches, NULL), FM_OK);
    cr_assert_eq(fm_matrix(matches, NULL, &report, NULL), FM_OK);
    char *cells = coffee_table(report, "cells");
    cr_assert_not_null(strstr(cells, "new,one_away,create,1,1,"), "%s", cells);
    free(cells);
    fm_report_free(report);
    fm_matches_free(matches);
    parts_free(&parts);
}

#define QUESTIONS "attribute,question,unasked_rows,hinge_rows,hinge_money,hinge_expected_money,first_rows\n"

static void expect_questions(const coffee *c, const char *csv) {
    fm_report *report = NULL;
    cr_assert_eq(fm_questions(c->matches, NULL, &report, NULL), FM_OK);
    coffee_expect(report, "questions", csv);
    fm_report_free(report);
}

Test(questions, by_hand) {
    coffee c = coffee_new(coffee_offerings, coffee_customers, NULL, 0);
    expect_questions(&c, QUESTIONS "training,Who makes the coffee?,1,1,10,7.5,1\n");
    coffee_free(&c);
}

/* Expected money decides, then money, then rows, then the order of the model; who does not hinge on anything
 * is counted as unasked. A region is missed by one of two, hours by one of three: region is asked first. */
Test(questions, order) {
    const char customers[] =
        "customer_id,hours,region,training,value,stage\n"
        "1,?,?,,100,interest\n2,48,?,,1,interest\n3,48,North,?,50,desire\n4,1,Mars,?,900,desire\n";
    coffee c = coffee_new(coffee_offerings, customers, NULL, 0);
    expect_questions(&c, QUESTIONS "training,Who makes the coffee?,2,1,50,37.5,1\nregion,,2,2,101,25.25,2\n"
                                   "hours,,1,1,100,25,0\n");
    coffee_free(&c);
    c = coffee_new(coffee_offerings, customers, &(fm_role_column){FM_ROLE_ID, "customer_id", {0, 0}}, 1);
    expect_questions(&c,
                     QUESTIONS "region,,2,2,,,2\nhours,,1,1,,,0\ntraining,Who makes the coffee?,2,1,,,1\n");
    coffee_free(&c);
}

Test(questions, nothing_is_open) {
    coffee c = coffee_new(coffee_offerings, "customer_id,hours\n1,48\n2,1\n", NULL, 0);
    expect_questions(&c, QUESTIONS);
    coffee_free(&c);
}
