/* The first record of a CSV table: which delimiter it uses and what its columns are called. */
#ifndef FITMATCH_TABLES_CSV_HEADER_H
#define FITMATCH_TABLES_CSV_HEADER_H

#include "support/memory.h"
#include "tables/csv_source.h"

#include <fitmatch/model.h>

typedef struct fm__csv_header {
    char delimiter;
    size_t column_count;
    const char *const *names;     /**< quotes resolved; in the arena */
    const fm_position *positions; /**< in the arena */
    uint64_t next_line;           /**< the line behind the header */
} fm__csv_header;

/**
 * Reads the header and moves the source behind it.
 *
 * @param delimiter    0: found from the header.
 * @param record_bytes longest header allowed.
 */
fm_status fm__csv_header_read(fm__csv_source *source, char delimiter, size_t record_bytes, fm__arena *arena,
                              fm__csv_header *out_header, fm_error *error);

/** FM_ERROR_INPUT for a NUL byte. */
fm_status fm__csv_fail_nul(fm_error *error, const char *file, fm_position at);

/** FM_ERROR_INPUT for a quote that opens a cell and is never closed. */
fm_status fm__csv_fail_open(fm_error *error, const char *file, fm_position at);

/** FM_ERROR_LIMIT for a record, in line `line`, that is longer than record_bytes; `text` starts with it. */
fm_status fm__csv_fail_long(fm_error *error, const char *file, fm_text text, uint64_t line, char delimiter,
                            size_t record_bytes);

#endif
