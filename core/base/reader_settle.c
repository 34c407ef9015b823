#include "base/codes.h"
#include "base/reader.h"

/* --- newcomers and rows set aside --- */

/* The code of a newcomer; FM__CODE_UNKNOWN when memory ran out. */
static uint32_t settle_newcomer(fm__demands *demands, fm__spellings *spellings, const fm__piece *piece,
                                const fm__newcomer *one) {
    if (one->has_key) {
        /* The same spelling may have come before in this round. */
        uint32_t known = fm__spellings_find_key(spellings, one->key);
        if (known != FM__SPELLING_NONE)
            return known;
    }
    fm__reading reading = {.code = one->code, .number = one->number};
    if (one->is_set && one->code == FM__CODE_UNKNOWN)
        reading.set = (fm_text){piece->texts + one->set, one->set_length};
    uint32_t code = fm__demands_add(demands, &reading);
    if (one->has_key && code != FM__CODE_UNKNOWN && !fm__spellings_add(spellings, &one->key, code))
        return FM__CODE_UNKNOWN;
    return code;
}

static bool settle_newcomers(fm__reader *r, fm__piece *piece) {
    for (size_t d = 0; d < r->base->demand_count; d++) {
        fm__newcomers *newcomers = &piece->newcomers[d];
        for (size_t i = 0; i < newcomers->count; i++) {
            const fm__newcomer *one = &newcomers->list[i];
            uint32_t code = settle_newcomer(&r->base->demands[d], &r->spellings[d], piece, one);
            if (code == FM__CODE_UNKNOWN)
                return false;
            if (one->row != FM__NO_ROW)
                piece->codes[d][one->row] = code;
        }
        fm__spellings_judge(&r->spellings[d], newcomers->cells, newcomers->misses);
    }
    return true;
}

static fm_status settle_aside(fm__reader *r, const fm__piece *piece, const fm__aside *aside) {
    fm_text reason = {piece->texts + aside->reason, aside->reason_length};
    if (r->options->strict)
        return fm__fail_at(r->error, FM_ERROR_INPUT, r->table->file, r->line + aside->at.line,
                           aside->at.column, "%.*s", (int)reason.length, reason.bytes);
    r->base->reject_count++;
    if (r->options->reject == NULL)
        return FM_OK;
    /* The line of the row, not of the cell: that is where people look for it. */
    fm_reject reject = {
        .line = r->line + aside->line,
        .column = aside->at.column,
        .reason = reason,
        .record = aside->record,
    };
    return r->options->reject(r->options->context, &reject, r->error);
}

/* The parser has read other pieces since this one failed: it has to fail again to tell why. */
static fm_status tell_failure(fm__reader *r, const fm__piece *piece) {
    const fm__chunk_methods *chunks = r->table->methods->chunks;
    fm__chunk_parser *parser = r->workers[0].parser;
    fm__chunk_outcome outcome;
    fm__batch batch;
    chunks->begin(parser, &piece->chunk);
    do
        outcome = chunks->next(parser, &batch);
    while (outcome == FM__CHUNK_ROWS);
    return outcome == FM__CHUNK_FAILED ? chunks->fail(r->table, parser, r->line, r->error)
                                       : fm__fail_memory(r->error);
}

fm_status fm__piece_settle(fm__reader *r, fm__piece *piece) {
    if (!settle_newcomers(r, piece))
        return fm__fail_memory(r->error);
    if (r->options->reject == NULL && !r->options->strict) {
        r->base->reject_count += piece->aside_count;
    } else {
        for (size_t i = 0; i < piece->aside_count; i++) {
            fm_status status = settle_aside(r, piece, &piece->asides[i]);
            if (status != FM_OK)
                return status;
        }
    }
    if (piece->status != FM_OK) {
        if (r->error != NULL)
            *r->error = piece->error;
        return piece->status;
    }
    if (piece->has_failed)
        return tell_failure(r, piece);
    piece->first_row = r->base->row_count;
    r->base->row_count += piece->row_count;
    r->line += piece->lines;
    r->base->timings.scan += piece->scan_seconds;
    r->base->timings.encode += piece->encode_seconds;
    return FM_OK;
}

/* --- segments --- */

/* Not zeroed: rows are written before they are counted. */
static void *room_for(size_t count, size_t element_bytes) {
    size_t bytes;
    return fm__size_product(count, element_bytes, &bytes) ? malloc(bytes == 0 ? 1 : bytes) : NULL;
}

static fm__segment *segment_new(const fm_base *base) {
    fm__segment *segment = calloc(1, sizeof *segment);
    if (segment == NULL)
        return NULL;
    segment->cells = fm__array_new(base->carried_count, sizeof *segment->cells);
    bool complete = segment->cells != NULL && fm__segment_make_codes(segment, base);
    for (size_t c = 0; complete && c < base->carried_count; c++) {
        segment->cells[c].ends = room_for(base->segment_rows, sizeof *segment->cells[c].ends);
        complete = segment->cells[c].ends != NULL;
    }
    if (complete && base->has_value)
        complete = (segment->values = room_for(base->segment_rows, sizeof *segment->values)) != NULL;
    if (complete && base->has_stage)
        complete = (segment->stages = room_for(base->segment_rows, sizeof *segment->stages)) != NULL;
    if (complete)
        return segment;
    fm__segment_free(segment, base->carried_count, base->demand_count);
    return NULL;
}

