/* oracle DIR: writes the match table of the workspace in DIR to standard output, rejects to standard error.
 * oracle DIR ANALYSIS [OPTION...]: writes the tables of an analysis, each under its name.
 * oracle diff BEFORE AFTER: of two match tables. */
#include "oracle.h"

#include <stdio.h>
#include <string.h>

static int print_matches(struct oracle *oracle) {
    struct oracle_result result = oracle_result_of(oracle);
    const bool good =
        fwrite(result.table, 1, result.table_bytes, stdout) == result.table_bytes && fflush(stdout) == 0;
    for (size_t i = 0; i < result.rejected_count; i++)
        fprintf(stderr, "rejected: line %zu\n", result.rejected_lines[i]);
    oracle_result_destroy(&result);
    return good ? 0 : 1;
}

static int print_report(struct oracle_report *report) {
    for (size_t i = 0; i < report->note_count; i++)
        fprintf(stderr, "note: %s\n", report->notes[i]);
    for (size_t i = 0; i < report->table_count; i++)
        printf("# %s\n%.*s", report->names[i], (int)report->table_bytes[i], report->tables[i]);
    oracle_report_destroy(report);
    return fflush(stdout) == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
    char error[ORACLE_ERROR_BYTES] = "";
    struct oracle_report report = {0};
    int status = 1;
    if (argc < 2) {
        fputs("usage: oracle DIR [ANALYSIS [OPTION...]]\n       oracle diff BEFORE AFTER\n", stderr);
        return 2;
    }
    if (argc == 4 && strcmp(argv[1], "diff") == 0) {
        if (oracle_diff_tables(argv[2], argv[3], &report, error))
            status = print_report(&report);
    } else {
        struct oracle *oracle = oracle_open(argv[1], error);
        if (oracle != NULL && argc == 2)
            status = print_matches(oracle);
        else if (oracle != NULL &&
                 oracle_analyse(oracle, argv[2], (const char *const *)argv + 3, &report, error))
            status = print_report(&report);
        oracle_close(oracle);
    }
    if (error[0] != '\0')
        fprintf(stderr, "oracle: %s\n", error);
    return status;
}
