/* What another catalog would change: two plans over one base, block by block side by side. */
#include "analysis/money.h"
#include "analysis/reduction.h"
#include "match/rows.h"

static const fm_report_column VERDICTS[] = {{"verdict", "Verdict", FM_CELL_TEXT},
                                            {"rows_before", "Customers before", FM_CELL_COUNT},
                                            {"rows_after", "after", FM_CELL_COUNT},
                                            {"rows_change", "change", FM_CELL_CHANGE},
                                            {"money_before", "Money before", FM_CELL_MONEY},
                                            {"money_after", "after", FM_CELL_MONEY},
                                            {"money_change", "change", FM_CELL_MONEY},
                                            {"expected_money_before", "Expected money before", FM_CELL_MONEY},
                                            {"expected_money_after", "after", FM_CELL_MONEY},
                                            {"expected_money_change", "change", FM_CELL_MONEY}};
static const fm_report_column FLIPS[] = {{"from", "From", FM_CELL_TEXT},
                                         {"to", "To", FM_CELL_TEXT},
                                         {"rows", "Customers", FM_CELL_COUNT},
                                         {"money", "Money", FM_CELL_MONEY},
                                         {"expected_money", "Expected money", FM_CELL_MONEY}};
static const fm_report_column CUSTOMERS[] = {{"customer_id", "Customer", FM_CELL_TEXT},
                                             {"from", "From", FM_CELL_TEXT},
                                             {"to", "To", FM_CELL_TEXT},
                                             {"offering_before", "Offering before", FM_CELL_TEXT},
                                             {"offering_after", "Offering after", FM_CELL_TEXT},
                                             {"value", "Value", FM_CELL_MONEY}};

/* Pairs of verdicts: 4 x before + after. */
#define PAIRS (FM_VERDICT_COUNT * FM_VERDICT_COUNT)

/* A row whose verdict flips; offerings by their place in the catalogs, of which no number is too large. */
typedef struct flip {
    uint64_t row;
    uint16_t before;
    uint16_t after;
    uint8_t pair;
} flip;

/* What a thread collects. */
typedef struct state {
    fm__tally pairs[PAIRS];
    flip *flips;
    size_t flip_count;
    size_t flip_capacity;
} state;

/* What the rows of the report's long table are made of. */
typedef struct source {
    fm__worth worth;
    const fm_catalog *before;
    const fm_catalog *after;
    flip *flips; /* in row order */
} source;

typedef struct comparing {
    const fm__plan *before;
    const fm__plan *after;
    fm__worth worth;
    bool list;
    fm_report *report;
} comparing;

static void source_free(void *of) {
    source *s = of;
    if (s == NULL)
        return;
    fm__worth_destroy(&s->worth);
    free(s->flips);
    free(s);
}

/* Counts the rows that have one verdict before and another (or the same) after. */
static void count_pair(fm__tally *tally, const fm__worth *worth, const uint64_t *plane, const double *values,
                       const double *expected) {
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++) {
        tally->rows += (uint64_t)__builtin_popcountll(plane[w]);
        for (uint64_t bits = plane[w]; bits != 0 && worth->has_value; bits &= bits - 1) {
            size_t at = w * 64 + (size_t)__builtin_ctzll(bits);
            fm__exact_sum_add(&tally->value, values[at]);
            if (worth->has_expected)
                fm__exact_sum_add(&tally->expected, expected[at]);
        }
    }
}

static bool list_flips(const comparing *c, state *s, const fm__rows *rows, size_t pair,
                       const uint64_t *plane) {
    uint32_t before[FM__BLOCK_ROWS];
    uint32_t after[FM__BLOCK_ROWS];
    uint64_t some = 0;
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        some |= plane[w];
    if (some == 0)
        return true;
    if (!fm__array_reserve(&s->flips, &s->flip_capacity, s->flip_count + FM__BLOCK_ROWS, sizeof *s->flips))
        return false;
    fm__winners_offerings(&c->before->own, &rows->block->own, before);
    fm__winners_offerings(&c->after->own, &rows->other->own, after);
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        for (uint64_t bits = plane[w]; bits != 0; bits &= bits - 1) {
            size_t at = w * 64 + (size_t)__builtin_ctzll(bits);
            s->flips[s->flip_count++] = (flip){.row = rows->numbers[at],
                                               .before = (uint16_t)before[at],
                                               .after = (uint16_t)after[at],
                                               .pair = (uint8_t)pair};
        }
    return true;
}

