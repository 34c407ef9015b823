/* The test oracle: a slow and plain second opinion on what a workspace's match table and analyses must be.
 *
 * It reads fit.yaml and the CSV tables with its own parsing and evaluates them with loops over rows,
 * offerings and attributes. It shares no code with the engine, so that the two can only agree by both
 * being right. Out of memory ends the process: this is a test, not a library. */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdbool.h>
#include <stddef.h>

enum { ORACLE_ERROR_BYTES = 512, ORACLE_MOST_TABLES = 3, ORACLE_MOST_NOTES = 4 };

/* A workspace, read and decided. */
struct oracle;

/* Reads and decides the workspace in `folder` (its fit.yaml), which must outlive it. NULL with `error` when
 * the model, offerings or history are wrong. */
struct oracle *oracle_open(const char *folder, char error[ORACLE_ERROR_BYTES]);

/* The same with other customers than the model's, a path like those in the model; NULL: the model's. */
struct oracle *oracle_open_with(const char *folder, const char *customers, char error[ORACLE_ERROR_BYTES]);

/* Frees a workspace; NULL does nothing. */
void oracle_close(struct oracle *oracle);

/* Customer rows that were set aside. */
size_t oracle_rejected_count(const struct oracle *oracle);

/* What the oracle has to say about one workspace. */
struct oracle_result {
    char *table; /* the match table, not terminated */
    size_t table_bytes;
    size_t *rejected_lines; /* physical line, counted from 1, at which each rejected record starts */
    size_t rejected_count;
    size_t row_count; /* customer rows that were matched, rejects not among them */
    size_t offering_count;
};

/* The caller hands the result to oracle_result_destroy. */
struct oracle_result oracle_result_of(struct oracle *oracle);

/* Frees what a result holds. */
void oracle_result_destroy(struct oracle_result *result);

/* An analysis (SPEC 5): its tables as CSV, each malloc'd. */
struct oracle_report {
    const char *names[ORACLE_MOST_TABLES];
    char *tables[ORACLE_MOST_TABLES];
    size_t table_bytes[ORACLE_MOST_TABLES];
    size_t table_count;
    const char *notes[ORACLE_MOST_NOTES]; /* what the report has to remark on; static, for people */
    size_t note_count;
};

/* Works an analysis out. `options` are spelled as for the engine's tool, NULL after the last; relative files
 * among them are looked for from the current folder. Returns true and fills `out_report`, to be handed to
 * oracle_report_destroy, or false with `error`. */
bool oracle_analyse(struct oracle *oracle, const char *analysis, const char *const *options,
                    struct oracle_report *out_report, char error[ORACLE_ERROR_BYTES]);

/* Compares two match tables by id; like oracle_analyse otherwise. */
bool oracle_diff_tables(const char *before, const char *after, struct oracle_report *out_report,
                        char error[ORACLE_ERROR_BYTES]);

/* Frees what a report holds. */
void oracle_report_destroy(struct oracle_report *report);

/* Reads a file whole. Returns malloc'd bytes (one zero byte added, not counted) or NULL with errno set. */
char *oracle_file_read(const char *path, size_t *out_bytes);

/* Reads the first column of a comma-separated table, one number a record, into a malloc'd array. False when
 * the file cannot be read as a table whose header is `header`. For the engine's rejects files. */
bool oracle_first_column_read(const char *path, const char *header, size_t **out_numbers, size_t *out_count);

#endif
