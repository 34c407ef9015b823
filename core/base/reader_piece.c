#include "base/business.h"
#include "base/reader.h"
#include "model/cell.h"
#include "support/number.h"
#include "tables/faults.h"

#include <stdio.h>

bool fm__piece_init(fm__piece *piece, const fm__reader *r) {
    *piece = (fm__piece){
        .codes = fm__array_new(r->base->demand_count, sizeof *piece->codes),
        .newcomers = fm__array_new(r->base->demand_count, sizeof *piece->newcomers),
        .cells = fm__array_new(r->base->carried_count, sizeof *piece->cells),
    };
    return piece->codes != NULL && piece->newcomers != NULL && piece->cells != NULL;
}

void fm__piece_destroy(fm__piece *piece, const fm__reader *r) {
    for (size_t d = 0; piece->codes != NULL && d < r->base->demand_count; d++)
        free(piece->codes[d]);
    for (size_t d = 0; piece->newcomers != NULL && d < r->base->demand_count; d++)
        free(piece->newcomers[d].list);
    for (size_t c = 0; piece->cells != NULL && c < r->base->carried_count; c++) {
        free(piece->cells[c].bytes);
        free(piece->cells[c].ends);
    }
    free(piece->chunk.memory);
    free(piece->codes);
    free(piece->newcomers);
    free(piece->cells);
    free(piece->values);
    free(piece->stages);
    free(piece->asides);
    free(piece->texts);
    *piece = (fm__piece){0};
}

bool fm__worker_init(fm__worker *worker, const fm__reader *r) {
    const fm__chunk_methods *chunks = r->table->methods->chunks;
    worker->checked = fm__array_new(r->source_count, sizeof *worker->checked);
    if (worker->checked == NULL)
        return false;
    for (size_t s = 0; s < r->source_count; s++)
        if (!r->sources[s].is_demand && !fm__spellings_reserve(&worker->checked[s]))
            return false;
    worker->parser = chunks == NULL ? NULL : chunks->parser_new(r->table);
    return chunks == NULL || worker->parser != NULL;
}

void fm__worker_destroy(fm__worker *worker, const fm__reader *r) {
    for (size_t s = 0; worker->checked != NULL && s < r->source_count; s++)
        fm__spellings_destroy(&worker->checked[s]);
    free(worker->checked);
    if (worker->parser != NULL)
        r->table->methods->chunks->parser_free(worker->parser);
    *worker = (fm__worker){0};
}

/* One array of `count` elements in place of another. */
static bool widen(void *array_pointer, size_t count, size_t element_bytes) {
    size_t capacity = 0;
    return fm__array_reserve(array_pointer, &capacity, count, element_bytes);
}

/* Room for `more` rows. */
static bool reserve_rows(const fm__reader *r, fm__piece *piece, size_t more) {
    const fm_base *base = r->base;
    size_t needed = piece->row_count + more;
    if (needed <= piece->row_capacity)
        return true;
    size_t rows = needed > 2 * piece->row_capacity ? needed : 2 * piece->row_capacity;
    for (size_t d = 0; d < base->demand_count; d++)
        if (base->demands[d].column_found && !widen(&piece->codes[d], rows, sizeof *piece->codes[d]))
            return false;
    for (size_t c = 0; c < base->carried_count; c++)
        if (!widen(&piece->cells[c].ends, rows, sizeof *piece->cells[c].ends))
            return false;
    if ((base->has_value && !widen(&piece->values, rows, sizeof *piece->values)) ||
        (base->has_stage && !widen(&piece->stages, rows, 1)))
        return false;
    piece->row_capacity = rows;
    return true;
}

bool fm__piece_add_text(fm__piece *piece, fm_text text, size_t *out_at) {
    if (!fm__array_reserve(&piece->texts, &piece->text_capacity, piece->text_length + text.length, 1))
        return false;
    if (text.length > 0)
        memcpy(piece->texts + piece->text_length, text.bytes, text.length);
    *out_at = piece->text_length;
    piece->text_length += text.length;
    return true;
}

/* --- rows set aside --- */

/* Why the row was set aside: the same reading again, this time for its words. */
static void describe_fault(const fm__reader *r, const fm__batch *batch, size_t s, size_t row,
                           char *out_text) {
    char reason[FM__REASON_BYTES] = "";
    char shown[FM__SHOW_BYTES];
    if (r->sources[s].is_demand) {
        fm__reading reading;
        (void)fm__read_demand(r, batch, s, row, &reading, reason);
    } else {
        fm__business business;
        (void)fm__read_business(r, batch, s, row, &business, reason);
    }
    (void)snprintf(out_text, FM_MESSAGE_BYTES, "%s: %s",
                   fm__text_show(fm__text(r->table->names[r->sources[s].column]), shown), reason);
}

