/* The match table of SPEC 4: rows formatted in parallel, a tile at a time, written in order. */
#include "base/order.h"
#include "match/match_rows.h"
#include "match/matcher.h"

struct fm_match_table {
    char *path;
    fm_match_table_options options;
    unsigned verdicts; /* bit mask of the rows wanted */
    unsigned slots;
    fm_output *output;
    const fm_catalog *catalog; /* NULL: nothing was added yet */
    fm__pieces pieces;
    fm__row_writer *writers; /* [slots] */
    fm__risks risks;         /* of bases that are parts */
    fm__hole_log holes;
    fm_output *held; /* text from the first hole on, where it could not be read back */
    uint64_t rows;   /* added */
    /* The matches being added. */
    const fm__plan *plan;
    const fm__kernel *kernel;
};

fm_status fm_match_table_new(const char *path, const fm_match_table_options *options,
                             fm_match_table **out_table, fm_error *error) {
    size_t length = strlen(path) + 1;
    fm_match_table *t = calloc(1, sizeof *t);
    char *copy = malloc(length);
    if (t == NULL || copy == NULL) {
        free(t);
        free(copy);
        return fm__fail_memory(error);
    }
    memcpy(copy, path, length);
    t->path = copy;
    if (options != NULL)
        t->options = *options;
    t->verdicts = t->options.verdicts == 0 ? ~0U : t->options.verdicts;
    t->slots = fm__matcher_slots(t->options.threads);
    fm_status status = fm_output_open(path, &t->output, error);
    if (status != FM_OK) {
        fm_match_table_discard(t);
        return status;
    }
    *out_table = t;
    return FM_OK;
}

void fm_match_table_discard(fm_match_table *t) {
    if (t == NULL)
        return;
    fm_output_discard(t->output);
    fm_output_discard(t->held);
    fm__holes_destroy(&t->holes);
    fm__risks_destroy(&t->risks);
    for (unsigned slot = 0; t->writers != NULL && slot < t->slots; slot++)
        fm__row_writer_destroy(&t->writers[slot]);
    free(t->writers);
    fm__pieces_destroy(&t->pieces);
    free(t->path);
    free(t);
}

/* --- adding --- */

static fm_status write_block(void *context, unsigned slot, fm__block *block, size_t number, fm_error *error) {
    const fm_match_table *t = context;
    (void)number;
    return fm__row_writer_block(&t->writers[slot], t->plan, t->kernel, block, t->verdicts)
               ? FM_OK
               : fm__fail_memory(error);
}

/* Where text goes: on from the first hole it must be possible to read it back. */
static fm_status choose_place(fm_match_table *t, bool has_holes, fm_output **out_place, fm_error *error) {
    fm_status status = FM_OK;
    if (has_holes && t->held == NULL && !fm__output_is_readable(t->output))
        status = fm__output_open_spool(t->output, &t->held, error);
    *out_place = t->held != NULL ? t->held : t->output;
    return status;
}

static fm_status write_tile(void *context, unsigned slot, fm_error *error) {
    fm_match_table *t = context;
    fm__row_writer *w = &t->writers[slot];
    size_t length = w->length;
    size_t holes = w->hole_count;
    fm_output *place;
    w->length = w->hole_count = 0;
    if (length == 0)
        return FM_OK;
    fm_status status = choose_place(t, holes > 0, &place, error);
    if (status == FM_OK && holes > 0)
        status = fm__holes_add(&t->holes, w->holes, holes, fm__output_length(place), t->output, error);
    return status == FM_OK ? fm_output_write(place, w->buffer, length, error) : status;
}

/* What all bases of a table have in common, and its header. */
static fm_status begin(fm_match_table *t, const fm__plan *plan, fm_error *error) {
    t->catalog = plan->catalog;
    t->holes.words = fm__risks_words(plan->model->attribute_count);
    t->writers = fm__array_new(t->slots, sizeof *t->writers);
    bool ready = fm__pieces_init(&t->pieces, plan->catalog) && t->writers != NULL;
    for (unsigned slot = 0; ready && slot < t->slots; slot++)
        ready = fm__row_writer_init(&t->writers[slot], &t->pieces);
    if (!ready || !fm__row_writer_header(&t->writers[0], plan->base))
        return fm__fail_memory(error);
    return write_tile(t, 0, error);
}

