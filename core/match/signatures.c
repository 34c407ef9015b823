#include "match/signatures.h"

/* For each offered value, the customers' element of the same name; both are sorted by their bytes. */
static void map_values(const fm__offered *offered, const fm__demands *demands, uint32_t *out_elements) {
    size_t element = 0;
    for (size_t value = 0; value < offered->value_count; value++) {
        out_elements[value] = FM__INDEX_NONE;
        int order = -1;
        while (element < demands->elements.count &&
               (order = fm__text_compare(demands->elements.texts[element], offered->folded[value])) < 0)
            element++;
        if (element < demands->elements.count && order == 0)
            out_elements[value] = (uint32_t)element;
    }
}

/* Distinct sets of elements, as they are found. */
typedef struct pattern_list {
    fm__index index;
    size_t *begins; /* [count + 1] */
    size_t begin_capacity;
    uint32_t *elements;
    size_t element_capacity;
    uint32_t count;
} pattern_list;

/* The pattern of the elements that stand, not yet taken over, behind those of the last pattern. */
static uint32_t find_pattern(pattern_list *list, size_t length) {
    size_t begin = list->begins[list->count];
    const uint32_t *elements = list->elements + begin;
    uint64_t hash = fm__hash_bytes(elements, length * sizeof *elements);
    size_t cursor = 0;
    for (;;) {
        uint32_t known = fm__index_next(&list->index, hash, &cursor);
        if (known == FM__INDEX_NONE)
            break;
        size_t known_begin = list->begins[known];
        if (list->begins[known + 1] - known_begin == length &&
            memcmp(list->elements + known_begin, elements, length * sizeof *elements) == 0)
            return known;
    }
    if (!fm__array_reserve(&list->begins, &list->begin_capacity, (size_t)list->count + 2,
                           sizeof *list->begins) ||
        !fm__index_add(&list->index, hash, list->count))
        return FM__INDEX_NONE;
    list->begins[list->count + 1] = begin + length;
    return list->count++;
}

static bool list_patterns(pattern_list *list, const fm_catalog *catalog, const fm__offered *offered,
                          const uint32_t *elements, uint32_t *out_patterns) {
    if (!fm__array_reserve(&list->begins, &list->begin_capacity, 1, sizeof *list->begins))
        return false;
    list->begins[0] = 0;
    for (size_t o = 0; o < catalog->offering_count; o++) {
        size_t begin = list->begins[list->count];
        size_t values = offered->set_begins[o + 1] - offered->set_begins[o];
        if (!fm__array_reserve(&list->elements, &list->element_capacity, begin + values + 1,
                               sizeof *list->elements))
            return false;
        size_t length = 0;
        for (size_t i = offered->set_begins[o]; i < offered->set_begins[o + 1]; i++)
            if (elements[offered->set_values[i]] != FM__INDEX_NONE)
                list->elements[begin + length++] = elements[offered->set_values[i]];
        out_patterns[o] = find_pattern(list, length);
        if (out_patterns[o] == FM__INDEX_NONE)
            return false;
    }
    return true;
}

/* Turns the lists into rows: for covers, the patterns that lack an element; for the others, those that have
 * it. */
static bool fill_rows(fm__signatures *s, const pattern_list *list, fm_rule rule, fm__arena *arena) {
    size_t elements = s->demands->elements.count;
    size_t cells;
    s->words = ((size_t)list->count + 63) / 64;
    s->last_mask = list->count % 64 == 0 ? ~UINT64_C(0) : (UINT64_C(1) << (list->count % 64)) - 1;
    s->invert = rule == FM_RULE_ANY_OF;
    s->of_element = fm__size_product(elements, s->words, &cells)
                        ? fm__arena_array(arena, cells, sizeof *s->of_element)
                        : NULL;
    if (s->of_element == NULL)
        return false;
    for (uint32_t p = 0; p < list->count; p++)
        for (size_t i = list->begins[p]; i < list->begins[p + 1]; i++)
            s->of_element[list->elements[i] * s->words + p / 64] |= UINT64_C(1) << (p % 64);
    for (size_t e = 0; e < elements && rule == FM_RULE_COVERS; e++) {
        uint64_t *row = s->of_element + e * s->words;
        for (size_t w = 0; w < s->words; w++)
            row[w] = ~row[w];
        row[s->words - 1] &= s->last_mask;
    }
    return true;
}

