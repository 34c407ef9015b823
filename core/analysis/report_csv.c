/* Reports as CSV. */
#include "analysis/report.h"
#include "support/number.h"
#include "support/text.h"

#include <fitmatch/output.h>
#include <inttypes.h>
#include <stdio.h>

static fm_status write_cell(fm_output *output, fm_cell_kind kind, const fm_cell *cell, fm_error *error) {
    char number[FM__NUMBER_BYTES];
    int length = 0;
    if (cell->is_null)
        return FM_OK;
    switch (kind) {
    case FM_CELL_TEXT:
        return fm_output_write_cell(output, cell->text, error);
    case FM_CELL_COUNT:
        length = snprintf(number, sizeof number, "%" PRIu64, cell->count);
        break;
    case FM_CELL_CHANGE:
        length = snprintf(number, sizeof number, "%" PRId64, cell->change);
        break;
    case FM_CELL_NUMBER:
    case FM_CELL_MONEY:
    case FM_CELL_SHARE:
        length = (int)fm__number_format(cell->number, number);
        break;
    case FM_CELL_SCORE:
        length = (int)fm__number_format_score(cell->number, number);
        break;
    }
    return fm_output_write(output, number, (size_t)length, error);
}

static fm_status write_header(fm_output *output, const fm_report *report, size_t table, fm_error *error) {
    fm_status status = FM_OK;
    for (size_t c = 0; status == FM_OK && c < report->tables[table].column_count; c++) {
        if (c > 0)
            status = fm_output_write(output, ",", 1, error);
        if (status == FM_OK)
            status = fm_output_write_cell(output, fm__text(report->tables[table].columns[c].name), error);
    }
    return status == FM_OK ? fm_output_write(output, "\n", 1, error) : status;
}

static fm_status write_row(fm_output *output, fm_report *report, size_t table, uint64_t row, fm_cell *cells,
                           fm_error *error) {
    const fm__report_table *t = &report->tables[table];
    fm_status status = fm_report_row(report, table, row, cells, error);
    for (size_t c = 0; status == FM_OK && c < t->column_count; c++) {
        if (c > 0)
            status = fm_output_write(output, ",", 1, error);
        if (status == FM_OK)
            status = write_cell(output, t->columns[c].kind, &cells[c], error);
    }
    return status == FM_OK ? fm_output_write(output, "\n", 1, error) : status;
}

/* All rows for `rows` NULL. */
static fm_status write_rows(fm_report *report, size_t table, const uint64_t *rows, uint64_t count,
                            const char *path, fm_error *error) {
    fm_cell *cells = fm__array_new(report->tables[table].column_count, sizeof *cells);
    fm_output *output = NULL;
    if (cells == NULL)
        return fm__fail_memory(error);
    fm_status status = fm_output_open(path, &output, error);
    if (status == FM_OK)
        status = write_header(output, report, table, error);
    for (uint64_t i = 0; status == FM_OK && i < count; i++)
        status = write_row(output, report, table, rows == NULL ? i : rows[i], cells, error);
    if (status == FM_OK)
        status = fm_output_commit(output, error);
    else
        fm_output_discard(output);
    free(cells);
    return status;
}

fm_status fm_report_write_csv(fm_report *report, size_t table, const char *path, fm_error *error) {
    return write_rows(report, table, NULL, report->tables[table].row_count, path, error);
}

fm_status fm_report_write_csv_rows(fm_report *report, size_t table, const uint64_t *rows, uint64_t count,
                                   const char *path, fm_error *error) {
    static const uint64_t none[1];
    return write_rows(report, table, rows == NULL ? none : rows, count, path, error);
}
