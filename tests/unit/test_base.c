/* Reading customers: what is carried, counted, set aside and refused. */
#include "base/base.h"
#include "base/business.h"
#include "fault_lines.h"
#include "fixture.h"
#include "fixture_csv.h"
#include "support/text.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const fm_attribute attributes[] = {
    {.name = "hours", .rule = FM_RULE_AT_MOST, .unit = "h", .ask_when_blank = true},
    {.name = "region", .rule = FM_RULE_COVERS, .need_column = "where", .need_column_given = true},
    {.name = "install", .rule = FM_RULE_FLAG, .want_column = "nice", .want_column_given = true},
};
static const fm_stage stages[] = {{"Lead", 10, {0, 0}}, {"Won", 90, {0, 0}}};
static const fm_role_column roles[] = {
    {FM_ROLE_OWNER, "who", {0, 0}},   {FM_ROLE_ID, "id", {0, 0}},         {FM_ROLE_VALUE, "money", {0, 0}},
    {FM_ROLE_STAGE, "stage", {0, 0}}, {FM_ROLE_DRIVER, "driver", {0, 0}}, {FM_ROLE_SINCE, "since", {0, 0}},
};
static const fm_model_spec spec = {
    .attributes = attributes,
    .attribute_count = 3,
    .stages = stages,
    .stage_count = 2,
    .roles = roles,
    .role_count = 6,
};

static fm_model *new_model(const fm_model_spec *from) {
    fm_model *model = NULL;
    cr_assert_eq(fm_model_new(from, NULL, &model, NULL), FM_OK);
    return model;
}

static void expect_text(fm_text text, const char *expected) {
    cr_assert(fm__text_equal(text, fm__text(expected)), "\"%.*s\" instead of \"%s\"", (int)text.length,
              text.bytes, expected);
}

/* Rejects as lines "line:column reason [record]". */
typedef struct reject_lines {
    size_t used;
    fm_status answer;
    char text[4000];
} reject_lines;

static fm_status add_reject(void *context, const fm_reject *reject, fm_error *error) {
    reject_lines *lines = context;
    (void)error;
    lines->used +=
        (size_t)snprintf(lines->text + lines->used, sizeof lines->text - lines->used, "%u:%u %.*s [%.*s]\n",
                         (unsigned)reject->line, (unsigned)reject->column, (int)reject->reason.length,
                         reject->reason.bytes, (int)reject->record.length, reject->record.bytes);
    return lines->answer;
}

static const char customers[] = "stage,id,hours,where,install,want_hours,nice,who,money,since,extra,more\n"
                                "won, c1 ,24 h,North|south,yes,10,no, Ann ,1.5,2024-02-29,e1,\"m,1\"\n"
                                ",c2,?,,,,,,,,,\n"
                                "LEAD,c1,,any,no,,x,\"B\"\"ob\",0,1999-12-31,\"e\n2\",m2\n"
                                "Lead,c3,48,SOUTH|north,1,-,y,Ann,-0,2000-02-29,,\n";

Test(base, carries_and_counts) {
    fm_model *model = new_model(&spec);
    fm_table *table = table_of(customers, "c.csv");
    fm_base *base = NULL;
    static const char *const keep[] = {"more", "who", "hours", "extra", "more"};
    fm_base_options options = {.keep = keep, .keep_count = 5};
    cr_assert_eq(fm_base_read(model, table, &options, NULL, &base, NULL), FM_OK);
    fm_table_free(table);
    cr_assert_eq(fm_base_row_count(base), 4);
    cr_assert_eq(fm_base_reject_count(base), 0);
    static const char *const names[] = {"who", "money", "stage", "since", "more", "hours", "extra"};
    static const char *const cells[4][7] = {
        {" Ann ", "1.5", "won", "2024-02-29", "m,1", "24 h", "e1"},
        {"", "", "", "", "", "?", ""},
        {"B\"ob", "0", "LEAD", "1999-12-31", "m2", "", "e\n2"},
        {"Ann", "-0", "Lead", "2000-02-29", "", "48", ""},
    };
    static const char *const ids[] = {" c1 ", "c2", "c1", "c3"};
    cr_assert_eq(fm_base_column_count(base), 7);
    for (size_t c = 0; c < 7; c++) {
        cr_assert_str_eq(fm_base_column_name(base, c), names[c]);
        for (size_t row = 0; row < 4; row++)
            expect_text(fm_base_cell(base, c, row), cells[row][c]);
    }
    for (size_t row = 0; row < 4; row++)
        expect_text(fm_base_id(base, row), ids[row]);
    cr_assert(fm_base_has_value(base) && base->has_stage);
    static const double values[] = {1.5, 0, 0, 0};
    static const unsigned char stage_codes[] = {2, 0, 1, 1};
    for (size_t row = 0; row < 4; row++) {
        cr_assert_eq(base->segments[0]->values[row], values[row]);
        cr_assert_eq(base->segments[0]->stages[row], stage_codes[row]);
    }
    fm_base_free(base);
    fm_model_free(model);
}

