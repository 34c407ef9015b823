/* Which promises are kept, worked out by hand. */
#include "fixture_csv.h"
#include "fixture_report.h"

#include <criterion/criterion.h>

static const fm_attribute attributes[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h"},
    {.name = "region", .rule = FM_RULE_COVERS},
    {.name = "uptime", .rule = FM_RULE_AT_LEAST, .unit = "%"},
};
static const fm_model_spec spec = {
    .company = "Us", .attributes = attributes, .attribute_count = 3, .percentile = 75, .min_records = 4};

#define HEADER "offering_id,attribute,nominal,dependable,records,kept_records,kept_share,state\n"

static void expect(const char *offerings, const char *history, const char *csv) {
    workspace_parts parts = parts_new(&spec, offerings, history, NULL);
    fm_report *report = NULL;
    cr_assert_eq(fm_promises(parts.catalog, &report, NULL), FM_OK);
    cr_assert_str_eq(fm_report_name(report), "promises");
    cr_assert(report_is(report, "promises", csv));
    cr_assert_eq(report_notes(report, "no delivery records"), strcmp(csv, HEADER) == 0);
    fm_report_free(report);
    parts_free(&parts);
}

Test(analysis_promises, all_states) {
    expect("offering_id,supplier,hours,region,uptime\n"
           "a,,24,North,99\n"
           "b,Them,,South,98.5\n"
           "c,,10,North,\n",
           "offering_id,attribute,value\n"
           /* Three of four keep 24, which is 75 %. */
           "a,hours,20\na,hours,24\na,hours,24 h\na,hours,30\n"
           /* Two of four keep 99. */
           "a,uptime,99\na,uptime,98\na,uptime,99.5\na,uptime,97\n"
           "b,hours,5\nb,hours,6\nb,hours,7\nb,hours,8\n"
           "b,uptime,99\nb,uptime,99\nb,uptime,99\nb,uptime,90\n"
           "c,hours,9\nc,hours,10\nc,hours,11\n",
           HEADER "a,hours,24 h,24 h,4,3,0.75,kept\n"
                  "a,uptime,99 %,98 %,4,2,0.5,broken\n"
                  "b,hours,nothing,7 h,4,,,better\n"
                  "b,uptime,98.5 %,99 %,4,3,0.75,better\n"
                  "c,hours,10 h,10 h,3,2,0.666666666666667,too few records\n");
}

Test(analysis_promises, zero_has_no_sign) {
    expect("offering_id,supplier,hours,region,uptime\na,,-0,,5\n",
           "offering_id,attribute,value\na,hours,-0\na,hours,0\na,hours,-0\na,hours,0\n",
           HEADER "a,hours,0 h,0 h,4,4,1,kept\n");
}

Test(analysis_promises, too_few_though_better_and_blank) {
    expect("offering_id,supplier,hours,region,uptime\na,,24,,\n",
           "offering_id,attribute,value\na,hours,1\na,uptime,99\n",
           HEADER "a,hours,24 h,24 h,1,1,1,too few records\n"
                  "a,uptime,nothing,nothing,1,,,too few records\n");
}

Test(analysis_promises, no_records) {
    expect("offering_id,supplier,hours,region,uptime\na,,24,,5\n", NULL, HEADER);
    expect("offering_id,supplier,hours,region,uptime\na,,24,,5\n", "offering_id,attribute,value\n", HEADER);
}

Test(analysis_promises, counts_in_the_catalog) {
    workspace_parts parts =
        parts_new(&spec, "offering_id,hours,region,uptime\na,24,North,\n",
                  "offering_id,attribute,value\na,hours,24\na,hours,25\na,uptime,1\n", NULL);
    cr_assert_eq(fm_catalog_promise(parts.catalog, 0, 0).records, 2);
    cr_assert_eq(fm_catalog_promise(parts.catalog, 0, 0).kept, 1);
    cr_assert_eq(fm_catalog_promise(parts.catalog, 0, 1).kept, 0);
    cr_assert_eq(fm_catalog_promise(parts.catalog, 0, 2).records, 1);
    cr_assert_eq(fm_catalog_promise(parts.catalog, 0, 2).kept, 0);
    parts_free(&parts);
}
