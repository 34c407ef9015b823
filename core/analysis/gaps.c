#include "analysis/gaps.h"

/* Room for most gaps. */
#define FIRST_BYTES 256

void fm__gaps_destroy(fm__gaps *gaps) {
    fm__arena_destroy(&gaps->arena);
    free(gaps->buffer);
    *gaps = (fm__gaps){.plan = gaps->plan};
}

static bool add(fm__gaps *g, fm_text text) {
    if (text.length > SIZE_MAX - g->length ||
        !fm__array_reserve(&g->buffer, &g->capacity, g->length + text.length, 1))
        return false;
    if (text.length > 0)
        memcpy(g->buffer + g->length, text.bytes, text.length);
    g->length += text.length;
    return true;
}

/* Writes a need (`demands` not NULL) or a shortfall behind the text; its length is known when it did not fit.
 */
static size_t write_phrase(fm__gaps *g, size_t attribute, const fm__demands *demands, uint32_t which) {
    fm__phrase phrase = {.buffer = g->buffer + g->length, .capacity = g->capacity - g->length};
    if (demands != NULL)
        fm__phrase_need(&phrase, g->plan->catalog, attribute, demands, which);
    else
        fm__phrase_shortfall(&phrase, g->plan->catalog, attribute, which);
    return phrase.length;
}

/* Adds either half of a gap: the need of a demand, or the shortfall of an offering (`demands` NULL). */
static bool add_phrase(fm__gaps *g, size_t attribute, const fm__demands *demands, uint32_t which) {
    fm_text **known = &(demands != NULL ? g->needs : g->shortfalls)[attribute];
    if (*known == NULL) {
        *known = fm__arena_array(
            &g->arena, demands != NULL ? demands->count : g->plan->catalog->offering_count, sizeof **known);
        if (*known == NULL)
            return false;
    }
    if ((*known)[which].bytes != NULL)
        return add(g, (*known)[which]);
    size_t length = write_phrase(g, attribute, demands, which);
    if (length > g->capacity - g->length) {
        if (length > SIZE_MAX - g->length ||
            !fm__array_reserve(&g->buffer, &g->capacity, g->length + length, 1))
            return false;
        (void)write_phrase(g, attribute, demands, which);
    }
    (*known)[which] = fm__arena_text(&g->arena, (fm_text){g->buffer + g->length, length});
    g->length += length;
    return (*known)[which].bytes != NULL;
}

/* The two halves of one attribute's gap. */
static bool add_gap(fm__gaps *g, uint64_t row, size_t offering, size_t attribute) {
    const fm_base *base = g->plan->base;
    const fm__demands *demands = fm__base_demands(base, attribute, false);
    uint64_t position = fm__base_position(base, row);
    const uint64_t *block = fm__base_block(base, (size_t)(position / FM__BLOCK_ROWS));
    uint32_t code = fm__slices_code(block + (size_t)demands->first_slice * FM__BLOCK_WORDS,
                                    demands->slice_count, (size_t)(position % FM__BLOCK_ROWS));
    return (g->length == 0 || add(g, fm__text("; "))) &&
           add_phrase(g, attribute, demands, code - FM__CODE_FIRST) &&
           add_phrase(g, attribute, NULL, (uint32_t)offering);
}

static bool prepare(fm__gaps *g) {
    size_t attributes = g->plan->model->attribute_count;
    if (g->needs == NULL)
        g->needs = fm__arena_array(&g->arena, attributes, sizeof *g->needs);
    if (g->shortfalls == NULL)
        g->shortfalls = fm__arena_array(&g->arena, attributes, sizeof *g->shortfalls);
    g->length = 0;
    return g->needs != NULL && g->shortfalls != NULL &&
           fm__array_reserve(&g->buffer, &g->capacity, FIRST_BYTES, 1);
}

static size_t word_count(const fm__gaps *g) {
    return (g->plan->model->attribute_count + 63) / 64;
}

bool fm__gaps_text(fm__gaps *gaps, uint64_t row, size_t offering, const uint64_t *unmet, fm_text *out_gap) {
    if (!prepare(gaps))
        return false;
    for (size_t w = 0; w < word_count(gaps); w++)
        for (uint64_t left = unmet[w]; left != 0; left &= left - 1)
            if (!add_gap(gaps, row, offering, w * 64 + (size_t)__builtin_ctzll(left)))
                return false;
    *out_gap = (fm_text){gaps->buffer, gaps->length};
    return true;
}

bool fm__gaps_names(fm__gaps *gaps, const uint64_t *unmet, fm_text *out_names) {
    const fm_attribute *attributes = gaps->plan->model->attributes;
    if (!prepare(gaps))
        return false;
    for (size_t w = 0; w < word_count(gaps); w++)
        for (uint64_t left = unmet[w]; left != 0; left &= left - 1) {
            const char *name = attributes[w * 64 + (size_t)__builtin_ctzll(left)].name;
            if ((gaps->length > 0 && !add(gaps, fm__text(";"))) || !add(gaps, fm__text(name)))
                return false;
        }
    *out_names = (fm_text){gaps->buffer, gaps->length};
    return true;
}
