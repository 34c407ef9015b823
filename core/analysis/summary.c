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

/* A tally, and the money of rows that is not in it yet. */
typedef struct summed {
    fm__tally tally;
    fm__short_sum value;
    fm__short_sum expected;
} summed;

/* Tallies for each stage (0: none) and verdict, and the rows that are overpromised. */
typedef struct sums {
    uint64_t overpromised_rows;
    size_t waiting; /* rows since short sums were last added to the tallies: FM__SHORT_SUM_MAX at most */
    summed tallies[];
} sums;

struct fm_summing {
    const fm_model_spec *model;
    bool has_value;
    bool has_stage;
    sums *sums;
};

/* An addition: a base's rows are worth what its columns say. */
typedef struct adding {
    fm_summing *to;
    fm__worth worth;
    bool has_stage;
} adding;

static size_t tally_count(const fm_summing *s) {
    return (s->model->stage_count + 1) * FM_VERDICT_COUNT;
}

fm_status fm_summing_new(const fm_model *model, fm_summing **out_summing, fm_error *error) {
    fm_summing *s = calloc(1, sizeof *s);
    if (s == NULL)
        return fm__fail_memory(error);
    s->model = fm_model_content(model);
    s->sums = calloc(1, sizeof *s->sums + tally_count(s) * sizeof *s->sums->tallies);
    if (s->sums == NULL) {
        free(s);
        return fm__fail_memory(error);
    }
    *out_summing = s;
    return FM_OK;
}

void fm_summing_free(fm_summing *summing) {
    if (summing == NULL)
        return;
    free(summing->sums);
    free(summing);
}

/* Adds what waits to the tallies. */
static void settle(const fm_summing *summing, sums *s) {
    for (size_t i = 0; i < tally_count(summing); i++) {
        summed *one = &s->tallies[i];
        fm__exact_sum_add_short(&one->tally.value, &one->value);
        fm__exact_sum_add_short(&one->tally.expected, &one->expected);
        one->value = one->expected = (fm__short_sum){0};
    }
    s->waiting = 0;
}

static inline void add_money(fm__exact_sum *sum, fm__short_sum *shortly, double money) {
    if (!fm__short_sum_add(shortly, money))
        fm__exact_sum_add(sum, money);
}

/* Which verdict each row has is data that nobody can predict: no branch depends on it. */
static void add_rows(const adding *a, sums *s, const fm__rows *rows, const fm__verdict_planes *verdicts) {
    double values[FM__BLOCK_ROWS] = {0};
    double expected[FM__BLOCK_ROWS] = {0};
    fm__worth_rows(&a->worth, rows->numbers, rows->count, values, expected);
    for (size_t i = 0; i < rows->count; i++) {
        size_t verdict = 0;
        for (size_t v = 1; v < FM_VERDICT_COUNT; v++)
            verdict += v * (verdicts->planes[v][i / 64] >> (i % 64) & 1);
        size_t stage = a->has_stage ? fm__worth_stage(&a->worth, rows->numbers[i]) : 0;
        summed *to = &s->tallies[stage * FM_VERDICT_COUNT + verdict];
        to->tally.rows++;
        if (a->worth.has_value)
            add_money(&to->tally.value, &to->value, values[i]);
        if (a->worth.has_expected)
            add_money(&to->tally.expected, &to->expected, expected[i]);
    }
}

static fm_status add(void *context, void *state, const fm__rows *rows, fm_error *error) {
    (void)error;
    const adding *a = context;
    sums *s = state;
    fm__verdict_planes verdicts;
    fm__verdict_planes_of(rows->block, &verdicts);
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        s->overpromised_rows += (uint64_t)__builtin_popcountll(rows->block->overpromised[w]);
    if (s->waiting + rows->count > FM__SHORT_SUM_MAX)
        settle(a->to, s);
    s->waiting += rows->count;
    add_rows(a, s, rows, &verdicts);
    return FM_OK;
}

static void merge_sums(const fm_summing *s, sums *to, sums *other) {
    settle(s, other);
    to->overpromised_rows += other->overpromised_rows;
    for (size_t i = 0; i < tally_count(s); i++)
        if (other->tallies[i].tally.rows > 0)
            fm__tally_merge(&to->tallies[i].tally, &other->tallies[i].tally);
}

static fm_status merge(void *context, void *into, void *from, fm_error *error) {
    (void)error;
    merge_sums(((const adding *)context)->to, into, from);
    return FM_OK;
}

static fm_status finish(void *context, void *state, fm_error *error) {
    (void)error;
    const adding *a = context;
    merge_sums(a->to, a->to->sums, state);
    return FM_OK;
}

