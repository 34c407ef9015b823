#include "rejects.h"

#include "paths.h"
#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char HEADER[] = "line,column,reason,row\n";

char *rejects_path_for(const char *table_path) {
    size_t length = strlen(table_path);
    if (length > 4 &&
        (strcmp(table_path + length - 4, ".csv") == 0 || strcmp(table_path + length - 4, ".fmb") == 0))
        length -= 4;
    buffer path = {0};
    buffer_add_bytes(&path, table_path, length);
    buffer_add(&path, ".rejects.csv");
    return path.bytes;
}

static fm_status write_row(rejects *of, const fm_reject *reject, fm_error *error) {
    char place[64];
    int length = snprintf(place, sizeof place, "%" PRIu64 ",%" PRIu64 ",", reject->line, reject->column);
    fm_status status = FM_OK;
    if (!of->file) {
        status = fm_output_open(of->path, &of->file, error);
        if (status == FM_OK)
            status = fm_output_write(of->file, HEADER, sizeof HEADER - 1, error);
    }
    if (status == FM_OK)
        status = fm_output_write(of->file, place, (size_t)length, error);
    if (status == FM_OK)
        status = fm_output_write_cell(of->file, reject->reason, error);
    if (status == FM_OK)
        status = fm_output_write(of->file, ",", 1, error);
    if (status == FM_OK)
        status = fm_output_write_cell(of->file, reject->record, error);
    return status == FM_OK ? fm_output_write(of->file, "\n", 1, error) : status;
}

fm_status rejects_add(void *context, const fm_reject *reject, fm_error *error) {
    rejects *of = context;
    if (of->count++ == 0) {
        of->first = (fm_error){.status = FM_ERROR_INPUT, .line = reject->line, .column = reject->column};
        snprintf(of->first.message, sizeof of->first.message, "%.*s", (int)reject->reason.length,
                 reject->reason.bytes);
    }
    return of->path ? write_row(of, reject, error) : FM_OK;
}

void rejects_add_earlier(rejects *of, uint64_t rows) {
    if (rows == 0)
        return;
    of->count += rows;
    of->earlier = true;
    of->first = (fm_error){.status = FM_ERROR_INPUT};
    snprintf(of->first.message, sizeof of->first.message, "set aside when the base file was encoded");
    /* A file of them is what encoding wrote, if it is there: it stays. */
    free(of->path);
    of->path = NULL;
}

bool rejects_finish(rejects *of, fm_error *error) {
    return !of->file || fm_output_sync(of->file, error) == FM_OK;
}

/* Whether a file is one of ours: nobody else's is ever removed. */
static bool is_rejects_file(const char *path) {
    if (is_special(path))
        return false;
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    char start[sizeof HEADER] = {0};
    size_t length = fread(start, 1, sizeof HEADER - 1, file);
    (void)fclose(file);
    return length == sizeof HEADER - 1 && memcmp(start, HEADER, length) == 0;
}

bool rejects_publish(rejects *of, fm_error *error) {
    if (of->file) {
        fm_status status = fm_output_commit(of->file, error);
        of->file = NULL;
        return status == FM_OK;
    }
    if (of->path && is_rejects_file(of->path) && unlink(of->path) != 0) {
        *error = (fm_error){.status = FM_ERROR_IO};
        snprintf(error->message, sizeof error->message, "cannot remove %.200s, which an earlier run left: %s",
                 of->path, strerror(errno));
        return false;
    }
    return true;
}

void rejects_destroy(rejects *of) {
    fm_output_discard(of->file);
    free(of->path);
    *of = (rejects){0};
}
