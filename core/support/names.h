/* A set of distinct names, numbered in the order in which they came. */
#ifndef FITMATCH_SUPPORT_NAMES_H
#define FITMATCH_SUPPORT_NAMES_H

#include "support/hash.h"
#include "support/text.h"

/** Zero-initialise; free with fm__names_destroy. */
typedef struct fm__names {
    fm__arena arena;
    fm__index index;
    fm_text *texts; /**< [count], NUL-terminated copies */
    size_t count;
    size_t capacity;
} fm__names;

/** The number of a name, or FM__INDEX_NONE. */
uint32_t fm__names_find(const fm__names *names, fm_text name);

/** The number of a name, added if new; FM__INDEX_NONE when memory ran out. */
uint32_t fm__names_add(fm__names *names, fm_text name);

/** The numbers of the names, sorted by the names' bytes; caller frees. NULL when memory ran out. */
uint32_t *fm__names_order(const fm__names *names);

void fm__names_destroy(fm__names *names);

#endif
