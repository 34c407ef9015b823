#include "base/base_file.h"

#include <math.h>
#include <omp.h>

/* Bytes of an item of work: many items for the threads, and what a checksum has read is still in the cache
 * when its content is looked at. */
#define ITEM_BYTES ((size_t)1 << 19)

const char *fm__section_name(size_t section) {
    static const char *const names[FM__SECTION_COUNT] = {
        "checksums", "schema", "dictionaries", "extents", "ranges",     "slices",
        "values",    "stages", "ends",         "cells",   "id buckets", "id rows",
    };
    return section < FM__SECTION_COUNT ? names[section] : "header";
}

fm_status fm__file_damaged(const fm__base_file *file, size_t section, fm_error *error) {
    return fm__fail_at(error, FM_ERROR_INPUT, file->path, 0, 0,
                       "this base file is damaged (%s): encode the customers' table again",
                       fm__section_name(section));
}

static void note_damage(fm__base_file *file, size_t section) {
    unsigned none = 0;
    (void)atomic_compare_exchange_strong(&file->damaged, &none, (unsigned)section + 1);
}

/* --- checksums --- */

static bool check_piece(fm__base_file *file, const fm__section *section, size_t piece) {
    size_t number = section->first_piece + piece;
    uint64_t bit = UINT64_C(1) << (number % 64);
    if (atomic_load_explicit(&file->seen[number / 64], memory_order_acquire) & bit)
        return true;
    size_t begin = piece * file->piece_bytes;
    size_t left = (size_t)section->length - begin;
    size_t length = left < file->piece_bytes ? left : file->piece_bytes;
    if (fm__hash_bytes(file->bytes + section->offset + begin, length) != file->checksums[number])
        return false;
    (void)atomic_fetch_or_explicit(&file->seen[number / 64], bit, memory_order_release);
    return true;
}

bool fm__file_touch(fm__base_file *file, fm__section_id section, uint64_t offset, uint64_t length) {
    const fm__section *s = &file->sections[section];
    if (length == 0)
        return true;
    size_t last = (size_t)((offset + length - 1) / file->piece_bytes);
    for (size_t piece = (size_t)(offset / file->piece_bytes); piece <= last; piece++) {
        if (!check_piece(file, s, piece)) {
            note_damage(file, section);
            return false;
        }
    }
    return true;
}

/* --- what the engine relies on --- */

/* The range of codes in slices, over `valid` rows; false when a row that is not valid has a code. */
static inline bool range_of_slices(const uint64_t *slices, uint32_t slice_count,
                                   const uint64_t valid[FM__BLOCK_WORDS], fm__range *out_range) {
    uint64_t high[FM__BLOCK_WORDS];
    uint64_t low[FM__BLOCK_WORDS];
    uint64_t beyond = 0;
    *out_range = (fm__range){0, 0};
    memcpy(high, valid, sizeof high);
    memcpy(low, valid, sizeof low);
    for (uint32_t s = slice_count; s-- > 0;) {
        const uint64_t *slice = slices + (size_t)s * FM__BLOCK_WORDS;
        uint64_t ones = 0;
        uint64_t zeroes = 0;
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++) {
            ones |= high[w] & slice[w];
            zeroes |= low[w] & ~slice[w];
            beyond |= slice[w] & ~valid[w];
        }
        /* Masks instead of branches: which way it goes is not to be foreseen. */
        uint64_t no_ones = ones != 0 ? 0 : ~UINT64_C(0);
        uint64_t no_zeroes = zeroes != 0 ? 0 : ~UINT64_C(0);
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++) {
            high[w] &= slice[w] | no_ones;
            low[w] &= ~slice[w] | no_zeroes;
        }
        out_range->highest |= (uint32_t)(ones != 0) << s;
        out_range->lowest |= (uint32_t)(zeroes == 0) << s;
    }
    return beyond == 0;
}

/* Whether every code of a block has its demand, and the ranges are those of the codes: kernels look things up
 * by both. */
static bool block_is_right(const fm_base *base, size_t block) {
    const uint64_t *slices = base->slices + block * base->block_words;
    const fm__range *ranges = base->ranges + block * base->demand_count;
    uint64_t rows = base->row_count - (uint64_t)block * FM__BLOCK_ROWS;
    uint64_t valid[FM__BLOCK_WORDS];
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++) {
        uint64_t left = rows > w * 64 ? rows - w * 64 : 0;
        valid[w] = left >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << left) - 1;
    }
    for (size_t d = 0; d < base->demand_count; d++) {
        const fm__demands *demands = &base->demands[d];
        fm__range range = {0, 0};
        if (demands->slice_count > 0 &&
            !range_of_slices(slices + (size_t)demands->first_slice * FM__BLOCK_WORDS, demands->slice_count,
                             valid, &range))
            return false;
        if (range.lowest != ranges[d].lowest || range.highest != ranges[d].highest ||
            (uint64_t)range.highest >= (uint64_t)FM__CODE_FIRST + demands->count)
            return false;
    }
    return true;
}

