/* Model files: what they mean, and every fault with its place. */
#include "fault_lines.h"
#include "model/model.h"
#include "workspace/model_reader.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(model_reader);

/* The content is refused with `status` and exactly these faults, the first of them as the error. */
static void expect_status(fm_status status, fm_text content, const char *expected) {
    static fault_lines lines;
    lines = (fault_lines){0};
    const fm_faults faults = {.report = add_line, .context = &lines};
    fm__model_file model = {.spec.percentile = 77};
    fm_error error = {0};
    cr_assert_eq(fm__model_file_parse("fit.yaml", content, &faults, &model, &error), status, "%s",
                 error.message);
    cr_assert_eq(model.spec.percentile, 77u, "an output was touched on failure");
    cr_assert_str_eq(lines.text, expected);
    char first[FM_MESSAGE_BYTES + 64];
    snprintf(first, sizeof first, "%u:%u %s\n", (unsigned)error.line, (unsigned)error.column, error.message);
    cr_assert_eq(strncmp(expected, first, strlen(first)), 0, "the error is not the first fault: %s", first);
    cr_assert_eq(error.status, status);
    cr_assert_str_eq(error.file, "fit.yaml");
    cr_assert_eq(fm__model_file_parse("fit.yaml", content, NULL, &model, NULL), status,
                 "without a sink and an error");
}

static void expect_faults(const char *content, const char *expected) {
    expect_status(FM_ERROR_INPUT, (fm_text){content, strlen(content)}, expected);
}

static fm__model_file parse_bytes(fm_text content) {
    static fault_lines lines;
    lines = (fault_lines){0};
    const fm_faults faults = {.report = add_line, .warn = add_line, .context = &lines};
    fm__model_file model;
    cr_assert_eq(fm__model_file_parse("fit.yaml", content, &faults, &model, NULL), FM_OK, "%s", lines.text);
    cr_assert_eq(lines.count, 0u, "%s", lines.text);
    fm_model *accepted = NULL;
    cr_assert_eq(fm_model_new(&model.spec, NULL, &accepted, NULL), FM_OK, "what was read is no model");
    fm_model_free(accepted);
    return model;
}

static fm__model_file parse(const char *content) {
    return parse_bytes((fm_text){content, strlen(content)});
}

static void expect_position(fm_position at, uint64_t line, uint64_t column) {
    cr_assert(at.line == line && at.column == column, "at %u:%u instead of %u:%u", (unsigned)at.line,
              (unsigned)at.column, (unsigned)line, (unsigned)column);
}

/* What every model needs, so that a test need only add what it is about. */
#define OFFERINGS "offerings: o.csv\n"
#define ATTRIBUTES "attributes: [{name: a, rule: flag}]\n"
#define BASE OFFERINGS ATTRIBUTES

Test(model_reader, smallest_model) {
    fm__model_file model = parse(BASE);
    cr_assert_str_eq(model.spec.file, "fit.yaml");
    cr_assert_null(model.spec.company);
    cr_assert_str_eq(model.offerings.path, "o.csv");
    expect_position(model.offerings.at, 1, 12);
    cr_assert_null(model.customers.path);
    cr_assert_null(model.history.path);
    cr_assert_eq(model.spec.percentile, 0u);
    cr_assert_eq(model.spec.min_records, 0u);
    cr_assert_eq(model.spec.delimiter, '\0');
    cr_assert_eq(model.spec.decimal, '\0');
    cr_assert_eq(model.spec.stage_count, 0u);
    cr_assert_eq(model.spec.role_count, 0u);
    cr_assert_eq(model.spec.attribute_count, 1u);
    const fm_attribute *attribute = &model.spec.attributes[0];
    cr_assert_str_eq(attribute->name, "a");
    expect_position(attribute->at, 2, 21);
    cr_assert_eq(attribute->rule, FM_RULE_FLAG);
    cr_assert_eq(attribute->weight, 0u);
    cr_assert_null(attribute->label);
    cr_assert_null(attribute->unit);
    cr_assert_null(attribute->question);
    cr_assert_null(attribute->avoid);
    cr_assert_null(attribute->reach);
    cr_assert_null(attribute->need_column);
    cr_assert_null(attribute->want_column);
    cr_assert_null(attribute->offer_column);
    cr_assert_not(attribute->ask_when_blank || attribute->need_column_given || attribute->want_column_given);
    fm__model_file_destroy(&model);
}

