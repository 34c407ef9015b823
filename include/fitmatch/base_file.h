/* Base files: customers as they are after reading, in one file that is opened in place (mmap) instead of
 * being read. What is in them byte by byte is in core/base/BASE_FILE.md. */
#ifndef FITMATCH_BASE_FILE_H
#define FITMATCH_BASE_FILE_H

#include <fitmatch/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Whether `path` is a regular file that begins like a base file, whatever its name; reads a few bytes. */
FM_API bool fm_base_is_file(const char *path);

/** Whether a file with these first bytes is one, for those who have them already, as from a pipe. */
FM_API bool fm_base_is_file_start(fm_text start);

/** How a base file is written. */
typedef struct fm_base_write_options {
    unsigned threads;            /**< that work out checksums; 0: all that OpenMP would use */
    const fm_progress *progress; /**< NULLable; reports FM_PHASE_WRITE */
} fm_base_write_options;

/**
 * Writes a base as a base file, rows in their order, also those of an arranged base.
 *
 * The same base gives the same bytes, whatever the number of threads and whoever read it.
 *
 * @param path    a file, which appears whole or not at all.
 * @param options NULLable.
 * @return FM_OK, FM_ERROR_IO, FM_ERROR_MEMORY, FM_ERROR_CANCELLED; FM_ERROR_INPUT when the base was itself
 * opened from a file that turns out to be damaged; FM_ERROR_ARGUMENT when it was read without its texts.
 */
FM_API FM_NODISCARD fm_status fm_base_write(const fm_base *base, const char *path,
                                            const fm_base_write_options *options, fm_error *error);

/** Parts of a base file that are checked as a whole, or row by row as they are looked at. */
typedef enum fm_base_part {
    FM_BASE_DEMANDS = 1, /**< what matching reads */
    FM_BASE_MONEY = 2,   /**< values and stages */
    FM_BASE_TEXTS = 4,   /**< ids and business columns */
} fm_base_part;
#define FM_BASE_ALL_PARTS 7U

/** How a base file is opened. */
typedef struct fm_base_open_options {
    const char *const *keep; /**< further columns of the file to carry, in this order; must be in it */
    size_t keep_count;
    unsigned lazy;               /**< parts (fm_base_part) that are not checked now but row by row, when they
                                    are looked at: for those who want few rows */
    unsigned threads;            /**< that check; 0: all that OpenMP would use */
    const fm_progress *progress; /**< NULLable; reports FM_PHASE_READ, in bytes */
} fm_base_open_options;

/**
 * Opens a base file in place of reading the customers' table that it was made from.
 *
 * The base is what fm_base_read would have given, with the same warnings. Nothing in proportion to the rows
 * is copied: the file is mapped and must not be written to while the base lives (replacing it by another
 * file, as fm_base_write does, is fine).
 *
 * Attributes are found by their customers' column. Model and file must agree in what the codes stand for:
 * rule, unit, when_blank, decimal separator. Weights, labels, promise and offerings are free to differ, and
 * the file may hold more than the model asks for. What it lacks is listed in one fault.
 *
 * Of a part that is opened lazily a damaged piece reads as blank cells and no demands; fm_base_damage tells.
 * fm_match checks demands and money as a whole first, unless it is asked for no totals.
 *
 * @param model   must outlive the base.
 * @param options NULLable: the model's columns, everything checked.
 * @param faults  NULLable; warnings, and everything in which model and file differ.
 * @param out_base receives the base; free with fm_base_free.
 * @return FM_OK; FM_ERROR_INPUT for a file that is none, damaged, of another version, or of another model;
 * FM_ERROR_IO, FM_ERROR_MEMORY, FM_ERROR_CANCELLED; FM_ERROR_LIMIT on machines that cannot map it (32 bits,
 * big endian).
 */
FM_API FM_NODISCARD fm_status fm_base_open(const fm_model *model, const char *path,
                                           const fm_base_open_options *options, const fm_faults *faults,
                                           fm_base **out_base, fm_error *error);

/**
 * Checks parts of an opened base that were not yet checked as a whole; FM_OK for a base that was read.
 *
 * @param parts fm_base_part, joined by |.
 * @return FM_OK, FM_ERROR_INPUT for damage. Any thread may call it at any time.
 */
FM_API FM_NODISCARD fm_status fm_base_check(const fm_base *base, unsigned parts, unsigned threads,
                                            fm_error *error);

/** FM_ERROR_INPUT when something lazily opened and looked at so far was damaged, else FM_OK. Constant time.
 */
FM_API FM_NODISCARD fm_status fm_base_damage(const fm_base *base, fm_error *error);

#ifdef __cplusplus
}
#endif

#endif
