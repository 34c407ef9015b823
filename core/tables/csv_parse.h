/* From CSV text to batches: records checked and counted, selected cells as views. No input or output happens
 * here.
 *
 * A parser can begin at the start of any record of any buffer; several may work on parts of one text. */
#ifndef FITMATCH_TABLES_CSV_PARSE_H
#define FITMATCH_TABLES_CSV_PARSE_H

#include "tables/csv_index.h"
#include "tables/table.h"

/** What a call to the parser came to. */
typedef enum fm__csv_outcome {
    FM__CSV_ROWS,      /**< the batch has rows */
    FM__CSV_MORE,      /**< no whole record is there; more text is needed */
    FM__CSV_END,       /**< the text has ended and so have its records */
    FM__CSV_NUL,       /**< the next record holds a NUL */
    FM__CSV_LONG,      /**< the next record is longer than allowed */
    FM__CSV_OPEN,      /**< the next record has a quote that the text never closes */
    FM__CSV_NO_MEMORY, /**< memory ran out */
} fm__csv_outcome;

/** Memory for cells whose content differs from what stands in the text; lives as long as a batch. */
typedef struct fm__csv_scratch {
    char *piece;
    size_t used;
    size_t capacity;
    char **full; /**< pieces before the current one */
    size_t full_count;
    size_t full_capacity;
} fm__csv_scratch;

typedef struct fm__csv_parser {
    fm__csv_index index;
    char delimiter;
    size_t column_count;
    size_t record_bytes; /**< longest record allowed */
    uint64_t line;       /**< where the first record that has not been handed out starts */
    size_t nul_at;       /**< after FM__CSV_NUL: how far behind that record's start */
    void *rows;          /**< one region, cut into the arrays below; NULL before columns are selected */
    size_t row_capacity; /**< most rows in a batch */
    size_t selected_count;
    uint32_t *selected;
    fm_text *cells;        /**< [selected][row_stride], one column after the other */
    const fm_text **texts; /**< [selected], into `cells` */
    const double **numbers;
    size_t row_stride;
    unsigned char *faults;
    uint64_t *lines;
    fm_text *records;
    uint32_t *cell_counts;
    uint32_t *first_cells; /**< the place in the index of each row's first cell */
    fm__csv_scratch scratch;
    bool leaves_plain; /**< for the caller to set: plain batches come with `plain` and without `texts` */
    fm__spans spans;
    size_t handed_out; /**< records of the index that the last batch was made of */
} fm__csv_parser;

/** Room for records that a parser allows at most. */
#define FM__CSV_RECORD_BYTES_MAX ((size_t)1 << 30)

/** Sets up a parser at the start of a record in line `line`, no column selected; false when memory ran out.
 */
bool fm__csv_parser_init(fm__csv_parser *parser, char delimiter, size_t column_count, size_t record_bytes,
                         uint64_t line);

/** Begins again at the start of a record of another text. */
void fm__csv_parser_restart(fm__csv_parser *parser, uint64_t line);

void fm__csv_parser_destroy(fm__csv_parser *parser);

/** Chooses the columns of the batches, which must be done before parsing; `columns` may be NULL when `count`
 * is 0. False when memory ran out, the parser is then as it was. */
bool fm__csv_parser_select(fm__csv_parser *parser, const uint32_t *columns, size_t count);

/**
 * Reads whole records.
 *
 * @param text   starts with the first record that has not been handed out and holds at least what the last
 * call saw of it, wherever it lies now. Batches refer to it. text.bytes[text.length] must be readable.
 * @param is_end nothing comes after the text.
 * @param out_batch filled for FM__CSV_ROWS; valid until the next call.
 * @param out_consumed bytes of the text that the next call's text must no longer begin with.
 */
fm__csv_outcome fm__csv_parse(fm__csv_parser *parser, fm_text text, bool is_end, fm__batch *out_batch,
                              size_t *out_consumed);

/** Where a selected cell of a row of the parser's last batch starts. */
fm_position fm__csv_parser_locate(const fm__csv_parser *parser, const fm__batch *batch, size_t row,
                                  size_t selected);

#endif
