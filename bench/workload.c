#include "workload.h"

#include "support.h"

#include <stdlib.h>

/* Of a hundred offerings: partners', own ones that promise more than they deliver, blank cells. */
#define PARTNER_SHARE 0.25
#define OVERPROMISING_SHARE 0.25
#define BLANK_OFFER_SHARE 0.01
/* Rows that the search for the tightness looks at, fewer where every one costs thousands of offerings. */
#define SAMPLE_ROWS 2048
#define SAMPLE_ROWS_LARGE_CATALOG 512
#define TIGHTNESS_MAX 1.95

static void draw_offering(workload *w, uint32_t o, uint64_t *random) {
    size_t row = (size_t)o * w->options.attributes;
    /* The first is own: a catalog without own offerings is an error. */
    w->own[o] = o == 0 || bench_unit(random) >= PARTNER_SHARE;
    bool overpromises = w->own[o] && bench_unit(random) < OVERPROMISING_SHARE;
    for (uint32_t i = 0; i < w->options.attributes; i++) {
        const workload_attribute *a = &w->attributes[i];
        uint32_t pattern = bench_below(random, a->pattern_count - 1);
        if (bench_unit(random) < BLANK_OFFER_SHARE)
            pattern = a->pattern_count - 1;
        w->nominal[row + i] = (uint16_t)pattern;
        w->dependable[row + i] = (uint16_t)pattern;
        /* Numbers only have delivery records; half of the numbers of such an offering are off by some levels,
         * now and then for the better. */
        if (overpromises && workload_is_numeric(a) && pattern + 1 < a->pattern_count &&
            bench_unit(random) < 0.5)
            w->dependable[row + i] = (uint16_t)bench_below(random, a->pattern_count - 1);
    }
}

static uint16_t draw_demand(const workload_attribute *a, double tightness, uint64_t *random) {
    double low = tightness > 1 ? tightness - 1 : 0;
    double high = tightness > 1 ? 1 : tightness;
    double place = (low < 0.95 ? low : 0.95) + (high - (low < 0.95 ? low : 0.95)) * bench_unit(random);
    if (a->rule == FM_RULE_FLAG)
        return place > 0.5 ? WORKLOAD_FIRST : WORKLOAD_NONE;
    uint32_t demand = (uint32_t)(place * a->demand_count);
    return (uint16_t)(WORKLOAD_FIRST + (demand < a->demand_count ? demand : a->demand_count - 1));
}

/* Which random stream a row is drawn from: its own, or one that it shares with its duplicates. */
static uint64_t stream_of(const workload_options *o, uint64_t row) {
    uint64_t state = bench_mix(row + 1) ^ o->seed;
    if (o->duplicates > 0 && bench_unit(&state) < o->duplicates) {
        uint64_t profiles = o->profiles > 0 ? o->profiles : o->rows / 1000 + 16;
        return bench_mix(o->seed + 7) + bench_next(&state) % profiles;
    }
    return bench_mix(row ^ (o->seed << 20)) | UINT64_C(1) << 63;
}

void workload_draw_row(const workload *w, uint64_t row, uint16_t *needs, uint16_t *wants) {
    const workload_options *o = &w->options;
    uint64_t random = stream_of(o, row);
    /* Customers differ: some are content with little, some want all. */
    double tightness = w->tightness * (0.6 + 0.8 * bench_unit(&random));
    for (uint32_t i = 0; i < o->attributes; i++) {
        const workload_attribute *a = &w->attributes[i];
        needs[i] = WORKLOAD_NONE;
        wants[i] = WORKLOAD_NONE;
        if (bench_unit(&random) >= o->blank)
            needs[i] = draw_demand(a, tightness, &random);
        else if (a->may_be_unasked && bench_unit(&random) < o->unasked)
            needs[i] = WORKLOAD_UNASKED;
        if (o->wants > 0 && bench_unit(&random) < o->wants)
            wants[i] = draw_demand(a, tightness * 1.3, &random);
    }
}

