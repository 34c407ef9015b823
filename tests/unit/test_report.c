/* Reports: cells, rows that are kept and rows that are worked out, and CSV. */
#include "analysis/report.h"
#include "support/text.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const fm_report_column KINDS[] = {
    {"text", "Text", FM_CELL_TEXT},       {"count", "Count", FM_CELL_COUNT},
    {"change", "Change", FM_CELL_CHANGE}, {"number", "Number", FM_CELL_NUMBER},
    {"share", "Share", FM_CELL_SHARE},    {"score", "Score", FM_CELL_SCORE},
};
static const fm_report_column ONE[] = {{"row", "Row", FM_CELL_COUNT}};

/* The CSV of a table as text. */
static void read_csv(fm_report *report, size_t table, char *out_text, size_t capacity) {
    char path[] = "/tmp/fitmatch-report-XXXXXX";
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    FILE *stream = fdopen(file, "r");
    fm_error error;
    cr_assert_eq(fm_report_write_csv(report, table, path, &error), FM_OK, "%s", error.message);
    (void)fclose(stream);
    stream = fopen(path, "r");
    cr_assert_not_null(stream);
    size_t length = fread(out_text, 1, capacity - 1, stream);
    out_text[length] = '\0';
    (void)fclose(stream);
    (void)remove(path);
}

Test(report, every_kind_as_csv) {
    fm_report *report = fm__report_new("kinds");
    size_t table = FM__REPORT_TABLE(report, "kinds", KINDS);
    fm_cell *cells = fm__report_add_row(report, table);
    cells[0] = fm__cell_of_string("a \"b\", c");
    cells[1] = fm__cell_of_count(UINT64_MAX);
    cells[2] = fm__cell_of_change(INT64_MIN);
    cells[3] = fm__cell_of_number(0.1 + 0.2);
    cells[4] = fm__cell_of_share(1, 3);
    cells[5] = fm__cell_of_number(-1.23456);
    cells = fm__report_add_row(report, table);
    cells[3] = fm__cell_of_number((double)INFINITY);
    cells[4] = fm__cell_of_share(0, 0);
    cells[5] = fm__cell_of_number(DBL_MAX);
    char text[512];
    read_csv(report, table, text, sizeof text);
    cr_assert_str_eq(text, "text,count,change,number,share,score\n"
                           "\"a \"\"b\"\", c\",18446744073709551615,-9223372036854775808,0.3,"
                           "0.333333333333333,-1.2346\n"
                           ",,,,0,1.79769313486232e+308\n");
    fm_report_free(report);
}

static fm_status square(void *source, uint64_t row, fm_cell *out_cells, fm_error *error) {
    const uint64_t *most = source;
    if (row >= *most)
        return fm__fail(error, FM_ERROR_MEMORY, "too far");
    if (row != 1)
        out_cells[0] = fm__cell_of_count(row * row);
    return FM_OK;
}

static unsigned freed;

static void count_free(void *source) {
    (void)source;
    freed++;
}

Test(report, rows_worked_out) {
    fm_report *report = fm__report_new("lazy");
    uint64_t most = 3;
    size_t table = FM__REPORT_TABLE(report, "squares", ONE);
    report->source = &most;
    report->source_free = count_free;
    report->tables[table].row = square;
    report->tables[table].row_count = 3;
    char text[64];
    read_csv(report, table, text, sizeof text);
    cr_assert_str_eq(text, "row\n0\n\n4\n");
    /* A row that fails leaves no file behind, and the older one as it was. */
    report->tables[table].row_count = 4;
    fm_error error;
    cr_assert_eq(fm_report_write_csv(report, table, "/tmp/fitmatch-report-not-there.csv", &error),
                 FM_ERROR_MEMORY);
    cr_assert_str_eq(error.message, "too far");
    cr_assert_null(fopen("/tmp/fitmatch-report-not-there.csv", "r"));
    fm_report_free(report);
    cr_assert_eq(freed, 1);
}

Test(report, tables_and_notes_by_name) {
    fm_report *report = fm__report_new("names");
    cr_assert_eq(fm_report_table_count(report), 0);
    cr_assert_eq(FM__REPORT_TABLE(report, "first", ONE), 0);
    cr_assert_eq(FM__REPORT_TABLE(report, "second", KINDS), 1);
    cr_assert_eq(fm_report_find_table(report, "second"), 1);
    cr_assert_eq(fm_report_find_table(report, "third"), SIZE_MAX);
    cr_assert_eq(fm_report_column_count(report, 1), 6);
    cr_assert(fm__report_add_note(report, "%d of %s", 7, "them"));
    cr_assert_eq(fm_report_note_count(report), 1);
    cr_assert_str_eq(fm_report_note(report, 0), "7 of them");
    char name[] = "kept";
    fm_cell cell;
    cr_assert(fm__report_keep(report, fm__text(name), &cell));
    name[0] = 'w';
    cr_assert(fm__text_equal(cell.text, fm__text("kept")));
    cr_assert(fm__report_keep(report, (fm_text){"", 0}, &cell));
    cr_assert(cell.is_null);
    fm_report_free(report);
    fm_report_free(NULL);
}