static void expect_count(const fm_base *base, size_t attribute, bool want, fm_demand_count expected) {
    fm_demand_count count = fm_base_demand_count(base, attribute, want);
    cr_assert_eq(count.column_found, expected.column_found, "attribute %zu want %d", attribute, want);
    for (size_t state = 0; state < 3; state++)
        cr_assert_eq(count.rows[state], expected.rows[state], "attribute %zu want %d state %zu", attribute,
                     want, state);
    cr_assert_eq(count.distinct, expected.distinct, "attribute %zu want %d", attribute, want);
}

Test(base, demands_and_ids) {
    fm_model *model = new_model(&spec);
    fm_table *table = table_of(customers, "c.csv");
    fm_base *base = NULL;
    cr_assert_eq(fm_base_read(model, table, NULL, NULL, &base, NULL), FM_OK);
    fm_table_free(table);
    expect_count(base, 0, false, (fm_demand_count){true, {0, 2, 2}, 2});
    expect_count(base, 0, true, (fm_demand_count){true, {3, 0, 1}, 1});
    expect_count(base, 1, false, (fm_demand_count){true, {2, 0, 2}, 1});
    expect_count(base, 1, true, (fm_demand_count){false, {4, 0, 0}, 0});
    expect_count(base, 2, false, (fm_demand_count){true, {2, 0, 2}, 1});
    expect_count(base, 2, true, (fm_demand_count){true, {2, 0, 2}, 1});
    cr_assert_eq(fm_base_find(base, "c1", 0), 0);
    cr_assert_eq(fm_base_find(base, "\tc1 ", 1), 2);
    cr_assert_eq(fm_base_find(base, "c1", 2), 2);
    cr_assert_eq(fm_base_find(base, "c1", 3), UINT64_MAX);
    cr_assert_eq(fm_base_find(base, "c3", 0), 3);
    cr_assert_eq(fm_base_find(base, "C3", 0), UINT64_MAX);
    cr_assert_eq(fm_base_find(base, "c3", 4), UINT64_MAX);
    fm_base_free(base);
    fm_model_free(model);
}

/* A need's column that the table lacks is blank in every row, whatever blank says. */
Test(base, missing_columns) {
    fm_model *model = new_model(&spec);
    fm_table *table = table_of("id,instal,wher\na,x,y\nb,x,y\n", "c.csv");
    fm_base *base = NULL;
    fault_lines lines = {0};
    fm_faults faults = {.warn = add_line, .context = &lines};
    cr_assert_eq(fm_base_read(model, table, NULL, &faults, &base, NULL), FM_OK);
    fm_table_free(table);
    cr_assert_str_eq(lines.text,
                     "1:0 the customers have no column `who` (owner)\n"
                     "1:0 the customers have no column `money` (value)\n"
                     "1:0 the customers have no column `stage` (stage)\n"
                     "1:0 the customers have no column `driver` (driver)\n"
                     "1:0 the customers have no column `since` (since)\n"
                     "1:0 the customers have no column `hours`: it is blank for everybody\n"
                     "1:0 the customers have no column `where` (need of `region`); did you mean `wher`?\n"
                     "1:0 the customers have no column `nice` (want of `install`)\n");
    expect_count(base, 0, false, (fm_demand_count){false, {0, 2, 0}, 0});
    expect_count(base, 1, false, (fm_demand_count){false, {2, 0, 0}, 0});
    cr_assert(!fm_base_has_value(base) && fm_base_column_count(base) == 0);
    fm_base_free(base);
    fm_model_free(model);
}

