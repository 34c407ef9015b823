/* Base files opened with another model than the one that they were encoded with. */
#include "fixture_csv.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const fm_attribute encoded_attributes[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h", .weight = 5, .ask_when_blank = true},
    {.name = "uptime",
     .rule = FM_RULE_AT_LEAST,
     .unit = "%",
     .want_column = "hoped",
     .want_column_given = true},
    {.name = "region", .rule = FM_RULE_COVERS},
    {.name = "language", .rule = FM_RULE_ANY_OF},
    {.name = "install", .rule = FM_RULE_FLAG},
};
static const fm_stage encoded_stages[] = {{"early", 10, {0, 0}}, {"late", 90, {0, 0}}, {"never", 0, {0, 0}}};
static const fm_role_column encoded_roles[] = {{FM_ROLE_NAME, "name", {0, 0}},
                                               {FM_ROLE_VALUE, "money", {0, 0}},
                                               {FM_ROLE_STAGE, "stage", {0, 0}},
                                               {FM_ROLE_OWNER, "owner", {0, 0}}};
static const fm_model_spec encoded = {
    .company = "Us",
    .attributes = encoded_attributes,
    .attribute_count = 5,
    .stages = encoded_stages,
    .stage_count = 3,
    .roles = encoded_roles,
    .role_count = 4,
};
static const char offerings[] = "offering_id,supplier,hours,uptime,region,language,install\n"
                                "a,Us,24,99.5,North|South,de|en,yes\n"
                                "b,,72 h,99,North,en,no\n"
                                "c,Them,12,99.9,Islands|North|South,de|en|fr,yes\n";
static const char customers[] = "customer_id,name,money,stage,hours,hoped,uptime,region,install,note\n"
                                "1,Ann,10,early,24 h,99.9,,north|South,x,n1\n"
                                "2,\"Bob, B\",20,late,50,,99,Islands,,n2\n"
                                "3,Cy,5,,,99,98,any,no,n3\n"
                                "4,Di,x,,1,,,,,broken\n"
                                "1,Ed,7.5,early,90,,,,yes,n5\n"
                                "6,Flo,1,late,?,100,,Mars,yes,\n";

static char folder[FOLDER_BYTES];
static char path[PATH_BYTES];
static char table_path[PATH_BYTES];

static void set_up(void) {
    static const char *const keep[] = {"note"};
    fm_model *model = NULL;
    fm_base *base = NULL;
    folder_new(folder);
    folder_path(folder, "customers.fmb", path);
    folder_path(folder, "table", table_path);
    cr_assert_eq(fm_model_new(&encoded, NULL, &model, NULL), FM_OK);
    fm_table *table = table_of(customers, "customers.csv");
    fm_base_options options = {.keep = keep, .keep_count = 1};
    cr_assert_eq(fm_base_read(model, table, &options, NULL, &base, NULL), FM_OK);
    cr_assert_eq(fm_base_write(base, path, NULL, NULL), FM_OK);
    fm_table_free(table);
    fm_base_free(base);
    fm_model_free(model);
}

static void tear_down(void) {
    folder_free(folder);
}

TestSuite(base_file_model, .init = set_up, .fini = tear_down);

typedef struct told {
    char text[4096];
    unsigned faults;
    unsigned warnings;
} told;

static void add(told *to, const fm_error *what) {
    size_t used = strlen(to->text);
    (void)snprintf(to->text + used, sizeof to->text - used, "%s\n", what->message);
}

static void report(void *context, const fm_error *fault) {
    told *to = context;
    to->faults++;
    add(to, fault);
}

static void warn(void *context, const fm_error *warning) {
    told *to = context;
    to->warnings++;
    add(to, warning);
}

static char *match_table(const fm_base *base, const fm_catalog *catalog) {
    fm_matches *matches = NULL;
    cr_assert_eq(fm_match(base, catalog, NULL, &matches, NULL), FM_OK);
    cr_assert_eq(fm_match_table_write(matches, table_path, NULL, NULL), FM_OK);
    const fm_match_totals *totals = fm_matches_totals(matches);
    char *text = file_read(table_path);
    size_t length = strlen(text);
    text = realloc(text, length + 256);
    for (int v = 0; v < FM_VERDICT_COUNT; v++)
        length += (size_t)snprintf(text + length, 64, "%.17g %.17g\n", totals->money[v], totals->expected[v]);
    fm_matches_free(matches);
    return text;
}

