#include "base/order.h"

#include "support/error.h"

#include <omp.h>

/* One window, and what sorting it takes. */
typedef struct window {
    size_t first_block;
    size_t count;      /* rows */
    uint64_t *keys;    /* [count] the number of the row in the window below */
    uint64_t *scratch; /* [count] */
    uint32_t *codes;   /* [whole blocks] of one column, in the order before */
} window;

/* Memory for a window of the most rows. */
static bool window_init(window *w, const fm_base *base, size_t window_rows) {
    uint64_t places = fm__base_place_count(base);
    size_t rows = places < window_rows ? (size_t)places : window_rows;
    size_t padded = (rows + FM__BLOCK_ROWS - 1) / FM__BLOCK_ROWS * FM__BLOCK_ROWS;
    w->keys = fm__array_new(rows, sizeof *w->keys);
    w->scratch = fm__array_new(rows, sizeof *w->scratch);
    w->codes = fm__array_new(padded, sizeof *w->codes);
    return w->keys != NULL && w->scratch != NULL && w->codes != NULL;
}

static void window_destroy(window *w) {
    free(w->keys);
    free(w->scratch);
    free(w->codes);
}

static size_t block_count(const window *w) {
    return (w->count + FM__BLOCK_ROWS - 1) / FM__BLOCK_ROWS;
}

static uint64_t *slices_of(const fm_base *base, const window *w, size_t column, size_t block) {
    return base->slices + (w->first_block + block) * base->block_words +
           (size_t)base->demands[column].first_slice * FM__BLOCK_WORDS;
}

static void load_codes(const fm_base *base, const window *w, size_t column) {
    for (size_t b = 0; b < block_count(w); b++)
        fm__slices_unpack(slices_of(base, w, column, b), base->demands[column].slice_count,
                          w->codes + b * FM__BLOCK_ROWS);
}

/* By digits, the lowest first (LSD radix sort): equal keys stay in their order. */
static void sort_keys(const window *w) {
    uint64_t *from = w->keys;
    uint64_t *to = w->scratch;
    for (unsigned shift = FM__WINDOW_BITS; shift < 64; shift += 11) {
        size_t places[2048] = {0};
        size_t sum = 0;
        for (size_t i = 0; i < w->count; i++)
            places[from[i] >> shift & 2047]++;
        for (size_t digit = 0; digit < 2048; digit++) {
            size_t here = places[digit];
            places[digit] = sum;
            sum += here;
        }
        for (size_t i = 0; i < w->count; i++)
            to[places[from[i] >> shift & 2047]++] = from[i];
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != w->keys)
        memcpy(w->keys, from, w->count * sizeof *w->keys);
}

/* Writes one column of `base` into `to`, which may be the same, in the order of the keys. */
static void permute(const fm_base *base, const window *w, size_t column, fm_base *to) {
    load_codes(base, w, column);
    for (size_t b = 0; b < block_count(w); b++) {
        size_t first = b * FM__BLOCK_ROWS;
        size_t count = w->count - first < FM__BLOCK_ROWS ? w->count - first : FM__BLOCK_ROWS;
        uint32_t codes[FM__BLOCK_ROWS] = {0};
        for (size_t i = 0; i < count; i++)
            codes[i] = w->codes[w->keys[first + i] & (FM__WINDOW_ROWS - 1)];
        to->ranges[(w->first_block + b) * base->demand_count + column] = fm__range_of(codes, count);
        fm__slices_pack(codes, base->demands[column].slice_count, slices_of(to, w, column, b));
    }
}

static size_t window_begin(const fm_base *base, window *w, size_t window_rows, size_t number) {
    size_t first = number * window_rows;
    size_t left = (size_t)fm__base_place_count(base) - first;
    w->first_block = first / FM__BLOCK_ROWS;
    w->count = left < window_rows ? left : window_rows;
    return first;
}

/* The rows that are at each place now. Sorted before, they may have come from elsewhere in the window: the
 * old ones are in rows_at, the new ones go through scratch. */
static void move_rows(fm_base *base, const window *w, size_t first) {
    for (size_t i = 0; i < w->count; i++)
        w->scratch[i] = base->rows_at[first + (w->keys[i] & (FM__WINDOW_ROWS - 1))];
    for (size_t i = 0; i < w->count; i++) {
        base->rows_at[first + i] = (uint32_t)w->scratch[i];
        base->positions[w->scratch[i]] = (uint32_t)(first + i);
    }
}

