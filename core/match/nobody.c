/* Demands that no offering meets. */
#include "match/matcher.h"
#include "match/phrases.h"
#include "match/signatures.h"

typedef struct unmet_demand {
    uint64_t rows;
    uint32_t demand;
} unmet_demand;

static int most_rows_first(const void *a, const void *b) {
    const unmet_demand *x = a;
    const unmet_demand *y = b;
    if (x->rows != y->rows)
        return x->rows > y->rows ? -1 : 1;
    return (x->demand > y->demand) - (x->demand < y->demand);
}

/* Whether every pattern of the group misses the demand. */
static bool all_miss(const fm__group *group, uint32_t demand, uint64_t *row) {
    if (group->met_by_some)
        return false;
    if (group->method == FM__METHOD_THRESHOLD)
        return FM__CODE_FIRST + demand >= group->loosest_threshold;
    const fm__signatures *s = &group->signatures;
    fm__signatures_row(s, demand, row);
    for (size_t w = 0; w + 1 < s->words; w++)
        if (row[w] != ~UINT64_C(0))
            return false;
    return row[s->words - 1] == s->last_mask;
}

/* Writes a demand out; the buffer grows as needed. */
static bool write_demand(const fm__plan *plan, size_t attribute, const fm__demands *demands, uint32_t demand,
                         char **buffer, size_t *capacity, fm_text *out_text) {
    for (;;) {
        fm__phrase phrase = {.buffer = *buffer, .capacity = *capacity};
        fm__phrase_demand(&phrase, plan->catalog, attribute, demands, demand);
        *out_text = (fm_text){*buffer, fm__phrase_end(&phrase)};
        if (out_text->length < *capacity)
            return true;
        if (!fm__array_reserve(buffer, capacity, out_text->length + 1, 1))
            return false;
    }
}

fm_status fm_matches_demands_nobody_meets(const fm_matches *matches,
                                          void (*unmet)(void *context, size_t attribute, fm_text demand,
                                                        uint64_t rows),
                                          void *context, fm_error *error) {
    const fm__plan *plan = matches->plan;
    char *buffer = NULL;
    size_t capacity = 0;
    fm_status status = FM_OK;
    for (size_t a = 0; a < plan->model->attribute_count && status == FM_OK; a++) {
        const fm__group *group = fm__plan_group(plan, a, false);
        const fm__demands *demands = fm__base_demands(plan->base, a, false);
        if (group == NULL || demands->count == 0)
            continue;
        unmet_demand *found = fm__array_new(demands->count, sizeof *found);
        uint64_t *row = fm__array_new(group->signatures.words, sizeof *row);
        size_t count = 0;
        for (uint32_t d = 0; found != NULL && row != NULL && d < demands->count; d++)
            if (all_miss(group, d, row))
                found[count++] = (unmet_demand){demands->rows[FM__CODE_FIRST + d], d};
        if (count > 0)
            qsort(found, count, sizeof *found, most_rows_first);
        if (found == NULL || row == NULL)
            status = fm__fail_memory(error);
        for (size_t i = 0; i < count && status == FM_OK; i++) {
            fm_text text;
            if (write_demand(plan, a, demands, found[i].demand, &buffer, &capacity, &text))
                unmet(context, a, text, found[i].rows);
            else
                status = fm__fail_memory(error);
        }
        free(found);
        free(row);
    }
    free(buffer);
    return status;
}
