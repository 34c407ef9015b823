/* Offerings and delivery records: what is read, and every fault with its place and words. */
#include "fault_lines.h"
#include "fixture_csv.h"
#include "model/catalog.h"
#include "support/text.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

static const fm_attribute attributes[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h"},
    {.name = "uptime", .rule = FM_RULE_AT_LEAST, .unit = "%"},
    {.name = "region", .rule = FM_RULE_COVERS},
    {.name = "install", .rule = FM_RULE_FLAG, .offer_column = "installs"},
};
static const fm_model_spec spec = {
    .company = "Us & Co",
    .attributes = attributes,
    .attribute_count = 4,
    .min_records = 3,
    .percentile = 50,
};

static const char offerings[] = "name,offering_id,region,uptime,hours,supplier,installs,colour\n"
                                "Express, a ,North|south| NORTH ,99.5 %, 24 h ,Us & Co,yes,red\n"
                                "\"Slow, cheap\",b,|,,48H,,,blue\n"
                                ",c,south|Island,-1e2,,Them,No,\n";

Test(catalog, offerings) {
    workspace_parts p = parts_new(&spec, offerings, NULL, NULL);
    cr_assert_eq(fm_catalog_offering_count(p.catalog), 3);
    static const char *const ids[] = {"a", "b", "c"};
    static const char *const names[] = {"Express", "Slow, cheap", ""};
    static const char *const suppliers[] = {"Us & Co", "", "Them"};
    static const bool own[] = {true, true, false};
    for (size_t o = 0; o < 3; o++) {
        const fm_offering *offering = fm_catalog_offering(p.catalog, o);
        cr_assert_str_eq(offering->id, ids[o]);
        cr_assert_str_eq(offering->name, names[o]);
        cr_assert_str_eq(offering->supplier, suppliers[o]);
        cr_assert_eq(offering->own, own[o]);
        cr_assert_eq(fm_catalog_find(p.catalog, ids[o]), o);
    }
    cr_assert_eq(fm_catalog_find(p.catalog, "A"), SIZE_MAX);
    cr_assert_eq(fm_catalog_find(p.catalog, ""), SIZE_MAX);
    fm_promise hours = fm_catalog_promise(p.catalog, 0, 0);
    cr_assert(hours.nominal == 24 && hours.dependable == 24 && hours.records == 0);
    cr_assert_eq(fm_catalog_promise(p.catalog, 1, 0).nominal, 48);
    cr_assert(isnan(fm_catalog_promise(p.catalog, 2, 0).nominal) &&
              isnan(fm_catalog_promise(p.catalog, 2, 0).dependable));
    cr_assert_eq(fm_catalog_promise(p.catalog, 0, 1).nominal, 99.5);
    cr_assert_eq(fm_catalog_promise(p.catalog, 2, 1).nominal, -100);
    fm_promise none = fm_catalog_promise(p.catalog, 0, 2);
    cr_assert(none.nominal == 0 && none.dependable == 0 && none.records == 0);
    const bool *flags = p.catalog->offered[3].flags;
    cr_assert(flags[0] && !flags[1] && !flags[2]);
    parts_free(&p);
}

/* Values sorted by their folded bytes, each once, spelled as they first are. */
Test(catalog, sets) {
    workspace_parts p = parts_new(&spec, offerings, NULL, NULL);
    const fm__offered *region = &p.catalog->offered[2];
    static const char *const folded[] = {"island", "north", "south"};
    static const char *const spelled[] = {"Island", "North", "south"};
    static const size_t begins[] = {0, 2, 2, 4};
    static const uint32_t values[] = {1, 2, 0, 2};
    cr_assert_eq(region->value_count, 3);
    for (size_t v = 0; v < 3; v++) {
        cr_assert(fm__text_equal(region->folded[v], fm__text(folded[v])));
        cr_assert(fm__text_equal(region->spelled[v], fm__text(spelled[v])));
        cr_assert_eq(fm__offered_find(region, fm__text(folded[v])), v);
    }
    cr_assert_arr_eq(region->set_begins, begins, sizeof begins);
    cr_assert_arr_eq(region->set_values, values, sizeof values);
    cr_assert_eq(fm__offered_find(region, fm__text("North")), FM__INDEX_NONE);
    cr_assert_eq(fm__offered_find(region, fm__text("a")), FM__INDEX_NONE);
    cr_assert_eq(fm__offered_find(region, fm__text("z")), FM__INDEX_NONE);
    parts_free(&p);
}

