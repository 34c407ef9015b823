/* Where results go: a file that appears whole or not at all, or standard output. */
#ifndef FITMATCH_TABLES_OUTPUT_H
#define FITMATCH_TABLES_OUTPUT_H

#include <fitmatch/status.h>

/** An output being written; one thread at a time. */
typedef struct fm__output fm__output;

/**
 * Begins an output.
 *
 * A file is written beside its final place, without a name where the system can do that (O_TMPFILE), so that
 * nothing is left behind however the process ends; else under a temporary name. A path that exists and is not
 * a regular file (a FIFO, /dev/null) is written directly. A symbolic link is followed: its target is
 * replaced.
 *
 * @param path copied; "-" for standard output.
 * @return FM_OK, or FM_ERROR_IO / FM_ERROR_MEMORY; nothing has changed on disk then.
 */
FM_NODISCARD fm_status fm__output_open(const char *path, fm__output **out_output, fm_error *error);

/** Adds bytes; large pieces (over 1 MiB) go straight to the system. */
FM_NODISCARD fm_status fm__output_write(fm__output *output, const void *bytes, size_t length,
                                        fm_error *error);

/** Flushes, syncs and gives the file its name, replacing an older one; frees the output, also when it fails.
 */
FM_NODISCARD fm_status fm__output_commit(fm__output *output, fm_error *error);

/** Gives up: nothing appears; frees the output; NULL does nothing. */
void fm__output_discard(fm__output *output);

/**
 * Writes a cell as SPEC 4 says: quoted only where it holds a comma, a quote, CR or LF, quotes doubled.
 *
 * @param at has room for 2 * cell.length + 2 bytes.
 * @return behind the last byte written.
 */
char *fm__csv_put(char *at, fm_text cell);

#endif