static bool set_aside(const fm__reader *r, const fm__worker *w, fm__piece *piece, const fm__batch *batch,
                      size_t row) {
    char text[FM_MESSAGE_BYTES] = "";
    fm__aside aside = {.line = batch->lines[row], .at = {batch->lines[row], 0}};
    aside.record = batch->records == NULL ? (fm_text){"", 0} : batch->records[row];
    /* Nobody will read the words where rows are only counted. */
    if (!r->options->strict && r->options->reject == NULL) {
        piece->aside_count++;
        return true;
    }
    if (batch->faults[row] != FM__RECORD_OK) {
        char fault[FM__RECORD_FAULT_BYTES];
        (void)snprintf(text, sizeof text, "%s", fm__record_fault_text(r->table, batch, row, fault));
    } else {
        size_t s = w->row_faults[row];
        describe_fault(r, batch, s, row, text);
        aside.at = w->parser == NULL ? r->table->methods->locate(r->table, batch, row, s)
                                     : r->table->methods->chunks->locate(w->parser, batch, row, s);
    }
    aside.reason_length = strlen(text);
    if (!fm__piece_add_text(piece, (fm_text){text, aside.reason_length}, &aside.reason) ||
        !fm__array_reserve(&piece->asides, &piece->aside_capacity, piece->aside_count + 1,
                           sizeof *piece->asides))
        return false;
    piece->asides[piece->aside_count++] = aside;
    return true;
}

/* Moves what was read of accepted rows together. `before` newcomers were there before this batch. */
static void close_ranks(const fm__reader *r, fm__piece *piece, const fm__batch *batch, const fm__worker *w,
                        size_t accepted, const size_t *before) {
    size_t base = piece->row_count;
    uint32_t place[FM__BATCH_ROWS_MAX];
    for (size_t row = 0; row < batch->row_count; row++)
        place[row] = FM__NO_ROW;
    for (size_t i = 0; i < accepted; i++)
        place[w->rows[i]] = (uint32_t)(base + i);
    for (size_t d = 0; d < r->base->demand_count; d++) {
        fm__newcomers *newcomers = &piece->newcomers[d];
        for (size_t i = 0; piece->codes[d] != NULL && i < accepted; i++)
            piece->codes[d][base + i] = piece->codes[d][base + w->rows[i]];
        for (size_t i = before[d]; i < newcomers->count; i++)
            newcomers->list[i].row = place[newcomers->list[i].row - base];
    }
    for (size_t i = 0; piece->values != NULL && i < accepted; i++)
        piece->values[base + i] = piece->values[base + w->rows[i]];
    for (size_t i = 0; piece->stages != NULL && i < accepted; i++)
        piece->stages[base + i] = piece->stages[base + w->rows[i]];
}

/* --- carried columns --- */

static bool carry_cell(fm__cells *cells, size_t row, fm_text cell) {
    if (cell.length > UINT32_MAX - cells->length ||
        !fm__array_reserve(&cells->bytes, &cells->capacity, cells->length + cell.length, 1))
        return false;
    if (cell.length > 0)
        memcpy(cells->bytes + cells->length, cell.bytes, cell.length);
    cells->length += cell.length;
    cells->ends[row] = (uint32_t)cells->length;
    return true;
}

/* Rows of a plain batch: one reservation for all of them, and short cells copied whole. */
static bool carry_plain(fm__cells *cells, size_t first, const fm__batch *batch, size_t s) {
    fm_text last = batch->records[batch->row_count - 1];
    size_t most = (size_t)(last.bytes + last.length - batch->records[0].bytes) + FM__CELL_SLACK_BYTES;
    if (most > UINT32_MAX - cells->length ||
        !fm__array_reserve(&cells->bytes, &cells->capacity, cells->length + most, 1))
        return false;
    char *to = cells->bytes + cells->length;
    for (size_t row = 0; row < batch->row_count; row++) {
        fm_text cell = fm__text_cell(batch, s, row);
        memcpy(to, cell.bytes, 16);
        if (cell.length > 16)
            memcpy(to, cell.bytes, cell.length);
        to += cell.length;
        cells->ends[first + row] = (uint32_t)(to - cells->bytes);
    }
    cells->length = (size_t)(to - cells->bytes);
    return true;
}

static bool carry_rows(fm__piece *piece, const fm__batch *batch, size_t s, fm__cells *cells,
                       const uint32_t *rows, size_t count) {
    if (batch->plain != NULL && count == batch->row_count)
        return carry_plain(cells, piece->row_count, batch, s);
    for (size_t i = 0; i < count; i++) {
        char number[FM__NUMBER_BYTES];
        if (!carry_cell(cells, piece->row_count + i, fm__carried_cell(batch, s, rows[i], number)))
            return false;
    }
    return true;
}

