/* What the rows of a segment demand. */
#include "analysis/segments.h"

#include "model/cell.h"

#include <inttypes.h>
#include <stdio.h>

/* Counting by code looks at a whole dictionary: worth it unless the dictionary is so many times longer than
 * the segment. */
#define DICTIONARY_PER_ROW 16

void fm__demand_summary_destroy(fm__demand_summary *summary) {
    free(summary->counts);
    free(summary->codes);
    free(summary->buffer);
    *summary = (fm__demand_summary){.plan = summary->plan};
}

/* The demands of the rows by number. */
static bool load_codes(fm__demand_summary *s, const fm__demands *demands, const uint64_t *rows,
                       size_t count) {
    const fm_base *base = s->plan->base;
    if (!fm__array_reserve(&s->codes, &s->code_capacity, count, sizeof *s->codes))
        return false;
    for (size_t i = 0; i < count; i++) {
        uint64_t position = fm__base_position(base, rows[i]);
        const uint64_t *block = fm__base_block(base, (size_t)(position / FM__BLOCK_ROWS));
        s->codes[i] = fm__slices_code(block + (size_t)demands->first_slice * FM__BLOCK_WORDS,
                                      demands->slice_count, (size_t)(position % FM__BLOCK_ROWS)) -
                      FM__CODE_FIRST;
    }
    return true;
}

/* Room for so many counts, all zero. */
static bool reserve_counts(fm__demand_summary *s, size_t count) {
    size_t before = s->capacity;
    if (!fm__array_reserve(&s->counts, &s->capacity, count, sizeof *s->counts))
        return false;
    if (s->capacity > before)
        memset(s->counts + before, 0, (s->capacity - before) * sizeof *s->counts);
    return true;
}

static int ascending(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The demand at a place (from 0) among those of the rows, from the loosest to the tightest. */
static bool find_ranked(fm__demand_summary *s, const fm__demands *demands, size_t count, size_t place,
                        uint32_t *out_demand) {
    if (demands->count / DICTIONARY_PER_ROW > count) {
        qsort(s->codes, count, sizeof *s->codes, ascending);
        *out_demand = s->codes[place];
        return true;
    }
    if (!reserve_counts(s, demands->count))
        return false;
    for (size_t i = 0; i < count; i++)
        s->counts[s->codes[i]]++;
    uint32_t demand = 0;
    for (size_t left = place; s->counts[demand] <= left; demand++)
        left -= s->counts[demand];
    memset(s->counts, 0, demands->count * sizeof *s->counts);
    *out_demand = demand;
    return true;
}

/* Dictionaries of numbers begin with the loosest demand: the largest of at_most, the smallest of at_least. */
static bool find_number(fm__demand_summary *s, const fm__demands *demands, size_t count,
                        fm__demand_found *out_found) {
    size_t middle = (count - 1) / 2;
    if (demands->attribute->rule == FM_RULE_AT_MOST)
        middle = count - 1 - middle;
    for (size_t i = 0; i < count; i++)
        out_found->tightest = s->codes[i] > out_found->tightest ? s->codes[i] : out_found->tightest;
    return find_ranked(s, demands, count, middle, &out_found->median);
}

/* Counts the values that the rows name, and finds the most frequent ones. Elements are sorted by their bytes,
 * so that the lower number wins a tie. Counts are taken back afterwards. */
static size_t find_values(fm__demand_summary *s, const fm__demands *demands, size_t count,
                          uint32_t out_values[FM__DEMAND_VALUES], uint64_t out_rows[FM__DEMAND_VALUES]) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t e = demands->set_begins[s->codes[i]]; e < demands->set_begins[s->codes[i] + 1]; e++)
            s->counts[demands->set_elements[e]]++;
    for (size_t i = 0; i < count; i++)
        for (size_t e = demands->set_begins[s->codes[i]]; e < demands->set_begins[s->codes[i] + 1]; e++) {
            uint32_t value = demands->set_elements[e];
            uint64_t rows = s->counts[value];
            size_t at = found;
            s->counts[value] = 0;
            while (at > 0 &&
                   (rows > out_rows[at - 1] || (rows == out_rows[at - 1] && value < out_values[at - 1])))
                at--;
            if (rows == 0 || at == FM__DEMAND_VALUES)
                continue;
            found = found < FM__DEMAND_VALUES ? found + 1 : found;
            memmove(out_values + at + 1, out_values + at, (found - 1 - at) * sizeof *out_values);
            memmove(out_rows + at + 1, out_rows + at, (found - 1 - at) * sizeof *out_rows);
            out_values[at] = value;
            out_rows[at] = rows;
        }
    return found;
}