static const char whole_model[] =
    "company: Nordlicht Fleet Service        # a comment\n"
    "offerings: offerings.csv\n"
    "customers: '-'\n"
    "history:   'old records/history.csv'\n"
    "attributes:\n"
    "  - name: delivery_hours\n"
    "    label: Delivery time\n"
    "    unit: h\n"
    "    rule: at_most\n"
    "    weight: 255\n"
    "    when_blank: ask\n"
    "    question: How fast must the parts be with you?\n"
    "  - rule: at_least\n"
    "    name: uptime\n"
    "    unit: \"%\"\n"
    "    when_blank: no_demand\n"
    "  - {name: price, rule: at_most, need: max_price, want: hoped_price, offer: cost}\n"
    "  - {name: region, avoid: No trip for nothing, rule: covers, reach: \"One partner: everywhere\"}\n"
    "  - {name: language, rule: any_of}\n"
    "  - {name: payment, rule: none_of, need: refuses_payment}\n"
    "  - {name: on_site_install, rule: flag}\n"
    "promise: {percentile: 90, min_records: 10}\n"
    "stages: {attention: 10, interest: 25.5, \"won deal\": 100 %, lost: 0%}\n"
    "customer:\n"
    "  owner: rep\n"
    "  id: nr\n"
    "  since: since\n"
    "csv: {delimiter: \";\", decimal: \",\"}\n";

Test(model_reader, whole_model) {
    fm__model_file model = parse(whole_model);
    cr_assert_str_eq(model.spec.company, "Nordlicht Fleet Service");
    cr_assert_str_eq(model.customers.path, "-");
    cr_assert_str_eq(model.history.path, "old records/history.csv");
    expect_position(model.history.at, 4, 12);
    cr_assert_eq(model.spec.attribute_count, 7u);
    const fm_attribute *attribute = model.spec.attributes;
    cr_assert_str_eq(attribute[0].name, "delivery_hours");
    expect_position(attribute[0].at, 6, 11);
    cr_assert_str_eq(attribute[0].label, "Delivery time");
    cr_assert_str_eq(attribute[0].unit, "h");
    cr_assert_eq(attribute[0].weight, 255u);
    cr_assert(attribute[0].ask_when_blank);
    cr_assert_str_eq(attribute[0].question, "How fast must the parts be with you?");
    cr_assert_null(attribute[0].avoid);
    cr_assert_null(attribute[0].reach);
    cr_assert_str_eq(attribute[3].avoid, "No trip for nothing");
    cr_assert_str_eq(attribute[3].reach, "One partner: everywhere");
    expect_position(attribute[1].at, 14, 11);
    cr_assert_str_eq(attribute[1].unit, "%");
    cr_assert_not(attribute[1].ask_when_blank);
    cr_assert_str_eq(attribute[2].need_column, "max_price");
    cr_assert_str_eq(attribute[2].want_column, "hoped_price");
    cr_assert_str_eq(attribute[2].offer_column, "cost");
    cr_assert(attribute[2].need_column_given && attribute[2].want_column_given);
    cr_assert(attribute[5].need_column_given && !attribute[5].want_column_given);
    const fm_rule rules[] = {FM_RULE_AT_MOST, FM_RULE_AT_LEAST, FM_RULE_AT_MOST, FM_RULE_COVERS,
                             FM_RULE_ANY_OF,  FM_RULE_NONE_OF,  FM_RULE_FLAG};
    for (size_t i = 0; i < 7; i++)
        cr_assert_eq(attribute[i].rule, rules[i]);
    cr_assert_eq(model.spec.percentile, 90u);
    cr_assert_eq(model.spec.min_records, 10u);
    cr_assert_eq(model.spec.stage_count, 4u);
    cr_assert_str_eq(model.spec.stages[2].name, "won deal");
    expect_position(model.spec.stages[2].at, 23, 41);
    const double percents[] = {10, 25.5, 100, 0};
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(model.spec.stages[i].percent, percents[i]);
    cr_assert_eq(model.spec.role_count, 3u);
    const fm_role roles[] = {FM_ROLE_OWNER, FM_ROLE_ID, FM_ROLE_SINCE};
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(model.spec.roles[i].role, roles[i],
                     "the order of `customer` is that of the match table");
    cr_assert_str_eq(model.spec.roles[0].column, "rep");
    expect_position(model.spec.roles[2].at, 27, 3);
    cr_assert_eq(model.spec.delimiter, ';');
    cr_assert_eq(model.spec.decimal, ',');
    fm__model_file_destroy(&model);
}

