/* The file of customer rows that were set aside, for commands that read customers. */
#ifndef FITMATCH_TOOL_REJECTS_H
#define FITMATCH_TOOL_REJECTS_H

#include <fitmatch/base.h>
#include <fitmatch/output.h>

typedef struct rejects {
    char *path;      /* where they go; NULL: nowhere */
    fm_output *file; /* begun with the first row */
    uint64_t count;
    fm_error first; /* its position and reason */
    bool earlier;   /* they were set aside when a base file was encoded: only their number is known */
} rejects;

/* For fm_base_options: `context` is the rejects. */
fm_status rejects_add(void *context, const fm_reject *reject, fm_error *error);

/* Counts rows that were set aside when a base file was encoded. */
void rejects_add_earlier(rejects *of, uint64_t rows);

FM_NODISCARD bool rejects_finish(rejects *of, fm_error *error);
/* Gives the file its name; without rejects, removes the one that an earlier run left under it. */
FM_NODISCARD bool rejects_publish(rejects *of, fm_error *error);
void rejects_destroy(rejects *of);

/* matches.csv -> matches.rejects.csv, customers.fmb -> customers.rejects.csv */
char *rejects_path_for(const char *table_path);

#endif