/* The file with this model gives what the table with this model gives. */
static void expect_same(const fm_model_spec *spec, const fm_base_open_options *options) {
    workspace_parts parts = parts_new(spec, offerings, NULL, NULL);
    told from_table = {0};
    told from_file = {0};
    fm_faults table_faults = {report, warn, &from_table};
    fm_faults file_faults = {report, warn, &from_file};
    fm_base *read = NULL;
    fm_base *opened = NULL;
    fm_error error = {0};
    fm_base_options how = {.keep = options ? options->keep : NULL,
                           .keep_count = options ? options->keep_count : 0};
    fm_table *table = table_of(customers, "customers.csv");
    cr_assert_eq(fm_base_read(parts.model, table, &how, &table_faults, &read, &error), FM_OK, "%s",
                 error.message);
    cr_assert_eq(fm_base_open(parts.model, path, options, &file_faults, &opened, &error), FM_OK, "%s",
                 error.message);
    cr_assert_eq(from_table.warnings, from_file.warnings, "%s---\n%s", from_table.text, from_file.text);
    cr_assert_eq(fm_base_reject_count(opened), 1);
    char *a = match_table(read, parts.catalog);
    char *b = match_table(opened, parts.catalog);
    cr_assert_str_eq(a, b);
    free(a);
    free(b);
    fm_table_free(table);
    fm_base_free(read);
    fm_base_free(opened);
    parts_free(&parts);
}

/* Opening fails with one fault for each of these words. */
static void expect_refused(const fm_model_spec *spec, const fm_base_open_options *options, unsigned faults,
                           const char *words) {
    fm_model *model = NULL;
    fm_base *base = (fm_base *)(void *)folder;
    told what = {0};
    fm_error error = {0};
    fm_faults sink = {report, warn, &what};
    cr_assert_eq(fm_model_new(spec, NULL, &model, NULL), FM_OK);
    cr_assert_eq(fm_base_open(model, path, options, &sink, &base, &error), FM_ERROR_INPUT);
    cr_assert(strstr(what.text, words) != NULL, "%s: %s", words, what.text);
    cr_assert(strstr(what.text, "encode the customers' table again") != NULL ||
              strstr(what.text, "which the model does not have") != NULL);
    cr_assert_eq(what.faults, faults, "%s", what.text);
    cr_assert_eq((void *)base, (void *)folder);
    fm_model_free(model);
}

Test(base_file_model, the_same_and_what_may_differ) {
    fm_attribute attributes[5];
    fm_stage stages[] = {{"late", 80, {0, 0}}, {"new", 1, {0, 0}}, {"Early", 15, {0, 0}}};
    fm_model_spec spec = encoded;
    expect_same(&spec, NULL);
    memcpy(attributes, encoded_attributes, sizeof attributes);
    spec.attributes = attributes;
    attributes[0].weight = 1;
    attributes[0].name = "how quickly";
    attributes[0].need_column = "hours";
    attributes[0].want_column = "want_hours";
    attributes[0].offer_column = "hours";
    attributes[0].unit = "H";
    attributes[1].label = "Up";
    spec.stages = stages;
    expect_same(&spec, NULL);
}

