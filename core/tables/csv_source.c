#include "tables/csv_source.h"

#include "support/error.h"
#include "support/files.h"
#include "support/memory.h"
#include "support/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

/* Large enough that moving its tail costs nothing, small enough for the third-level cache. */
#define WINDOW_BYTES ((size_t)4 << 20)
/* A record and a window that doubles until the record fits stay within the index's 32-bit offsets. */
#define WINDOW_BYTES_MAX ((size_t)1 << 30)

static fm_status fail_open(fm_error *error, int code, const char *path) {
    char reason[FM__FILE_REASON_BYTES];
    return fm__fail_at(error, FM_ERROR_IO, path, 0, 0, "cannot open: %s",
                       fm__file_reason(code, path, reason));
}

static fm_status new_window(const fm_csv_options *options, fm__csv_source *source, fm_error *error) {
    size_t wanted = options == NULL || options->window_bytes == 0 ? WINDOW_BYTES : options->window_bytes;
    /* A small file needs no more than itself, and a byte of room in which to find its end. */
    if (source->total > 0 && source->total < wanted)
        wanted = (size_t)source->total + 1;
    source->capacity = wanted < WINDOW_BYTES_MAX ? wanted : WINDOW_BYTES_MAX;
    source->progress = options == NULL ? NULL : options->progress;
    source->window = fm__region_new(source->capacity + FM__CELL_SLACK_BYTES);
    return source->window == NULL ? fm__fail_memory(error) : FM_OK;
}

fm_status fm__csv_source_open(const char *path, const char *file, const fm_csv_options *options,
                              fm__csv_source *out_source, fm_error *error) {
    fm_status status;
    fm__csv_source source = {.file = file, .descriptor = STDIN_FILENO};
    if (strcmp(path, "-") != 0) {
        do {
            source.descriptor = open(path, O_RDONLY | O_CLOEXEC);
        } while (source.descriptor < 0 && errno == EINTR);
        if (source.descriptor < 0)
            return fail_open(error, errno, path);
        source.is_owned = true;
    }
    struct stat about;
    if (fstat(source.descriptor, &about) != 0) {
        status = fm__fail_system(error, errno, "read", file);
        goto cleanup;
    }
    if (S_ISDIR(about.st_mode)) {
        status = fm__fail_at(error, FM_ERROR_IO, file, 0, 0, "cannot read: is a directory, not a CSV file");
        goto cleanup;
    }
    if (S_ISREG(about.st_mode)) {
        source.total = (uint64_t)about.st_size;
        /* Only advice: reading works without it. */
        (void)posix_fadvise(source.descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    status = new_window(options, &source, error);
    if (status == FM_OK) {
        *out_source = source;
        return FM_OK;
    }
cleanup:
    if (source.is_owned)
        (void)close(source.descriptor);
    return status;
}

fm_status fm__csv_source_open_memory(fm_text bytes, const char *file, const fm_csv_options *options,
                                     fm__csv_source *out_source, fm_error *error) {
    fm__csv_source source = {.file = file, .descriptor = -1, .memory = bytes, .total = bytes.length};
    fm_status status = new_window(options, &source, error);
    if (status == FM_OK)
        *out_source = source;
    return status;
}

void fm__csv_source_close(fm__csv_source *source) {
    if (source->is_owned)
        (void)close(source->descriptor);
    fm__region_free(source->window);
    *source = (fm__csv_source){.descriptor = -1};
}

static fm_status make_room(fm__csv_source *source, fm_error *error) {
    size_t kept = source->end - source->begin;
    char *window = source->window;
    size_t capacity = source->capacity;
    if (kept == capacity) {
        capacity *= 2;
        window = fm__region_new(capacity + FM__CELL_SLACK_BYTES);
        if (window == NULL)
            return fm__fail_memory(error);
    }
    memmove(window, source->window + source->begin, kept);
    if (window != source->window)
        fm__region_free(source->window);
    source->window = window;
    source->capacity = capacity;
    source->begin = 0;
    source->end = kept;
    return FM_OK;
}

fm_status fm__csv_source_progress(const fm__csv_source *source, fm_error *error) {
    const fm_progress *progress = source->progress;
    if (progress == NULL || progress->step == NULL ||
        progress->step(progress->context, FM_PHASE_READ, source->done, source->total))
        return FM_OK;
    return fm__fail_at(error, FM_ERROR_CANCELLED, source->file, 0, 0, "reading was cancelled");
}

/* One read of at least a byte, or the end. */
static fm_status read_some(fm__csv_source *source, char *to, size_t room, size_t *out_taken,
                           fm_error *error) {
    ssize_t taken;
    if (source->descriptor < 0) {
        taken = (ssize_t)(room < source->memory.length ? room : source->memory.length);
        if (taken > 0)
            memcpy(to, source->memory.bytes, (size_t)taken);
        source->memory.bytes += taken;
        source->memory.length -= (size_t)taken;
    } else {
        while ((taken = read(source->descriptor, to, room)) < 0) {
            int code = errno;
            /* Somebody who shares a terminal or pipe with us may have made it non-blocking. */
            struct pollfd readable = {.fd = source->descriptor, .events = POLLIN};
            if (code == EAGAIN && (poll(&readable, 1, -1) >= 0 || errno == EINTR))
                continue;
            if (code != EINTR)
                return fm__fail_system(error, code, "read", source->file);
            fm_status status = fm__csv_source_progress(source, error);
            if (status != FM_OK)
                return status;
        }
    }
    source->is_at_end = taken == 0;
    source->done += (uint64_t)taken;
    *out_taken = (size_t)taken;
    return FM_OK;
}

fm_status fm__csv_source_more(fm__csv_source *source, fm_error *error) {
    fm_status status = make_room(source, error);
    while (status == FM_OK && !source->is_at_end && source->end < source->capacity) {
        size_t taken = 0;
        status =
            read_some(source, source->window + source->end, source->capacity - source->end, &taken, error);
        source->end += taken;
    }
    if (status != FM_OK)
        return status;
    source->window[source->end] = '\0';
    return fm__csv_source_progress(source, error);
}

fm_status fm__csv_source_take(fm__csv_source *source, char *to, size_t room, size_t *out_taken,
                              fm_error *error) {
    size_t ready = source->end - source->begin;
    *out_taken = 0;
    if (ready > 0) {
        *out_taken = ready < room ? ready : room;
        memcpy(to, source->window + source->begin, *out_taken);
        source->begin += *out_taken;
        return FM_OK;
    }
    return source->is_at_end ? FM_OK : read_some(source, to, room, out_taken, error);
}
