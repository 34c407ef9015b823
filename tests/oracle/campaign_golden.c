/* Workspaces whose match table is known. */
#include "campaign.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The engine on one folder, by each instruction set. */
static bool check_engine(const char *program, const char *folder, const struct oracle_result *expected,
                         FILE *out) {
    static const unsigned threads[] = {1, 2, 7, 2};
    const char *sets[4];
    const size_t count = campaign_instruction_sets(sets);
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        char *out_folder = campaign_temporary();
        if (out_folder == NULL) {
            fprintf(out, "  no temporary folder: %s\n", strerror(errno));
            return false;
        }
        const struct campaign_run run = {program, threads[i],     sets[i], (enum campaign_input)(i % 3),
                                         i,       (unsigned)i % 2};
        good = campaign_check(&run, folder, out_folder, expected, out) && good;
        campaign_remove(out_folder);
        free(out_folder);
    }
    return good;
}

static bool check_folder(const char *folder, const char *program, const char *table, size_t bytes,
                         FILE *out) {
    struct oracle_result result;
    bool good = oracle_run(folder, &result);
    if (!good)
        fprintf(out, "  the oracle cannot read it: %s\n", result.error);
    good = good && campaign_compare(result.table, result.table_bytes, table, bytes, out);
    if (good && program != NULL)
        good = check_engine(program, folder, &result, out);
    fprintf(out, "%s %s: %zu rows, %zu rejects, %zu offerings\n", good ? "equal" : "DIFFERS", folder,
            result.row_count, result.rejected_count, result.offering_count);
    oracle_result_destroy(&result);
    return good;
}

bool campaign_golden(const char *folder, const char *program, FILE *out) {
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, NULL, alphasort);
    size_t checked = 0;
    bool good = true;
    for (int i = 0; i < count; i++) {
        char *workspace = campaign_text("%s/%s", folder, entries[i]->d_name);
        char *expected = campaign_text("%s/expected.csv", workspace);
        size_t bytes = 0;
        char *table = entries[i]->d_name[0] == '.' ? NULL : oracle_file_read(expected, &bytes);
        if (table != NULL) {
            good = check_folder(workspace, program, table, bytes, out) && good;
            checked++;
        }
        free(table);
        free(expected);
        free(workspace);
        free(entries[i]);
    }
    free(entries);
    fprintf(out, "golden: %zu workspaces checked, %s\n", checked,
            good && checked > 0 ? "all equal" : "NOT good");
    return good && checked > 0;
}
