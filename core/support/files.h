/* Files that cannot be opened: say why, and which near name there is. */
#ifndef FITMATCH_SUPPORT_FILES_H
#define FITMATCH_SUPPORT_FILES_H

#include "support/text.h"

/**
 * For a file that is not there: writes "; did you mean `offerings.csv`?" when its folder has a file of a near
 * name, "; there is no folder `data`" when the folder itself is missing, else nothing.
 *
 * @param buffer at least FM__SUGGESTION_BYTES.
 * @return buffer.
 */
const char *fm__nearest_file(const char *path, char *buffer);

/** Why `path` cannot be opened for reading, as a code of errno (EISDIR for a folder), or 0 when it can. */
int fm__file_unreadable(const char *path);

/**
 * Reads a whole file, a pipe as well.
 *
 * @param what      names the file's role in messages, such as "the model".
 * @param max_bytes a longer file is FM_ERROR_LIMIT.
 * @param out_content receives the bytes, never NULL; free with free().
 * @return FM_OK, FM_ERROR_IO, FM_ERROR_LIMIT, FM_ERROR_MEMORY.
 */
FM_NODISCARD fm_status fm__file_load(const char *path, const char *what, size_t max_bytes, char **out_content,
                                     size_t *out_length, fm_error *error);

/** Room that fm__file_reason needs at most. */
#define FM__FILE_REASON_BYTES (128 + FM__SUGGESTION_BYTES)

/**
 * Writes the system's reason for `code`, with a near name when the file is missing: "No such file or
 * directory; did you mean `offerings.csv`?".
 *
 * @param buffer at least FM__FILE_REASON_BYTES.
 * @return buffer.
 */
const char *fm__file_reason(int code, const char *path, char *buffer);

#endif
