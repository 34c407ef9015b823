#include "engine.h"

#include "drawn_table.h"
#include "match/matcher.h"
#include "match/rows.h"

#include <stdlib.h>
#include <string.h>

struct engine {
    fm_model *model;
    fm_catalog *catalog;
    fm_base *base;
    fm__plan *plan;
    const fm__kernel *kernel;
    fm_instruction_set set;
};

/* Counts of one thread, on cache lines of their own. */
typedef struct slot {
    _Alignas(128) yard_counts counts;
    uint64_t fitting;
    fm_match_row rows[FM__BLOCK_ROWS];
} slot;

typedef struct run {
    const engine *engine;
    slot *slots;
    bench_rows *keep;
} run;

static void check(fm_status status, const fm_error *error) {
    if (status != FM_OK)
        bench_die("the engine failed: %s", error->message);
}

/* Functions by themselves, so that their instructions can be counted. */
__attribute__((noinline)) void engine_build_base(engine *e, fm_table *customers, unsigned threads) {
    fm_base_options options = {.threads = threads};
    fm_error error;
    check(fm_base_read(e->model, customers, &options, NULL, &e->base, &error), &error);
}

__attribute__((noinline)) void engine_arrange(engine *e, unsigned threads) {
    fm_error error;
    check(fm_base_arrange(e->base, e->catalog, threads, &error), &error);
}

engine_bytes engine_demand_bytes(const fm_base *base) {
    return (engine_bytes){
        .slices = (uint64_t)base->block_count * base->block_words * sizeof *base->slices,
        .ranges = (uint64_t)base->block_count * base->demand_count * sizeof *base->ranges,
        .positions = (base->positions == NULL ? 0 : base->row_count * sizeof *base->positions) +
                     (base->rows_at == NULL ? 0 : base->row_count * sizeof *base->rows_at),
        .repeats = base->repeats == NULL ? 0 : base->block_count * FM__BLOCK_ROWS * sizeof *base->repeats,
    };
}

/* The slices of needs that the blocks cannot do without: where all rows demand alike, none are read. */
static uint64_t fit_bytes(const engine *e) {
    uint64_t bytes = 0;
    for (size_t b = 0; b < e->base->block_count; b++) {
        const fm__range *ranges = fm__base_ranges(e->base, b);
        for (size_t g = 0; g < e->plan->group_count; g++) {
            const fm__group *group = &e->plan->groups[g];
            fm__range range = ranges[group->demand];
            bool differ = group->method == FM__METHOD_THRESHOLD && group->plane_count > 0
                              ? group->classes[range.lowest] != group->classes[range.highest]
                              : range.lowest != range.highest;
            if (!group->want && differ)
                bytes += (uint64_t)group->slice_count * FM__BLOCK_WORDS * sizeof(uint64_t);
        }
    }
    return bytes;
}

engine *engine_new(const workload *w, const engine_options *options, engine_build *out_build) {
    engine *e = bench_new(1, sizeof *e);
    workload_columns *columns = NULL;
    fm_error error;
    e->set = options->set;
    e->kernel = fm__kernel_choose(options->set);
    if (e->kernel == NULL)
        bench_die("this machine does not have that instruction set");
    e->model = workload_model(w);
    e->catalog = workload_catalog(w, e->model);
    fm_table *table = options->drawn ? drawn_table_new(w, (drawn_rows){0, 1, w->options.rows}, true)
                                     : workload_customers(w, &columns);
    bench_time start = bench_now();
    engine_build_base(e, table, options->threads);
    out_build->base = bench_since(start);
    out_build->phases = fm_base_read_timings(e->base);
    if (options->drawn)
        fm_table_free(table);
    else
        workload_customers_free(table, columns);
    start = bench_now();
    if (!options->as_read)
        engine_arrange(e, options->threads);
    out_build->arrange = bench_since(start);
    if (fm_base_row_count(e->base) != w->options.rows)
        bench_die("the engine set rows of the workload aside");
    start = bench_now();
    check(fm__plan_new(e->base, e->catalog, &e->plan, &error), &error);
    out_build->plan = bench_since(start);
    out_build->fit_bytes = fit_bytes(e);
    out_build->slice_bytes = engine_demand_bytes(e->base).slices;
    return e;
}

void engine_free(engine *e) {
    fm__plan_free(e->plan);
    fm_base_free(e->base);
    fm_catalog_free(e->catalog);
    fm_model_free(e->model);
    free(e);
}

