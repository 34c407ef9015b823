#include "analysis/ranking.h"

#define DIGIT_BITS 11
#define DIGITS ((size_t)1 << DIGIT_BITS)

static size_t digit_of(uint64_t key, unsigned shift) {
    return key >> shift & (DIGITS - 1);
}

static void count_digits(const fm__ranked *entries, size_t count, unsigned shift, size_t *out_counts) {
    memset(out_counts, 0, DIGITS * sizeof *out_counts);
    for (size_t i = 0; i < count; i++)
        out_counts[digit_of(entries[i].key, shift)]++;
}

/* One pass of the sort by digits; false when all entries have the same digit, so that nothing is to be done.
 */
static bool scatter(const fm__ranked *from, size_t count, unsigned shift, fm__ranked *to) {
    size_t places[DIGITS];
    size_t sum = 0;
    count_digits(from, count, shift, places);
    if (places[digit_of(from[0].key, shift)] == count)
        return false;
    for (size_t digit = 0; digit < DIGITS; digit++) {
        size_t here = places[digit];
        places[digit] = sum;
        sum += here;
    }
    for (size_t i = 0; i < count; i++)
        to[places[digit_of(from[i].key, shift)]++] = from[i];
    return true;
}

/* By digits, the lowest first (LSD radix sort): equal keys stay in their order. */
static bool sort(fm__ranked *entries, size_t count) {
    fm__ranked *scratch = fm__array_new(count, sizeof *scratch);
    fm__ranked *from = entries;
    fm__ranked *to = scratch;
    if (scratch == NULL)
        return false;
    for (unsigned shift = 0; shift < 64 && count > 1; shift += DIGIT_BITS)
        if (scatter(from, count, shift, to)) {
            fm__ranked *other = from;
            from = to;
            to = other;
        }
    if (from != entries)
        memcpy(entries, from, count * sizeof *entries);
    free(scratch);
    return true;
}

/* Where a list is cut off. */
typedef struct cut {
    uint64_t key;  /* the last one that gets a place */
    uint64_t ties; /* entries of that key that get one */
} cut;

/* Finds the key of the entry at place `top`, from the highest digit on: of those that begin like it, so many
 * have a lower digit. */
static cut find_cut(const fm__ranked *entries, size_t count, uint64_t top) {
    cut found = {0, top};
    size_t counts[DIGITS];
    for (int shift = 63 / DIGIT_BITS * DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS) {
        unsigned above = (unsigned)shift + DIGIT_BITS;
        size_t digit = 0;
        memset(counts, 0, sizeof counts);
        for (size_t i = 0; i < count; i++)
            if (above >= 64 || entries[i].key >> above == found.key >> above)
                counts[digit_of(entries[i].key, (unsigned)shift)]++;
        while (counts[digit] < found.ties)
            found.ties -= counts[digit++];
        found.key |= (uint64_t)digit << shift;
    }
    return found;
}

bool fm__rank(fm__ranked *entries, size_t count, uint64_t top) {
    if (top > 0 && top < count) {
        cut last = find_cut(entries, count, top);
        size_t kept = 0;
        for (size_t i = 0; i < count; i++) {
            bool tie = entries[i].key == last.key && last.ties > 0;
            last.ties -= tie;
            if (tie || entries[i].key < last.key)
                entries[kept++] = entries[i];
        }
        count = kept;
    }
    return sort(entries, count);
}

void *fm__ranked_copy(const fm__ranked *entries, size_t count, const void *items, size_t item_bytes) {
    char *copy = fm__array_new(count, item_bytes);
    for (size_t i = 0; copy != NULL && i < count; i++)
        memcpy(copy + i * item_bytes, (const char *)items + (size_t)entries[i].place * item_bytes,
               item_bytes);
    return copy;
}

bool fm__group_places(const uint32_t *groups_of, size_t count, size_t groups, fm__grouping *out_grouping) {
    fm__grouping g = {fm__array_new(groups + 2, sizeof *g.begins), fm__array_new(count, sizeof *g.places)};
    if (g.begins == NULL || g.places == NULL) {
        fm__grouping_destroy(&g);
        return false;
    }
    /* A group's begin is kept one place further on while places are given out, and ends where it belongs. */
    for (size_t i = 0; i < count; i++)
        g.begins[groups_of[i] + (size_t)2]++;
    for (size_t group = 0; group < groups; group++)
        g.begins[group + 1] += g.begins[group];
    for (size_t i = 0; i < count; i++)
        g.places[g.begins[groups_of[i] + (size_t)1]++] = i;
    *out_grouping = g;
    return true;
}

void fm__grouping_destroy(fm__grouping *grouping) {
    free(grouping->begins);
    free(grouping->places);
    *grouping = (fm__grouping){0};
}
