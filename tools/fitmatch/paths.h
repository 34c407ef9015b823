/* Questions about paths before anything is written to them. */
#ifndef FITMATCH_TOOL_PATHS_H
#define FITMATCH_TOOL_PATHS_H

#include <fitmatch/status.h>

/* Whether a file could appear at `path`: its folder is there and can be written to, and it is not a folder
 * itself. */
FM_NODISCARD bool can_appear(const char *path, fm_error *error);

/* Whether both paths lead to one existing file. */
bool same_file(const char *a, const char *b);
/* Whether `path` exists and is something else than a regular file: a device, a pipe. */
bool is_special(const char *path);

#endif
