#include "support/names.h"

static uint32_t find(const fm__names *names, fm_text name, uint64_t hash) {
    size_t cursor = 0;
    uint32_t entry;
    do
        entry = fm__index_next(&names->index, hash, &cursor);
    while (entry != FM__INDEX_NONE && !fm__text_equal(names->texts[entry], name));
    return entry;
}

uint32_t fm__names_find(const fm__names *names, fm_text name) {
    return find(names, name, fm__hash_bytes(name.bytes, name.length));
}

uint32_t fm__names_add(fm__names *names, fm_text name) {
    uint64_t hash = fm__hash_bytes(name.bytes, name.length);
    uint32_t known = find(names, name, hash);
    if (known != FM__INDEX_NONE)
        return known;
    if (names->count >= FM__INDEX_NONE ||
        !fm__array_reserve(&names->texts, &names->capacity, names->count + 1, sizeof *names->texts))
        return FM__INDEX_NONE;
    fm_text copy = fm__arena_text(&names->arena, name);
    if (copy.bytes == NULL || !fm__index_add(&names->index, hash, (uint32_t)names->count))
        return FM__INDEX_NONE;
    names->texts[names->count] = copy;
    return (uint32_t)names->count++;
}

static int by_text(const void *a, const void *b) {
    const fm_text *const *x = a;
    const fm_text *const *y = b;
    return fm__text_compare(**x, **y);
}

uint32_t *fm__names_order(const fm__names *names) {
    const fm_text **sorted = fm__array_new(names->count, sizeof *sorted);
    uint32_t *order = fm__array_new(names->count, sizeof *order);
    if (sorted == NULL || order == NULL) {
        free(sorted);
        free(order);
        return NULL;
    }
    for (size_t i = 0; i < names->count; i++)
        sorted[i] = &names->texts[i];
    if (names->count > 0)
        qsort(sorted, names->count, sizeof *sorted, by_text);
    for (size_t i = 0; i < names->count; i++)
        order[i] = (uint32_t)(sorted[i] - names->texts);
    free(sorted);
    return order;
}

void fm__names_destroy(fm__names *names) {
    fm__arena_destroy(&names->arena);
    fm__index_destroy(&names->index);
    free(names->texts);
    *names = (fm__names){0};
}
