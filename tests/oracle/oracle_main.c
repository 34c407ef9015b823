/* oracle DIR: writes the match table of the workspace in DIR to standard output, rejects to standard error.
 */
#include "oracle.h"

#include <stdio.h>

int main(int argc, char **argv) {
    if (argc != 2) {
        fputs("usage: oracle DIR > table\n", stderr);
        return 2;
    }
    struct oracle_result result;
    int status = 0;
    if (!oracle_run(argv[1], &result)) {
        fprintf(stderr, "oracle: %s: %s\n", argv[1], result.error);
        status = 1;
    } else {
        if (fwrite(result.table, 1, result.table_bytes, stdout) != result.table_bytes || fflush(stdout) != 0)
            status = 1;
        for (size_t i = 0; i < result.rejected_count; i++)
            fprintf(stderr, "rejected: line %zu\n", result.rejected_lines[i]);
    }
    oracle_result_destroy(&result);
    return status;
}
