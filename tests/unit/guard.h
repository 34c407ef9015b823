/* Memory between pages that nobody may touch. */
#ifndef FITMATCH_TESTS_GUARD_H
#define FITMATCH_TESTS_GUARD_H

#include <stdbool.h>
#include <stddef.h>

typedef struct guards {
    struct guard *list;
} guards;

/**
 * `bytes` bytes, filled with `fill`, right before (`at_end`) or right behind a page that must not be touched;
 * there is such a page on the other side as well. Free with guards_free. Ends the program on failure.
 */
void *guard_new(guards *guards, size_t bytes, bool at_end, unsigned char fill);

/** The same as a copy of `from`, which can only be read. */
const void *guard_copy(guards *guards, const void *from, size_t bytes, bool at_end);

void guards_free(guards *guards);

#endif
