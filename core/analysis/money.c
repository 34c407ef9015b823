#include "analysis/money.h"

#include "support/text.h"

bool fm__worth_init(fm__worth *worth, const fm_base *base) {
    const fm_model_spec *model = fm_model_content(base->model);
    *worth = (fm__worth){.base = base,
                         .chances = fm__array_new(model->stage_count + 1, sizeof *worth->chances),
                         .value_column = fm__base_find_role(base, FM_ROLE_VALUE),
                         .has_value = base->has_value,
                         .has_expected = base->has_value && base->has_stage};
    for (size_t s = 0; worth->chances != NULL && s < model->stage_count; s++)
        worth->chances[s + 1] = model->stages[s].percent / 100;
    return worth->chances != NULL;
}

void fm__worth_destroy(fm__worth *worth) {
    free(worth->chances);
}

fm_cell fm__worth_cell(const fm__worth *worth, uint64_t row) {
    if (!worth->has_value || worth->value_column == SIZE_MAX ||
        fm__text_trim(fm__base_carried(worth->base, worth->value_column, row)).length == 0)
        return (fm_cell){.is_null = true};
    return fm__cell_of_number(fm__worth_value(worth, row) + 0.0); /* minus zero is zero */
}

void fm__worth_rows(const fm__worth *worth, const uint64_t *rows, size_t count, double *out_values,
                    double *out_expected) {
    const fm_base *base = worth->base;
    if (!worth->has_value || count == 0)
        return;
    /* The rows of a block that was not arranged stand side by side in one segment. */
    bool apart = base->rows_at != NULL;
    const fm__segment *segment = base->segments[rows[0] / base->segment_rows];
    size_t first = (size_t)(rows[0] % base->segment_rows);
    for (size_t i = 0; i < count; i++)
        out_values[i] = apart ? fm__worth_value(worth, rows[i]) : segment->values[first + i];
    for (size_t i = 0; i < count && worth->has_expected; i++)
        out_expected[i] =
            out_values[i] *
            worth->chances[apart ? fm__worth_stage(worth, rows[i]) : segment->stages[first + i]];
}

void fm__tally_add(fm__tally *tally, const fm__worth *worth, uint64_t row) {
    tally->rows++;
    if (!worth->has_value)
        return;
    /* Found once for both: the division takes longer than an addition. */
    const fm__segment *segment = worth->base->segments[row / worth->base->segment_rows];
    size_t at = (size_t)(row % worth->base->segment_rows);
    double value = segment->values[at];
    fm__exact_sum_add(&tally->value, value);
    if (worth->has_expected)
        fm__exact_sum_add(&tally->expected,
                          value * worth->chances[segment->stages == NULL ? 0 : segment->stages[at]]);
}

void fm__tally_merge(fm__tally *tally, const fm__tally *other) {
    tally->rows += other->rows;
    fm__exact_sum_merge(&tally->value, &other->value);
    fm__exact_sum_merge(&tally->expected, &other->expected);
}

fm_cell fm__tally_money(const fm__tally *tally, const fm__worth *worth) {
    return worth->has_value ? fm__cell_of_number(fm__exact_sum_round(&tally->value))
                            : (fm_cell){.is_null = true};
}

fm_cell fm__tally_expected(const fm__tally *tally, const fm__worth *worth) {
    return worth->has_expected ? fm__cell_of_number(fm__exact_sum_round(&tally->expected))
                               : (fm_cell){.is_null = true};
}