/* --- batches --- */

/* The rows of the batch that are taken over, in w->rows unless they are all rows of a plain batch; the others
 * are set aside. */
static bool accept_rows(const fm__reader *r, fm__worker *w, fm__piece *piece, const fm__batch *batch,
                        size_t *out_accepted) {
    size_t accepted = 0;
    if (batch->plain != NULL && !w->has_faults) {
        *out_accepted = batch->row_count;
        return true;
    }
    for (size_t row = 0; row < batch->row_count; row++) {
        if (batch->faults[row] == FM__RECORD_OK && w->row_faults[row] == FM__NO_FAULT)
            w->rows[accepted++] = (uint32_t)row;
        else if (!set_aside(r, w, piece, batch, row))
            return false;
    }
    *out_accepted = accepted;
    return true;
}

static bool read_batch(const fm__reader *r, fm__worker *w, fm__piece *piece, const fm__batch *batch,
                       size_t *before) {
    size_t accepted;
    if (!reserve_rows(r, piece, batch->row_count))
        return false;
    w->has_faults = false;
    memset(w->row_faults, 0xff, batch->row_count * sizeof *w->row_faults);
    for (size_t d = 0; d < r->base->demand_count; d++)
        before[d] = piece->newcomers[d].count;
    for (size_t s = 0; s < r->source_count; s++)
        if (!fm__read_column(r, w, piece, batch, s))
            return false;
    if (!accept_rows(r, w, piece, batch, &accepted))
        return false;
    if (accepted < batch->row_count)
        close_ranks(r, piece, batch, w, accepted, before);
    for (size_t s = 0; s < r->source_count; s++) {
        const fm__source *source = &r->sources[s];
        if (!source->is_demand && source->target != SIZE_MAX &&
            !carry_rows(piece, batch, s, &piece->cells[source->target], w->rows, accepted))
            return false;
    }
    piece->row_count += accepted;
    return true;
}

static void forget(const fm__reader *r, fm__piece *piece) {
    for (size_t d = 0; d < r->base->demand_count; d++)
        piece->newcomers[d].count = piece->newcomers[d].cells = piece->newcomers[d].misses = 0;
    for (size_t c = 0; c < r->base->carried_count; c++)
        piece->cells[c].length = 0;
    piece->row_count = piece->aside_count = piece->text_length = 0;
    piece->bytes_done = 0;
    piece->lines = 0;
    piece->status = FM_OK;
    piece->is_last = piece->has_failed = false;
    piece->scan_seconds = piece->encode_seconds = 0;
}

/* The table's or the chunk's next rows; none at its end, or when piece->status says why. */
static void next_batch(const fm__reader *r, fm__worker *w, fm__piece *piece, size_t batches,
                       fm__batch *out_batch) {
    const fm__chunk_methods *chunks = r->table->methods->chunks;
    out_batch->row_count = 0;
    if (chunks == NULL) {
        if (batches == r->piece_batches)
            return;
        piece->status = r->table->methods->next(r->table, out_batch, &piece->error);
        piece->is_last = piece->status == FM_OK && out_batch->row_count == 0;
        return;
    }
    fm__chunk_outcome outcome = chunks->next(w->parser, out_batch);
    if (outcome == FM__CHUNK_ROWS)
        return;
    out_batch->row_count = 0;
    piece->bytes_done = chunks->bytes_done(w->parser);
    piece->lines = chunks->lines_done(w->parser);
    piece->is_last = piece->chunk.is_last;
    piece->has_failed = outcome == FM__CHUNK_FAILED;
    if (outcome == FM__CHUNK_NO_MEMORY)
        piece->status = fm__fail_memory(&piece->error);
}

void fm__piece_read(const fm__reader *r, fm__worker *w, fm__piece *piece) {
    double last = fm__reader_clock();
    size_t *before = fm__array_new(r->base->demand_count, sizeof *before);
    forget(r, piece);
    if (before == NULL) {
        piece->status = fm__fail_memory(&piece->error);
        return;
    }
    if (r->table->methods->chunks != NULL)
        r->table->methods->chunks->begin(w->parser, &piece->chunk);
    for (size_t batches = 0;; batches++) {
        fm__batch batch;
        next_batch(r, w, piece, batches, &batch);
        double scanned = fm__reader_clock();
        piece->scan_seconds += scanned - last;
        if (batch.row_count == 0)
            break;
        if (!read_batch(r, w, piece, &batch, before)) {
            piece->status = fm__fail_memory(&piece->error);
            break;
        }
        last = fm__reader_clock();
        piece->encode_seconds += last - scanned;
    }
    free(before);
}