static const char bad_customers[] = "id,hours,where,install,who,money,stage,driver,since\n"
                                    "a,1,x,yes,Ann,5,won,toward,2024-01-31\n"
                                    "b,soon,x,yes,Ann,5,won,,\n"
                                    "c,1,x,perhaps,Ann,5,won,,\n"
                                    " ,1,x,yes,Ann,5,won,,\n"
                                    "e,1,x,yes,Ann,-5,won,,\n"
                                    "f,1,x,yes,Ann,5,wan,,\n"
                                    "g,1\n"
                                    "h,1,x,\"y\nes\",Ann,much,won,,\n"
                                    "i,1,x,yes,Ann,5,won,around,\n"
                                    "j,1,x,yes,Ann,5,won,away,2023-02-29\n"
                                    "k,1,\"x\" y,yes,Ann,5,won,,\n"
                                    "l,1e999,x,yes,Ann,5,won,,\n"
                                    "m,2,x,no,Ann,1e999,won,,\n"
                                    "n,2,x,no,Bob,7,lead,Away,2023-12-31\n";

static const char bad_lines[] =
    "3:3 hours: \"soon\" is not a number [b,soon,x,yes,Ann,5,won,,]\n"
    "4:7 install: \"perhaps\" is neither yes nor no [c,1,x,perhaps,Ann,5,won,,]\n"
    "5:1 id: the id is missing [ ,1,x,yes,Ann,5,won,,]\n"
    "6:15 money: \"-5\" is negative; money at stake is 0 or more [e,1,x,yes,Ann,-5,won,,]\n"
    "7:17 stage: unknown stage \"wan\"; did you mean `Won`? [f,1,x,yes,Ann,5,wan,,]\n"
    "8:0 2 cells, but the header has 9 columns [g,1]\n"
    "9:7 install: \"y\\x0aes\" is neither yes nor no [h,1,x,\"y\nes\",Ann,much,won,,]\n"
    "11:21 driver: \"around\" is neither toward nor away [i,1,x,yes,Ann,5,won,around,]\n"
    "12:26 since: \"2023-02-29\" is not a date like 2026-03-31 "
    "[j,1,x,yes,Ann,5,won,away,2023-02-29]\n"
    "13:0 text after a closing quote; inside a quoted cell a quote is written twice "
    "[k,1,\"x\" y,yes,Ann,5,won,,]\n"
    "14:3 hours: \"1e999\" is too large for a number [l,1e999,x,yes,Ann,5,won,,]\n"
    "15:14 money: \"1e999\" is too large for a number [m,2,x,no,Ann,1e999,won,,]\n";

Test(base, rejects) {
    fm_model *model = new_model(&spec);
    reject_lines lines = {0};
    fm_base_options options = {.reject = add_reject, .context = &lines};
    fm_table *table = table_of(bad_customers, "c.csv");
    fm_base *base = NULL;
    cr_assert_eq(fm_base_read(model, table, &options, NULL, &base, NULL), FM_OK);
    fm_table_free(table);
    cr_assert_str_eq(lines.text, bad_lines);
    cr_assert_eq(fm_base_reject_count(base), 12);
    cr_assert_eq(fm_base_row_count(base), 2);
    expect_text(fm_base_id(base, 0), "a");
    expect_text(fm_base_id(base, 1), "n");
    cr_assert_eq(base->segments[0]->values[1], 7);
    cr_assert_eq(base->segments[0]->stages[1], 1);
    /* Demands of rejected rows are not counted. */
    expect_count(base, 0, false, (fm_demand_count){true, {0, 0, 2}, 2});
    expect_count(base, 2, false, (fm_demand_count){true, {1, 0, 1}, 1});
    fm_base_free(base);
    fm_model_free(model);
}

