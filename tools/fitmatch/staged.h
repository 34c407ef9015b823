/* A file of our own that appears whole or not at all. */
#ifndef FITMATCH_TOOL_STAGED_H
#define FITMATCH_TOOL_STAGED_H

#include <fitmatch/status.h>
#include <stdio.h>

typedef struct staged {
    FILE *stream;    /* NULL when closed */
    char *target;    /* where it will stand */
    char *temporary; /* the name it has meanwhile; NULL while it has none */
    bool direct;     /* the target is no regular file and is written as it is */
} staged;

/* Begins; where the system can, the file has no name yet, so that even kill -9 leaves nothing behind. */
FM_NODISCARD bool staged_open(staged *file, const char *path, fm_error *error);
/* Everything is on the disk afterwards, still under no name that anybody looks at. */
FM_NODISCARD bool staged_finish(staged *file, fm_error *error);
/* Gives it its name; after staged_finish. */
FM_NODISCARD bool staged_publish(staged *file, fm_error *error);
/* Leaves no trace of what was not published. Safe on zeros. */
void staged_discard(staged *file);

/* Whether a file could appear at `path`: its folder is there and can be written to, and it is not a folder
 * itself. */
FM_NODISCARD bool staged_possible(const char *path, fm_error *error);

/* Whether both paths lead to one existing file. */
bool same_file(const char *a, const char *b);
/* Whether `path` exists and is something else than a regular file: a device, a pipe. */
bool is_special(const char *path);

#endif
