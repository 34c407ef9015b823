#include "support/text.h"
#include "tables/table.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static fm__batch next_of(fm_table *table) {
    fm__batch batch;
    cr_assert_eq(table->methods->next(table, &batch, NULL), FM_OK);
    return batch;
}

Test(columns, batches_are_views) {
    enum { ROWS = 2500 };
    fm_text *texts = calloc(ROWS, sizeof *texts);
    double *numbers = calloc(ROWS, sizeof *numbers);
    cr_assert(texts != NULL && numbers != NULL);
    for (size_t i = 0; i < ROWS; i++) {
        texts[i] = fm__text(i % 2 == 0 ? "even" : "odd");
        numbers[i] = (double)i;
    }
    fm_column columns[] = {{.name = " id ", .texts = texts}, {.name = "price", .numbers = numbers}};
    fm_table *table = NULL;
    cr_assert_eq(fm_table_from_columns(columns, 2, ROWS, &table, NULL), FM_OK);
    cr_assert_null(table->file);
    cr_assert_null(table->name_positions);
    cr_assert_eq(fm_table_column_count(table), 2);
    cr_assert_str_eq(fm_table_column_name(table, 0), " id ");
    cr_assert_eq(fm__table_find(table, "id"), 0);
    cr_assert_eq(fm__table_find(table, "price"), 1);
    cr_assert_eq(fm__table_find(table, "pric"), SIZE_MAX);
    static const uint32_t selected[] = {1, 0, 1};
    cr_assert_eq(table->methods->select(table, selected, 3, NULL), FM_OK);
    size_t row = 0;
    for (fm__batch batch = next_of(table); batch.row_count > 0; batch = next_of(table)) {
        cr_assert_leq(batch.row_count, FM__BATCH_ROWS_MAX);
        cr_assert_eq(batch.texts[1], texts + row);
        cr_assert_eq(batch.numbers[0], numbers + row);
        cr_assert_eq(batch.numbers[2], numbers + row);
        cr_assert(batch.texts[0] == NULL && batch.numbers[1] == NULL);
        for (size_t i = 0; i < batch.row_count; i++) {
            cr_assert_eq(batch.lines[i], row + i + 1);
            cr_assert_eq(batch.faults[i], FM__RECORD_OK);
            cr_assert_eq(batch.records[i].length, 0);
            cr_assert_eq(batch.cell_counts[i], 2);
        }
        fm_position at = table->methods->locate(table, &batch, 1, 0);
        cr_assert(at.line == row + 2 && at.column == 0);
        row += batch.row_count;
    }
    cr_assert_eq(row, ROWS);
    fm_table_free(table);
    free(texts);
    free(numbers);
}

Test(columns, no_rows) {
    fm_column columns[] = {{.name = "id"}, {.name = ""}, {.name = " "}};
    fm_table *table = NULL;
    cr_assert_eq(fm_table_from_columns(columns, 3, 0, &table, NULL), FM_OK);
    static const uint32_t selected[] = {0, 1, 2};
    cr_assert_eq(table->methods->select(table, selected, 3, NULL), FM_OK);
    cr_assert_eq(next_of(table).row_count, 0);
    fm_table_free(table);
}

static void assert_refused(const fm_column *columns, size_t count, const char *message) {
    fm_table *table = NULL;
    fm_error error = {.status = FM_OK};
    cr_assert_eq(fm_table_from_columns(columns, count, 1, &table, &error), FM_ERROR_ARGUMENT);
    cr_assert_str_eq(error.message, message);
    cr_assert_null(table);
}

Test(columns, arguments_are_checked) {
    static const fm_text text = {"x", 1};
    static const double number = 1;
    assert_refused(NULL, 0, "a table has at least one column");
    assert_refused((fm_column[]){{.texts = &text}}, 1, "column 1 has no name");
    assert_refused((fm_column[]){{.name = "a"}}, 1, "column 1 needs either texts or numbers");
    assert_refused(
        (fm_column[]){{.name = "a", .texts = &text}, {.name = "b", .texts = &text, .numbers = &number}}, 2,
        "column 2 needs either texts or numbers");
    assert_refused((fm_column[]){{.name = "a", .texts = &text},
                                 {.name = "b", .texts = &text},
                                 {.name = " a", .numbers = &number}},
                   3, "column `a` stands twice");
    fm_table *table = NULL;
    cr_assert_eq(fm_table_from_columns(&(fm_column){.name = "a", .texts = &text}, 1, 1, &table, NULL), FM_OK);
    static const uint32_t beyond = 1;
    fm_error error;
    cr_assert_eq(table->methods->select(table, &beyond, 1, &error), FM_ERROR_ARGUMENT);
    cr_assert_str_eq(error.message, "column 2 of a table of 1 columns");
    fm_table_free(table);
}
