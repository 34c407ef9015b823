/* Tables: where rows come from. CSV files and streams, or columns that the caller hands over. */
#ifndef FITMATCH_TABLE_H
#define FITMATCH_TABLE_H

#include <fitmatch/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A source of rows with named columns, read once from front to back; not for two threads at a time. */
typedef struct fm_table fm_table;

/** How a CSV table is written. */
typedef struct fm_csv_options {
    char delimiter;      /**< ',' ';' '\t' '|'; 0: the one that the header has most of */
    size_t record_bytes; /**< longest record accepted, at most 1 GiB; 0: 16 MiB */
    size_t window_bytes; /**< size of the reading window and of the chunks that threads read, for tests of
                            their seams; 0: chosen by the scanner */
    const fm_progress *progress; /**< NULLable, borrowed as long as the table lives; reports FM_PHASE_READ */
} fm_csv_options;

/**
 * Opens a CSV table (UTF-8 with or without byte order mark, RFC 4180 quoting, LF or CRLF, header with unique
 * names).
 *
 * @param path    a file, or "-" for standard input. Copied.
 * @param options NULLable: the defaults.
 * @param out_table receives the table; free with fm_table_free.
 * @return FM_OK; FM_ERROR_IO when it cannot be opened or read; FM_ERROR_INPUT for a bad header (empty file,
 * NUL bytes, a column twice, a quote that never closes); FM_ERROR_LIMIT for a record longer than allowed.
 */
FM_API FM_NODISCARD fm_status fm_table_open_csv(const char *path, const fm_csv_options *options,
                                                fm_table **out_table, fm_error *error);

/** A column of the caller's: `texts` or `numbers`, the other NULL, one entry a row. */
typedef struct fm_column {
    const char *name;
    const fm_text *texts;  /**< cells as a CSV file would hold them */
    const double *numbers; /**< for numeric attributes and money; NaN is a blank cell */
} fm_column;

/**
 * Makes a table of columns in memory.
 *
 * @param columns array of `column_count`; names unique. Everything is borrowed until fm_table_free.
 * @param row_count entries in each column.
 */
FM_API FM_NODISCARD fm_status fm_table_from_columns(const fm_column *columns, size_t column_count,
                                                    uint64_t row_count, fm_table **out_table,
                                                    fm_error *error);

/** Frees a table and closes its file; NULL does nothing. */
FM_API void fm_table_free(fm_table *table);

/** How many columns the table has. */
FM_API size_t fm_table_column_count(const fm_table *table);

/** A column's name, as it stands in the header; NUL-terminated, owned by the table. `column` < column_count.
 */
FM_API const char *fm_table_column_name(const fm_table *table, size_t column);

#ifdef __cplusplus
}
#endif

#endif
