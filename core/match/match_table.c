/* The match table of SPEC 4: rows formatted in parallel, a tile at a time, written in order. */
#include "base/order.h"
#include "match/matcher.h"
#include "match/phrases.h"
#include "match/rows.h"
#include "tables/csv_put.h"

#include <fitmatch/output.h>

/* What one thread writes with. Phrases are kept as they are first needed, quotes already doubled. */
typedef struct writer {
    char *buffer; /* rows of the current tile */
    size_t length;
    size_t capacity;
    char *scratch;
    size_t scratch_capacity;
    fm__arena arena;
    fm_text **needs;      /* [attribute] -> [demand] */
    fm_text **shortfalls; /* [attribute] -> [offering] */
    fm_match_row rows[FM__BLOCK_ROWS];
} writer;

typedef struct table {
    const fm_matches *matches;
    const fm__plan *plan;
    unsigned verdicts; /* bit mask of the rows wanted */
    fm_output *output;
    writer *writers; /* [slot] */
    char *cells;     /* storage of the following, written as CSV cells */
    fm_text *ids;    /* [offering] */
    fm_text *suppliers;
    fm_text *names;   /* [attribute] */
    bool plain_names; /* no attribute's name needs quoting, so lists of names need none */
} table;

/* Room for `bytes` more in the buffer of a tile; NULL when memory ran out. */
static char *room(writer *w, size_t bytes) {
    if (bytes > SIZE_MAX - w->length ||
        !fm__array_reserve(&w->buffer, &w->capacity, w->length + bytes, sizeof *w->buffer))
        return NULL;
    return w->buffer + w->length;
}

static bool put_plain(writer *w, fm_text text) {
    char *at = room(w, text.length);
    if (at == NULL)
        return false;
    if (text.length > 0)
        memcpy(at, text.bytes, text.length);
    w->length += text.length;
    return true;
}

static bool put_byte(writer *w, char byte) {
    return put_plain(w, (fm_text){&byte, 1});
}

static bool put_cell(writer *w, fm_text cell) {
    if (cell.length > (SIZE_MAX - 2) / 2)
        return false;
    char *at = room(w, 2 * cell.length + 2);
    if (at == NULL)
        return false;
    w->length = (size_t)(fm__csv_put(at, cell) - w->buffer);
    return true;
}

/* A phrase with its quotes doubled, kept in the writer's arena; bytes is NULL when memory ran out. */
static fm_text keep_phrase(writer *w, fm_text phrase) {
    char *copy = phrase.length > SIZE_MAX / 2 ? NULL : fm__arena_new(&w->arena, 2 * phrase.length);
    if (copy == NULL)
        return (fm_text){NULL, 0};
    return (fm_text){copy, (size_t)(fm__csv_double_quotes(copy, phrase) - copy)};
}

/* Either half of a gap: the need of a demand, or the shortfall of an offering (`demands` NULL). */
static bool phrase_of(const table *t, writer *w, size_t attribute, const fm__demands *demands, uint32_t which,
                      fm_text *out_phrase) {
    fm_text ***phrases = demands != NULL ? &w->needs : &w->shortfalls;
    fm_text **known = &(*phrases)[attribute];
    if (*known == NULL) {
        size_t count = demands != NULL ? demands->count : t->plan->catalog->offering_count;
        *known = fm__arena_array(&w->arena, count, sizeof **known);
        if (*known == NULL)
            return false;
    }
    while ((*known)[which].bytes == NULL) {
        fm__phrase phrase = {.buffer = w->scratch, .capacity = w->scratch_capacity};
        if (demands != NULL)
            fm__phrase_need(&phrase, t->plan->catalog, attribute, demands, which);
        else
            fm__phrase_shortfall(&phrase, t->plan->catalog, attribute, which);
        if (phrase.length > w->scratch_capacity) {
            if (!fm__array_reserve(&w->scratch, &w->scratch_capacity, phrase.length, 1))
                return false;
            continue;
        }
        (*known)[which] = keep_phrase(w, (fm_text){w->scratch, phrase.length});
        if ((*known)[which].bytes == NULL)
            return false;
    }
    *out_phrase = (*known)[which];
    return true;
}

static bool missed(const fm__block *block, uint32_t plane, size_t at) {
    return block->planes[(size_t)plane * FM__BLOCK_WORDS + at / 64] >> (at % 64) & 1;
}

