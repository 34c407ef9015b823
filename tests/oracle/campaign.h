/* Runs the engine's binary on a workspace and holds what it wrote against the oracle. */
#ifndef CAMPAIGN_H
#define CAMPAIGN_H

#include "oracle.h"

#include <stdint.h>
#include <stdio.h>

enum campaign_input {
    CAMPAIGN_FILE,       /* the model's customers */
    CAMPAIGN_STDIN_FILE, /* --customers -, standard input is the file */
    CAMPAIGN_STDIN_PIPE  /* --customers -, standard input is a pipe fed in odd pieces */
};

/* One way of calling the engine. */
struct campaign_run {
    const char *program;
    unsigned threads;
    const char *instruction_set; /* NULL: option left out */
    enum campaign_input input;
    uint64_t seed;       /* for the pieces */
    unsigned part_bytes; /* of the customers matched at a time; 0: the tool's choice */
};

/* Picks threads, instruction set and input by `seed`, of what this CPU has. */
struct campaign_run campaign_run_of(const char *program, uint64_t seed);
/* The instruction sets that this CPU has, `scalar` first; at most 4. */
size_t campaign_instruction_sets(const char *out_sets[4]);

/* Runs the engine on folder/fit.yaml with its output in `out_folder` and compares table, rejects and exit
 * code with `expected`. True when all agree; else what differs, and the command, is written to `report`.
 * Leaves the output. */
bool campaign_check(const struct campaign_run *run, const char *folder, const char *out_folder,
                    const struct oracle_result *expected, FILE *report);

/* Compares two tables. True when equal; else the first line that differs is written to `report`. */
bool campaign_compare(const char *got, size_t got_bytes, const char *expected, size_t expected_bytes,
                      FILE *report);

/* Checks each subfolder of `folder` that has an expected.csv: the oracle's table must equal it, and if
 * `program` is not NULL, the engine's must. Prints to `out`. True when all agree and there was at least one.
 */
bool campaign_golden(const char *folder, const char *program, FILE *out);

/* Removes a folder and the plain files in it. */
void campaign_remove(const char *folder);
/* A new folder for temporary files; the path is malloc'd. NULL with errno set on failure. */
char *campaign_temporary(void);
/* Malloc'd text. */
char *campaign_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
