/* The output where the system has no files without names: the same source, built without O_TMPFILE. */
#include <fcntl.h>
#undef O_TMPFILE
#define fm_output_open named_open
#define fm_output_write named_write
#define fm_output_write_cell named_write_cell
#define fm_output_sync named_sync
#define fm_output_commit named_commit
#define fm_output_discard named_discard
#define fm__output_is_readable named_is_readable
#define fm__output_length named_length
#define fm__output_read named_read
#define fm__output_open_spool named_open_spool
#include "tables/output.c"

#include <criterion/criterion.h>
#include <dirent.h>

static char folder[64];

static void make_folder(void) {
    (void)snprintf(folder, sizeof folder, "/tmp/fitmatch-named-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    (void)umask(022);
}

static void remove_folder(void) {
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(output_named, .init = make_folder, .fini = remove_folder);

static size_t count_entries(void) {
    DIR *entries = opendir(".");
    cr_assert_not_null(entries);
    size_t count = 0;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(entries);
    return count;
}

static void assert_file(const char *path, const char *wanted, mode_t mode) {
    char found[64] = "";
    struct stat about;
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file);
    cr_assert_eq(fread(found, 1, sizeof found - 1, file), strlen(wanted));
    (void)fclose(file);
    cr_assert_str_eq(found, wanted);
    cr_assert_eq(stat(path, &about), 0);
    cr_assert_eq(about.st_mode & 07777, mode);
}

static fm_output *begin(const char *path, const char *text) {
    fm_output *output = NULL;
    cr_assert_eq(fm_output_open(path, &output, NULL), FM_OK);
    cr_assert_eq(output->kind, OUTPUT_NAMED);
    cr_assert_eq(fm_output_write(output, text, strlen(text), NULL), FM_OK);
    return output;
}

Test(output_named, whole_or_not_at_all) {
    fm_output *output = begin("a.csv", "one");
    cr_assert_eq(access("a.csv", F_OK), -1);
    cr_assert_eq(fm_output_commit(output, NULL), FM_OK);
    assert_file("a.csv", "one", 0644);
    cr_assert_eq(chmod("a.csv", 0600), 0);
    fm_output_discard(begin("a.csv", "two"));
    assert_file("a.csv", "one", 0600);
    cr_assert_eq(count_entries(), 1);
    cr_assert_eq(fm_output_commit(begin("a.csv", "three"), NULL), FM_OK);
    assert_file("a.csv", "three", 0600);
    cr_assert_eq(count_entries(), 1);
}

/* A folder took the name while the output was being written. */
Test(output_named, nothing_is_left_when_the_name_is_taken) {
    fm_output *output = begin("a.csv", "one");
    cr_assert_eq(mkdir("a.csv", 0777), 0);
    fm_error error = {.status = FM_OK};
    cr_assert_eq(fm_output_commit(output, &error), FM_ERROR_IO);
    cr_assert_str_eq(error.message, "cannot write: Is a directory");
    cr_assert_eq(count_entries(), 1);
}