Test(base_file_model, less_and_in_another_order) {
    static const fm_attribute attributes[] = {
        {.name = "region", .rule = FM_RULE_COVERS},
        {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h", .ask_when_blank = true},
    };
    static const fm_role_column roles[] = {{FM_ROLE_STAGE, "stage", {0, 0}},
                                           {FM_ROLE_VALUE, "money", {0, 0}}};
    static const char *const keep[] = {"note", "name"};
    fm_model_spec spec = encoded;
    spec.attributes = attributes;
    spec.attribute_count = 2;
    spec.roles = roles;
    spec.role_count = 2;
    expect_same(&spec, NULL);
    expect_same(&spec, &(fm_base_open_options){.keep = keep, .keep_count = 2});
    expect_same(&spec, &(fm_base_open_options){.keep = keep, .keep_count = 1, .lazy = FM_BASE_ALL_PARTS});
}

Test(base_file_model, what_is_lacking_is_listed_at_once) {
    static const char *const keep[] = {"phone"};
    fm_attribute attributes[7];
    static const fm_role_column roles[] = {{FM_ROLE_NAME, "name", {0, 0}},
                                           {FM_ROLE_SINCE, "since", {0, 0}},
                                           {FM_ROLE_FAVOURITE, "note", {0, 0}}};
    memcpy(attributes, encoded_attributes, sizeof encoded_attributes);
    attributes[5] = (fm_attribute){.name = "payment", .rule = FM_RULE_NONE_OF, .need_column = "refuses"};
    attributes[6] = (fm_attribute){.name = "price", .rule = FM_RULE_AT_MOST};
    attributes[2].want_column = "dreams";
    fm_model_spec spec = encoded;
    spec.attributes = attributes;
    spec.attribute_count = 7;
    spec.roles = roles;
    spec.role_count = 3;
    expect_refused(
        &spec, &(fm_base_open_options){.keep = keep, .keep_count = 1}, 1,
        "lacks column `since` (since), column `note` (favourite), column `phone` (to keep: encode with "
        "--keep), column `dreams` (want of `region`), column `refuses` (need and want of `payment`), "
        "column `price` (need and want of `price`)");
}

Test(base_file_model, a_long_list_is_counted) {
    static fm_attribute attributes[60];
    static char names[60][32];
    for (size_t i = 0; i < 60; i++) {
        (void)snprintf(names[i], sizeof names[i], "attribute_number_%zu", i);
        attributes[i] = (fm_attribute){.name = names[i], .rule = FM_RULE_FLAG};
    }
    fm_model_spec spec = encoded;
    spec.attributes = attributes;
    spec.attribute_count = 60;
    expect_refused(&spec, NULL, 1, " more: encode");
}

Test(base_file_model, codes_that_mean_something_else_are_refused) {
    fm_attribute attributes[5];
    fm_model_spec spec = encoded;
    spec.attributes = attributes;
    memcpy(attributes, encoded_attributes, sizeof attributes);
    attributes[0].rule = FM_RULE_AT_LEAST;
    expect_refused(&spec, NULL, 2, "`hours` was encoded with rule \"at_most\", the model says \"at_least\"");
    memcpy(attributes, encoded_attributes, sizeof attributes);
    attributes[0].ask_when_blank = false;
    attributes[2].ask_when_blank = true;
    expect_refused(&spec, NULL, 2,
                   "`hours` was encoded with when_blank \"ask\", the model says \"no_demand\"");
    memcpy(attributes, encoded_attributes, sizeof attributes);
    attributes[1].unit = "pct";
    expect_refused(&spec, NULL, 2, "`uptime` was encoded with unit \"%\", the model says \"pct\"");
    memcpy(attributes, encoded_attributes, sizeof attributes);
    spec.decimal = ',';
    expect_refused(&spec, NULL, 5, "decimal \".\", the model says \",\"");
}

Test(base_file_model, a_stage_that_is_used_must_be_known) {
    static const fm_stage stages[] = {{"late", 80, {0, 0}}, {"soon", 1, {0, 0}}};
    fm_model_spec spec = encoded;
    spec.stages = stages;
    spec.stage_count = 2;
    expect_refused(&spec, NULL, 1, "2 customers are at stage \"early\", which the model does not have");
    spec.stages = NULL;
    spec.stage_count = 0;
    expect_same(&spec, NULL);
}

Test(base_file_model, stages_cannot_be_made_of_text) {
    workspace_parts parts;
    fm_model_spec spec = encoded;
    spec.stages = NULL;
    spec.stage_count = 0;
    parts = parts_new(&spec, offerings, NULL, customers);
    cr_assert_eq(fm_base_write(parts.base, path, NULL, NULL), FM_OK);
    parts_free(&parts);
    expect_refused(&encoded, NULL, 1, "lacks stages");
}