static fm_status visit_fit(void *context, unsigned slot_number, fm__block *block, size_t number,
                           fm_error *error) {
    const run *r = context;
    (void)number;
    (void)error;
    r->slots[slot_number].fitting += r->engine->kernel->count(block->own_fits, block->valid);
    return FM_OK;
}

static void count_block(const run *r, slot *s, const fm__block *block) {
    fm__verdict_planes verdicts;
    fm__verdict_planes_of(block, &verdicts);
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        s->counts.rows[v] += r->engine->kernel->count(verdicts.planes[v], block->valid);
    s->counts.overpromised += r->engine->kernel->count(block->overpromised, block->valid);
}

static fm_status visit_full(void *context, unsigned slot_number, fm__block *block, size_t number,
                            fm_error *error) {
    const run *r = context;
    (void)number;
    (void)error;
    count_block(r, &r->slots[slot_number], block);
    return FM_OK;
}

static fm_status visit_rows(void *context, unsigned slot_number, fm__block *block, size_t number,
                            fm_error *error) {
    const run *r = context;
    slot *s = &r->slots[slot_number];
    (void)error;
    count_block(r, s, block);
    fm__rows_of(r->engine->plan, r->engine->kernel, block, s->rows);
    if (r->keep == NULL)
        return FM_OK;
    uint64_t first = (uint64_t)number * FM__BLOCK_ROWS;
    uint64_t left = fm_base_row_count(r->engine->base) - first;
    for (size_t i = 0; i < FM__BLOCK_ROWS && i < left; i++) {
        uint64_t row = fm__base_row_at(r->engine->base, first + i);
        r->keep->verdict[row] = (unsigned char)s->rows[i].verdict;
        r->keep->own[row] = s->rows[i].own;
        r->keep->refer_to[row] = s->rows[i].refer_to;
        r->keep->overpromise[row] = s->rows[i].overpromise;
        r->keep->ask[row] = s->rows[i].ask;
    }
    return FM_OK;
}

/* One pass over the base; what all threads counted. */
static slot run_pass(const engine *e, unsigned threads, fm__depth depth, bench_rows *keep,
                     fm_status (*visit)(void *, unsigned, fm__block *, size_t, fm_error *)) {
    unsigned slots = fm__matcher_slots(threads);
    slot *counted = aligned_alloc(_Alignof(slot), slots * sizeof *counted);
    slot total = {.fitting = 0};
    fm_error error;
    if (counted == NULL)
        bench_die("out of memory");
    memset(counted, 0, slots * sizeof *counted);
    run r = {.engine = e, .slots = counted, .keep = keep};
    fm__visitor visitor = {.visit = visit, .context = &r, .depth = depth, .phase = FM_PHASE_MATCH};
    check(fm__matcher_run(e->plan, e->kernel, slots, &visitor, &error), &error);
    for (unsigned s = 0; s < slots; s++) {
        for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
            total.counts.rows[v] += counted[s].counts.rows[v];
        total.counts.overpromised += counted[s].counts.overpromised;
        total.fitting += counted[s].fitting;
    }
    free(counted);
    return total;
}

uint64_t engine_fit(const engine *e, unsigned threads) {
    return run_pass(e, threads, FM__DEPTH_DECIDE, NULL, visit_fit).fitting;
}

yard_counts engine_full(const engine *e, unsigned threads) {
    return run_pass(e, threads, FM__DEPTH_MATCH, NULL, visit_full).counts;
}

yard_counts engine_rows(const engine *e, unsigned threads) {
    return run_pass(e, threads, FM__DEPTH_MATCH, NULL, visit_rows).counts;
}

void engine_match_rows(const engine *e, unsigned threads, bench_rows *out_rows) {
    (void)run_pass(e, threads, FM__DEPTH_MATCH, out_rows, visit_rows);
}

yard_counts engine_match(const engine *e, unsigned threads) {
    fm_match_options options = {.threads = threads, .instruction_set = e->set};
    fm_matches *matches;
    fm_error error;
    check(fm_match(e->base, e->catalog, &options, &matches, &error), &error);
    const fm_match_totals *totals = fm_matches_totals(matches);
    yard_counts counts = {.overpromised = totals->overpromised_rows};
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        counts.rows[v] = totals->rows[v];
    fm_matches_free(matches);
    return counts;
}
