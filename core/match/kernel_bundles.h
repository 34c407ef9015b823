/* Sums of bundles (bundles.h): part of the kernels' one body. */
#ifndef FITMATCH_MATCH_KERNEL_BUNDLES_H
#define FITMATCH_MATCH_KERNEL_BUNDLES_H

#include "match/kernel_sums.h"

#define ENTRY_WORDS ((size_t)FM__ENTRY_SLICES * LANE_WORDS)

static inline vec plane_of_choice(const fm__plan *plan, const fm__side *side, const fm__block *block,
                                  const fm__span *span, uint32_t choice, size_t lane) {
    const fm__group *group = &plan->groups[side->groups[span->column]];
    uint32_t pattern = span->lowest + choice;
    return load(block->planes, pattern == group->plane_count ? FM__PLANE_ZERO : group->first_plane + pattern,
                lane);
}

/* `count` entries, and a number added to each, into other ones or the same. */
static inline INLINE void add_to_entries(const vec *from, uint32_t count, const vec *digits, vec *to) {
    for (uint32_t i = 0; i < count * FM__ENTRY_SLICES; i += FM__ENTRY_SLICES) {
        vec carry = from[i] & digits[0];
        to[i] = from[i] ^ digits[0];
        for (uint32_t s = 1; s < FM__ENTRY_SLICES; s++) {
            vec number = from[i + s];
            to[i + s] = parity(number, digits[s], carry);
            carry = majority(number, digits[s], carry);
        }
    }
}

/* Works out the entries of a bundle in one lane. */
static void fill_bundle(const fm__plan *plan, const fm__side *side, const fm__block *block,
                        const fm__bundle *bundle, size_t lane, vec *entries) {
    uint32_t count = 1;
    set_all(entries, (vec){0}, FM__ENTRY_SLICES);
    for (uint32_t c = 0; c < bundle->column_count; c++) {
        const fm__span *span = &bundle->spans[c];
        uint32_t weight = side->weights[span->column];
        /* The first choice takes the place of what all others are made of. */
        uint32_t choices = span->highest - span->lowest + 1;
        for (uint32_t choice = choices; choice-- > 0;) {
            vec plane = plane_of_choice(plan, side, block, span, choice, lane);
            vec digits[FM__ENTRY_SLICES];
            for (uint32_t s = 0; s < FM__ENTRY_SLICES; s++)
                digits[s] = plane & broadcast(-(uint64_t)(weight >> s & 1));
            add_to_entries(entries, count, digits, entries + (size_t)choice * count * FM__ENTRY_SLICES);
        }
        count *= choices;
    }
}

/* Works out block->tables for one lane. */
static void fill_tables(const fm__plan *plan, const fm__side *side, const fm__bundles *bundles,
                        fm__block *block, size_t lane) {
    uint64_t *entries = block->tables;
    for (uint32_t b = 0; b < bundles->count; b++) {
        fill_bundle(plan, side, block, &bundles->list[b], lane, (vec *)(void *)entries);
        entries += bundles->list[b].entries * ENTRY_WORDS;
    }
}

/* What an own offering misses: `entries` are those of its place, `places` apart. */
static inline INLINE void sum_bundles(const uint64_t *tables, const uint16_t *entries, uint32_t count,
                                      size_t places, uint32_t slices, vec *out_sum) {
    const vec *entry = (const vec *)(const void *)(tables + entries[0] * ENTRY_WORDS);
    for (uint32_t s = 0; s < slices; s++)
        out_sum[s] = s < FM__ENTRY_SLICES ? entry[s] : (vec){0};
    for (uint32_t b = 1; b < count; b++) {
        entry = (const vec *)(const void *)(tables + entries[b * places] * ENTRY_WORDS);
        vec carry = out_sum[0] & entry[0];
        out_sum[0] ^= entry[0];
        for (uint32_t s = 1; s < slices; s++) {
            vec number = out_sum[s];
            if (s < FM__ENTRY_SLICES) {
                out_sum[s] = parity(number, entry[s], carry);
                carry = majority(number, entry[s], carry);
            } else {
                out_sum[s] = number ^ carry;
                carry &= number;
            }
        }
    }
}

#endif
