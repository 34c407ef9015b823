/* What every other header needs: export marks, status codes, errors, faults, progress, text views. */
#ifndef FITMATCH_STATUS_H
#define FITMATCH_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(FM_BUILD_SHARED) || defined(__GNUC__)
#define FM_API __attribute__((visibility("default")))
#else
#define FM_API
#endif

#ifdef __GNUC__
#define FM_NODISCARD __attribute__((warn_unused_result))
#else
#define FM_NODISCARD
#endif

/** How a call ended. Zero is success; on anything else the outputs are untouched. */
typedef enum fm_status {
    FM_OK = 0,
    FM_ERROR_ARGUMENT,  /**< the caller passed something that the docstring excludes */
    FM_ERROR_INPUT,     /**< a file or table says something wrong; the position tells where */
    FM_ERROR_IO,        /**< the operating system refused: missing file, full disk, no permission */
    FM_ERROR_PIPE,      /**< the reader of our output went away */
    FM_ERROR_MEMORY,    /**< an allocation failed */
    FM_ERROR_LIMIT,     /**< a size beyond what the format or the engine can hold */
    FM_ERROR_CANCELLED, /**< the progress callback asked to stop */
} fm_status;

/** Longest message, its final NUL included. */
#define FM_MESSAGE_BYTES 512
/** Longest file name in an error, its final NUL included; longer names keep their end. */
#define FM_FILE_BYTES 256

/**
 * What went wrong and where; owned by the caller, filled on failure only.
 *
 * `line` and `column` count from 1, columns in bytes; 0 means "no such position".
 * `message` says what is wrong and what would be right, as one line of printable text without the position.
 */
typedef struct fm_error {
    fm_status status;
    uint64_t line;
    uint64_t column;
    char file[FM_FILE_BYTES];
    char message[FM_MESSAGE_BYTES];
} fm_error;

/** Most faults that one reading call reports. */
#define FM_FAULTS_MAX 20

/**
 * Receives each fault of an input as it is found, so that all can be reported together.
 *
 * Reading calls take a NULLable pointer to this. `report` gets every fault (at most FM_FAULTS_MAX); the call
 * itself then fails with the first one in its `fm_error`. `warn` gets what is legal but likely a mistake; a
 * call that only warned succeeds. Either may be NULL. Called from the thread that made the call.
 */
typedef struct fm_faults {
    void (*report)(void *context, const fm_error *fault);
    void (*warn)(void *context, const fm_error *fault);
    void *context;
} fm_faults;

/** What a long call is doing. */
typedef enum fm_phase {
    FM_PHASE_READ,  /**< done and total in bytes of the customers' table; total 0 when unknown */
    FM_PHASE_BUILD, /**< done and total in rows */
    FM_PHASE_MATCH, /**< done and total in rows */
    FM_PHASE_WRITE, /**< done and total in rows */
} fm_phase;

/**
 * Called now and then (many times a second) from the thread that made the call.
 *
 * Return false to stop: the call then cleans up and fails with FM_ERROR_CANCELLED.
 */
typedef struct fm_progress {
    bool (*step)(void *context, fm_phase phase, uint64_t done, uint64_t total);
    void *context;
} fm_progress;

/** A view of bytes that somebody else owns; not NUL-terminated, any bytes. */
typedef struct fm_text {
    const char *bytes;
    size_t length;
} fm_text;

/** The library's version, such as "0.1.0". Static, never freed. */
FM_API const char *fm_version(void);

#ifdef __cplusplus
}
#endif

#endif
