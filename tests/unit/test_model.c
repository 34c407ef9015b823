/* The model: defaults, and every fault of a specification. */
#include "fault_lines.h"
#include "model/model.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

TestSuite(model);

static const fm_attribute one_attribute[] = {{.name = "price", .rule = FM_RULE_AT_MOST, .at = {5, 9}}};

static fm_model_spec one_attribute_spec(void) {
    return (fm_model_spec){.file = "fit.yaml", .attributes = one_attribute, .attribute_count = 1};
}

/* The specification is refused with exactly these faults, the first of them as the error. */
static void expect_faults(const fm_model_spec *spec, const char *expected) {
    fault_lines lines = {0};
    fm_faults faults = {.report = add_line, .context = &lines};
    fm_error error = {0};
    fm_model *const untouched = (fm_model *)&lines;
    fm_model *model = untouched;
    cr_assert_eq(fm_model_new(spec, &faults, &model, &error), FM_ERROR_INPUT);
    cr_assert_eq(model, untouched, "an output was touched on failure");
    cr_assert_str_eq(lines.text, expected);
    char first[FM_MESSAGE_BYTES + 64];
    snprintf(first, sizeof first, "%u:%u %s\n", (unsigned)error.line, (unsigned)error.column, error.message);
    cr_assert_eq(strncmp(expected, first, strlen(first)), 0, "the error is not the first fault: %s", first);
    cr_assert_str_eq(error.file, spec->file == NULL ? "" : spec->file);
    cr_assert_eq(fm_model_new(spec, NULL, &model, NULL), FM_ERROR_INPUT, "without a sink and an error");
}

static fm_model *expect_model(const fm_model_spec *spec) {
    fm_model *model = NULL;
    fm_error error = {0};
    cr_assert_eq(fm_model_new(spec, NULL, &model, &error), FM_OK, "%s", error.message);
    return model;
}

Test(model, every_default) {
    fm_model_spec spec = one_attribute_spec();
    fm_model *model = expect_model(&spec);
    const fm_model_spec *content = fm_model_content(model);
    cr_assert_str_eq(content->file, "fit.yaml");
    cr_assert_str_eq(content->company, "");
    cr_assert_eq(content->percentile, 95u);
    cr_assert_eq(content->min_records, 30u);
    cr_assert_eq(content->delimiter, '\0');
    cr_assert_eq(content->decimal, '.');
    cr_assert_eq(content->stage_count, 0u);
    cr_assert_null(content->stages);
    cr_assert_eq(content->role_count, 0u);
    cr_assert_eq(content->attribute_count, 1u);
    const fm_attribute *attribute = &content->attributes[0];
    cr_assert_str_eq(attribute->name, "price");
    cr_assert_str_eq(attribute->label, "price");
    cr_assert_str_eq(attribute->unit, "");
    cr_assert_str_eq(attribute->question, "");
    cr_assert_str_eq(attribute->avoid, "");
    cr_assert_str_eq(attribute->reach, "");
    cr_assert_str_eq(attribute->need_column, "price");
    cr_assert_str_eq(attribute->want_column, "want_price");
    cr_assert_str_eq(attribute->offer_column, "price");
    cr_assert_eq(attribute->weight, 1u);
    cr_assert_not(attribute->ask_when_blank);
    cr_assert_eq(attribute->at.line, 5u);
    cr_assert_eq(attribute->at.column, 9u);
    fm_model_free(model);
    fm_model_free(NULL);
}

