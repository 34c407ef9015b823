/* Sorting a base and putting its rows back in order. */
#include "base/order.h"
#include "fixture.h"
#include "order_checks.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const unsigned thread_counts[] = {1, 3};
#define THREAD_COUNTS (sizeof thread_counts / sizeof *thread_counts)

#define COLUMNS 6
static const uint32_t slice_counts[COLUMNS] = {3, 0, 5, 1, 12, 2};

/* A base that holds nothing but codes. */
typedef struct codes_base {
    fm_base base;
    fm__demands demands[COLUMNS];
    uint32_t *codes[COLUMNS]; /* [row] */
    uint64_t *keys[COLUMNS];
} codes_base;

static void codes_init(codes_base *c, size_t rows, size_t columns, uint64_t seed) {
    *c = (codes_base){.base = {.row_count = rows, .demands = c->demands, .demand_count = columns}};
    fm_base *base = &c->base;
    uint32_t slices = 0;
    for (size_t d = 0; d < columns; d++) {
        c->demands[d].first_slice = slices;
        c->demands[d].slice_count = slice_counts[d];
        slices += slice_counts[d];
    }
    base->block_count = (rows + FM__BLOCK_ROWS - 1) / FM__BLOCK_ROWS;
    base->block_words = (size_t)slices * FM__BLOCK_WORDS;
    base->slices = fm__region_new(order_slice_bytes(base));
    base->ranges = calloc(base->block_count * columns, sizeof *base->ranges);
    for (size_t d = 0; d < columns; d++) {
        c->codes[d] = calloc(base->block_count * FM__BLOCK_ROWS, sizeof *c->codes[d]);
        for (size_t row = 0; row < rows; row++)
            c->codes[d][row] = (uint32_t)fixture_below(&seed, UINT64_C(1) << slice_counts[d]);
        for (size_t b = 0; b < base->block_count; b++) {
            const uint32_t *codes = c->codes[d] + b * FM__BLOCK_ROWS;
            size_t left = rows - b * FM__BLOCK_ROWS;
            base->ranges[b * columns + d] =
                fm__range_of(codes, left < FM__BLOCK_ROWS ? left : FM__BLOCK_ROWS);
            fm__slices_pack(codes, slice_counts[d],
                            base->slices + b * base->block_words +
                                (size_t)c->demands[d].first_slice * FM__BLOCK_WORDS);
        }
    }
}

static void codes_free(codes_base *c) {
    for (size_t d = 0; d < COLUMNS; d++) {
        free(c->codes[d]);
        free(c->keys[d]);
    }
    fm__region_free(c->base.slices);
    free(c->base.ranges);
    free(c->base.positions);
    free(c->base.rows_at);
}

/* Keys that use all of their digits; few different ones, so that there are ties. Not every column has some.
 */
static void draw_keys(codes_base *c, uint64_t seed) {
    static const unsigned used[] = {0, 3, 11, 12, 21, 22, 32, 33, FM__KEY_BITS - 1};
    for (size_t d = 0; d < c->base.demand_count; d++) {
        free(c->keys[d]);
        c->keys[d] = NULL;
        if (c->base.demand_count > 1 && fixture_below(&seed, 3) == 0)
            continue;
        c->keys[d] = calloc((size_t)1 << slice_counts[d], sizeof *c->keys[d]);
        for (size_t code = 0; code < (size_t)1 << slice_counts[d]; code++)
            for (int i = 0; i < 2; i++)
                c->keys[d][code] |= fixture_below(&seed, 2)
                                    << used[fixture_below(&seed, sizeof used / sizeof *used)];
    }
}

static uint64_t key_of(const codes_base *c, size_t row) {
    uint64_t key = 0;
    for (size_t d = 0; d < c->base.demand_count; d++)
        if (c->keys[d] != NULL && slice_counts[d] > 0)
            key |= c->keys[d][c->codes[d][row]];
    return key;
}