/* Two records are too few, three are enough, and each offering and attribute has its own. */
Test(catalog, delivery_records) {
    static const char history[] = "value,attribute,offering_id\n"
                                  "30 h,hours,a\n1,hours,b\n 20h , hours , a \n99,uptime,a\n2,hours,b\n"
                                  "98,uptime,a\n40,hours,a\n97 %,uptime,a\n7,hours,c\n5,hours,c\n6,hours,c\n";
    workspace_parts p = parts_new(&spec, offerings, history, NULL);
    static const struct {
        size_t offering;
        size_t attribute;
        double nominal;
        double dependable;
        uint64_t records;
    } promises[] = {{0, 0, 24, 30, 3}, {0, 1, 99.5, 98, 3}, {1, 0, 48, 48, 2}, {2, 0, (double)NAN, 6, 3}};
    for (size_t i = 0; i < 4; i++) {
        fm_promise promise = fm_catalog_promise(p.catalog, promises[i].offering, promises[i].attribute);
        bool blank = isnan(promises[i].nominal);
        cr_assert(blank ? isnan(promise.nominal) : promise.nominal == promises[i].nominal);
        cr_assert_eq(promise.dependable, promises[i].dependable);
        cr_assert_eq(promise.records, promises[i].records);
    }
    cr_assert_eq(fm_catalog_promise(p.catalog, 1, 1).records, 0);
    parts_free(&p);
}

static fm_model *new_model(const fm_model_spec *from) {
    fm_model *model = NULL;
    cr_assert_eq(fm_model_new(from, NULL, &model, NULL), FM_OK);
    return model;
}

/* Reads both tables from files; all faults must be `expected`, and the error the first of them. */
static void expect_faults(const fm_model_spec *from, const char *offering_text, const char *history_text,
                          const char *expected) {
    char folder[FOLDER_BYTES];
    char offering_path[PATH_BYTES];
    char history_path[PATH_BYTES];
    folder_new(folder);
    file_write(folder_path(folder, "offers.csv", offering_path), offering_text);
    file_write(folder_path(folder, "records.csv", history_path), history_text == NULL ? "x\n" : history_text);
    fm_table *offering_table = NULL;
    fm_table *history_table = NULL;
    cr_assert_eq(fm_table_open_csv(offering_path, NULL, &offering_table, NULL), FM_OK);
    cr_assert_eq(fm_table_open_csv(history_path, NULL, &history_table, NULL), FM_OK);
    fault_lines lines = {0};
    fm_faults faults = {.report = add_line, .context = &lines};
    fm_model *model = new_model(from);
    fm_catalog *catalog = (fm_catalog *)&lines;
    fm_error error = {0};
    fm_status status = fm_catalog_read(model, offering_table, history_text == NULL ? NULL : history_table,
                                       &faults, &catalog, &error);
    cr_assert_eq(status, FM_ERROR_INPUT);
    cr_assert_eq(catalog, (fm_catalog *)&lines, "the output is untouched");
    cr_assert_str_eq(lines.text, expected);
    fault_lines first = {0};
    add_line(&first, &error);
    cr_assert_eq(strncmp(lines.text, first.text, first.used), 0, "the error is the first fault: %s",
                 first.text);
    bool in_history = strncmp(offering_text, "offering_id,hours,uptime,region,installs\nok", 43) == 0;
    cr_assert_str_eq(error.file, in_history ? history_path : offering_path);
    fm_table_free(offering_table);
    fm_table_free(history_table);
    fm_model_free(model);
    folder_free(folder);
}

#define HEADER "offering_id,hours,uptime,region,installs\n"

Test(catalog, faults_of_cells) {
    expect_faults(&spec,
                  HEADER "a,24 x,99,North,yes\n"
                         "b,1e999,\"9\n9\",South,maybe\n"
                         " ,1,2,x,no\n"
                         "a,1,2,x,no\n"
                         "d,1,2\n"
                         "\"e\"x,1,2,x,no\n"
                         "f,\"1\n2\", 7 y ,x,no\n",
                  NULL,
                  "2:3 hours: \"24 x\" is not a number in h\n"
                  "3:3 hours: \"1e999\" is too large for a number\n"
                  "3:9 uptime: \"9\\x0a9\" is not a number in %\n"
                  "4:10 installs: \"maybe\" is neither yes nor no; write yes, no, or leave it blank\n"
                  "5:1 offering_id is blank; every offering needs one\n"
                  "6:1 offering `a` stands twice (first in line 2)\n"
                  "7:1 3 cells, but the header has 5 columns\n"
                  "8:1 text after a closing quote; inside a quoted cell a quote is written twice\n"
                  "9:3 hours: \"1\\x0a2\" is not a number in h\n"
                  "10:4 uptime: \"7 y\" is not a number in %\n");
}