static fm_status add(void *context, void *state_of, const fm__rows *rows, fm_error *error) {
    const comparing *c = context;
    state *s = state_of;
    double values[FM__BLOCK_ROWS];
    double expected[FM__BLOCK_ROWS];
    fm__verdict_planes before;
    fm__verdict_planes after;
    fm__verdict_planes_of(rows->block, &before);
    fm__verdict_planes_of(rows->other, &after);
    fm__worth_rows(&c->worth, rows->numbers, rows->count, values, expected);
    for (size_t pair = 0; pair < PAIRS; pair++) {
        size_t from = pair / FM_VERDICT_COUNT;
        size_t to = pair % FM_VERDICT_COUNT;
        uint64_t plane[FM__BLOCK_WORDS];
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
            plane[w] = before.planes[from][w] & after.planes[to][w];
        count_pair(&s->pairs[pair], &c->worth, plane, values, expected);
        if (c->list && from != to && !list_flips(c, s, rows, pair, plane))
            return fm__fail_memory(error);
    }
    return FM_OK;
}

static fm_status merge(void *context, void *into, void *from, fm_error *error) {
    (void)context;
    state *to = into;
    const state *other = from;
    for (size_t pair = 0; pair < PAIRS; pair++)
        fm__tally_merge(&to->pairs[pair], &other->pairs[pair]);
    if (!fm__array_reserve(&to->flips, &to->flip_capacity, to->flip_count + other->flip_count,
                           sizeof *to->flips))
        return fm__fail_memory(error);
    if (other->flip_count > 0)
        memcpy(to->flips + to->flip_count, other->flips, other->flip_count * sizeof *to->flips);
    to->flip_count += other->flip_count;
    return FM_OK;
}

static void end(void *context, void *state_of) {
    (void)context;
    state *s = state_of;
    free(s->flips);
}

