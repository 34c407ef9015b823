/* Reports: what an analysis found, as tables of typed cells. */
#ifndef FITMATCH_REPORT_H
#define FITMATCH_REPORT_H

#include <fitmatch/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Version of all tables and columns (see core/analysis/README.md). */
#define FM_REPORT_SCHEMA 1

/** What the cells of a column hold. */
typedef enum fm_cell_kind {
    FM_CELL_TEXT,
    FM_CELL_COUNT,  /**< a whole number, such as rows */
    FM_CELL_CHANGE, /**< a whole number with a sign */
    FM_CELL_NUMBER, /**< a double */
    FM_CELL_MONEY,  /**< a double: money */
    FM_CELL_SHARE,  /**< a double: a fraction 0..1 */
    FM_CELL_SCORE,  /**< a double, shown with four decimals */
} fm_cell_kind;

/** One cell; which member counts says the column's kind. */
typedef struct fm_cell {
    bool is_null;   /**< there is no answer; all members are zero */
    fm_text text;   /**< FM_CELL_TEXT */
    uint64_t count; /**< FM_CELL_COUNT */
    int64_t change; /**< FM_CELL_CHANGE */
    double number;  /**< all other kinds; finite */
} fm_cell;

/** A column of a table. Static. */
typedef struct fm_report_column {
    const char *name;  /**< in CSV and JSON */
    const char *title; /**< for people */
    fm_cell_kind kind;
} fm_report_column;

/** A finished report; immutable, but see fm_report_row. It may borrow from the matches it was made of, which
 * must outlive it. */
typedef struct fm_report fm_report;

/** Frees a report; NULL does nothing. */
FM_API void fm_report_free(fm_report *report);

/** The analysis, such as "summary". Static. */
FM_API const char *fm_report_name(const fm_report *report);

/** Remarks for people, such as what the customers' table lacks; NUL-terminated, owned by the report. */
FM_API size_t fm_report_note_count(const fm_report *report);
FM_API const char *fm_report_note(const fm_report *report, size_t note);

/** Tables; the first is the main one. `table` < table_count. */
FM_API size_t fm_report_table_count(const fm_report *report);
FM_API const char *fm_report_table_name(const fm_report *report, size_t table);
/** The place of the table of this name, or SIZE_MAX. */
FM_API size_t fm_report_find_table(const fm_report *report, const char *name);

/** A table's columns. */
FM_API size_t fm_report_column_count(const fm_report *report, size_t table);
FM_API const fm_report_column *fm_report_columns(const fm_report *report, size_t table);

/** A table's rows. */
FM_API uint64_t fm_report_row_count(const fm_report *report, size_t table);

/**
 * The cells of a row.
 *
 * Long tables are not kept: their rows are worked out here, so that this call is for one thread at a time.
 *
 * @param row       < row_count; in order is fastest.
 * @param out_cells room for as many as the table has columns; their texts are valid until the next call.
 * @return FM_OK or FM_ERROR_MEMORY.
 */
FM_API FM_NODISCARD fm_status fm_report_row(fm_report *report, size_t table, uint64_t row, fm_cell *out_cells,
                                            fm_error *error);

/** The customer whom a row is about, as a row of the base; UINT64_MAX where it is about none, or several.
 * `row` < row_count. */
FM_API uint64_t fm_report_customer(const fm_report *report, size_t table, uint64_t row);

/**
 * Writes a table as CSV: a header, then its rows; null is an empty cell.
 *
 * @param path a file, which appears whole or not at all, or "-" for standard output.
 */
FM_API FM_NODISCARD fm_status fm_report_write_csv(fm_report *report, size_t table, const char *path,
                                                  fm_error *error);

/**
 * The same for some rows of it.
 *
 * @param rows [count] in the order in which they are to be written, each < row_count.
 */
FM_API FM_NODISCARD fm_status fm_report_write_csv_rows(fm_report *report, size_t table, const uint64_t *rows,
                                                       uint64_t count, const char *path, fm_error *error);

#ifdef __cplusplus
}
#endif

#endif
