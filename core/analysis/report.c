#include "analysis/report.h"

#include "support/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

fm_report *fm__report_new(const char *name) {
    fm_report *report = calloc(1, sizeof *report);
    if (report != NULL)
        report->name = name;
    return report;
}

fm_report *fm__report_new_of(const char *name, size_t source_bytes, void (*source_free)(void *source)) {
    fm_report *report = fm__report_new(name);
    void *source = calloc(1, source_bytes);
    if (report == NULL || source == NULL) {
        free(source);
        free(report);
        return NULL;
    }
    report->source = source;
    report->source_free = source_free;
    return report;
}

fm_status fm__report_end(fm_report *report, fm_status status, fm_report **out_report) {
    if (status == FM_OK)
        *out_report = report;
    else
        fm_report_free(report);
    return status;
}

void fm_report_free(fm_report *report) {
    if (report == NULL)
        return;
    if (report->source_free != NULL)
        report->source_free(report->source);
    for (size_t t = 0; t < report->table_count; t++)
        free(report->tables[t].cells);
    free(report->notes);
    fm__arena_destroy(&report->arena);
    free(report);
}

size_t fm__report_add_table(fm_report *report, const char *name, const fm_report_column *columns,
                            size_t column_count) {
    report->tables[report->table_count] =
        (fm__report_table){.name = name, .columns = columns, .column_count = column_count};
    return report->table_count++;
}

static void clear_cells(fm_cell *cells, size_t count) {
    for (size_t i = 0; i < count; i++)
        cells[i] = (fm_cell){.is_null = true};
}

fm_cell *fm__report_add_row(fm_report *report, size_t table) {
    fm__report_table *t = &report->tables[table];
    size_t begin;
    if (!fm__size_product((size_t)t->row_count, t->column_count, &begin) ||
        begin > SIZE_MAX - t->column_count ||
        !fm__array_reserve(&t->cells, &t->cell_capacity, begin + t->column_count, sizeof *t->cells))
        return NULL;
    clear_cells(t->cells + begin, t->column_count);
    t->row_count++;
    return t->cells + begin;
}

bool fm__report_add_note(fm_report *report, const char *format, ...) {
    char note[FM_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(note, sizeof note, format, arguments);
    va_end(arguments);
    if (!fm__array_reserve(&report->notes, &report->note_capacity, report->note_count + 1,
                           sizeof *report->notes))
        return false;
    const char *copy = fm__arena_string(&report->arena, note);
    if (copy == NULL)
        return false;
    report->notes[report->note_count++] = copy;
    return true;
}

fm_cell fm__cell_of_text(fm_text text) {
    return text.length == 0 ? (fm_cell){.is_null = true} : (fm_cell){.text = text};
}

fm_cell fm__cell_of_string(const char *string) {
    return fm__cell_of_text(fm__text(string));
}

fm_cell fm__cell_of_count(uint64_t count) {
    return (fm_cell){.count = count};
}

fm_cell fm__cell_of_change(int64_t change) {
    return (fm_cell){.change = change};
}

fm_cell fm__cell_of_number(double number) {
    return isfinite(number) ? (fm_cell){.number = number} : (fm_cell){.is_null = true};
}

fm_cell fm__cell_of_share(uint64_t part, uint64_t whole) {
    return fm__cell_of_number(whole == 0 ? 0 : (double)part / (double)whole);
}

bool fm__report_keep(fm_report *report, fm_text text, fm_cell *out_cell) {
    if (text.length > 0) {
        text = fm__arena_text(&report->arena, text);
        if (text.bytes == NULL)
            return false;
    }
    *out_cell = fm__cell_of_text(text);
    return true;
}

const char *fm_report_name(const fm_report *report) {
    return report->name;
}

size_t fm_report_note_count(const fm_report *report) {
    return report->note_count;
}

const char *fm_report_note(const fm_report *report, size_t note) {
    return report->notes[note];
}

size_t fm_report_table_count(const fm_report *report) {
    return report->table_count;
}

const char *fm_report_table_name(const fm_report *report, size_t table) {
    return report->tables[table].name;
}

size_t fm_report_find_table(const fm_report *report, const char *name) {
    for (size_t t = 0; t < report->table_count; t++)
        if (strcmp(report->tables[t].name, name) == 0)
            return t;
    return SIZE_MAX;
}

size_t fm_report_column_count(const fm_report *report, size_t table) {
    return report->tables[table].column_count;
}

const fm_report_column *fm_report_columns(const fm_report *report, size_t table) {
    return report->tables[table].columns;
}

uint64_t fm_report_row_count(const fm_report *report, size_t table) {
    return report->tables[table].row_count;
}

fm_status fm_report_row(fm_report *report, size_t table, uint64_t row, fm_cell *out_cells, fm_error *error) {
    const fm__report_table *t = &report->tables[table];
    if (t->row == NULL) {
        memcpy(out_cells, t->cells + (size_t)row * t->column_count, t->column_count * sizeof *out_cells);
        return FM_OK;
    }
    clear_cells(out_cells, t->column_count);
    return t->row(report->source, row, out_cells, error);
}

uint64_t fm_report_customer(const fm_report *report, size_t table, uint64_t row) {
    const fm__report_table *t = &report->tables[table];
    return t->customer == NULL ? UINT64_MAX : t->customer(report->source, row);
}
