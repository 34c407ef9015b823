#include "support/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void fill(fm_error *error, fm_status status, const char *file, uint64_t line, uint64_t column,
                 const char *format, va_list arguments) __attribute__((format(printf, 6, 0)));

static void fill(fm_error *error, fm_status status, const char *file, uint64_t line, uint64_t column,
                 const char *format, va_list arguments) {
    memset(error, 0, sizeof *error);
    error->status = status;
    error->line = line;
    error->column = column;
    if (file != NULL) {
        /* The end of a long path says more than its beginning. */
        size_t length = strlen(file);
        size_t skip = length < sizeof error->file ? 0 : length - sizeof error->file + 1;
        memcpy(error->file, file + skip, length - skip + 1);
    }
    (void)vsnprintf(error->message, sizeof error->message, format, arguments);
}

fm_status fm__fail(fm_error *error, fm_status status, const char *format, ...) {
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        fill(error, status, NULL, 0, 0, format, arguments);
        va_end(arguments);
    }
    return status;
}

fm_status fm__fail_at(fm_error *error, fm_status status, const char *file, uint64_t line, uint64_t column,
                      const char *format, ...) {
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        fill(error, status, file, line, column, format, arguments);
        va_end(arguments);
    }
    return status;
}

fm_status fm__fail_memory(fm_error *error) {
    return fm__fail(error, FM_ERROR_MEMORY, "out of memory");
}

fm_status fm__fail_system(fm_error *error, int code, const char *doing, const char *file) {
    /* strerror_r in its GNU form returns the text and does not share a buffer between threads. */
    char buffer[128];
    const char *reason = strerror_r(code, buffer, sizeof buffer);
    fm_status status = code == EPIPE ? FM_ERROR_PIPE : code == ENOMEM ? FM_ERROR_MEMORY : FM_ERROR_IO;
    return fm__fail_at(error, status, file, 0, 0, "cannot %s: %s", doing, reason);
}

void fm__fault_log_init(fm__fault_log *log, const fm_faults *sink) {
    memset(log, 0, sizeof *log);
    log->sink = sink;
}

void fm__fault_add(fm__fault_log *log, const char *file, uint64_t line, uint64_t column, const char *format,
                   ...) {
    if (fm__fault_log_full(log))
        return;
    fm_error fault;
    va_list arguments;
    va_start(arguments, format);
    fill(&fault, FM_ERROR_INPUT, file, line, column, format, arguments);
    va_end(arguments);
    if (log->count++ == 0)
        log->first = fault;
    if (log->sink != NULL && log->sink->report != NULL)
        log->sink->report(log->sink->context, &fault);
}

void fm__fault_warn(fm__fault_log *log, const char *file, uint64_t line, uint64_t column, const char *format,
                    ...) {
    if (log->sink == NULL || log->sink->warn == NULL)
        return;
    fm_error fault;
    va_list arguments;
    va_start(arguments, format);
    fill(&fault, FM_OK, file, line, column, format, arguments);
    va_end(arguments);
    log->sink->warn(log->sink->context, &fault);
}

bool fm__fault_log_full(const fm__fault_log *log) {
    return log->count >= FM_FAULTS_MAX;
}

fm_status fm__fault_log_status(const fm__fault_log *log, fm_error *error) {
    if (log->count == 0)
        return FM_OK;
    if (error != NULL)
        *error = log->first;
    return FM_ERROR_INPUT;
}
