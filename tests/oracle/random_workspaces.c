/* The campaign: random workspaces, each evaluated by the oracle and by the engine's binary, compared to the
 * byte.
 *
 *   random_workspaces --fitmatch PATH [--count N] [--seed N] [--min-pairs N] [--jobs N] [--keep DIR]
 *   random_workspaces --golden DIR [--fitmatch PATH]
 *
 * With --analyses NAMES, `all` or names parted by commas, the workspaces are others, made for analyses, and
 * these are compared, too, each with random options.
 *
 * Workspace i has the seed base + i; the base is --seed, else the environment's SEED, else a fixed one. Exit
 * code 0 when all agree, 1 when not, 2 for wrong usage. */
#include "campaign.h"
#include "workspace_random.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_JOBS = 64, MOST_FAILURES = 50 };

struct options {
    const char *program;
    const char *golden;
    const char *keep;
    const char *names; /* of analyses, parted by commas; NULL: all */
    bool analyses;
    uint64_t base;
    uint64_t count;
    uint64_t min_pairs;
    size_t jobs;
};

/* What the job processes share. */
struct progress {
    atomic_uint_fast64_t next;
    atomic_uint_fast64_t pairs;
    atomic_uint_fast64_t rejects;
    atomic_uint_fast64_t agreements;
    atomic_uint_fast64_t failures;
    atomic_uint_fast64_t at[MOST_JOBS]; /* the workspace each job is at */
};

static bool done(const struct options *options, struct progress *progress) {
    if (atomic_load(&progress->failures) >= MOST_FAILURES)
        return true;
    return atomic_load(&progress->next) >= options->count &&
           atomic_load(&progress->pairs) >= options->min_pairs;
}

static void keep_expected(const char *folder, const struct oracle_result *expected, FILE *report) {
    char *path = campaign_text("%s/expected.csv", folder);
    FILE *file = fopen(path, "wb");
    bool good =
        file != NULL && fwrite(expected->table, 1, expected->table_bytes, file) == expected->table_bytes;
    if (file != NULL)
        good = fclose(file) == 0 && good;
    if (!good)
        fprintf(report, "  %s cannot be written\n", path);
    free(path);
}

static bool check_workspace(const struct options *options, struct progress *progress, const char *folder,
                            uint64_t seed, FILE *report) {
    char error[ORACLE_ERROR_BYTES] = "";
    campaign_remove(folder); /* what an earlier run kept */
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        fprintf(report, "  %s: %s\n", folder, strerror(errno));
        return false;
    }
    if (!workspace_random_write(seed, options->analyses, folder)) {
        fprintf(report, "  %s cannot be written: %s\n", folder, strerror(errno));
        return false;
    }
    struct oracle *oracle = oracle_open(folder, error);
    if (oracle == NULL) {
        fprintf(report, "  the oracle cannot read the workspace: %s\n", error);
        return false;
    }
    struct oracle_result expected = oracle_result_of(oracle);
    const struct campaign_run run = campaign_run_of(options->program, seed);
    bool good = campaign_check(&run, folder, folder, &expected, report);
    atomic_fetch_add(&progress->pairs, (uint64_t)expected.row_count * expected.offering_count);
    atomic_fetch_add(&progress->rejects, expected.rejected_count);
    if (!good && options->keep != NULL)
        keep_expected(folder, &expected, report);
    if (options->analyses)
        good = campaign_analyses(&run, options->names, folder, folder, oracle, report) && good;
    oracle_result_destroy(&expected);
    oracle_close(oracle);
    return good;
}

static void run_one(const struct options *options, struct progress *progress, const char *scratch,
                    uint64_t index) {
    const uint64_t seed = options->base + index;
    char *folder = campaign_text("%s/seed-%" PRIu64, options->keep != NULL ? options->keep : scratch, seed);
    char *text = NULL;
    size_t length = 0;
    FILE *report = open_memstream(&text, &length);
    if (report == NULL)
        abort();
    const bool good = check_workspace(options, progress, folder, seed, report);
    if (good)
        atomic_fetch_add(&progress->agreements, 1);
    else
        atomic_fetch_add(&progress->failures, 1);
    if (fclose(report) != 0)
        abort();
    if (!good) {
        printf("FAILED seed %" PRIu64 "\n%s  again: random_workspaces --fitmatch %s --seed %" PRIu64
               " --count 1 --min-pairs 0 --jobs 1 --keep DIR%s\n",
               seed, text, options->program, seed, options->analyses ? " --analyses all" : "");
        fflush(stdout);
    }
    if (good || options->keep == NULL)
        campaign_remove(folder);
    free(text);
    free(folder);
}

static void run_job(const struct options *options, struct progress *progress, const char *scratch,
                    size_t job) {
    while (!done(options, progress)) {
        const uint64_t index = atomic_fetch_add(&progress->next, 1);
        atomic_store(&progress->at[job], index);
        run_one(options, progress, scratch, index);
    }
}

