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

static void put_short(fm__spellings *s, const uint64_t *words, uint32_t value) {
    size_t last = s->short_mask;
    size_t at = fm__short_place(s, words[0], words[1]);
    while (s->shorts[at].value != FM__SPELLING_NONE)
        at = (at + 1) & last;
    s->shorts[at] = (fm__short_slot){{words[0], words[1]}, value};
}

static void put_long(fm__spellings *s, const uint64_t *w, uint32_t value) {
    size_t last = s->long_mask;
    size_t at = fm__long_place(s, w);
    while (s->longs[at].value != FM__SPELLING_NONE)
        at = (at + 1) & last;
    s->longs[at] = (fm__long_slot){{w[0], w[1], w[2], w[3]}, value};
}

static bool resize_shorts(fm__spellings *s, size_t slots) {
    fm__spellings grown = {.shorts = fm__array_new(slots, sizeof *grown.shorts), .short_mask = slots - 1};
    if (grown.shorts == NULL)
        return false;
    for (size_t i = 0; i < slots; i++)
        grown.shorts[i].value = FM__SPELLING_NONE;
    for (size_t i = 0; s->shorts != NULL && i <= s->short_mask; i++)
        if (s->shorts[i].value != FM__SPELLING_NONE)
            put_short(&grown, s->shorts[i].words, s->shorts[i].value);
    free(s->shorts);
    s->shorts = grown.shorts;
    s->short_mask = grown.short_mask;
    return true;
}

static bool resize_longs(fm__spellings *s, size_t slots) {
    fm__spellings grown = {.longs = fm__array_new(slots, sizeof *grown.longs), .long_mask = slots - 1};
    if (grown.longs == NULL)
        return false;
    for (size_t i = 0; i < slots; i++)
        grown.longs[i].value = FM__SPELLING_NONE;
    for (size_t i = 0; s->longs != NULL && i <= s->long_mask; i++)
        if (s->longs[i].value != FM__SPELLING_NONE)
            put_long(&grown, s->longs[i].words, s->longs[i].value);
    free(s->longs);
    s->longs = grown.longs;
    s->long_mask = grown.long_mask;
    return true;
}

uint32_t fm__spellings_find_key(const fm__spellings *s, fm__spelling key) {
    const uint64_t *w = key.words;
    if ((w[2] | w[3]) == 0) {
        size_t at = fm__short_place(s, w[0], w[1]);
        while (s->shorts[at].value != FM__SPELLING_NONE &&
               ((s->shorts[at].words[0] ^ w[0]) | (s->shorts[at].words[1] ^ w[1])) != 0)
            at = (at + 1) & s->short_mask;
        return s->shorts[at].value;
    }
    size_t at = fm__long_place(s, w);
    while (s->longs[at].value != FM__SPELLING_NONE &&
           ((s->longs[at].words[0] ^ w[0]) | (s->longs[at].words[1] ^ w[1]) | (s->longs[at].words[2] ^ w[2]) |
            (s->longs[at].words[3] ^ w[3])) != 0)
        at = (at + 1) & s->long_mask;
    return s->longs[at].value;
}

bool fm__spellings_reserve(fm__spellings *spellings) {
    return (spellings->shorts != NULL || resize_shorts(spellings, SLOTS_MIN)) &&
           (spellings->longs != NULL || resize_longs(spellings, SLOTS_MIN));
}

void fm__spellings_destroy(fm__spellings *spellings) {
    free(spellings->shorts);
    free(spellings->longs);
    *spellings = (fm__spellings){0};
}

static uint32_t count_of(const fm__spellings *s) {
    return s->short_count + s->long_count;
}

bool fm__spellings_add(fm__spellings *s, const fm__spelling *key, uint32_t value) {
    if (s->is_off || count_of(s) == FM__SPELLINGS_MAX)
        return true;
    if ((key->words[2] | key->words[3]) == 0) {
        size_t slots = slots_for((size_t)s->short_count + 1);
        if (slots > s->short_mask + 1 && !resize_shorts(s, slots))
            return false;
        s->short_count++;
        put_short(s, key->words, value);
    } else {
        size_t slots = slots_for((size_t)s->long_count + 1);
        if (slots > s->long_mask + 1 && !resize_longs(s, slots))
            return false;
        s->long_count++;
        put_long(s, key->words, value);
    }
    return true;
}

void fm__spellings_judge(fm__spellings *s, size_t cells, size_t misses) {
    /* Before they are full, misses only show that they are new. */
    if (count_of(s) == FM__SPELLINGS_MAX && cells >= CELLS_JUDGED && misses > cells / 4)
        s->is_off = true;
}
