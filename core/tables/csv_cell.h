/* One record, cell by cell and byte by byte: for headers, doubtful records and the positions in messages. */
#ifndef FITMATCH_TABLES_CSV_CELL_H
#define FITMATCH_TABLES_CSV_CELL_H

#include <fitmatch/model.h>

/** A cell as it stands in the text. */
typedef struct fm__csv_cell {
    fm_text raw;          /**< up to its delimiter or line end, quotes and blanks after them included */
    fm_position at;       /**< of its first byte */
    bool quoted;          /**< its first byte is a quote */
    bool open;            /**< that quote is not closed before the text ends */
    bool stray;           /**< something other than blanks follows the closing quote */
    fm_position stray_at; /**< of the first such byte */
} fm__csv_cell;

/** Where a walk through a record has come to. */
typedef struct fm__csv_walk {
    const char *at;
    const char *end;
    const char *line_start;
    uint64_t line;
    char delimiter;
    bool ended;      /**< the record's last cell has been handed out */
    bool at_newline; /**< it ended with a newline, now behind `at`, and not with the text */
} fm__csv_walk;

/** Begins at the start of a record that stands at the start of line `line`; the text may go on behind the
 * record. */
fm__csv_walk fm__csv_walk_begin(fm_text text, uint64_t line, char delimiter);

/** The record's next cell; false when there is none. */
bool fm__csv_walk_next(fm__csv_walk *walk, fm__csv_cell *out_cell);

/** Whether a record that begins at `text` has text behind a closing quote. */
bool fm__csv_has_stray(fm_text text, char delimiter);

/**
 * Writes the content of a raw quoted cell, quotes resolved.
 *
 * @param raw begins with a quote, which is closed.
 * @param to  has room for raw.length bytes.
 * @return bytes written.
 */
size_t fm__csv_unquote(fm_text raw, char *to);

/** The position `length` bytes behind the start of line `line`, where `bytes` stand. */
fm_position fm__csv_position(const char *bytes, size_t length, uint64_t line);

#endif
