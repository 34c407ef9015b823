#include "order_checks.h"

#include "base/order.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const unsigned thread_counts[] = {1, 3};
#define THREAD_COUNTS (sizeof thread_counts / sizeof *thread_counts)

/* The codes of a column as the slices have them, by position. */
uint32_t *order_codes_of(const fm_base *base, size_t column) {
    const fm__demands *demands = &base->demands[column];
    uint32_t *codes = calloc(base->block_count * FM__BLOCK_ROWS + 1, sizeof *codes);
    for (size_t b = 0; b < base->block_count; b++)
        fm__slices_unpack(fm__base_block(base, b) + (size_t)demands->first_slice * FM__BLOCK_WORDS,
                          demands->slice_count, codes + b * FM__BLOCK_ROWS);
    return codes;
}

/* Ranges are those of the rows that exist, and the others demand nothing. */
void order_check_ranges(const fm_base *base) {
    for (size_t d = 0; d < base->demand_count; d++) {
        uint32_t *codes = order_codes_of(base, d);
        for (size_t b = 0; b < base->block_count; b++) {
            fm__range range = fm__base_ranges(base, b)[d];
            uint32_t lowest = UINT32_MAX;
            uint32_t highest = 0;
            for (size_t at = b * FM__BLOCK_ROWS; at < (b + 1) * FM__BLOCK_ROWS; at++) {
                cr_assert(at < fm__base_place_count(base) || codes[at] == 0, "place %zu column %zu", at, d);
                if (at >= fm__base_place_count(base))
                    continue;
                lowest = codes[at] < lowest ? codes[at] : lowest;
                highest = codes[at] > highest ? codes[at] : highest;
            }
            cr_assert(range.lowest == lowest && range.highest == highest, "block %zu column %zu", b, d);
        }
        free(codes);
    }
}

/* Rows and positions are one to one, and rows stay in their windows. */
void order_check_places(const fm_base *base, size_t window_rows) {
    for (size_t at = 0; at < base->row_count; at++) {
        size_t row = (size_t)fm__base_row_at(base, at);
        cr_assert_lt(row, base->row_count);
        cr_assert_eq(row / window_rows, at / window_rows, "row %zu at %zu", row, at);
        cr_assert_eq(fm__base_position(base, row), at);
    }
}

static void *copy_of(const void *from, size_t bytes) {
    void *copy = malloc(bytes + 1);
    if (bytes > 0)
        memcpy(copy, from, bytes);
    return copy;
}

size_t order_slice_bytes(const fm_base *base) {
    return base->block_count * base->block_words * sizeof *base->slices;
}

static size_t range_bytes(const fm_base *base) {
    return base->block_count * base->demand_count * sizeof *base->ranges;
}

order_content order_content_of(const fm_base *base) {
    size_t bytes = (size_t)base->row_count * sizeof *base->rows_at;
    return (order_content){
        copy_of(base->slices, order_slice_bytes(base)),
        copy_of(base->ranges, range_bytes(base)),
        base->positions == NULL ? NULL : copy_of(base->positions, bytes),
        base->rows_at == NULL ? NULL : copy_of(base->rows_at, bytes),
    };
}

static bool same(const void *a, const void *b, size_t bytes) {
    return (a == NULL) == (b == NULL) && (a == NULL || memcmp(a, b, bytes) == 0);
}

bool order_has_content(const fm_base *base, const order_content *c) {
    size_t bytes = (size_t)base->row_count * sizeof *base->rows_at;
    return memcmp(base->slices, c->slices, order_slice_bytes(base)) == 0 &&
           memcmp(base->ranges, c->ranges, range_bytes(base)) == 0 &&
           same(base->positions, c->positions, bytes) && same(base->rows_at, c->rows_at, bytes);
}

void order_content_free(order_content *c) {
    free(c->slices);
    free(c->ranges);
    free(c->positions);
    free(c->rows_at);
}

/* A sorted base gives back, by any number of threads, what it held before, and keeps what it holds. */
void order_check_unsort(const fm_base *base, const order_content *before) {
    order_content sorted = order_content_of(base);
    for (size_t t = 0; t < THREAD_COUNTS; t++) {
        fm_base view = {0};
        cr_assert(fm__base_unsort(base, thread_counts[t], &view));
        cr_assert(order_has_content(&view, before), "%u threads", thread_counts[t]);
        cr_assert(view.row_count == base->row_count && view.segments == base->segments &&
                  view.demands == base->demands);
        fm__base_view_destroy(&view);
        cr_assert(order_has_content(base, &sorted));
    }
    order_content_free(&sorted);
}
