/* Model files from any bytes: what the reader accepts must be a model, and keeping that changes nothing. */
#include "model/model.h"
#include "workspace/model_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                  \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                        \
        }                                                                   \
    } while (0)

/* The size of the content, to check that every position is in it. */
typedef struct seen_faults {
    size_t size;
    unsigned count;
    uint64_t last_line;
} seen_faults;

static void check_fault(void *context, const fm_error *fault) {
    seen_faults *seen = context;
    seen->count++;
    REQUIRE(seen->count <= FM_FAULTS_MAX);
    REQUIRE(fault->line <= seen->size + 1 && fault->column <= seen->size + 1);
    REQUIRE(fault->line > 0 && fault->column > 0 && fault->message[0] != '\0');
    REQUIRE(fault->line >= seen->last_line);
    seen->last_line = fault->line;
    for (const char *c = fault->message; *c != '\0'; c++)
        REQUIRE((unsigned char)*c >= 0x20 && *c != 0x7f);
}

/* A model holds what was read, and what it holds gives the same model again. */
static void check_model(const fm_model_spec *spec) {
    fm_model *model = NULL;
    REQUIRE(fm_model_new(spec, NULL, &model, NULL) == FM_OK);
    const fm_model_spec *content = fm_model_content(model);
    REQUIRE(content->attribute_count == spec->attribute_count && spec->attribute_count > 0);
    REQUIRE(content->percentile >= 1 && content->percentile <= 100 && content->min_records >= 1);
    REQUIRE(fm_model_role_column(model, FM_ROLE_ID) != NULL);
    fm_model *again = NULL;
    REQUIRE(fm_model_new(content, NULL, &again, NULL) == FM_OK);
    const fm_model_spec *copy = fm_model_content(again);
    for (size_t i = 0; i < content->attribute_count; i++) {
        const fm_attribute *a = &content->attributes[i];
        const fm_attribute *b = &copy->attributes[i];
        REQUIRE(a->name[0] != '\0' && a->weight >= 1 && a->weight <= FM_WEIGHT_MAX);
        REQUIRE(strcmp(a->name, b->name) == 0 && strcmp(a->label, b->label) == 0);
        REQUIRE(strcmp(a->need_column, b->need_column) == 0 && strcmp(a->want_column, b->want_column) == 0);
        REQUIRE(strcmp(a->offer_column, b->offer_column) == 0 && a->rule == b->rule);
    }
    fm_model_free(again);
    fm_model_free(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    seen_faults seen = {.size = size};
    const fm_faults faults = {.report = check_fault, .context = &seen};
    fm__model_file file;
    fm_error error = {0};
    fm_status status =
        fm__model_file_parse("fit.yaml", (fm_text){(const char *)data, size}, &faults, &file, &error);
    if (status != FM_OK) {
        REQUIRE(status == FM_ERROR_INPUT || status == FM_ERROR_LIMIT);
        REQUIRE(seen.count > 0 && error.status == status);
        return 0;
    }
    REQUIRE(seen.count == 0 && file.offerings.path != NULL);
    check_model(&file.spec);
    fm__model_file_destroy(&file);
    return 0;
}