Test(model, keeps_what_is_given_as_a_copy) {
    char name[] = " price\t";
    char label[] = "Price ";
    char question[] = "How much?";
    char avoid[] = "No bill that surprises";
    char reach[] = "Money for what matters";
    fm_attribute attributes[] = {{.name = name,
                                  .label = label,
                                  .unit = " EUR ",
                                  .question = question,
                                  .avoid = avoid,
                                  .reach = reach,
                                  .need_column = " max_price ",
                                  .want_column = "hoped",
                                  .offer_column = "cost",
                                  .rule = FM_RULE_AT_LEAST,
                                  .weight = 255,
                                  .ask_when_blank = true,
                                  .need_column_given = true,
                                  .want_column_given = true}};
    fm_stage stages[] = {{.name = " won ", .percent = 100}, {.name = "lost", .percent = 0}};
    fm_role_column roles[] = {{.role = FM_ROLE_OWNER, .column = " rep "},
                              {.role = FM_ROLE_ID, .column = "nr"}};
    fm_model_spec spec = {.company = " Nordlicht ",
                          .attributes = attributes,
                          .attribute_count = 1,
                          .stages = stages,
                          .stage_count = 2,
                          .roles = roles,
                          .role_count = 2,
                          .percentile = 100,
                          .min_records = UINT64_MAX,
                          .delimiter = '\t',
                          .decimal = ','};
    fm_model *model = expect_model(&spec);
    memset(name, 'x', sizeof name - 1);
    memset(label, 'x', sizeof label - 1);
    memset(avoid, 'x', sizeof avoid - 1);
    memset(reach, 'x', sizeof reach - 1);
    memset(attributes, 0, sizeof attributes);
    memset(stages, 0, sizeof stages);
    memset(roles, 0, sizeof roles);
    const fm_model_spec *content = fm_model_content(model);
    const fm_attribute *attribute = &content->attributes[0];
    cr_assert_null(content->file);
    cr_assert_str_eq(content->company, "Nordlicht");
    cr_assert_str_eq(attribute->name, "price");
    cr_assert_str_eq(attribute->label, "Price ");
    cr_assert_str_eq(attribute->unit, "EUR");
    cr_assert_str_eq(attribute->question, "How much?");
    cr_assert_str_eq(attribute->avoid, "No bill that surprises");
    cr_assert_str_eq(attribute->reach, "Money for what matters");
    cr_assert_str_eq(attribute->need_column, "max_price");
    cr_assert_str_eq(attribute->want_column, "hoped");
    cr_assert_str_eq(attribute->offer_column, "cost");
    cr_assert_eq(attribute->rule, FM_RULE_AT_LEAST);
    cr_assert_eq(attribute->weight, 255u);
    cr_assert(attribute->ask_when_blank && attribute->need_column_given && attribute->want_column_given);
    cr_assert_eq(content->stage_count, 2u);
    cr_assert_str_eq(content->stages[0].name, "won");
    cr_assert_eq(content->stages[0].percent, 100.0);
    cr_assert_eq(content->role_count, 2u);
    cr_assert_eq(content->roles[0].role, FM_ROLE_OWNER);
    cr_assert_str_eq(content->roles[0].column, "rep");
    cr_assert_eq(content->percentile, 100u);
    cr_assert_eq(content->min_records, UINT64_MAX);
    cr_assert_eq(content->delimiter, '\t');
    cr_assert_eq(content->decimal, ',');
    cr_assert_str_eq(fm_model_role_column(model, FM_ROLE_ID), "nr");

    /* What a model holds is a specification that gives the same model. */
    fm_model *again = expect_model(content);
    cr_assert_str_eq(fm_model_content(again)->attributes[0].want_column, "hoped");
    fm_model_free(again);
    fm_model_free(model);
}

Test(model, a_blank_label_is_the_name) {
    fm_model_spec spec = one_attribute_spec();
    fm_attribute attribute = {.name = "price", .label = "  "};
    spec.attributes = &attribute;
    fm_model *model = expect_model(&spec);
    cr_assert_str_eq(fm_model_content(model)->attributes[0].label, "price");
    fm_model_free(model);
}

