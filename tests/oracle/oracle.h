/* The test oracle: a slow and plain second opinion on what a workspace's match table must be.
 *
 * It reads fit.yaml and the CSV tables with its own parsing and evaluates them with loops over rows,
 * offerings and attributes. It shares no code with the engine, so that the two can only agree by both
 * being right. Out of memory ends the process: this is a test, not a library. */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdbool.h>
#include <stddef.h>

/* What the oracle has to say about one workspace. */
struct oracle_result {
    char *table; /* the match table, not terminated; NULL on failure */
    size_t table_bytes;
    size_t *rejected_lines; /* physical line, counted from 1, at which each rejected record starts */
    size_t rejected_count;
    size_t row_count; /* customer rows that were matched, rejects not among them */
    size_t offering_count;
    char error[512]; /* on failure: what is wrong with the model, offerings or history */
};

/* Evaluates the workspace in `folder` (its fit.yaml). Returns true and fills `out_result`, or false with
 * `out_result->error`. Either way the caller hands the result to oracle_result_destroy. */
bool oracle_run(const char *folder, struct oracle_result *out_result);

/* Frees what a result holds. */
void oracle_result_destroy(struct oracle_result *result);

/* Reads a file whole. Returns malloc'd bytes (one zero byte added, not counted) or NULL with errno set. */
char *oracle_file_read(const char *path, size_t *out_bytes);

/* Reads the first column of a comma-separated table, one number a record, into a malloc'd array. False when
 * the file cannot be read as a table whose header is `header`. For the engine's rejects files. */
bool oracle_first_column_read(const char *path, const char *header, size_t **out_numbers, size_t *out_count);

#endif
