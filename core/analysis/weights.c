#include "analysis/weights.h"

void fm__weighing_init(fm__weighing *weighing, const fm__worth *worth) {
    const fm_base *base = worth->base;
    *weighing = (fm__weighing){.worth = worth};
    for (size_t s = 0; worth->has_value && s < base->segment_count; s++) {
        const fm__segment *segment = base->segments[s];
        for (size_t i = 0; i < segment->row_count; i++) {
            fm__sum_scale_look(&weighing->scale, segment->values[i]);
            if (worth->has_expected)
                fm__sum_scale_look(&weighing->scale, segment->values[i] * worth->chances[segment->stages[i]]);
        }
    }
    fm__sum_scale_settle(&weighing->scale, base->row_count);
    size_t sum_bytes = (weighing->scale.sum_bytes + 15) / 16 * 16;
    weighing->expected_at = FM__WEIGHT_VALUE_AT + sum_bytes;
    weighing->bytes =
        FM__WEIGHT_VALUE_AT + (worth->has_value ? sum_bytes : 0) + (worth->has_expected ? sum_bytes : 0);
}

fm__weight fm__weight_round(const fm__weighing *weighing, const void *weight) {
    const char *at = weight;
    fm__weight rounded = {.rows = *(const uint64_t *)weight};
    if (weighing->worth->has_value)
        rounded.money = fm__scaled_round(&weighing->scale, at + FM__WEIGHT_VALUE_AT);
    if (weighing->worth->has_expected)
        rounded.expected = fm__scaled_round(&weighing->scale, at + weighing->expected_at);
    return rounded;
}

void *fm__weights_new(const fm__weighing *weighing, size_t count) {
    size_t bytes;
    if (!fm__size_product(count, weighing->bytes, &bytes))
        return NULL;
    void *weights = fm__region_new(bytes);
    if (weights != NULL)
        memset(weights, 0, bytes);
    return weights;
}

void fm__weight_cells(const fm__weighing *weighing, const fm__weight *weight, fm_cell *out_two) {
    if (weighing->worth->has_value)
        out_two[0] = fm__cell_of_number(weight->money);
    if (weighing->worth->has_expected)
        out_two[1] = fm__cell_of_number(weight->expected);
}
