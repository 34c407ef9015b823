/* A CSV table from inside: its source, and what cuts its text into chunks. */
#ifndef FITMATCH_TABLES_CSV_TABLE_H
#define FITMATCH_TABLES_CSV_TABLE_H

#include "support/memory.h"
#include "tables/csv_parse.h"
#include "tables/csv_source.h"

typedef struct fm__csv_table {
    fm_table table; /* first, so that a table can be cast to this */
    fm__arena arena;
    fm__csv_source source;
    fm__csv_parser parser;
    fm_error failure; /* status FM_OK: none so far */
    /* For reading in chunks. */
    size_t chunk_bytes;
    bool cuts_blindly;     /* chunks end where they are full, for tests */
    fm__chunk carry;       /* what was read and not handed out yet */
    fm__csv_index outside; /* of a chunk's last bytes, if they begin outside quotes */
    fm__csv_index inside;  /* and if they begin inside */
} fm__csv_table;

/** Reads on within a chunk's memory, which is one of a table with the same columns. */
extern const fm__chunk_methods fm__csv_chunk_methods;

/** The message for an outcome that ends the reading; `text` begins with the record that it is about. */
fm_status fm__csv_fail(const fm__csv_parser *parser, const char *file, fm__csv_outcome outcome, fm_text text,
                       uint64_t line, fm_error *error);

#endif
