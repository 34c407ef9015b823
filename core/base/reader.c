#include "base/reader.h"
#include "model/cell.h"
#include "tables/faults.h"

#include <omp.h>
#include <time.h>

/* Codes that a segment may hold: 16 MiB of them at most, so that thousands of attributes stay affordable. */
#define SEGMENT_CODES_MAX ((size_t)4 << 20)

/* What a piece of the usual size takes, about, beside what becomes of it in the base. */
#define PIECE_BYTES ((size_t)512 << 10)
/* Rows of a base that nobody keeps take at least so many bytes, and so many times those of its dictionaries.
 */
#define SHORT_BYTES ((size_t)8 << 20)
#define SHORT_TIMES 8
/* Bases below that want smaller pieces. */
#define SMALL_BYTES ((size_t)1 << 20)

double fm__reader_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static fm_status add_source(fm__reader *r, size_t column, bool is_demand, size_t target, fm_role role) {
    if (!fm__array_reserve(&r->sources, &r->source_capacity, r->source_count + 1, sizeof *r->sources))
        return fm__fail_memory(r->error);
    r->sources[r->source_count++] = (fm__source){(uint32_t)column, is_demand, target, role};
    return FM_OK;
}

/* Carries a column under its header name, unless it is carried already. */
static fm_status carry(fm__reader *r, size_t column, fm_role role) {
    fm_base *base = r->base;
    for (size_t i = 0; i < r->source_count; i++) {
        if (!r->sources[i].is_demand && r->sources[i].column == column) {
            /* Two roles in one column: check both, carry once. */
            return role == FM_ROLE_COUNT ? FM_OK : add_source(r, column, false, SIZE_MAX, role);
        }
    }
    if (r->options->without_texts)
        return add_source(r, column, false, SIZE_MAX, role);
    base->carried[base->carried_count].name = fm__arena_string(&base->arena, r->table->names[column]);
    base->carried[base->carried_count].role = role;
    if (base->carried[base->carried_count].name == NULL)
        return fm__fail_memory(r->error);
    return add_source(r, column, false, base->carried_count++, role);
}

static fm_status choose_carried(fm__reader *r) {
    char near[FM__SUGGESTION_BYTES];
    const char *id_name = fm_model_role_column(r->base->model, FM_ROLE_ID);
    size_t id = fm__table_find(r->table, id_name);
    if (id == SIZE_MAX) {
        fm__fault_add(r->faults, r->table->file, 1, 1, "the customers have no column `%s` for their id%s",
                      id_name, fm__table_suggest(r->table, id_name, near));
        return FM_OK;
    }
    fm_status status = carry(r, id, FM_ROLE_ID);
    for (size_t i = 0; status == FM_OK && i < r->model->role_count; i++) {
        const fm_role_column *role = &r->model->roles[i];
        size_t column = fm__table_find(r->table, role->column);
        if (column == SIZE_MAX) {
            fm__fault_warn(r->faults, r->table->file, 1, 0, "the customers have no column `%s` (%s)%s",
                           role->column, fm_role_name(role->role),
                           fm__table_suggest(r->table, role->column, near));
            continue;
        }
        r->base->has_value |= role->role == FM_ROLE_VALUE;
        r->base->has_stage |= role->role == FM_ROLE_STAGE && r->model->stage_count > 0;
        if (role->role != FM_ROLE_ID)
            status = carry(r, column, role->role);
    }
    for (size_t i = 0; status == FM_OK && i < r->options->keep_count; i++) {
        const char *name = r->options->keep[i];
        size_t column = fm__table_find(r->table, name);
        if (column == SIZE_MAX)
            fm__fault_add(r->faults, r->table->file, 1, 1, "there is no column `%s` to keep%s", name,
                          fm__table_suggest(r->table, name, near));
        else
            status = carry(r, column, FM_ROLE_COUNT);
    }
    return status;
}

