#include "analysis/money.h"

bool fm__worth_init(fm__worth *worth, const fm_base *base) {
    const fm_model_spec *model = fm_model_content(base->model);
    *worth = (fm__worth){.base = base,
                         .chances = fm__array_new(model->stage_count + 1, sizeof *worth->chances),
                         .has_value = base->has_value,
                         .has_expected = base->has_value && base->has_stage};
    for (size_t s = 0; worth->chances != NULL && s < model->stage_count; s++)
        worth->chances[s + 1] = model->stages[s].percent / 100;
    return worth->chances != NULL;
}

void fm__worth_destroy(fm__worth *worth) {
    free(worth->chances);
}

void fm__tally_add(fm__tally *tally, const fm__worth *worth, uint64_t row) {
    tally->rows++;
    if (worth->has_value)
        fm__exact_sum_add(&tally->value, fm__worth_value(worth, row));
    if (worth->has_expected)
        fm__exact_sum_add(&tally->expected, fm__worth_expected(worth, row));
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
