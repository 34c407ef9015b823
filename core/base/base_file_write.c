#include "base/base_file.h"
#include "base/order.h"
#include "model/cell.h"

#include <fitmatch/output.h>
#include <inttypes.h>
#include <omp.h>

/* Bytes between two reports of progress. */
#define REPORT_BYTES ((uint64_t)16 << 20)

/* Where the content of sections goes: piece by piece into checksums, or into the file. */
typedef struct sink {
    fm_output *output; /* NULL: checksums only */
    uint64_t *checksums;
    size_t piece_capacity;
    size_t piece_count;
    unsigned char *piece;
    size_t piece_bytes;
    size_t used;
    uint64_t length; /* of the section so far */
    uint64_t done;   /* bytes in all */
    uint64_t reported;
    const fm_base_write_options *options;
    uint64_t rows;
    uint64_t total; /* bytes of both ways, for progress; an estimate in the first one */
    fm_status status;
    fm_error *error;
} sink;

/* What is written. */
typedef struct content {
    const fm_base *base; /* rows in their order */
    const fm_model_spec *model;
    fm__file_shape shape;
    uint32_t *id_begins;
    uint32_t *id_rows;
    uint64_t lengths[FM__SECTION_COUNT];
    size_t first_pieces[FM__SECTION_COUNT];
    size_t piece_counts[FM__SECTION_COUNT];
    size_t piece_bytes;
} content;

/* --- the sink --- */

static void flush_piece(sink *to, const void *bytes, size_t length) {
    if (to->output != NULL) {
        to->status = fm_output_write(to->output, bytes, length, to->error);
    } else if (fm__array_reserve(&to->checksums, &to->piece_capacity, to->piece_count + 1,
                                 sizeof *to->checksums)) {
        to->checksums[to->piece_count++] = fm__hash_bytes(bytes, length);
    } else {
        to->status = fm__fail_memory(to->error);
    }
    to->done += length;
    const fm_progress *progress = to->options->progress;
    if (to->status == FM_OK && progress != NULL && to->done >= to->reported + REPORT_BYTES) {
        to->reported = to->done;
        double share = to->total == 0 ? 0 : (double)to->done / (double)to->total;
        uint64_t rows = (uint64_t)((share < 1 ? share : 1) * (double)to->rows);
        if (!progress->step(progress->context, FM_PHASE_WRITE, rows, to->rows))
            to->status = fm__fail(to->error, FM_ERROR_CANCELLED, "cancelled");
    }
}

static void put(sink *to, const void *bytes, size_t length) {
    const unsigned char *at = bytes;
    to->length += length;
    while (length > 0 && to->status == FM_OK) {
        size_t room = to->piece_bytes - to->used;
        if (to->used == 0 && length >= to->piece_bytes) {
            flush_piece(to, at, to->piece_bytes);
            at += to->piece_bytes;
            length -= to->piece_bytes;
            continue;
        }
        size_t here = length < room ? length : room;
        memcpy(to->piece + to->used, at, here);
        to->used += here;
        at += here;
        length -= here;
        if (to->used == to->piece_bytes) {
            flush_piece(to, to->piece, to->used);
            to->used = 0;
        }
    }
}

static void put_u8(sink *to, unsigned number) {
    uint8_t byte = (uint8_t)number;
    put(to, &byte, sizeof byte);
}

static void put_u32(sink *to, uint64_t number) {
    uint32_t word = (uint32_t)number;
    put(to, &word, sizeof word);
}

static void put_u64(sink *to, uint64_t number) {
    put(to, &number, sizeof number);
}

static void put_text(sink *to, fm_text text) {
    put_u32(to, text.length);
    put(to, text.bytes, text.length);
}

/* An array of a dictionary: filled up to a multiple of 8 bytes. */
static void put_array(sink *to, const void *bytes, size_t length) {
    static const unsigned char zeroes[8];
    put(to, bytes, length);
    put(to, zeroes, fm__file_align(length, 8) - length);
}

/* --- sections --- */

static size_t find_carried(const fm_base *base, const char *column) {
    fm_text wanted = fm__text_trim(fm__text(column));
    for (size_t c = 0; c < base->carried_count; c++)
        if (fm__text_equal(fm__text_trim(fm__text(base->carried[c].name)), wanted))
            return c;
    return SIZE_MAX;
}