static fm_status choose_demand(fm__reader *r, size_t attribute, bool want) {
    const fm_attribute *a = &r->model->attributes[attribute];
    const char *name = want ? a->want_column : a->need_column;
    size_t column = fm__table_find(r->table, name);
    fm__demands *demands = &r->base->demands[2 * attribute + want];
    char near[FM__SUGGESTION_BYTES];
    fm__demands_init(demands, a, want);
    demands->column_found = column != SIZE_MAX;
    if (column == SIZE_MAX) {
        if (want ? a->want_column_given : a->need_column_given)
            fm__fault_warn(r->faults, r->table->file, 1, 0,
                           "the customers have no column `%s` (%s of `%s`)%s", name, want ? "want" : "need",
                           a->name, fm__table_suggest(r->table, name, near));
        return FM_OK;
    }
    if (fm__table_is_numeric(r->table, column) && fm__rule_is_set(a->rule)) {
        fm__fault_add(r->faults, r->table->file, 0, 0, "the customers' column `%s` must hold texts", name);
        return FM_OK;
    }
    return add_source(r, column, true, 2 * attribute + want, FM_ROLE_COUNT);
}

static fm_status choose_columns(fm__reader *r) {
    fm_base *base = r->base;
    size_t most_carried = 1 + r->model->role_count + r->options->keep_count;
    base->carried = fm__arena_array(&base->arena, most_carried, sizeof *base->carried);
    base->demands = fm__array_new(2 * r->model->attribute_count, sizeof *base->demands);
    if (base->carried == NULL || base->demands == NULL)
        return fm__fail_memory(r->error);
    base->demand_count = 2 * r->model->attribute_count;
    base->segment_rows = FM__SEGMENT_ROWS_MAX;
    while (base->segment_rows > FM__BLOCK_ROWS && base->segment_rows * base->demand_count > SEGMENT_CODES_MAX)
        base->segment_rows /= 2;
    fm_status status = choose_carried(r);
    for (size_t a = 0; status == FM_OK && a < r->model->attribute_count; a++) {
        status = choose_demand(r, a, false);
        if (status == FM_OK)
            status = choose_demand(r, a, true);
        const fm__demands *need = &base->demands[2 * a];
        if (status == FM_OK && !need[0].column_found && !need[1].column_found &&
            !need->attribute->need_column_given && !need->attribute->want_column_given) {
            char near[FM__SUGGESTION_BYTES];
            fm__fault_warn(r->faults, r->table->file, 1, 0,
                           "the customers have no column `%s`: it is blank for everybody%s",
                           need->attribute->need_column,
                           fm__table_suggest(r->table, need->attribute->need_column, near));
        }
    }
    if (status == FM_OK)
        status = fm__fault_log_status(r->faults, r->error);
    if (status != FM_OK)
        return status;
    uint32_t *columns = fm__array_new(r->source_count, sizeof *columns);
    if (columns == NULL)
        return fm__fail_memory(r->error);
    for (size_t i = 0; i < r->source_count; i++)
        columns[i] = r->sources[i].column;
    status = r->table->methods->select(r->table, columns, r->source_count, r->error);
    free(columns);
    return status;
}

/* --- rounds --- */

/* Pieces that are filled with text at the same time. Two rounds take turns: while the pieces of one are read,
 * the text of the other is. */
typedef struct round {
    fm__piece pieces[FM__ROUND_PIECES];
    size_t count;
    size_t done; /* of these, taken over */
    bool is_last;
    fm_status status; /* of reading the text behind the last piece */
    fm_error error;
} round;

/* What a wrong guess about where records end left over: it belongs before the next chunk. */
typedef struct leftover {
    char *bytes;
    size_t length;
    size_t capacity;
} leftover;

struct fm_customers {
    fm__reader reader;
    fm_base_options options;
    fm_base *layout; /* columns without rows: what every base begins as */
    round rounds[2];
    round *now;
    round *next;
    size_t fill_pieces; /* that `now` was meant to have */
    size_t most_pieces; /* of a round */
    leftover rest;
    size_t width;       /* pieces that are read at once */
    size_t limit_bytes; /* of the base under way; SIZE_MAX: none */
    uint64_t base_count;
    uint64_t rows_before; /* of the base before */
    bool is_begun;        /* the first round has its text */
    bool is_over;
};

static void fill_round(const fm__reader *r, round *to, size_t count, size_t least) {
    const fm__chunk_methods *chunks = r->table->methods->chunks;
    to->count = 0;
    to->done = 0;
    to->is_last = false;
    to->status = FM_OK;
    while (to->count < count && !to->is_last && to->status == FM_OK) {
        fm__piece *piece = &to->pieces[to->count];
        to->status = chunks->fill(r->table, &piece->chunk, least, &to->error);
        if (to->status == FM_OK) {
            to->is_last = piece->chunk.is_last;
            to->count++;
        }
    }
}

