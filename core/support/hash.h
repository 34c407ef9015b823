/* Hash indexes: from a 64-bit hash to the numbers of entries that the caller keeps in arrays of its own. */
#ifndef FITMATCH_SUPPORT_HASH_H
#define FITMATCH_SUPPORT_HASH_H

#include "support/memory.h"

/** XXH3, 64 bits (https://xxhash.com). */
uint64_t fm__hash_bytes(const void *bytes, size_t length);

/** A bijection on 64-bit words (the finaliser of MurmurHash3), so equal hashes mean equal words. */
static inline uint64_t fm__hash_word(uint64_t word) {
    word ^= word >> 33;
    word *= UINT64_C(0xff51afd7ed558ccd);
    word ^= word >> 33;
    word *= UINT64_C(0xc4ceb9fe1a85ec53);
    return word ^ (word >> 33);
}

/** No entry. */
#define FM__INDEX_NONE UINT32_MAX

typedef struct fm__index_slot {
    uint64_t hash;
    uint32_t entry; /**< FM__INDEX_NONE: free */
} fm__index_slot;

/** Open addressing, linear probing, at most half full. Zero-initialise; free with fm__index_destroy. */
typedef struct fm__index {
    fm__index_slot *slots;
    size_t mask; /**< slot count - 1, a power of two less one; 0 while empty */
    size_t count;
} fm__index;

/**
 * Walks the entries with a hash: start with *cursor = 0 and call until FM__INDEX_NONE; the caller compares
 * keys.
 */
static inline uint32_t fm__index_next(const fm__index *index, uint64_t hash, size_t *cursor) {
    if (index->slots == NULL)
        return FM__INDEX_NONE;
    for (;;) {
        const fm__index_slot *slot = &index->slots[(hash + (*cursor)++) & index->mask];
        if (slot->entry == FM__INDEX_NONE || slot->hash == hash)
            return slot->entry;
    }
}

/** Asks memory for what looking for a hash begins with. */
static inline void fm__index_prefetch(const fm__index *index, uint64_t hash) {
    if (index->slots != NULL)
        __builtin_prefetch(&index->slots[hash & index->mask], 0, 3);
}

/** Adds an entry, whether or not the hash is known; false when memory ran out. */
bool fm__index_add(fm__index *index, uint64_t hash, uint32_t entry);

void fm__index_destroy(fm__index *index);

#endif
