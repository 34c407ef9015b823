/* Where the cells of CSV text start: one pass over the bytes, 64 at a time, that knows quoted text from the
 * rest.
 *
 * The index takes text piece by piece, stops and goes on at any byte, and counts everything from its base,
 * the start of the first record that it still holds. */
#ifndef FITMATCH_TABLES_CSV_INDEX_H
#define FITMATCH_TABLES_CSV_INDEX_H

#include "support/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What the next byte belongs to. */
typedef enum fm__csv_state {
    FM__CSV_START,   /**< a cell that begins with it */
    FM__CSV_PLAIN,   /**< text in which quotes mean nothing */
    FM__CSV_QUOTED,  /**< quoted text */
    FM__CSV_CLOSING, /**< it decides whether the quote before it closed the cell or was the first of two */
} fm__csv_state;

/** Offsets in bytes that a list has room for, and how many it holds. */
typedef struct fm__csv_offsets {
    uint32_t *at;
    size_t count;
    size_t capacity;
} fm__csv_offsets;

static inline bool fm__csv_offsets_reserve(fm__csv_offsets *list, size_t more) {
    return list->capacity - list->count >= more ||
           fm__array_reserve(&list->at, &list->capacity, list->count + more, sizeof *list->at);
}

/** Longest distance from the base that the index can hold, with room for one past it. */
#define FM__CSV_INDEX_BYTES_MAX ((size_t)UINT32_MAX - 64)

typedef struct fm__csv_index fm__csv_index;

/** How an index is fed: one body, compiled for several instruction sets. */
typedef struct fm__csv_scanner {
    const char *name;
    bool (*feed)(fm__csv_index *index, const char *text, size_t length, bool is_end, size_t record_count);
} fm__csv_scanner;

/** The best scanner for this machine. */
const fm__csv_scanner *fm__csv_scanner_best(void);

/** Every scanner that runs on this machine, the plainest first; NULL behind the last. */
const fm__csv_scanner *fm__csv_scanner_at(size_t place);

struct fm__csv_index {
    const fm__csv_scanner *scanner;
    /** Cell starts in order: the first is the base, 0; each other one lies just behind a delimiter or
     * newline. A cell ends one byte before the next one starts. */
    fm__csv_offsets starts;
    /** For each whole record, the place in `starts` of the first cell of the record after it. */
    fm__csv_offsets records;
    fm__csv_offsets inner_newlines; /**< newlines inside quotes */
    /** Bytes behind a closing quote that look wrong; the records that they are in need a second look. */
    fm__csv_offsets suspects;
    size_t scanned;       /**< bytes looked at */
    size_t quoted_until;  /**< no byte from here on was a quote; 0: none at all */
    size_t doubled_until; /**< the same for quotes that are written twice */
    bool has_nul;         /**< a NUL stands at `scanned`; the index goes no further */
    bool is_finished;     /**< the text's last record has been ended where the text ends */
    char delimiter;
    fm__csv_state state;
};

/** Makes an empty index at the start of a record; false when memory ran out. */
bool fm__csv_index_init(fm__csv_index *index, const fm__csv_scanner *scanner, char delimiter);

/** Makes the index empty again, at a place in that state, and keeps its memory. */
void fm__csv_index_reset(fm__csv_index *index, fm__csv_state state);

void fm__csv_index_destroy(fm__csv_index *index);

/**
 * Goes on indexing, until `record_count` whole records are held or the text is used up.
 *
 * @param text   starts at the base and holds at least what was there at the last call, wherever it lies now.
 * @param length at most FM__CSV_INDEX_BYTES_MAX.
 * @param is_end nothing comes after the text: a last record without newline is ended, unless a quote is open.
 * @return false when memory ran out.
 */
static inline bool fm__csv_index_feed(fm__csv_index *index, const char *text, size_t length, bool is_end,
                                      size_t record_count) {
    return index->scanner->feed(index, text, length, is_end, record_count);
}

/** For scanners: ends a last record that no newline ends; false when memory ran out. */
bool fm__csv_index_finish(fm__csv_index *index);

/** Forgets the first `record_count` whole records: the next one is the new base. Returns its distance. */
size_t fm__csv_index_drop(fm__csv_index *index, size_t record_count);

#endif
