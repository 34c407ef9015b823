/* Customers of a workload as a table that draws them while it is read: nothing is kept, so that a base may be
 * of any size. Any number of threads draw at the same time where the reader wants that. */
#ifndef FITMATCH_BENCH_DRAWN_TABLE_H
#define FITMATCH_BENCH_DRAWN_TABLE_H

#include "workload.h"

/** Which rows of the workload are in the table: `first`, `first + step`, ..., `count` of them. */
typedef struct drawn_rows {
    uint64_t first;
    uint64_t step;
    uint64_t count;
} drawn_rows;

/** Ids are the numbers of the workload's rows in few characters. */
#define DRAWN_ID_BYTES 16

/** Writes the id of a row, digits of 64 kinds, as many as the last one of `rows` needs; returns its length.
 * Not terminated. */
size_t drawn_id(uint64_t row, uint64_t rows, char out_id[DRAWN_ID_BYTES]);

/**
 * Free with fm_table_free, before the workload.
 *
 * @param in_chunks whether the table can be read by several threads; else it is read as a whole, which is to
 * give the same rows.
 */
fm_table *drawn_table_new(const workload *workload, drawn_rows rows, bool in_chunks);

#endif