Test(base, strict_and_refusing_callers) {
    fm_model *model = new_model(&spec);
    reject_lines lines = {0};
    fm_base_options options = {.reject = add_reject, .context = &lines, .strict = true};
    fm_base *base = (fm_base *)&lines;
    fm_error error = {0};
    fm_table *table = table_of(bad_customers, "c.csv");
    cr_assert_eq(fm_base_read(model, table, &options, NULL, &base, &error), FM_ERROR_INPUT);
    fm_table_free(table);
    cr_assert(error.line == 3 && error.column == 3 && error.status == FM_ERROR_INPUT);
    cr_assert_str_eq(error.file, "c.csv");
    cr_assert_str_eq(error.message, "hours: \"soon\" is not a number");
    cr_assert_str_empty(lines.text);
    options.strict = false;
    lines.answer = FM_ERROR_IO;
    table = table_of(bad_customers, "c.csv");
    cr_assert_eq(fm_base_read(model, table, &options, NULL, &base, &error), FM_ERROR_IO);
    fm_table_free(table);
    cr_assert_eq(strchr(lines.text, '\n')[1], '\0', "one reject was enough");
    cr_assert_eq(base, (fm_base *)&lines, "the output is untouched");
    fm_model_free(model);
}

Test(base, tables_that_are_wrong_as_a_whole) {
    static const char *const keep[] = {"id", "wo"};
    static const struct {
        const char *document;
        size_t keep_count;
        const char *expected;
    } cases[] = {
        {"ids,hours\na,1\n", 0, "1:1 the customers have no column `id` for their id; did you mean `ids`?\n"},
        {"id,who\na,1\n", 2, "1:1 there is no column `wo` to keep; did you mean `who`?\n"},
    };
    fm_model *model = new_model(&spec);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fault_lines lines = {0};
        fm_faults faults = {.report = add_line, .context = &lines};
        fm_base_options options = {.keep = keep, .keep_count = cases[i].keep_count};
        fm_table *table = table_of(cases[i].document, "c.csv");
        fm_base *base = NULL;
        cr_assert_eq(fm_base_read(model, table, &options, &faults, &base, NULL), FM_ERROR_INPUT);
        cr_assert_str_eq(lines.text, cases[i].expected);
        cr_assert_null(base);
        fm_table_free(table);
    }
    fm_error error = {0};
    fm_base *base = NULL;
    fm_table *table = table_of("id,hours\n\n\n", "c.csv");
    cr_assert_eq(fm_base_read(model, table, NULL, NULL, &base, &error), FM_ERROR_INPUT);
    cr_assert_str_eq(error.message, "the table has a header but no customers");
    fm_table_free(table);
    fm_model_free(model);
}

/* Rows that were all set aside make a base without rows, which is no error. */
Test(base, nobody_left) {
    fm_model *model = new_model(&spec);
    fm_table *table = table_of("id,hours\na,x\n", "c.csv");
    fm_base *base = NULL;
    cr_assert_eq(fm_base_read(model, table, NULL, NULL, &base, NULL), FM_OK);
    cr_assert(fm_base_row_count(base) == 0 && fm_base_reject_count(base) == 1);
    cr_assert_eq(fm_base_find(base, "a", 0), UINT64_MAX);
    fm_table_free(table);
    fm_base_free(base);
    fm_model_free(model);
}

/* Every value of a role, right and wrong, through the one row that has it. */
static bool accepts(fm_role role, const char *cell) {
    static const fm_attribute one[] = {{.name = "hours", .rule = FM_RULE_AT_MOST}};
    fm_role_column column[] = {{role, "cell", {0, 0}}};
    fm_model_spec small = {.attributes = one,
                           .attribute_count = 1,
                           .roles = column,
                           .role_count = 1,
                           .stages = stages,
                           .stage_count = 2};
    fm_model *model = new_model(&small);
    fm_text ids[] = {fm__text("a")};
    fm_text cells[] = {fm__text(cell)};
    fm_column columns[] = {{.name = "customer_id", .texts = ids}, {.name = "cell", .texts = cells}};
    fm_table *table = NULL;
    fm_base *base = NULL;
    cr_assert_eq(fm_table_from_columns(columns, 2, 1, &table, NULL), FM_OK);
    cr_assert_eq(fm_base_read(model, table, NULL, NULL, &base, NULL), FM_OK);
    bool accepted = fm_base_row_count(base) == 1;
    if (accepted)
        expect_text(fm_base_cell(base, 0, 0), cell);
    fm_base_free(base);
    fm_table_free(table);
    fm_model_free(model);
    return accepted;
}