/* Makes the codes of a segment under way as wide as the dictionaries have become. */
static bool widen_codes(const fm_base *base, fm__segment *segment) {
    for (size_t d = 0; d < base->demand_count; d++) {
        unsigned char width = fm__code_width(&base->demands[d]);
        if (width <= segment->widths[d])
            continue;
        void *wider = room_for(base->segment_rows, width);
        if (wider == NULL)
            return false;
        for (size_t row = 0; row < segment->row_count; row++) {
            const unsigned char *from = (const unsigned char *)segment->codes[d] + row * segment->widths[d];
            fm__code_store((unsigned char *)wider + row * width, width,
                           fm__code_load(from, segment->widths[d]));
        }
        free(segment->codes[d]);
        segment->codes[d] = wider;
        segment->widths[d] = width;
    }
    return true;
}

/* The last segment, or a new one behind it when that is full. */
static fm__segment *segment_at(fm_base *base, uint64_t row) {
    size_t s = (size_t)(row / base->segment_rows);
    if (s < base->segment_count)
        return base->segments[s];
    if (!fm__array_reserve(&base->segments, &base->segment_capacity, base->segment_count + 1,
                           sizeof *base->segments))
        return NULL;
    fm__segment *segment = segment_new(base);
    if (segment == NULL)
        return NULL;
    const fm__segment *before = s == 0 ? NULL : base->segments[s - 1];
    base->segments[base->segment_count++] = segment;
    /* As long as the last segment's cells, and a little more, is as long as this one's mostly get. */
    for (size_t c = 0; before != NULL && c < base->carried_count; c++) {
        size_t likely = before->cells[c].length + before->cells[c].length / 16;
        if (likely > 0 &&
            !fm__array_reserve(&segment->cells[c].bytes, &segment->cells[c].capacity, likely, 1))
            return NULL;
    }
    return segment;
}

/* A run of a piece's rows that goes to one segment. */
typedef struct share {
    const fm__piece *piece;
    fm__segment *segment;
    size_t from; /* in the piece */
    size_t to;   /* in the segment */
    size_t count;
    uint32_t *cell_begins; /* [carried]: where in the segment the cells go */
} share;

static uint32_t cell_begin(const fm__cells *cells, size_t row) {
    return row == 0 ? 0 : cells->ends[row - 1];
}

/* Makes room in the segment for a share and gives it its place. */
static bool place_share(const fm_base *base, share *one) {
    fm__segment *segment = one->segment;
    if (!widen_codes(base, segment))
        return false;
    for (size_t c = 0; c < base->carried_count; c++) {
        fm__cells *cells = &segment->cells[c];
        const fm__cells *from = &one->piece->cells[c];
        size_t bytes = cell_begin(from, one->from + one->count) - cell_begin(from, one->from);
        if (bytes > UINT32_MAX - cells->length ||
            !fm__array_reserve(&cells->bytes, &cells->capacity, cells->length + bytes, 1))
            return false;
        one->cell_begins[c] = (uint32_t)cells->length;
        cells->length += bytes;
    }
    one->to = segment->row_count;
    segment->row_count += one->count;
    return true;
}

static void copy_codes(const uint32_t *from, void *to, unsigned char width, size_t at, size_t count) {
    if (width == 1) {
        uint8_t *narrow = (uint8_t *)to + at;
        for (size_t i = 0; i < count; i++)
            narrow[i] = (uint8_t)from[i];
    } else if (width == 2) {
        uint16_t *narrow = (uint16_t *)to + at;
        for (size_t i = 0; i < count; i++)
            narrow[i] = (uint16_t)from[i];
    } else {
        memcpy((uint32_t *)to + at, from, count * sizeof *from);
    }
}

/* In a column that the table lacks every row is blank. */
static void copy_blank(uint32_t code, void *to, unsigned char width, size_t at, size_t count) {
    if (width == 1)
        memset((uint8_t *)to + at, (int)code, count);
    else
        for (size_t i = 0; i < count; i++)
            copy_codes(&code, to, width, at + i, 1);
}

static void copy_share(const fm_base *base, const share *one) {
    const fm__piece *piece = one->piece;
    fm__segment *segment = one->segment;
    for (size_t d = 0; d < base->demand_count; d++) {
        if (piece->codes[d] == NULL)
            copy_blank(fm__demands_blank_code(&base->demands[d]), segment->codes[d], segment->widths[d],
                       one->to, one->count);
        else
            copy_codes(piece->codes[d] + one->from, segment->codes[d], segment->widths[d], one->to,
                       one->count);
    }
    for (size_t c = 0; c < base->carried_count; c++) {
        const fm__cells *from = &piece->cells[c];
        fm__cells *to = &segment->cells[c];
        uint32_t begin = cell_begin(from, one->from);
        uint32_t moved = one->cell_begins[c] - begin; /* modulo the word */
        uint32_t *ends = to->ends + one->to;
        for (size_t i = 0; i < one->count; i++)
            ends[i] = from->ends[one->from + i] + moved;
        size_t bytes = cell_begin(from, one->from + one->count) - begin;
        if (bytes > 0)
            memcpy(to->bytes + one->cell_begins[c], from->bytes + begin, bytes);
    }
    if (segment->values != NULL)
        memcpy(segment->values + one->to, piece->values + one->from, one->count * sizeof *segment->values);
    if (segment->stages != NULL)
        memcpy(segment->stages + one->to, piece->stages + one->from, one->count);
}

