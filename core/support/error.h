/* Filling in the caller's fm_error, and collecting the faults of an input. */
#ifndef FITMATCH_SUPPORT_ERROR_H
#define FITMATCH_SUPPORT_ERROR_H

#include <fitmatch/status.h>

/** Fills `error` (NULLable) without a position and returns `status`. */
__attribute__((format(printf, 3, 4))) fm_status fm__fail(fm_error *error, fm_status status,
                                                         const char *format, ...);

/** The same with a position; `file` NULL and `line` 0 mean that there is none. */
__attribute__((format(printf, 6, 7))) fm_status fm__fail_at(fm_error *error, fm_status status,
                                                            const char *file, uint64_t line, uint64_t column,
                                                            const char *format, ...);

/** FM_ERROR_MEMORY with the one message for it. */
fm_status fm__fail_memory(fm_error *error);

/** FM_ERROR_IO or FM_ERROR_PIPE for a system call that left `code` in errno: "cannot open FILE: reason". */
fm_status fm__fail_system(fm_error *error, int code, const char *doing, const char *file);

/** Collects the faults of one reading call: passes each on, keeps the first, stops counting at FM_FAULTS_MAX.
 */
typedef struct fm__fault_log {
    const fm_faults *sink; /**< NULLable */
    unsigned count;
    fm_error first;
} fm__fault_log;

void fm__fault_log_init(fm__fault_log *log, const fm_faults *sink);

__attribute__((format(printf, 5, 6))) void fm__fault_add(fm__fault_log *log, const char *file, uint64_t line,
                                                         uint64_t column, const char *format, ...);

__attribute__((format(printf, 5, 6))) void fm__fault_warn(fm__fault_log *log, const char *file, uint64_t line,
                                                          uint64_t column, const char *format, ...);

/** Whether so many faults were found that reading on is pointless. */
bool fm__fault_log_full(const fm__fault_log *log);

/** FM_OK when no fault was added; else FM_ERROR_INPUT with the first one in `error`. */
fm_status fm__fault_log_status(const fm__fault_log *log, fm_error *error);

#endif