/* Every row has its codes, and comes behind those of its window with lower keys; equal ones in the order of
 * rows if they were so before. */
static void check_sorted(const codes_base *c, size_t window_rows, bool by_row) {
    const fm_base *base = &c->base;
    order_check_places(base, window_rows);
    order_check_ranges(base);
    for (size_t d = 0; d < base->demand_count; d++) {
        uint32_t *codes = order_codes_of(base, d);
        for (size_t at = 0; at < base->row_count; at++)
            if (codes[at] != c->codes[d][base->rows_at[at]])
                cr_assert_fail("position %zu column %zu", at, d);
        free(codes);
    }
    for (size_t at = 1; at < base->row_count; at++) {
        if (at % window_rows == 0)
            continue;
        uint64_t before = key_of(c, base->rows_at[at - 1]);
        uint64_t here = key_of(c, base->rows_at[at]);
        if (before > here || (by_row && before == here && base->rows_at[at - 1] > base->rows_at[at]))
            cr_assert_fail("position %zu", at);
    }
}

static const size_t window_sizes[] = {512, 1024, 2048, FM__WINDOW_ROWS};
#define WINDOW_SIZES (sizeof window_sizes / sizeof *window_sizes)

static void check_sorting(size_t rows, size_t window_rows, unsigned threads, uint64_t seed) {
    codes_base c;
    codes_init(&c, rows, COLUMNS, seed);
    order_content before = order_content_of(&c.base);
    draw_keys(&c, seed);
    cr_assert(fm__base_sort(&c.base, c.keys, window_rows, threads));
    check_sorted(&c, window_rows, true);
    order_check_unsort(&c.base, &before);
    /* Sorted before, and now otherwise. */
    draw_keys(&c, seed + 1);
    cr_assert(fm__base_sort(&c.base, c.keys, window_rows, threads));
    check_sorted(&c, window_rows, false);
    order_check_unsort(&c.base, &before);
    /* In longer windows than before. */
    draw_keys(&c, seed + 2);
    cr_assert(fm__base_sort(&c.base, c.keys, FM__WINDOW_ROWS, threads));
    check_sorted(&c, FM__WINDOW_ROWS, false);
    order_check_unsort(&c.base, &before);
    order_content_free(&before);
    codes_free(&c);
}

Test(order, sorting) {
    static const size_t sizes[] = {1, 2, 63, 64, 511, 512, 513, 1023, 1024, 1025, 1537, 3000, 5631, 6000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t w = 0; w < WINDOW_SIZES; w++)
            for (size_t t = 0; t < THREAD_COUNTS; t++)
                check_sorting(sizes[i], window_sizes[w], thread_counts[t], i * 100 + w * 10 + t);
}

/* Keys that are all alike change nothing. */
Test(order, equal_keys_stay) {
    codes_base c;
    codes_init(&c, 3000, COLUMNS, 1);
    order_content before = order_content_of(&c.base);
    cr_assert(fm__base_sort(&c.base, c.keys, FM__WINDOW_ROWS, 2));
    for (size_t row = 0; row < 3000; row++)
        cr_assert(c.base.positions[row] == row && c.base.rows_at[row] == row);
    cr_assert_eq(memcmp(c.base.slices, before.slices, order_slice_bytes(&c.base)), 0);
    order_check_unsort(&c.base, &before);
    order_content_free(&before);
    codes_free(&c);
}

/* As many rows as make several windows of the usual size, the last of them short. */
Test(order, several_usual_windows) {
    codes_base c;
    codes_init(&c, 2 * FM__WINDOW_ROWS + 1100, 1, 5);
    order_content before = order_content_of(&c.base);
    draw_keys(&c, 5);
    cr_assert(fm__base_sort(&c.base, c.keys, FM__WINDOW_ROWS, 3));
    check_sorted(&c, FM__WINDOW_ROWS, true);
    order_check_unsort(&c.base, &before);
    order_content_free(&before);
    codes_free(&c);
}
