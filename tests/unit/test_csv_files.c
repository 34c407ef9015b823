/* CSV tables from files, pipes and what else stands behind a path; progress and cancelling. */
#include "support/text.h"
#include "tables/table.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

static char folder[64];

static void make_folder(void) {
    (void)snprintf(folder, sizeof folder, "/tmp/fitmatch-csv-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void remove_folder(void) {
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(csv_files, .init = make_folder, .fini = remove_folder);

static void put_file(const char *path, const char *content) {
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(content, 1, strlen(content), file), strlen(content));
    cr_assert_eq(fclose(file), 0);
}

static void assert_path_fails(const char *path, const char *message) {
    fm_table *table = NULL;
    fm_error error = {.status = FM_OK};
    cr_assert_eq(fm_table_open_csv(path, NULL, &table, &error), FM_ERROR_IO);
    cr_assert_str_eq(error.message, message);
    cr_assert_str_eq(error.file, path);
    cr_assert_null(table);
}

Test(csv_files, paths_that_cannot_be_read) {
    assert_path_fails("costumers.csv", "cannot open: No such file or directory");
    put_file("customers.csv", "a\n");
    put_file("customers.cvs", "a\n");
    assert_path_fails("costumers.csv",
                      "cannot open: No such file or directory; did you mean `customers.csv`?");
    assert_path_fails("./costumers.csv",
                      "cannot open: No such file or directory; did you mean `customers.csv`?");
    assert_path_fails("none/costumers.csv",
                      "cannot open: No such file or directory; there is no folder `none`");
    assert_path_fails(".", "cannot read: is a directory, not a CSV file");
    assert_path_fails("customers.csv/x", "cannot open: Not a directory");
}

static fm__batch next_of(fm_table *table) {
    fm__batch batch;
    fm_error error = {.status = FM_OK};
    cr_assert_eq(table->methods->next(table, &batch, &error), FM_OK, "%s", error.message);
    return batch;
}

static size_t count_rows(fm_table *table) {
    size_t count = 0;
    for (fm__batch batch = next_of(table); batch.row_count > 0; batch = next_of(table))
        count += batch.row_count;
    return count;
}

Test(csv_files, file) {
    put_file("a.csv", "a,b\n1,2\n3,4\n");
    fm_table *table = NULL;
    cr_assert_eq(fm_table_open_csv("a.csv", NULL, &table, NULL), FM_OK);
    cr_assert_str_eq(table->file, "a.csv");
    cr_assert_eq(count_rows(table), 2);
    fm_table_free(table);
}

/* A pipe that gives a few bytes at a time, on standard input. */
Test(csv_files, pipe_on_standard_input) {
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        (void)close(ends[0]);
        ssize_t done = write(ends[1], "a,b", 3);
        for (int i = 0; i < 3000 && done > 0; i++)
            done = write(ends[1], "\n1,\"x\"", 6);
        _exit(done > 0 ? 0 : 1);
    }
    (void)close(ends[1]);
    cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    fm_table *table = NULL;
    fm_csv_options options = {.window_bytes = 100};
    cr_assert_eq(fm_table_open_csv("-", &options, &table, NULL), FM_OK);
    cr_assert_str_eq(table->file, "<stdin>");
    cr_assert_eq(count_rows(table), 3000);
    fm_table_free(table);
    cr_assert_geq(fcntl(STDIN_FILENO, F_GETFD), 0, "standard input stays open");
}

typedef struct steps {
    uint64_t count;
    uint64_t done;
    uint64_t total;
    uint64_t stop_at;
} steps;

static bool count_step(void *context, fm_phase phase, uint64_t done, uint64_t total) {
    steps *counted = context;
    cr_assert_eq(phase, FM_PHASE_READ);
    cr_assert_geq(done, counted->done);
    counted->done = done;
    counted->total = total;
    return ++counted->count != counted->stop_at;
}

Test(csv_files, progress_and_cancelling) {
    put_file("a.csv", "a,b\n1,2\n3,4\n5,6\n");
    steps counted = {.count = 0};
    fm_progress progress = {.step = count_step, .context = &counted};
    fm_csv_options options = {.window_bytes = 4, .progress = &progress};
    fm_table *table = NULL;
    cr_assert_eq(fm_table_open_csv("a.csv", &options, &table, NULL), FM_OK);
    cr_assert_eq(count_rows(table), 3);
    fm_table_free(table);
    cr_assert(counted.done == 16 && counted.total == 16 && counted.count >= 4);
    counted = (steps){.stop_at = 1};
    fm_error error;
    cr_assert_eq(fm_table_open_csv("a.csv", &options, &table, &error), FM_ERROR_CANCELLED);
    counted = (steps){.stop_at = 3};
    cr_assert_eq(fm_table_open_csv("a.csv", &options, &table, &error), FM_OK);
    fm__batch batch;
    fm_status status;
    do {
        status = table->methods->next(table, &batch, &error);
    } while (status == FM_OK && batch.row_count > 0);
    cr_assert_eq(status, FM_ERROR_CANCELLED);
    cr_assert_eq(table->methods->next(table, &batch, &error), FM_ERROR_CANCELLED);
    fm_table_free(table);
}

static void wake(int number) {
    (void)number;
}

/* A signal while a pipe has nothing to give: reading goes on unless the progress says stop. */
Test(csv_files, interrupted_read, .timeout = 20) {
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    cr_assert_eq(write(ends[1], "a\n1\n", 4), 4);
    struct sigaction action = {.sa_handler = wake};
    cr_assert_eq(sigaction(SIGALRM, &action, NULL), 0);
    struct itimerval often = {.it_interval = {.tv_usec = 5000}, .it_value = {.tv_usec = 5000}};
    cr_assert_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
    steps counted = {.stop_at = 5};
    fm_progress progress = {.step = count_step, .context = &counted};
    fm_csv_options options = {.progress = &progress};
    fm_table *table = NULL;
    fm_error error;
    cr_assert_eq(fm_table_open_csv("-", &options, &table, &error), FM_ERROR_CANCELLED);
    cr_assert_str_eq(error.message, "reading was cancelled");
    cr_assert_eq(counted.count, 5);
}

/* Somebody else's non-blocking pipe is waited for. */
Test(csv_files, non_blocking_pipe, .timeout = 20) {
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        (void)close(ends[0]);
        (void)usleep(50000);
        _exit(write(ends[1], "a\n1\n", 4) == 4 ? 0 : 1);
    }
    (void)close(ends[1]);
    cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    cr_assert_eq(fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK), 0);
    fm_table *table = NULL;
    cr_assert_eq(fm_table_open_csv("-", NULL, &table, NULL), FM_OK);
    cr_assert_eq(count_rows(table), 1);
    fm_table_free(table);
}
