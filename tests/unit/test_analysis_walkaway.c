/* Whom to walk away from. */
#include "fixture_coffee.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEADER                                                                                           \
    "customer_id,name,owner,stage,value,expected_money,verdict,offering_id,gap,refer_to,refer_supplier," \
    "overpromise\n"
#define K2 "K2,Bea,Zoe ,interest,200,50,refer,basic,\"hours needs <= 24 h, offers 48 h\",island,Isle,swift\n"
#define K3                                                                                                 \
    "K3,Cem,,desire,,,walk_away,basic,\"hours needs <= 12 h, offers 48 h; training needed, not offered\"," \
    ",,\n"
#define K4                                                                                              \
    "K4,Dora,Max,desire,50,37.5,refer,basic,\"hours needs <= 24 h, offers 48 h; region needs Islands, " \
    "offers "                                                                                           \
    "North|South\",island,Isle,\n"
#define K5 \
    "K5,\"E, F\",Max,interest,400,100,refer,basic,\"hours needs <= 24 h, offers 48 h\",island,Isle,swift\n"
#define TOTALS "verdict,rows,money,expected_money,overpromised_rows\n"
#define OWNERS "owner,rows,money,expected_money,overpromised_rows\n"

static fm_report *walkaway(const coffee *c, const fm_walkaway_options *options) {
    fm_report *report = NULL;
    fm_error error = {0};
    cr_assert_eq(fm_walkaway(c->matches, options, &report, &error), FM_OK, "%s", error.message);
    return report;
}

static void expect_rows(const coffee *c, fm_walkaway_options options, const char *rows) {
    fm_report *report = walkaway(c, &options);
    coffee_expect(report, "rows", rows);
    fm_report_free(report);
}

Test(walkaway, by_hand) {
    coffee c = coffee_new(coffee_offerings, coffee_customers, NULL, 0);
    fm_report *report = walkaway(&c, NULL);
    coffee_expect(report, "rows", HEADER K5 K2 K4 K3);
    coffee_expect(report, "totals", TOTALS "refer,3,650,187.5,2\nwalk_away,1,0,0,0\n");
    coffee_expect(report, "owners", OWNERS "Max,2,450,137.5,1\nZoe ,1,200,50,1\n,1,0,0,0\n");
    cr_assert_eq(fm_report_note_count(report), 0);
    cr_assert_eq(fm_report_customer(report, 0, 0), 4);
    cr_assert_eq(fm_report_customer(report, 0, 3), 2);
    cr_assert_eq(fm_report_customer(report, 1, 0), UINT64_MAX);
    fm_report_free(report);
    coffee_free(&c);
}

Test(walkaway, filters_hold_together) {
    coffee c = coffee_new(coffee_offerings, coffee_customers, NULL, 0);
    expect_rows(&c, (fm_walkaway_options){.stage = " DESIRE"}, HEADER K4 K3);
    expect_rows(&c, (fm_walkaway_options){.min_value = 50}, HEADER K5 K2 K4);
    expect_rows(&c, (fm_walkaway_options){.min_value = 50.01}, HEADER K5 K2);
    expect_rows(&c, (fm_walkaway_options){.reason = "training"}, HEADER K3);
    expect_rows(&c, (fm_walkaway_options){.owner = "Zoe"}, HEADER K2);
    expect_rows(&c, (fm_walkaway_options){.owner = ""}, HEADER K3);
    expect_rows(&c, (fm_walkaway_options){.owner = "zoe"}, HEADER);
    expect_rows(&c, (fm_walkaway_options){.owner = "Max", .stage = "interest"}, HEADER K5);
    expect_rows(&c, (fm_walkaway_options){.owner = "Max", .reason = "region", .min_value = 51}, HEADER);
    coffee_free(&c);
}

/* The top cuts the list off, and nothing else. */
Test(walkaway, top) {
    coffee c = coffee_new(coffee_offerings, coffee_customers, NULL, 0);
    fm_report *report = walkaway(&c, &(fm_walkaway_options){.top = 2});
    coffee_expect(report, "rows", HEADER K5 K2);
    coffee_expect(report, "totals", TOTALS "refer,3,650,187.5,2\nwalk_away,1,0,0,0\n");
    coffee_expect(report, "owners", OWNERS "Max,2,450,137.5,1\nZoe ,1,200,50,1\n,1,0,0,0\n");
    fm_report_free(report);
    expect_rows(&c, (fm_walkaway_options){.top = 4}, HEADER K5 K2 K4 K3);
    expect_rows(&c, (fm_walkaway_options){.top = UINT64_MAX}, HEADER K5 K2 K4 K3);
    coffee_free(&c);
}

static void expect_refused(const coffee *c, fm_walkaway_options options, const char *message) {
    fm_report *report = NULL;
    fm_error error = {0};
    cr_assert_eq(fm_walkaway(c->matches, &options, &report, &error), FM_ERROR_ARGUMENT);
    cr_assert_null(report);
    cr_assert_not_null(strstr(error.message, message), "%s", error.message);
    fm_error early = {0};
    cr_assert_eq(fm_walkaway_check(c->parts.model, &options, &early), FM_ERROR_ARGUMENT);
    cr_assert_str_eq(early.message, error.message);
}

