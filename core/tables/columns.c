#include "support/error.h"
#include "support/memory.h"
#include "support/text.h"
#include "tables/table.h"

/* Columns of the caller's as a table: batches are views into them, nothing is copied. */
typedef struct column_table {
    fm_table table; /* first, so that a table can be cast to this */
    const fm_column *columns;
    const char **names;
    bool *numeric;
    uint64_t row_count;
    uint64_t row; /* the next batch's first */
    size_t selected_count;
    uint32_t *selected;
    const fm_text **texts;
    const double **numbers;
    unsigned char faults[FM__BATCH_ROWS_MAX]; /* none, ever */
    uint64_t lines[FM__BATCH_ROWS_MAX];
    fm_text records[FM__BATCH_ROWS_MAX]; /* all empty */
    uint32_t cell_counts[FM__BATCH_ROWS_MAX];
} column_table;

static fm_status columns_select(fm_table *table, const uint32_t *columns, size_t count, fm_error *error) {
    column_table *memory = (column_table *)table;
    for (size_t i = 0; i < count; i++)
        if (columns[i] >= table->column_count)
            return fm__fail(error, FM_ERROR_ARGUMENT, "column %u of a table of %zu columns", columns[i] + 1,
                            table->column_count);
    uint32_t *selected = fm__array_new(count, sizeof *selected);
    const fm_text **texts = fm__array_new(count, sizeof *texts);
    const double **numbers = fm__array_new(count, sizeof *numbers);
    if (selected == NULL || texts == NULL || numbers == NULL) {
        free(selected);
        free(texts);
        free(numbers);
        return fm__fail_memory(error);
    }
    if (count > 0)
        memcpy(selected, columns, count * sizeof *selected);
    free(memory->selected);
    free(memory->texts);
    free(memory->numbers);
    memory->selected = selected;
    memory->texts = texts;
    memory->numbers = numbers;
    memory->selected_count = count;
    return FM_OK;
}

static fm_status columns_next(fm_table *table, fm__batch *out_batch, fm_error *error) {
    (void)error;
    column_table *memory = (column_table *)table;
    uint64_t left = memory->row_count - memory->row;
    size_t row_count = left < FM__BATCH_ROWS_MAX ? (size_t)left : FM__BATCH_ROWS_MAX;
    for (size_t i = 0; i < row_count; i++)
        memory->lines[i] = memory->row + i + 1;
    for (size_t i = 0; i < memory->selected_count; i++) {
        const fm_column *column = &memory->columns[memory->selected[i]];
        memory->texts[i] = column->texts == NULL ? NULL : column->texts + memory->row;
        memory->numbers[i] =
            column->texts != NULL || column->numbers == NULL ? NULL : column->numbers + memory->row;
    }
    memory->row += row_count;
    *out_batch = (fm__batch){
        .row_count = row_count,
        .texts = memory->texts,
        .numbers = memory->numbers,
        .faults = memory->faults,
        .lines = memory->lines,
        .records = memory->records,
        .cell_counts = memory->cell_counts,
    };
    return FM_OK;
}

static fm_position columns_locate(const fm_table *table, const fm__batch *batch, size_t row,
                                  size_t selected) {
    (void)table;
    (void)selected;
    return (fm_position){batch->lines[row], 0};
}

static void columns_free(fm_table *table) {
    column_table *memory = (column_table *)table;
    free(memory->names);
    free(memory->numeric);
    free(memory->selected);
    free(memory->texts);
    free(memory->numbers);
    free(memory);
}

static const fm__table_methods column_methods = {
    .select = columns_select,
    .next = columns_next,
    .locate = columns_locate,
    .free = columns_free,
};

static int compare_names(const void *a, const void *b) {
    const char *const *x = a;
    const char *const *y = b;
    return fm__text_compare(fm__text_trim(fm__text(*x)), fm__text_trim(fm__text(*y)));
}

static fm_status check_columns(const fm_column *columns, size_t column_count, uint64_t row_count,
                               fm_error *error) {
    if (column_count == 0 || column_count > UINT32_MAX)
        return fm__fail(error, FM_ERROR_ARGUMENT, "a table has at least one column");
    for (size_t i = 0; i < column_count; i++) {
        if (columns[i].name == NULL)
            return fm__fail(error, FM_ERROR_ARGUMENT, "column %zu has no name", i + 1);
        bool has_texts = columns[i].texts != NULL;
        bool has_numbers = columns[i].numbers != NULL;
        if ((has_texts && has_numbers) || (!has_texts && !has_numbers && row_count > 0))
            return fm__fail(error, FM_ERROR_ARGUMENT, "column %zu needs either texts or numbers", i + 1);
    }
    return FM_OK;
}

/* `sorted` is scratch for as many names. */
static fm_status check_unique(const fm_column *columns, size_t column_count, const char **sorted,
                              fm_error *error) {
    for (size_t i = 0; i < column_count; i++)
        sorted[i] = columns[i].name;
    qsort(sorted, column_count, sizeof *sorted, compare_names);
    for (size_t i = 1; i < column_count; i++) {
        fm_text name = fm__text_trim(fm__text(sorted[i]));
        char shown[FM__SHOW_BYTES];
        if (name.length > 0 && compare_names(&sorted[i - 1], &sorted[i]) == 0)
            return fm__fail(error, FM_ERROR_ARGUMENT, "column `%s` stands twice", fm__text_show(name, shown));
    }
    return FM_OK;
}

fm_status fm_table_from_columns(const fm_column *columns, size_t column_count, uint64_t row_count,
                                fm_table **out_table, fm_error *error) {
    fm_status status = check_columns(columns, column_count, row_count, error);
    if (status != FM_OK)
        return status;
    column_table *memory = calloc(1, sizeof *memory);
    if (memory == NULL)
        return fm__fail_memory(error);
    memory->table = (fm_table){.methods = &column_methods, .column_count = column_count};
    memory->columns = columns;
    memory->row_count = row_count;
    memory->names = fm__array_new(column_count, sizeof *memory->names);
    memory->numeric = fm__array_new(column_count, sizeof *memory->numeric);
    if (memory->names == NULL || memory->numeric == NULL) {
        status = fm__fail_memory(error);
        goto cleanup;
    }
    status = check_unique(columns, column_count, memory->names, error);
    if (status != FM_OK)
        goto cleanup;
    for (size_t i = 0; i < column_count; i++) {
        memory->names[i] = columns[i].name;
        memory->numeric[i] = columns[i].numbers != NULL;
    }
    for (size_t i = 0; i < FM__BATCH_ROWS_MAX; i++) {
        memory->records[i] = (fm_text){"", 0};
        memory->cell_counts[i] = (uint32_t)column_count;
    }
    memory->table.names = memory->names;
    memory->table.numeric = memory->numeric;
    status = columns_select(&memory->table, NULL, 0, error);
    if (status != FM_OK)
        goto cleanup;
    *out_table = &memory->table;
    return FM_OK;
cleanup:
    columns_free(&memory->table);
    return status;
}