/* The same for places that many rows share: their numbers move, and where each place went is noted. */
static void move_repeats(fm_base *base, const window *w, size_t first, uint32_t *moved_to) {
    for (size_t i = 0; i < w->count; i++) {
        size_t from = first + (size_t)(w->keys[i] & (FM__WINDOW_ROWS - 1));
        w->scratch[i] = base->repeats[from];
        moved_to[from] = (uint32_t)(first + i);
    }
    for (size_t i = 0; i < w->count; i++)
        base->repeats[first + i] = (uint32_t)w->scratch[i];
}

static void sort_window(fm_base *base, uint64_t *const *keys, window *w, size_t window_rows, size_t number,
                        uint32_t *moved_to) {
    size_t first = window_begin(base, w, window_rows, number);
    for (size_t i = 0; i < w->count; i++)
        w->keys[i] = i;
    for (size_t d = 0; d < base->demand_count; d++) {
        if (keys[d] == NULL || base->demands[d].slice_count == 0)
            continue;
        load_codes(base, w, d);
        for (size_t i = 0; i < w->count; i++)
            w->keys[i] |= keys[d][w->codes[i]] << FM__WINDOW_BITS;
    }
    sort_keys(w);
    for (size_t d = 0; d < base->demand_count; d++)
        if (base->demands[d].slice_count > 0)
            permute(base, w, d, base);
    if (base->repeats != NULL)
        move_repeats(base, w, first, moved_to);
    else
        move_rows(base, w, first);
}

/* Room for the places of rows, at first each at its own. */
static bool prepare(fm_base *base) {
    if (base->positions != NULL)
        return true;
    uint32_t *positions = fm__array_new((size_t)base->row_count, sizeof *positions);
    uint32_t *rows_at = fm__array_new((size_t)base->row_count, sizeof *rows_at);
    if (positions == NULL || rows_at == NULL) {
        free(positions);
        free(rows_at);
        return false;
    }
    for (size_t row = 0; row < base->row_count; row++)
        positions[row] = rows_at[row] = (uint32_t)row;
    base->positions = positions;
    base->rows_at = rows_at;
    return true;
}

static window *windows_new(const fm_base *base, size_t window_rows, unsigned count) {
    window *list = fm__array_new(count, sizeof *list);
    bool ready = list != NULL;
    for (unsigned i = 0; ready && i < count; i++)
        ready = window_init(&list[i], base, window_rows);
    for (unsigned i = 0; list != NULL && !ready && i < count; i++)
        window_destroy(&list[i]);
    if (ready)
        return list;
    free(list);
    return NULL;
}

static void windows_free(window *list, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        window_destroy(&list[i]);
    free(list);
}

static size_t window_count(const fm_base *base, size_t window_rows) {
    return (size_t)((fm__base_place_count(base) + window_rows - 1) / window_rows);
}

/* At least one, also without rows. */
static unsigned slot_count(unsigned threads, size_t windows) {
    unsigned most = threads < windows ? threads : (unsigned)windows;
    return most > 0 ? most : 1;
}

