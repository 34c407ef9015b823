#include "base/base.h"

#include "base/base_file.h"
#include "base/codes.h"
#include "base/crew.h"
#include "base/places.h"
#include "support/error.h"

bool fm__segment_make_codes(fm__segment *segment, const fm_base *base) {
    segment->codes = fm__array_new(base->demand_count, sizeof *segment->codes);
    segment->widths = fm__array_new(base->demand_count, sizeof *segment->widths);
    bool complete = segment->codes != NULL && segment->widths != NULL;
    for (size_t d = 0; complete && d < base->demand_count; d++) {
        segment->widths[d] = fm__code_width(&base->demands[d]);
        segment->codes[d] = malloc(base->segment_rows * segment->widths[d]); /* some MiB at most */
        complete = segment->codes[d] != NULL;
    }
    return complete;
}

void fm__segment_free_codes(fm__segment *segment, size_t demand_count) {
    for (size_t d = 0; segment->codes != NULL && d < demand_count; d++)
        free(segment->codes[d]);
    free(segment->codes);
    free(segment->widths);
    segment->codes = NULL;
    segment->widths = NULL;
}

void fm__segment_free(fm__segment *segment, size_t carried_count, size_t demand_count) {
    if (segment == NULL)
        return;
    for (size_t c = 0; segment->cells != NULL && c < carried_count; c++) {
        free(segment->cells[c].bytes);
        free(segment->cells[c].ends);
    }
    fm__segment_free_codes(segment, demand_count);
    free(segment->cells);
    free(segment->values);
    free(segment->stages);
    free(segment);
}

void fm_base_free(fm_base *base) {
    if (base == NULL)
        return;
    fm__base_file_release(base);
    for (size_t s = 0; s < base->segment_count; s++)
        fm__segment_free(base->segments[s], base->carried_count, base->demand_count);
    free(base->segments);
    for (size_t d = 0; base->demands != NULL && d < base->demand_count; d++)
        fm__demands_destroy(&base->demands[d]);
    free(base->demands);
    fm__region_free(base->slices);
    free(base->ranges);
    free(base->positions);
    free(base->rows_at);
    free(base->repeats);
    fm__arena_destroy(&base->arena);
    free(base);
}

/* The final codes of a block's rows in one column; rows behind the last have code 0. */
static void load_codes(const fm__segment *segment, size_t column, size_t first, const uint32_t *remap,
                       uint32_t *out_codes) {
    size_t count = segment->row_count - first < FM__BLOCK_ROWS ? segment->row_count - first : FM__BLOCK_ROWS;
    const void *codes = segment->codes[column];
    switch (segment->widths[column]) {
    case 1:
        for (size_t i = 0; i < count; i++)
            out_codes[i] = remap[((const uint8_t *)codes)[first + i]];
        break;
    case 2:
        for (size_t i = 0; i < count; i++)
            out_codes[i] = remap[((const uint16_t *)codes)[first + i]];
        break;
    default:
        for (size_t i = 0; i < count; i++)
            out_codes[i] = remap[((const uint32_t *)codes)[first + i]];
    }
    for (size_t i = count; i < FM__BLOCK_ROWS; i++)
        out_codes[i] = FM__CODE_NONE;
}

fm__range fm__range_of(const uint32_t *codes, size_t count) {
    fm__range range = {codes[0], codes[0]};
    for (size_t i = 1; i < count; i++) {
        range.lowest = codes[i] < range.lowest ? codes[i] : range.lowest;
        range.highest = codes[i] > range.highest ? codes[i] : range.highest;
    }
    return range;
}

static fm__range range_of_bytes(const uint8_t *codes, size_t count) {
    uint8_t lowest = codes[0];
    uint8_t highest = codes[0];
    for (size_t i = 1; i < count; i++) {
        lowest = codes[i] < lowest ? codes[i] : lowest;
        highest = codes[i] > highest ? codes[i] : highest;
    }
    return (fm__range){lowest, highest};
}

/* What becomes of the codes of a column. */
typedef struct column_slicing {
    const uint32_t *remap;
    uint8_t bytes[UINT8_MAX + 1]; /* the same for codes of one byte, where the new ones fit one as well */
    bool has_bytes;
} column_slicing;

