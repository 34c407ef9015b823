/* Inside of a report: how analyses fill it in. */
#ifndef FITMATCH_ANALYSIS_REPORT_H
#define FITMATCH_ANALYSIS_REPORT_H

#include "support/error.h"
#include "support/memory.h"

#include <fitmatch/report.h>

/** Most tables of a report. */
#define FM__REPORT_TABLES_MAX 4

/** A table: rows are kept, or worked out when they are asked for. */
typedef struct fm__report_table {
    const char *name;
    const fm_report_column *columns;
    size_t column_count;
    uint64_t row_count;
    fm_cell *cells; /**< [row_count][column_count] of kept rows */
    size_t cell_capacity;
    /** Not NULL: works a row out; `source` is the report's. `out_cells` are all null before. */
    fm_status (*row)(void *source, uint64_t row, fm_cell *out_cells, fm_error *error);
    /** NULLable: the row of the base that a row is about; `source` is the report's. */
    uint64_t (*customer)(const void *source, uint64_t row);
} fm__report_table;

struct fm_report {
    const char *name;
    fm__arena arena; /**< of texts and notes */
    const char **notes;
    size_t note_count;
    size_t note_capacity;
    fm__report_table tables[FM__REPORT_TABLES_MAX];
    size_t table_count;
    void *source; /**< what rows are worked out from */
    void (*source_free)(void *source);
};

/** A report without tables; NULL when memory ran out. `name` is static. */
fm_report *fm__report_new(const char *name);

/** The same with a source of so many bytes, all zero, which the report owns; `source_free` is called with it
 * whatever has become of it. */
fm_report *fm__report_new_of(const char *name, size_t source_bytes, void (*source_free)(void *source));

/** How a function that makes a report ends: hands the report out if all went well, else frees it (NULLable
 * then). Returns `status`. */
FM_NODISCARD fm_status fm__report_end(fm_report *report, fm_status status, fm_report **out_report);

/** Adds an empty table; `name` and `columns` are static. Returns its place. */
size_t fm__report_add_table(fm_report *report, const char *name, const fm_report_column *columns,
                            size_t column_count);

/** The same for an array of columns. */
#define FM__REPORT_TABLE(report, name, columns) \
    fm__report_add_table(report, name, columns, sizeof(columns) / sizeof(columns)[0])

/** Adds a row of null cells to a kept table; NULL when memory ran out. Valid until the next row. */
fm_cell *fm__report_add_row(fm_report *report, size_t table);

/** Adds a remark, formatted and copied; false when memory ran out. */
__attribute__((format(printf, 2, 3))) bool fm__report_add_note(fm_report *report, const char *format, ...);

/** Cells. A text is borrowed; a blank one is null. A number that is not finite is null. */
fm_cell fm__cell_of_text(fm_text text);
fm_cell fm__cell_of_string(const char *string);
fm_cell fm__cell_of_count(uint64_t count);
fm_cell fm__cell_of_change(int64_t change);
fm_cell fm__cell_of_number(double number);

/** part / whole; 0 when the whole is 0. */
fm_cell fm__cell_of_share(uint64_t part, uint64_t whole);

/** A copy of a text in the report's arena; false when memory ran out. */
bool fm__report_keep(fm_report *report, fm_text text, fm_cell *out_cell);

#endif
