/* A window that slides over a file, a pipe or bytes in memory. */
#ifndef FITMATCH_TABLES_CSV_SOURCE_H
#define FITMATCH_TABLES_CSV_SOURCE_H

#include "tables/table.h"

typedef struct fm__csv_source {
    const char *file; /**< for messages; borrowed */
    int descriptor;   /**< -1: from memory */
    bool is_owned;    /**< the descriptor is closed with the source */
    fm_text memory;   /**< what has not been read yet of bytes in memory */
    char *window;     /**< `capacity` bytes and FM__CELL_SLACK_BYTES more */
    size_t capacity;
    size_t begin; /**< first byte in the window that is still needed; for the reader to move on */
    size_t end;
    bool is_at_end; /**< nothing comes after the window */
    uint64_t done;  /**< bytes read */
    uint64_t total; /**< of a regular file; 0: unknown */
    const fm_progress *progress;
} fm__csv_source;

/** Opens a file, or standard input for "-". `file` is its name for messages, borrowed like the progress. */
fm_status fm__csv_source_open(const char *path, const char *file, const fm_csv_options *options,
                              fm__csv_source *out_source, fm_error *error);

/** The same from bytes in memory, borrowed. */
fm_status fm__csv_source_open_memory(fm_text bytes, const char *file, const fm_csv_options *options,
                                     fm__csv_source *out_source, fm_error *error);

/** Closes a source; one that is all zeroes or was closed is left alone. */
void fm__csv_source_close(fm__csv_source *source);

/**
 * Reads on: moves what is still needed to the window's front, widens a window that is full of it, and fills
 * it up.
 *
 * Not to be called at the end. Afterwards there is more text, or the source is at its end.
 */
fm_status fm__csv_source_more(fm__csv_source *source, fm_error *error);

/** Takes the next bytes out of the source, at least one and at most `room`; 0 at the end. */
fm_status fm__csv_source_take(fm__csv_source *source, char *to, size_t room, size_t *out_taken,
                              fm_error *error);

/** Tells the progress how far reading has come; FM_ERROR_CANCELLED when it says stop. */
fm_status fm__csv_source_progress(const fm__csv_source *source, fm_error *error);

/** What is in the window; the byte behind it can be read. */
static inline fm_text fm__csv_source_text(const fm__csv_source *source) {
    return (fm_text){source->window + source->begin, source->end - source->begin};
}

#endif