bool fm__demand_summary_find(fm__demand_summary *summary, size_t attribute, const uint64_t *rows,
                             size_t count, fm__demand_found *out_found) {
    const fm__demands *demands = fm__base_demands(summary->plan->base, attribute, false);
    fm_rule rule = demands->attribute->rule;
    *out_found = (fm__demand_found){0};
    if (rule == FM_RULE_FLAG)
        return true;
    if (!load_codes(summary, demands, rows, count))
        return false;
    if (fm__rule_is_numeric(rule))
        return find_number(summary, demands, count, out_found);
    if (!reserve_counts(summary, demands->elements.count))
        return false;
    out_found->value_count = find_values(summary, demands, count, out_found->values, out_found->rows);
    return true;
}

/* --- as cells --- */

static bool keep_number(fm__demand_summary *s, fm_report *report, size_t attribute,
                        const fm__demands *demands, uint32_t demand, fm_cell *out_cell) {
    for (;;) {
        fm__phrase phrase = {.buffer = s->buffer, .capacity = s->buffer_capacity};
        fm__phrase_demand(&phrase, s->plan->catalog, attribute, demands, demand);
        if (phrase.length <= s->buffer_capacity) {
            /* Minus zero is zero. */
            size_t sign = demands->numbers[demand] == 0 && s->buffer[0] == '-';
            return fm__report_keep(report, (fm_text){s->buffer + sign, phrase.length - sign}, out_cell);
        }
        if (!fm__array_reserve(&s->buffer, &s->buffer_capacity, phrase.length, 1))
            return false;
    }
}

/* "de (12)|fr (5)" */
static bool put_set(fm__demand_summary *s, fm_report *report, size_t attribute, const fm__demands *demands,
                    const fm__demand_found *found, fm_cell *out_cell) {
    const fm__offered *offered = &s->plan->catalog->offered[attribute];
    for (;;) {
        fm__phrase phrase = {.buffer = s->buffer, .capacity = s->buffer_capacity};
        for (size_t i = 0; i < found->value_count; i++) {
            char number[32];
            fm_text folded = demands->elements.texts[found->values[i]];
            uint32_t known = fm__offered_find(offered, folded);
            (void)snprintf(number, sizeof number, " (%" PRIu64 ")", found->rows[i]);
            if (i > 0)
                fm__phrase_add(&phrase, fm__text("|"));
            fm__phrase_add(&phrase, known == FM__INDEX_NONE ? folded : offered->spelled[known]);
            fm__phrase_add(&phrase, fm__text(number));
        }
        if (phrase.length <= s->buffer_capacity)
            return fm__report_keep(report, (fm_text){s->buffer, phrase.length}, out_cell);
        if (!fm__array_reserve(&s->buffer, &s->buffer_capacity, phrase.length, 1))
            return false;
    }
}

bool fm__demand_summary_put(fm__demand_summary *summary, fm_report *report, size_t attribute,
                            const fm__demand_found *found, fm_cell *out_cells) {
    const fm__demands *demands = fm__base_demands(summary->plan->base, attribute, false);
    fm_rule rule = demands->attribute->rule;
    if (rule == FM_RULE_FLAG)
        return true;
    if (!fm__rule_is_numeric(rule))
        return put_set(summary, report, attribute, demands, found, out_cells + 2);
    return keep_number(summary, report, attribute, demands, found->median, &out_cells[0]) &&
           keep_number(summary, report, attribute, demands, found->tightest, &out_cells[1]);
}
