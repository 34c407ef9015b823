#include "plain.h"

#include "support.h"

#include <stdlib.h>

/* Whether offered values, [attribute] patterns, meet every need that is stated. */
static bool meets_all(const workload *w, const uint16_t *patterns, const uint16_t *needs) {
    for (uint32_t i = 0; i < w->options.attributes; i++)
        if (needs[i] >= WORKLOAD_FIRST &&
            !workload_met(&w->attributes[i], patterns[i], needs[i] - WORKLOAD_FIRST))
            return false;
    return true;
}

/* Whether any own offering, or any partner's, meets every need by these values. */
static bool anyone_meets(const workload *w, bool own, const uint16_t *values, const uint16_t *needs) {
    for (uint32_t o = 0; o < w->options.offerings; o++)
        if (w->own[o] == own && meets_all(w, values + (size_t)o * w->options.attributes, needs))
            return true;
    return false;
}

plain_verdict plain_match(const workload *w, const uint16_t *needs) {
    if (anyone_meets(w, true, w->dependable, needs)) {
        bool is_open = false;
        for (uint32_t i = 0; i < w->options.attributes; i++)
            is_open |= needs[i] == WORKLOAD_UNASKED;
        return (plain_verdict){is_open ? FM_VERDICT_ASK : FM_VERDICT_FIT, false};
    }
    bool refers = anyone_meets(w, false, w->dependable, needs);
    return (plain_verdict){refers ? FM_VERDICT_REFER : FM_VERDICT_WALK_AWAY,
                           anyone_meets(w, true, w->nominal, needs)};
}

plain_counts plain_count(const workload *w, uint64_t first, uint64_t step, uint64_t count) {
    plain_counts all = {{0}, 0};
#pragma omp parallel default(none) shared(w, first, step, count, all)
    {
        plain_counts mine = {{0}, 0};
        uint16_t *codes = bench_new(2 * (size_t)w->options.attributes, sizeof *codes);
#pragma omp for schedule(static)
        for (uint64_t i = 0; i < count; i++) {
            workload_draw_row(w, first + i * step, codes, codes + w->options.attributes);
            plain_verdict verdict = plain_match(w, codes);
            mine.rows[verdict.verdict]++;
            mine.overpromised += verdict.overpromised;
        }
#pragma omp critical
        {
            for (size_t v = 0; v < FM_VERDICT_COUNT; v++)
                all.rows[v] += mine.rows[v];
            all.overpromised += mine.overpromised;
        }
        free(codes);
    }
    return all;
}
