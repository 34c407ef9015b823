/* CSV tables from bytes in memory, for tests and fuzzers. */
#ifndef FITMATCH_TABLES_CSV_H
#define FITMATCH_TABLES_CSV_H

#include "tables/table.h"

/** Opens a CSV table like fm_table_open_csv, from `document`, which is borrowed as long as the table lives.
 */
fm_status fm__table_open_csv_memory(fm_text document, const char *file, const fm_csv_options *options,
                                    fm_table **out_table, fm_error *error);

/** For tests: chunks of a CSV table end where they are full (window_bytes), whatever stands there. */
void fm__table_cut_blindly(fm_table *table);

#endif