Test(model, the_id_has_a_default_and_the_other_roles_none) {
    fm_model_spec spec = one_attribute_spec();
    const fm_role_column value = {.role = FM_ROLE_VALUE, .column = "deal_value"};
    spec.roles = &value;
    spec.role_count = 1;
    fm_model *model = expect_model(&spec);
    cr_assert_str_eq(fm_model_role_column(model, FM_ROLE_ID), "customer_id");
    cr_assert_str_eq(fm_model_role_column(model, FM_ROLE_VALUE), "deal_value");
    for (int role = FM_ROLE_STAGE; role < FM_ROLE_COUNT; role++)
        cr_assert_null(fm_model_role_column(model, (fm_role)role));
    cr_assert_null(fm_model_role_column(model, (fm_role)FM_ROLE_COUNT));
    cr_assert_eq(fm_model_content(model)->role_count, 1u, "the id was added to the roles");
    fm_model_free(model);
}

Test(model, names) {
    const char *const rules[] = {"at_most", "at_least", "covers", "any_of", "none_of", "flag"};
    for (int i = 0; i < FM_RULE_COUNT; i++)
        cr_assert_str_eq(fm_rule_name((fm_rule)i), rules[i]);
    cr_assert_str_eq(fm_rule_name((fm_rule)FM_RULE_COUNT), "");
    const char *const roles[] = {"id",    "name",    "value",  "stage",   "existing", "favourite",
                                 "owner", "offered", "driver", "horizon", "since"};
    for (int i = 0; i < FM_ROLE_COUNT; i++)
        cr_assert_str_eq(fm_role_name((fm_role)i), roles[i]);
    cr_assert_str_eq(fm_role_name((fm_role)-1), "");
}

Test(model, arguments) {
    fm_model_spec spec = one_attribute_spec();
    fm_model *model = NULL;
    fm_error error = {0};
    cr_assert_eq(fm_model_new(NULL, NULL, &model, &error), FM_ERROR_ARGUMENT);
    cr_assert_eq(fm_model_new(&spec, NULL, NULL, &error), FM_ERROR_ARGUMENT);
    spec.stage_count = 1;
    cr_assert_eq(fm_model_new(&spec, NULL, &model, &error), FM_ERROR_ARGUMENT);
    spec.stage_count = 0;
    spec.role_count = 1;
    cr_assert_eq(fm_model_new(&spec, NULL, &model, &error), FM_ERROR_ARGUMENT);
    spec.role_count = 0;
    spec.attributes = NULL;
    cr_assert_eq(fm_model_new(&spec, NULL, &model, NULL), FM_ERROR_ARGUMENT);
    cr_assert_null(model);
}

Test(model, needs_an_attribute) {
    fm_model_spec spec = {.file = "fit.yaml"};
    expect_faults(&spec, "0:0 a model needs at least one attribute\n");
}

Test(model, faults_of_attributes) {
    const fm_attribute attributes[] = {
        {.name = "a", .weight = 256, .at = {1, 1}},
        {.name = NULL, .at = {2, 1}},
        {.name = " \t", .at = {3, 1}},
        {.name = "b", .rule = (fm_rule)6, .at = {4, 1}},
        {.name = " a ", .at = {5, 1}},
        {.name = "c", .need_column = "", .want_column = " ", .offer_column = "\t", .at = {6, 1}},
        {.name = "A", .at = {7, 1}},
        {.name = "a", .at = {8, 1}},
    };
    fm_model_spec spec = {.attributes = attributes, .attribute_count = 8};
    expect_faults(&spec, "1:1 weight must be a whole number from 1 to 255, not `256`\n"
                         "2:1 attribute 2 has no name\n"
                         "3:1 attribute 3 has no name\n"
                         "4:1 attribute `b` has the rule number 6, which is none\n"
                         "6:1 `need` of attribute `c` is blank; it must name a column\n"
                         "6:1 `want` of attribute `c` is blank; it must name a column\n"
                         "6:1 `offer` of attribute `c` is blank; it must name a column\n"
                         "5:1 attribute `a` stands twice, first in line 1\n"
                         "8:1 attribute `a` stands twice, first in line 1\n");
}

