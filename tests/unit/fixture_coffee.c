#include "fixture_coffee.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const fm_attribute attributes[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h"},
    {.name = "region", .rule = FM_RULE_COVERS},
    {.name = "training", .rule = FM_RULE_FLAG, .question = "Who makes the coffee?"},
};
static const fm_stage stages[] = {{"interest", 25, {0, 0}}, {"desire", 75, {0, 0}}};
static const fm_role_column all_roles[] = {{FM_ROLE_NAME, "name", {0, 0}},
                                           {FM_ROLE_OWNER, "owner", {0, 0}},
                                           {FM_ROLE_VALUE, "value", {0, 0}},
                                           {FM_ROLE_STAGE, "stage", {0, 0}},
                                           {FM_ROLE_EXISTING, "existing", {0, 0}}};

const char coffee_offerings[] = "offering_id,supplier,name,hours,region,training\n"
                                "basic,,Basic,48,North|South,no\n"
                                "swift,,Swift,24,North,yes\n"
                                "island,Isle,Island,12,Islands|North,yes\n";

/* Swift dependably takes 30 hours. */
const char coffee_history[] = "offering_id,attribute,value\nswift,hours,20\nswift,hours,22\nswift,hours,30\n";

const char coffee_customers[] = "customer_id,name,owner,hours,region,training,value,stage,existing\n"
                                "K1,Ann,Zoe,48,North,,100,desire,yes\n"
                                "K2,Bea,Zoe ,24,North,,200,interest,\n"
                                "K3,Cem,,12,South,x,,desire,no\n"
                                "K4,Dora,Max,24,Islands,,50,Desire,yes\n"
                                "K5,\"E, F\",Max,24,North,,400,interest,\n"
                                "K6,Gil,Zoe,48,North,?,10,desire,\n";

coffee coffee_new(const char *offerings, const char *customers, const fm_role_column *roles,
                  size_t role_count) {
    const fm_model_spec spec = {.attributes = attributes,
                                .attribute_count = 3,
                                .stages = stages,
                                .stage_count = 2,
                                .roles = roles == NULL ? all_roles : roles,
                                .role_count = roles == NULL ? 5 : role_count,
                                .percentile = 90,
                                .min_records = 3};
    bool same = offerings == coffee_offerings;
    coffee c = {.parts = parts_new(&spec, offerings, same ? coffee_history : NULL, customers)};
    cr_assert_eq(fm_match(c.parts.base, c.parts.catalog, NULL, &c.matches, NULL), FM_OK);
    return c;
}

void coffee_free(coffee *c) {
    fm_matches_free(c->matches);
    parts_free(&c->parts);
}

char *coffee_table(fm_report *report, const char *name) {
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    size_t table = fm_report_find_table(report, name);
    cr_assert_neq(table, SIZE_MAX);
    folder_new(folder);
    cr_assert_eq(fm_report_write_csv(report, table, folder_path(folder, "t.csv", path), NULL), FM_OK);
    char *content = file_read(path);
    folder_free(folder);
    return content;
}

void coffee_expect(fm_report *report, const char *name, const char *csv) {
    char *found = coffee_table(report, name);
    cr_assert_str_eq(found, csv, "%s is\n%sinstead of\n%s", name, found, csv);
    free(found);
}

bool coffee_notes(const fm_report *report, const char *text) {
    for (size_t n = 0; n < fm_report_note_count(report); n++)
        if (strstr(fm_report_note(report, n), text) != NULL)
            return true;
    return false;
}
