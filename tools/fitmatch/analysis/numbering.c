#include "numbering.h"

#include <stdlib.h>

/* FNV-1a. */
static size_t hash(fm_text text) {
    uint64_t value = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < text.length; i++)
        value = (value ^ (unsigned char)text.bytes[i]) * UINT64_C(1099511628211);
    return (size_t)(value ^ value >> 32);
}

static size_t *find_slot(const numbering *of, fm_text text) {
    size_t at = hash(text) & (of->slot_count - 1);
    while (of->slots[at] && !text_equal(text_of(of->texts.items[of->slots[at] - 1]), text))
        at = (at + 1) & (of->slot_count - 1);
    return &of->slots[at];
}

/* Makes the table twice as large once it is half full. */
static void make_room(numbering *of) {
    if ((of->texts.count + 1) * 2 <= of->slot_count)
        return;
    of->slot_count = of->slot_count ? of->slot_count * 2 : 64;
    free(of->slots);
    of->slots = tool_alloc(of->slot_count, sizeof *of->slots);
    for (size_t i = 0; i < of->texts.count; i++)
        *find_slot(of, text_of(of->texts.items[i])) = i + 1;
}

size_t numbering_add(numbering *to, fm_text text, bool *out_new) {
    make_room(to);
    size_t *slot = find_slot(to, text);
    *out_new = *slot == 0;
    if (*out_new) {
        names_add(&to->texts, text.bytes, text.length);
        *slot = to->texts.count;
    }
    return *slot - 1;
}

void numbering_destroy(numbering *of) {
    names_destroy(&of->texts);
    free(of->slots);
}