static bool fits(const workload *w, uint32_t offering, const uint16_t *needs) {
    const uint16_t *patterns = w->dependable + (size_t)offering * w->options.attributes;
    for (uint32_t i = 0; i < w->options.attributes; i++)
        if (needs[i] >= WORKLOAD_FIRST &&
            !workload_met(&w->attributes[i], patterns[i], needs[i] - WORKLOAD_FIRST))
            return false;
    return true;
}

static double share_fitting(const workload *w) {
    uint64_t sample = w->options.offerings > 1000 ? SAMPLE_ROWS_LARGE_CATALOG : SAMPLE_ROWS;
    uint64_t fitting = 0;
    uint16_t *needs = bench_new(2 * (size_t)w->options.attributes, sizeof *needs);
    for (uint64_t row = 0; row < sample; row++) {
        workload_draw_row(w, row, needs, needs + w->options.attributes);
        bool found = false;
        for (uint32_t o = 0; o < w->options.offerings && !found; o++)
            found = w->own[o] && fits(w, o, needs);
        fitting += found;
    }
    free(needs);
    return (double)fitting / (double)sample;
}

/* Bisection: the tighter the demands, the fewer rows fit. */
static void find_tightness(workload *w) {
    double loose = 0.01;
    double tight = TIGHTNESS_MAX;
    for (int step = 0; step < 12; step++) {
        w->tightness = (loose + tight) / 2;
        if (share_fitting(w) > w->options.fitting)
            loose = w->tightness;
        else
            tight = w->tightness;
    }
}

static void draw_rows(workload *w) {
    uint32_t attributes = w->options.attributes;
    for (uint32_t c = 0; c < 2 * attributes; c++)
        if (workload_has_column(w, c))
            w->codes[c] = bench_big_new(w->options.rows, sizeof **w->codes);
#pragma omp parallel default(none) shared(w, attributes)
    {
        uint16_t *row_codes = bench_new(2 * (size_t)attributes, sizeof *row_codes);
#pragma omp for schedule(static)
        for (uint64_t row = 0; row < w->options.rows; row++) {
            workload_draw_row(w, row, row_codes, row_codes + attributes);
            for (uint32_t i = 0; i < attributes; i++) {
                w->codes[2 * i][row] = row_codes[i];
                if (w->codes[2 * i + 1] != NULL)
                    w->codes[2 * i + 1][row] = row_codes[attributes + i];
            }
        }
        free(row_codes);
    }
}

workload *workload_new_without_rows(const workload_options *options) {
    workload *w = bench_new(1, sizeof *w);
    uint64_t random = bench_mix(options->seed);
    size_t cells = (size_t)options->offerings * options->attributes;
    w->options = *options;
    workload_draw_values(w, &random);
    w->own = bench_new(options->offerings, sizeof *w->own);
    w->nominal = bench_new(cells, sizeof *w->nominal);
    w->dependable = bench_new(cells, sizeof *w->dependable);
    w->codes = bench_new(2 * (size_t)options->attributes, sizeof *w->codes);
    for (uint32_t o = 0; o < options->offerings; o++)
        draw_offering(w, o, &random);
    find_tightness(w);
    return w;
}

workload *workload_new(const workload_options *options) {
    workload *w = workload_new_without_rows(options);
    draw_rows(w);
    return w;
}

void workload_free(workload *w) {
    for (uint32_t i = 0; i < w->options.attributes; i++) {
        workload_attribute *a = &w->attributes[i];
        free(a->pattern_numbers);
        free(a->pattern_sets);
        free(a->pattern_cells);
        free(a->demand_numbers);
        free(a->demand_sets);
        free(a->demand_cells);
        free(a->met);
        free(w->codes[2 * i]);
        free(w->codes[2 * i + 1]);
    }
    free(w->attributes);
    free(w->own);
    free(w->nominal);
    free(w->dependable);
    free(w->codes);
    free(w);
}