static void put_stages(const content *from, sink *to) {
    const fm_base *base = from->base;
    uint64_t rows[FM_STAGES_MAX + 2] = {0};
    for (size_t s = 0; base->has_stage && s < base->segment_count; s++)
        for (size_t row = 0; row < base->segments[s]->row_count; row++)
            rows[base->segments[s]->stages[row]]++;
    for (size_t s = 0; s < from->model->stage_count; s++) {
        put_u64(to, rows[s + 1]);
        put_text(to, fm__text(from->model->stages[s].name));
    }
}

static void put_schema(const content *from, sink *to) {
    const fm_base *base = from->base;
    const fm_model_spec *model = from->model;
    put_u32(to, base->demand_count);
    put_u32(to, base->carried_count);
    put_u32(to, model->role_count);
    put_u32(to, model->stage_count);
    put_u8(to, (unsigned char)model->decimal);
    put_u8(to, base->has_value);
    put_u8(to, base->has_stage);
    put_u8(to, 0);
    for (size_t d = 0; d < base->demand_count; d++) {
        const fm_attribute *attribute = &model->attributes[d / 2];
        bool want = d % 2 == 1;
        put_u8(to, (unsigned)attribute->rule);
        put_u8(to, want);
        put_u8(to, attribute->ask_when_blank);
        put_u8(to, base->demands[d].column_found);
        put_text(to, fm__text(attribute->name));
        put_text(to, fm__text(want ? attribute->want_column : attribute->need_column));
        put_text(to, fm__text(attribute->unit));
    }
    for (size_t c = 0; c < base->carried_count; c++)
        put_text(to, fm__text(base->carried[c].name));
    for (size_t i = 0; i < model->role_count; i++) {
        put_u8(to, (unsigned)model->roles[i].role);
        put_u8(to, find_carried(base, model->roles[i].column) != SIZE_MAX);
        put_u8(to, 0);
        put_u8(to, 0);
        put_text(to, fm__text(model->roles[i].column));
    }
    put_stages(from, to);
}

static void put_set_dictionary(const fm__demands *d, sink *to) {
    static const unsigned char zeroes[8];
    put_array(to, d->set_begins, ((size_t)d->count + 1) * sizeof *d->set_begins);
    put_array(to, d->set_elements, d->set_begins[d->count] * sizeof *d->set_elements);
    uint64_t end = 0;
    for (size_t e = 0; e < d->elements.count; e++) {
        end += d->elements.texts[e].length;
        put_u32(to, end);
    }
    put(to, zeroes, d->elements.count % 2 * sizeof(uint32_t));
    for (size_t e = 0; e < d->elements.count; e++)
        put(to, d->elements.texts[e].bytes, d->elements.texts[e].length);
    put(to, zeroes, fm__file_align((size_t)end, 8) - (size_t)end);
}

static void put_dictionaries(const content *from, sink *to) {
    for (size_t i = 0; i < from->base->demand_count; i++) {
        const fm__demands *d = &from->base->demands[i];
        bool is_set = fm__rule_is_set(d->attribute->rule);
        put_u32(to, d->count);
        put_u32(to, is_set ? d->elements.count : 0);
        put_array(to, d->rows, ((size_t)FM__CODE_FIRST + d->count) * sizeof *d->rows);
        if (!is_set) {
            put_array(to, d->numbers, d->count * sizeof *d->numbers);
            continue;
        }
        put_set_dictionary(d, to);
    }
}

static void put_extents(const content *from, sink *to) {
    uint64_t end = 0;
    for (size_t s = 0; s < from->base->segment_count; s++)
        for (size_t c = 0; c < from->base->carried_count; c++) {
            end += from->base->segments[s]->cells[c].length;
            put_u64(to, end);
        }
}

/* Column by column: the slices of a base need not be end to end, and may have others between them. */
static void put_slices(const content *from, sink *to) {
    const fm_base *base = from->base;
    for (size_t b = 0; b < base->block_count && to->status == FM_OK; b++)
        for (size_t i = 0; i < base->demand_count; i++) {
            const fm__demands *demands = &base->demands[fm__demand_stored_at(i, base->demand_count)];
            put(to, fm__base_block(base, b) + (size_t)demands->first_slice * FM__BLOCK_WORDS,
                (size_t)demands->slice_count * FM__BLOCK_WORDS * sizeof(uint64_t));
        }
}

