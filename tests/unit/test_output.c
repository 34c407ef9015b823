#include "support/text.h"
#include "tables/csv_put.h"

#include <fitmatch/output.h>

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

static void make_folder(void) {
    (void)snprintf(folder, sizeof folder, "/tmp/fitmatch-output-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    (void)umask(022);
    cr_assert_neq(signal(SIGPIPE, SIG_IGN), SIG_ERR);
}

static void remove_folder(void) {
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(output, .init = make_folder, .fini = remove_folder);

static fm_output *open_output(const char *path) {
    fm_output *output = NULL;
    fm_error error = {.status = FM_OK};
    cr_assert_eq(fm_output_open(path, &output, &error), FM_OK, "%s: %s", path, error.message);
    return output;
}

static void put(fm_output *output, const char *text) {
    cr_assert_eq(fm_output_write(output, text, strlen(text), NULL), FM_OK);
}

static void commit(fm_output *output) {
    fm_error error = {.status = FM_OK};
    cr_assert_eq(fm_output_commit(output, &error), FM_OK, "%s", error.message);
}

static void write_whole(const char *path, const char *text) {
    fm_output *output = open_output(path);
    put(output, text);
    commit(output);
}

static void assert_content(const char *path, const char *wanted) {
    char found[256] = "";
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    size_t length = fread(found, 1, sizeof found - 1, file);
    (void)fclose(file);
    cr_assert(length == strlen(wanted) && strcmp(found, wanted) == 0, "%s holds `%s`", path, found);
}

/* Entries of a folder, but for . and .. */
static size_t count_entries(const char *path) {
    DIR *entries = opendir(path);
    cr_assert_not_null(entries);
    size_t count = 0;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(entries);
    return count;
}

static mode_t mode_of(const char *path) {
    struct stat about;
    cr_assert_eq(lstat(path, &about), 0);
    return about.st_mode & 07777;
}

static void assert_open_fails(const char *path, const char *message) {
    fm_output *output = NULL;
    fm_error error = {.status = FM_OK};
    cr_assert_eq(fm_output_open(path, &output, &error), FM_ERROR_IO);
    cr_assert_str_eq(error.message, message);
    cr_assert_str_eq(error.file, path);
    cr_assert_null(output);
    cr_assert_eq(fm_output_open(path, &output, NULL), FM_ERROR_IO);
}

Test(output, appears_whole_on_commit) {
    fm_output *output = open_output("new.csv");
    put(output, "id,");
    put(output, "");
    put(output, "verdict\n");
    cr_assert_eq(access("new.csv", F_OK), -1);
    commit(output);
    assert_content("new.csv", "id,verdict\n");
    cr_assert_eq(mode_of("new.csv"), 0644);
    cr_assert_eq(count_entries("."), 1);
}

Test(output, umask_is_kept) {
    (void)umask(077);
    write_whole("new.csv", "x");
    cr_assert_eq(mode_of("new.csv"), 0600);
    cr_assert_eq(umask(022), 077);
}

Test(output, discard_leaves_nothing) {
    fm_output *output = open_output("new.csv");
    put(output, "x");
    fm_output_discard(output);
    fm_output_discard(NULL);
    cr_assert_eq(count_entries("."), 0);
}

Test(output, replaces_whole_or_not_at_all) {
    write_whole("old.csv", "old");
    cr_assert_eq(chmod("old.csv", 0640), 0);
    fm_output *output = open_output("old.csv");
    put(output, "new");
    assert_content("old.csv", "old");
    fm_output_discard(output);
    assert_content("old.csv", "old");
    output = open_output("old.csv");
    put(output, "new");
    commit(output);
    assert_content("old.csv", "new");
    cr_assert_eq(mode_of("old.csv"), 0640);
    cr_assert_eq(count_entries("."), 1);
}

/* Another process made the file while this one was writing. */
Test(output, replaces_a_file_that_came_meanwhile) {
    fm_output *output = open_output("new.csv");
    put(output, "mine");
    write_whole("new.csv", "theirs");
    commit(output);
    assert_content("new.csv", "mine");
    cr_assert_eq(count_entries("."), 1);
}

Test(output, killed_process_leaves_nothing) {
    write_whole("old.csv", "old");
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        fm_output *output = open_output("old.csv");
        for (int i = 0; i < 300; i++)
            put(output, "some thousand bytes .............................................................");
        (void)raise(SIGKILL);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status));
    assert_content("old.csv", "old");
    cr_assert_eq(count_entries("."), 1);
}

Test(output, symbolic_link_is_followed) {
    cr_assert_eq(mkdir("sub", 0777), 0);
    write_whole("sub/target.csv", "old");
    cr_assert_eq(symlink("target.csv", "sub/inner.csv"), 0);
    cr_assert_eq(symlink("sub/inner.csv", "link.csv"), 0);
    write_whole("link.csv", "new");
    assert_content("sub/target.csv", "new");
    struct stat about;
    cr_assert_eq(lstat("link.csv", &about), 0);
    cr_assert(S_ISLNK(about.st_mode));
    /* One that leads to nothing yet. */
    cr_assert_eq(symlink("sub/later.csv", "dangling.csv"), 0);
    write_whole("dangling.csv", "later");
    assert_content("sub/later.csv", "later");
    cr_assert_eq(symlink("round", "round"), 0);
    assert_open_fails("round", "cannot write: Too many levels of symbolic links");
}

