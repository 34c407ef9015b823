/* Every row of a CSV table, read as a stream or in chunks as the threads of the reader do it: for programs
 * that hold the scanner against another reader. */
#ifndef FITMATCH_TESTS_CSV_WALK_H
#define FITMATCH_TESTS_CSV_WALK_H

#include "tables/table.h"

/** Where a walk is; borrowed by the visitor. */
typedef struct csv_row {
    const fm_table *table;
    const fm__chunk_parser *parser; /* NULL in a stream */
    const fm__batch *batch;
    size_t row; /* in the batch */
    uint64_t line;
} csv_row;

/** @return false to end the walk. */
typedef bool csv_visit(void *context, const csv_row *row);

/** A selected cell's content, quotes resolved; the row must not be faulty. */
fm_text csv_row_cell(const csv_row *row, size_t selected);

/** Where a selected cell that the row has starts in the file. */
fm_position csv_row_position(const csv_row *row, size_t selected);

/**
 * Shows every row, in order; the columns have been selected.
 *
 * @param in_chunks by a chunk parser; what a wrong guess about the end of a chunk leaves over is put before
 * the next chunk, as the reader of customers does it.
 * @return the status that reading ended with; FM_OK too when the visitor ended it.
 */
fm_status csv_walk(fm_table *table, bool in_chunks, csv_visit *visit, void *context, fm_error *error);

#endif