Test(catalog, missing_columns) {
    expect_faults(&spec, "id,hour,uptime,regio,installs,nmae\na,1,2,x,no,n\n", NULL,
                  "1:1 the offerings have no column `offering_id`\n"
                  "1:1 the offerings have no column `hours`; did you mean `hour`?\n"
                  "1:1 the offerings have no column `region`; did you mean `regio`?\n");
}

Test(catalog, nothing_own) {
    expect_faults(
        &spec, "offering_id,supplier,hours,uptime,region,installs\na,Us & C0,1,2,x,no\n", NULL,
        "1:1 no offering is own: none has a blank supplier or the company's name, \"Us & Co\"; did you mean "
        "`Us & C0`?\n");
    fm_model_spec nameless = spec;
    nameless.company = NULL;
    expect_faults(
        &nameless, "offering_id,supplier,hours,uptime,region,installs\na,Them,1,2,x,no\n", NULL,
        "1:1 no offering is own: leave the supplier of your own offerings blank, or name your `company` in "
        "the model\n");
    expect_faults(&spec, HEADER, NULL, "1:1 there are no offerings; at least one own offering is needed\n");
}

Test(catalog, faults_of_records) {
    expect_faults(&spec, HEADER "ok,1,2,North,yes\n",
                  "offering_id,attribute,value\n"
                  "ok,hours,1\n"
                  "o k,hours,1\n"
                  "ok,hour,1\n"
                  "ok,region,1\n"
                  "ok,hours,\n"
                  "ok,hours,1 %\n"
                  "ok,uptime\n"
                  "zz,nothing,x\n",
                  "3:1 unknown offering `o k`; did you mean `ok`?\n"
                  "4:4 unknown attribute `hour`; did you mean `hours`?\n"
                  "5:4 `region` has the rule covers; records are for at_most and at_least\n"
                  "6:10 the value is missing; a number is needed\n"
                  "7:10 \"1 %\" is not a number in h\n"
                  "8:1 2 cells, but the header has 3 columns\n"
                  "9:1 unknown offering `zz`\n"
                  "9:4 unknown attribute `nothing`\n");
    expect_faults(&spec, HEADER "ok,1,2,North,yes\n", "offering,attribute,values\nok,hours,1\n",
                  "1:1 the delivery records have no column `offering_id`; did you mean `offering`?\n"
                  "1:1 the delivery records have no column `value`; did you mean `values`?\n");
}

Test(catalog, faults_of_offerings_come_without_those_of_records) {
    expect_faults(&spec, HEADER "a,x,2,North,yes\n", "offering_id,attribute,value\nb,hours,1\n",
                  "2:3 hours: \"x\" is not a number\n");
}

Test(catalog, at_most_20_faults) {
    char document[2000] = HEADER;
    for (int i = 0; i < 30; i++) {
        char row[64];
        (void)snprintf(row, sizeof row, "o%d,x,1,n,no\n", i);
        strcat(document, row);
    }
    fm_table *table = table_of(document, "offers.csv");
    fault_lines lines = {0};
    fm_faults faults = {.report = add_line, .context = &lines};
    fm_model *model = new_model(&spec);
    fm_catalog *catalog = NULL;
    cr_assert_eq(fm_catalog_read(model, table, NULL, &faults, &catalog, NULL), FM_ERROR_INPUT);
    cr_assert_eq(lines.count, FM_FAULTS_MAX);
    cr_assert_null(catalog);
    fm_table_free(table);
    fm_model_free(model);
}

