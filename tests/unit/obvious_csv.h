/* The obvious CSV reader, one byte after the other, that the scanner is held against; it shares no code with
 * it. */
#ifndef FITMATCH_TESTS_OBVIOUS_CSV_H
#define FITMATCH_TESTS_OBVIOUS_CSV_H

#include <fitmatch/model.h>
#include <fitmatch/table.h>

typedef enum obvious_ending {
    OBVIOUS_END,   /* all records were read */
    OBVIOUS_EMPTY, /* no header */
    OBVIOUS_NUL,
    OBVIOUS_LONG, /* a record beyond the limit */
    OBVIOUS_OPEN, /* a quote never closes */
    OBVIOUS_HEADER_STRAY,
    OBVIOUS_TWICE, /* two columns of one name */
} obvious_ending;

typedef struct obvious_cell {
    fm_text content; /* quotes resolved */
    fm_position at;
    bool is_quoted;
} obvious_cell;

typedef struct obvious_record {
    uint64_t line;
    fm_text raw; /* in the document */
    obvious_cell *cells;
    size_t cell_count;
    bool is_stray; /* text behind a closing quote */
    fm_position stray_at;
} obvious_record;

typedef struct obvious_csv {
    char delimiter;
    obvious_record header;
    obvious_record *records;
    size_t record_count;
    obvious_ending ending;
    fm_position ending_at;
    char *contents;
} obvious_csv;

/** Reads a document, borrowed. Aborts when memory runs out. */
obvious_csv obvious_read(fm_text document, char delimiter, size_t record_bytes);

void obvious_free(obvious_csv *csv);

/** How the scanner is to read. */
typedef enum obvious_way {
    OBVIOUS_IN_STREAM,
    OBVIOUS_IN_CHUNKS,
    OBVIOUS_IN_BLIND_CHUNKS, /* that end where they are full, whatever stands there */
} obvious_way;

/**
 * Whether the scanner reads the same document the same way to the last byte.
 *
 * @param seed chooses the selected columns: 0 for each once in order.
 * @param why  at least 256 bytes; the first difference.
 */
bool obvious_agrees(const obvious_csv *expected, fm_text document, const fm_csv_options *options,
                    obvious_way way, uint64_t seed, char *why);

#endif
