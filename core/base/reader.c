#include "base/reader.h"
#include "model/cell.h"
#include "tables/faults.h"

#include <omp.h>
#include <time.h>

/* Codes that a segment may hold: 16 MiB of them at most, so that thousands of attributes stay affordable. */
#define SEGMENT_CODES_MAX ((size_t)4 << 20)

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

/* Pieces that are read at the same time. Two rounds take turns: while the pieces of one are read, the text of
 * the other is. */
typedef struct round {
    fm__piece pieces[FM__ROUND_PIECES];
    size_t count;
    bool is_last;
    fm_status status; /* of reading the text behind the last piece */
    fm_error error;
} round;

static void fill_round(const fm__reader *r, round *to, size_t count, size_t least) {
    const fm__chunk_methods *chunks = r->table->methods->chunks;
    to->count = 0;
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

/* The work of reading a round: each piece is an item. */
typedef struct reading {
    const fm__reader *reader;
    round *now;
} reading;

static void read_item(void *context, size_t slot, size_t item) {
    const reading *all = context;
    fm__piece_read(all->reader, &all->reader->workers[slot], &all->now->pieces[item]);
}

/* Reads the pieces of a round by all threads; the calling thread first gets the next round's text, for it is
 * the one that signals interrupt and that may call back. */
static void read_round(fm__reader *r, round *now, round *next, size_t next_count, size_t least) {
    reading all = {r, now};
    fm__crew_start(&r->crew, read_item, &all, now->count);
    next->count = 0;
    if (!now->is_last && now->status == FM_OK)
        fill_round(r, next, next_count, least);
    fm__crew_finish(&r->crew);
}

/* What a wrong guess about where records end left over: it belongs before the next chunk. */
typedef struct leftover {
    char *bytes;
    size_t length;
    size_t capacity;
} leftover;

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

/* Settles the pieces of a round that was read, in order. *out_guessed: every chunk ended with a record. */
static fm_status settle_round(fm__reader *r, round *now, leftover *rest, bool *out_guessed) {
    *out_guessed = true;
    for (size_t i = 0; i < now->count; i++) {
        fm__piece *piece = &now->pieces[i];
        if (rest->length > 0) {
            if (!put_before(&piece->chunk, rest))
                return fm__fail_memory(r->error);
            fm__piece_read(r, &r->workers[0], piece);
        }
        fm_status status = fm__piece_settle(r, piece);
        if (status != FM_OK)
            return status;
        if (!keep_rest(piece, rest))
            return fm__fail_memory(r->error);
        *out_guessed &= rest->length == 0;
    }
    fm_status status = fm__pieces_take_over(r, now->pieces, now->count);
    if (status == FM_OK && now->status != FM_OK) {
        status = now->status;
        if (r->error != NULL)
            *r->error = now->error;
    }
    return status;
}

/* Rounds get longer as long as the guesses are right. The first ones also fill the dictionaries, and what
 * they do not hold yet is the one thing that threads cannot do at the same time. The first is filled already.
 */
static fm_status read_chunks(fm__reader *r, round *rounds) {
    leftover rest = {0};
    size_t count = 1;
    round *now = &rounds[0];
    round *next = &rounds[1];
    fm_status status = FM_OK;
    for (;;) {
        bool is_guessed;
        read_round(r, now, next, 2 * count < FM__ROUND_PIECES ? 2 * count : FM__ROUND_PIECES, rest.length);
        status = settle_round(r, now, &rest, &is_guessed);
        if (status != FM_OK || now->is_last)
            break;
        count = is_guessed ? next->count : 1;
        round *done = now;
        now = next;
        next = done;
    }
    free(rest.bytes);
    return status;
}

/* A table that is not cut into chunks: one piece after the other. */
static fm_status read_whole(fm__reader *r, fm__piece *piece) {
    fm_status status;
    do {
        fm__piece_read(r, &r->workers[0], piece);
        status = fm__piece_settle(r, piece);
        if (status == FM_OK)
            status = fm__pieces_take_over(r, piece, 1);
    } while (status == FM_OK && !piece->is_last);
    return status;
}

/* Threads have spent their time side by side: what passed on the wall is divided up as theirs was. */
static void settle_timings(fm_base_timings *timings, double seconds) {
    double sum = timings->scan + timings->encode;
    double share = sum > 0 ? timings->scan / sum : 1;
    timings->scan = seconds * share;
    timings->encode = seconds - timings->scan;
}

/* Everything up to the codes and their counts; the threads wait for work all the time. */
static fm_status read_table(fm__reader *r, round *rounds) {
    fm_status status = FM_OK;
#pragma omp parallel num_threads(r->thread_count) if (!r->crew.is_alone)
    {
        if (omp_get_thread_num() > 0) {
            fm__crew_serve(&r->crew, (size_t)omp_get_thread_num());
        } else {
            status = r->table->methods->chunks != NULL ? read_chunks(r, rounds)
                                                       : read_whole(r, &rounds[0].pieces[0]);
            if (status == FM_OK)
                fm__reader_count_rows(r);
            fm__crew_dismiss(&r->crew);
        }
    }
    return status;
}

static fm_status read_rows(fm__reader *r, round *rounds) {
    fm_base *base = r->base;
    double start = fm__reader_clock();
    if (r->table->methods->chunks != NULL)
        fill_round(r, &rounds[0], 1, 0);
    /* A table of one chunk, as most are, is not worth waking anybody. */
    bool is_small = r->table->methods->chunks == NULL || rounds[0].is_last;
    if (!fm__crew_init(&r->crew, r->thread_count == 1 || is_small))
        return fm__fail_memory(r->error);
    fm_status status = read_table(r, rounds);
    fm__crew_destroy(&r->crew);
    if (status != FM_OK)
        return status;
    if (base->row_count == 0 && base->reject_count == 0)
        return fm__fail_at(r->error, FM_ERROR_INPUT, r->table->file, 1, 1,
                           "the table has a header but no customers");
    double read = fm__reader_clock();
    settle_timings(&base->timings, read - start);
    status = fm__base_finish(base, r->thread_count, r->options->progress, r->error);
    base->timings.slice = fm__reader_clock() - read;
    return status;
}

static bool reader_prepare(fm__reader *r, round *rounds) {
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
    for (size_t d = 0; d < r->base->demand_count; d++)
        if (!fm__demands_prepare(&r->base->demands[d]) ||
            (r->base->demands[d].column_found && !fm__spellings_reserve(&r->spellings[d])))
            return false;
    for (unsigned t = 0; t < r->thread_count; t++)
        if (!fm__worker_init(&r->workers[t], r))
            return false;
    for (size_t i = 0; i < 2; i++)
        for (size_t p = 0; p < (r->is_padded ? FM__ROUND_PIECES : 1); p++)
            if (!fm__piece_init(&rounds[i].pieces[p], r))
                return false;
    return true;
}

static void reader_free(fm__reader *r, round *rounds) {
    for (size_t i = 0; i < 2; i++)
        for (size_t p = 0; p < FM__ROUND_PIECES; p++)
            fm__piece_destroy(&rounds[i].pieces[p], r);
    for (unsigned t = 0; r->workers != NULL && t < r->thread_count; t++)
        fm__worker_destroy(&r->workers[t], r);
    for (size_t d = 0; r->spellings != NULL && d < r->base->demand_count; d++)
        fm__spellings_destroy(&r->spellings[d]);
    free(r->spellings);
    free(r->workers);
    free(r->sources);
    free(r);
    free(rounds);
}

fm_status fm_base_read(const fm_model *model, fm_table *table, const fm_base_options *options,
                       const fm_faults *faults, fm_base **out_base, fm_error *error) {
    static const fm_base_options defaults;
    fm__fault_log log;
    fm__fault_log_init(&log, faults);
    fm_base *base = calloc(1, sizeof *base);
    fm__reader *r = calloc(1, sizeof *r);
    round *rounds = calloc(2, sizeof *rounds);
    fm_status status = FM_OK;
    if (base == NULL || r == NULL || rounds == NULL) {
        free(base);
        free(r);
        free(rounds);
        return fm__fail_memory(error);
    }
    base->model = model;
    r->base = base;
    r->model = fm_model_content(model);
    r->table = table;
    r->options = options == NULL ? &defaults : options;
    r->faults = &log;
    r->error = error;
    status = choose_columns(r);
    if (status == FM_OK && !reader_prepare(r, rounds))
        status = fm__fail_memory(error);
    if (status == FM_OK)
        status = read_rows(r, rounds);
    reader_free(r, rounds);
    if (status != FM_OK) {
        fm_base_free(base);
        return status;
    }
    *out_base = base;
    return FM_OK;
}