Test(model_reader, every_role) {
    fm__model_file model =
        parse(BASE "customer: {id: a, name: b, value: c, stage: d, existing: e, favourite: f, "
                   "owner: g, offered: h, driver: i, horizon: j, since: k}\n");
    cr_assert_eq(model.spec.role_count, (size_t)FM_ROLE_COUNT);
    for (size_t i = 0; i < FM_ROLE_COUNT; i++) {
        cr_assert_eq(model.spec.roles[i].role, (fm_role)i);
        cr_assert_eq(model.spec.roles[i].column[0], (char)('a' + i));
    }
    fm__model_file_destroy(&model);
}

Test(model_reader, delimiters) {
    static const struct {
        const char *yaml;
        char delimiter;
    } cases[] = {{"','", ','},   {"\";\"", ';'}, {";", ';'},    {"\"\\t\"", '\t'},
                 {"'\t'", '\t'}, {"\\t", '\t'},  {"tab", '\t'}, {"'|'", '|'}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char content[256];
        snprintf(content, sizeof content, BASE "csv:\n  delimiter: %s\n  decimal: .\n", cases[i].yaml);
        fm__model_file model = parse(content);
        cr_assert_eq(model.spec.delimiter, cases[i].delimiter, "%s", cases[i].yaml);
        cr_assert_eq(model.spec.decimal, '.');
        fm__model_file_destroy(&model);
    }
}

Test(model_reader, values_left_empty_are_defaults) {
    fm__model_file model = parse(
        "company:\ncustomers: ~\nhistory: null\nofferings: o.csv\npromise:\nstages:\ncustomer: {owner: }\n"
        "csv: {delimiter: , decimal: ~}\n"
        "attributes: [{name: a, rule: flag, label: , unit: NULL, weight: ~, when_blank: , need: , want: "
        "Null}]\n");
    cr_assert_null(model.spec.company);
    cr_assert_null(model.customers.path);
    cr_assert_null(model.history.path);
    cr_assert_eq(model.spec.role_count, 0u);
    cr_assert_null(model.spec.attributes[0].unit);
    cr_assert_not(model.spec.attributes[0].need_column_given);
    fm__model_file_destroy(&model);
}

Test(model_reader, text_that_looks_like_something_else_is_text) {
    fm__model_file model = parse(
        "offerings: 'null'\ncompany: \"\"\nattributes: [{name: 24, rule: flag, label: yes, unit: 1e3}]\n"
        "stages: {}\ncustomer: {owner: no}\n");
    cr_assert_str_eq(model.offerings.path, "null");
    cr_assert_str_eq(model.spec.company, "");
    cr_assert_str_eq(model.spec.attributes[0].name, "24");
    cr_assert_str_eq(model.spec.attributes[0].label, "yes");
    cr_assert_str_eq(model.spec.attributes[0].unit, "1e3");
    cr_assert_str_eq(model.spec.roles[0].column, "no");
    fm__model_file_destroy(&model);
}

Test(model_reader, byte_order_mark_and_carriage_returns) {
    fm__model_file model = parse("\xef\xbb\xbf"
                                 "offerings: o.csv\r\ncompany: x\r\n\r\n"
                                 "attributes: [{name: a, rule: flag}]\r\n");
    expect_position(model.offerings.at, 1, 12);
    cr_assert_str_eq(model.spec.company, "x");
    expect_position(model.spec.attributes[0].at, 4, 21);
    fm__model_file_destroy(&model);
}

Test(model_reader, columns_count_bytes_and_lines_end_at_line_feeds) {
    /* The umlaut and the euro sign take 2 and 3 bytes; YAML also ends lines at U+2028, editors do not. */
    fm__model_file model = parse("offerings: o.csv\ncompany: \"\xe2\x80\xa8 K\xc3\xa4se \xe2\x82\xac\"\n"
                                 "attributes: [{label: \"K\xc3\xa4se \xe2\x82\xac\", name: a, rule: flag}]\n"
                                 "customers: c.csv\n");
    expect_position(model.spec.attributes[0].at, 3, 41);
    expect_position(model.customers.at, 4, 12);
    fm__model_file_destroy(&model);
}

