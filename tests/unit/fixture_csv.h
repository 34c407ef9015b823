/* Small workspaces written by hand: a model, and tables as CSV documents. */
#ifndef FITMATCH_TESTS_FIXTURE_CSV_H
#define FITMATCH_TESTS_FIXTURE_CSV_H

#include <fitmatch/fitmatch.h>

typedef struct workspace_parts {
    fm_model *model;
    fm_catalog *catalog;
    fm_base *base;
} workspace_parts;

/** A table over a document, which is borrowed; `file` names it in messages. */
fm_table *table_of(const char *document, const char *file);

/** Reads what must be right; `history` may be NULL, and `customers` when no base is wanted. */
workspace_parts parts_new(const fm_model_spec *spec, const char *offerings, const char *history,
                          const char *customers);

void parts_free(workspace_parts *parts);

/** A folder of its own for files, and taking it away with all that is in it. */
#define FOLDER_BYTES 64
void folder_new(char folder[static FOLDER_BYTES]);
void folder_free(const char *folder);

/** How many files a folder has, hidden ones included. */
size_t folder_count(const char *folder);

/** "FOLDER/NAME" in a buffer of FOLDER_BYTES + 64; returns it. */
const char *folder_path(const char *folder, const char *name, char *buffer);
#define PATH_BYTES (FOLDER_BYTES + 64)

void file_write(const char *path, const char *content);

/** The whole file, with a NUL behind it; free with free(). */
char *file_read(const char *path);

#endif
