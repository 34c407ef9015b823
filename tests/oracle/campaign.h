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

/* Arguments of the engine's process, each malloc'd, NULL after the last. */
enum { CAMPAIGN_ARGUMENTS = 64 };
struct campaign_command {
    char *arguments[CAMPAIGN_ARGUMENTS];
    size_t count;
};

/* Adds an argument, of two pieces. */
void campaign_argument(struct campaign_command *command, const char *first, const char *second);
/* Adds threads and instruction set. */
void campaign_how(struct campaign_command *command, const struct campaign_run *run);
void campaign_command_destroy(struct campaign_command *command);
/* Runs the command, what it prints in out_folder/engine.log. Returns the wait status, or -1. */
int campaign_start(const struct campaign_run *run, const struct campaign_command *command, const char *folder,
                   const char *out_folder);
/* Whether the engine ended as it should; else says how it did. */
bool campaign_status_good(int status, int wanted, FILE *report);
/* Says what the engine said, and the command. */
void campaign_tell(const struct campaign_run *run, const struct campaign_command *command, const char *folder,
                   const char *out_folder, FILE *report);

/* Runs the engine's analyses on folder/fit.yaml with options drawn by `run->seed`, and compares their tables
 * with the oracle's. `names`: those to run, parted by commas; NULL: all. folder/later.csv is what `diff`
 * compares with, the customers themselves where it is missing. */
bool campaign_analyses(const struct campaign_run *run, const char *names, const char *folder,
                       const char *out_folder, struct oracle *oracle, FILE *report);
/* Options of the analysis for the workspace, drawn by the seed; files among them are written into
 * `out_folder`. */
struct campaign_command campaign_options(const char *analysis, struct oracle *oracle, uint64_t seed,
                                         const char *folder, const char *out_folder);

/* Compares two tables. True when equal; else the first line that differs is written to `report`. */
bool campaign_compare(const char *got, size_t got_bytes, const char *expected, size_t expected_bytes,
                      FILE *report);

/* Checks each subfolder of `folder` that has an expected.csv: the oracle's table must equal it, and if
 * `program` is not NULL, the engine's must; then with `analyses` the engine's analyses named by `names`, each
 * with several options, must equal the oracle's. Prints to `out`. True when all agree and there was at least
 * one. */
bool campaign_golden(const char *folder, const char *program, bool analyses, const char *names, FILE *out);

/* Removes a folder and the plain files in it. */
void campaign_remove(const char *folder);
/* A new folder for temporary files; the path is malloc'd. NULL with errno set on failure. */
char *campaign_temporary(void);
/* Malloc'd text. */
char *campaign_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
