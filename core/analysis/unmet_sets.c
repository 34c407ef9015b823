#include "analysis/unmet_sets.h"

void fm__unmet_sets_init(fm__unmet_sets *sets, const fm__plan *plan) {
    *sets = (fm__unmet_sets){.words = (plan->model->attribute_count + 63) / 64};
}

void fm__unmet_sets_destroy(fm__unmet_sets *sets) {
    free(sets->bits);
    fm__index_destroy(&sets->index);
    *sets = (fm__unmet_sets){.words = sets->words};
}

static bool same(const uint64_t *a, const uint64_t *b, size_t words) {
    return memcmp(a, b, words * sizeof *a) == 0;
}

uint32_t fm__unmet_sets_add(fm__unmet_sets *sets, const uint64_t *bits) {
    uint64_t hash =
        sets->words == 1 ? fm__hash_word(bits[0]) : fm__hash_bytes(bits, sets->words * sizeof *bits);
    size_t cursor = 0;
    size_t words;
    uint32_t known;
    do
        known = fm__index_next(&sets->index, hash, &cursor);
    while (known != FM__INDEX_NONE && !same(fm__unmet_set(sets, known), bits, sets->words));
    if (known != FM__INDEX_NONE)
        return known;
    if (sets->count >= FM__INDEX_NONE || !fm__size_product(sets->count + 1, sets->words, &words) ||
        !fm__array_reserve(&sets->bits, &sets->capacity, words, sizeof *sets->bits) ||
        !fm__index_add(&sets->index, hash, (uint32_t)sets->count))
        return FM__INDEX_NONE;
    memcpy(sets->bits + sets->count * sets->words, bits, sets->words * sizeof *bits);
    return (uint32_t)sets->count++;
}

bool fm__unmet_sets_merge(fm__unmet_sets *into, const fm__unmet_sets *from, uint32_t **out_numbers) {
    uint32_t *numbers = fm__array_new(from->count, sizeof *numbers);
    if (numbers == NULL)
        return false;
    for (size_t i = 0; i < from->count; i++) {
        numbers[i] = fm__unmet_sets_add(into, from->bits + i * from->words);
        if (numbers[i] == FM__INDEX_NONE) {
            free(numbers);
            return false;
        }
    }
    *out_numbers = numbers;
    return true;
}

size_t fm__unmet_set_list(const fm__unmet_sets *sets, uint32_t number, uint16_t *out_attributes) {
    const uint64_t *bits = fm__unmet_set(sets, number);
    size_t count = 0;
    for (size_t w = 0; w < sets->words; w++)
        for (uint64_t left = bits[w]; left != 0; left &= left - 1)
            out_attributes[count++] = (uint16_t)(w * 64 + (size_t)__builtin_ctzll(left));
    return count;
}

/* Turns the planes of the attributes into a set for each row. */
static void turn(size_t words, const fm__plan *plan, const fm__block *block, const uint64_t *mask,
                 uint64_t *out_sets) {
    memset(out_sets, 0, FM__BLOCK_ROWS * words * sizeof *out_sets);
    for (uint32_t c = 0; c < plan->needs.column_count; c++) {
        size_t attribute = plan->groups[plan->needs.groups[c]].attribute;
        const uint64_t *plane = block->unmet + attribute * FM__BLOCK_WORDS;
        uint64_t bit = UINT64_C(1) << (attribute % 64);
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
            for (uint64_t rows = plane[w] & mask[w]; rows != 0; rows &= rows - 1)
                out_sets[(w * 64 + (size_t)__builtin_ctzll(rows)) * words + attribute / 64] |= bit;
    }
}

bool fm__unmet_sets_of_rows(fm__unmet_sets *sets, const fm__plan *plan, const fm__block *block,
                            const uint64_t *mask, uint64_t *scratch, uint32_t out_numbers[FM__BLOCK_ROWS]) {
    turn(sets->words, plan, block, mask, scratch);
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        for (uint64_t rows = mask[w]; rows != 0; rows &= rows - 1) {
            size_t row = w * 64 + (size_t)__builtin_ctzll(rows);
            out_numbers[row] = fm__unmet_sets_add(sets, scratch + row * sets->words);
            if (out_numbers[row] == FM__INDEX_NONE)
                return false;
        }
    return true;
}
