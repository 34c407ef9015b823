/* Unasked attributes, in the order to ask. */
#include "analysis/money.h"
#include "analysis/reduction.h"
#include "match/rows.h"

static const fm_report_column QUESTIONS[] = {
    {"attribute", "Attribute", FM_CELL_TEXT},     {"question", "Question", FM_CELL_TEXT},
    {"unasked_rows", "Not asked", FM_CELL_COUNT}, {"hinge_rows", "Hinge on it", FM_CELL_COUNT},
    {"hinge_money", "Money", FM_CELL_MONEY},      {"hinge_expected_money", "Expected money", FM_CELL_MONEY},
    {"first_rows", "Ask first", FM_CELL_COUNT}};

/* An attribute with unasked rows. */
typedef struct asked {
    uint64_t unasked_rows;
    uint64_t first_rows;
    fm__tally hinge;
    size_t attribute;
    double money; /* of `hinge`, rounded */
    double expected_money;
} asked;

typedef struct asking {
    const fm__plan *plan;
    fm__worth worth;
    fm_report *report;
    uint32_t *places; /* [attribute] among those with unasked rows */
} asking;

/* Which row asks what first is in the rows' results; all else is in the planes. */
static void count_first(const asking *a, asked *of, const fm__rows *rows, const uint64_t *ask) {
    for (size_t w = 0; w < FM__BLOCK_WORDS; w++)
        for (uint64_t bits = ask[w]; bits != 0; bits &= bits - 1) {
            uint32_t attribute = rows->results[w * 64 + (size_t)__builtin_ctzll(bits)].ask;
            if (attribute != FM_NONE)
                of[a->places[attribute]].first_rows++;
        }
}

static fm_status add(void *context, void *state, const fm__rows *rows, fm_error *error) {
    (void)error;
    const asking *a = context;
    asked *of = state;
    const fm__block *block = rows->block;
    fm__verdict_planes verdicts;
    fm__verdict_planes_of(block, &verdicts);
    const uint64_t *ask = verdicts.planes[FM_VERDICT_ASK];
    for (size_t i = 0; i < a->plan->unasked_count; i++) {
        uint32_t number = a->plan->groups[a->plan->unasked[i]].unasked_plane;
        const uint64_t *plane = block->planes + (size_t)number * FM__BLOCK_WORDS;
        for (size_t w = 0; w < FM__BLOCK_WORDS; w++) {
            of[i].unasked_rows += (uint64_t)__builtin_popcountll(plane[w] & block->valid[w]);
            for (uint64_t bits = plane[w] & ask[w]; bits != 0; bits &= bits - 1)
                fm__tally_add(&of[i].hinge, &a->worth, rows->numbers[w * 64 + (size_t)__builtin_ctzll(bits)]);
        }
    }
    count_first(a, of, rows, ask);
    return FM_OK;
}

static fm_status merge(void *context, void *into, void *from, fm_error *error) {
    (void)error;
    const asking *a = context;
    asked *to = into;
    const asked *other = from;
    for (size_t i = 0; i < a->plan->unasked_count; i++) {
        to[i].unasked_rows += other[i].unasked_rows;
        to[i].first_rows += other[i].first_rows;
        fm__tally_merge(&to[i].hinge, &other[i].hinge);
    }
    return FM_OK;
}

static int descending(double a, double b) {
    return (a < b) - (a > b);
}

static int most_urgent_first(const void *a, const void *b) {
    const asked *x = a;
    const asked *y = b;
    int order = descending(x->expected_money, y->expected_money);
    if (order == 0)
        order = descending(x->money, y->money);
    if (order == 0)
        order = (x->hinge.rows < y->hinge.rows) - (x->hinge.rows > y->hinge.rows);
    return order != 0 ? order : (x->attribute > y->attribute) - (x->attribute < y->attribute);
}

static fm_status finish(void *context, void *state, fm_error *error) {
    const asking *a = context;
    asked *of = state;
    size_t table = FM__REPORT_TABLE(a->report, "questions", QUESTIONS);
    for (size_t i = 0; i < a->plan->unasked_count; i++) {
        of[i].attribute = a->plan->groups[a->plan->unasked[i]].attribute;
        of[i].money = fm__exact_sum_round(&of[i].hinge.value);
        of[i].expected_money = fm__exact_sum_round(&of[i].hinge.expected);
    }
    if (a->plan->unasked_count > 1)
        qsort(of, a->plan->unasked_count, sizeof *of, most_urgent_first);
    for (size_t i = 0; i < a->plan->unasked_count; i++) {
        const fm_attribute *attribute = &a->plan->model->attributes[of[i].attribute];
        if (of[i].unasked_rows == 0)
            continue;
        fm_cell *cells = fm__report_add_row(a->report, table);
        if (cells == NULL)
            return fm__fail_memory(error);
        cells[0] = fm__cell_of_string(attribute->name);
        cells[1] = fm__cell_of_string(attribute->question);
        cells[2] = fm__cell_of_count(of[i].unasked_rows);
        cells[3] = fm__cell_of_count(of[i].hinge.rows);
        cells[4] = fm__tally_money(&of[i].hinge, &a->worth);
        cells[5] = fm__tally_expected(&of[i].hinge, &a->worth);
        cells[6] = fm__cell_of_count(of[i].first_rows);
    }
    return FM_OK;
}

fm_status fm_questions(const fm_matches *matches, const fm_analysis_run *options, fm_report **out_report,
                       fm_error *error) {
    const fm__plan *plan = matches->plan;
    asking a = {.plan = plan,
                .report = fm__report_new("questions"),
                .places = fm__array_new(plan->model->attribute_count, sizeof *a.places)};
    for (uint32_t i = 0; a.places != NULL && i < plan->unasked_count; i++)
        a.places[plan->groups[plan->unasked[i]].attribute] = i;
    fm__reduction reduction = fm__reduction_of(matches);
    reduction.results = true;
    reduction.state_bytes = sizeof(asked) * (plan->unasked_count + 1);
    reduction.add = add;
    reduction.merge = merge;
    reduction.finish = finish;
    fm_status status = FM_ERROR_MEMORY;
    if (!fm__worth_init(&a.worth, plan->base) || a.report == NULL || a.places == NULL)
        status = fm__fail_memory(error);
    else
        status = fm__reduce(&reduction, options, &a, error);
    fm__worth_destroy(&a.worth);
    free(a.places);
    return fm__report_end(a.report, status, out_report);
}