Test(model, an_attribute_twice_in_memory_has_no_line) {
    const fm_attribute attributes[] = {{.name = "a"}, {.name = "a"}};
    fm_model_spec spec = {.attributes = attributes, .attribute_count = 2};
    expect_faults(&spec, "0:0 attribute `a` stands twice\n");
}

Test(model, two_attributes_may_share_a_column) {
    const fm_attribute attributes[] = {{.name = "a", .offer_column = "x"},
                                       {.name = "b", .offer_column = "x"}};
    fm_model_spec spec = {.attributes = attributes, .attribute_count = 2};
    fm_model_free(expect_model(&spec));
}

Test(model, limits_of_numbers) {
    fm_model_spec spec = one_attribute_spec();
    spec.percentile = 101;
    expect_faults(&spec, "0:0 percentile must be a whole number from 1 to 100, not `101`\n");
    spec.percentile = 1;
    spec.min_records = 1;
    fm_model_free(expect_model(&spec));
}

Test(model, faults_of_stages) {
    const fm_stage stages[] = {
        {.name = "won", .percent = 100.0000001, .at = {1, 1}},
        {.name = "b", .percent = -1e-300, .at = {2, 1}},
        {.name = "c", .percent = (double)NAN, .at = {3, 1}},
        {.name = "d", .percent = HUGE_VAL, .at = {4, 1}},
        {.name = " ", .at = {5, 1}},
        {.name = NULL, .at = {6, 1}},
        {.name = "WON ", .at = {7, 1}},
        {.name = "zero", .percent = -0.0, .at = {8, 1}},
    };
    fm_model_spec spec = one_attribute_spec();
    spec.stages = stages;
    spec.stage_count = 8;
    expect_faults(&spec, "1:1 the chance of stage `won` must be a number from 0 to 100, not `100.0000001`\n"
                         "2:1 the chance of stage `b` must be a number from 0 to 100, not `-1e-300`\n"
                         "3:1 the chance of stage `c` must be a number from 0 to 100, not `nan`\n"
                         "4:1 the chance of stage `d` must be a number from 0 to 100, not `inf`\n"
                         "5:1 stage 5 has no name\n"
                         "6:1 stage 6 has no name\n"
                         "7:1 stage `WON` stands twice, first in line 1\n");
}

Test(model, faults_of_roles) {
    const fm_role_column roles[] = {
        {.role = FM_ROLE_ID, .column = NULL, .at = {1, 1}},
        {.role = FM_ROLE_NAME, .column = " ", .at = {2, 1}},
        {.role = FM_ROLE_NAME, .column = "n", .at = {3, 1}},
        {.role = (fm_role)11, .column = "n", .at = {4, 1}},
    };
    fm_model_spec spec = one_attribute_spec();
    spec.roles = roles;
    spec.role_count = 4;
    expect_faults(&spec, "1:1 `id` of the customer is blank; it must name a column\n"
                         "2:1 `name` of the customer is blank; it must name a column\n"
                         "3:1 business column `name` stands twice, first in line 2\n"
                         "4:1 business column 4 has the role number 11, which is none\n");
}

Test(model, faults_of_csv) {
    fm_model_spec spec = one_attribute_spec();
    spec.delimiter = '#';
    spec.decimal = ';';
    expect_faults(&spec, "0:0 the delimiter must be one of , ; tab |\n"
                         "0:0 the decimal separator must be . or ,\n");
    for (const char *delimiter = ",;\t|"; *delimiter != '\0'; delimiter++) {
        spec.delimiter = *delimiter;
        spec.decimal = ',';
        fm_model_free(expect_model(&spec));
    }
}

