/* Saying what is wrong with a table: missing columns and records that cannot be read. */
#ifndef FITMATCH_TABLES_FAULTS_H
#define FITMATCH_TABLES_FAULTS_H

#include "support/error.h"
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

#endif
