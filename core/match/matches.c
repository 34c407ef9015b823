#include "match/matcher.h"
#include "match/rows.h"
#include "match/signatures.h"

/* What one thread counts; counts add up in any order. */
typedef struct tally {
    uint64_t rows[FM_VERDICT_COUNT];
    uint64_t overpromised_rows;
} tally;

/* The money of one block. Kept per block and summed in block order, so that no number of threads changes a
 * bit. */
typedef struct block_money {
    double money[FM_VERDICT_COUNT];
    double expected[FM_VERDICT_COUNT];
} block_money;

typedef struct counting {
    const fm__plan *plan;
    const fm__kernel *kernel;
    tally *tallies;        /* [slot] */
    uint64_t *unmet_rows;  /* [slot][attribute] */
    block_money *money;    /* [block]; NULL without a value column */
    double *stage_chances; /* [stage code] */
} counting;

static void count_money(const counting *c, const fm__verdict_planes *verdicts, size_t number,
                        block_money *out_money) {
    const fm_base *base = c->plan->base;
    size_t first = number * FM__BLOCK_ROWS;
    const fm__segment *segment = base->segments[first / base->segment_rows];
    size_t offset = first % base->segment_rows;
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
        double money = 0;
        double expected = 0;
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++) {
            for (uint64_t rows = verdicts->planes[v][w]; rows != 0; rows &= rows - 1) {
                size_t at = offset + w * 64 + (size_t)__builtin_ctzll(rows);
                money += segment->values[at];
                if (segment->stages != NULL)
                    expected += segment->values[at] * c->stage_chances[segment->stages[at]];
            }
        }
        out_money->money[v] = money;
        out_money->expected[v] = expected;
    }
}

static fm_status count_block(void *context, unsigned slot, fm__block *block, size_t number, fm_error *error) {
    (void)error;
    const counting *c = context;
    tally *t = &c->tallies[slot];
    size_t attributes = c->plan->model->attribute_count;
    fm__verdict_planes verdicts;
    fm__verdict_planes_of(block, &verdicts);
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        t->rows[v] += c->kernel->count(verdicts.planes[v], block->valid);
    t->overpromised_rows += c->kernel->count(block->overpromised, block->valid);
    for (size_t a = 0; a < attributes; a++)
        c->unmet_rows[slot * attributes + a] +=
            c->kernel->count(block->unmet + a * FM__BLOCK_WORDS, block->valid);
    if (c->money != NULL)
        count_money(c, &verdicts, number, &c->money[number]);
    return FM_OK;
}

static void add_up(const counting *c, unsigned slots, fm_matches *matches) {
    size_t attributes = c->plan->model->attribute_count;
    for (unsigned slot = 0; slot < slots; slot++) {
        for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
            matches->totals.rows[v] += c->tallies[slot].rows[v];
        matches->totals.overpromised_rows += c->tallies[slot].overpromised_rows;
        for (size_t a = 0; a < attributes; a++)
            matches->unmet_rows[a] += c->unmet_rows[slot * attributes + a];
    }
    for (size_t b = 0; c->money != NULL && b < c->plan->base->block_count; b++) {
        for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
            matches->totals.money[v] += c->money[b].money[v];
            matches->totals.expected[v] += c->money[b].expected[v];
        }
    }
}

static fm_status count_all(fm_matches *matches, const fm_match_options *options, fm_error *error) {
    const fm__plan *plan = matches->plan;
    const fm_model_spec *model = plan->model;
    unsigned slots = fm__matcher_slots(options->threads);
    fm_status status = FM_ERROR_MEMORY;
    counting c = {.plan = plan, .kernel = matches->kernel};
    c.tallies = fm__array_new(slots, sizeof *c.tallies);
    c.unmet_rows = fm__array_new(slots * model->attribute_count, sizeof *c.unmet_rows);
    c.stage_chances = fm__array_new(model->stage_count + 1, sizeof *c.stage_chances);
    if (plan->base->has_value)
        c.money = fm__array_new(plan->base->block_count, sizeof *c.money);
    if (c.tallies == NULL || c.unmet_rows == NULL || c.stage_chances == NULL ||
        (plan->base->has_value && c.money == NULL)) {
        status = fm__fail_memory(error);
        goto cleanup;
    }
    for (size_t s = 0; s < model->stage_count; s++)
        c.stage_chances[s + 1] = model->stages[s].percent / 100;
    fm__visitor visitor = {
        .visit = count_block, .context = &c, .phase = FM_PHASE_MATCH, .progress = options->progress};
    status = fm__matcher_run(plan, matches->kernel, slots, &visitor, error);
    if (status == FM_OK)
        add_up(&c, slots, matches);
cleanup:
    free(c.tallies);
    free(c.unmet_rows);
    free(c.stage_chances);
    free(c.money);
    return status;
}

fm_status fm_match(const fm_base *base, const fm_catalog *catalog, const fm_match_options *options,
                   fm_matches **out_matches, fm_error *error) {
    static const fm_match_options defaults;
    options = options == NULL ? &defaults : options;
    const fm__kernel *kernel = fm__kernel_choose(options->instruction_set);
    if (kernel == NULL)
        return fm__fail(error, FM_ERROR_ARGUMENT, "this machine does not have that instruction set");
    fm_matches *matches = calloc(1, sizeof *matches);
    if (matches == NULL)
        return fm__fail_memory(error);
    matches->kernel = kernel;
    fm_status status = fm__plan_new(base, catalog, &matches->plan, error);
    if (status == FM_OK) {
        matches->unmet_rows =
            fm__array_new(matches->plan->model->attribute_count, sizeof *matches->unmet_rows);
        status = matches->unmet_rows == NULL ? fm__fail_memory(error) : count_all(matches, options, error);
    }
    if (status != FM_OK) {
        fm_matches_free(matches);
        return status;
    }
    *out_matches = matches;
    return FM_OK;
}

void fm_matches_free(fm_matches *matches) {
    if (matches == NULL)
        return;
    fm__plan_free(matches->plan);
    free(matches->unmet_rows);
    free(matches);
}

const fm_match_totals *fm_matches_totals(const fm_matches *matches) {
    return &matches->totals;
}

uint64_t fm_matches_unmet_rows(const fm_matches *matches, size_t attribute) {
    return matches->unmet_rows[attribute];
}

fm_instruction_set fm_matches_instruction_set(const fm_matches *matches) {
    return matches->kernel->instruction_set;
}

const char *fm_verdict_name(fm_verdict verdict) {
    static const char *const names[FM_VERDICT_COUNT] = {"fit", "ask", "refer", "walk_away"};
    return names[verdict];
}
