/* Workspaces on disk: where files are found, and what is said when they are not. */
#include "fault_lines.h"

#include <criterion/criterion.h>
#include <fitmatch/workspace.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(workspace);

/* What every model needs, so that a test need only add what it is about. */
#define ATTRIBUTES "attributes: [{name: a, rule: flag}]\n"
#define BASE "offerings: o.csv\n" ATTRIBUTES

/* A fresh folder as the current one, with files in it. */
typedef struct folder {
    char name[64];
} folder;

static folder enter_folder(void) {
    folder f = {"/tmp/fitmatch-workspace-XXXXXX"};
    cr_assert_not_null(mkdtemp(f.name));
    cr_assert_eq(chdir(f.name), 0);
    return f;
}

static void leave_folder(folder f, const char *const *files) {
    for (; *files != NULL; files++)
        cr_assert_eq(remove(*files), 0, "%s", *files);
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(rmdir(f.name), 0);
}

static void write_file(const char *path, const char *content) {
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert_geq(fputs(content, file), 0);
    cr_assert_eq(fclose(file), 0);
}

static fm_workspace *expect_open(const char *path) {
    static fault_lines lines;
    lines = (fault_lines){0};
    const fm_faults faults = {.report = add_line, .context = &lines};
    fm_workspace *workspace = NULL;
    fm_error error = {0};
    cr_assert_eq(fm_workspace_open(path, &faults, &workspace, &error), FM_OK, "%s", error.message);
    cr_assert_eq(lines.count, 0u);
    return workspace;
}

/* The workspace is refused with these faults and this error, `line:column message` each. */
static void expect_refused(const char *path, fm_status status, const char *expected_faults,
                           const char *expected) {
    static fault_lines lines;
    lines = (fault_lines){0};
    const fm_faults faults = {.report = add_line, .context = &lines};
    fm_workspace *const untouched = (fm_workspace *)&lines;
    fm_workspace *workspace = untouched;
    fm_error error = {0};
    cr_assert_eq(fm_workspace_open(path, &faults, &workspace, &error), status, "%s", error.message);
    cr_assert_eq(workspace, untouched, "an output was touched on failure");
    cr_assert_str_eq(lines.text, expected_faults);
    char first[FM_MESSAGE_BYTES + 64];
    snprintf(first, sizeof first, "%u:%u %s", (unsigned)error.line, (unsigned)error.column, error.message);
    cr_assert_str_eq(first, expected);
    cr_assert_str_eq(error.file, path);
    cr_assert_eq(fm_workspace_open(path, NULL, &workspace, NULL), status, "without a sink and an error");
}

static const char one_offering[] = "offering_id,a\nx,yes\n";

Test(workspace, paths_are_relative_to_the_model) {
    folder f = enter_folder();
    cr_assert_eq(mkdir("sub", 0700), 0);
    write_file("sub/o.csv", one_offering);
    write_file("sub/c.csv", "customer_id;a\n1;yes\n");
    write_file("sub/fit.yaml", BASE "customers: c.csv\ncsv: {delimiter: ','}\n");
    fm_workspace *workspace = expect_open("sub/fit.yaml");
    cr_assert_str_eq(fm_workspace_customers(workspace), "sub/c.csv");
    cr_assert_str_eq(fm_model_content(fm_workspace_model(workspace))->file, "sub/fit.yaml");
    cr_assert_not_null(fm_workspace_catalog(workspace));
    fm_table *table = NULL;
    cr_assert_eq(fm_workspace_open_customers(workspace, NULL, NULL, &table, NULL), FM_OK);
    cr_assert_eq(fm_table_column_count(table), 1u, "the model's delimiter was not used");
    fm_table_free(table);
    cr_assert_eq(fm_workspace_open_customers(workspace, "sub/o.csv", NULL, &table, NULL), FM_OK);
    cr_assert_str_eq(fm_table_column_name(table, 0), "offering_id");
    fm_table_free(table);
    fm_workspace_free(workspace);
    fm_workspace_free(NULL);

    char absolute[160];
    char content[400];
    snprintf(absolute, sizeof absolute, "%s/sub/o.csv", f.name);
    snprintf(content, sizeof content, "offerings: %s\n" ATTRIBUTES "customers: '-'\n", absolute);
    write_file("sub/fit.yaml", content);
    workspace = expect_open("./sub/fit.yaml");
    cr_assert_str_eq(fm_workspace_customers(workspace), "-");
    fm_workspace_free(workspace);

    cr_assert_eq(chdir("sub"), 0);
    write_file("fit.yaml", BASE "customers: ../c.csv\n");
    workspace = expect_open("fit.yaml");
    cr_assert_str_eq(fm_workspace_customers(workspace), "../c.csv");
    fm_workspace_free(workspace);
    cr_assert_eq(chdir(".."), 0);
    leave_folder(f, (const char *const[]){"sub/o.csv", "sub/c.csv", "sub/fit.yaml", "sub", NULL});
}

Test(workspace, no_customers) {
    folder f = enter_folder();
    write_file("o.csv", one_offering);
    write_file("fit.yaml", BASE);
    fm_workspace *workspace = expect_open("fit.yaml");
    cr_assert_null(fm_workspace_customers(workspace));
    fm_table *table = NULL;
    fm_error error = {0};
    cr_assert_eq(fm_workspace_open_customers(workspace, NULL, NULL, &table, &error), FM_ERROR_INPUT);
    cr_assert_str_eq(error.message, "the model names no `customers`, and no other table was given");
    cr_assert_str_eq(error.file, "fit.yaml");
    cr_assert_null(table);
    fm_workspace_free(workspace);
    leave_folder(f, (const char *const[]){"o.csv", "fit.yaml", NULL});
}

