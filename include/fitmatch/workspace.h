/* A workspace: a model file and the tables that it names. Part of the library fitmatch_io, which needs
 * libyaml. */
#ifndef FITMATCH_WORKSPACE_H
#define FITMATCH_WORKSPACE_H

#include <fitmatch/catalog.h>
#include <fitmatch/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A model with its catalog and the place of its customers; immutable. */
typedef struct fm_workspace fm_workspace;

/**
 * Reads a model file (YAML), the offerings and the delivery records that it names.
 *
 * @param path   of the model, usually fit.yaml; paths in it are relative to its folder.
 * @param faults NULLable; every fault of all files.
 * @param out_workspace receives the workspace; free with fm_workspace_free.
 * @return FM_OK, FM_ERROR_INPUT, FM_ERROR_IO, FM_ERROR_MEMORY, FM_ERROR_LIMIT.
 */
FM_API FM_NODISCARD fm_status fm_workspace_open(const char *path, const fm_faults *faults,
                                                fm_workspace **out_workspace, fm_error *error);

/** Frees a workspace with its model and catalog; NULL does nothing. */
FM_API void fm_workspace_free(fm_workspace *workspace);

/** Owned by the workspace. */
FM_API const fm_model *fm_workspace_model(const fm_workspace *workspace);

/** Owned by the workspace. */
FM_API const fm_catalog *fm_workspace_catalog(const fm_workspace *workspace);

/** Path of the offerings' table as it was opened; owned by the workspace. */
FM_API const char *fm_workspace_offerings(const fm_workspace *workspace);

/** Path of the delivery records as it was opened; NULL when the model names none. */
FM_API const char *fm_workspace_history(const fm_workspace *workspace);

/** Path of the customers' table, ready to open, "-" for standard input; NULL when the model names none. */
FM_API const char *fm_workspace_customers(const fm_workspace *workspace);

/**
 * Opens a customers' table with the CSV settings of the model.
 *
 * @param path     NULL for the one that the model names.
 * @param progress NULLable, borrowed as long as the table lives.
 */
FM_API FM_NODISCARD fm_status fm_workspace_open_customers(const fm_workspace *workspace, const char *path,
                                                          const fm_progress *progress, fm_table **out_table,
                                                          fm_error *error);

#ifdef __cplusplus
}
#endif

#endif