/* The work of reading some pieces of a round: each is an item. */
typedef struct reading {
    const fm__reader *reader;
    fm__piece *pieces;
} reading;

static void read_item(void *context, size_t slot, size_t item) {
    const reading *all = context;
    fm__piece_read(all->reader, &all->reader->workers[slot], &all->pieces[item]);
}

/* Reads the next `count` pieces of a round by all threads. Beside its last ones the calling thread first gets
 * the next round's text, for it is the one that signals interrupt and that may call back. */
static void read_pieces(fm_customers *c, size_t count) {
    fm__reader *r = &c->reader;
    round *now = c->now;
    reading all = {r, now->pieces + now->done};
    fm__crew_start(&r->crew, read_item, &all, count);
    if (now->done + count == now->count) {
        size_t twice = 2 * c->fill_pieces;
        c->next->count = 0;
        if (!now->is_last && now->status == FM_OK)
            fill_round(r, c->next, twice < c->most_pieces ? twice : c->most_pieces, c->rest.length);
    }
    fm__crew_finish(&r->crew);
}

static bool put_before(fm__chunk *chunk, const leftover *text) {
    size_t length;
    if (__builtin_add_overflow(chunk->length, text->length, &length) ||
        length > SIZE_MAX - FM__CELL_SLACK_BYTES)
        return false;
    char *memory = malloc(length + FM__CELL_SLACK_BYTES);
    if (memory == NULL)
        return false;
    memcpy(memory, text->bytes, text->length);
    if (chunk->length > 0)
        memcpy(memory + text->length, chunk->memory, chunk->length);
    free(chunk->memory);
    chunk->memory = memory;
    chunk->capacity = chunk->length = length;
    return true;
}

static bool keep_rest(const fm__piece *piece, leftover *text) {
    const fm__chunk *chunk = &piece->chunk;
    text->length = 0;
    if (chunk->is_last || piece->bytes_done >= chunk->length)
        return true;
    size_t length = chunk->length - piece->bytes_done;
    if (!fm__array_reserve(&text->bytes, &text->capacity, length, 1))
        return false;
    memcpy(text->bytes, chunk->memory + piece->bytes_done, length);
    text->length = length;
    return true;
}

static fm_status take_over(fm__reader *r, fm__piece *pieces, size_t count) {
    fm_status status = fm__pieces_take_over(r, pieces, count);
    return status == FM_OK && r->places != NULL
               ? fm__places_advance(r->places, r->base, &r->crew, false, r->error)
               : status;
}

/* Settles pieces that were read, in order. *out_guessed: every chunk ended with a record. */
static fm_status settle_pieces(fm_customers *c, size_t count, bool *out_guessed) {
    fm__reader *r = &c->reader;
    fm__piece *pieces = c->now->pieces + c->now->done;
    *out_guessed = true;
    for (size_t i = 0; i < count; i++) {
        if (c->rest.length > 0) {
            if (!put_before(&pieces[i].chunk, &c->rest))
                return fm__fail_memory(r->error);
            fm__piece_read(r, &r->workers[0], &pieces[i]);
        }
        fm_status status = fm__piece_settle(r, &pieces[i]);
        if (status != FM_OK)
            return status;
        if (!keep_rest(&pieces[i], &c->rest))
            return fm__fail_memory(r->error);
        *out_guessed &= c->rest.length == 0;
    }
    c->now->done += count;
    return take_over(r, pieces, count);
}

/* --- parts --- */

static size_t demands_bytes(const fm__demands *d) {
    /* What is kept, the places in the indexes, which are at most half full, and what sorting takes. */
    size_t bytes = (size_t)d->count * 128 + d->element_capacity * sizeof *d->set_elements;
    for (size_t i = 0; i < d->raw_cells.count; i++)
        bytes += d->raw_cells.texts[i].length + 96;
    return bytes;
}

/* Bytes of the rows of the base under way, about. */
static size_t rows_bytes(const fm_base *base) {
    size_t bytes = 0;
    size_t row_bytes = (base->has_value ? sizeof(double) : 0) + (base->has_stage ? 1 : 0) +
                       base->carried_count * sizeof(uint32_t);
    for (size_t s = 0; s < base->segment_count; s++) {
        const fm__segment *segment = base->segments[s];
        size_t codes = 0;
        for (size_t d = 0; segment->widths != NULL && d < base->demand_count; d++)
            codes += segment->widths[d];
        bytes += segment->row_count * (row_bytes + codes);
        for (size_t c = 0; c < base->carried_count; c++)
            bytes += segment->cells[c].length;
    }
    return bytes;
}

