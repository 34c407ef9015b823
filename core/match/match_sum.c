/* Totals over the matches of several bases, exact to the last bit. */
#include "match/matcher.h"

struct fm_match_sum {
    uint64_t rows;
    uint64_t reject_rows;
    size_t attribute_count;
    uint64_t *unmet_rows; /* [attribute] */
    fm__exact_sum money[FM_VERDICT_COUNT];
    fm__exact_sum expected[FM_VERDICT_COUNT];
    fm_match_totals totals;
};

fm_status fm_match_sum_new(const fm_model *model, fm_match_sum **out_sum, fm_error *error) {
    fm_match_sum *sum = calloc(1, sizeof *sum);
    if (sum == NULL)
        return fm__fail_memory(error);
    sum->attribute_count = fm_model_content(model)->attribute_count;
    sum->unmet_rows = fm__array_new(sum->attribute_count, sizeof *sum->unmet_rows);
    if (sum->unmet_rows == NULL) {
        free(sum);
        return fm__fail_memory(error);
    }
    *out_sum = sum;
    return FM_OK;
}

void fm_match_sum_free(fm_match_sum *sum) {
    if (sum == NULL)
        return;
    free(sum->unmet_rows);
    free(sum);
}

void fm_match_sum_add(fm_match_sum *sum, const fm_matches *matches) {
    fm_match_totals *totals = &sum->totals;
    sum->rows += matches->plan->base->row_count;
    sum->reject_rows += matches->plan->base->reject_count;
    totals->overpromised_rows += matches->totals.overpromised_rows;
    for (size_t v = 0; v < FM_VERDICT_COUNT; v++) {
        totals->rows[v] += matches->totals.rows[v];
        fm__exact_sum_merge(&sum->money[v], &matches->money[v]);
        fm__exact_sum_merge(&sum->expected[v], &matches->expected[v]);
        totals->money[v] = fm__exact_sum_round(&sum->money[v]);
        totals->expected[v] = fm__exact_sum_round(&sum->expected[v]);
    }
    for (size_t a = 0; a < sum->attribute_count; a++)
        sum->unmet_rows[a] += matches->unmet_rows[a];
}

uint64_t fm_match_sum_row_count(const fm_match_sum *sum) {
    return sum->rows;
}

uint64_t fm_match_sum_reject_count(const fm_match_sum *sum) {
    return sum->reject_rows;
}

const fm_match_totals *fm_match_sum_totals(const fm_match_sum *sum) {
    return &sum->totals;
}

uint64_t fm_match_sum_unmet_rows(const fm_match_sum *sum, size_t attribute) {
    return sum->unmet_rows[attribute];
}
