/* Inside of outputs: reading back what was written, and files that only this run sees. */
#ifndef FITMATCH_TABLES_OUTPUT_H
#define FITMATCH_TABLES_OUTPUT_H

#include <fitmatch/output.h>

/** Whether what was written can be read back: not from standard output, a FIFO or a device. */
bool fm__output_is_readable(const fm_output *output);

/** Bytes written so far. */
uint64_t fm__output_length(const fm_output *output);

/** Reads back `length` bytes that were written from `at` on. */
FM_NODISCARD fm_status fm__output_read(fm_output *output, uint64_t at, void *out_bytes, size_t length,
                                       fm_error *error);

/**
 * Begins a file that has no name and goes when it is discarded or the process ends: in the folder of
 * another output that is a file, else where temporary files go (TMPDIR, /tmp).
 *
 * @param out_spool receives it; end with fm_output_discard.
 */
FM_NODISCARD fm_status fm__output_open_spool(const fm_output *beside, fm_output **out_spool, fm_error *error);

#endif
