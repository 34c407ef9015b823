/* The one interface between tables and what reads them: batches of columns.
 *
 * A source (CSV scanner, columns in memory, later DuckDB) fills batches; a reader selects the columns that it
 * wants, once, and pulls batches until one is empty. Views in a batch live until the next call on the table.
 */
#ifndef FITMATCH_TABLES_TABLE_H
#define FITMATCH_TABLES_TABLE_H

#include <fitmatch/model.h>
#include <fitmatch/table.h>

/** Why a whole record cannot be read. */
typedef enum fm__record_fault {
    FM__RECORD_OK,
    FM__RECORD_TOO_FEW_CELLS,
    FM__RECORD_TOO_MANY_CELLS,
    FM__RECORD_TEXT_AFTER_QUOTE, /**< something other than blanks between a closing quote and the delimiter */
} fm__record_fault;

/** Most rows in a batch: enough to spread per-batch costs, few enough that 32 columns of views stay in the L2
 * cache. */
#define FM__BATCH_ROWS_MAX 1024

/** Rows of a table, column by column. Arrays have `row_count` entries; a faulty record's cells are
 * unspecified. */
typedef struct fm__batch {
    size_t row_count; /**< 0: the table is at its end */
    const fm_text *const
        *texts; /**< [selected column] -> cells, quotes resolved, not trimmed; NULL if numbers */
    const double *const *numbers; /**< [selected column] -> cells of a numeric column in memory; else NULL */
    const unsigned char *faults;  /**< fm__record_fault of each row */
    const uint64_t *lines;        /**< physical line where each record starts; in memory: row number + 1 */
    const fm_text *records;       /**< raw bytes of each record without its line end; empty in memory */
    const uint32_t *cell_counts;  /**< cells found in each record (for the message about a wrong number) */
} fm__batch;

typedef struct fm__table_methods {
    /** Chooses the columns of the batches, by place in the header, in the reader's order; a column may come
     * twice. */
    fm_status (*select)(fm_table *table, const uint32_t *columns, size_t count, fm_error *error);
    /** The next rows. */
    fm_status (*next)(fm_table *table, fm__batch *out_batch, fm_error *error);
    /** Where in the file a selected cell of a row of the current batch starts (slow; for messages). */
    fm_position (*locate)(const fm_table *table, const fm__batch *batch, size_t row, size_t selected);
    void (*free)(fm_table *table);
} fm__table_methods;

/** What every source begins with. */
struct fm_table {
    const fm__table_methods *methods;
    const char *file; /**< for messages; "<stdin>" for standard input, NULL for columns in memory */
    size_t column_count;
    const char *const *names;          /**< as they stand in the header, quotes resolved; NUL-terminated */
    const fm_position *name_positions; /**< where each name stands; NULL for columns in memory */
    const bool *numeric;               /**< columns in memory: which hold numbers; NULL for all others */
};

/** The place of the column with this name (the header's names trimmed), or SIZE_MAX. */
size_t fm__table_find(const fm_table *table, const char *name);

#endif