bool fm__signatures_build(fm__signatures *signatures, const fm__demands *demands, const fm_catalog *catalog,
                          size_t attribute, fm__arena *arena, uint32_t *out_patterns, uint32_t *out_count) {
    const fm__offered *offered = &catalog->offered[attribute];
    uint32_t *elements = fm__array_new(offered->value_count, sizeof *elements);
    pattern_list list = {0};
    bool done = false;
    *signatures = (fm__signatures){.demands = demands};
    if (elements == NULL)
        goto cleanup;
    map_values(offered, demands, elements);
    done = list_patterns(&list, catalog, offered, elements, out_patterns) &&
           fill_rows(signatures, &list, demands->attribute->rule, arena);
    *out_count = list.count;
cleanup:
    free(elements);
    free(list.begins);
    free(list.elements);
    fm__index_destroy(&list.index);
    return done;
}

void fm__signatures_row(const fm__signatures *s, uint32_t demand, uint64_t *out_row) {
    const fm__demands *d = s->demands;
    memset(out_row, 0, s->words * sizeof *out_row);
    for (size_t i = d->set_begins[demand]; i < d->set_begins[demand + 1]; i++) {
        const uint64_t *row = s->of_element + d->set_elements[i] * s->words;
        for (size_t w = 0; w < s->words; w++)
            out_row[w] |= row[w];
    }
    for (size_t w = 0; w < s->words && s->invert; w++)
        out_row[w] = ~out_row[w];
    out_row[s->words - 1] &= s->last_mask;
}

/* Transposes a 64 x 64 bit matrix in place, row i in word i (Warren, Hacker's Delight, 7-3). */
static void transpose64(uint64_t *matrix) {
    uint64_t mask = UINT64_C(0x00000000ffffffff);
    for (unsigned width = 32; width != 0; width >>= 1, mask ^= mask << width) {
        for (unsigned i = 0; i < 64; i = (i + width + 1) & ~width) {
            uint64_t swap = ((matrix[i] >> width) ^ matrix[i + width]) & mask;
            matrix[i] ^= swap << width;
            matrix[i + width] ^= swap;
        }
    }
}

void fm__signatures_planes(const fm__group *group, const uint64_t *slices, uint64_t *rows, uint64_t *planes) {
    const fm__signatures *s = &group->signatures;
    uint32_t codes[FM__BLOCK_ROWS];
    fm__slices_unpack(slices, group->slice_count, codes);
    for (size_t r = 0; r < FM__BLOCK_ROWS; r++) {
        uint64_t *row = rows + r * s->words;
        if (codes[r] >= FM__CODE_FIRST)
            fm__signatures_row(s, codes[r] - FM__CODE_FIRST, row);
        else
            memset(row, 0, s->words * sizeof *row);
    }
    for (size_t word = 0; word < FM__BLOCK_WORDS; word++) {
        for (size_t w = 0; w < s->words; w++) {
            uint64_t matrix[64];
            for (size_t i = 0; i < 64; i++)
                matrix[i] = rows[(word * 64 + i) * s->words + w];
            transpose64(matrix);
            size_t patterns = group->plane_count - w * 64 < 64 ? group->plane_count - w * 64 : 64;
            for (size_t p = 0; p < patterns; p++)
                planes[(group->first_plane + w * 64 + p) * FM__BLOCK_WORDS + word] = matrix[p];
        }
    }
}