Test(base, business_cells) {
    static const struct {
        fm_role role;
        const char *right[8];
        const char *wrong[12];
    } cases[] = {
        {FM_ROLE_NAME, {"", " any thing "}, {NULL}},
        {FM_ROLE_VALUE,
         {"", "0", "-0", "1e6", " 12.50\t", ".5"},
         {"-1", "x", "1 EUR", "1,5", "1e400", "nan", "-0.01"}},
        {FM_ROLE_STAGE, {"", "lead", " WON "}, {"wo", "lost", "leads"}},
        {FM_ROLE_EXISTING, {"", "yes", "0", " X "}, {"maybe", "2"}},
        {FM_ROLE_FAVOURITE, {"", "y", "No"}, {"-", "?"}},
        {FM_ROLE_OWNER, {"", "-"}, {NULL}},
        {FM_ROLE_OFFERED, {"", "no such offering"}, {NULL}},
        {FM_ROLE_DRIVER, {"", "toward", " AWAY"}, {"towards", "to", "-"}},
        {FM_ROLE_HORIZON, {"", "short", "Long "}, {"longer", "s"}},
        {FM_ROLE_SINCE,
         {"", "2000-02-29", "2024-12-31", "0000-01-01", " 2023-06-30 ", "1996-02-29"},
         {"1900-02-29", "2023-02-29", "2024-13-01", "2024-00-10", "2024-01-32", "2024-01-00", "2024-04-31",
          "24-01-01", "2024/01/01", "2024-1-01", "2024-01-01T"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t k = 0; k < 8 && cases[i].right[k] != NULL; k++)
            cr_assert(accepts(cases[i].role, cases[i].right[k]), "%s", cases[i].right[k]);
        for (size_t k = 0; k < 12 && cases[i].wrong[k] != NULL; k++)
            cr_assert(!accepts(cases[i].role, cases[i].wrong[k]), "%s", cases[i].wrong[k]);
    }
}

/* Money that is read the short way is the number that is read the long way. */
Test(base, plain_money) {
    static const char *const plain[] = {"0",
                                        "7",
                                        "007",
                                        "12.5",
                                        ".5",
                                        "5.",
                                        "0.1",
                                        "999999999999999",
                                        "1.005",
                                        "4503599627370.49",
                                        "0.00000000000001",
                                        "123456.789012345"};
    static const char *const others[] = {
        "", ".", "-1", "+1", "1e3", " 1", "1 ", "1,5", "1.2.3", "1234567890123456", "x"};
    double found = -1;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        char *end;
        cr_assert(fm__business_plain_money(fm__text(plain[i]), &found), "%s", plain[i]);
        cr_assert_eq(found, strtod(plain[i], &end), "%s", plain[i]);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        cr_assert_not(fm__business_plain_money(fm__text(others[i]), &found), "%s", others[i]);
}

/* Eight bytes at once say the same as one after the other, of whatever is behind them. */
Test(base, short_money) {
    static const char letters[] = "0123456789.0123456789.-, /:";
    uint64_t seed = 1;
    size_t numbers = 0;
    for (int round = 0; round < 200000; round++) {
        char cell[16];
        double short_way = -1;
        double long_way = -1;
        size_t length = fixture_random(&seed) % 10;
        size_t most = round % 2 == 0 ? 11 : sizeof letters - 1;
        for (size_t i = 0; i < sizeof cell; i++)
            cell[i] = letters[fixture_random(&seed) % most];
        bool is_short = fm__business_short_money((fm_text){cell, length}, &short_way);
        bool is_number = fm__business_plain_money((fm_text){cell, length}, &long_way);
        cr_assert_eq(is_short, length == 0 || (is_number && length <= 8), "%.*s", (int)length, cell);
        if (is_short)
            cr_assert_eq(short_way, length == 0 ? 0 : long_way, "%.*s", (int)length, cell);
        numbers += is_short;
    }
    cr_assert_gt(numbers, 50000);
}

/* Columns in memory: numbers where numbers belong, carried as the match table shows them. */
Test(base, columns_in_memory) {
    fm_model *model = new_model(&spec);
    double hours[] = {1.5, (double)NAN, (double)INFINITY, 2};
    double install[] = {1, 0, 1, 0.5};
    double money[] = {0.1, (double)NAN, 3, 4};
    double ids[] = {17, 18, 19, 20};
    fm_text regions[] = {fm__text("x"), fm__text("y"), fm__text(""), fm__text("")};
    fm_column columns[] = {
        {.name = "id", .numbers = ids},          {.name = "hours", .numbers = hours},
        {.name = "install", .numbers = install}, {.name = "money", .numbers = money},
        {.name = "where", .texts = regions},
    };
    reject_lines lines = {0};
    fm_base_options options = {.reject = add_reject, .context = &lines};
    fm_table *table = NULL;
    fm_base *base = NULL;
    cr_assert_eq(fm_table_from_columns(columns, 5, 4, &table, NULL), FM_OK);
    cr_assert_eq(fm_base_read(model, table, &options, NULL, &base, NULL), FM_OK);
    cr_assert_str_eq(lines.text, "3:0 hours: infinite; a finite number is needed []\n"
                                 "4:0 install: 0.5 is neither 0 nor 1 []\n");
    expect_text(fm_base_id(base, 1), "18");
    expect_text(fm_base_cell(base, 0, 0), "0.1");
    expect_text(fm_base_cell(base, 0, 1), "");
    expect_count(base, 0, false, (fm_demand_count){true, {0, 1, 1}, 1});
    fm_base_free(base);
    fm_table_free(table);
    /* A set made of numbers has no meaning. */
    columns[4] = (fm_column){.name = "where", .numbers = hours};
    fm_error error = {0};
    base = NULL;
    cr_assert_eq(fm_table_from_columns(columns, 5, 2, &table, NULL), FM_OK);
    cr_assert_eq(fm_base_read(model, table, NULL, NULL, &base, &error), FM_ERROR_INPUT);
    cr_assert_str_eq(error.message, "the customers' column `where` must hold texts");
    cr_assert_null(base);
    fm_table_free(table);
    fm_model_free(model);
}

/* Money handed over as a number is that very number, also where 15 digits would not tell it from another. */
Test(base, money_from_memory_is_exact) {
    fm_model *model = new_model(&spec);
    double money[] = {0.1 + 0.2, 1e15 / 3, 0x1p-1074, -0.0};
    fm_text ids[] = {fm__text("a"), fm__text("b"), fm__text("c"), fm__text("d")};
    fm_column columns[] = {{.name = "id", .texts = ids}, {.name = "money", .numbers = money}};
    fm_table *table = NULL;
    fm_base *base = NULL;
    cr_assert_eq(fm_table_from_columns(columns, 2, 4, &table, NULL), FM_OK);
    cr_assert_eq(fm_base_read(model, table, NULL, NULL, &base, NULL), FM_OK);
    cr_assert_eq(fm_base_row_count(base), 4);
    for (size_t row = 0; row < 4; row++)
        cr_assert_eq(base->segments[0]->values[row], money[row], "%a instead of %a",
                     base->segments[0]->values[row], money[row]);
    fm_base_free(base);
    fm_table_free(table);
    fm_model_free(model);
}

/* One column may have several roles and be a demand as well: each checks it, and it is carried once. */
Test(base, shared_columns) {
    static const fm_attribute one[] = {{.name = "price", .rule = FM_RULE_AT_MOST}};
    static const fm_role_column shared[] = {{FM_ROLE_OWNER, "price", {0, 0}},
                                            {FM_ROLE_VALUE, "price", {0, 0}},
                                            {FM_ROLE_NAME, "customer_id", {0, 0}}};
    static const fm_model_spec small = {
        .attributes = one, .attribute_count = 1, .roles = shared, .role_count = 3};
    static const char *const keep[] = {"customer_id"};
    fm_model *model = new_model(&small);
    reject_lines lines = {0};
    fm_base_options options = {.reject = add_reject, .context = &lines, .keep = keep, .keep_count = 1};
    fm_table *table = table_of("customer_id,price\na,5\nb,-1\nc,x\nd,\n", "c.csv");
    fm_base *base = NULL;
    cr_assert_eq(fm_base_read(model, table, &options, NULL, &base, NULL), FM_OK);
    cr_assert_str_eq(lines.text, "3:3 price: \"-1\" is negative; money at stake is 0 or more [b,-1]\n"
                                 "4:3 price: \"x\" is not a number [c,x]\n");
    cr_assert_eq(fm_base_column_count(base), 1);
    expect_text(fm_base_cell(base, 0, 0), "5");
    cr_assert(base->segments[0]->values[0] == 5 && base->segments[0]->values[1] == 0);
    expect_count(base, 0, false, (fm_demand_count){true, {1, 0, 1}, 1});
    fm_base_free(base);
    fm_table_free(table);
    fm_model_free(model);
}

/* The final code of a row; FM__CODE_NONE behind the last one. */
static uint32_t code_at(const fm_base *base, size_t attribute, size_t row) {
    const fm__demands *d = fm__base_demands(base, attribute, false);
    const uint64_t *slices =
        fm__base_block(base, row / FM__BLOCK_ROWS) + (size_t)d->first_slice * FM__BLOCK_WORDS;
    return fm__slices_code(slices, d->slice_count, row % FM__BLOCK_ROWS);
}

/* Carried cells and codes over the seams of segments, with more than 255 demands and none in the first rows.
 */
static void check_long(size_t rows, size_t attribute_count) {
    fm_attribute *many = calloc(attribute_count, sizeof *many);
    char(*names)[12] = calloc(attribute_count, sizeof *names);
    fm_column *columns = calloc(attribute_count + 1, sizeof *columns);
    double *numbers = calloc(rows, sizeof *numbers);
    fm_text *ids = calloc(rows, sizeof *ids);
    char(*id_bytes)[12] = calloc(rows, sizeof *id_bytes);
    for (size_t row = 0; row < rows; row++) {
        numbers[row] = row < 600 ? (double)(row % 3) : (double)(row * 7 % 70001);
        ids[row] = (fm_text){id_bytes[row], (size_t)sprintf(id_bytes[row], "%zu", row * 31)};
    }
    columns[0] = (fm_column){.name = "customer_id", .texts = ids};
    for (size_t a = 0; a < attribute_count; a++) {
        (void)sprintf(names[a], "a%zu", a);
        many[a] = (fm_attribute){.name = names[a], .rule = FM_RULE_AT_MOST};
        columns[a + 1] = (fm_column){.name = names[a], .numbers = numbers};
    }
    fm_model_spec wide = {.attributes = many, .attribute_count = attribute_count};
    fm_model *model = new_model(&wide);
    fm_table *table = NULL;
    fm_base *base = NULL;
    cr_assert_eq(fm_table_from_columns(columns, attribute_count + 1, rows, &table, NULL), FM_OK);
    cr_assert_eq(fm_base_read(model, table, NULL, NULL, &base, NULL), FM_OK);
    cr_assert_eq(fm_base_row_count(base), rows);
    cr_assert_eq(base->block_count, (rows + FM__BLOCK_ROWS - 1) / FM__BLOCK_ROWS);
    cr_assert_gt(base->segment_count, 1);
    for (size_t row = 0; row < rows; row++) {
        expect_text(fm_base_id(base, row), id_bytes[row]);
        for (size_t a = 0; a < attribute_count; a += attribute_count / 2 + 1) {
            const fm__demands *d = fm__base_demands(base, a, false);
            uint32_t code = code_at(base, a, row);
            cr_assert(code >= FM__CODE_FIRST && d->numbers[code - FM__CODE_FIRST] == numbers[row], "row %zu",
                      row);
        }
    }
    cr_assert_eq(fm_base_find(base, id_bytes[rows - 1], 0), rows - 1);
    for (size_t row = rows; row < base->block_count * FM__BLOCK_ROWS; row++)
        cr_assert_eq(code_at(base, 0, row), FM__CODE_NONE, "row %zu is behind the last", row);
    fm_base_free(base);
    fm_table_free(table);
    fm_model_free(model);
    free(many);
    free(names);
    free(columns);
    free(numbers);
    free(ids);
    free(id_bytes);
}

Test(base, segments) {
    check_long(FM__SEGMENT_ROWS_MAX + 1, 1);
    check_long(2 * FM__SEGMENT_ROWS_MAX, 2);
    check_long(3 * FM__SEGMENT_ROWS_MAX - 700, 1);
    check_long(3000, 1500); /* segments get shorter as attributes get many */
}

/* While reading, codes are kept in one, two or four bytes: as many demands as just fit, and one more. */
Test(base, code_widths) {
    static const size_t counts[] = {253, 254, 255, 256, 65533, 65534, 65535, 65536};
    static const fm_attribute one[] = {{.name = "hours", .rule = FM_RULE_AT_LEAST}};
    static const fm_model_spec small = {.attributes = one, .attribute_count = 1};
    static fm_text ids[65536];
    static double hours[65536];
    fm_model *model = new_model(&small);
    fm_column columns[] = {{.name = "customer_id", .texts = ids}, {.name = "hours", .numbers = hours}};
    for (size_t row = 0; row < 65536; row++) {
        ids[row] = fm__text("x");
        hours[row] = (double)row;
    }
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        fm_table *table = NULL;
        fm_base *base = NULL;
        cr_assert_eq(fm_table_from_columns(columns, 2, counts[i], &table, NULL), FM_OK);
        cr_assert_eq(fm_base_read(model, table, NULL, NULL, &base, NULL), FM_OK);
        for (size_t row = 0; row < counts[i]; row++)
            cr_assert_eq(code_at(base, 0, row), FM__CODE_FIRST + row, "%zu demands, row %zu", counts[i], row);
        fm_base_free(base);
        fm_table_free(table);
    }
    fm_model_free(model);
}

