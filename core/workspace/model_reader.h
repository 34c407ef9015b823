/* A model file (YAML, SPEC 1) as a specification, with the tables that it names. */
#ifndef FITMATCH_WORKSPACE_MODEL_READER_H
#define FITMATCH_WORKSPACE_MODEL_READER_H

#include "support/memory.h"

#include <fitmatch/model.h>

/** A larger file is no model. */
#define FM__MODEL_FILE_BYTES_MAX ((size_t)64 << 20)

/** A table that the model names. */
typedef struct fm__table_name {
    const char *path; /**< as written, so relative to the model's folder; NULL when the model names none */
    fm_position at;
} fm__table_name;

/** What a model file says; the arena holds all of it. */
typedef struct fm__model_file {
    fm_model_spec spec;
    fm__table_name offerings;
    fm__table_name customers;
    fm__table_name history;
    fm__arena arena;
} fm__model_file;

/**
 * Reads a model file's content.
 *
 * @param file   named in messages and kept in the specification; borrowed as long as *out_model lives.
 * @param content borrowed for the call.
 * @param faults NULLable; every fault, by position, those that fm_model_new would find included.
 * @param out_model receives the content; free with fm__model_file_destroy.
 * @return FM_OK: fm_model_new will accept the specification; FM_ERROR_INPUT; FM_ERROR_LIMIT; FM_ERROR_MEMORY.
 */
FM_NODISCARD fm_status fm__model_file_parse(const char *file, fm_text content, const fm_faults *faults,
                                            fm__model_file *out_model, fm_error *error);

/** The same from disk; further returns FM_ERROR_IO. */
FM_NODISCARD fm_status fm__model_file_read(const char *path, const fm_faults *faults,
                                           fm__model_file *out_model, fm_error *error);

void fm__model_file_destroy(fm__model_file *model);

#endif