Test(model, all_faults_together) {
    const fm_attribute attributes[] = {{.name = "a", .weight = 1000, .at = {3, 5}},
                                       {.name = "a", .at = {4, 5}}};
    const fm_stage stage = {.name = "s", .percent = 101, .at = {9, 9}};
    const fm_role_column role = {.role = FM_ROLE_VALUE, .column = "", .at = {10, 3}};
    fm_model_spec spec = {.attributes = attributes,
                          .attribute_count = 2,
                          .percentile = 200,
                          .stages = &stage,
                          .stage_count = 1,
                          .roles = &role,
                          .role_count = 1,
                          .decimal = 'x'};
    expect_faults(&spec, "3:5 weight must be a whole number from 1 to 255, not `1000`\n"
                         "4:5 attribute `a` stands twice, first in line 3\n"
                         "0:0 percentile must be a whole number from 1 to 100, not `200`\n"
                         "9:9 the chance of stage `s` must be a number from 0 to 100, not `101`\n"
                         "10:3 `value` of the customer is blank; it must name a column\n"
                         "0:0 the decimal separator must be . or ,\n");
}

/* `count` attributes named a0, a1, ...; `names` holds 8 bytes for each. */
static fm_attribute *many_attributes(size_t count, char **out_names) {
    fm_attribute *attributes = calloc(count, sizeof *attributes);
    char *names = calloc(count, 8);
    cr_assert(attributes != NULL && names != NULL);
    for (size_t i = 0; i < count; i++) {
        snprintf(names + 8 * i, 8, "a%u", (unsigned)i);
        attributes[i] = (fm_attribute){.name = names + 8 * i, .at = {i + 1, 1}};
    }
    *out_names = names;
    return attributes;
}

Test(model, at_most_20_faults) {
    char *names;
    fm_attribute *attributes = many_attributes(100, &names);
    for (size_t i = 0; i < 100; i++)
        attributes[i].weight = 999;
    fm_model_spec spec = {.attributes = attributes, .attribute_count = 100};
    fault_lines lines = {0};
    fm_faults faults = {.report = add_line, .context = &lines};
    fm_model *model = NULL;
    cr_assert_eq(fm_model_new(&spec, &faults, &model, NULL), FM_ERROR_INPUT);
    cr_assert_eq(lines.count, (unsigned)FM_FAULTS_MAX);
    free(attributes);
    free(names);
}

Test(model, attribute_limit) {
    char *names;
    fm_attribute *attributes = many_attributes(FM_ATTRIBUTES_MAX + 1, &names);
    fm_model_spec spec = {.attributes = attributes, .attribute_count = FM_ATTRIBUTES_MAX};
    fm_model *model = expect_model(&spec);
    cr_assert_str_eq(fm_model_content(model)->attributes[4095].want_column, "want_a4095");
    fm_model_free(model);
    attributes[4095].name = "a0";
    expect_faults(&spec, "4096:1 attribute `a0` stands twice, first in line 1\n");
    attributes[4095].name = "last";
    spec.attribute_count++;
    expect_faults(&spec, "4097:1 there are 4097 attributes; a model has at most 4096\n");
    free(attributes);
    free(names);
}

Test(model, stage_limit) {
    char names[FM_STAGES_MAX + 1][8];
    fm_stage stages[FM_STAGES_MAX + 1];
    for (size_t i = 0; i < FM_STAGES_MAX + 1; i++) {
        snprintf(names[i], sizeof names[i], "s%u", (unsigned)i);
        stages[i] = (fm_stage){.name = names[i], .at = {i + 1, 1}};
    }
    fm_model_spec spec = one_attribute_spec();
    spec.stages = stages;
    spec.stage_count = FM_STAGES_MAX;
    fm_model_free(expect_model(&spec));
    spec.stage_count++;
    expect_faults(&spec, "255:1 there are 255 stages; a model has at most 254\n");
}

Test(model, names_of_other_bytes_are_shown_safely) {
    const fm_attribute attributes[] = {{.name = "a\xff\n"}, {.name = "a\xff\n"}};
    fm_model_spec spec = {.attributes = attributes, .attribute_count = 2};
    expect_faults(&spec, "0:0 attribute `a\\xff\\x0a` stands twice\n");
}