static void put_rows(const content *from, fm__section_id section, sink *to) {
    const fm_base *base = from->base;
    for (size_t s = 0; s < base->segment_count && to->status == FM_OK; s++) {
        const fm__segment *segment = base->segments[s];
        if (section == FM__SECTION_VALUES && base->has_value)
            put(to, segment->values, segment->row_count * sizeof *segment->values);
        if (section == FM__SECTION_STAGES && base->has_stage)
            put(to, segment->stages, segment->row_count);
        for (size_t c = 0; section == FM__SECTION_ENDS && c < base->carried_count; c++)
            put(to, segment->cells[c].ends, segment->row_count * sizeof *segment->cells[c].ends);
        for (size_t c = 0; section == FM__SECTION_CELLS && c < base->carried_count; c++)
            put(to, segment->cells[c].bytes, segment->cells[c].length);
    }
}

static void put_section(const content *from, fm__section_id section, sink *to) {
    const fm_base *base = from->base;
    switch (section) {
    case FM__SECTION_SCHEMA:
        put_schema(from, to);
        break;
    case FM__SECTION_DICTIONARIES:
        put_dictionaries(from, to);
        break;
    case FM__SECTION_EXTENTS:
        put_extents(from, to);
        break;
    case FM__SECTION_RANGES:
        put(to, base->ranges, base->block_count * base->demand_count * sizeof *base->ranges);
        break;
    case FM__SECTION_SLICES:
        put_slices(from, to);
        break;
    case FM__SECTION_ID_BEGINS:
        put(to, from->id_begins,
            (((size_t)1 << fm__file_bucket_bits(base->row_count)) + 1) * sizeof(uint32_t));
        break;
    case FM__SECTION_ID_ROWS:
        put(to, from->id_rows, (size_t)base->row_count * sizeof(uint32_t));
        break;
    default:
        put_rows(from, section, to);
    }
}

/* The first way: lengths and checksums. */
static void sum_up(content *from, sink *to) {
    for (size_t i = FM__SECTION_CHECKSUMS + 1; i < FM__SECTION_COUNT && to->status == FM_OK; i++) {
        to->length = 0;
        from->first_pieces[i] = to->piece_count;
        put_section(from, (fm__section_id)i, to);
        if (to->used > 0)
            flush_piece(to, to->piece, to->used);
        to->used = 0;
        from->lengths[i] = to->length;
        from->piece_counts[i] = to->piece_count - from->first_pieces[i];
    }
    from->lengths[FM__SECTION_CHECKSUMS] = (uint64_t)to->piece_count * sizeof *to->checksums;
}

/* --- header and directory --- */

static void store_u32(unsigned char *at, uint64_t number) {
    uint32_t word = (uint32_t)number;
    memcpy(at, &word, sizeof word);
}

static void store_u64(unsigned char *at, uint64_t number) {
    memcpy(at, &number, sizeof number);
}

#define FRAME_BYTES (FM__FILE_HEADER_BYTES + FM__SECTION_COUNT * FM__FILE_ENTRY_BYTES)

static void fill_frame(const content *from, const sink *sums, unsigned char frame[static FRAME_BYTES]) {
    unsigned char *directory = frame + FM__FILE_HEADER_BYTES;
    uint64_t at = FRAME_BYTES;
    memset(frame, 0, FRAME_BYTES);
    for (size_t i = 0; i < FM__SECTION_COUNT; i++) {
        unsigned char *entry = directory + i * FM__FILE_ENTRY_BYTES;
        const uint64_t *checksums = sums->checksums + from->first_pieces[i];
        size_t count = i == FM__SECTION_CHECKSUMS ? sums->piece_count : from->piece_counts[i];
        store_u32(entry, i + 1);
        store_u64(entry + 8, at);
        store_u64(entry + 16, from->lengths[i]);
        store_u64(entry + 24, fm__hash_bytes(checksums, count * sizeof *checksums));
        at = fm__file_align((size_t)(at + from->lengths[i]), FM__FILE_ALIGNMENT);
    }
    memcpy(frame, FM__FILE_MAGIC, FM__FILE_MAGIC_BYTES);
    store_u32(frame + 8, FM__FILE_VERSION);
    store_u64(frame + 16, at);
    store_u64(frame + 24, from->base->row_count);
    store_u64(frame + 32, from->base->reject_count);
    store_u32(frame + 40, from->base->segment_rows);
    store_u32(frame + 44, FM__SECTION_COUNT);
    store_u32(frame + 48, from->piece_bytes);
    store_u64(frame + FM__FILE_HEADER_BYTES - 16,
              fm__hash_bytes(directory, (size_t)FM__SECTION_COUNT * FM__FILE_ENTRY_BYTES));
    store_u64(frame + FM__FILE_HEADER_BYTES - 8, fm__hash_bytes(frame, FM__FILE_HEADER_BYTES - 8));
}