static bool values_are_right(const double *values, size_t count) {
    bool right = true;
    for (size_t i = 0; i < count; i++)
        right &= values[i] >= 0 && values[i] <= 1.7976931348623157e308;
    return right;
}

static bool stages_are_right(const unsigned char *stages, size_t count, size_t stage_count) {
    unsigned char most = 0;
    for (size_t i = 0; i < count; i++)
        most = stages[i] > most ? stages[i] : most;
    return most <= stage_count;
}

static bool ends_are_right(const fm__cells *cells, size_t row_count) {
    uint32_t before = 0;
    bool right = true;
    for (size_t row = 0; row < row_count; row++) {
        right &= cells->ends[row] >= before;
        before = cells->ends[row];
    }
    return right && before == cells->length;
}

/* --- everything of some parts --- */

static const struct {
    fm__section_id section;
    fm_base_part part;
} checked_sections[] = {
    {FM__SECTION_RANGES, FM_BASE_DEMANDS},  {FM__SECTION_SLICES, FM_BASE_DEMANDS},
    {FM__SECTION_VALUES, FM_BASE_MONEY},    {FM__SECTION_STAGES, FM_BASE_MONEY},
    {FM__SECTION_CELLS, FM_BASE_TEXTS},     {FM__SECTION_ENDS, FM_BASE_TEXTS},
    {FM__SECTION_ID_BEGINS, FM_BASE_TEXTS}, {FM__SECTION_ID_ROWS, FM_BASE_TEXTS},
};

/* The content of bytes whose checksums are right. */
static bool content_is_right(const fm_base *base, fm__section_id section, size_t begin, size_t end) {
    const fm__base_file *file = base->file;
    if (section == FM__SECTION_VALUES)
        return values_are_right((const double *)(void *)(fm__file_section(file, section) + begin),
                                (end - begin) / sizeof(double));
    if (section == FM__SECTION_STAGES)
        return stages_are_right(fm__file_section(file, section) + begin, end - begin, file->stage_count);
    size_t block_bytes = base->block_words * sizeof(uint64_t);
    if (section == FM__SECTION_SLICES && block_bytes > 0)
        for (size_t block = (begin + block_bytes - 1) / block_bytes; block * block_bytes < end; block++)
            if (!block_is_right(base, block))
                return false;
    if (section == FM__SECTION_ENDS) {
        /* The segments whose first end is here: each is looked at once. */
        size_t bytes = base->segment_rows * file->shape.carried_count * sizeof(uint32_t);
        for (size_t s = (begin + bytes - 1) / bytes; s * bytes < end; s++)
            for (size_t c = 0; c < base->carried_count; c++)
                if (!ends_are_right(&base->segments[s]->cells[c], base->segments[s]->row_count))
                    return false;
    }
    return true;
}

static bool item_is_right(const fm_base *base, fm__section_id section, size_t item, size_t item_pieces) {
    fm__base_file *file = base->file;
    const fm__section *s = &file->sections[section];
    size_t first = item * item_pieces;
    size_t last = first + item_pieces < s->piece_count ? first + item_pieces : s->piece_count;
    size_t begin = first * file->piece_bytes;
    size_t end = last * file->piece_bytes < s->length ? last * file->piece_bytes : (size_t)s->length;
    for (size_t piece = first; piece < last; piece++)
        if (!check_piece(file, s, piece))
            return false;
    return content_is_right(base, section, begin, end);
}

/* What threads share. */
typedef struct checking {
    const fm_base *base;
    fm__section_id section;
    size_t item_pieces;
    size_t items;
    const fm_progress *progress;
    uint64_t done_before; /* bytes */
    uint64_t total;
    unsigned threads;
} checking;

/* One section by all threads. */
static fm_status check_section(const checking *c, fm_error *error) {
    fm__base_file *file = c->base->file;
    _Atomic int outcome = FM_OK;
    _Atomic size_t done = 0;
#pragma omp parallel for schedule(dynamic, 1) num_threads(c->threads) default(none) \
    shared(c, file, outcome, done) if (c->items > 1)
    for (size_t item = 0; item < c->items; item++) {
        if (atomic_load_explicit(&outcome, memory_order_relaxed) != FM_OK)
            continue;
        if (!item_is_right(c->base, c->section, item, c->item_pieces)) {
            note_damage(file, c->section);
            atomic_store(&outcome, FM_ERROR_INPUT);
        }
        uint64_t bytes = (atomic_fetch_add(&done, 1) + 1) * (uint64_t)ITEM_BYTES + c->done_before;
        /* The thread that made the call is the one that progress is promised to. */
        if (c->progress != NULL && omp_get_thread_num() == 0 &&
            !c->progress->step(c->progress->context, FM_PHASE_READ, bytes < c->total ? bytes : c->total,
                               c->total))
            atomic_store(&outcome, FM_ERROR_CANCELLED);
    }
    if (outcome == FM_ERROR_CANCELLED)
        return fm__fail(error, FM_ERROR_CANCELLED, "cancelled");
    return outcome == FM_OK ? FM_OK : fm__file_damaged(file, c->section, error);
}

