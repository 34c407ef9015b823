/* Where results go: a file that appears whole or not at all, or standard output. */
#ifndef FITMATCH_OUTPUT_H
#define FITMATCH_OUTPUT_H

#include <fitmatch/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** An output being written; not for two threads at a time. */
typedef struct fm_output fm_output;

/**
 * Begins an output.
 *
 * A file is written beside its final place, without a name where the system can do that (O_TMPFILE), so that
 * nothing is left behind however the process ends; else under a temporary name. A path that exists and is not
 * a regular file (a FIFO, /dev/null) is written directly. A symbolic link is followed: its target is
 * replaced.
 *
 * @param path copied; "-" for standard output.
 * @param out_output receives the output; end with fm_output_commit or fm_output_discard.
 * @return FM_OK, or FM_ERROR_IO / FM_ERROR_MEMORY; nothing has changed on disk then.
 */
FM_API FM_NODISCARD fm_status fm_output_open(const char *path, fm_output **out_output, fm_error *error);

/** Adds bytes; large pieces (over 1 MiB) go straight to the system. */
FM_API FM_NODISCARD fm_status fm_output_write(fm_output *output, const void *bytes, size_t length,
                                              fm_error *error);

/** Adds a CSV cell, quoted only where it holds a comma, a quote, CR or LF, quotes doubled. */
FM_API FM_NODISCARD fm_status fm_output_write_cell(fm_output *output, fm_text cell, fm_error *error);

/** Brings all that was written to the disk, still under no name that anybody looks at. */
FM_API FM_NODISCARD fm_status fm_output_sync(fm_output *output, fm_error *error);

/** Syncs and gives the file its name, replacing an older one; frees the output, also when it fails. */
FM_API FM_NODISCARD fm_status fm_output_commit(fm_output *output, fm_error *error);

/** Gives up: nothing appears; frees the output; NULL does nothing. */
FM_API void fm_output_discard(fm_output *output);

#ifdef __cplusplus
}
#endif

#endif