/* Stopping while the table is read stops the reading of the base. */
static bool stop_reading(void *context, fm_phase phase, uint64_t done, uint64_t total) {
    (void)total;
    return phase != FM_PHASE_READ || done < *(const uint64_t *)context;
}

Test(base, cancelled_while_the_table_is_read) {
    char folder[FOLDER_BYTES];
    char path[PATH_BYTES];
    folder_new(folder);
    file_write(folder_path(folder, "c.csv", path), customers);
    uint64_t stop_at = sizeof customers - 20; /* long after the header */
    fm_progress progress = {stop_reading, &stop_at};
    fm_csv_options csv = {.window_bytes = 64, .progress = &progress};
    fm_model *model = new_model(&spec);
    fm_table *table = NULL;
    fm_base *base = NULL;
    fm_error error = {0};
    cr_assert_eq(fm_table_open_csv(path, &csv, &table, NULL), FM_OK);
    cr_assert_eq(fm_base_read(model, table, NULL, NULL, &base, &error), FM_ERROR_CANCELLED);
    cr_assert(base == NULL && error.status == FM_ERROR_CANCELLED);
    fm_table_free(table);
    fm_model_free(model);
    folder_free(folder);
}

/* Progress tells rows done of all rows, never more than there are. */
typedef struct steps {
    unsigned count;
    uint64_t last;
    uint64_t rows;
    unsigned stop_at; /* 0: never */
} steps;

