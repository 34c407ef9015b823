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

/** Readable bytes behind the cells of a CSV batch, so that short cells can be loaded whole. */
#define FM__CELL_SLACK_BYTES 64

/** Where the cells of a plain batch stand: one in which no cell is quoted and no record is faulty. */
typedef struct fm__spans {
    const char *text;
    const uint32_t *starts;  /**< of cells in `text`; a cell ends one byte before the next one starts */
    const uint32_t *places;  /**< [row] of the record's first cell in `starts` */
    const uint32_t *columns; /**< [selected] in the record */
    uint32_t last_column;    /**< its cells end where their record does, before a return */
} fm__spans;

/** Rows of a table, column by column. Arrays have `row_count` entries; a faulty record's cells are
 * unspecified. */
typedef struct fm__batch {
    size_t row_count;       /**< 0: the table is at its end */
    const fm__spans *plain; /**< a chunk's plain batch has this instead of `texts`; else NULL */
    const fm_text *const
        *texts; /**< [selected column] -> cells, quotes resolved, not trimmed; NULL if numbers */
    const double *const *numbers; /**< [selected column] -> cells of a numeric column in memory; else NULL */
    const unsigned char *faults;  /**< fm__record_fault of each row */
    const uint64_t *lines;        /**< physical line where each record starts; in memory: row number + 1 */
    const fm_text *records;       /**< raw bytes of each record without its line end; empty in memory */
    const uint32_t *cell_counts;  /**< cells found in each record (for the message about a wrong number) */
} fm__batch;

/** Text of a table, some whole records as far as could be guessed; its memory belongs to who holds it. */
typedef struct fm__chunk {
    char *memory; /**< FM__CELL_SLACK_BYTES more than `capacity` */
    size_t capacity;
    size_t length;
    bool is_last; /**< nothing comes after it */
} fm__chunk;

/** What a step through a chunk came to. */
typedef enum fm__chunk_outcome {
    FM__CHUNK_ROWS,
    FM__CHUNK_DONE,   /**< no whole record is left in the chunk */
    FM__CHUNK_FAILED, /**< the next record ends the reading of the table */
    FM__CHUNK_NO_MEMORY,
} fm__chunk_outcome;

typedef struct fm__chunk_parser fm__chunk_parser;

/** Reading a table by several threads: one thread cuts it into chunks, a parser for each thread reads them.
 *
 * Where a chunk ends is a guess. Whether it was right shows when its records are all read: what is then left
 * of it belongs before the next chunk, which has to be read again from there. */
typedef struct fm__chunk_methods {
    /** The table's next text, at least `least` bytes where there are so many; for one thread at a time. */
    fm_status (*fill)(fm_table *table, fm__chunk *chunk, size_t least, fm_error *error);
    /** Makes chunks to come smaller: about so many bytes, unless they are smaller already. */
    void (*shrink)(fm_table *table, size_t chunk_bytes);
    /** The line of the first record. */
    uint64_t (*first_line)(const fm_table *table);
    /** A parser for the selected columns; NULL when memory ran out. */
    fm__chunk_parser *(*parser_new)(const fm_table *table);
    void (*parser_free)(fm__chunk_parser *parser);
    /** Begins a chunk, borrowed, that starts with a record. */
    void (*begin)(fm__chunk_parser *parser, const fm__chunk *chunk);
    /** The chunk's next rows; their lines count from 0, its first line. */
    fm__chunk_outcome (*next)(fm__chunk_parser *parser, fm__batch *out_batch);
    /** Bytes and lines of the chunk's records up to where the parser is. */
    size_t (*bytes_done)(const fm__chunk_parser *parser);
    uint64_t (*lines_done)(const fm__chunk_parser *parser);
    /** Like fm__table_methods.locate. */
    fm_position (*locate)(const fm__chunk_parser *parser, const fm__batch *batch, size_t row,
                          size_t selected);
    /** The error behind FM__CHUNK_FAILED, `line` being the chunk's first. */
    fm_status (*fail)(const fm_table *table, const fm__chunk_parser *parser, uint64_t line, fm_error *error);
} fm__chunk_methods;

typedef struct fm__table_methods {
    /** Chooses the columns of the batches, by place in the header, in the reader's order; a column may come
     * twice. */
    fm_status (*select)(fm_table *table, const uint32_t *columns, size_t count, fm_error *error);
    /** The next rows. */
    fm_status (*next)(fm_table *table, fm__batch *out_batch, fm_error *error);
    /** Where in the file a selected cell of a row of the current batch starts (slow; for messages). */
    fm_position (*locate)(const fm_table *table, const fm__batch *batch, size_t row, size_t selected);
    void (*free)(fm_table *table);
    const fm__chunk_methods *chunks; /**< NULL where a table is read as a whole */
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
