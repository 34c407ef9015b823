#include "support/memory.h"

#include <string.h>
#include <sys/mman.h>

void *fm__array_new(size_t count, size_t element_bytes) {
    return calloc(count == 0 ? 1 : count, element_bytes);
}

bool fm__array_reserve(void *array_pointer, size_t *capacity, size_t needed, size_t element_bytes) {
    if (needed <= *capacity)
        return true;
    size_t wanted = *capacity < SIZE_MAX / 2 && *capacity * 2 > needed ? *capacity * 2 : needed;
    wanted = wanted < 16 ? 16 : wanted;
    size_t bytes;
    if (!fm__size_product(wanted, element_bytes, &bytes))
        return false;
    void *array;
    memcpy(&array, array_pointer, sizeof array);
    array = realloc(array, bytes);
    if (array == NULL)
        return false;
    memcpy(array_pointer, &array, sizeof array);
    *capacity = wanted;
    return true;
}

/* From here on a region is worth whole huge pages. */
#define HUGE_PAGE_BYTES ((size_t)2 << 20)

void *fm__region_new(size_t bytes) {
    size_t alignment = bytes >= HUGE_PAGE_BYTES ? HUGE_PAGE_BYTES : 64;
    if (bytes > SIZE_MAX - alignment)
        return NULL;
    size_t rounded = bytes == 0 ? alignment : (bytes + alignment - 1) / alignment * alignment;
    void *region = aligned_alloc(alignment, rounded);
#ifdef MADV_HUGEPAGE
    if (region != NULL && rounded >= HUGE_PAGE_BYTES)
        (void)madvise(region, rounded, MADV_HUGEPAGE); /* only advice: small pages work as well */
#endif
    return region;
}

void fm__region_free(void *region) {
    free(region);
}

struct fm__arena_chunk {
    struct fm__arena_chunk *next;
    _Alignas(max_align_t) unsigned char bytes[];
};

#define VECTOR_BYTES ((size_t)64)
#define CHUNK_BYTES ((size_t)64 << 10)

static void *chunk_new(fm__arena *arena, size_t bytes) {
    if (bytes > SIZE_MAX - sizeof(struct fm__arena_chunk))
        return NULL;
    struct fm__arena_chunk *chunk = malloc(sizeof *chunk + bytes);
    if (chunk == NULL)
        return NULL;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    return chunk->bytes;
}

void *fm__arena_new(fm__arena *arena, size_t bytes) {
    if (bytes > SIZE_MAX - sizeof(max_align_t))
        return NULL;
    /* Nothing is something, so that the address is one of the arena's. */
    bytes = bytes > 0 ? bytes : 1;
    size_t rounded = (bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    if (rounded > CHUNK_BYTES / 4 && rounded > arena->capacity - arena->used) {
        /* A chunk of its own, put behind the current one so that the rest of that stays in use. */
        struct fm__arena_chunk *current = arena->chunks;
        void *memory = chunk_new(arena, rounded);
        if (memory != NULL && current != NULL) {
            struct fm__arena_chunk *own = arena->chunks;
            own->next = current->next;
            current->next = own;
            arena->chunks = current;
        }
        return memory;
    }
    if (rounded > arena->capacity - arena->used) {
        if (chunk_new(arena, CHUNK_BYTES) == NULL)
            return NULL;
        arena->used = 0;
        arena->capacity = CHUNK_BYTES;
    }
    void *memory = arena->chunks->bytes + arena->used;
    arena->used += rounded;
    return memory;
}

void *fm__arena_array(fm__arena *arena, size_t count, size_t element_bytes) {
    size_t bytes;
    if (!fm__size_product(count, element_bytes, &bytes))
        return NULL;
    void *array = fm__arena_new(arena, bytes);
    if (array != NULL)
        memset(array, 0, bytes);
    return array;
}

uint64_t *fm__arena_vectors(fm__arena *arena, size_t words) {
    size_t bytes;
    if (!fm__size_product(words, sizeof(uint64_t), &bytes) || bytes > SIZE_MAX - VECTOR_BYTES)
        return NULL;
    char *memory = fm__arena_array(arena, bytes + VECTOR_BYTES, 1);
    if (memory == NULL)
        return NULL;
    return (uint64_t *)(void *)(memory + (VECTOR_BYTES - (uintptr_t)memory % VECTOR_BYTES));
}

fm_text fm__arena_text(fm__arena *arena, fm_text text) {
    char *copy = text.length == SIZE_MAX ? NULL : fm__arena_new(arena, text.length + 1);
    if (copy == NULL)
        return (fm_text){NULL, 0};
    if (text.length > 0)
        memcpy(copy, text.bytes, text.length);
    copy[text.length] = '\0';
    return (fm_text){copy, text.length};
}

char *fm__arena_string(fm__arena *arena, const char *string) {
    size_t bytes = strlen(string) + 1;
    char *copy = fm__arena_new(arena, bytes);
    if (copy != NULL)
        memcpy(copy, string, bytes);
    return copy;
}

void fm__arena_destroy(fm__arena *arena) {
    for (struct fm__arena_chunk *chunk = arena->chunks; chunk != NULL;) {
        struct fm__arena_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    *arena = (fm__arena){0};
}