static column_slicing slicing_of(const fm__demands *demands, const uint32_t *remap) {
    column_slicing how = {.remap = remap, .has_bytes = demands->slice_count <= 8};
    for (size_t code = 0; code <= UINT8_MAX; code++)
        how.bytes[code] = (uint8_t)remap[code];
    return how;
}

/* Slices the codes of a block's rows in one column, `left` of them at most. */
static fm__range slice_codes(const fm__segment *segment, size_t column, size_t first,
                             const column_slicing *how, uint32_t slice_count, uint64_t *out_slices) {
    size_t left = segment->row_count - first;
    size_t count = left < FM__BLOCK_ROWS ? left : FM__BLOCK_ROWS;
    if (how->has_bytes && segment->widths[column] == 1) {
        const uint8_t *old = (const uint8_t *)segment->codes[column] + first;
        uint8_t codes[FM__BLOCK_ROWS] = {0};
        for (size_t i = 0; i < count; i++)
            codes[i] = how->bytes[old[i]];
        fm__slices_pack_bytes(codes, slice_count, out_slices);
        return range_of_bytes(codes, count);
    }
    uint32_t codes[FM__BLOCK_ROWS];
    load_codes(segment, column, first, how->remap, codes);
    fm__slices_pack(codes, slice_count, out_slices);
    return fm__range_of(codes, count);
}

/* Slices the codes of one segment, a column at a time so that its dictionary stays in the cache. */
static void slice_segment(fm_base *base, const fm__segment *segment, size_t s, uint32_t *const *remaps) {
    size_t first_block = s * (base->segment_rows / FM__BLOCK_ROWS);
    for (size_t d = 0; d < base->demand_count; d++) {
        const fm__demands *demands = &base->demands[d];
        if (demands->slice_count == 0)
            continue;
        column_slicing how = slicing_of(demands, remaps[d]);
        for (size_t first = 0; first < segment->row_count; first += FM__BLOCK_ROWS) {
            size_t number = first_block + first / FM__BLOCK_ROWS;
            uint64_t *slices =
                base->slices + number * base->block_words + (size_t)demands->first_slice * FM__BLOCK_WORDS;
            base->ranges[number * base->demand_count + d] =
                slice_codes(segment, d, first, &how, demands->slice_count, slices);
        }
    }
}

/* Slices the codes of the `s`-th run of places and frees them; false when memory ran out. */
static bool slice_run(fm_base *base, const fm__places *places, size_t s, uint32_t *const *remaps) {
    fm__segment *segment = places == NULL ? base->segments[s] : fm__places_segment(places, base, s);
    if (segment == NULL)
        return false;
    slice_segment(base, segment, s, remaps);
    if (places == NULL)
        fm__segment_free_codes(segment, base->demand_count);
    else
        fm__segment_free(segment, 0, base->demand_count);
    return true;
}

/* The work of slicing: each run of places is an item. */
typedef struct slicing {
    fm_base *base;
    const fm__places *places;
    uint32_t *const *remaps;
    const fm_progress *progress;
    _Atomic size_t done;
    _Atomic bool is_over;  /* the caller wants no more */
    _Atomic bool is_short; /* memory ran out */
} slicing;

static void slice_item(void *context, size_t slot, size_t item) {
    slicing *all = context;
    const fm_base *base = all->base;
    if (all->is_over || all->is_short)
        return;
    if (!slice_run(all->base, all->places, item, all->remaps))
        all->is_short = true;
    uint64_t count = fm__base_place_count(base);
    uint64_t sliced = (uint64_t)++all->done * base->segment_rows;
    /* The thread that made the call is the one that progress is promised to. */
    if (all->progress != NULL && slot == 0 &&
        !all->progress->step(all->progress->context, FM_PHASE_BUILD, sliced < count ? sliced : count, count))
        all->is_over = true;
}

