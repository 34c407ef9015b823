/* Spellings: from the bytes of a short cell to what was made of them once.
 *
 * Cells are few bytes that repeat endlessly. A cell of up to FM__SPELLING_BYTES bytes, padded with zeros, is
 * a key of two or four words; finding it takes no parsing, no call and no comparison of lengths, because no
 * cell in here holds a NUL. */
#ifndef FITMATCH_BASE_SPELLINGS_H
#define FITMATCH_BASE_SPELLINGS_H

#include "support/memory.h"
#include "support/text.h"

#define FM__SPELLING_BYTES 32

/** No value. */
#define FM__SPELLING_NONE UINT32_MAX

/** Most spellings kept: what the second-level cache holds of a few columns. */
#define FM__SPELLINGS_MAX ((uint32_t)8192)

typedef struct fm__spelling {
    uint64_t words[FM__SPELLING_BYTES / 8];
} fm__spelling;

/** Of up to 16 bytes; a free slot has no value, and its words are those of a blank cell. */
typedef struct fm__short_slot {
    uint64_t words[2];
    uint32_t value;
} fm__short_slot;

typedef struct fm__long_slot {
    uint64_t words[4];
    uint32_t value;
} fm__long_slot;

/** Two hash tables with linear probing, so empty that the first look mostly settles it. Zero-initialise, then
 * reserve before looking for anything; any number of threads may look while none adds. */
typedef struct fm__spellings {
    fm__short_slot *shorts;
    fm__long_slot *longs;
    size_t short_mask; /**< slots of the table, a power of two, less one */
    size_t long_mask;
    uint32_t short_count;
    uint32_t long_count;
    bool is_off; /**< spellings repeat too rarely: looking for them costs more than it saves */
} fm__spellings;

/** Makes the tables ready to be looked into; false when memory ran out. */
bool fm__spellings_reserve(fm__spellings *spellings);

void fm__spellings_destroy(fm__spellings *spellings);

/** Adds a spelling that is not there yet, unless there are enough; false when memory ran out. */
bool fm__spellings_add(fm__spellings *spellings, const fm__spelling *key, uint32_t value);

/** Takes note of how many of some cells were not found; enough misses turn the spellings off. */
void fm__spellings_judge(fm__spellings *spellings, size_t cells, size_t misses);

static inline uint64_t fm__spelling_hash(uint64_t a, uint64_t b) {
    /* The upper bits, which count, depend on all bits of both words. */
    return (a ^ (b * UINT64_C(0x9e3779b97f4a7c15))) * UINT64_C(0xd6e8feb86659fd93);
}

/** Where a spelling is looked for first, in slots of either table. */
static inline size_t fm__short_place(const fm__spellings *spellings, uint64_t a, uint64_t b) {
    return fm__spelling_hash(a, b) >> 40 & spellings->short_mask;
}

static inline size_t fm__long_place(const fm__spellings *spellings, const uint64_t *w) {
    return (fm__spelling_hash(w[0], w[1]) ^ fm__spelling_hash(w[2], w[3])) >> 40 & spellings->long_mask;
}

/** The value of a key; FM__SPELLING_NONE: unknown. */
uint32_t fm__spellings_find_key(const fm__spellings *spellings, fm__spelling key);

/* What keeps the bytes of a cell in its first and in its second word, by its length. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define FM__FIRST(n) (~UINT64_C(0) << (64 - 8 * (n)))
#else
#define FM__FIRST(n) (~UINT64_C(0) >> (64 - 8 * (n)))
#endif
static const uint64_t fm__first_masks[17] = {
    0,
    FM__FIRST(1),
    FM__FIRST(2),
    FM__FIRST(3),
    FM__FIRST(4),
    FM__FIRST(5),
    FM__FIRST(6),
    FM__FIRST(7),
    FM__FIRST(8),
    FM__FIRST(8),
    FM__FIRST(8),
    FM__FIRST(8),
    FM__FIRST(8),
    FM__FIRST(8),
    FM__FIRST(8),
    FM__FIRST(8),
    FM__FIRST(8),
};
static const uint64_t fm__second_masks[17] = {
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    FM__FIRST(1),
    FM__FIRST(2),
    FM__FIRST(3),
    FM__FIRST(4),
    FM__FIRST(5),
    FM__FIRST(6),
    FM__FIRST(7),
    FM__FIRST(8),
};
#undef FM__FIRST

/* The assembler of no instruction keeps compilers from making vectors of two words, which they would only
 * take apart again, by way of memory. */
static inline uint64_t fm__word_at(const char *bytes, uint64_t mask) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    word &= mask;
    __asm__("" : "+r"(word));
    return word;
}

/** The value of a cell that has FM__CELL_SLACK_BYTES readable bytes behind it; FM__SPELLING_NONE: unknown, or
 * too long.
 *
 * @param local a copy of `spellings`, so that a loop can keep it in registers. */
static inline uint32_t fm__spellings_find(const fm__spellings *spellings, const fm__spellings *local,
                                          const char *bytes, size_t length) {
    if (__builtin_expect(length <= 16, 1)) {
        uint64_t a = fm__word_at(bytes, fm__first_masks[length]);
        uint64_t b = fm__word_at(bytes + 8, fm__second_masks[length]);
        const fm__short_slot *slot = &local->shorts[fm__short_place(local, a, b)];
        if (__builtin_expect(slot->words[0] == a && slot->words[1] == b, 1))
            return slot->value;
        return fm__spellings_find_key(spellings, (fm__spelling){{a, b, 0, 0}});
    }
    if (length > FM__SPELLING_BYTES)
        return FM__SPELLING_NONE;
    fm__spelling key = {{fm__word_at(bytes, ~UINT64_C(0)), fm__word_at(bytes + 8, ~UINT64_C(0)),
                         fm__word_at(bytes + 16, fm__first_masks[length - 16]),
                         fm__word_at(bytes + 24, fm__second_masks[length - 16])}};
    const fm__long_slot *slot = &local->longs[fm__long_place(local, key.words)];
    if (__builtin_expect(slot->words[0] == key.words[0] && slot->words[1] == key.words[1] &&
                             slot->words[2] == key.words[2] && slot->words[3] == key.words[3],
                         1))
        return slot->value;
    return fm__spellings_find_key(spellings, key);
}

/** Whether a cell can be a key; the key then goes to *out_key. */
static inline bool fm__spelling_of(fm_text cell, fm__spelling *out_key) {
    if (cell.length > FM__SPELLING_BYTES ||
        (cell.length > 0 && memchr(cell.bytes, '\0', cell.length) != NULL))
        return false;
    *out_key = (fm__spelling){{0}};
    if (cell.length > 0)
        memcpy(out_key->words, cell.bytes, cell.length);
    return true;
}

#endif