/* The shares of all pieces, in row order; *out_shares is NULL when memory ran out. */
static size_t share_out(const fm__reader *r, fm__piece *pieces, size_t count, share **out_shares,
                        uint32_t **out_begins) {
    fm_base *base = r->base;
    size_t most = count;
    size_t share_count = 0;
    for (size_t p = 0; p < count; p++)
        most += pieces[p].row_count / base->segment_rows + 1;
    share *shares = fm__array_new(most, sizeof *shares);
    size_t begin_count;
    uint32_t *begins = fm__size_product(most, base->carried_count, &begin_count)
                           ? fm__array_new(begin_count, sizeof *begins)
                           : NULL;
    *out_shares = NULL;
    *out_begins = begins;
    for (size_t p = 0; shares != NULL && begins != NULL && p < count; p++) {
        for (size_t done = 0; done < pieces[p].row_count;) {
            share *one = &shares[share_count];
            uint64_t row = pieces[p].first_row + done;
            size_t room = base->segment_rows - (size_t)(row % base->segment_rows);
            size_t left = pieces[p].row_count - done;
            *one = (share){.piece = &pieces[p],
                           .segment = segment_at(base, row),
                           .from = done,
                           .count = left < room ? left : room,
                           .cell_begins = begins + share_count * base->carried_count};
            if (one->segment == NULL || !place_share(base, one)) {
                free(shares);
                return 0;
            }
            done += one->count;
            share_count++;
        }
    }
    *out_shares = begins == NULL ? NULL : shares;
    if (begins == NULL)
        free(shares);
    return share_count;
}

/* The work of taking over: each share is an item. */
typedef struct taking {
    const fm_base *base;
    const share *shares;
} taking;

static void take_share(void *context, size_t slot, size_t item) {
    const taking *all = context;
    (void)slot;
    copy_share(all->base, &all->shares[item]);
}

fm_status fm__pieces_take_over(fm__reader *r, fm__piece *pieces, size_t count) {
    share *shares;
    uint32_t *begins;
    size_t share_count = share_out(r, pieces, count, &shares, &begins);
    if (shares == NULL) {
        free(begins);
        return fm__fail_memory(r->error);
    }
    taking all = {r->base, shares};
    fm__crew_start(&r->crew, take_share, &all, share_count);
    fm__crew_finish(&r->crew);
    free(shares);
    free(begins);
    return FM_OK;
}

/* --- rows of each code --- */

/* Tables that codes are counted in by turns: most codes are the same, and adding to one place twice takes
 * waiting for the first. */
#define COUNT_TABLES 8

static void count_bytes(const uint8_t *codes, size_t count, uint64_t *rows) {
    uint32_t counts[COUNT_TABLES][256] = {{0}};
    size_t i = 0;
    for (; i + COUNT_TABLES <= count; i += COUNT_TABLES) {
        uint64_t eight;
        memcpy(&eight, codes + i, sizeof eight);
        for (size_t k = 0; k < COUNT_TABLES; k++)
            counts[k][eight >> (8 * k) & 0xff]++;
    }
    for (; i < count; i++)
        counts[0][codes[i]]++;
    for (size_t code = 0; code < 256; code++) {
        uint64_t sum = 0;
        for (size_t k = 0; k < COUNT_TABLES; k++)
            sum += counts[k][code];
        if (sum > 0)
            rows[code] += sum;
    }
}

static void count_column(const fm_base *base, size_t d) {
    uint64_t *rows = base->demands[d].rows;
    for (size_t s = 0; s < base->segment_count; s++) {
        const fm__segment *segment = base->segments[s];
        const void *codes = segment->codes[d];
        if (segment->widths[d] == 1)
            count_bytes(codes, segment->row_count, rows);
        else if (segment->widths[d] == 2)
            for (size_t i = 0; i < segment->row_count; i++)
                rows[((const uint16_t *)codes)[i]]++;
        else
            for (size_t i = 0; i < segment->row_count; i++)
                rows[((const uint32_t *)codes)[i]]++;
    }
}

static void count_item(void *context, size_t slot, size_t item) {
    const fm__reader *r = context;
    (void)slot;
    if (r->places != NULL && fm__places_are_shared(r->places))
        fm__places_count_rows(r->places, item, r->base->demands[item].rows);
    else
        count_column(r->base, item);
}

void fm__reader_count_rows(fm__reader *r) {
    fm__crew_start(&r->crew, count_item, r, r->base->demand_count);
    fm__crew_finish(&r->crew);
}