fm_status fm_summing_add(fm_summing *summing, const fm_matches *matches, const fm_analysis_run *options,
                         fm_error *error) {
    adding a = {.to = summing, .has_stage = matches->plan->base->has_stage};
    fm__reduction reduction = fm__reduction_of(matches);
    reduction.state_bytes = sizeof(sums) + tally_count(summing) * sizeof(summed);
    reduction.add = add;
    reduction.merge = merge;
    reduction.finish = finish;
    if (!fm__worth_init(&a.worth, matches->plan->base))
        return fm__fail_memory(error);
    fm_status status = fm__reduce(&reduction, options, &a, error);
    if (status == FM_OK) {
        summing->has_value |= a.worth.has_value;
        summing->has_stage |= a.has_stage;
    }
    fm__worth_destroy(&a.worth);
    return status;
}

/* --- the report --- */

static void put_money(const fm_summing *s, fm_cell *cells, const fm__tally *tally) {
    const fm__worth worth = {.has_value = s->has_value, .has_expected = s->has_value && s->has_stage};
    cells[0] = fm__tally_money(tally, &worth);
    cells[1] = fm__tally_expected(tally, &worth);
}

static bool put_verdicts(const fm_summing *s, fm_report *report, const fm__tally *by_verdict, uint64_t rows) {
    size_t table = FM__REPORT_TABLE(report, "verdicts", VERDICTS);
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
        fm_cell *cells = fm__report_add_row(report, table);
        if (cells == NULL)
            return false;
        cells[0] = fm__cell_of_string(fm_verdict_name((fm_verdict)v));
        cells[1] = fm__cell_of_count(by_verdict[v].rows);
        cells[2] = fm__cell_of_share(by_verdict[v].rows, rows);
        put_money(s, cells + 3, &by_verdict[v]);
    }
    return true;
}

/* `stage` as in a base: 0 for none. */
static bool put_stage(const fm_summing *s, fm_report *report, size_t table, size_t stage) {
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
        const fm__tally *tally = &s->sums->tallies[stage * FM_VERDICT_COUNT + v].tally;
        if (tally->rows == 0)
            continue;
        fm_cell *cells = fm__report_add_row(report, table);
        if (cells == NULL)
            return false;
        if (stage > 0)
            cells[0] = fm__cell_of_string(s->model->stages[stage - 1].name);
        cells[1] = fm__cell_of_string(fm_verdict_name((fm_verdict)v));
        cells[2] = fm__cell_of_count(tally->rows);
        put_money(s, cells + 3, tally);
    }
    return true;
}

static bool put_stages(const fm_summing *s, fm_report *report) {
    size_t table = FM__REPORT_TABLE(report, "stages", STAGES);
    bool done = true;
    /* Rows of no stage come last. */
    for (size_t i = 1; done && s->has_stage && i <= s->model->stage_count + 1; i++)
        done = put_stage(s, report, table, i % (s->model->stage_count + 1));
    return done;
}

static bool put_totals(const fm_summing *s, fm_report *report, const fm__tally *all, uint64_t fits) {
    fm_cell *cells = fm__report_add_row(report, FM__REPORT_TABLE(report, "totals", TOTALS));
    if (cells == NULL)
        return false;
    cells[0] = fm__cell_of_count(all->rows);
    put_money(s, cells + 1, all);
    cells[3] = fm__cell_of_share(fits, all->rows);
    cells[4] = fm__cell_of_count(s->sums->overpromised_rows);
    return true;
}

fm_status fm_summing_report(const fm_summing *s, fm_report **out_report, fm_error *error) {
    fm__tally by_verdict[FM_VERDICT_COUNT] = {0};
    fm__tally all = {0};
    fm_report *report = fm__report_new("summary");
    if (report == NULL)
        return fm__fail_memory(error);
    for (size_t i = 0; i < tally_count(s); i++)
        fm__tally_merge(&by_verdict[i % FM_VERDICT_COUNT], &s->sums->tallies[i].tally);
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
        fm__tally_merge(&all, &by_verdict[v]);
    bool done = put_verdicts(s, report, by_verdict, all.rows) && put_stages(s, report) &&
                put_totals(s, report, &all, by_verdict[FM_VERDICT_FIT].rows);
    return fm__report_end(report, done ? FM_OK : fm__fail_memory(error), out_report);
}

fm_status fm_summary(const fm_matches *matches, const fm_analysis_run *options, fm_report **out_report,
                     fm_error *error) {
    fm_summing *summing = NULL;
    fm_status status = fm_summing_new(matches->plan->base->model, &summing, error);
    if (status == FM_OK)
        status = fm_summing_add(summing, matches, options, error);
    if (status == FM_OK)
        status = fm_summing_report(summing, out_report, error);
    fm_summing_free(summing);
    return status;
}