/* A base that nobody keeps is best short, so that it is still near the processor when it is sliced and
 * matched, but not so short that its dictionaries are most of the work. */
static bool is_worthwhile(size_t rows_bytes, size_t dictionaries_bytes) {
    return rows_bytes >= SHORT_BYTES && rows_bytes / SHORT_TIMES >= dictionaries_bytes;
}

static bool is_full(const fm_customers *c) {
    const fm_base *base = c->reader.base;
    if (c->limit_bytes == SIZE_MAX || base->row_count == 0)
        return false;
    size_t rows = rows_bytes(base) + (c->reader.places == NULL ? 0 : fm__places_bytes(c->reader.places));
    size_t dictionaries = 0;
    for (size_t d = 0; d < base->demand_count; d++)
        dictionaries += demands_bytes(&base->demands[d]);
    return rows + dictionaries >= c->limit_bytes ||
           (c->options.without_texts && is_worthwhile(rows, dictionaries));
}

/* Rounds get longer as long as the guesses are right, and so do the runs of pieces that are read at once: the
 * first ones of a base also fill its dictionaries, and what they do not hold yet is the one thing that
 * threads cannot do at the same time. */
static fm_status read_chunks(fm_customers *c) {
    do {
        round *now = c->now;
        size_t left = now->count - now->done;
        size_t count = c->width < left ? c->width : left;
        bool is_guessed;
        read_pieces(c, count);
        fm_status status = settle_pieces(c, count, &is_guessed);
        if (status != FM_OK)
            return status;
        /* No further than a round is long: doubled without end it would be nothing some day. */
        c->width = !is_guessed ? 1 : c->width < FM__ROUND_PIECES ? 2 * c->width : c->width;
        if (now->done < now->count)
            continue;
        if (now->status != FM_OK) {
            if (c->reader.error != NULL)
                *c->reader.error = now->error;
            return now->status;
        }
        c->is_over = now->is_last;
        c->fill_pieces = is_guessed ? c->next->count : 1;
        c->now = c->next;
        c->next = now;
    } while (!c->is_over && !is_full(c));
    return FM_OK;
}

/* A table that is not cut into chunks: one piece after the other. */
static fm_status read_whole(fm_customers *c) {
    fm__reader *r = &c->reader;
    fm__piece *piece = &c->now->pieces[0];
    fm_status status;
    do {
        fm__piece_read(r, &r->workers[0], piece);
        status = fm__piece_settle(r, piece);
        if (status == FM_OK)
            status = take_over(r, piece, 1);
        c->is_over = piece->is_last;
    } while (status == FM_OK && !c->is_over && !is_full(c));
    return status;
}

/* Threads have spent their time side by side: what passed on the wall is divided up as theirs was. */
static void settle_timings(fm_base_timings *timings, double seconds) {
    double sum = timings->scan + timings->encode;
    double share = sum > 0 ? timings->scan / sum : 1;
    timings->scan = seconds * share;
    timings->encode = seconds - timings->scan;
}

/* Everything up to the codes and their counts. */
static fm_status read_table(fm_customers *c, unsigned threads) {
    fm__reader *r = &c->reader;
    if (!fm__crew_init(&r->crew, threads))
        return fm__fail_memory(r->error);
    fm_status status = r->table->methods->chunks != NULL ? read_chunks(c) : read_whole(c);
    if (status == FM_OK && r->places != NULL)
        status = fm__places_advance(r->places, r->base, &r->crew, true, r->error);
    if (status == FM_OK)
        fm__reader_count_rows(r);
    fm__crew_destroy(&r->crew);
    return status;
}

