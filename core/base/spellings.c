#include "base/spellings.h"

#define SLOTS_MIN ((size_t)64)
/* Up to here a table is next to empty, which costs nothing: only what is used gets into the caches. */
#define SLOTS_WIDE ((size_t)4096)
/* From so many cells on, a share of misses says something. */
#define CELLS_JUDGED ((size_t)256)

/* The slots that `count` spellings are to have. */
static size_t slots_for(size_t count) {
    size_t slots = SLOTS_MIN;
    while (slots < 4 * count || (slots < 32 * count && slots < SLOTS_WIDE))
        slots *= 2;
    return slots;
}

static size_t slot_count(const fm__spellings *s) {
    return (size_t)1 << (64 - s->shift);
}

static uint64_t *slot_at(const fm__spellings *s, size_t place) {
    return s->slots + place * (s->width + 1);
}

static bool is_free(const fm__spellings *s, const uint64_t *slot) {
    return slot[s->width] == FM__SPELLING_NONE;
}

/* Where a key is, or else the free slot where it would be. Words beyond the width are 0. */
static uint64_t *look_for(const fm__spellings *s, const uint64_t *words) {
    size_t last = slot_count(s) - 1;
    size_t at = fm__spelling_place(words[0], words[1], words[2], words[3], s->shift);
    while (!is_free(s, slot_at(s, at)) && memcmp(slot_at(s, at), words, s->width * sizeof *words) != 0)
        at = (at + 1) & last;
    return slot_at(s, at);
}

static void put(fm__spellings *s, const uint64_t *words, uint32_t value) {
    uint64_t *slot = look_for(s, words);
    memcpy(slot, words, s->width * sizeof *words);
    slot[s->width] = value;
}

/* The same spellings in a table of so many slots, with keys of so many words. */
static bool rebuild(fm__spellings *s, size_t slots, unsigned width) {
    fm__spellings grown = {.slots = fm__array_new(slots, (width + 1) * sizeof *grown.slots),
                           .width = width,
                           .shift = 64 - (unsigned)__builtin_ctzll(slots),
                           .count = s->count,
                           .is_off = s->is_off};
    if (grown.slots == NULL)
        return false;
    for (size_t i = 0; i < slots; i++)
        slot_at(&grown, i)[width] = FM__SPELLING_NONE;
    for (size_t i = 0; s->slots != NULL && i < slot_count(s); i++) {
        const uint64_t *slot = slot_at(s, i);
        fm__spelling key = {{0}};
        if (is_free(s, slot))
            continue;
        memcpy(key.words, slot, s->width * sizeof *slot);
        put(&grown, key.words, (uint32_t)slot[s->width]);
    }
    free(s->slots);
    *s = grown;
    return true;
}

static unsigned width_of(const fm__spelling *key) {
    return (key->words[2] | key->words[3]) != 0 ? 4 : key->words[1] != 0 ? 2 : 1;
}

uint32_t fm__spellings_find_key(const fm__spellings *s, fm__spelling key) {
    return width_of(&key) > s->width ? FM__SPELLING_NONE : (uint32_t)look_for(s, key.words)[s->width];
}

uint32_t fm__spellings_find_words(const fm__spellings *s, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    return fm__spellings_find_key(s, (fm__spelling){{a, b, c, d}});
}

bool fm__spellings_reserve(fm__spellings *spellings) {
    return spellings->slots != NULL || rebuild(spellings, SLOTS_MIN, 1);
}

void fm__spellings_destroy(fm__spellings *spellings) {
    free(spellings->slots);
    *spellings = (fm__spellings){0};
}

bool fm__spellings_add(fm__spellings *s, const fm__spelling *key, uint32_t value) {
    if (s->is_off || s->count == FM__SPELLINGS_MAX)
        return true;
    size_t slots = slots_for((size_t)s->count + 1);
    unsigned width = width_of(key);
    slots = slots > slot_count(s) ? slots : slot_count(s);
    width = width > s->width ? width : s->width;
    if ((slots > slot_count(s) || width > s->width) && !rebuild(s, slots, width))
        return false;
    put(s, key->words, value);
    s->count++;
    return true;
}

bool fm__spellings_next(const fm__spellings *s, size_t *place, fm__spelling *out_key, uint32_t *out_value) {
    while (*place < slot_count(s) && is_free(s, slot_at(s, *place)))
        ++*place;
    if (*place == slot_count(s))
        return false;
    const uint64_t *slot = slot_at(s, (*place)++);
    *out_key = (fm__spelling){{0}};
    memcpy(out_key->words, slot, s->width * sizeof *slot);
    *out_value = (uint32_t)slot[s->width];
    return true;
}

void fm__spellings_change(fm__spellings *s, const fm__spelling *key, uint32_t value) {
    look_for(s, key->words)[s->width] = value;
}

void fm__spellings_judge(fm__spellings *s, size_t cells, size_t misses) {
    /* Before they are full, misses only show that they are new. */
    if (s->count == FM__SPELLINGS_MAX && cells >= CELLS_JUDGED && misses > cells / 4)
        s->is_off = true;
}
