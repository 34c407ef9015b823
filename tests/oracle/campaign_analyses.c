/* The engine's analyses against the oracle's. */
#include "campaign.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const all_names[] = {"summary", "walkaway",  "segments", "matrix", "roadmap", "promises",
                                        "profile", "questions", "deals",    "care",   "whatif",  "diff"};

/* Whether `name` is in a list parted by commas; NULL has all. */
static bool named(const char *names, const char *name) {
    const size_t length = strlen(name);
    for (const char *at = names; at != NULL && *at != '\0'; at += strcspn(at, ",")) {
        at += *at == ',' ? 1 : 0;
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return names == NULL;
}

static size_t count_files(const char *folder) {
    size_t count = 0;
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
        count += entry->d_name[0] != '.' ? 1 : 0;
    closedir(directory);
    return count;
}

static bool check_tables(const char *tables, const struct oracle_report *expected, FILE *report) {
    bool good = true;
    for (size_t t = 0; t < expected->table_count; t++) {
        char *path = campaign_text("%s/%s.csv", tables, expected->names[t]);
        size_t length = 0;
        char *got = oracle_file_read(path, &length);
        if (got == NULL) {
            fprintf(report, "  no table %s: %s\n", expected->names[t], strerror(errno));
            good = false;
        } else if (!campaign_compare(got, length, expected->tables[t], expected->table_bytes[t], report)) {
            fprintf(report, "    (table %s)\n", expected->names[t]);
            good = false;
        }
        free(got);
        free(path);
    }
    if (good && count_files(tables) != expected->table_count) {
        fprintf(report, "  more files than the %zu tables\n", expected->table_count);
        good = false;
    }
    return good;
}

/* Runs the command, completed by where the tables go, and compares them. */
static bool run_and_check(const struct campaign_run *run, struct campaign_command *command,
                          const char *folder, const char *out_folder, const struct oracle_report *expected,
                          int wanted, FILE *report) {
    char *tables = campaign_text("%s/tables", out_folder);
    struct campaign_run plain = *run;
    plain.input = CAMPAIGN_FILE;
    campaign_argument(command, "--tables", "");
    campaign_argument(command, tables, "");
    const int status = campaign_start(&plain, command, folder, out_folder);
    bool good = campaign_status_good(status, wanted, report);
    good = good && check_tables(tables, expected, report);
    if (!good)
        campaign_tell(&plain, command, folder, out_folder, report);
    campaign_remove(tables);
    free(tables);
    return good;
}

static int wanted_status(const struct oracle *oracle) {
    return oracle_rejected_count(oracle) > 0 ? 3 : 0;
}

static bool check_analysis(const struct campaign_run *run, const char *name, const char *folder,
                           const char *out_folder, struct oracle *oracle, int wanted, FILE *report) {
    char error[ORACLE_ERROR_BYTES] = "";
    struct oracle_report expected;
    struct campaign_command options = campaign_options(name, oracle, run->seed, folder, out_folder);
    struct campaign_command command = {0};
    campaign_argument(&command, run->program, "");
    campaign_argument(&command, name, "");
    campaign_argument(&command, folder, "/fit.yaml");
    for (size_t i = 0; i < options.count; i++)
        campaign_argument(&command, options.arguments[i], "");
    if (strcmp(name, "promises") != 0)
        campaign_how(&command, run);
    bool good = oracle_analyse(oracle, name, (const char *const *)options.arguments, &expected, error);
    if (!good)
        fprintf(report, "  the oracle cannot work it out: %s\n", error);
    if (good) {
        good = run_and_check(run, &command, folder, out_folder, &expected, wanted, report);
        oracle_report_destroy(&expected);
    }
    if (!good)
        fprintf(report, "  analysis %s\n", name);
    campaign_command_destroy(&options);
    campaign_command_destroy(&command);
    return good;
}

static char *write_matches(struct oracle *oracle, const char *out_folder, const char *name) {
    char *path = campaign_text("%s/%s", out_folder, name);
    struct oracle_result result = oracle_result_of(oracle);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(result.table, 1, result.table_bytes, file) != result.table_bytes ||
        fclose(file) != 0)
        abort();
    oracle_result_destroy(&result);
    return path;
}

/* `fitmatch diff` of the match tables before and after. */
static bool check_diff_tables(const struct campaign_run *run, const char *folder, const char *out_folder,
                              struct oracle *oracle, struct oracle *later, FILE *report) {
    char error[ORACLE_ERROR_BYTES] = "";
    struct oracle_report expected;
    char *before = write_matches(oracle, out_folder, "before.matches");
    char *after = write_matches(later, out_folder, "after.matches");
    struct campaign_command command = {0};
    campaign_argument(&command, run->program, "");
    campaign_argument(&command, "diff", "");
    campaign_argument(&command, before, "");
    campaign_argument(&command, after, "");
    bool good = oracle_diff_tables(before, after, &expected, error);
    if (good) {
        good = run_and_check(run, &command, folder, out_folder, &expected, 0, report);
        oracle_report_destroy(&expected);
    } else {
        fprintf(report, "  the oracle cannot work it out: %s\n", error);
    }
    if (!good)
        fputs("  analysis diff of match tables\n", report);
    campaign_command_destroy(&command);
    free(before);
    free(after);
    return good;
}

/* Both ways of `fitmatch diff`; the engine sets rows aside of either base. */
static bool check_diffs(const struct campaign_run *run, const char *folder, const char *out_folder,
                        struct oracle *oracle, FILE *report) {
    char error[ORACLE_ERROR_BYTES];
    struct oracle *later = oracle_open_with(folder, "later.csv", error);
    struct oracle *after = later != NULL ? later : oracle;
    const int wanted = wanted_status(oracle) != 0 ? wanted_status(oracle) : wanted_status(after);
    bool good = check_analysis(run, "diff", folder, out_folder, oracle, wanted, report);
    good = check_diff_tables(run, folder, out_folder, oracle, after, report) && good;
    oracle_close(later);
    return good;
}

bool campaign_analyses(const struct campaign_run *run, const char *names, const char *folder,
                       const char *out_folder, struct oracle *oracle, FILE *report) {
    bool good = true;
    for (size_t i = 0; i < sizeof all_names / sizeof *all_names; i++) {
        const char *name = all_names[i];
        const int wanted = strcmp(name, "promises") == 0 ? 0 : wanted_status(oracle);
        if (!named(names, name))
            continue;
        if (strcmp(name, "diff") == 0)
            good = check_diffs(run, folder, out_folder, oracle, report) && good;
        else
            good = check_analysis(run, name, folder, out_folder, oracle, wanted, report) && good;
    }
    return good;
}
