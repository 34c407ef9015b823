#include "base/demands.h"

#include "base/slices.h"
#include "model/cell.h"

#include <math.h>
#include <stdio.h>

/* Codes must leave room for FM__INDEX_NONE. */
#define DEMANDS_MAX (UINT32_MAX - 16)

void fm__demands_init(fm__demands *demands, const fm_attribute *attribute, bool want) {
    *demands = (fm__demands){.attribute = attribute, .want = want};
}

/* Row counts for the codes so far and one more. */
static bool reserve_rows(fm__demands *d) {
    size_t before = d->row_capacity;
    if (!fm__array_reserve(&d->rows, &d->row_capacity, (size_t)d->count + FM__CODE_FIRST + 1,
                           sizeof *d->rows))
        return false;
    memset(d->rows + before, 0, (d->row_capacity - before) * sizeof *d->rows);
    return true;
}

bool fm__demands_prepare(fm__demands *demands) {
    return reserve_rows(demands);
}

uint32_t fm__demands_blank_code(const fm__demands *d) {
    return !d->want && d->attribute->ask_when_blank ? FM__CODE_UNASKED : FM__CODE_NONE;
}

static uint64_t bits_of(double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static uint32_t find_number(const fm__demands *d, double number) {
    size_t cursor = 0; /* the hash is a bijection: no keys to compare */
    uint32_t known = fm__index_next(&d->values, fm__hash_word(bits_of(number)), &cursor);
    return known == FM__INDEX_NONE ? FM__CODE_UNKNOWN : known + FM__CODE_FIRST;
}

static uint32_t add_number(fm__demands *d, double number) {
    uint32_t code = find_number(d, number);
    if (code != FM__CODE_UNKNOWN)
        return code;
    if (d->count == DEMANDS_MAX ||
        !fm__array_reserve(&d->numbers, &d->number_capacity, (size_t)d->count + 1, sizeof *d->numbers) ||
        !reserve_rows(d) || !fm__index_add(&d->values, fm__hash_word(bits_of(number)), d->count))
        return FM__CODE_UNKNOWN;
    d->numbers[d->count] = number;
    return d->count++ + FM__CODE_FIRST;
}

static int by_element(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Sorts elements and drops repeated ones; returns how many are left. */
static size_t sort_elements(uint32_t *elements, size_t count) {
    if (count > 1)
        qsort(elements, count, sizeof *elements, by_element);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || elements[kept - 1] != elements[i])
            elements[kept++] = elements[i];
    return kept;
}

/* Reads the elements of a set into the scratch, ascending, each once; returns how many, SIZE_MAX without
 * memory. */
static size_t read_elements(fm__demands *d, fm_text cell) {
    size_t count = 0;
    fm_text value;
    while (fm__cell_set_next(&cell, &value)) {
        if (!fm__array_reserve(&d->folding, &d->folding_capacity, value.length, 1) ||
            !fm__array_reserve(&d->scratch, &d->scratch_capacity, count + 1, sizeof *d->scratch))
            return SIZE_MAX;
        for (size_t i = 0; i < value.length; i++)
            d->folding[i] = fm__fold(value.bytes[i]);
        uint32_t element = fm__names_add(&d->elements, (fm_text){d->folding, value.length});
        if (element == FM__INDEX_NONE)
            return SIZE_MAX;
        d->scratch[count++] = element;
    }
    return sort_elements(d->scratch, count);
}

static bool same_set(const fm__demands *d, uint32_t demand, size_t count) {
    size_t begin = d->set_begins[demand];
    return d->set_begins[demand + 1] - begin == count &&
           memcmp(d->set_elements + begin, d->scratch, count * sizeof *d->scratch) == 0;
}

/* The demand of the set in the scratch, added if new. */
static uint32_t find_set(fm__demands *d, size_t count) {
    uint64_t hash = fm__hash_bytes(d->scratch, count * sizeof *d->scratch);
    size_t cursor = 0;
    uint32_t known;
    do
        known = fm__index_next(&d->values, hash, &cursor);
    while (known != FM__INDEX_NONE && !same_set(d, known, count));
    if (known != FM__INDEX_NONE)
        return known;
    size_t begin = d->count == 0 ? 0 : d->set_begins[d->count];
    if (d->count == DEMANDS_MAX ||
        !fm__array_reserve(&d->set_begins, &d->begin_capacity, (size_t)d->count + 2, sizeof *d->set_begins) ||
        !fm__array_reserve(&d->set_elements, &d->element_capacity, begin + count, sizeof *d->set_elements) ||
        !reserve_rows(d) || !fm__index_add(&d->values, hash, d->count))
        return FM__INDEX_NONE;
    memcpy(d->set_elements + begin, d->scratch, count * sizeof *d->scratch);
    d->set_begins[d->count] = begin;
    d->set_begins[d->count + 1] = begin + count;
    return d->count++;
}

static uint32_t add_set(fm__demands *d, fm_text cell) {
    uint32_t raw = fm__names_find(&d->raw_cells, cell);
    if (raw != FM__INDEX_NONE)
        return d->raw_codes[raw];
    size_t count = read_elements(d, cell);
    if (count == SIZE_MAX)
        return FM__CODE_UNKNOWN;
    uint32_t code = fm__demands_blank_code(d); /* nothing but bars: as blank */
    if (count > 0) {
        uint32_t demand = find_set(d, count);
        if (demand == FM__INDEX_NONE)
            return FM__CODE_UNKNOWN;
        code = demand + FM__CODE_FIRST;
    }
    if (!fm__array_reserve(&d->raw_codes, &d->raw_capacity, d->raw_cells.count + 1, sizeof *d->raw_codes))
        return FM__CODE_UNKNOWN;
    raw = fm__names_add(&d->raw_cells, cell);
    if (raw == FM__INDEX_NONE)
        return FM__CODE_UNKNOWN;
    d->raw_codes[raw] = code;
    return code;
}

uint32_t fm__demands_add(fm__demands *d, const fm__reading *reading) {
    if (reading->code != FM__CODE_UNKNOWN)
        return reading->code;
    return fm__rule_is_set(d->attribute->rule) ? add_set(d, reading->set) : add_number(d, reading->number);
}

uint32_t fm__demands_find(const fm__demands *d, const fm__reading *reading) {
    if (reading->code != FM__CODE_UNKNOWN)
        return reading->code;
    if (!fm__rule_is_set(d->attribute->rule))
        return find_number(d, reading->number);
    uint32_t raw = fm__names_find(&d->raw_cells, reading->set);
    return raw == FM__INDEX_NONE ? FM__CODE_UNKNOWN : d->raw_codes[raw];
}

void fm__demands_prefetch(const fm__demands *d, const fm__reading *reading) {
    if (d->values.slots != NULL && !fm__rule_is_set(d->attribute->rule))
        __builtin_prefetch(&d->values.slots[fm__hash_word(bits_of(reading->number)) & d->values.mask]);
}

static fm__reading demand_of(double number) {
    return (fm__reading){.code = FM__CODE_UNKNOWN, .number = number};
}

/* The one demand of a flag is "yes"; it counts as the number 1. */
static fm__reading demand_of_flag(bool flag) {
    return flag ? demand_of(1) : (fm__reading){.code = FM__CODE_NONE};
}

bool fm__demands_read(const fm__demands *d, fm_text cell, char decimal, fm__reading *out_reading,
                      char *reason) {
    cell = fm__text_trim(cell);
    *out_reading = (fm__reading){.code = FM__CODE_NONE};
    if (cell.length == 0) {
        out_reading->code = fm__demands_blank_code(d);
    } else if (fm__cell_is_unasked(cell)) {
        out_reading->code = d->want ? FM__CODE_NONE : FM__CODE_UNASKED;
    } else if (fm__cell_is_any(cell)) {
        return true;
    } else if (fm__rule_is_set(d->attribute->rule)) {
        *out_reading = (fm__reading){.code = FM__CODE_UNKNOWN, .set = cell};
    } else if (d->attribute->rule == FM_RULE_FLAG) {
        bool flag;
        if (!fm__cell_flag(cell, &flag, reason))
            return false;
        *out_reading = demand_of_flag(flag);
    } else {
        double number;
        if (!fm__cell_number(cell, d->attribute->unit, decimal, &number, reason))
            return false;
        *out_reading = demand_of(number);
    }
    return true;
}

bool fm__demands_read_number(const fm__demands *d, double number, fm__reading *out_reading, char *reason) {
    *out_reading = (fm__reading){.code = fm__demands_blank_code(d)};
    if (isnan(number))
        return true;
    if (d->attribute->rule == FM_RULE_FLAG) {
        if (number == 0 || number == 1) {
            *out_reading = demand_of_flag(number == 1);
            return true;
        }
        (void)snprintf(reason, FM__REASON_BYTES, "%.15g is neither 0 nor 1", number);
        return false;
    }
    if (isinf(number)) {
        (void)snprintf(reason, FM__REASON_BYTES, "infinite; a finite number is needed");
        return false;
    }
    *out_reading = demand_of(number);
    return true;
}

double fm__demands_looseness(const fm__demands *d, double number) {
    return d->attribute->rule == FM_RULE_AT_MOST    ? number
           : d->attribute->rule == FM_RULE_AT_LEAST ? -number
                                                    : 0;
}

/* A demand and the code that it had while reading. */
typedef struct ranked {
    double looseness;
    uint32_t demand;
} ranked;

/* Loosest first; equal numbers (0 and -0) in the order of their appearance. */
static int by_looseness(const void *a, const void *b) {
    const ranked *x = a;
    const ranked *y = b;
    if (x->looseness != y->looseness)
        return x->looseness > y->looseness ? -1 : 1;
    return (x->demand > y->demand) - (x->demand < y->demand);
}

/* Keeps the demands of `order`, in its order. */
static bool rearrange(fm__demands *d, const ranked *order, size_t kept) {
    bool sets = fm__rule_is_set(d->attribute->rule);
    uint64_t *rows = fm__array_new(kept + FM__CODE_FIRST, sizeof *rows);
    double *numbers = sets ? NULL : fm__array_new(kept, sizeof *numbers);
    size_t *begins = sets ? fm__array_new(kept + 1, sizeof *begins) : NULL;
    uint32_t *elements = sets && kept > 0 ? fm__array_new(d->set_begins[d->count], sizeof *elements) : NULL;
    if (rows == NULL || (!sets && numbers == NULL) || (sets && begins == NULL) ||
        (sets && kept > 0 && !elements)) {
        free(rows);
        free(numbers);
        free(begins);
        free(elements);
        return false;
    }
    memcpy(rows, d->rows, FM__CODE_FIRST * sizeof *rows);
    for (size_t i = 0; i < kept; i++) {
        uint32_t demand = order[i].demand;
        rows[FM__CODE_FIRST + i] = d->rows[FM__CODE_FIRST + demand];
        if (sets) {
            size_t begin = d->set_begins[demand];
            size_t length = d->set_begins[demand + 1] - begin;
            memcpy(elements + begins[i], d->set_elements + begin, length * sizeof *elements);
            begins[i + 1] = begins[i] + length;
        } else {
            numbers[i] = d->numbers[demand];
        }
    }
    free(d->rows);
    free(d->numbers);
    free(d->set_begins);
    free(d->set_elements);
    d->rows = rows;
    d->numbers = numbers;
    d->set_begins = begins;
    d->set_elements = elements;
    d->count = (uint32_t)kept;
    return true;
}

/* Renumbers the elements of all sets in the order of their bytes, the order in which people see them. */
static bool settle_elements(fm__demands *d) {
    size_t count = d->elements.count;
    uint32_t *order = fm__names_order(&d->elements);
    uint32_t *rank = fm__array_new(count, sizeof *rank);
    fm_text *texts = fm__array_new(count, sizeof *texts);
    bool done = order != NULL && rank != NULL && texts != NULL;
    if (done) {
        for (size_t i = 0; i < count; i++) {
            rank[order[i]] = (uint32_t)i;
            texts[i] = d->elements.texts[order[i]];
        }
        for (uint32_t i = 0; i < d->count; i++) {
            uint32_t *set = d->set_elements + d->set_begins[i];
            size_t length = d->set_begins[i + 1] - d->set_begins[i];
            for (size_t e = 0; e < length; e++)
                set[e] = rank[set[e]];
            (void)sort_elements(set, length);
        }
        free(d->elements.texts);
        d->elements.texts = texts;
        fm__index_destroy(&d->elements.index);
    } else {
        free(texts);
    }
    free(order);
    free(rank);
    return done;
}

static void forget_reading(fm__demands *d) {
    fm__index_destroy(&d->values);
    fm__names_destroy(&d->raw_cells);
    free(d->raw_codes);
    free(d->scratch);
    free(d->folding);
    d->raw_codes = NULL;
    d->scratch = NULL;
    d->folding = NULL;
}

bool fm__demands_finish(fm__demands *d, uint32_t **out_codes) {
    uint32_t given = d->count;
    ranked *order = fm__array_new(given, sizeof *order);
    size_t code_count = (size_t)given + FM__CODE_FIRST;
    uint32_t *codes = fm__array_new(code_count > UINT8_MAX ? code_count : UINT8_MAX + 1, sizeof *codes);
    bool done = false;
    if (order == NULL || codes == NULL)
        goto cleanup;
    size_t kept = 0;
    for (uint32_t i = 0; i < given; i++) {
        if (d->rows[FM__CODE_FIRST + i] == 0)
            continue;
        double number = d->numbers == NULL ? 0 : d->numbers[i];
        order[kept++] = (ranked){fm__demands_looseness(d, number), i};
    }
    if (kept > 0)
        qsort(order, kept, sizeof *order, by_looseness);
    if (!rearrange(d, order, kept) || (fm__rule_is_set(d->attribute->rule) && !settle_elements(d)))
        goto cleanup;
    codes[FM__CODE_UNASKED] = FM__CODE_UNASKED;
    for (size_t i = 0; i < kept; i++)
        codes[FM__CODE_FIRST + order[i].demand] = FM__CODE_FIRST + (uint32_t)i;
    uint32_t largest = kept > 0 ? FM__CODE_FIRST + (uint32_t)kept - 1 : d->rows[FM__CODE_UNASKED] > 0;
    d->slice_count = fm__slice_count(largest);
    forget_reading(d);
    done = true;
cleanup:
    free(order);
    if (!done) {
        free(codes);
        return false;
    }
    *out_codes = codes;
    return true;
}

void fm__demands_destroy(fm__demands *d) {
    forget_reading(d);
    free(d->rows);
    free(d->numbers);
    fm__names_destroy(&d->elements);
    free(d->set_begins);
    free(d->set_elements);
    *d = (fm__demands){0};
}