Test(workspace, a_missing_model) {
    folder f = enter_folder();
    write_file("fit.yaml", BASE);
    expect_refused("fit.yml", FM_ERROR_IO, "",
                   "0:0 cannot open the model: No such file or directory; did you mean `fit.yaml`?");
    expect_refused("data/fit.yaml", FM_ERROR_IO, "",
                   "0:0 cannot open the model: No such file or directory; there is no folder `data`");
    expect_refused(".", FM_ERROR_IO, "", "0:0 cannot read the model: Is a directory");
    fm_error error = {0};
    fm_workspace *workspace = NULL;
    cr_assert_eq(fm_workspace_open(NULL, NULL, &workspace, &error), FM_ERROR_ARGUMENT);
    cr_assert_eq(fm_workspace_open("fit.yaml", NULL, NULL, &error), FM_ERROR_ARGUMENT);
    leave_folder(f, (const char *const[]){"fit.yaml", NULL});
}

Test(workspace, missing_tables_are_faults_of_the_model) {
    folder f = enter_folder();
    write_file("offerings.csv", one_offering);
    write_file("fit.yaml", "offerings: offrings.csv\nhistory: data/h.csv\n" ATTRIBUTES "customers: c.csv\n");
    expect_refused(
        "fit.yaml", FM_ERROR_IO,
        "1:12 cannot open the offerings `offrings.csv`: No such file or directory; did you mean "
        "`offerings.csv`?\n"
        "2:10 cannot open the history `data/h.csv`: No such file or directory; there is no folder `data`\n",
        "1:12 cannot open the offerings `offrings.csv`: No such file or directory; did you mean "
        "`offerings.csv`?");
    write_file("fit.yaml", "offerings: offerings.csv\nhistory: .\n" ATTRIBUTES "customers: c.csv\n");
    expect_refused("fit.yaml", FM_ERROR_IO, "2:10 cannot open the history `.`: Is a directory\n",
                   "2:10 cannot open the history `.`: Is a directory");
    write_file("fit.yaml", "offerings: offerings.csv\n" ATTRIBUTES "customers: c.csv\n");
    fm_workspace *workspace = expect_open("fit.yaml");
    fm_table *table = NULL;
    fm_error error = {0};
    cr_assert_eq(fm_workspace_open_customers(workspace, NULL, NULL, &table, &error), FM_ERROR_IO);
    cr_assert_str_eq(error.file, "fit.yaml");
    cr_assert_eq(error.line, 3u);
    cr_assert_eq(error.column, 12u);
    cr_assert_str_eq(error.message, "cannot open the customers `c.csv`: No such file or directory");
    fm_workspace_free(workspace);
    leave_folder(f, (const char *const[]){"offerings.csv", "fit.yaml", NULL});
}

Test(workspace, tables_of_a_broken_model_are_not_read) {
    folder f = enter_folder();
    write_file("fit.yaml", "offerings: missing.csv\nattributes: [{name: a, rule: flaq}]\n");
    expect_refused("fit.yaml", FM_ERROR_INPUT, "2:30 unknown rule `flaq`; did you mean `flag`?\n",
                   "2:30 unknown rule `flaq`; did you mean `flag`?");
    leave_folder(f, (const char *const[]){"fit.yaml", NULL});
}

/* Remembers the file of each fault. */
typedef struct fault_files {
    unsigned count;
    char names[FM_FAULTS_MAX][FM_FILE_BYTES];
} fault_files;

static void add_file(void *context, const fm_error *fault) {
    fault_files *files = context;
    strcpy(files->names[files->count++], fault->file);
}

Test(workspace, faults_of_tables_are_reported_together) {
    folder f = enter_folder();
    write_file("o.csv", "offering_id,a,a\nx,yes,no\n");
    write_file("h.csv", "");
    write_file("fit.yaml", BASE "history: h.csv\n");
    fault_files files = {0};
    const fm_faults faults = {.report = add_file, .context = &files};
    fm_workspace *workspace = NULL;
    fm_error error = {0};
    cr_assert_eq(fm_workspace_open("fit.yaml", &faults, &workspace, &error), FM_ERROR_INPUT);
    cr_assert_eq(files.count, 2u);
    cr_assert_str_eq(files.names[0], "o.csv");
    cr_assert_str_eq(files.names[1], "h.csv");
    cr_assert_str_eq(error.file, "o.csv");
    cr_assert_eq(error.line, 1u);

    /* What the catalog finds comes through as it is. */
    write_file("o.csv", "offering_id,a\nx,maybe\nx,yes\n");
    write_file("h.csv", "offering_id,attribute,value\nnobody,a,1\n");
    files.count = 0;
    cr_assert_eq(fm_workspace_open("fit.yaml", &faults, &workspace, &error), FM_ERROR_INPUT);
    cr_assert_geq(files.count, 2u);
    cr_assert_str_eq(error.file, "o.csv");
    cr_assert_null(workspace);
    leave_folder(f, (const char *const[]){"o.csv", "h.csv", "fit.yaml", NULL});
}
