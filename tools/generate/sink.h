/* A file that appears whole or not at all: buffered, written under a temporary name, renamed when done. */
#ifndef GEN_SINK_H
#define GEN_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct gen_sink {
    int file;
    char *buffer;
    size_t capacity_bytes;
    size_t used_bytes;
    uint64_t written_bytes; /* handed to the system; the buffer comes on top */
    char *path;             /* where it will stand */
    char *temporary;        /* where it stands meanwhile */
} gen_sink;

/* All of these print what went wrong to standard error and return false on failure. */
bool gen_folder_make(const char *directory);
/* `room_bytes`: the longest piece that a caller will write behind one gen_sink_room(). */
bool gen_sink_open(gen_sink *sink, const char *directory, const char *name, size_t room_bytes);
bool gen_sink_flush(gen_sink *sink);
bool gen_sink_text(gen_sink *sink, const char *text);
bool gen_sink_format(gen_sink *sink, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool gen_sink_close(
    gen_sink *sink); /* everything is on its way to the disk, still under the temporary name */
bool gen_sink_publish(gen_sink *sink); /* rename into place */
void gen_sink_destroy(
    gen_sink *sink); /* removes the temporary file where it was not published; safe on zeros */

/* Where to write the next `bytes` (at most the room asked for), NULL when the disk refused. */
static inline char *gen_sink_room(gen_sink *sink, size_t bytes) {
    if (sink->capacity_bytes - sink->used_bytes < bytes && !gen_sink_flush(sink))
        return NULL;
    return sink->buffer + sink->used_bytes;
}

#endif
