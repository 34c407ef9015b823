#include "analysis/reduction.h"

#include "match/rows.h"

/* A run of a reduction, shared by its threads. */
typedef struct reducing {
    const fm__reduction *reduction;
    void *context;
    char *states; /* [slot] */
    size_t stride;
    fm__rows *rows;    /* [slot] */
    fm__block *others; /* [slot]; NULL without another plan */
} reducing;

fm__reduction fm__reduction_of(const fm_matches *matches) {
    return (fm__reduction){.plan = matches->plan, .kernel = matches->kernel, .depth = FM__DEPTH_MATCH};
}

static fm_status add_block(void *context, unsigned slot, fm__block *block, size_t number, fm_error *error) {
    const reducing *r = context;
    const fm_base *base = r->reduction->plan->base;
    fm__rows *rows = &r->rows[slot];
    uint64_t first = (uint64_t)number * FM__BLOCK_ROWS;
    uint64_t left = base->row_count - first;
    rows->block = block;
    rows->count = left < FM__BLOCK_ROWS ? (size_t)left : FM__BLOCK_ROWS;
    for (size_t at = 0; at < rows->count; at++)
        rows->numbers[at] = fm__base_row_at(base, first + at);
    if (r->others != NULL) {
        rows->other = &r->others[slot];
        fm__block_compute(rows->other, r->reduction->other, r->reduction->kernel, r->reduction->depth,
                          number);
    }
    if (r->reduction->results)
        fm__rows_of(r->reduction->plan, r->reduction->kernel, block, rows->results);
    return r->reduction->add(r->context, r->states + slot * r->stride, rows, error);
}

static fm_status merge_states(const reducing *r, unsigned slots, fm_error *error) {
    fm_status status = FM_OK;
    for (unsigned slot = 1; status == FM_OK && slot < slots; slot++)
        status = r->reduction->merge(r->context, r->states, r->states + slot * r->stride, error);
    return status == FM_OK ? r->reduction->finish(r->context, r->states, error) : status;
}

static bool prepare_others(reducing *r, unsigned slots) {
    if (r->reduction->other == NULL)
        return true;
    r->others = fm__array_new(slots, sizeof *r->others);
    bool ready = r->others != NULL;
    for (unsigned slot = 0; ready && slot < slots; slot++)
        ready = fm__block_init(&r->others[slot], r->reduction->other);
    return ready;
}

static void free_others(reducing *r, unsigned slots) {
    for (unsigned slot = 0; r->others != NULL && slot < slots; slot++)
        fm__block_destroy(&r->others[slot]);
    free(r->others);
}

fm_status fm__reduce(const fm__reduction *reduction, const fm_analysis_run *run, void *context,
                     fm_error *error) {
    static const fm_analysis_run defaults;
    run = run == NULL ? &defaults : run;
    unsigned slots = fm__matcher_slots(run->threads);
    if (reduction->plan->base->repeats != NULL)
        return fm__fail(error, FM_ERROR_ARGUMENT,
                        "analyses want customers row by row: unfold the base first (fm_base_unfold)");
    /* States of different threads share no cache line. */
    reducing r = {
        .reduction = reduction, .context = context, .stride = (reduction->state_bytes + 127) / 64 * 64};
    size_t bytes;
    if (!fm__size_product(slots, r.stride, &bytes) || (r.states = fm__region_new(bytes)) == NULL)
        return fm__fail_memory(error);
    memset(r.states, 0, bytes);
    r.rows = fm__array_new(slots, sizeof *r.rows);
    fm_status status = r.rows == NULL || !prepare_others(&r, slots) ? fm__fail_memory(error) : FM_OK;
    for (unsigned slot = 0; status == FM_OK && reduction->begin != NULL && slot < slots; slot++)
        status = reduction->begin(context, r.states + slot * r.stride, error);
    fm__visitor visitor = {.visit = add_block,
                           .context = &r,
                           .depth = reduction->depth,
                           .phase = FM_PHASE_MATCH,
                           .progress = run->progress};
    if (status == FM_OK)
        status = fm__matcher_run(reduction->plan, reduction->kernel, slots, &visitor, error);
    if (status == FM_OK)
        status = merge_states(&r, slots, error);
    for (unsigned slot = 0; reduction->end != NULL && slot < slots; slot++)
        reduction->end(context, r.states + slot * r.stride);
    free_others(&r, slots);
    free(r.rows);
    fm__region_free(r.states);
    return status;
}