Test(walkaway, wrong_options) {
    coffee c = coffee_new(coffee_offerings, coffee_customers, NULL, 0);
    expect_refused(&c, (fm_walkaway_options){.stage = "dezire"}, "desire");
    expect_refused(&c, (fm_walkaway_options){.reason = "regoin"}, "region");
    expect_refused(&c, (fm_walkaway_options){.min_value = -1}, "0 or more");
    expect_refused(&c, (fm_walkaway_options){.min_value = (double)NAN}, "0 or more");
    coffee_free(&c);
}

/* Without money, in the order of the table; without owners, none. */
Test(walkaway, without_business_columns) {
    coffee c = coffee_new(coffee_offerings, coffee_customers,
                          &(fm_role_column){FM_ROLE_ID, "customer_id", {0, 0}}, 1);
    fm_report *report = walkaway(&c, NULL);
    char *rows = coffee_table(report, "rows");
    const char *order[] = {"\nK2,,,,,,refer,", "\nK3,,,,,,walk_away,", "\nK4,,,,,,refer,",
                           "\nK5,,,,,,refer,"};
    const char *at = rows;
    for (size_t i = 0; i < 4; i++) {
        at = strstr(at, order[i]);
        cr_assert_not_null(at, "%s", rows);
    }
    free(rows);
    coffee_expect(report, "totals", TOTALS "refer,3,,,2\nwalk_away,1,,,0\n");
    coffee_expect(report, "owners", OWNERS);
    cr_assert(coffee_notes(report, "`value`"));
    cr_assert(coffee_notes(report, "`owner`"));
    fm_report_free(report);
    expect_rows(&c, (fm_walkaway_options){.min_value = 1}, HEADER);
    expect_rows(&c, (fm_walkaway_options){.stage = "desire"}, HEADER);
    expect_rows(&c, (fm_walkaway_options){.owner = "Max"}, HEADER);
    coffee_free(&c);
}

/* A name and an owner from one column. */
Test(walkaway, one_column_of_two_roles) {
    const fm_role_column roles[] = {{FM_ROLE_NAME, "owner", {0, 0}}, {FM_ROLE_OWNER, "owner", {0, 0}}};
    coffee c = coffee_new(coffee_offerings, coffee_customers, roles, 2);
    fm_report *report = walkaway(&c, &(fm_walkaway_options){.owner = "Max", .top = 1});
    char *rows = coffee_table(report, "rows");
    cr_assert_not_null(strstr(rows, "\nK4,Max,Max,"), "%s", rows);
    free(rows);
    fm_report_free(report);
    coffee_free(&c);
}

Test(walkaway, everybody_fits) {
    coffee c = coffee_new("offering_id,supplier,name,hours,region,training\na,,A,1,Islands|North|South,yes\n",
                          coffee_customers, NULL, 0);
    fm_report *report = walkaway(&c, NULL);
    coffee_expect(report, "rows", HEADER);
    coffee_expect(report, "totals", TOTALS "refer,0,0,0,0\nwalk_away,0,0,0,0\n");
    coffee_expect(report, "owners", OWNERS);
    fm_report_free(report);
    coffee_free(&c);
}

/* Ties everywhere, an id twice, minus zero, and numbers at both ends of what there is. */
Test(walkaway, ties_and_extremes) {
    coffee c = coffee_new(
        "offering_id,supplier,name,hours,region,training\na,,A,9,,no\n",
        "customer_id,owner,hours,value,stage\n"
        "b,o,8,5,desire\nb,o,8,5,desire\na,p,8,1e308,desire\nz,p,8,-0,desire\ny,o,8,1e-320,desire\n"
        "x,o,8,5,\nw,p,8,1e308,desire\n",
        NULL, 0);
    fm_report *report = walkaway(&c, NULL);
    char *rows = coffee_table(report, "rows");
    char order[16] = "";
    for (const char *at = strchr(rows, '\n'); at != NULL && at[1] != '\0'; at = strchr(at + 1, '\n'))
        strncat(order, at + 1, 1);
    cr_assert_str_eq(order, "awbbyzx");
    cr_assert_not_null(strstr(rows, "\nz,,p,desire,0,0,walk_away"), "%s", rows);
    cr_assert_not_null(strstr(rows, "\nx,,o,,5,0,walk_away"), "%s", rows);
    free(rows);
    /* The sum of the largest is beyond all numbers: there is no answer. */
    coffee_expect(report, "owners", OWNERS "p,3,,1.5e+308,0\no,4,15,7.5,0\n");
    fm_report_free(report);
    coffee_free(&c);
}

/* Some rows of a table, in any order. */
Test(walkaway, some_rows_as_csv) {
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    const uint64_t wanted[] = {2, 0};
    coffee c = coffee_new(coffee_offerings, coffee_customers, NULL, 0);
    fm_report *report = walkaway(&c, NULL);
    folder_new(folder);
    cr_assert_eq(fm_report_write_csv_rows(report, 0, wanted, 2, folder_path(folder, "some.csv", path), NULL),
                 FM_OK);
    char *content = file_read(path);
    cr_assert_str_eq(content, HEADER K4 K5);
    free(content);
    cr_assert_eq(fm_report_write_csv_rows(report, 0, NULL, 0, path, NULL), FM_OK);
    content = file_read(path);
    cr_assert_str_eq(content, HEADER);
    free(content);
    folder_free(folder);
    fm_report_free(report);
    coffee_free(&c);
}
