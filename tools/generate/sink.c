#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Small enough to stay in the second-level cache between filling it and the system copying it. */
#define BUFFER_BYTES ((size_t)256 << 10)

static bool complain(const char *what, const char *path) {
    (void)fprintf(stderr, "error: cannot %s %s: %s\n", what, path, strerror(errno));
    return false;
}

bool gen_folder_make(const char *directory) {
    char *path = strdup(directory);
    if (!path)
        return complain("name", directory);
    for (char *at = path + 1; *path && *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        (void)mkdir(path, 0777); /* a failure here shows at the last one */
        *at = '/';
    }
    struct stat about;
    bool ok = mkdir(path, 0777) == 0 || (errno == EEXIST && stat(path, &about) == 0);
    if (ok && stat(path, &about) == 0 && !S_ISDIR(about.st_mode)) {
        errno = ENOTDIR;
        ok = false;
    }
    if (!ok)
        (void)complain("create folder", directory);
    free(path);
    return ok;
}

bool gen_sink_open(gen_sink *sink, const char *directory, const char *name, size_t room_bytes) {
    *sink = (gen_sink){.file = -1};
    sink->capacity_bytes = room_bytes * 2 > BUFFER_BYTES ? room_bytes * 2 : BUFFER_BYTES;
    sink->buffer = malloc(sink->capacity_bytes);
    if (asprintf(&sink->path, "%s/%s", directory, name) < 0)
        sink->path = NULL;
    if (asprintf(&sink->temporary, "%s/.%s.part", directory, name) < 0)
        sink->temporary = NULL;
    if (!sink->buffer || !sink->path || !sink->temporary) {
        errno = ENOMEM;
        return complain("write", name);
    }
    sink->file = open(sink->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return sink->file >= 0 || complain("write", sink->path);
}

bool gen_sink_flush(gen_sink *sink) {
    for (size_t done = 0; done < sink->used_bytes;) {
        ssize_t now = write(sink->file, sink->buffer + done, sink->used_bytes - done);
        if (now < 0 && errno == EINTR)
            continue;
        if (now < 0)
            return complain("write", sink->path);
        done += (size_t)now;
    }
    sink->written_bytes += sink->used_bytes;
    sink->used_bytes = 0;
    return true;
}

bool gen_sink_text(gen_sink *sink, const char *text) {
    for (size_t left = strlen(text); left > 0;) {
        if (sink->used_bytes == sink->capacity_bytes && !gen_sink_flush(sink))
            return false;
        size_t room = sink->capacity_bytes - sink->used_bytes;
        size_t now = left < room ? left : room;
        memcpy(sink->buffer + sink->used_bytes, text, now);
        sink->used_bytes += now;
        text += now;
        left -= now;
    }
    return true;
}

bool gen_sink_format(gen_sink *sink, const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof line) {
        errno = EMSGSIZE;
        return complain("write", sink->path);
    }
    return gen_sink_text(sink, line);
}

bool gen_sink_close(gen_sink *sink) {
    if (!gen_sink_flush(sink))
        return false;
    int file = sink->file;
    sink->file = -1;
    return close(file) == 0 || complain("write", sink->path);
}

bool gen_sink_publish(gen_sink *sink) {
    if (rename(sink->temporary, sink->path) != 0)
        return complain("write", sink->path);
    free(sink->temporary);
    sink->temporary = NULL;
    return true;
}

void gen_sink_destroy(gen_sink *sink) {
    if (!sink->buffer)
        return;
    if (sink->file >= 0)
        (void)close(sink->file);
    if (sink->temporary)
        (void)unlink(sink->temporary);
    free(sink->temporary);
    free(sink->path);
    free(sink->buffer);
    *sink = (gen_sink){.file = -1};
}