static fm_status read_rows(fm_customers *c) {
    fm__reader *r = &c->reader;
    fm_base *base = r->base;
    double start = fm__reader_clock();
    bool is_cut = r->table->methods->chunks != NULL;
    if (is_cut && !c->is_begun)
        fill_round(r, c->now, 1, 0);
    /* A table of one chunk, as most are, is not worth waking anybody. */
    bool is_small = !is_cut || (!c->is_begun && c->now->is_last);
    c->is_begun = true;
    unsigned threads = is_small ? 1 : r->thread_count;
    /* A small part is read before many threads have begun. */
    if (c->limit_bytes < SMALL_BYTES && threads > 2)
        threads = 2;
    fm_status status = read_table(c, threads);
    if (status != FM_OK)
        return status;
    if (c->base_count == 0 && base->row_count == 0 && base->reject_count == 0)
        return fm__fail_at(r->error, FM_ERROR_INPUT, r->table->file, 1, 1,
                           "the table has a header but no customers");
    base->is_part = c->base_count > 0 || !c->is_over;
    double read = fm__reader_clock();
    settle_timings(&base->timings, read - start);
    bool is_folded = r->places != NULL && fm__places_are_shared(r->places);
    if (is_folded)
        status = fm__places_hand_over(r->places, base, r->error);
    if (status == FM_OK)
        status = fm__base_finish(base, is_folded ? r->places : NULL, r->thread_count, r->options->progress,
                                 r->error);
    base->timings.slice = fm__reader_clock() - read;
    return status;
}

/* --- the reader as a whole --- */

static bool reader_prepare(fm_customers *c) {
    fm__reader *r = &c->reader;
    int most = omp_get_max_threads();
    r->thread_count = r->options->threads > 0 ? r->options->threads : most > 0 ? (unsigned)most : 1;
    r->is_padded = r->table->methods->chunks != NULL;
    if (r->thread_count > FM__ROUND_PIECES)
        r->thread_count = FM__ROUND_PIECES;
    if (!r->is_padded)
        r->thread_count = 1;
    else
        r->line = r->table->methods->chunks->first_line(r->table);
    r->spellings = fm__array_new(r->base->demand_count, sizeof *r->spellings);
    r->workers = fm__array_new(r->thread_count, sizeof *r->workers);
    if (r->spellings == NULL || r->workers == NULL)
        return false;
    for (unsigned t = 0; t < r->thread_count; t++)
        if (!fm__worker_init(&r->workers[t], r))
            return false;
    for (size_t i = 0; i < 2; i++)
        for (size_t p = 0; p < (r->is_padded ? FM__ROUND_PIECES : 1); p++)
            if (!fm__piece_init(&c->rounds[i].pieces[p], r))
                return false;
    return true;
}

/* A base without rows that has the columns of another one. */
static fm_base *base_like(const fm_base *layout) {
    fm_base *base = calloc(1, sizeof *base);
    if (base == NULL)
        return NULL;
    base->model = layout->model;
    base->has_value = layout->has_value;
    base->has_stage = layout->has_stage;
    base->segment_rows = layout->segment_rows;
    base->carried = fm__arena_array(&base->arena, layout->carried_count, sizeof *base->carried);
    base->demands = fm__array_new(layout->demand_count, sizeof *base->demands);
    bool complete = base->carried != NULL && base->demands != NULL;
    for (size_t c = 0; complete && c < layout->carried_count; c++) {
        base->carried[c] = layout->carried[c];
        base->carried[c].name = fm__arena_string(&base->arena, layout->carried[c].name);
        complete = base->carried[c].name != NULL;
    }
    for (size_t d = 0; complete && d < layout->demand_count; d++) {
        fm__demands_init(&base->demands[d], layout->demands[d].attribute, layout->demands[d].want);
        base->demands[d].column_found = layout->demands[d].column_found;
        base->demand_count = d + 1;
        complete = fm__demands_prepare(&base->demands[d]);
    }
    base->carried_count = layout->carried_count;
    if (complete)
        return base;
    fm_base_free(base);
    return NULL;
}

static bool begin_folding(fm__reader *r) {
    r->places = r->options->folding == FM_FOLDING_NEVER ? NULL : fm__places_new(r->base, r->options->folding);
    return r->places != NULL || r->options->folding == FM_FOLDING_NEVER;
}