/* The names of the unmet needs, joined with ';'. */
static bool put_unmet(const table *t, writer *w, const fm__block *block, const fm__variant *own, size_t at) {
    size_t begin = w->length;
    for (uint32_t i = 0; i < own->need_count; i++) {
        if (!missed(block, own->needs[i].plane, at))
            continue;
        if ((w->length > begin && !put_byte(w, ';')) || !put_plain(w, t->names[own->needs[i].attribute]))
            return false;
    }
    if (t->plain_names || w->length == begin)
        return true;
    /* Rare: a name with a comma or a quote. Write the list again, as a cell. */
    size_t length = w->length - begin;
    if (!fm__array_reserve(&w->scratch, &w->scratch_capacity, length, 1))
        return false;
    memcpy(w->scratch, w->buffer + begin, length);
    w->length = begin;
    return put_cell(w, (fm_text){w->scratch, length});
}

/* The gap; it always holds a comma, so it is always quoted. */
static bool put_gap(const table *t, writer *w, const fm__block *block, size_t number, const fm__variant *own,
                    size_t at) {
    const uint64_t *slices = fm__base_block(t->plan->base, number);
    size_t begin = w->length;
    for (uint32_t i = 0; i < own->need_count; i++) {
        if (!missed(block, own->needs[i].plane, at))
            continue;
        size_t attribute = own->needs[i].attribute;
        const fm__demands *demands = fm__base_demands(t->plan->base, attribute, false);
        uint32_t code = fm__slices_code(slices + (size_t)demands->first_slice * FM__BLOCK_WORDS,
                                        demands->slice_count, at);
        fm_text need;
        fm_text shortfall;
        if (!phrase_of(t, w, attribute, demands, code - FM__CODE_FIRST, &need) ||
            !phrase_of(t, w, attribute, NULL, own->offering, &shortfall) ||
            !put_plain(w, w->length == begin ? fm__text("\"") : fm__text("; ")) || !put_plain(w, need) ||
            !put_plain(w, shortfall))
            return false;
    }
    return w->length == begin || put_byte(w, '"');
}

static bool put_score(writer *w, unsigned score) {
    char digits[3];
    size_t begin = sizeof digits;
    do
        digits[--begin] = (char)('0' + score % 10);
    while ((score /= 10) != 0);
    return put_plain(w, (fm_text){digits + begin, sizeof digits - begin});
}

static bool put_row(const table *t, writer *w, const fm__block *block, size_t number, size_t at) {
    const fm_match_row *row = &w->rows[at];
    const fm__variant *own = &t->plan->variants[row->own];
    uint64_t base_row = (uint64_t)number * FM__BLOCK_ROWS + at;
    const fm_text none = {"", 0};
    if (!put_cell(w, fm_base_id(t->plan->base, base_row)) || !put_byte(w, ',') ||
        !put_plain(w, fm__text(fm_verdict_name(row->verdict))) || !put_byte(w, ',') ||
        !put_plain(w, t->ids[row->own]) || !put_byte(w, ',') || !put_score(w, row->score) ||
        !put_byte(w, ',') || !put_unmet(t, w, block, own, at) || !put_byte(w, ',') ||
        !put_gap(t, w, block, number, own, at) || !put_byte(w, ',') ||
        !put_plain(w, row->refer_to == FM_NONE ? none : t->ids[row->refer_to]) || !put_byte(w, ',') ||
        !put_plain(w, row->refer_to == FM_NONE ? none : t->suppliers[row->refer_to]) || !put_byte(w, ',') ||
        !put_plain(w, row->overpromise == FM_NONE ? none : t->ids[row->overpromise]) || !put_byte(w, ',') ||
        !put_cell(w, row->ask == FM_NONE ? none : t->names[row->ask]))
        return false;
    for (size_t c = 1; c < t->plan->base->carried_count; c++)
        if (!put_byte(w, ',') || !put_cell(w, fm__base_carried(t->plan->base, c, base_row)))
            return false;
    return put_byte(w, '\n');
}

static fm_status write_block(void *context, unsigned slot, fm__block *block, size_t number, fm_error *error) {
    const table *t = context;
    writer *w = &t->writers[slot];
    uint64_t left = t->plan->base->row_count - (uint64_t)number * FM__BLOCK_ROWS;
    size_t count = left < FM__BLOCK_ROWS ? (size_t)left : FM__BLOCK_ROWS;
    fm__rows_of(t->plan, t->matches->kernel, block, w->rows);
    for (size_t at = 0; at < count; at++)
        if ((t->verdicts >> w->rows[at].verdict & 1) && !put_row(t, w, block, number, at))
            return fm__fail_memory(error);
    return FM_OK;
}

static fm_status write_tile(void *context, unsigned slot, fm_error *error) {
    const table *t = context;
    writer *w = &t->writers[slot];
    size_t length = w->length;
    w->length = 0;
    return length == 0 ? FM_OK : fm_output_write(t->output, w->buffer, length, error);
}