bool fm__base_sort(fm_base *base, uint64_t *const *keys, size_t window_rows, unsigned threads) {
    size_t windows = window_count(base, window_rows);
    unsigned slots = slot_count(threads, windows);
    window *slot = windows_new(base, window_rows, slots);
    uint32_t *moved_to = base->repeats == NULL ? NULL : fm__array_new(base->place_count, sizeof *moved_to);
    if (slot == NULL || (base->repeats != NULL && moved_to == NULL) || !prepare(base)) {
        if (slot != NULL)
            windows_free(slot, slots);
        free(moved_to);
        return false;
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(slots) default(none) \
    shared(base, keys, slot, windows, window_rows, moved_to)
    for (size_t number = 0; number < windows; number++)
        sort_window(base, keys, &slot[omp_get_thread_num()], window_rows, number, moved_to);
    windows_free(slot, slots);
    if (moved_to != NULL) {
#pragma omp parallel for schedule(static) num_threads(threads) default(none) shared(base, moved_to)
        for (size_t row = 0; row < base->row_count; row++)
            base->positions[row] = moved_to[base->positions[row]];
    }
    free(moved_to);
    base->is_arranged = true;
    return true;
}

static void unsort_window(const fm_base *base, window *w, size_t number, fm_base *view) {
    size_t first = window_begin(base, w, FM__WINDOW_ROWS, number);
    for (size_t i = 0; i < w->count; i++)
        w->keys[i] = base->positions[first + i] - first;
    for (size_t d = 0; d < base->demand_count; d++)
        if (base->demands[d].slice_count > 0)
            permute(base, w, d, view);
}

/* Memory for a view with a place for each row. */
static bool view_init(fm_base *view, const fm_base *base) {
    size_t words;
    size_t ranges;
    *view = *base;
    view->positions = view->rows_at = view->repeats = NULL;
    view->is_arranged = false;
    view->block_count = (size_t)((base->row_count + FM__BLOCK_ROWS - 1) / FM__BLOCK_ROWS);
    view->slices = NULL;
    view->ranges = NULL;
    if (!fm__size_product(view->block_count, base->block_words * sizeof *view->slices, &words) ||
        !fm__size_product(view->block_count, base->demand_count, &ranges))
        return false;
    view->slices = fm__region_new(words);
    view->ranges = fm__array_new(ranges, sizeof *view->ranges);
    return view->slices != NULL && view->ranges != NULL;
}

/* Writes one column of a folded base into a view of its rows; `codes` has room for all places. */
static void unfold_column(const fm_base *base, size_t d, uint32_t *codes, unsigned threads, fm_base *view) {
    const fm__demands *demands = &base->demands[d];
    size_t slices_at = (size_t)demands->first_slice * FM__BLOCK_WORDS;
#pragma omp parallel for schedule(static) num_threads(threads) default(none) \
    shared(base, demands, slices_at, codes)
    for (size_t b = 0; b < base->block_count; b++)
        fm__slices_unpack(base->slices + b * base->block_words + slices_at, demands->slice_count,
                          codes + b * FM__BLOCK_ROWS);
#pragma omp parallel for schedule(static) num_threads(threads) default(none) \
    shared(base, d, demands, slices_at, codes, view)
    for (size_t b = 0; b < view->block_count; b++) {
        size_t first = b * FM__BLOCK_ROWS;
        size_t left = (size_t)base->row_count - first;
        size_t count = left < FM__BLOCK_ROWS ? left : FM__BLOCK_ROWS;
        uint32_t of_rows[FM__BLOCK_ROWS] = {0};
        for (size_t i = 0; i < count; i++)
            of_rows[i] = codes[base->positions[first + i]];
        view->ranges[b * base->demand_count + d] = fm__range_of(of_rows, count);
        fm__slices_pack(of_rows, demands->slice_count, view->slices + b * base->block_words + slices_at);
    }
}

static bool unfold(const fm_base *base, unsigned threads, fm_base *out_view) {
    fm_base view;
    uint32_t *codes = fm__array_new(base->block_count * FM__BLOCK_ROWS, sizeof *codes);
    bool done = view_init(&view, base) && codes != NULL;
    for (size_t d = 0; done && d < base->demand_count; d++)
        if (base->demands[d].slice_count > 0)
            unfold_column(base, d, codes, threads, &view);
    free(codes);
    if (done)
        *out_view = view;
    else
        fm__base_view_destroy(&view);
    return done;
}

fm_status fm_base_unfold(fm_base *base, unsigned threads, fm_error *error) {
    fm_base view;
    int most = omp_get_max_threads();
    if (base->repeats == NULL)
        return FM_OK;
    if (!unfold(base, threads > 0 ? threads : most > 0 ? (unsigned)most : 1, &view))
        return fm__fail_memory(error);
    fm__region_free(base->slices);
    free(base->ranges);
    free(base->positions);
    free(base->repeats);
    *base = view;
    return FM_OK;
}

static bool unsort(const fm_base *base, unsigned threads, fm_base *out_view) {
    fm_base view;
    size_t windows = window_count(base, FM__WINDOW_ROWS);
    unsigned slots = slot_count(threads, windows);
    window *slot = windows_new(base, FM__WINDOW_ROWS, slots);
    if (!view_init(&view, base) || slot == NULL) {
        if (slot != NULL)
            windows_free(slot, slots);
        fm__base_view_destroy(&view);
        return false;
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(slots) default(none) \
    shared(base, view, slot, windows)
    for (size_t number = 0; number < windows; number++)
        unsort_window(base, &slot[omp_get_thread_num()], number, &view);
    windows_free(slot, slots);
    *out_view = view;
    return true;
}

bool fm__base_unsort(const fm_base *base, unsigned threads, fm_base *out_view) {
    return base->repeats == NULL ? unsort(base, threads, out_view) : unfold(base, threads, out_view);
}

void fm__base_view_destroy(fm_base *view) {
    fm__region_free(view->slices);
    free(view->ranges);
}
