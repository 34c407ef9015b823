/* Tables whose few columns have names of ours: delivery records, costs of changes, match tables. */
#ifndef FITMATCH_TABLES_NAMED_TABLE_H
#define FITMATCH_TABLES_NAMED_TABLE_H

#include "support/error.h"
#include "tables/table.h"

/** Most columns of such a table. */
#define FM__NAMED_COLUMNS_MAX 8

/** The columns of such a table, and how messages speak of it. Everything is static. */
typedef struct fm__named_columns {
    const char *have;                         /**< "the costs have" */
    const char *of;                           /**< "the costs'" */
    const char *names[FM__NAMED_COLUMNS_MAX]; /**< in the order of the batches' columns; the rest is NULL */
} fm__named_columns;

/**
 * Selects the columns with these names, which hold texts.
 *
 * @param faults  told of every column that is missing, with the nearest name there is, or holds numbers.
 * @param error   NULLable; not filled in for what `faults` is told.
 * @return FM_ERROR_INPUT when `faults` was told of something; nothing is selected then.
 */
FM_NODISCARD fm_status fm__named_table_select(fm_table *table, const fm__named_columns *columns,
                                              fm__fault_log *faults, fm_error *error);

#endif
