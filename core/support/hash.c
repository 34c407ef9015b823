#include "support/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t fm__hash_bytes(const void *bytes, size_t length) {
    return XXH3_64bits(bytes, length);
}

static void put(fm__index *index, uint64_t hash, uint32_t entry) {
    size_t at = hash & index->mask;
    while (index->slots[at].entry != FM__INDEX_NONE)
        at = (at + 1) & index->mask;
    index->slots[at] = (fm__index_slot){hash, entry};
}

static bool grow(fm__index *index) {
    size_t slot_count = index->slots == NULL ? 64 : (index->mask + 1) * 2;
    size_t bytes;
    if (!fm__size_product(slot_count, sizeof(fm__index_slot), &bytes))
        return false;
    fm__index grown = {.slots = malloc(bytes), .mask = slot_count - 1, .count = index->count};
    if (grown.slots == NULL)
        return false;
    for (size_t i = 0; i < slot_count; i++)
        grown.slots[i].entry = FM__INDEX_NONE;
    for (size_t i = 0; index->slots != NULL && i <= index->mask; i++)
        if (index->slots[i].entry != FM__INDEX_NONE)
            put(&grown, index->slots[i].hash, index->slots[i].entry);
    free(index->slots);
    *index = grown;
    return true;
}

bool fm__index_add(fm__index *index, uint64_t hash, uint32_t entry) {
    if ((index->slots == NULL || (index->count + 1) * 2 > index->mask + 1) && !grow(index))
        return false;
    put(index, hash, entry);
    index->count++;
    return true;
}

void fm__index_destroy(fm__index *index) {
    free(index->slots);
    *index = (fm__index){0};
}
