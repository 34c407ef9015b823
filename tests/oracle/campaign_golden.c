/* Workspaces whose match table is known. */
#include "campaign.h"
#include "oracle_internal.h"

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

/* The engine's analyses, each with several options. */
static bool check_analyses(const char *program, const char *names, const char *folder, struct oracle *oracle,
                           FILE *out) {
    enum { TIMES = 5 };
    bool good = true;
    for (uint64_t seed = 1; seed <= TIMES && good; seed++) {
        char *out_folder = campaign_temporary();
        if (out_folder == NULL) {
            fprintf(out, "  no temporary folder: %s\n", strerror(errno));
            return false;
        }
        const struct campaign_run run = campaign_run_of(program, seed);
        good = campaign_analyses(&run, names, folder, out_folder, oracle, out);
        campaign_remove(out_folder);
        free(out_folder);
    }
    return good;
}

static bool check_folder(const char *folder, const char *program, bool analyses, const char *names,
                         struct oracle_text table, FILE *out) {
    char error[ORACLE_ERROR_BYTES] = "";
    struct oracle *oracle = oracle_open(folder, error);
    if (oracle == NULL) {
        fprintf(out, "DIFFERS %s: the oracle cannot read it: %s\n", folder, error);
        return false;
    }
    struct oracle_result result = oracle_result_of(oracle);
    bool good = campaign_compare(result.table, result.table_bytes, table.bytes, table.length, out);
    if (good && program != NULL)
        good = check_engine(program, folder, &result, out);
    if (good && program != NULL && analyses)
        good = check_analyses(program, names, folder, oracle, out);
    fprintf(out, "%s %s: %zu rows, %zu rejects, %zu offerings\n", good ? "equal" : "DIFFERS", folder,
            result.row_count, result.rejected_count, result.offering_count);
    oracle_result_destroy(&result);
    oracle_close(oracle);
    return good;
}

bool campaign_golden(const char *folder, const char *program, bool analyses, const char *names, FILE *out) {
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
            good =
                check_folder(workspace, program, analyses, names, (struct oracle_text){table, bytes}, out) &&
                good;
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
