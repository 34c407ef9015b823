/* Saying what is wrong with a table: missing columns and records that cannot be read. */
#ifndef FITMATCH_TABLES_FAULTS_H
#define FITMATCH_TABLES_FAULTS_H

#include "support/error.h"
#include "support/names.h"
#include "support/text.h"
#include "tables/table.h"

/** The header's name nearest to one that is missing, as "; did you mean `name`?" or ""; returns `buffer`. */
const char *fm__table_suggest(const fm_table *table, const char *name, char *buffer);

/** Whether a column holds numbers instead of texts (only columns in memory do). */
static inline bool fm__table_is_numeric(const fm_table *table, size_t column) {
    return table->numeric != NULL && table->numeric[column];
}

/** Room for fm__record_fault_text. */
#define FM__RECORD_FAULT_BYTES 128

/** What is wrong with a record whose fault is not FM__RECORD_OK; returns `buffer`. */
const char *fm__record_fault_text(const fm_table *table, const fm__batch *batch, size_t row, char *buffer);

/** Adds the fault of a record, if it has one, to the log; whether it had. */
bool fm__record_fault_add(const fm_table *table, const fm__batch *batch, size_t row, fm__fault_log *faults);

/**
 * Adds that a cell names what there is not: "WHAT `NAME`", and the nearest name there is.
 *
 * @param column  of the cell, among the selected ones.
 * @param what    "unknown offering" and the like.
 */
void fm__name_fault_add(const fm_table *table, const fm__batch *batch, size_t row, size_t column,
                        const char *what, fm_text name, const fm__names *known, fm__fault_log *faults);

/**
 * Reads a table to its end, or until the log is full, by one thread: faulty records go to the log, the others
 * to `read`.
 *
 * @param read  takes a row of a batch; a status other than FM_OK ends the reading with it.
 */
FM_NODISCARD fm_status fm__table_read_rows(fm_table *table,
                                           fm_status (*read)(void *context, const fm__batch *batch,
                                                             size_t row),
                                           void *context, fm__fault_log *faults, fm_error *error);

#endif