static int by_row(const void *a, const void *b) {
    const flip *x = a;
    const flip *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

/* --- the report --- */

static fm_cell difference(fm_cell before, fm_cell after) {
    return before.is_null ? before : fm__cell_of_number(after.number - before.number);
}

static bool put_verdict(const comparing *c, size_t table, size_t verdict, const fm__tally *before,
                        const fm__tally *after) {
    fm_cell *cells = fm__report_add_row(c->report, table);
    if (cells == NULL)
        return false;
    cells[0] = fm__cell_of_string(fm_verdict_name((fm_verdict)verdict));
    cells[1] = fm__cell_of_count(before->rows);
    cells[2] = fm__cell_of_count(after->rows);
    cells[3] = fm__cell_of_change((int64_t)(after->rows - before->rows));
    cells[4] = fm__tally_money(before, &c->worth);
    cells[5] = fm__tally_money(after, &c->worth);
    cells[6] = difference(cells[4], cells[5]);
    cells[7] = fm__tally_expected(before, &c->worth);
    cells[8] = fm__tally_expected(after, &c->worth);
    cells[9] = difference(cells[7], cells[8]);
    return true;
}

static bool put_flip(const comparing *c, size_t table, size_t pair, const fm__tally *tally) {
    if (tally->rows == 0)
        return true;
    fm_cell *cells = fm__report_add_row(c->report, table);
    if (cells == NULL)
        return false;
    cells[0] = fm__cell_of_string(fm_verdict_name((fm_verdict)(pair / FM_VERDICT_COUNT)));
    cells[1] = fm__cell_of_string(fm_verdict_name((fm_verdict)(pair % FM_VERDICT_COUNT)));
    cells[2] = fm__cell_of_count(tally->rows);
    cells[3] = fm__tally_money(tally, &c->worth);
    cells[4] = fm__tally_expected(tally, &c->worth);
    return true;
}

static fm_status customer_row(void *of, uint64_t row, fm_cell *out_cells, fm_error *error) {
    (void)error;
    const source *s = of;
    const flip *f = &s->flips[row];
    out_cells[0] = fm__cell_of_text(fm_base_id(s->worth.base, f->row));
    out_cells[1] = fm__cell_of_string(fm_verdict_name((fm_verdict)(f->pair / FM_VERDICT_COUNT)));
    out_cells[2] = fm__cell_of_string(fm_verdict_name((fm_verdict)(f->pair % FM_VERDICT_COUNT)));
    out_cells[3] = fm__cell_of_string(s->before->offerings[f->before].id);
    out_cells[4] = fm__cell_of_string(s->after->offerings[f->after].id);
    out_cells[5] = fm__worth_cell(&s->worth, f->row);
    return FM_OK;
}

/* The flips become the report's. */
static bool put_customers(const comparing *c, size_t table, state *s) {
    source *to = calloc(1, sizeof *to);
    c->report->source = to;
    c->report->source_free = source_free;
    if (to == NULL || !fm__worth_init(&to->worth, c->before->base))
        return false;
    if (s->flip_count > 0)
        qsort(s->flips, s->flip_count, sizeof *s->flips, by_row);
    to->before = c->before->catalog;
    to->after = c->after->catalog;
    to->flips = s->flips;
    s->flips = NULL;
    c->report->tables[table].row = customer_row;
    c->report->tables[table].row_count = s->flip_count;
    return true;
}

static fm_status finish(void *context, void *state_of, fm_error *error) {
    const comparing *c = context;
    state *s = state_of;
    size_t verdicts = FM__REPORT_TABLE(c->report, "verdicts", VERDICTS);
    size_t flips = FM__REPORT_TABLE(c->report, "flips", FLIPS);
    size_t customers = FM__REPORT_TABLE(c->report, "customers", CUSTOMERS);
    bool done = put_customers(c, customers, s);
    for (size_t v = 0; done && v < FM_VERDICT_COUNT; v++) {
        fm__tally before = {0};
        fm__tally after = {0};
        for (size_t other = 0; other < FM_VERDICT_COUNT; other++) {
            fm__tally_merge(&before, &s->pairs[v * FM_VERDICT_COUNT + other]);
            fm__tally_merge(&after, &s->pairs[other * FM_VERDICT_COUNT + v]);
        }
        done = put_verdict(c, verdicts, v, &before, &after);
    }
    for (size_t pair = 0; done && pair < PAIRS; pair++)
        if (pair / FM_VERDICT_COUNT != pair % FM_VERDICT_COUNT)
            done = put_flip(c, flips, pair, &s->pairs[pair]);
    return done ? FM_OK : fm__fail_memory(error);
}

fm_status fm_whatif(const fm_matches *before, const fm_catalog *after, const fm_whatif_options *options,
                    fm_report **out_report, fm_error *error) {
    static const fm_whatif_options defaults;
    options = options == NULL ? &defaults : options;
    fm__plan *plan = NULL;
    fm_status status = fm__plan_new(before->plan->base, after, &plan, error);
    if (status != FM_OK)
        return status;
    comparing c = {.before = before->plan,
                   .after = plan,
                   .list = options->customers,
                   .report = fm__report_new("whatif")};
    fm__reduction reduction = fm__reduction_of(before);
    reduction.other = plan;
    reduction.depth = c.list ? FM__DEPTH_MATCH : FM__DEPTH_DECIDE;
    reduction.state_bytes = sizeof(state);
    reduction.add = add;
    reduction.merge = merge;
    reduction.finish = finish;
    reduction.end = end;
    if (!fm__worth_init(&c.worth, before->plan->base) || c.report == NULL)
        status = fm__fail_memory(error);
    else
        status = fm__reduce(&reduction, &options->run, &c, error);
    fm__worth_destroy(&c.worth);
    fm__plan_free(plan);
    return fm__report_end(c.report, status, out_report);
}
