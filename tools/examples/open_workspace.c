/* Reads a model file with its tables, matches, and counts the verdicts: open_workspace fit.yaml */
#include <fitmatch/fitmatch.h>
#include <fitmatch/workspace.h>
#include <inttypes.h>
#include <stdio.h>

int main(int count, char **arguments) {
    fm_error error;
    fm_workspace *workspace = NULL;
    fm_table *customers = NULL;
    fm_base *base = NULL;
    fm_matches *matches = NULL;
    int failed = fm_workspace_open(count > 1 ? arguments[1] : "fit.yaml", NULL, &workspace, &error) ||
                 fm_workspace_open_customers(workspace, NULL, NULL, &customers, &error) ||
                 fm_base_read(fm_workspace_model(workspace), customers, NULL, NULL, &base, &error) ||
                 fm_match(base, fm_workspace_catalog(workspace), NULL, &matches, &error);
    if (failed)
        fprintf(stderr, "%s:%" PRIu64 ":%" PRIu64 ": %s\n", error.file, error.line, error.column,
                error.message);

    for (unsigned verdict = 0; !failed && verdict < FM_VERDICT_COUNT; verdict++)
        printf("%-10s %" PRIu64 "\n", fm_verdict_name((fm_verdict)verdict),
               fm_matches_totals(matches)->rows[verdict]);

    fm_matches_free(matches);
    fm_base_free(base);
    fm_table_free(customers);
    fm_workspace_free(workspace);
    return failed ? 1 : 0;
}
