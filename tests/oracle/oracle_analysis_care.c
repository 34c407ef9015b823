/* care: existing customers by days since purchase. */
#include "oracle_analysis.h"

#include <stdlib.h>

static const char *const phases[] = {"novelty", "learning", "effectiveness", "not_yet", "unknown"};
enum { PHASE_COUNT = 5, PHASE_UNKNOWN = 4 };

struct cared {
    const struct oracle_case *of;
    int64_t days;
    int phase;
};

static int phase_of(int64_t days) {
    if (days < 0)
        return 3;
    return days <= 30 ? 0 : days <= 90 ? 1 : 2;
}

static int compare_cared(const void *left, const void *right, void *context) {
    const struct cared *a = left;
    const struct cared *b = right;
    (void)context;
    if (a->phase != b->phase)
        return a->phase < b->phase ? -1 : 1;
    if (a->phase != PHASE_UNKNOWN && a->days != b->days)
        return a->days < b->days ? -1 : 1;
    return a->of < b->of ? -1 : a->of > b->of ? 1 : 0;
}

static void put_phases(struct oracle_analysis *analysis, const struct cared *cared, size_t count) {
    oracle_start(analysis, "phases", "phase,verdict,rows,money,expected_money");
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        for (int verdict = 0; verdict < ORACLE_VERDICT_COUNT; verdict++) {
            struct oracle_tally tally = {0};
            for (size_t i = 0; i < count; i++)
                if (cared[i].phase == phase && (int)cared[i].of->decision->verdict == verdict)
                    oracle_tally_add(&tally, cared[i].of);
            if (tally.rows == 0)
                continue;
            oracle_put_string(analysis, phases[phase]);
            oracle_put_verdict(analysis, (enum oracle_verdict)verdict);
            oracle_put_count(analysis, tally.rows);
            oracle_put_money(analysis, &tally);
            oracle_put_expected(analysis, &tally);
            oracle_end_row(analysis);
        }
    }
}

static void put_needs(struct oracle_analysis *analysis, const struct cared *cared, size_t count) {
    oracle_start(analysis, "needs", "phase,attribute,stated_rows,unmet_rows");
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        for (size_t a = 0; a < analysis->model->attribute_count; a++) {
            uint64_t stated = 0;
            uint64_t unmet = 0;
            for (size_t i = 0; i < count; i++) {
                if (cared[i].phase != phase || oracle_need_of(cared[i].of->row, a) == NULL)
                    continue;
                stated++;
                unmet += oracle_case_misses(cared[i].of, a) ? 1 : 0;
            }
            if (stated == 0)
                continue;
            oracle_put_string(analysis, phases[phase]);
            oracle_put_text(analysis, analysis->model->attributes[a].name);
            oracle_put_count(analysis, stated);
            oracle_put_count(analysis, unmet);
            oracle_end_row(analysis);
        }
    }
}

static void put_customers(struct oracle_analysis *analysis, const struct cared *cared, size_t count) {
    oracle_start(analysis, "customers", "customer_id,name,owner,since,days,phase,verdict,gap");
    for (size_t i = 0; i < count; i++) {
        const struct oracle_case *of = cared[i].of;
        oracle_put_text(analysis, oracle_case_id(analysis, of));
        oracle_put_text(analysis, oracle_role_cell(analysis, of, ORACLE_ROLE_NAME));
        oracle_put_text(analysis, oracle_role_cell(analysis, of, ORACLE_ROLE_OWNER));
        oracle_put_text(analysis, oracle_role_cell(analysis, of, ORACLE_ROLE_SINCE));
        if (of->has_since)
            oracle_put_change(analysis, cared[i].days);
        else
            oracle_put_null(analysis);
        oracle_put_string(analysis, phases[cared[i].phase]);
        oracle_put_verdict(analysis, of->decision->verdict);
        oracle_put_gap(analysis, of);
        oracle_end_row(analysis);
    }
}

bool oracle_care(struct oracle_analysis *analysis) {
    const char *today = oracle_option(analysis, "--today", 0);
    const bool has_existing = analysis->columns[ORACLE_ROLE_EXISTING] != ORACLE_NONE;
    if (today == NULL || !oracle_date_read(oracle_text_of(today)))
        return oracle_analysis_fail(analysis, "care needs --today YYYY-MM-DD");
    const int64_t now = oracle_day_number(oracle_text_of(today));
    struct cared *cared = oracle_alloc(analysis->heap, analysis->case_count, sizeof *cared);
    size_t count = 0;
    if (analysis->columns[ORACLE_ROLE_SINCE] == ORACLE_NONE)
        oracle_note(analysis, "no dates of purchase");
    for (size_t r = 0; r < analysis->case_count; r++) {
        const struct oracle_case *of = &analysis->cases[r];
        if (!(has_existing ? of->existing : of->has_since))
            continue;
        cared[count].of = of;
        cared[count].days = now - of->since;
        cared[count].phase = of->has_since ? phase_of(now - of->since) : PHASE_UNKNOWN;
        count++;
    }
    oracle_sort(cared, count, sizeof *cared, compare_cared, NULL);
    put_phases(analysis, cared, count);
    put_needs(analysis, cared, count);
    put_customers(analysis, cared, count);
    return true;
}