Test(model_reader, unknown_keys) {
    expect_faults("oferings: o.csv\n" ATTRIBUTES, "1:1 unknown key `oferings`; did you mean `offerings`?\n");
    expect_faults(BASE "colour: 3\n",
                  "3:1 unknown key `colour`; the keys of the model: company, offerings, customers, history, "
                  "attributes, promise, stages, customer, csv\n");
    expect_faults(
        OFFERINGS "attributes:\n  - {name: a, rule: flag, wieght: 3}\n  - {name: b, rule: flag, x: 3}\n",
        "3:27 unknown key `wieght`; did you mean `weight`?\n"
        "4:27 unknown key `x`; the keys of an attribute: name, label, unit, rule, weight, when_blank, "
        "question, avoid, reach, need, want, offer\n");
    expect_faults(BASE "promise: {percentil: 3, z: 1}\n",
                  "3:11 unknown key `percentil`; did you mean `percentile`?\n"
                  "3:25 unknown key `z`; the keys of `promise`: percentile, "
                  "min_records\n");
    expect_faults(BASE "csv: {delimeter: ';', a: b}\n",
                  "3:7 unknown key `delimeter`; did you mean `delimiter`?\n"
                  "3:23 unknown key `a`; the keys of `csv`: delimiter, decimal\n");
    expect_faults(
        BASE "customer: {favorite: f, colour: c}\n",
        "3:12 unknown key `favorite`; did you mean `favourite`?\n"
        "3:25 unknown key `colour`; the keys of `customer`: id, name, value, stage, existing, favourite, "
        "owner, offered, driver, horizon, since\n");
    expect_faults(
        BASE "\"\\e[31m\": 1\n",
        "3:1 unknown key `\\x1b[31m`; the keys of the model: company, offerings, customers, history, "
        "attributes, promise, stages, customer, csv\n");
}

Test(model_reader, texts_to_say) {
    expect_faults(OFFERINGS "attributes:\n  - {name: a, rule: flag, avoid: [x], reach: {y: z}}\n"
                            "  - {name: b, rule: flag, avoids: x, raech: y}\n"
                            "  - {name: c, rule: flag, reach: x, avoid: y, reach: z}\n",
                  "3:34 `avoid` must be text, not a list\n"
                  "3:46 `reach` must be text, not a mapping of keys\n"
                  "4:27 unknown key `avoids`; did you mean `avoid`?\n"
                  "4:38 unknown key `raech`; did you mean `reach`?\n"
                  "5:47 `reach` stands twice in an attribute\n");
    fm__model_file model =
        parse(OFFERINGS "attributes: [{name: a, rule: flag, avoid: , reach: ~}, {name: b, rule: flag, "
                        "avoid: '', reach: no}]\n");
    cr_assert_null(model.spec.attributes[0].avoid);
    cr_assert_null(model.spec.attributes[0].reach);
    cr_assert_str_eq(model.spec.attributes[1].avoid, "");
    cr_assert_str_eq(model.spec.attributes[1].reach, "no");
    fm__model_file_destroy(&model);
}

Test(model_reader, missing_keys) {
    expect_faults("company: x\n", "1:1 the model has no `offerings`\n1:1 the model has no `attributes`\n");
    expect_faults("{}", "1:1 the model has no `offerings`\n1:1 the model has no `attributes`\n");
    expect_faults("# nothing\nofferings:\nattributes: ~\n",
                  "2:11 `offerings` has no value\n3:13 `attributes` has no value\n");
    expect_faults(OFFERINGS "attributes:\n  - rule: flag\n  - name: b\n  - {}\n  - {name: , rule: }\n",
                  "3:5 attribute 1 has no `name`\n"
                  "4:11 attribute `b` has no `rule`\n"
                  "5:5 attribute 3 has no `name`\n"
                  "5:5 attribute 3 has no `rule`\n"
                  "6:12 `name` has no value\n"
                  "6:20 `rule` has no value\n");
    expect_faults(
        OFFERINGS "attributes: [{nam: a, rule: flag}, {name: b, rul: flag}]\n",
        "2:15 unknown key `nam`; did you mean `name`?\n2:46 unknown key `rul`; did you mean `rule`?\n");
}

