/* Bundles: columns that are added up once for each combination of their patterns, for all own offerings.
 *
 * The columns of a side are put into bundles of a few columns each. What a combination of patterns misses is
 * added up once for a block; an offering is then the sum of one entry of each bundle. An entry is as wide as
 * the planes that it replaces, so that is hardly fewer additions. But they are the same few instructions for
 * every offering, whatever the columns and the weights, and nothing on the way leaves the registers. */
#ifndef FITMATCH_MATCH_BUNDLES_H
#define FITMATCH_MATCH_BUNDLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Slices of an entry: columns of a bundle weigh less than 2^FM__ENTRY_SLICES together. */
#define FM__ENTRY_SLICES 4
/** Most columns of a bundle, bundles of a side, and entries of a bundle. */
#define FM__BUNDLE_COLUMNS 8
#define FM__BUNDLES 16
#define FM__BUNDLE_ENTRIES 256

/** Patterns of a column that are told apart: those before `lowest` are like it, those behind `highest` like
 * that one. A pattern with the number of patterns is the one that misses nobody. */
typedef struct fm__span {
    uint32_t column;
    uint32_t lowest;
    uint32_t highest;
} fm__span;

/** Some columns. Its entries are numbered with the place of the first column's pattern in its span as the
 * lowest digit. */
typedef struct fm__bundle {
    fm__span spans[FM__BUNDLE_COLUMNS];
    uint32_t column_count;
    uint32_t entries;
    uint32_t weight; /**< of all columns together */
} fm__bundle;

/** The bundles of one side; the entries of a bundle are numbered behind those of the one before. */
typedef struct fm__bundles {
    uint32_t count; /**< at least 1 */
    fm__bundle list[FM__BUNDLES];
    uint16_t *entries; /**< [bundle][64 x place_words] entry of each own offering */
} fm__bundles;

/**
 * Puts columns into bundles; a bundle of several columns has up to `shared` entries.
 *
 * @param weights [column].
 * @return false if there are too many of something.
 */
bool fm__bundles_form(fm__bundles *bundles, const fm__span *spans, uint32_t count, const uint8_t *weights,
                      uint32_t shared);

/** Fills bundles->entries in. `patterns`: [column][places]. Inline, for each kernel's own instructions. */
static inline void fm__bundles_number(const fm__bundles *bundles, const uint16_t *patterns, size_t places) {
    uint16_t first = 0;
    for (uint32_t b = 0; b < bundles->count; b++) {
        const fm__bundle *bundle = &bundles->list[b];
        uint16_t *restrict entries = bundles->entries + b * places;
        uint16_t stride = 1;
        for (size_t p = 0; p < places; p++)
            entries[p] = first;
        for (uint32_t c = 0; c < bundle->column_count; c++) {
            const uint16_t *restrict of = patterns + bundle->spans[c].column * places;
            uint16_t lowest = (uint16_t)bundle->spans[c].lowest;
            uint16_t highest = (uint16_t)bundle->spans[c].highest;
            for (size_t p = 0; p < places; p++) {
                uint16_t pattern = of[p] < lowest ? lowest : of[p];
                pattern = pattern > highest ? highest : pattern;
                entries[p] = (uint16_t)(entries[p] + stride * (uint16_t)(pattern - lowest));
            }
            stride = (uint16_t)(stride * (highest - lowest + 1));
        }
        first = (uint16_t)(first + bundle->entries);
    }
}

#endif