/* What is read beside the base takes memory as well: for a small base there are fewer and smaller pieces. */
static void fit_pieces(fm_customers *c, size_t memory_bytes) {
    const fm__chunk_methods *chunks = c->reader.table->methods->chunks;
    c->limit_bytes = memory_bytes == 0 ? SIZE_MAX : memory_bytes;
    c->most_pieces = (size_t)c->reader.thread_count * FM__THREAD_PIECES;
    if (c->most_pieces > FM__ROUND_PIECES)
        c->most_pieces = FM__ROUND_PIECES;
    c->reader.piece_batches = c->limit_bytes < SMALL_BYTES ? 1 : FM__PIECE_BATCHES;
    if (c->limit_bytes / PIECE_BYTES < c->most_pieces)
        c->most_pieces = c->limit_bytes / PIECE_BYTES > 0 ? c->limit_bytes / PIECE_BYTES : 1;
    if (chunks != NULL && c->limit_bytes < SMALL_BYTES)
        chunks->shrink(c->reader.table, c->limit_bytes / 8);
}

fm_status fm_customers_open(const fm_model *model, fm_table *table, const fm_base_options *options,
                            const fm_faults *faults, fm_customers **out_customers, fm_error *error) {
    fm__fault_log log;
    fm__fault_log_init(&log, faults);
    fm_customers *c = calloc(1, sizeof *c);
    fm_base *layout = calloc(1, sizeof *layout);
    if (c == NULL || layout == NULL) {
        free(c);
        free(layout);
        return fm__fail_memory(error);
    }
    if (options != NULL)
        c->options = *options;
    c->layout = layout;
    c->now = &c->rounds[0];
    c->next = &c->rounds[1];
    c->fill_pieces = 1;
    c->width = 1;
    layout->model = model;
    c->reader = (fm__reader){
        .base = layout,
        .model = fm_model_content(model),
        .table = table,
        .options = &c->options,
        .faults = &log,
        .error = error,
    };
    fm_status status = choose_columns(&c->reader);
    if (status == FM_OK && !reader_prepare(c))
        status = fm__fail_memory(error);
    c->reader.faults = NULL;
    c->options.keep = NULL;
    c->options.keep_count = 0;
    if (status != FM_OK) {
        fm_customers_close(c);
        return status;
    }
    *out_customers = c;
    return FM_OK;
}

fm_status fm_customers_next(fm_customers *c, size_t memory_bytes, fm_base **out_base, fm_error *error) {
    fm__reader *r = &c->reader;
    if (c->is_over) {
        *out_base = NULL;
        return FM_OK;
    }
    fm_base *base = base_like(c->layout);
    if (base == NULL)
        return fm__fail_memory(error);
    fit_pieces(c, memory_bytes);
    r->base = base;
    r->error = error;
    bool knows_all;
    bool is_ready = fm__reader_renew(r, c->rows_before, &knows_all) && begin_folding(r);
    if (!knows_all)
        c->width = 1;
    fm_status status = is_ready ? read_rows(c) : fm__fail_memory(error);
    fm__places_free(r->places);
    r->places = NULL;
    r->base = c->layout;
    bool is_end = status == FM_OK && c->base_count > 0 && base->row_count == 0 && base->reject_count == 0;
    if (status != FM_OK || is_end) {
        fm_base_free(base);
        c->is_over = true;
        if (is_end)
            *out_base = NULL;
        return status;
    }
    c->base_count++;
    c->rows_before = base->row_count;
    *out_base = base;
    return FM_OK;
}

void fm_customers_close(fm_customers *c) {
    if (c == NULL)
        return;
    fm__reader *r = &c->reader;
    for (size_t i = 0; i < 2; i++)
        for (size_t p = 0; p < FM__ROUND_PIECES; p++)
            fm__piece_destroy(&c->rounds[i].pieces[p], r);
    for (unsigned t = 0; r->workers != NULL && t < r->thread_count; t++)
        fm__worker_destroy(&r->workers[t], r);
    for (size_t d = 0; r->spellings != NULL && d < c->layout->demand_count; d++)
        fm__spellings_destroy(&r->spellings[d]);
    free(r->spellings);
    free(r->workers);
    free(r->sources);
    free(c->rest.bytes);
    fm_base_free(c->layout);
    free(c);
}

fm_status fm_base_read(const fm_model *model, fm_table *table, const fm_base_options *options,
                       const fm_faults *faults, fm_base **out_base, fm_error *error) {
    fm_customers *customers = NULL;
    fm_status status = fm_customers_open(model, table, options, faults, &customers, error);
    if (status == FM_OK)
        status = fm_customers_next(customers, 0, out_base, error);
    fm_customers_close(customers);
    return status;
}
