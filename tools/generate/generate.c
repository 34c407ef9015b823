/* fitmatch-generate: writes a random, reproducible workspace, for benchmarks, tests and demonstrations. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "options.h"
#include "plan.h"
#include "rows.h"
#include "sink.h"

enum file { MODEL, OFFERINGS, HISTORY, CUSTOMERS, FILE_COUNT };

static double seconds_now(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool files_write(const gen_plan *plan, gen_rows *rows, gen_sink sinks[FILE_COUNT]) {
    const gen_options *options = plan->options;
    const char *directory = options->directory;
    bool progress = !options->quiet && isatty(STDERR_FILENO);
    return gen_sink_open(&sinks[MODEL], directory, "fit.yaml", 0) && gen_write_model(plan, &sinks[MODEL]) &&
           gen_sink_close(&sinks[MODEL]) && gen_sink_open(&sinks[OFFERINGS], directory, "offerings.csv", 0) &&
           gen_write_offerings(plan, &sinks[OFFERINGS]) && gen_sink_close(&sinks[OFFERINGS]) &&
           (options->history == 0 ||
            (gen_sink_open(&sinks[HISTORY], directory, "history.csv", 0) &&
             gen_write_history(plan, &sinks[HISTORY]) && gen_sink_close(&sinks[HISTORY]))) &&
           gen_sink_open(&sinks[CUSTOMERS], directory, "customers.csv", gen_rows_room_bytes(rows)) &&
           gen_rows_write(rows, &sinks[CUSTOMERS], progress) && gen_sink_close(&sinks[CUSTOMERS]);
}

/* A folder is a workspace by its fit.yaml: an older one goes first and the new one comes last, so that what a
 * failure in between leaves is no workspace rather than a mixture of two. */
static bool files_publish(gen_sink sinks[FILE_COUNT]) {
    (void)unlink(sinks[MODEL].path);
    return gen_sink_publish(&sinks[OFFERINGS]) &&
           (!sinks[HISTORY].buffer || gen_sink_publish(&sinks[HISTORY])) &&
           gen_sink_publish(&sinks[CUSTOMERS]) && gen_sink_publish(&sinks[MODEL]);
}

static void note_print(const gen_plan *plan, uint64_t bytes, double seconds) {
    (void)fprintf(
        stderr, "%s: %llu rows, %llu bytes, %.2f s, %.0f MB/s; about %u %% of rows fit an own offering\n",
        plan->options->directory, (unsigned long long)plan->options->rows, (unsigned long long)bytes, seconds,
        (double)bytes / 1e6 / (seconds > 0 ? seconds : 1e-9), (plan->fitting + 500) / 1000);
}

int main(int count, char **arguments) {
    gen_options options;
    if (!gen_options_read(&options, count, arguments)) {
        (void)fprintf(stderr, "fitmatch-generate --help lists the options\n");
        return 2;
    }
    if (options.help) {
        gen_options_help();
        return fflush(stdout) == 0 ? 0 : 1;
    }
    gen_plan plan = {0};
    gen_rows *rows = NULL;
    gen_sink sinks[FILE_COUNT] = {0};
    bool ok = gen_plan_make(&plan, &options) && (rows = gen_rows_new(&plan)) != NULL &&
              gen_folder_make(options.directory);
    double start = seconds_now();
    ok = ok && files_write(&plan, rows, sinks) && files_publish(sinks);
    if (ok && !options.quiet)
        note_print(&plan, sinks[CUSTOMERS].written_bytes, seconds_now() - start);
    for (int file = 0; file < FILE_COUNT; file++)
        gen_sink_destroy(&sinks[file]);
    gen_rows_free(rows);
    gen_plan_destroy(&plan);
    return ok ? 0 : 1;
}