fm_status fm__base_finish(fm_base *base, const fm__places *places, unsigned threads,
                          const fm_progress *progress, fm_error *error) {
    uint32_t **remaps = fm__array_new(base->demand_count, sizeof *remaps);
    fm_status status = FM_OK;
    size_t slices = 0;
    size_t bytes;
    if (remaps == NULL)
        return fm__fail_memory(error);
    for (size_t d = 0; d < base->demand_count; d++) {
        if (!fm__demands_finish(&base->demands[d], &remaps[d])) {
            status = fm__fail_memory(error);
            goto cleanup;
        }
    }
    for (size_t i = 0; i < base->demand_count; i++) {
        fm__demands *demands = &base->demands[fm__demand_stored_at(i, base->demand_count)];
        demands->first_slice = (uint32_t)slices;
        slices += demands->slice_count;
    }
    base->block_words = slices * FM__BLOCK_WORDS;
    base->block_count = (size_t)((fm__base_place_count(base) + FM__BLOCK_ROWS - 1) / FM__BLOCK_ROWS);
    if (!fm__size_product(base->block_words * sizeof(uint64_t), base->block_count, &bytes) ||
        (base->slices = fm__region_new(bytes)) == NULL ||
        !fm__size_product(base->block_count, base->demand_count, &bytes) ||
        (base->ranges = fm__array_new(bytes, sizeof *base->ranges)) == NULL) {
        status = fm__fail_memory(error);
        goto cleanup;
    }
    slicing all = {.base = base, .places = places, .remaps = remaps, .progress = progress};
    uint64_t count = fm__base_place_count(base);
    if (!fm__crew_run(threads, slice_item, &all,
                      (size_t)((count + base->segment_rows - 1) / base->segment_rows)))
        status = fm__fail_memory(error);
    else if (all.is_short)
        status = fm__fail_memory(error);
    else if (all.is_over)
        status = fm__fail(error, FM_ERROR_CANCELLED, "cancelled");
cleanup:
    for (size_t d = 0; d < base->demand_count; d++)
        free(remaps[d]);
    free(remaps);
    return status;
}

uint64_t fm_base_row_count(const fm_base *base) {
    return base->row_count;
}

uint64_t fm_base_place_count(const fm_base *base) {
    return fm__base_place_count(base);
}

uint64_t fm_base_reject_count(const fm_base *base) {
    return base->reject_count;
}

fm_base_timings fm_base_read_timings(const fm_base *base) {
    return base->timings;
}

fm_text fm_base_id(const fm_base *base, uint64_t row) {
    return base->carried_count == 0 ? (fm_text){"", 0} : fm__base_carried(base, 0, row);
}

size_t fm__base_find_role(const fm_base *base, fm_role role) {
    const char *column = fm_model_role_column(base->model, role);
    fm_text wanted = column == NULL ? (fm_text){0} : fm__text_trim(fm__text(column));
    /* A column may have several roles, and is carried once. */
    for (size_t c = 0; column != NULL && c < base->carried_count; c++)
        if (fm__text_equal(fm__text_trim(fm__text(base->carried[c].name)), wanted))
            return c;
    return SIZE_MAX;
}

uint64_t fm_base_find(const fm_base *base, const char *id, uint64_t from) {
    fm_text wanted = fm__text_trim(fm__text(id));
    if (base->file != NULL)
        return fm__base_file_find(base, wanted, from);
    for (uint64_t row = from; row < base->row_count; row++)
        if (fm__text_equal(fm__text_trim(fm_base_id(base, row)), wanted))
            return row;
    return UINT64_MAX;
}

size_t fm_base_column_count(const fm_base *base) {
    return base->carried_count == 0 ? 0 : base->carried_count - 1;
}

const char *fm_base_column_name(const fm_base *base, size_t column) {
    return base->carried[column + 1].name;
}

fm_text fm_base_cell(const fm_base *base, size_t column, uint64_t row) {
    return fm__base_carried(base, column + 1, row);
}

bool fm_base_has_value(const fm_base *base) {
    return base->has_value;
}

fm_demand_count fm_base_demand_count(const fm_base *base, size_t attribute, bool want) {
    const fm__demands *demands = fm__base_demands(base, attribute, want);
    uint64_t none = demands->rows[FM__CODE_NONE];
    uint64_t unasked = demands->rows[FM__CODE_UNASKED];
    return (fm_demand_count){
        .column_found = demands->column_found,
        .rows = {none, unasked, base->row_count - none - unasked},
        .distinct = demands->count,
    };
}
