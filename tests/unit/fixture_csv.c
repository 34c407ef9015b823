#include "fixture_csv.h"

#include "tables/csv.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void expect_ok(fm_status status, const fm_error *error) {
    if (status != FM_OK)
        (void)fprintf(stderr, "%s:%d:%d: %s\n", error->file, (int)error->line, (int)error->column,
                      error->message);
    assert(status == FM_OK);
}

fm_table *table_of(const char *document, const char *file) {
    fm_table *table = NULL;
    fm_error error = {0};
    expect_ok(fm__table_open_csv_memory((fm_text){document, strlen(document)}, file, NULL, &table, &error),
              &error);
    return table;
}

workspace_parts parts_new(const fm_model_spec *spec, const char *offerings, const char *history,
                          const char *customers) {
    workspace_parts parts = {0};
    fm_error error = {0};
    expect_ok(fm_model_new(spec, NULL, &parts.model, &error), &error);
    fm_table *offering_table = table_of(offerings, "offerings.csv");
    fm_table *history_table = history == NULL ? NULL : table_of(history, "history.csv");
    expect_ok(fm_catalog_read(parts.model, offering_table, history_table, NULL, &parts.catalog, &error),
              &error);
    fm_table_free(offering_table);
    fm_table_free(history_table);
    if (customers != NULL) {
        fm_table *table = table_of(customers, "customers.csv");
        expect_ok(fm_base_read(parts.model, table, NULL, NULL, &parts.base, &error), &error);
        fm_table_free(table);
    }
    return parts;
}

void parts_free(workspace_parts *parts) {
    fm_base_free(parts->base);
    fm_catalog_free(parts->catalog);
    fm_model_free(parts->model);
    *parts = (workspace_parts){0};
}

void folder_new(char folder[static FOLDER_BYTES]) {
    (void)snprintf(folder, FOLDER_BYTES, "%s", "/tmp/fitmatch-engine-XXXXXX");
    char *made = mkdtemp(folder);
    assert(made != NULL);
    (void)made;
}

const char *folder_path(const char *folder, const char *name, char *buffer) {
    (void)snprintf(buffer, PATH_BYTES, "%.*s/%s", FOLDER_BYTES, folder, name);
    return buffer;
}

size_t folder_count(const char *folder) {
    DIR *entries = opendir(folder);
    size_t count = 0;
    assert(entries != NULL);
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(entries);
    return count;
}

void folder_free(const char *folder) {
    char command[2 * FOLDER_BYTES];
    (void)snprintf(command, sizeof command, "rm -rf '%.*s'", FOLDER_BYTES, folder);
    int status = system(command);
    assert(status == 0);
    (void)status;
}

void file_write(const char *path, const char *content) {
    FILE *file = fopen(path, "wb");
    assert(file != NULL);
    size_t written = fwrite(content, 1, strlen(content), file);
    int closed = fclose(file);
    assert(written == strlen(content) && closed == 0);
    (void)written;
    (void)closed;
}

char *file_read(const char *path) {
    FILE *file = fopen(path, "rb");
    assert(file != NULL);
    size_t length = 0;
    size_t capacity = 1 << 16;
    char *content = malloc(capacity);
    assert(content != NULL);
    for (size_t got; (got = fread(content + length, 1, capacity - length - 1, file)) > 0;) {
        length += got;
        if (length + 1 == capacity) {
            capacity *= 2;
            content = realloc(content, capacity);
            assert(content != NULL);
        }
    }
    (void)fclose(file);
    content[length] = '\0';
    return content;
}
