/* Rows and money by verdict, and by stage and verdict. */
#include "analysis/money.h"
#include "analysis/reduction.h"
#include "match/rows.h"

static const fm_report_column VERDICTS[] = {{"verdict", "Verdict", FM_CELL_TEXT},
                                            {"rows", "Customers", FM_CELL_COUNT},
                                            {"share", "Share", FM_CELL_SHARE},
                                            {"money", "Money", FM_CELL_MONEY},
                                            {"expected_money", "Expected money", FM_CELL_MONEY}};
static const fm_report_column STAGES[] = {{"stage", "Stage", FM_CELL_TEXT},
                                          {"verdict", "Verdict", FM_CELL_TEXT},
                                          {"rows", "Customers", FM_CELL_COUNT},
                                          {"money", "Money", FM_CELL_MONEY},
                                          {"expected_money", "Expected money", FM_CELL_MONEY}};
static const fm_report_column TOTALS[] = {{"rows", "Customers", FM_CELL_COUNT},
                                          {"money", "Money", FM_CELL_MONEY},
                                          {"expected_money", "Expected money", FM_CELL_MONEY},
                                          {"fit_share", "Fit", FM_CELL_SHARE},
                                          {"overpromised_rows", "Overpromised", FM_CELL_COUNT}};

typedef struct summing {
    const fm_model_spec *model;
    fm__worth worth;
    fm_report *report;
} summing;

/* A state is a tally for each stage (0: none) and verdict, then the rows that are overpromised. */
typedef struct sums {
    uint64_t overpromised_rows;
    fm__tally tallies[];
} sums;

static fm_status add(void *context, void *state, const fm__rows *rows, fm_error *error) {
    (void)error;
    const summing *c = context;
    sums *s = state;
    fm__verdict_planes verdicts;
    fm__verdict_planes_of(rows->block, &verdicts);
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        s->overpromised_rows += (uint64_t)__builtin_popcountll(rows->block->overpromised[w]);
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
            for (uint64_t bits = verdicts.planes[v][w]; bits != 0; bits &= bits - 1) {
                uint64_t row = rows->numbers[w * 64 + (size_t)__builtin_ctzll(bits)];
                fm__tally_add(&s->tallies[fm__worth_stage(&c->worth, row) * FM_VERDICT_COUNT + v], &c->worth,
                              row);
            }
    return FM_OK;
}

static fm_status merge(void *context, void *into, void *from, fm_error *error) {
    (void)error;
    const summing *c = context;
    sums *to = into;
    const sums *other = from;
    to->overpromised_rows += other->overpromised_rows;
    for (size_t i = 0; i < (c->model->stage_count + 1) * FM_VERDICT_COUNT; i++)
        fm__tally_merge(&to->tallies[i], &other->tallies[i]);
    return FM_OK;
}

static void put_money(fm_cell *cells, const fm__tally *tally, const fm__worth *worth) {
    cells[0] = fm__tally_money(tally, worth);
    cells[1] = fm__tally_expected(tally, worth);
}

static bool put_verdicts(const summing *c, size_t table, const fm__tally *by_verdict, uint64_t rows) {
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
        fm_cell *cells = fm__report_add_row(c->report, table);
        if (cells == NULL)
            return false;
        cells[0] = fm__cell_of_string(fm_verdict_name((fm_verdict)v));
        cells[1] = fm__cell_of_count(by_verdict[v].rows);
        cells[2] = fm__cell_of_share(by_verdict[v].rows, rows);
        put_money(cells + 3, &by_verdict[v], &c->worth);
    }
    return true;
}

/* `stage` as in a base: 0 for none. */
static bool put_stage(const summing *c, size_t table, const sums *s, size_t stage) {
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
        const fm__tally *tally = &s->tallies[stage * FM_VERDICT_COUNT + v];
        if (tally->rows == 0)
            continue;
        fm_cell *cells = fm__report_add_row(c->report, table);
        if (cells == NULL)
            return false;
        if (stage > 0)
            cells[0] = fm__cell_of_string(c->model->stages[stage - 1].name);
        cells[1] = fm__cell_of_string(fm_verdict_name((fm_verdict)v));
        cells[2] = fm__cell_of_count(tally->rows);
        put_money(cells + 3, tally, &c->worth);
    }
    return true;
}

static bool put_totals(const summing *c, size_t table, const fm__tally *all, uint64_t fits,
                       uint64_t overpromised) {
    fm_cell *cells = fm__report_add_row(c->report, table);
    if (cells == NULL)
        return false;
    cells[0] = fm__cell_of_count(all->rows);
    put_money(cells + 1, all, &c->worth);
    cells[3] = fm__cell_of_share(fits, all->rows);
    cells[4] = fm__cell_of_count(overpromised);
    return true;
}

static fm_status finish(void *context, void *state, fm_error *error) {
    const summing *c = context;
    const sums *s = state;
    fm__tally by_verdict[FM_VERDICT_COUNT] = {0};
    fm__tally all = {0};
    for (size_t i = 0; i < (c->model->stage_count + 1) * FM_VERDICT_COUNT; i++)
        fm__tally_merge(&by_verdict[i % FM_VERDICT_COUNT], &s->tallies[i]);
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        fm__tally_merge(&all, &by_verdict[v]);
    size_t verdicts = FM__REPORT_TABLE(c->report, "verdicts", VERDICTS);
    size_t stages = FM__REPORT_TABLE(c->report, "stages", STAGES);
    size_t totals = FM__REPORT_TABLE(c->report, "totals", TOTALS);
    bool done = put_verdicts(c, verdicts, by_verdict, all.rows) &&
                put_totals(c, totals, &all, by_verdict[FM_VERDICT_FIT].rows, s->overpromised_rows);
    /* Rows of no stage come last. */
    for (size_t i = 1; done && c->worth.base->has_stage && i <= c->model->stage_count + 1; i++)
        done = put_stage(c, stages, s, i % (c->model->stage_count + 1));
    return done ? FM_OK : fm__fail_memory(error);
}

fm_status fm_summary(const fm_matches *matches, const fm_analysis_run *options, fm_report **out_report,
                     fm_error *error) {
    summing c = {.model = matches->plan->model, .report = fm__report_new("summary")};
    fm__reduction reduction = fm__reduction_of(matches);
    reduction.state_bytes = sizeof(sums) + (c.model->stage_count + 1) * FM_VERDICT_COUNT * sizeof(fm__tally);
    reduction.add = add;
    reduction.merge = merge;
    reduction.finish = finish;
    fm_status status = FM_ERROR_MEMORY;
    if (!fm__worth_init(&c.worth, matches->plan->base) || c.report == NULL)
        status = fm__fail_memory(error);
    else
        status = fm__reduce(&reduction, options, &c, error);
    fm__worth_destroy(&c.worth);
    if (status != FM_OK) {
        fm_report_free(c.report);
        return status;
    }
    *out_report = c.report;
    return FM_OK;
}
