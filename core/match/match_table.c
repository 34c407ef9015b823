/* The match table of SPEC 4: rows formatted in parallel, a tile at a time, written in order. */
#include "base/order.h"
#include "match/match_rows.h"
#include "match/matcher.h"

#include <fitmatch/output.h>

typedef struct table {
    const fm_matches *matches;
    const fm__plan *plan;
    unsigned verdicts; /* bit mask of the rows wanted */
    fm_output *output;
    fm__pieces pieces;
    fm__row_writer *writers; /* [slot] */
} table;

static fm_status write_block(void *context, unsigned slot, fm__block *block, size_t number, fm_error *error) {
    const table *t = context;
    (void)number;
    return fm__row_writer_block(&t->writers[slot], t->plan, t->matches->kernel, block, t->verdicts)
               ? FM_OK
               : fm__fail_memory(error);
}

static fm_status write_tile(void *context, unsigned slot, fm_error *error) {
    const table *t = context;
    fm__row_writer *w = &t->writers[slot];
    size_t length = w->length;
    w->length = 0;
    return length == 0 ? FM_OK : fm_output_write(t->output, w->buffer, length, error);
}

static bool prepare(table *t, unsigned slots) {
    if (!fm__pieces_init(&t->pieces, t->plan->catalog))
        return false;
    t->writers = fm__array_new(slots, sizeof *t->writers);
    bool ready = t->writers != NULL;
    for (unsigned slot = 0; ready && slot < slots; slot++)
        ready = fm__row_writer_init(&t->writers[slot], &t->pieces);
    return ready && fm__row_writer_header(&t->writers[0], t->plan->base);
}

static void table_destroy(table *t, unsigned slots) {
    for (unsigned slot = 0; t->writers != NULL && slot < slots; slot++)
        fm__row_writer_destroy(&t->writers[slot]);
    free(t->writers);
    fm__pieces_destroy(&t->pieces);
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
    if (!prepare(&t, slots))
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
