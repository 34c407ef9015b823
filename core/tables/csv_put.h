/* Writing CSV cells (SPEC 4). */
#ifndef FITMATCH_TABLES_CSV_PUT_H
#define FITMATCH_TABLES_CSV_PUT_H

#include <fitmatch/status.h>

/** Whether a cell must be quoted: it holds a comma, a quote, CR or LF. */
bool fm__csv_needs_quotes(fm_text cell);

/** Writes text with its quotes doubled; `at` has room for twice its length. Returns behind the last byte. */
char *fm__csv_double_quotes(char *at, fm_text text);

/**
 * Writes a cell, quoted only where it must be.
 *
 * @param at has room for 2 * cell.length + 2 bytes.
 * @return behind the last byte written.
 */
char *fm__csv_put(char *at, fm_text cell);

#endif