static bool note_step(void *context, fm_phase phase, uint64_t done, uint64_t total) {
    steps *s = context;
    cr_assert_eq(phase, FM_PHASE_BUILD);
    cr_assert_eq(total, s->rows);
    cr_assert_leq(done, total, "%llu of %llu rows", (unsigned long long)done, (unsigned long long)total);
    cr_assert_geq(done, s->last);
    s->last = done;
    return ++s->count != s->stop_at;
}

Test(base, progress) {
    static const fm_attribute one[] = {{.name = "hours", .rule = FM_RULE_AT_MOST}};
    static const fm_model_spec small = {.attributes = one, .attribute_count = 1};
    enum { ROWS = FM__SEGMENT_ROWS_MAX + 10 };
    static fm_text ids[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        ids[i] = fm__text("x");
    fm_column columns[] = {{.name = "customer_id", .texts = ids}};
    fm_model *model = new_model(&small);
    for (unsigned stop_at = 0; stop_at < 3; stop_at++) {
        steps s = {.rows = ROWS, .stop_at = stop_at};
        fm_progress progress = {note_step, &s};
        fm_base_options options = {.progress = &progress};
        fm_table *table = NULL;
        fm_base *base = NULL;
        cr_assert_eq(fm_table_from_columns(columns, 1, ROWS, &table, NULL), FM_OK);
        fm_status status = fm_base_read(model, table, &options, NULL, &base, NULL);
        cr_assert_eq(status, stop_at == 0 ? FM_OK : FM_ERROR_CANCELLED);
        cr_assert_eq(base != NULL, stop_at == 0);
        cr_assert_eq(s.count, stop_at == 0 ? 2 : stop_at);
        fm_base_free(base);
        fm_table_free(table);
    }
    fm_model_free(model);
}