fm_status fm__base_file_check_parts(const fm_base *base, unsigned parts, unsigned threads,
                                    const fm_progress *progress, fm_error *error) {
    int most = omp_get_max_threads();
    checking c = {.base = base, .progress = progress};
    if (base->file == NULL)
        return FM_OK;
    fm__base_file *file = base->file;
    parts &= atomic_load_explicit(&file->unchecked, memory_order_acquire);
    c.threads = threads > 0 ? threads : most > 0 ? (unsigned)most : 1;
    c.item_pieces = ITEM_BYTES / file->piece_bytes;
    c.item_pieces = c.item_pieces == 0 ? 1 : c.item_pieces;
    c.total = file->length;
    for (size_t i = 0; i < sizeof checked_sections / sizeof *checked_sections; i++) {
        if ((parts & (unsigned)checked_sections[i].part) == 0)
            continue;
        c.section = checked_sections[i].section;
        c.items = (file->sections[c.section].piece_count + c.item_pieces - 1) / c.item_pieces;
        fm_status status = check_section(&c, error);
        if (status != FM_OK)
            return status;
        c.done_before += file->sections[c.section].length;
    }
    /* A base of blocks without slices has ranges all the same. */
    for (size_t b = 0; (parts & FM_BASE_DEMANDS) != 0 && base->block_words == 0 && b < base->block_count; b++)
        if (!block_is_right(base, b))
            return fm__file_damaged(file, FM__SECTION_RANGES, error);
    (void)atomic_fetch_and_explicit(&file->unchecked, ~parts, memory_order_release);
    return FM_OK;
}

fm_status fm_base_check(const fm_base *base, unsigned parts, unsigned threads, fm_error *error) {
    return fm__base_file_check_parts(base, parts, threads, NULL, error);
}

fm_status fm_base_damage(const fm_base *base, fm_error *error) {
    unsigned damaged = base->file == NULL ? 0 : atomic_load(&base->file->damaged);
    return damaged == 0 ? FM_OK : fm__file_damaged(base->file, damaged - 1, error);
}

/* --- row by row --- */

static bool block_can_be_used(const fm_base *base, size_t block) {
    fm__base_file *file = base->file;
    uint64_t block_bytes = base->block_words * sizeof(uint64_t);
    uint64_t range_bytes = file->shape.column_count * sizeof(fm__range);
    if (!fm__file_touch(file, FM__SECTION_SLICES, block * block_bytes, block_bytes) ||
        !fm__file_touch(file, FM__SECTION_RANGES, block * range_bytes, range_bytes))
        return false;
    if (block_is_right(base, block))
        return true;
    note_damage(file, FM__SECTION_SLICES);
    return false;
}

const uint64_t *fm__base_file_block(const fm_base *base, size_t block) {
    return block_can_be_used(base, block) ? base->slices + block * base->block_words : base->file->no_block;
}

const fm__range *fm__base_file_ranges(const fm_base *base, size_t block) {
    return block_can_be_used(base, block) ? base->ranges + block * base->demand_count : base->file->no_ranges;
}

fm_text fm__base_file_cell(const fm_base *base, size_t carried, uint64_t row) {
    fm__base_file *file = base->file;
    const fm__cells *cells = &base->segments[row / base->segment_rows]->cells[carried];
    size_t at = (size_t)(row % base->segment_rows);
    const unsigned char *ends = (const unsigned char *)(cells->ends + at);
    uint64_t offset = (uint64_t)(ends - fm__file_section(file, FM__SECTION_ENDS));
    const fm_text nothing = {"", 0};
    if (!fm__file_touch(file, FM__SECTION_ENDS, at == 0 ? offset : offset - sizeof *cells->ends,
                        (at == 0 ? 1 : 2) * sizeof *cells->ends))
        return nothing;
    uint32_t begin = at == 0 ? 0 : cells->ends[at - 1];
    uint32_t end = cells->ends[at];
    if (begin > end || end > cells->length) {
        note_damage(file, FM__SECTION_ENDS);
        return nothing;
    }
    offset = (uint64_t)((unsigned char *)cells->bytes - fm__file_section(file, FM__SECTION_CELLS));
    if (!fm__file_touch(file, FM__SECTION_CELLS, offset + begin, end - begin))
        return nothing;
    return (fm_text){cells->bytes + begin, end - begin};
}