Test(model_reader, keys_twice) {
    expect_faults(BASE "offerings: p.csv\n", "3:1 `offerings` stands twice in the model\n");
    expect_faults(OFFERINGS "attributes: [{name: a, rule: flag, name: b}]\n",
                  "2:36 `name` stands twice in an attribute\n");
    expect_faults(BASE "stages: {won: 1, lost: 2, Won: 3}\n",
                  "3:27 stage `Won` stands twice, first in line 3\n");
    expect_faults(BASE "customer:\n  owner: a\n  name: b\n  owner: a\n",
                  "6:3 business column `owner` stands twice, first in line 4\n");
    /* A mistyped key does not stand for the right one. */
    expect_faults(BASE "csv: {decimel: ',', decimal: ','}\n",
                  "3:7 unknown key `decimel`; did you mean `decimal`?\n");
}

Test(model_reader, kinds) {
    expect_faults("- a\n",
                  "1:1 the model must be a mapping such as `offerings: offerings.csv`, not a list\n");
    expect_faults("just text\n",
                  "1:1 the model must be a mapping such as `offerings: offerings.csv`, not text\n");
    expect_faults(
        OFFERINGS "attributes: {a: b}\n",
        "2:13 `attributes` must be a list, each entry such as `- {name: price, rule: at_most}`, not a "
        "mapping of keys\n");
    expect_faults(OFFERINGS "attributes: []\n",
                  "2:13 `attributes` is empty; a model needs at least one attribute\n");
    expect_faults(OFFERINGS "attributes: [a, [b]]\n",
                  "2:14 an attribute must be a mapping such as `{name: price, rule: at_most}`, not text\n"
                  "2:17 an attribute must be a mapping such as `{name: price, rule: at_most}`, not a list\n");
    expect_faults(
        "offerings: [o.csv]\ncompany: {x: y}\n" ATTRIBUTES,
        "1:12 `offerings` must be text, not a list\n2:10 `company` must be text, not a mapping of keys\n");
    expect_faults(OFFERINGS
                  "attributes:\n- {name: [a], rule: {x: y}, weight: [1], when_blank: [], label: {}}\n",
                  "3:10 `name` must be text, not a list\n"
                  "3:21 `rule` must be text, not a mapping of keys\n"
                  "3:37 `weight` must be text, not a list\n"
                  "3:54 `when_blank` must be text, not a list\n"
                  "3:65 `label` must be text, not a mapping of keys\n");
    expect_faults(BASE "promise: 95\n",
                  "3:10 `promise` must be a mapping such as `{percentile: 95, min_records: 30}`, not text\n");
    expect_faults(BASE "stages: [a, b]\n",
                  "3:9 `stages` must be a mapping such as `{attention: 10, action: 90}`, not a list\n");
    expect_faults(BASE "stages: {a: [1]}\n", "3:13 `a` must be text, not a list\n");
    expect_faults(
        BASE "customer: nr\n",
        "3:11 `customer` must be a mapping such as `{id: customer_id, value: deal_value}`, not text\n");
    expect_faults(BASE "customer: {id: [nr]}\n", "3:16 `id` must be text, not a list\n");
    expect_faults(BASE "csv: ';'\n",
                  "3:6 `csv` must be a mapping such as `{delimiter: \";\", decimal: \",\"}`, not text\n");
}

