#include "match/matcher.h"
#include "match/rows.h"
#include "match/signatures.h"

/* What one thread counts. Money is summed exactly, so that neither threads nor the order of rows change a
 * bit.
 */
typedef struct tally {
    uint64_t rows[FM_VERDICT_COUNT];
    uint64_t overpromised_rows;
    fm__exact_sum money[FM_VERDICT_COUNT];
    fm__exact_sum expected[FM_VERDICT_COUNT];
} tally;

typedef struct counting {
    const fm__plan *plan;
    const fm__kernel *kernel;
    fm__depth depth;
    tally *tallies;          /* [slot] */
    uint64_t *unmet_rows;    /* [slot][attribute] */
    double *stage_chances;   /* [stage code] */
    unsigned char *verdicts; /* [place] of a folded base with money; else NULL */
} counting;

static void count_money(const counting *c, tally *t, size_t v, const fm__segment *segment, size_t at) {
    fm__exact_sum_add(&t->money[v], segment->values[at]);
    if (segment->stages != NULL)
        fm__exact_sum_add(&t->expected[v], segment->values[at] * c->stage_chances[segment->stages[at]]);
}

/* The money of the places of a block; where many rows share one, money is added up when all verdicts are
 * known. */
static void count_places(const counting *c, const fm__verdict_planes *verdicts, size_t number, tally *t) {
    const fm_base *base = c->plan->base;
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++) {
            for (uint64_t places = verdicts->planes[v][w]; places != 0; places &= places - 1) {
                uint64_t place =
                    (uint64_t)number * FM__BLOCK_ROWS + w * 64 + (uint64_t)__builtin_ctzll(places);
                if (c->verdicts != NULL) {
                    c->verdicts[place] = (unsigned char)v;
                    continue;
                }
                uint64_t row = fm__base_row_at(base, place);
                count_money(c, t, v, base->segments[row / base->segment_rows],
                            (size_t)(row % base->segment_rows));
            }
        }
    }
}

static bool count_segment(void *context, unsigned slot, size_t number) {
    const counting *c = context;
    const fm_base *base = c->plan->base;
    const fm__segment *segment = base->segments[number];
    const uint32_t *places = base->positions + number * base->segment_rows;
    for (size_t at = 0; at < segment->row_count; at++)
        count_money(c, &c->tallies[slot], c->verdicts[places[at]], segment, at);
    return true;
}

/* Rows of a plane of a block. */
static uint64_t count_rows(const counting *c, const uint64_t *plane, const fm__block *block, size_t number) {
    const uint32_t *repeats = c->plan->base->repeats;
    return repeats == NULL ? c->kernel->count(plane, block->valid)
                           : c->kernel->weigh(plane, block->valid, repeats + number * FM__BLOCK_ROWS);
}

static fm_status count_block(void *context, unsigned slot, fm__block *block, size_t number, fm_error *error) {
    (void)error;
    const counting *c = context;
    tally *t = &c->tallies[slot];
    size_t attributes = c->plan->model->attribute_count;
    fm__verdict_planes verdicts;
    fm__verdict_planes_of(block, &verdicts);
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        t->rows[v] += count_rows(c, verdicts.planes[v], block, number);
    if (c->depth == FM__DEPTH_MATCH) {
        t->overpromised_rows += count_rows(c, block->overpromised, block, number);
        c->kernel->unmet(c->plan, block);
        for (size_t a = 0; a < attributes; a++)
            c->unmet_rows[slot * attributes + a] +=
                count_rows(c, block->unmet + a * FM__BLOCK_WORDS, block, number);
    }
    if (c->plan->base->has_value)
        count_places(c, &verdicts, number, t);
    return FM_OK;
}

static void add_up(const counting *c, unsigned slots, fm_matches *matches) {
    size_t attributes = c->plan->model->attribute_count;
    for (unsigned slot = 0; slot < slots; slot++) {
        const tally *t = &c->tallies[slot];
        for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
            matches->totals.rows[v] += t->rows[v];
            fm__exact_sum_merge(&matches->money[v], &t->money[v]);
            fm__exact_sum_merge(&matches->expected[v], &t->expected[v]);
        }
        matches->totals.overpromised_rows += t->overpromised_rows;
        for (size_t a = 0; a < attributes; a++)
            matches->unmet_rows[a] += c->unmet_rows[slot * attributes + a];
    }
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
        matches->totals.money[v] = fm__exact_sum_round(&matches->money[v]);
        matches->totals.expected[v] = fm__exact_sum_round(&matches->expected[v]);
    }
}

static fm_status count_all(fm_matches *matches, const fm_match_options *options, fm_error *error) {
    const fm__plan *plan = matches->plan;
    const fm_model_spec *model = plan->model;
    unsigned slots = fm__matcher_slots(options->threads);
    fm_status status = FM_ERROR_MEMORY;
    counting c = {.plan = plan, .kernel = matches->kernel};
    c.depth = options->verdicts_only ? FM__DEPTH_DECIDE : FM__DEPTH_MATCH;
    c.tallies = fm__array_new(slots, sizeof *c.tallies);
    c.unmet_rows = fm__array_new(slots * model->attribute_count, sizeof *c.unmet_rows);
    c.stage_chances = fm__array_new(model->stage_count + 1, sizeof *c.stage_chances);
    bool is_apart = plan->base->repeats != NULL && plan->base->has_value;
    c.verdicts = is_apart ? fm__array_new(plan->base->place_count, 1) : NULL;
    if (c.tallies == NULL || c.unmet_rows == NULL || c.stage_chances == NULL ||
        (is_apart && c.verdicts == NULL)) {
        status = fm__fail_memory(error);
        goto cleanup;
    }
    for (size_t s = 0; s < model->stage_count; s++)
        c.stage_chances[s + 1] = model->stages[s].percent / 100;
    fm__visitor visitor = {
        .visit = count_block,
        .context = &c,
        .depth = c.depth,
        .phase = FM_PHASE_MATCH,
        .progress = options->progress,
    };
    status = fm__matcher_run(plan, matches->kernel, slots, &visitor, error);
    if (status == FM_OK && is_apart)
        (void)fm__matcher_items(slots, plan->base->segment_count, count_segment, &c);
    if (status == FM_OK)
        add_up(&c, slots, matches);
cleanup:
    free(c.verdicts);
    free(c.tallies);
    free(c.unmet_rows);
    free(c.stage_chances);
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
        status = matches->unmet_rows == NULL ? fm__fail_memory(error) : FM_OK;
    }
    if (status == FM_OK && !options->no_totals)
        status = fm_base_check(base, FM_BASE_DEMANDS | FM_BASE_MONEY, options->threads, error);
    if (status == FM_OK && !options->no_totals)
        status = count_all(matches, options, error);
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