static void run_jobs(const struct options *options, struct progress *progress, const char *scratch) {
    pid_t jobs[MOST_JOBS];
    fflush(stdout);
    for (size_t job = 0; job < options->jobs; job++) {
        jobs[job] = fork();
        if (jobs[job] == 0) {
            run_job(options, progress, scratch, job);
            fflush(stdout);
            _exit(0);
        }
        if (jobs[job] < 0) {
            printf("FAILED: cannot fork: %s\n", strerror(errno));
            atomic_fetch_add(&progress->failures, 1);
        }
    }
    for (size_t job = 0; job < options->jobs; job++) {
        int status = 0;
        if (jobs[job] > 0 && waitpid(jobs[job], &status, 0) == jobs[job] && status != 0) {
            printf("FAILED: job %zu ended with status %d at seed %" PRIu64 "\n", job, status,
                   options->base + atomic_load(&progress->at[job]));
            atomic_fetch_add(&progress->failures, 1);
        }
    }
}

static int run_campaign(const struct options *options) {
    struct progress *progress =
        mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *scratch = campaign_temporary();
    if (progress == MAP_FAILED || scratch == NULL) {
        fprintf(stderr, "random_workspaces: %s\n", strerror(errno));
        return 2;
    }
    if (options->keep != NULL && mkdir(options->keep, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "random_workspaces: %s: %s\n", options->keep, strerror(errno));
        return 2;
    }
    printf("SEED %" PRIu64 ", at least %" PRIu64 " workspaces and %" PRIu64 " pairs, %zu jobs\n",
           options->base, options->count, options->min_pairs, options->jobs);
    run_jobs(options, progress, scratch);
    const uint64_t run = atomic_load(&progress->next);
    const uint64_t failures = atomic_load(&progress->failures);
    if (failures >= MOST_FAILURES)
        printf("stopped after %d failures\n", MOST_FAILURES);
    printf("workspaces: %" PRIu64 ", seeds %" PRIu64 " to %" PRIu64 "\n", run, options->base,
           options->base + (run > 0 ? run - 1 : 0));
    printf("pairs: %" PRIu64 ", rejected rows: %" PRIu64 "\n", (uint64_t)atomic_load(&progress->pairs),
           (uint64_t)atomic_load(&progress->rejects));
    printf("agreements: %" PRIu64 ", failures: %" PRIu64 "\n", (uint64_t)atomic_load(&progress->agreements),
           failures);
    campaign_remove(scratch);
    free(scratch);
    munmap(progress, sizeof *progress);
    return failures == 0 ? 0 : 1;
}

static bool read_count(const char *text, uint64_t *out_count) {
    char *end = NULL;
    errno = 0;
    const unsigned long long count = strtoull(text, &end, 0);
    *out_count = count;
    return errno == 0 && end != text && *end == '\0' && text[0] != '-';
}

static bool read_options(int argc, char **argv, struct options *out_options) {
    const char *seed = getenv("SEED");
    uint64_t jobs = 2;
    struct options options = {.base = 20240229, .count = 2000, .min_pairs = 100000000};
    if (seed != NULL && seed[0] != '\0' && !read_count(seed, &options.base))
        return false;
    for (int i = 1; i < argc; i += 2) {
        const char *name = argv[i];
        const char *value = argv[i + 1];
        if (value == NULL)
            return false;
        bool good = true;
        if (strcmp(name, "--fitmatch") == 0)
            options.program = value;
        else if (strcmp(name, "--golden") == 0)
            options.golden = value;
        else if (strcmp(name, "--keep") == 0)
            options.keep = value;
        else if (strcmp(name, "--analyses") == 0) {
            options.analyses = true;
            options.names = strcmp(value, "all") == 0 ? NULL : value;
        } else if (strcmp(name, "--count") == 0)
            good = read_count(value, &options.count);
        else if (strcmp(name, "--seed") == 0)
            good = read_count(value, &options.base);
        else if (strcmp(name, "--min-pairs") == 0)
            good = read_count(value, &options.min_pairs);
        else if (strcmp(name, "--jobs") == 0)
            good = read_count(value, &jobs) && jobs >= 1 && jobs <= MOST_JOBS;
        else
            good = false;
        if (!good)
            return false;
    }
    options.jobs = (size_t)jobs;
    *out_options = options;
    return options.golden != NULL || options.program != NULL;
}

int main(int argc, char **argv) {
    struct options options;
    if (!read_options(argc, argv, &options)) {
        fputs("usage: random_workspaces --fitmatch PATH [--count N] [--seed N] [--min-pairs N] [--jobs N] "
              "[--keep DIR] [--analyses NAMES]\n"
              "       random_workspaces --golden DIR [--fitmatch PATH] [--analyses NAMES]\n",
              stderr);
        return 2;
    }
    if (options.program != NULL && access(options.program, X_OK) != 0) {
        fprintf(stderr, "random_workspaces: %s: %s\n", options.program, strerror(errno));
        return 2;
    }
    if (options.golden != NULL)
        return campaign_golden(options.golden, options.program, options.analyses, options.names, stdout) ? 0
                                                                                                         : 1;
    return run_campaign(&options);
}
