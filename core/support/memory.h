/* Memory with checked sizes: arrays, growing arrays, arenas, and large aligned regions. */
#ifndef FITMATCH_SUPPORT_MEMORY_H
#define FITMATCH_SUPPORT_MEMORY_H

#include <fitmatch/status.h>
#include <stdlib.h>

/** Whether count * size fits; the product goes to *out_bytes. */
static inline bool fm__size_product(size_t count, size_t size, size_t *out_bytes) {
    return !__builtin_mul_overflow(count, size, out_bytes);
}

/** Zeroed array of `count` elements, or NULL; never NULL for a count of 0. Free with free(). */
void *fm__array_new(size_t count, size_t element_bytes);

/**
 * Makes room for `needed` elements in a growing array, at least doubling it.
 *
 * @param array_pointer address of the array's pointer (any type); moved by realloc.
 * @return false when memory ran out; the array is then as it was.
 */
bool fm__array_reserve(void *array_pointer, size_t *capacity, size_t needed, size_t element_bytes);

/** 64-byte aligned, uninitialised, on huge pages where the system has them; NULL on failure. */
void *fm__region_new(size_t bytes);
void fm__region_free(void *region);

/** Memory that is freed all at once. Zero-initialise, then use; one thread at a time. */
typedef struct fm__arena {
    struct fm__arena_chunk *chunks;
    size_t used;
    size_t capacity;
} fm__arena;

/** `bytes` aligned for any type, uninitialised; NULL on failure. */
void *fm__arena_new(fm__arena *arena, size_t bytes);

/** Zeroed array. */
void *fm__arena_array(fm__arena *arena, size_t count, size_t element_bytes);

/** Zeroed words, 64-byte aligned. */
uint64_t *fm__arena_vectors(fm__arena *arena, size_t words);

/** A copy of `text` with a final NUL; the view excludes the NUL. bytes is NULL on failure. */
fm_text fm__arena_text(fm__arena *arena, fm_text text);

/** The same as a string. */
char *fm__arena_string(fm__arena *arena, const char *string);

void fm__arena_destroy(fm__arena *arena);

#endif