Test(model_reader, rules) {
    static const char *const rest = "; it is one of: at_most, at_least, covers, any_of, none_of, flag\n";
    static const struct {
        const char *rule;
        const char *suggestion;
    } cases[] = {{"atmost", "at_most"}, {"at-least", "at_least"}, {"cover", "covers"}, {"anyof", "any_of"},
                 {"noneof", "none_of"}, {"FLAG", "flag"},         {"banana", NULL},    {"<=", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char content[128];
        char expected[256];
        snprintf(content, sizeof content, OFFERINGS "attributes:\n- name: a\n  rule: %s\n", cases[i].rule);
        if (cases[i].suggestion != NULL)
            snprintf(expected, sizeof expected, "4:9 unknown rule `%s`; did you mean `%s`?\n", cases[i].rule,
                     cases[i].suggestion);
        else
            snprintf(expected, sizeof expected, "4:9 unknown rule `%s`%s", cases[i].rule, rest);
        expect_faults(content, expected);
    }
}

Test(model_reader, when_blank) {
    expect_faults(OFFERINGS "attributes: [{name: a, rule: flag, when_blank: nodemand}]\n",
                  "2:48 unknown when_blank `nodemand`; did you mean `no_demand`?\n");
    expect_faults(OFFERINGS "attributes: [{name: a, rule: flag, when_blank: yes}]\n",
                  "2:48 unknown when_blank `yes`; it is one of: no_demand, ask\n");
}

Test(model_reader, whole_numbers) {
    static const char *const wrong[] = {"0",
                                        "256",
                                        "-1",
                                        "+1",
                                        "1.0",
                                        "1e2",
                                        "0x10",
                                        "abc",
                                        "1 0",
                                        "1_0",
                                        "''",
                                        "18446744073709551621",
                                        "99999999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char content[160];
        char expected[160];
        snprintf(content, sizeof content, OFFERINGS "attributes:\n- {name: a, rule: flag, weight: %s}\n",
                 wrong[i]);
        snprintf(expected, sizeof expected, "3:33 weight must be a whole number from 1 to 255, not `%s`\n",
                 strcmp(wrong[i], "''") == 0 ? "" : wrong[i]);
        expect_faults(content, expected);
    }
    expect_faults(BASE "promise: {percentile: 0, min_records: 0}\n",
                  "3:23 percentile must be a whole number from 1 to 100, not `0`\n"
                  "3:39 min_records must be a whole number of at least 1, not `0`\n");
    expect_faults(BASE "promise: {percentile: 101, min_records: 18446744073709551616}\n",
                  "3:23 percentile must be a whole number from 1 to 100, not `101`\n"
                  "3:41 min_records must be a whole number of at least 1, not `18446744073709551616`\n");
    expect_faults(BASE "promise: {percentile: 95%, min_records: many}\n",
                  "3:23 percentile must be a whole number from 1 to 100, not `95%`\n"
                  "3:41 min_records must be a whole number of at least 1, not `many`\n");
    fm__model_file model = parse(BASE "promise: {percentile: 100, min_records: 18446744073709551615}\n");
    cr_assert_eq(model.spec.percentile, 100u);
    cr_assert_eq(model.spec.min_records, UINT64_MAX);
    fm__model_file_destroy(&model);
    model = parse(BASE "promise: {percentile: 1, min_records: 1}\n");
    cr_assert_eq(model.spec.percentile, 1u);
    fm__model_file_destroy(&model);
}

Test(model_reader, chances_of_stages) {
    static const char *const wrong[] = {"101", "-1",   "100.5", "1e3", ".inf", ".nan",      "inf",
                                        "nan", "half", "10%%",  "1,5", "''",   "10 percent"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char content[160];
        char expected[160];
        snprintf(content, sizeof content, BASE "stages:\n  won: 100\n  open: %s\n", wrong[i]);
        snprintf(expected, sizeof expected,
                 "5:9 the chance of stage `open` must be a number from 0 to 100, not `%s`\n",
                 strcmp(wrong[i], "''") == 0 ? "" : wrong[i]);
        expect_faults(content, expected);
    }
    expect_faults(BASE "stages: {open: , '': 3}\n",
                  "3:16 the chance of stage `open` must be a number from 0 to 100, not ``\n"
                  "3:18 stage 2 has no name\n");
    fm__model_file model = parse(BASE "stages: {a: 0, b: 100.0, c: 1e1, d: +5, e: .5, f: 12.5%, g: '7 %'}\n");
    const double percents[] = {0, 100, 10, 5, 0.5, 12.5, 7};
    for (size_t i = 0; i < 7; i++)
        cr_assert_eq(model.spec.stages[i].percent, percents[i]);
    fm__model_file_destroy(&model);
}

Test(model_reader, blanks) {
    expect_faults(
        "offerings: ' '\ncustomers: ''\nhistory: \"\\t\"\n"
        "attributes: [{name: '', rule: flag}, {name: b, rule: flag, need: '', want: ' ', offer: ''}]\n"
        "customer: {owner: ''}\n",
        "1:12 `offerings` is blank\n2:12 `customers` is blank\n3:10 `history` is blank\n"
        "4:21 `name` is blank\n4:66 `need` is blank\n4:76 `want` is blank\n4:88 `offer` is blank\n"
        "5:19 `owner` is blank\n");
}

Test(model_reader, csv_settings) {
    expect_faults(BASE "csv: {delimiter: '#', decimal: ';'}\n",
                  "3:18 unknown delimiter `#`; it is one of \",\" \";\" \"|\" \"\\t\", in quotes, or tab\n"
                  "3:32 unknown decimal separator `;`; it is \".\" or \",\", in quotes\n");
    expect_faults(BASE "csv:\n  delimiter: |\n  decimal: ''\n",
                  "4:14 unknown delimiter ``; it is one of \",\" \";\" \"|\" \"\\t\", in quotes, or tab\n"
                  "5:12 unknown decimal separator ``; it is \".\" or \",\", in quotes\n");
}

Test(model_reader, standard_input_once) {
    expect_faults("offerings: '-'\ncustomers: '-'\nhistory: '-'\n" ATTRIBUTES,
                  "2:12 only one table can come from standard input (`-`)\n"
                  "3:10 only one table can come from standard input (`-`)\n");
    fm__model_file model = parse("offerings: '-'\n" ATTRIBUTES);
    cr_assert_str_eq(model.offerings.path, "-");
    fm__model_file_destroy(&model);
}

Test(model_reader, faults_of_all_passes_by_position) {
    expect_faults("company: X\nhistroy: h.csv\n"
                  "attributes:\n"
                  "  - name: price\n    rule: at_mots\n    weight: 300\n"
                  "  - {name: price, rule: flag, weight: 0}\n"
                  "  - {name: b, rule: flag}\n"
                  "  - {name: b, rule: flg}\n"
                  "stages: {a: 10, A: 20, c: 101}\n"
                  "customer: {id: x, id: y}\n"
                  "promise: {percentile: 0}\n",
                  "1:1 the model has no `offerings`\n"
                  "2:1 unknown key `histroy`; did you mean `history`?\n"
                  "5:11 unknown rule `at_mots`; did you mean `at_most`?\n"
                  "6:13 weight must be a whole number from 1 to 255, not `300`\n"
                  "7:12 attribute `price` stands twice, first in line 4\n"
                  "7:39 weight must be a whole number from 1 to 255, not `0`\n"
                  "9:12 attribute `b` stands twice, first in line 8\n"
                  "9:21 unknown rule `flg`; did you mean `flag`?\n"
                  "10:17 stage `A` stands twice, first in line 10\n"
                  "10:27 the chance of stage `c` must be a number from 0 to 100, not `101`\n"
                  "11:19 business column `id` stands twice, first in line 11\n"
                  "12:23 percentile must be a whole number from 1 to 100, not `0`\n");
}

Test(model_reader, at_most_20_faults_the_first_by_position) {
    /* Names that repeat are found in another pass than weights, but stand between them. */
    char content[4096] = OFFERINGS "attributes:\n";
    char expected[8192] = "";
    for (unsigned i = 0; i < 15; i++) {
        snprintf(content + strlen(content), sizeof content - strlen(content),
                 "- {name: a, rule: flag, weight: 0}\n");
        if (i > 0 && i < 11)
            snprintf(expected + strlen(expected), sizeof expected - strlen(expected),
                     "%u:10 attribute `a` stands twice, first in line 3\n", i + 3);
        if (i < 10)
            snprintf(expected + strlen(expected), sizeof expected - strlen(expected),
                     "%u:33 weight must be a whole number from 1 to 255, not `0`\n", i + 3);
    }
    expect_faults(content, expected);
}

Test(model_reader, too_many_attributes) {
    size_t bytes = (size_t)64 * (FM_ATTRIBUTES_MAX + 1);
    char *content = malloc(bytes);
    cr_assert_not_null(content);
    size_t used = (size_t)snprintf(content, bytes, OFFERINGS "attributes:\n");
    for (unsigned i = 0; i < FM_ATTRIBUTES_MAX; i++)
        used += (size_t)snprintf(content + used, bytes - used,
                                 "- {name: a%u, rule: flag, weight: 3, unit: h}\n", i);
    fm__model_file model = parse_bytes((fm_text){content, used});
    cr_assert_eq(model.spec.attribute_count, (size_t)FM_ATTRIBUTES_MAX);
    expect_position(model.spec.attributes[4095].at, 4098, 10);
    fm__model_file_destroy(&model);
    snprintf(content + used, bytes - used, "- {name: b, rule: flag}\n");
    expect_faults(content, "4099:10 there are 4097 attributes; a model has at most 4096\n");
    free(content);
}