Test(catalog, columns_in_memory) {
    static const fm_attribute one[] = {{.name = "hours", .rule = FM_RULE_AT_MOST},
                                       {.name = "region", .rule = FM_RULE_ANY_OF}};
    fm_model_spec memory = {.attributes = one, .attribute_count = 2};
    fm_text ids[] = {fm__text("a"), fm__text("b"), fm__text("c")};
    fm_text regions[] = {fm__text("x"), fm__text(""), fm__text("y")};
    double hours[] = {1.5, (double)NAN, -3};
    double infinite[] = {1, (double)-INFINITY, 3};
    fm_column columns[] = {{.name = "offering_id", .texts = ids},
                           {.name = "hours", .numbers = hours},
                           {.name = "region", .texts = regions}};
    fm_model *model = new_model(&memory);
    fm_table *table = NULL;
    fm_catalog *catalog = NULL;
    fm_error error;
    cr_assert_eq(fm_table_from_columns(columns, 3, 3, &table, NULL), FM_OK);
    cr_assert_eq(fm_catalog_read(model, table, NULL, NULL, &catalog, NULL), FM_OK);
    cr_assert_eq(fm_catalog_promise(catalog, 0, 0).dependable, 1.5);
    cr_assert(isnan(fm_catalog_promise(catalog, 1, 0).dependable));
    fm_catalog_free(catalog);
    fm_table_free(table);
    catalog = NULL;
    columns[1].numbers = infinite;
    cr_assert_eq(fm_table_from_columns(columns, 3, 3, &table, NULL), FM_OK);
    cr_assert_eq(fm_catalog_read(model, table, NULL, NULL, &catalog, &error), FM_ERROR_INPUT);
    cr_assert_eq(error.line, 2);
    cr_assert_str_eq(error.message, "hours: infinite; a finite number is needed");
    fm_table_free(table);
    columns[2] = (fm_column){.name = "region", .numbers = hours};
    cr_assert_eq(fm_table_from_columns(columns, 3, 3, &table, NULL), FM_OK);
    cr_assert_eq(fm_catalog_read(model, table, NULL, NULL, &catalog, &error), FM_ERROR_INPUT);
    cr_assert_str_eq(error.message, "the offerings' column `region` must hold texts");
    cr_assert_null(catalog);
    fm_table_free(table);
    fm_model_free(model);
}

/* One offering beyond the most that there can be. */
Test(catalog, limit) {
    static const fm_attribute one[] = {{.name = "on", .rule = FM_RULE_FLAG}};
    fm_model_spec memory = {.attributes = one, .attribute_count = 1};
    size_t count = FM_OFFERINGS_MAX + 1;
    fm_text *ids = calloc(count, sizeof *ids);
    fm_text *flags = calloc(count, sizeof *flags);
    char *names = calloc(count, 8);
    for (size_t i = 0; i < count; i++) {
        ids[i] = (fm_text){names + 8 * i, (size_t)sprintf(names + 8 * i, "%zu", i)};
        flags[i] = fm__text(i % 2 ? "yes" : "");
    }
    fm_column columns[] = {{.name = "offering_id", .texts = ids}, {.name = "on", .texts = flags}};
    fm_model *model = new_model(&memory);
    fm_table *table = NULL;
    fm_catalog *catalog = NULL;
    fm_error error;
    cr_assert_eq(fm_table_from_columns(columns, 2, count - 1, &table, NULL), FM_OK);
    cr_assert_eq(fm_catalog_read(model, table, NULL, NULL, &catalog, NULL), FM_OK);
    cr_assert_eq(fm_catalog_offering_count(catalog), FM_OFFERINGS_MAX);
    cr_assert_eq(fm_catalog_find(catalog, "65534"), 65534);
    fm_catalog_free(catalog);
    fm_table_free(table);
    catalog = NULL;
    cr_assert_eq(fm_table_from_columns(columns, 2, count, &table, NULL), FM_OK);
    cr_assert_eq(fm_catalog_read(model, table, NULL, NULL, &catalog, &error), FM_ERROR_LIMIT);
    cr_assert_str_eq(error.message, "more than 65535 offerings");
    cr_assert_eq(error.line, 65536);
    cr_assert_null(catalog);
    fm_table_free(table);
    fm_model_free(model);
    free(ids);
    free(flags);
    free(names);
}

Test(catalog, decimal_comma) {
    fm_model_spec comma = spec;
    comma.decimal = ',';
    workspace_parts p =
        parts_new(&comma, "offering_id;hours;uptime;region;installs\na;1,5h;99.5;x;no\n",
                  "offering_id;attribute;value\na;hours;2,5\na;hours;2,25 h\na;hours;3\n", NULL);
    cr_assert_eq(fm_catalog_promise(p.catalog, 0, 0).nominal, 1.5);
    cr_assert_eq(fm_catalog_promise(p.catalog, 0, 0).dependable, 2.5);
    cr_assert_eq(fm_catalog_promise(p.catalog, 0, 1).nominal, 99.5);
    parts_free(&p);
}
