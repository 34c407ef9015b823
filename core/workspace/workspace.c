#include <fitmatch/workspace.h>

#include "support/error.h"
#include "support/files.h"
#include "support/memory.h"
#include "workspace/fault_order.h"
#include "workspace/model_reader.h"

struct fm_workspace {
    fm_model *model;
    fm_catalog *catalog;
    fm__table_name offerings; /* paths ready to open */
    fm__table_name history;
    fm__table_name customers;
    fm__arena arena;
};

/* `path` as it is to be opened, seen from where the model's file is; NULL when memory ran out. */
static const char *resolve(fm__arena *arena, const char *model_path, const char *path) {
    const char *slash = strrchr(model_path, '/');
    if (slash == NULL || path[0] == '/' || strcmp(path, "-") == 0)
        return fm__arena_string(arena, path);
    size_t folder_bytes = (size_t)(slash - model_path) + 1;
    size_t path_bytes = strlen(path) + 1;
    char *joined = fm__arena_new(arena, folder_bytes + path_bytes);
    if (joined == NULL)
        return NULL;
    memcpy(joined, model_path, folder_bytes);
    memcpy(joined + folder_bytes, path, path_bytes);
    return joined;
}

/* Opens a table that the model names; where there is no such file, the fault is the model's. */
static fm_status open_named(const fm_model *model, const char *what, fm__table_name table,
                            const fm_progress *progress, fm_table **out_table, fm_error *error) {
    const fm_model_spec *content = fm_model_content(model);
    int code = strcmp(table.path, "-") == 0 ? 0 : fm__file_unreadable(table.path);
    if (code != 0) {
        char shown[FM__SHOW_BYTES];
        char reason[FM__FILE_REASON_BYTES];
        return fm__fail_at(error, FM_ERROR_IO, content->file, table.at.line, table.at.column,
                           "cannot open the %s `%s`: %s", what, fm__text_show(fm__text(table.path), shown),
                           fm__file_reason(code, table.path, reason));
    }
    const fm_csv_options options = {.delimiter = content->delimiter, .progress = progress};
    return fm_table_open_csv(table.path, &options, out_table, error);
}

/* The tables that make the catalog. */
typedef struct opened {
    fm_table *offerings;
    fm_table *history;
} opened;

/* Opens both, also when the first fails, so that the faults of both are reported. */
static fm_status open_tables(const fm_model *model, const fm__model_file *file, const fm_faults *faults,
                             opened *tables, fm_error *error) {
    fm_error first = {0};
    fm_status status = open_named(model, "offerings", file->offerings, NULL, &tables->offerings, &first);
    if (status != FM_OK)
        fm__fault_pass(faults, &first);
    if (file->history.path != NULL) {
        fm_error second = {0};
        fm_status history_status =
            open_named(model, "history", file->history, NULL, &tables->history, &second);
        if (history_status != FM_OK)
            fm__fault_pass(faults, &second);
        if (status == FM_OK && history_status != FM_OK) {
            status = history_status;
            first = second;
        }
    }
    if (status != FM_OK && error != NULL)
        *error = first;
    return status;
}

static bool resolve_all(fm_workspace *workspace, const char *model_path, fm__model_file *file) {
    fm__table_name *tables[] = {&file->offerings, &file->history, &file->customers};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        if (tables[i]->path != NULL &&
            (tables[i]->path = resolve(&workspace->arena, model_path, tables[i]->path)) == NULL)
            return false;
    workspace->offerings = file->offerings;
    workspace->history = file->history;
    workspace->customers = file->customers;
    return true;
}

fm_status fm_workspace_open(const char *path, const fm_faults *faults, fm_workspace **out_workspace,
                            fm_error *error) {
    if (path == NULL || out_workspace == NULL)
        return fm__fail(error, FM_ERROR_ARGUMENT, "a workspace needs the path of its model");
    fm__model_file file = {0};
    opened tables = {0};
    fm_workspace *workspace = calloc(1, sizeof *workspace);
    fm_status status = workspace == NULL ? fm__fail_memory(error) : FM_OK;
    if (status != FM_OK)
        goto cleanup;
    status = fm__model_file_read(path, faults, &file, error);
    if (status != FM_OK)
        goto cleanup;
    status = fm_model_new(&file.spec, faults, &workspace->model, error);
    if (status != FM_OK)
        goto cleanup;
    if (!resolve_all(workspace, path, &file)) {
        status = fm__fail_memory(error);
        goto cleanup;
    }
    status = open_tables(workspace->model, &file, faults, &tables, error);
    if (status != FM_OK)
        goto cleanup;
    status = fm_catalog_read(workspace->model, tables.offerings, tables.history, faults, &workspace->catalog,
                             error);

cleanup:
    fm_table_free(tables.offerings);
    fm_table_free(tables.history);
    fm__model_file_destroy(&file);
    if (status == FM_OK)
        *out_workspace = workspace;
    else
        fm_workspace_free(workspace);
    return status;
}

void fm_workspace_free(fm_workspace *workspace) {
    if (workspace == NULL)
        return;
    fm_catalog_free(workspace->catalog);
    fm_model_free(workspace->model);
    fm__arena_destroy(&workspace->arena);
    free(workspace);
}

const fm_model *fm_workspace_model(const fm_workspace *workspace) {
    return workspace->model;
}

const fm_catalog *fm_workspace_catalog(const fm_workspace *workspace) {
    return workspace->catalog;
}

const char *fm_workspace_offerings(const fm_workspace *workspace) {
    return workspace->offerings.path;
}

const char *fm_workspace_history(const fm_workspace *workspace) {
    return workspace->history.path;
}

const char *fm_workspace_customers(const fm_workspace *workspace) {
    return workspace->customers.path;
}

fm_status fm_workspace_open_customers(const fm_workspace *workspace, const char *path,
                                      const fm_progress *progress, fm_table **out_table, fm_error *error) {
    const fm_model_spec *content = fm_model_content(workspace->model);
    if (path == NULL && workspace->customers.path == NULL)
        return fm__fail_at(error, FM_ERROR_INPUT, content->file, 0, 0,
                           "the model names no `customers`, and no other table was given");
    if (path == NULL)
        return open_named(workspace->model, "customers", workspace->customers, progress, out_table, error);
    const fm_csv_options options = {.delimiter = content->delimiter, .progress = progress};
    return fm_table_open_csv(path, &options, out_table, error);
}