/* Rows of a base that is a part may have holes, filled with guesses from the parts up to this one. */
static fm_status begin_base(fm_match_table *t, const fm__plan *plan, fm_error *error) {
    bool is_part = plan->base->is_part;
    if (is_part && ((t->risks.stated == NULL && !fm__risks_init(&t->risks, plan->catalog)) ||
                    !fm__risks_add(&t->risks, plan)))
        return fm__fail_memory(error);
    for (unsigned slot = 0; slot < t->slots; slot++)
        fm__row_writer_begin(&t->writers[slot], is_part ? &t->risks : NULL);
    return FM_OK;
}

fm_status fm_match_table_add(fm_match_table *t, const fm_matches *matches, fm_error *error) {
    fm_base in_order = {0};
    fm__plan plan = *matches->plan;
    fm__visitor visitor = {
        .visit = write_block,
        .commit = write_tile,
        .context = t,
        .phase = FM_PHASE_WRITE,
        .progress = t->options.progress,
    };
    if (t->catalog != NULL && t->catalog != plan.catalog)
        return fm__fail(error, FM_ERROR_ARGUMENT, "all matches of a table must be of the same catalog");
    if (plan.base->carried_count == 0)
        return fm__fail(error, FM_ERROR_ARGUMENT, "customers read without their texts have no ids to write");
    /* Cells and codes are used where they lie, without looking whether they are right. */
    fm_status status = fm_base_check(plan.base, FM_BASE_DEMANDS | FM_BASE_TEXTS, t->slots, error);
    if (status != FM_OK)
        return status;
    if (plan.base->positions != NULL) {
        /* The table has the rows in their order, so they are matched in that order. */
        if (!fm__base_unsort(plan.base, t->slots, &in_order))
            return fm__fail_memory(error);
        plan.base = &in_order;
    }
    t->plan = &plan;
    t->kernel = matches->kernel;
    status = t->catalog == NULL ? begin(t, &plan, error) : FM_OK;
    if (status == FM_OK)
        status = begin_base(t, &plan, error);
    if (status == FM_OK)
        status = fm__matcher_run(&plan, matches->kernel, t->slots, &visitor, error);
    t->rows += plan.base->row_count;
    t->plan = NULL;
    fm__base_view_destroy(&in_order);
    return status;
}

/* --- the end --- */

static fm_status step(void *context, fm_error *error) {
    const fm_match_table *t = context;
    const fm_progress *progress = t->options.progress;
    if (progress == NULL || progress->step(progress->context, FM_PHASE_WRITE, t->rows, t->rows))
        return FM_OK;
    return fm__fail(error, FM_ERROR_CANCELLED, "cancelled");
}

/* Now that all customers are known, the right names are. */
static fm_status settle_holes(fm_match_table *t, fm_error *error) {
    bool is_right = t->holes.file == NULL;
    fm_status status = FM_OK;
    if (t->holes.file != NULL && t->held == NULL)
        status = fm__holes_check(&t->holes, &t->risks, &is_right, error);
    if (status != FM_OK || is_right)
        return status;
    fm_output *from = t->held;
    if (from == NULL) {
        fm_output *again = NULL;
        status = fm_output_open(t->path, &again, error);
        if (status != FM_OK)
            return status;
        from = t->output;
        t->output = again;
    }
    status = fm__holes_fill(&t->holes, &t->risks, t->pieces.questions, from, t->output, step, t, error);
    if (from != t->held)
        fm_output_discard(from);
    return status;
}

fm_status fm_match_table_commit(fm_match_table *t, fm_error *error) {
    fm_status status = t->catalog == NULL
                           ? fm__fail(error, FM_ERROR_ARGUMENT, "no matches were added to the table")
                           : settle_holes(t, error);
    if (status == FM_OK) {
        status = fm_output_commit(t->output, error);
        t->output = NULL;
    }
    fm_match_table_discard(t);
    return status;
}

fm_status fm_match_table_write(const fm_matches *matches, const char *path,
                               const fm_match_table_options *options, fm_error *error) {
    fm_match_table *t = NULL;
    fm_status status = fm_match_table_new(path, options, &t, error);
    if (status != FM_OK)
        return status;
    status = fm_match_table_add(t, matches, error);
    if (status == FM_OK)
        return fm_match_table_commit(t, error);
    fm_match_table_discard(t);
    return status;
}