/* Writes ids, suppliers and names as CSV cells once, for all rows. */
static bool prepare_cells(table *t) {
    const fm_catalog *catalog = t->plan->catalog;
    const fm_model_spec *model = t->plan->model;
    size_t bytes = 0;
    t->ids = fm__array_new(catalog->offering_count, sizeof *t->ids);
    t->suppliers = fm__array_new(catalog->offering_count, sizeof *t->suppliers);
    t->names = fm__array_new(model->attribute_count, sizeof *t->names);
    if (t->ids == NULL || t->suppliers == NULL || t->names == NULL)
        return false;
    for (size_t o = 0; o < catalog->offering_count; o++)
        bytes += 2 * (strlen(catalog->offerings[o].id) + strlen(catalog->offerings[o].supplier)) + 4;
    char *at = t->cells = malloc(bytes == 0 ? 1 : bytes);
    if (at == NULL)
        return false;
    for (size_t o = 0; o < catalog->offering_count; o++) {
        char *end = fm__csv_put(at, fm__text(catalog->offerings[o].id));
        t->ids[o] = (fm_text){at, (size_t)(end - at)};
        at = fm__csv_put(end, fm__text(catalog->offerings[o].supplier));
        t->suppliers[o] = (fm_text){end, (size_t)(at - end)};
    }
    t->plain_names = true;
    for (size_t a = 0; a < model->attribute_count; a++) {
        t->names[a] = fm__text(model->attributes[a].name);
        t->plain_names &= strpbrk(model->attributes[a].name, ",\"\r\n") == NULL;
    }
    return true;
}

static bool prepare_writers(table *t, unsigned slots) {
    t->writers = fm__array_new(slots, sizeof *t->writers);
    for (unsigned slot = 0; t->writers != NULL && slot < slots; slot++) {
        writer *w = &t->writers[slot];
        w->needs = fm__arena_array(&w->arena, t->plan->model->attribute_count, sizeof *w->needs);
        w->shortfalls = fm__arena_array(&w->arena, t->plan->model->attribute_count, sizeof *w->shortfalls);
        if (w->needs == NULL || w->shortfalls == NULL)
            return false;
    }
    return t->writers != NULL;
}

static bool put_header(const table *t) {
    writer *w = &t->writers[0];
    bool done =
        put_plain(w, fm__text("customer_id,verdict,offering_id,score,unmet,gap,refer_to,refer_supplier,"
                              "overpromise,ask"));
    for (size_t c = 1; done && c < t->plan->base->carried_count; c++)
        done = put_byte(w, ',') && put_cell(w, fm__text(t->plan->base->carried[c].name));
    return done && put_byte(w, '\n');
}

static void table_destroy(table *t, unsigned slots) {
    for (unsigned slot = 0; t->writers != NULL && slot < slots; slot++) {
        free(t->writers[slot].buffer);
        free(t->writers[slot].scratch);
        fm__arena_destroy(&t->writers[slot].arena);
    }
    free(t->writers);
    free(t->cells);
    free(t->ids);
    free(t->suppliers);
    free(t->names);
}

fm_status fm_match_table_write(const fm_matches *matches, const char *path,
                               const fm_match_table_options *options, fm_error *error) {
    static const fm_match_table_options defaults;
    options = options == NULL ? &defaults : options;
    unsigned slots = fm__matcher_slots(options->threads);
    table t = {.matches = matches, .plan = matches->plan};
    fm_base in_order = {0};
    fm__plan plan = *matches->plan;
    t.verdicts = options->verdicts == 0 ? ~0U : options->verdicts;
    fm__visitor visitor = {
        .visit = write_block,
        .commit = write_tile,
        .context = &t,
        .phase = FM_PHASE_WRITE,
        .progress = options->progress,
    };
    fm_status status = fm_output_open(path, &t.output, error);
    if (status != FM_OK)
        return status;
    if (plan.base->positions != NULL) {
        /* The table has the rows in their order, so they are matched in that order. */
        if (!fm__base_unsort(plan.base, slots, &in_order)) {
            fm_output_discard(t.output);
            return fm__fail_memory(error);
        }
        plan.base = &in_order;
        t.plan = &plan;
    }
    if (!prepare_cells(&t) || !prepare_writers(&t, slots) || !put_header(&t))
        status = fm__fail_memory(error);
    if (status == FM_OK)
        status = write_tile(&t, 0, error);
    if (status == FM_OK)
        status = fm__matcher_run(t.plan, matches->kernel, slots, &visitor, error);
    if (status == FM_OK)
        status = fm_output_commit(t.output, error);
    else
        fm_output_discard(t.output);
    table_destroy(&t, slots);
    fm__base_view_destroy(&in_order);
    return status;
}
