/* Spellings: from the bytes of a short cell to what was made of them once.
 *
 * Cells are few bytes that repeat endlessly. A cell of up to FM__SPELLING_BYTES bytes, padded with zeros, is
 * a key of one, two or four words; finding it takes no parsing, no call and no comparison of lengths, because
 * no cell in here holds a NUL. All keys of a table have as many words as its longest one needs: which cells
 * of a column are long is data that nobody can predict, so none of them is treated by itself. */
#ifndef FITMATCH_BASE_SPELLINGS_H
#define FITMATCH_BASE_SPELLINGS_H

#include "support/memory.h"
#include "support/text.h"

#define FM__SPELLING_BYTES 32
#define FM__SPELLING_WORDS (FM__SPELLING_BYTES / 8)

/** No value. */
#define FM__SPELLING_NONE UINT32_MAX

/** Most spellings kept: what the second-level cache holds of a few columns. */
#define FM__SPELLINGS_MAX ((uint32_t)8192)

typedef struct fm__spelling {
    uint64_t words[FM__SPELLING_WORDS];
} fm__spelling;

/** A hash table with linear probing, so empty that the first look mostly settles it. Zero-initialise, then
 * reserve before looking for anything; any number of threads may look while none adds. */
typedef struct fm__spellings {
    uint64_t *slots; /**< [slot][width + 1]: a key and its value; a free slot has no value, and the key of a
                        blank cell */
    unsigned width;  /**< words of a key: 1, 2 or 4 */
    unsigned shift;  /**< bits that a hash has beyond those that number the slots */
    uint32_t count;
    bool is_off; /**< spellings repeat too rarely: looking for them costs more than it saves */
} fm__spellings;

/** Makes the table ready to be looked into; false when memory ran out. */
bool fm__spellings_reserve(fm__spellings *spellings);

void fm__spellings_destroy(fm__spellings *spellings);

/** Adds a spelling that is not there yet, unless there are enough; false when memory ran out. */
bool fm__spellings_add(fm__spellings *spellings, const fm__spelling *key, uint32_t value);

/** The next spelling in a walk over all of them, in no particular order; false behind the last.
 *
 * @param place 0 in the beginning. */
bool fm__spellings_next(const fm__spellings *spellings, size_t *place, fm__spelling *out_key,
                        uint32_t *out_value);

/** Gives a spelling that is there another value. */
void fm__spellings_change(fm__spellings *spellings, const fm__spelling *key, uint32_t value);

/** Takes note of how many of some cells were not found; enough misses turn the spellings off. */
void fm__spellings_judge(fm__spellings *spellings, size_t cells, size_t misses);

/** The value of a key; FM__SPELLING_NONE: unknown. */
uint32_t fm__spellings_find_key(const fm__spellings *spellings, fm__spelling key);

/** The same for its words one by one: they stay in registers until then. */
uint32_t fm__spellings_find_words(const fm__spellings *spellings, uint64_t a, uint64_t b, uint64_t c,
                                  uint64_t d);

/** The slot where a key is looked for first. */
static inline size_t fm__spelling_place(uint64_t a, uint64_t b, uint64_t c, uint64_t d, unsigned shift) {
    /* The upper bits, which count, depend on all bits of all words. */
    uint64_t hash = a ^ b * UINT64_C(0x9e3779b97f4a7c15) ^ c * UINT64_C(0xc2b2ae3d27d4eb4f) ^
                    d * UINT64_C(0x165667b19e3779f9);
    return (hash * UINT64_C(0xd6e8feb86659fd93)) >> shift;
}

/* What keeps as many bytes of a word as are left of a cell, at most 8 and at least none, by that number + 24.
 */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define FM__FIRST(n) (~UINT64_C(0) << (64 - 8 * (n)))
#else
#define FM__FIRST(n) (~UINT64_C(0) >> (64 - 8 * (n)))
#endif
#define FM__ALL_EIGHT                                                                                 \
    ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), \
        ~UINT64_C(0)
static const uint64_t fm__first_masks[24 + FM__SPELLING_BYTES + 1] = {
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
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
    FM__ALL_EIGHT,
    FM__ALL_EIGHT,
    FM__ALL_EIGHT,
    FM__FIRST(8),
};
#undef FM__ALL_EIGHT
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
 * @param local a copy of `spellings`, so that a loop can keep it in registers.
 * @param width that of the spellings: a constant where it matters. */
static inline uint32_t fm__spellings_find(const fm__spellings *spellings, const fm__spellings *local,
                                          unsigned width, const char *bytes, size_t length) {
    if (__builtin_expect(length > 8 * width, 0))
        return FM__SPELLING_NONE;
    const uint64_t *masks = fm__first_masks + 24 + length;
    uint64_t a = fm__word_at(bytes, masks[0]);
    uint64_t b = width > 1 ? fm__word_at(bytes + 8, masks[-8]) : 0;
    uint64_t c = width > 2 ? fm__word_at(bytes + 16, masks[-16]) : 0;
    uint64_t d = width > 2 ? fm__word_at(bytes + 24, masks[-24]) : 0;
    const uint64_t *slot = local->slots + fm__spelling_place(a, b, c, d, local->shift) * (width + 1);
    uint64_t difference = slot[0] ^ a;
    if (width > 1)
        difference |= slot[1] ^ b;
    if (width > 2)
        difference |= (slot[2] ^ c) | (slot[3] ^ d);
    if (__builtin_expect(difference == 0, 1))
        return (uint32_t)slot[width];
    return fm__spellings_find_words(spellings, a, b, c, d);
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