static void fill_up(sink *to, uint64_t length) {
    static const unsigned char zeroes[FM__FILE_ALIGNMENT];
    if (to->status == FM_OK)
        to->status =
            fm_output_write(to->output, zeroes,
                            fm__file_align((size_t)length, FM__FILE_ALIGNMENT) - (size_t)length, to->error);
}

/* The second way: the file itself. */
static void write_all(const content *from, const sink *sums, sink *to) {
    unsigned char frame[FRAME_BYTES];
    fill_frame(from, sums, frame);
    to->status = fm_output_write(to->output, frame, FRAME_BYTES, to->error);
    if (to->status == FM_OK && sums->piece_count > 0)
        to->status = fm_output_write(to->output, sums->checksums, sums->piece_count * sizeof *sums->checksums,
                                     to->error);
    fill_up(to, from->lengths[FM__SECTION_CHECKSUMS]);
    for (size_t i = FM__SECTION_CHECKSUMS + 1; i < FM__SECTION_COUNT && to->status == FM_OK; i++) {
        put_section(from, (fm__section_id)i, to);
        if (to->used > 0 && to->status == FM_OK)
            flush_piece(to, to->piece, to->used);
        to->used = 0;
        fill_up(to, from->lengths[i]);
    }
}
_Static_assert(FRAME_BYTES % FM__FILE_ALIGNMENT == 0, "the first section begins where the directory ends");

static fm_status write_content(content *from, const char *path, const fm_base_write_options *options,
                               fm_error *error) {
    sink sums = {
        .options = options, .error = error, .piece_bytes = from->piece_bytes, .rows = from->base->row_count};
    fm_output *output = NULL;
    sums.piece = malloc(from->piece_bytes);
    if (sums.piece == NULL)
        return fm__fail_memory(error);
    /* A place that cannot be written to is better known before the work. */
    sums.status = fm_output_open(path, &output, error);
    if (sums.status == FM_OK) {
        sums.total = UINT64_MAX;
        sum_up(from, &sums);
    }
    sink to = sums;
    to.output = output;
    to.total = sums.done;
    to.done = to.reported = 0;
    if (sums.status == FM_OK)
        write_all(from, &sums, &to);
    free(sums.piece);
    free(sums.checksums);
    if (to.status == FM_OK)
        return fm_output_commit(output, error);
    fm_output_discard(output);
    return to.status;
}

fm_status fm__base_write_pieces(const fm_base *base, const char *path, size_t piece_bytes,
                                const fm_base_write_options *options, fm_error *error) {
    static const fm_base_write_options defaults;
    options = options == NULL ? &defaults : options;
    int most = omp_get_max_threads();
    unsigned threads = options->threads > 0 ? options->threads : most > 0 ? (unsigned)most : 1;
    content from = {.base = base, .model = fm_model_content(base->model), .piece_bytes = piece_bytes};
    fm_base view;
    bool has_view = false;
    if (base->carried_count == 0)
        return fm__fail(error, FM_ERROR_ARGUMENT, "customers read without their texts have no ids to write");
    if (base->row_count > UINT32_MAX)
        return fm__fail(error, FM_ERROR_LIMIT, "a base file holds at most %" PRIu32 " customers", UINT32_MAX);
    fm_status status = fm_base_check(base, FM_BASE_ALL_PARTS, threads, error);
    if (status == FM_OK && base->positions != NULL) {
        has_view = fm__base_unsort(base, threads, &view);
        from.base = &view;
        status = has_view ? FM_OK : fm__fail_memory(error);
    }
    if (status == FM_OK && !fm__file_index_ids(base, threads, &from.id_begins, &from.id_rows))
        status = fm__fail_memory(error);
    if (status == FM_OK)
        status = write_content(&from, path, options, error);
    free(from.id_begins);
    free(from.id_rows);
    if (has_view)
        fm__base_view_destroy(&view);
    return status;
}

fm_status fm_base_write(const fm_base *base, const char *path, const fm_base_write_options *options,
                        fm_error *error) {
    return fm__base_write_pieces(base, path, FM__FILE_PIECE_BYTES, options, error);
}