Test(output, folder_that_does_not_exist) {
    assert_open_fails("none/new.csv", "cannot write: the folder `none` does not exist");
    assert_open_fails("none/deeper/new.csv", "cannot write: the folder `none/deeper` does not exist");
    assert_open_fails("none/", "cannot write: this is a folder, a file name is needed");
    assert_open_fails("", "cannot write: this is a folder, a file name is needed");
    assert_open_fails(".", "cannot write: this is a folder, a file name is needed");
    write_whole("file", "x");
    assert_open_fails("file/new.csv", "cannot write: Not a directory");
    cr_assert_eq(count_entries("."), 1);
}

Test(output, read_only_file_is_kept) {
    write_whole("old.csv", "old");
    cr_assert_eq(chmod("old.csv", 0444), 0);
    cr_assert_eq(chmod(".", 0777), 0);
    /* Nothing is forbidden to the superuser, so somebody else tries. */
    uid_t user = geteuid();
    cr_assert(user != 0 || seteuid(65534) == 0);
    assert_open_fails("old.csv", "cannot write: Permission denied");
    cr_assert_eq(seteuid(user), 0);
    assert_content("old.csv", "old");
}

Test(output, full_device) {
    fm_output *output = open_output("/dev/full");
    put(output, "x");
    fm_error error = {.status = FM_OK};
    cr_assert_eq(fm_output_commit(output, &error), FM_ERROR_IO);
    cr_assert_str_eq(error.message, "cannot write: No space left on device");
    cr_assert_str_eq(error.file, "/dev/full");
    /* More than the buffer: the writing itself fails, and so does all after it. */
    size_t length = (size_t)3 << 20;
    char *bytes = calloc(length, 1);
    cr_assert_not_null(bytes);
    output = open_output("/dev/full");
    cr_assert_eq(fm_output_write(output, bytes, length, &error), FM_ERROR_IO);
    cr_assert_str_eq(error.message, "cannot write: No space left on device");
    cr_assert_eq(fm_output_write(output, bytes, 1, &error), FM_ERROR_IO);
    cr_assert_eq(fm_output_commit(output, &error), FM_ERROR_IO);
    free(bytes);
}

Test(output, device_is_written_directly) {
    write_whole("/dev/null", "x");
    struct stat about;
    cr_assert_eq(stat("/dev/null", &about), 0);
    cr_assert(S_ISCHR(about.st_mode));
}

Test(output, fifo_is_written_directly) {
    cr_assert_eq(mkfifo("fifo", 0600), 0);
    int reader = open("fifo", O_RDONLY | O_NONBLOCK);
    cr_assert_geq(reader, 0);
    write_whole("fifo", "through");
    char found[16] = "";
    cr_assert_eq(read(reader, found, sizeof found), 7);
    cr_assert_str_eq(found, "through");
    (void)close(reader);
    cr_assert_eq(count_entries("."), 1);
}

Test(output, standard_output_and_a_reader_that_went_away) {
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    int kept = dup(STDOUT_FILENO);
    cr_assert_eq(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
    write_whole("-", "to a pipe");
    char found[16] = "";
    cr_assert_eq(read(ends[0], found, sizeof found), 9);
    cr_assert_str_eq(found, "to a pipe");
    (void)close(ends[0]);
    fm_output *output = open_output("-");
    put(output, "x");
    fm_error error = {.status = FM_OK};
    fm_status status = fm_output_commit(output, &error);
    cr_assert_eq(dup2(kept, STDOUT_FILENO), STDOUT_FILENO);
    cr_assert_eq(status, FM_ERROR_PIPE);
    cr_assert_str_eq(error.file, "<stdout>");
    cr_assert_eq(count_entries("."), 0);
}

/* Pieces of all sizes around the buffer's. */
Test(output, sizes) {
    size_t buffer = (size_t)1 << 20;
    size_t lengths[] = {1, buffer - 1, buffer,     1,          buffer,     buffer + 1,
                        0, 5,          3 * buffer, buffer / 2, buffer / 2, 7};
    size_t count = sizeof lengths / sizeof *lengths;
    char *bytes = malloc(3 * buffer);
    cr_assert_not_null(bytes);
    fm_output *output = open_output("big");
    for (size_t i = 0; i < count; i++) {
        memset(bytes, 'a' + (int)i, lengths[i]);
        cr_assert_eq(fm_output_write(output, bytes, lengths[i], NULL), FM_OK);
    }
    commit(output);
    FILE *file = fopen("big", "rb");
    cr_assert_not_null(file);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < lengths[i]; k++)
            if (getc(file) != 'a' + (int)i)
                cr_assert_fail("byte %zu of piece %zu", k, i);
    cr_assert_eq(getc(file), EOF);
    (void)fclose(file);
    free(bytes);
}

static void assert_put(const char *cell, const char *wanted) {
    char buffer[64];
    char *end = fm__csv_put(buffer, fm__text(cell));
    cr_assert(fm__text_equal((fm_text){buffer, (size_t)(end - buffer)}, fm__text(wanted)), "%s", cell);
}

Test(output, cells) {
    assert_put("", "");
    assert_put(" a;b|c\t'", " a;b|c\t'");
    assert_put("a,b", "\"a,b\"");
    assert_put("a\rb", "\"a\rb\"");
    assert_put("a\nb", "\"a\nb\"");
    assert_put("\"", "\"\"\"\"");
    assert_put("5\" pipe", "\"5\"\" pipe\"");
    char none;
    cr_assert_eq(fm__csv_put(&none, (fm_text){NULL, 0}), &none);
}
