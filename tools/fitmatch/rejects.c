#include "rejects.h"

#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char HEADER[] = "line,column,reason,row\n";

char *rejects_path_for(const char *table_path) {
    size_t length = strlen(table_path);
    if (length > 4 && strcmp(table_path + length - 4, ".csv") == 0)
        length -= 4;
    buffer path = {0};
    buffer_add_bytes(&path, table_path, length);
    buffer_add(&path, ".rejects.csv");
    return path.bytes;
}

/* A cell as SPEC 4 writes them. */
static void put_cell(FILE *to, fm_text cell) {
    bool quoted = false;
    for (size_t i = 0; i < cell.length && !quoted; i++)
        quoted =
            cell.bytes[i] == ',' || cell.bytes[i] == '"' || cell.bytes[i] == '\r' || cell.bytes[i] == '\n';
    if (!quoted) {
        fwrite(cell.bytes, 1, cell.length, to);
        return;
    }
    fputc('"', to);
    for (size_t i = 0; i < cell.length; i++) {
        if (cell.bytes[i] == '"')
            fputc('"', to);
        fputc(cell.bytes[i], to);
    }
    fputc('"', to);
}

fm_status rejects_add(void *context, const fm_reject *reject, fm_error *error) {
    rejects *of = context;
    if (of->count++ == 0) {
        of->first = (fm_error){.status = FM_ERROR_INPUT, .line = reject->line, .column = reject->column};
        snprintf(of->first.message, sizeof of->first.message, "%.*s", (int)reject->reason.length,
                 reject->reason.bytes);
    }
    if (!of->path)
        return FM_OK;
    fm_error failed;
    if (!of->file.stream) {
        if (!staged_open(&of->file, of->path, &failed)) {
            *error = failed;
            return failed.status;
        }
        fputs(HEADER, of->file.stream);
    }
    FILE *to = of->file.stream;
    fprintf(to, "%" PRIu64 ",%" PRIu64 ",", reject->line, reject->column);
    put_cell(to, reject->reason);
    fputc(',', to);
    put_cell(to, reject->record);
    fputc('\n', to);
    /* A full disk is noticed here and not only after the long work. */
    if (ferror(to) && !staged_finish(&of->file, &failed)) {
        *error = failed;
        return failed.status;
    }
    return FM_OK;
}

bool rejects_finish(rejects *of, fm_error *error) {
    return !of->file.stream || staged_finish(&of->file, error);
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
    fclose(file);
    return length == sizeof HEADER - 1 && memcmp(start, HEADER, length) == 0;
}

bool rejects_publish(rejects *of, fm_error *error) {
    if (of->file.stream)
        return staged_publish(&of->file, error);
    if (of->path && is_rejects_file(of->path) && unlink(of->path) != 0) {
        *error = (fm_error){.status = FM_ERROR_IO};
        snprintf(error->message, sizeof error->message, "cannot remove %.200s, which an earlier run left: %s",
                 of->path, strerror(errno));
        return false;
    }
    return true;
}

void rejects_destroy(rejects *of) {
    staged_discard(&of->file);
    free(of->path);
    *of = (rejects){0};
}
